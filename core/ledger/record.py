"""The present state of one registered thing, and the changes an act makes to it.

A record is a value: an act replaces it by its next version, never edits it. `last_act` is the first 16 bytes of the
id of the act that wrote this version: an act names the version *and* that id, so that an act made on one branch of a
fork can never fit the equal version number of the other. Entries of lists carry ids that are never used again.
A record may be *pending*: released to another office that has not accepted it yet, or held, because acts that had not
seen each other met on it and nobody has decided between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger.encoding import Value, decode, decode_known, encode_known, is_natural

RECORD_ID_BYTES = 16
MAX_RECORD_BYTES = 128 << 10
RELEASED_TO, HELD_ACTS = "to", "acts"
MAX_HELD_ACTS = 16


@dataclass(frozen=True, slots=True)
class Record:
    register: str  # "<law>.<register>"
    id: bytes  # 16 bytes, never reused
    keeper: int | None  # the node whose chain alone writes it; None: shared, only the common order decides
    incarnation: int  # of the keeper's key
    version: int  # 1 when created
    last_act: bytes  # 16 bytes
    state: str
    key: Mapping[str, Value]
    fields: Mapping[str, Value]
    next_entry: int = 1
    # {"to": office}: released; {"acts": [16 bytes…]}: held, the acts in the common order; None: neither.
    pending: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One record replaced by its next version; `old` is None when the act creates it."""

    old: Record | None
    new: Record


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One record enters or leaves one group of a declared index."""

    index: str
    group: bytes  # canonical bytes of the group's values
    record: bytes
    add: bool


@dataclass(frozen=True, slots=True)
class TotalChange:
    """What one record adds to one group of a declared total, or takes from it."""

    total: str
    group: bytes  # as of an `IndexChange`
    record: bytes
    added: Mapping[str, int]  # by the name of the sum; none is 0


GroupChange = IndexChange | TotalChange


class State(Protocol):
    """What execution may read: the records, the declared indexes and totals, nothing else."""

    def record(self, record_id: bytes) -> Record | None: ...

    def has_any(self, register: str) -> bool:
        """Whether a register holds a record."""
        ...

    def find(self, index: str, group: bytes, limit: int) -> Sequence[bytes]:
        """At most `limit` record ids of a group, in order of id."""
        ...

    def count(self, index: str, group: bytes) -> int: ...

    def total(self, total: str, group: bytes) -> Mapping[str, int]:
        """The sums of a group by name; what is not there is 0."""
        ...


def encode_record(record: Record) -> bytes:
    """Its values stood in acts or follow from them, as its law's types allow: their kinds are known."""
    parts: list[Value] = [
        record.register,
        record.id,
        record.keeper,
        record.incarnation,
        record.version,
        record.last_act,
        record.state,
        dict(record.key),
        dict(record.fields),
        record.next_entry,
    ]
    if record.pending is not None:
        parts.append(dict(record.pending))
    return encode_known(parts)


def decode_record(data: bytes) -> Record:
    """Raises `not-canonical` or `malformed-record`."""
    parts = decode(data, MAX_RECORD_BYTES)
    if not isinstance(parts, list) or len(parts) not in (10, 11) or parts[10:] == [None]:
        raise MunimentError("malformed-record")
    record = Record(*parts)
    if not _well_formed(record):
        raise MunimentError("malformed-record")
    return record


def read_record(stored: bytes) -> Record:
    """As `decode_record`, from this office's own tables, where only `encode_record` wrote. Raises `not-canonical`."""
    return Record(*decode_known(stored))


def _well_formed(record: Record) -> bool:
    return (
        type(record.register) is str
        and _is_short_id(record.id)
        and (record.keeper is None or is_natural(record.keeper))
        and is_natural(record.incarnation)
        and is_natural(record.version)
        and record.version >= 1
        and _is_short_id(record.last_act)
        and type(record.state) is str
        and type(record.key) is dict
        and type(record.fields) is dict
        and is_natural(record.next_entry)
        and _is_pending(record.pending)
    )


def _is_pending(pending: Value) -> bool:
    if pending is None:
        return True
    if type(pending) is not dict or len(pending) != 1:
        return False
    acts = pending.get(HELD_ACTS)
    if acts is None:
        return is_natural(pending.get(RELEASED_TO))
    return type(acts) is list and 2 <= len(acts) <= MAX_HELD_ACTS and all(_is_short_id(act) for act in acts)


def _is_short_id(value: Value) -> bool:
    return type(value) is bytes and len(value) == RECORD_ID_BYTES


def record_digest(encoded: bytes) -> bytes:
    """32 bytes that stand for one version of a record in the state root and in an executed entry."""
    return tagged_hash("record-version", encoded)


def new_record_id(transaction_id: bytes, number: int) -> bytes:
    """16 bytes: the id of the record that an act creates as its `number`-th, counting from 0.

    A record's id therefore names the act that created it: a paper shows a record's first key with that act alone.
    """
    return tagged_hash("record", transaction_id, number.to_bytes(4, "big"))[:RECORD_ID_BYTES]
