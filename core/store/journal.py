"""What a node writes down before it signs, so that no crash makes it sign two blocks at one place.

Between the intent and the commit that stores the block a power cut would leave a mark without its block, and a node
may never sign another block of that seq. So the unsigned block is made durable together with its mark: `prepare`, and
`sync` once there is nothing else to do meanwhile; only then the caller signs and commits. After a cut `unfinished`
gives the block back: signed again it is the same block (Ed25519 is deterministic), no fork, and the office goes on as
if nothing had happened. To a database that was put back the block does not fit: there the mark stays unmatched and the
quarantine holds.

The block is sealed under the database's key, associated data "muniment pending" ‖ seq (8) ‖ block id (32).
"""

from typing import Protocol

from core.crypto.sealing import open_sealed, seal
from core.errors import MunimentError
from core.store.intent import IntentLog, Mark

COPIED = "copied-computer"


class Journal(Protocol):
    def settle(self, head: Mark | None) -> None:
        """Once, before anything else: the database's newest own block."""
        ...

    def last(self) -> Mark | None: ...

    def is_ours(self) -> bool:
        """Whether this is the very journal that this computer wrote."""
        ...

    @property
    def fault(self) -> str:
        """The code of why it is not, where it is not."""
        ...

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        """Write it down; `sync` before it is signed."""
        ...

    def sync(self) -> None:
        """What was prepared is durable on return; only then sign."""
        ...

    def unfinished(self) -> bytes | None:
        """The unsigned block of the last mark, if it is still kept."""
        ...

    def close(self) -> None: ...


class FileJournal:
    """The intent file beside the database."""

    def __init__(self, intent: IntentLog, key: bytes) -> None:
        """`key`: 32 bytes."""
        self._intent, self._key = intent, key

    def settle(self, head: Mark | None) -> None:
        self._intent.settle(head)

    def last(self) -> Mark | None:
        return self._intent.last()

    def is_ours(self) -> bool:
        return self._intent.computer_matches()

    @property
    def fault(self) -> str:
        return COPIED

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        """Raises what `IntentLog.append` raises."""
        self._intent.append(mark.seq, mark.id, seal(self._key, unsigned_block, _associated(mark)))

    def sync(self) -> None:
        """Raises what `IntentLog.sync` raises."""
        self._intent.sync()

    def unfinished(self) -> bytes | None:
        mark, box = self._intent.last(), self._intent.last_box()
        if mark is None or box is None:
            return None
        try:
            return open_sealed(self._key, box, _associated(mark))
        except MunimentError:
            return None

    def close(self) -> None:
        self._intent.close()


class MemoryJournal:
    """The same promises without a disk, for simulated offices."""

    def __init__(self) -> None:
        self._last: tuple[Mark, bytes] | None = None

    def settle(self, head: Mark | None) -> None:
        """Nothing is ever torn."""

    def last(self) -> Mark | None:
        return self._last[0] if self._last else None

    def is_ours(self) -> bool:
        return True

    @property
    def fault(self) -> str:
        return COPIED

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        self._last = (mark, unsigned_block)

    def sync(self) -> None:
        """Nothing is slower than memory."""

    def unfinished(self) -> bytes | None:
        return self._last[1] if self._last else None

    def close(self) -> None:
        """Nothing to give back."""


class LostJournal:
    """Stands where the intent file is missing or damaged: the office reads and relays, and signs nothing."""

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def settle(self, head: Mark | None) -> None:
        """Nothing is known."""

    def last(self) -> Mark | None:
        return None

    def is_ours(self) -> bool:
        return False

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:  # noqa: ARG002  # nothing is ever signed here
        raise MunimentError("quarantine", why=self.fault)

    def sync(self) -> None:
        """Nothing was prepared."""

    def unfinished(self) -> bytes | None:
        return None

    def close(self) -> None:
        """Nothing was opened."""


def _associated(mark: Mark) -> bytes:
    return b"muniment pending" + mark.seq.to_bytes(8, "big") + mark.id
