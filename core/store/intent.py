"""The intent file: which block this node is about to sign, on the disk before it is signed.

It is the high-water mark outside the database (3-ledger §7, 7-reliability): a database behind it was put
back or copied. It knows whose chain it marks, which computer and which file it is, so that its own copy
shows as well.

    128 bytes  "muniment intent\\n" ‖ node key (32) ‖ computer (32) ‖ file number (8) ‖ zeros (8)
               ‖ tagged hash "intent-file" of all before it (32)
     64 bytes  a record: seq (8, big endian) ‖ block id (32) ‖ the first 24 bytes of
               tagged hash "intent" (previous checksum ‖ seq ‖ id), the header's hash being the first
               previous

**A torn end.** `append` returns after fsync, and only then may anything be signed. So a record that is cut
short, or whose place the file system enlarged but had not filled (64 zeros), was never returned: its block
was never signed, and it is dropped. Records are 64-byte aligned and never straddle a sector, so a
*complete* last record with a wrong checksum is no torn write but damage: `intent-damaged`, like anything
wrong further up. A cut by other hands that takes whole records away leaves the database ahead of the mark:
`compare` says so.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.store.computer import file_identity
from core.store.files import compose_durably, file_error, sync_file, write_all

MAGIC = b"muniment intent\n"
HEADER_BYTES = 128
RECORD_BYTES = 64
CHECKSUM_BYTES = 24
_READ_RECORDS = 4096

IdentifyFile = Callable[[int, Path], int]


class Mark(NamedTuple):
    """The newest block this node ever meant to sign."""

    seq: int
    id: bytes


Standing = Literal["level", "database-behind", "database-ahead", "differs"]
Origin = Literal["own", "other-computer", "copied-file"]


def compare(mark: Mark | None, head: Mark | None) -> Standing:
    """The intent file's last mark against the database's newest own block.

    `database-behind`: put back, or the computer stopped between intent and commit (core/store/pending.py
    tells the two apart). `database-ahead` or `differs`: the intent file is not the one that went with this
    database.
    """
    if mark == head:
        return "level"
    if mark is None or (head is not None and head.seq > mark.seq):
        return "database-ahead"
    return "database-behind" if head is None or head.seq < mark.seq else "differs"


class IntentLog:
    """An open intent file. One thread of one process writes it.

    After any failure of `append` the object refuses to go on (`intent-not-kept`): what is on the disk is
    known only after a restart reads it again.
    """

    def __init__(
        self, path: Path, node_key: bytes, computer: bytes, identify_file: IdentifyFile = file_identity
    ) -> None:
        """Opens an existing file and reads all of it; writes nothing.

        `node_key`: the 32-byte public key whose chain it marks; `computer`: `computer_identity()`. Raises
        `intent-missing`, `intent-damaged` (facts: record), `intent-of-another-node`, `file-not-read`.
        """
        self._path = path
        self._usable = True
        self._origin: Origin = "own"
        self._last: Mark | None = None
        self._checksum = b""
        self._end = HEADER_BYTES
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
        """A new, empty, durable file: for a new node or a new incarnation. Raises `intent-exists`."""
        if path.exists():
            raise MunimentError("intent-exists", path=str(path))
        compose_durably(path, lambda opened: _header(node_key, computer, identify_file(opened, path)))
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
        return self._last

    def append(self, seq: int, block_id: bytes) -> None:
        """Durable on return; only then sign. The last mark again (a block signed anew) writes nothing.

        Raises `would-fork` (facts: seq, last_seq) when another block of this or a later seq was meant
        before, or when one is skipped; `disk-full`, `file-not-written`, and `intent-not-kept` after such a
        failure.
        """
        mark = Mark(seq, block_id)
        self.check(mark)
        if mark == self._last:
            return
        checksum = _chain(self._checksum, mark)
        self._write(_encode(mark) + checksum)
        self._last, self._checksum = mark, checksum

    def check(self, mark: Mark) -> None:
        """Whether `append` would take the mark; writes nothing. Raises `would-fork`, `intent-not-kept`."""
        if len(mark.id) != 32 or not 0 <= mark.seq < 2**64:
            raise ValueError("a mark is a 64-bit seq and a 32-byte id")
        if not self._usable:
            raise MunimentError("intent-not-kept", path=str(self._path))
        if self._last is not None and mark != self._last and mark.seq != self._last.seq + 1:
            raise MunimentError("would-fork", seq=mark.seq, last_seq=self._last.seq)

    def close(self) -> None:
        """Give the file back; nothing is pending."""
        if self._usable or self._descriptor >= 0:
            os.close(self._descriptor)
        self._usable, self._descriptor = False, -1

    def _write(self, record: bytes) -> None:
        self._usable = False
        try:
            os.ftruncate(self._descriptor, self._end)  # drops a torn record, if there is one
            os.lseek(self._descriptor, self._end, os.SEEK_SET)
            write_all(self._descriptor, record)
            sync_file(self._descriptor)
        except OSError as error:
            raise file_error(error, self._path) from None
        self._end += len(record)
        self._usable = True

    def _read(self, node_key: bytes, computer: bytes, identify_file: IdentifyFile) -> None:
        try:
            header = _read_exactly(self._descriptor, HEADER_BYTES)
            file_number = identify_file(self._descriptor, self._path)
            self._origin = _check_header(header, node_key, computer, file_number)
            self._read_records(header[-32:])
        except OSError:
            raise MunimentError("file-not-read", path=str(self._path)) from None

    def _read_records(self, header_hash: bytes) -> None:
        self._checksum = header_hash
        size = os.fstat(self._descriptor).st_size
        while chunk := _read_exactly(self._descriptor, RECORD_BYTES * _READ_RECORDS):
            for start in range(0, len(chunk), RECORD_BYTES):
                record = chunk[start : start + RECORD_BYTES]
                is_last = self._end + RECORD_BYTES >= size
                if is_last and (len(record) < RECORD_BYTES or not any(record)):
                    return
                self._take(record)

    def _take(self, record: bytes) -> None:
        mark = Mark(int.from_bytes(record[:8], "big"), record[8:40])
        checksum = _chain(self._checksum, mark)
        follows = self._last is None or mark.seq == self._last.seq + 1
        if record[40:] != checksum or not follows:
            raise MunimentError("intent-damaged", record=(self._end - HEADER_BYTES) // RECORD_BYTES)
        self._last, self._checksum = mark, checksum
        self._end += RECORD_BYTES


def _header(node_key: bytes, computer: bytes, file_number: int) -> bytes:
    if len(node_key) != 32 or len(computer) != 32:
        raise ValueError("a node key and a computer's identity have 32 bytes")
    stated = MAGIC + node_key + computer + file_number.to_bytes(8, "big") + bytes(8)
    return stated + tagged_hash("intent-file", stated)


def _check_header(header: bytes, node_key: bytes, computer: bytes, file_number: int) -> Origin:
    if len(header) != HEADER_BYTES or tagged_hash("intent-file", header[:-32]) != header[-32:]:
        raise MunimentError("intent-damaged", record=-1)
    if header == _header(node_key, computer, file_number):
        return "own"
    if header[:48] != MAGIC + node_key:
        raise MunimentError("intent-of-another-node")
    return "copied-file" if header[48:80] == computer else "other-computer"


def _encode(mark: Mark) -> bytes:
    return mark.seq.to_bytes(8, "big") + mark.id


def _chain(previous: bytes, mark: Mark) -> bytes:
    return tagged_hash("intent", previous, _encode(mark))[:CHECKSUM_BYTES]


def _read_exactly(descriptor: int, length: int) -> bytes:
    """So many bytes, fewer only at the end of the file."""
    parts: list[bytes] = []
    while length and (part := os.read(descriptor, length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
