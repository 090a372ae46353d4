"""What a node writes down before it signs, so that no crash makes it sign two blocks at one place.

`prepare` makes the unsigned block and then its intent durable; the caller signs and commits after it. After a crash
`unfinished` gives the block back: signed again it is the same block (Ed25519 is deterministic).
"""

from pathlib import Path
from typing import Protocol

from core.errors import MunimentError
from core.store.intent import IntentLog, Mark
from core.store.pending import keep_pending, recall_pending

COPIED = "copied-computer"


class Journal(Protocol):
    def last(self) -> Mark | None: ...

    def is_ours(self) -> bool:
        """Whether this is the very journal that this computer wrote."""
        ...

    @property
    def fault(self) -> str:
        """The code of why it is not, where it is not."""
        ...

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        """Durable on return; only then sign."""
        ...

    def unfinished(self) -> bytes | None:
        """The unsigned block of the last mark, if it is still kept."""
        ...

    def close(self) -> None: ...


class FileJournal:
    """The intent file and the pending block beside the database."""

    def __init__(self, intent: IntentLog, pending: Path, key: bytes) -> None:
        self._intent, self._pending, self._key = intent, pending, key

    def last(self) -> Mark | None:
        return self._intent.last()

    def is_ours(self) -> bool:
        return self._intent.computer_matches()

    @property
    def fault(self) -> str:
        return COPIED

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        self._intent.check(mark)  # a block that may not be signed must not replace the one kept
        keep_pending(self._pending, self._key, mark, unsigned_block)
        self._intent.append(mark.seq, mark.id)

    def unfinished(self) -> bytes | None:
        last = self._intent.last()
        return recall_pending(self._pending, self._key, last) if last else None

    def close(self) -> None:
        self._intent.close()


class MemoryJournal:
    """The same promises without a disk, for simulated offices."""

    def __init__(self) -> None:
        self._last: tuple[Mark, bytes] | None = None

    def last(self) -> Mark | None:
        return self._last[0] if self._last else None

    def is_ours(self) -> bool:
        return True

    @property
    def fault(self) -> str:
        return COPIED

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        self._last = (mark, unsigned_block)

    def unfinished(self) -> bytes | None:
        return self._last[1] if self._last else None

    def close(self) -> None:
        """Nothing to give back."""


class LostJournal:
    """Stands where the intent file is missing or damaged: the office reads and relays, and signs nothing."""

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def last(self) -> Mark | None:
        return None

    def is_ours(self) -> bool:
        return False

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:  # noqa: ARG002  # nothing is ever signed here
        raise MunimentError("quarantine", why=self.fault)

    def unfinished(self) -> bytes | None:
        return None

    def close(self) -> None:
        """Nothing was opened."""
