"""Keys of sealed fields, after acts: each side asks for those that it may have and lacks, and is given what is known.

Most keys need no asking: they travel right behind the block that brings the sealed field (sync/giving.py). What is
asked for was missed: a link broke in between, the block came by an office that had no keys, or a node has a new key.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sync.messages import MAX_KEYS, Keys, Message, WantKeys
from sync.replica import Replica


class KeyTalk:
    """One side's part. `peer`: the member one talks with."""

    accepts: tuple[type, ...] = (Keys, WantKeys)

    def __init__(self, replica: Replica, peer: int) -> None:
        self._replica, self._peer = replica, peer
        self._asked = False
        self._wanted: tuple[bytes, ...] = ()  # by the peer

    @property
    def has_something(self) -> bool:
        return bool(self._replica.keys.wanted())

    def turn(self) -> Iterator[Message]:
        """What the peer asked for; and, once, what I ask for."""
        wanted, self._wanted = self._wanted, ()
        yield from in_messages(self._replica.keys.for_member(self._peer, wanted) if wanted else [])
        lacking = [] if self._asked else self._replica.keys.wanted()
        self._asked = True
        if lacking:
            yield WantKeys(tuple(lacking))

    def take(self, message: Message) -> None:
        """Raises what `PassedKeys.take` raises."""
        if isinstance(message, WantKeys):
            self._wanted = message.names
        elif isinstance(message, Keys):
            self._replica.keys.take(message.envelopes)

    def errand(self) -> None:
        """Nothing of this takes long."""

    def errand_done(self, result: Any) -> None:
        """There is none."""


def in_messages(envelopes: Sequence[bytes]) -> Iterator[Keys]:
    """As many messages as it takes."""
    for start in range(0, len(envelopes), MAX_KEYS):
        yield Keys(tuple(envelopes[start : start + MAX_KEYS]))
