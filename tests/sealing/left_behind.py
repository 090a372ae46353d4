"""What the disk still holds of an office's keys of sealed fields, whatever the database says."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from core.office import Office
from tests.offices import DATABASE_KEY


def keys_of(office: Office, record: bytes) -> list[bytes]:
    found = [office.store.sealing.key(row.name) for row in office.store.sealing.of_record(record)]
    return [key for key in found if key is not None]


def plain_pages(path: Path, key: bytes = DATABASE_KEY) -> bytes:
    """SQLCipher 4 with a raw key: AES-256-CBC a page of 4,096 bytes, of which the last 80 are IV and HMAC."""
    log, plain = path.with_name(f"{path.name}-wal"), []
    data = path.read_bytes()
    pages = [(data[at : at + 4096], 16 if at == 0 else 0) for at in range(0, len(data), 4096)]  # a salt comes first
    if log.exists():
        data = log.read_bytes()
        pages += [(data[at + 24 : at + 24 + 4096], 0) for at in range(32, len(data), 24 + 4096)]
    for page, start in pages:
        if not page:  # the process was killed between the head of a page of the log and the page
            continue
        decryptor = Cipher(algorithms.AES(key), modes.CBC(page[4016:4032])).decryptor()
        plain.append(decryptor.update(page[start:4016]) + decryptor.finalize())
    return b"".join(plain)
