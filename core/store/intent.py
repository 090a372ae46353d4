"""The intent file: which block this node is about to sign, and the block itself, on the disk before it is signed.

It is the high-water mark outside the database (3-ledger §7, 7-reliability): a database behind it was put back or
copied. It knows whose chain it marks, which computer and which file it is, so that its own copy shows as well.
Its bytes: core/store/intent_format.py.

**One fsync a block.** A mark and its box are written in one go into the slot that does not hold the last mark; the
last mark and its box are not touched. The file has its full length from the beginning: where files are
overwritten in place nothing is allocated later, no full disk stops it, and fdatasync(2) has content alone to write.

**A torn end.** Only when `sync` has returned may anything be signed; between `append` and it the disk writes while the
office works. A power cut before that leaves any of the sectors under way old and the others new. A mark without its
whole box was therefore never synced and its block never signed, provided that the database stands at the mark before
it, as it did when the box was written: `settle` then drops it. Where the database stands elsewhere the box was damaged
later, and the mark holds. A mark's head lies within one sector: a wrong checksum there is no torn write but damage,
`intent-damaged`, and so are two marks that do not follow one another, and a file of another length.

**What a killed process left** is in the system's cache, perhaps not on the disk: opening syncs it, then believes it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from core.errors import MunimentError
from core.store.computer import file_identity
from core.store.files import begin_sync, compose_durably, file_error, sync_content, sync_file, write_all
from core.store.intent_format import (
    BOX_AT,
    FILE_BYTES,
    HEAD_BYTES,
    HEADER_BYTES,
    MAX_BOX_BYTES,
    Origin,
    Slot,
    check_header,
    compose_head,
    compose_header,
    place_of,
    read_head,
    split_head,
)

IdentifyFile = Callable[[int, Path], int]


class Mark(NamedTuple):
    """The newest block this node ever meant to sign."""

    seq: int
    id: bytes


Standing = Literal["level", "database-behind", "database-ahead", "differs"]


def compare(mark: Mark | None, head: Mark | None) -> Standing:
    """The intent file's last mark against the database's newest own block.

    `database-behind`: put back, or the computer stopped between intent and commit (the box of the mark finishes
    what was interrupted; to a database that was put back it does not fit). `database-ahead` or `differs`: the
    intent file is not the one that went with this database.
    """
    if mark == head:
        return "level"
    if mark is None or (head is not None and head.seq > mark.seq):
        return "database-ahead"
    return "database-behind" if head is None or head.seq < mark.seq else "differs"


class IntentLog:
    """An open intent file. One thread of one process writes it.

    After any failure of `append` or `sync` the object refuses to go on (`intent-not-kept`): what is on the disk is
    known only after a restart reads it again.
    """

    def __init__(
        self, path: Path, node_key: bytes, computer: bytes, identify_file: IdentifyFile = file_identity
    ) -> None:
        """Opens an existing file and reads its marks; changes nothing.

        `node_key`: the 32-byte public key whose chain it marks; `computer`: `computer_identity()`. Raises
        `intent-missing`, `intent-damaged` (facts: record: number of the slot, -1: the file's frame),
        `intent-of-another-node`, `file-not-read`.
        """
        self._path = path
        self._usable = True
        self._origin: Origin = "own"
        self._last: Slot | None = None
        self._before: Slot | None = None  # the mark before a last one that is not on the disk, or not whole
        self._synced = True  # the last mark
        self._is_torn = False
        self._header_hash = b""
        try:
            self._descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            raise MunimentError("intent-missing", path=str(path)) from None
        except OSError as error:
            raise file_error(error, path) from None
        try:
            self._read(node_key, computer, identify_file)
        except BaseException:
            os.close(self._descriptor)
            raise

    @classmethod
    def create(
        cls, path: Path, node_key: bytes, computer: bytes, identify_file: IdentifyFile = file_identity
    ) -> "IntentLog":
        """A new, durable file without a mark: for a new node or a new incarnation. Raises `intent-exists`."""
        if path.exists():
            raise MunimentError("intent-exists", path=str(path))

        def compose(opened: int) -> bytes:
            return compose_header(node_key, computer, identify_file(opened, path)).ljust(FILE_BYTES, b"\0")

        compose_durably(path, compose)
        return cls(path, node_key, computer, identify_file)

    @property
    def origin(self) -> Origin:
        """Whether this is the very file that this computer wrote, as far as the computer can know."""
        return self._origin

    def computer_matches(self) -> bool:
        """Whether the file was made here and is no copy. If not: quarantine (3-ledger §7)."""
        return self._origin == "own"

    def last(self) -> Mark | None:
        """The high-water mark; None while nothing was ever meant to be signed."""
        return _mark(self._last)

    def settle(self, head: Mark | None) -> None:
        """Once, after opening: drop a torn last mark. `head`: the database's newest own block."""
        if self._is_torn and head == _mark(self._before):
            self._last = self._before
        self._is_torn = False

    def last_box(self) -> bytes | None:
        """The box that was kept with the last mark. Raises `file-not-read`."""
        if self._last is None:
            return None
        try:
            return self._read_box(self._last)
        except OSError:
            raise MunimentError("file-not-read", path=str(self._path)) from None

    def append(self, seq: int, block_id: bytes, box: bytes = b"") -> None:
        """Write mark and box; `sync` before anything is signed. The last mark again (a block signed anew): nothing.

        Raises `would-fork` (facts: seq, last_seq) when another block of this or a later seq was meant
        before, or when one is skipped; `too-large`; `file-not-written`, and `intent-not-kept` after such a
        failure.
        """
        mark = Mark(seq, block_id)
        self._check(mark)
        if mark == self.last():
            return
        if len(box) > MAX_BOX_BYTES:
            raise MunimentError("too-large", bytes=len(box), limit=MAX_BOX_BYTES)
        self.sync()  # the mark before this one stays whole, whatever happens now
        number = 1 - self._last.number if self._last else 0
        previous = self._last.checksum if self._last else self._header_hash
        head = compose_head(seq, block_id, box, previous, self._header_hash)
        self._write(number, head.ljust(BOX_AT, b"\0") + box)
        self._before, self._last, self._synced = self._last, split_head(number, head), False

    def sync(self) -> None:
        """What was appended is durable on return: only now sign. Raises `file-not-written` and `intent-not-kept`."""
        if not self._usable:
            raise MunimentError("intent-not-kept", path=str(self._path))
        if self._synced:
            return
        self._usable = False
        try:
            sync_content(self._descriptor)
        except OSError as error:
            self._last = self._before
            raise file_error(error, self._path) from None
        self._usable = self._synced = True

    def _check(self, mark: Mark) -> None:
        if len(mark.id) != 32 or not 0 <= mark.seq < 2**64:
            raise ValueError("a mark is a 64-bit seq and a 32-byte id")
        if not self._usable:
            raise MunimentError("intent-not-kept", path=str(self._path))
        last = self.last()
        if last is not None and mark != last and mark.seq != last.seq + 1:
            raise MunimentError("would-fork", seq=mark.seq, last_seq=last.seq)

    def close(self) -> None:
        """Give the file back; nothing is pending."""
        if self._usable or self._descriptor >= 0:
            os.close(self._descriptor)
        self._usable, self._descriptor = False, -1

    def _write(self, number: int, content: bytes) -> None:
        self._usable = False
        try:
            os.lseek(self._descriptor, place_of(number), os.SEEK_SET)
            write_all(self._descriptor, content)
            begin_sync(self._descriptor, place_of(number), len(content))
        except OSError as error:
            raise file_error(error, self._path) from None
        self._usable = True

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self, node_key: bytes, computer: bytes, identify_file: IdentifyFile) -> None:
        try:
            sync_file(self._descriptor)
            header = self._bytes_at(0, HEADER_BYTES)
            file_number = identify_file(self._descriptor, self._path)
            self._origin = check_header(header, node_key, computer, file_number)
            self._header_hash = header[-32:]
            if os.fstat(self._descriptor).st_size != FILE_BYTES:
                raise MunimentError("intent-damaged", record=-1)
            self._read_slots()
        except OSError:
            raise MunimentError("file-not-read", path=str(self._path)) from None

    def _read_slots(self) -> None:
        heads = [self._bytes_at(place_of(number), HEAD_BYTES) for number in (0, 1)]
        slots = [read_head(number, head, self._header_hash) for number, head in enumerate(heads)]
        ordered = sorted((slot for slot in slots if slot is not None), key=lambda slot: slot.seq)
        if not ordered:
            return
        newest, older = ordered[-1], ordered[0] if len(ordered) == 2 else None
        follows = (
            newest.seq == older.seq + 1 and newest.previous == older.checksum
            if older is not None
            else newest.number == 0 and newest.previous == self._header_hash
        )
        if not follows:
            raise MunimentError("intent-damaged", record=newest.number)
        self._last, self._before = newest, older
        self._is_torn = not newest.holds(self._read_box(newest))

    def _read_box(self, slot: Slot) -> bytes:
        return self._bytes_at(place_of(slot.number) + BOX_AT, slot.box_bytes)

    def _bytes_at(self, place: int, length: int) -> bytes:
        """So many bytes, fewer only at the end of the file."""
        os.lseek(self._descriptor, place, os.SEEK_SET)
        parts: list[bytes] = []
        while length and (part := os.read(self._descriptor, length)):
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def was_used(path: Path) -> bool:
    """Whether there is an intent file that holds anything but its header. Raises `file-not-read`."""
    try:
        with path.open("rb") as file:
            file.seek(HEADER_BYTES)
            return any(file.read())
    except FileNotFoundError:
        return False
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None


def _mark(slot: Slot | None) -> Mark | None:
    return Mark(slot.seq, slot.block_id) if slot else None
