"""What a meeting may be about beside acts: case files, scans. Each has its turns after those of the acts."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from sync.messages import Message


class Talk(Protocol):
    """One side's part."""

    accepts: tuple[type, ...]  # kinds of messages

    @property
    def has_something(self) -> bool:
        """Whether this side has something to say or to ask, before the meeting begins."""

    def turn(self) -> Iterator[Message]:
        """What this side says in its turn; nothing: it has nothing (any more)."""

    def take(self, message: Message) -> None:
        """One message of the other side, of an accepted kind. Raises what ends the meeting."""

    def errand(self) -> Callable[[], Any] | None:
        """Slow work to be done before this side's turn, on any thread."""

    def errand_done(self, result: Any) -> None:
        """What came of it; a MunimentError where it failed."""
