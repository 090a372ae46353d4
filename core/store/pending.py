"""The block being signed, kept sealed beside the database until the database has it.

Between the intent (fsynced) and the commit that stores the block a power cut leaves a mark without its
block, and a node may never sign another block of that seq. So the unsigned block is written here first,
then the intent, then it is signed and committed; after a cut the same bytes are signed again (Ed25519 is
deterministic: the same signature, no fork) and the office goes on as if nothing had happened. A database
that was put back has no such block: there the mark stays unmatched and the quarantine holds.

One slot, overwritten in place: a torn slot belongs to a block whose intent was never written, and the block
before it is already in the database.

    seq (8) ‖ block id (32) ‖ box length (4) ‖ sealed box; associated data "muniment pending" ‖ seq ‖ id
"""

import os
from pathlib import Path

from core.crypto.sealing import open_sealed, seal
from core.errors import MunimentError
from core.store.files import file_error, sync_file, write_all
from core.store.intent import Mark

MAX_BOX_BYTES = 64 << 20
_HEAD_BYTES = 44


def keep_pending(path: Path, key: bytes, mark: Mark, block: bytes) -> None:
    """Durable on return; then append the intent. `key`: 32 bytes. Raises `disk-full`, `file-not-written`."""
    head = mark.seq.to_bytes(8, "big") + mark.id
    box = seal(key, block, b"muniment pending" + head)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            write_all(descriptor, head + len(box).to_bytes(4, "big") + box)
            sync_file(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise file_error(error, path) from None


def recall_pending(path: Path, key: bytes, mark: Mark) -> bytes | None:
    """The block of that mark, exactly as kept; None where the slot holds another, a torn one or nothing."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    head, length = content[:40], int.from_bytes(content[40:_HEAD_BYTES], "big")
    if head != mark.seq.to_bytes(8, "big") + mark.id or length > MAX_BOX_BYTES:
        return None
    try:
        return open_sealed(key, content[_HEAD_BYTES : _HEAD_BYTES + length], b"muniment pending" + head)
    except MunimentError:
        return None
