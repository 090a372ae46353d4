"""One executed transaction as the tree of entries holds it: what became of it, for ever (3-ledger §9, FORMAT.md §8).

An entry is `[transaction id, outcome, [[record id, digest]…]]` with every record that the act wrote, in the order of
the law's effects; for a rejected one the code stands in place of the records. Its bytes are a leaf of an RFC 6962 tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger.encoding import Value, decode, encode
from core.ledger.merkle import HASH_BYTES
from core.ledger.record import RECORD_ID_BYTES

REJECTED = "rejected"
ID_AT = 3  # where the transaction's id stands in an entry's bytes
MAX_ENTRY_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Entry:
    act: bytes  # the transaction's id
    outcome: str
    code: str | None  # of a rejected one
    written: tuple[tuple[bytes, bytes], ...] = ()  # (record id, digest of the version it made)


def entry_leaf(act: bytes, outcome: str, written: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Of an act that was not rejected."""
    return encode([act, outcome, [list(one) for one in written]])


def rejected_leaf(act: bytes, code: str) -> bytes:
    return encode([act, REJECTED, code])


def encode_entry(entry: Entry) -> bytes:
    if entry.code is not None:
        return rejected_leaf(entry.act, entry.code)
    return entry_leaf(entry.act, entry.outcome, entry.written)


def decode_entry(data: bytes) -> Entry:
    """Raises `malformed-entry` and the codes of `decode`."""
    match decode(data, MAX_ENTRY_BYTES):
        case [bytes(act), "rejected", str(code)] if len(act) == HASH_BYTES:
            return Entry(act, REJECTED, code)
        case [bytes(act), str(outcome), [*written]] if len(act) == HASH_BYTES and outcome != REJECTED:
            return Entry(act, outcome, None, tuple(_decode_written(one) for one in written))
    raise MunimentError("malformed-entry")


def _decode_written(value: Value) -> tuple[bytes, bytes]:
    match value:
        case [bytes(record), bytes(digest)] if len(record) == RECORD_ID_BYTES and len(digest) == HASH_BYTES:
            return record, digest
    raise MunimentError("malformed-entry")
