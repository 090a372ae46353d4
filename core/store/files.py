"""Small files outside the database, written so that after a power cut there is the old one or the new one.

Write a neighbour, fsync it, rename it over, fsync the folder: the order that survives on the file systems
studied in "All File Systems Are Not Created Equal" (ALICE, OSDI 2014). A failed fsync is never retried: the
kernel may have dropped the pages and would report success the second time. Files are readable by their
owner only.
"""

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from core.errors import MunimentError

if sys.platform == "darwin":
    import fcntl


def write_durably(path: Path, content: bytes) -> None:
    """Put the content at the path; durable on return.

    Raises `disk-full` or `file-not-written` (facts: path, reason). Then the old content is intact, with one
    exception: a failure of the last step, the folder's fsync, leaves old or new.
    """
    compose_durably(path, lambda _descriptor: content)


def compose_durably(path: Path, compose: Callable[[int], bytes]) -> None:
    """As `write_durably`, for content that names its own file: asked for with the open descriptor."""
    _write_parts(path, lambda descriptor: [compose(descriptor)])


def stream_durably(path: Path, parts: Iterable[bytes]) -> None:
    """As `write_durably`, for content that is never in memory as a whole."""
    _write_parts(path, lambda _descriptor: parts)


def _write_parts(path: Path, parts: Callable[[int], Iterable[bytes]]) -> None:
    try:
        _write_beside_and_rename(path, parts)
    except OSError as error:
        raise file_error(error, path) from None


def sync_file(descriptor: int) -> None:
    """What was written through the descriptor survives a power cut. Raises OSError."""
    if sys.platform == "darwin":
        # fsync on macOS stops at the drive's cache; some network drives know only fsync.
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync_content(descriptor: int) -> None:
    """As `sync_file`, for a file whose name and size stand already: its times may be lost. Raises OSError.

    Where nothing but content was overwritten the file system then has no journal of its own to write (fdatasync(2)).
    """
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    else:
        sync_file(descriptor)


def begin_sync(descriptor: int, start: int, length: int) -> None:
    """Have the disk begin with what was written there, and wait for nothing: `sync_content` then waits for less.

    Linux begins to write what is dirty in a part of a file that nobody will read soon (posix_fadvise(2)); elsewhere all
    of it is left to `sync_content`, which also tells of a write that fails.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # a file system need not take the hint
            os.posix_fadvise(descriptor, start, length, os.POSIX_FADV_DONTNEED)


def lengthen(path: Path, length: int) -> None:
    """Zeros behind the end of a file until it is so long, durable on return: what overwrites them takes no new place.

    Raises OSError; then the file is as long as before.
    """
    with path.open("r+b", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            write_all(file.fileno(), bytes(max(0, length - before)))
            sync_file(file.fileno())
        except OSError:
            file.truncate(before)
            raise


def sync_folder(folder: Path) -> None:
    """The names in the folder survive a power cut. Raises OSError."""
    if sys.platform != "win32":  # a folder cannot be opened there; NTFS journals its names
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            sync_file(descriptor)
        finally:
            os.close(descriptor)


def file_error(error: OSError, path: Path) -> MunimentError:
    """The error that carries what the system said, without its sentence."""
    full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)
    reason = errno.errorcode.get(error.errno or 0, "unknown")
    return MunimentError("disk-full" if full else "file-not-written", path=str(path), reason=reason)


def write_all(descriptor: int, content: bytes) -> None:
    """Every byte, however many writes the system makes of them. Raises OSError."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _write_beside_and_rename(path: Path, parts: Callable[[int], Iterable[bytes]]) -> None:
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        try:
            for part in parts(descriptor):
                write_all(descriptor, part)
            sync_file(descriptor)
        finally:
            os.close(descriptor)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
    sync_folder(path.parent)
