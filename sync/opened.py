"""What the node at work asks of an unlocked office: to be met, verified, and opened again with another key."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from core.crypto.keyfile import OpenedKeys
from sync.replica import Replica


class SigningHand(Protocol):
    quarantine: str | None

    @property
    def new_key_in_force(self) -> bool:
        """Whether it would sign again if it were opened anew."""


class OwnChecking(Protocol):
    def verify_stored(self, after_position: int, count: int) -> int | None:
        """Check so many stored blocks again; the last position, None at the end. Raises `replica-damaged`."""

    def verify_state(self) -> Iterator[None]:
        """Check what is derived from the blocks, in steps. Raises `replica-damaged`."""


class OwnedReplica(Replica, Protocol):
    @property
    def hand(self) -> SigningHand:
        """What signs for it, or does not."""

    acts_at_once: int | None  # that one transaction executes; None: all that is decided
    when_due: Callable[[], None] | None  # told when a block leaves something to `enter_in_order`

    def entering(self) -> tuple[int, int] | None:
        """(executed, all) acts of what is being executed in portions; None while nothing is."""

    def enter_in_order(self) -> bool:
        """Execute a portion, durable on return; whether more is to follow. Raises `disk-full`, `disk-failed`."""

    def close(self) -> None: ...

    @property
    def checking(self) -> OwnChecking:
        """Whether what is on the disk is still what was written."""


R_co = TypeVar("R_co", bound=OwnedReplica, covariant=True)


class Opened(Protocol[R_co]):
    """An unlocked office, as `core.folder.open_office` gives it."""

    @property
    def office(self) -> R_co: ...

    @property
    def node_seed(self) -> bytes: ...

    @property
    def next_seed(self) -> bytes | None: ...

    def with_keys(self, keys: OpenedKeys) -> "Opened[R_co]": ...

    def open_again(self) -> "Opened[R_co]":
        """Close the office and open it with the key that is in force now, with whoever is here."""
