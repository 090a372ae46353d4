"""A counter for tests: one state of plain dicts, and acts put to it the way an office does."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from core.crypto.hashing import tagged_hash
from core.laws import Accepted, Context, Law, Order, Rejected, execute, parse_law
from core.ledger.encoding import Value, encode
from core.ledger.record import Record, TotalChange, decode_record, encode_record
from core.ledger.transaction import (
    RecordRef,
    Signer,
    Transaction,
    decode_transaction,
    encode_transaction,
    transaction_id,
)
from core.store.totals import add_sums

LIBRARY = Path(__file__).parents[2] / "core" / "laws" / "library"
NETWORK = bytes(32)
YEAR_2026_MS = 1_780_000_000_000
ROLES: Mapping[tuple[int, int], frozenset[str]] = {
    (office, officer): roles
    for office in range(3)
    for officer, roles in enumerate(
        [
            frozenset({"registrar"}),
            frozenset({"notary"}),
            frozenset({"registrar", "notary"}),
            frozenset({"clerk"}),
        ]
    )
}
HOMES = {"land.parcel": "office"}
BOTH = (("registrar", 0), ("notary", 1))


@cache
def library_law(name: str) -> Law:
    return parse_law((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass
class DictState:
    """Records and indexes in dicts; every record is kept as bytes, so that nothing but a value survives."""

    records: dict[bytes, bytes] = field(default_factory=dict)
    groups: dict[tuple[str, bytes], set[bytes]] = field(default_factory=dict)
    sums: dict[tuple[str, bytes], dict[str, int]] = field(default_factory=dict)
    _registers: dict[bytes, str] = field(default_factory=dict)  # of the records, once it was asked

    def record(self, record_id: bytes) -> Record | None:
        encoded = self.records.get(record_id)
        return None if encoded is None else decode_record(encoded)

    def has_any(self, register: str) -> bool:
        for record_id in self.records.keys() - self._registers.keys():
            self._registers[record_id] = decode_record(self.records[record_id]).register
        return register in self._registers.values()

    def find(self, index: str, group: bytes, limit: int) -> Sequence[bytes]:
        return sorted(self.groups.get((index, group), ()))[:limit]

    def count(self, index: str, group: bytes) -> int:
        return len(self.groups.get((index, group), ()))

    def total(self, total: str, group: bytes) -> Mapping[str, int]:
        return self.sums.get((total, group), {})

    def take(self, accepted: Accepted) -> None:
        for change in accepted.changes:
            before = self.record(change.new.id)
            assert before == change.old
            self.records[change.new.id] = encode_record(change.new)
        for move in accepted.index_changes:
            if isinstance(move, TotalChange):
                add_sums(self.sums.setdefault((move.total, move.group), {}), move.added)
                continue
            group = self.groups.setdefault((move.index, move.group), set())
            assert (move.record in group) != move.add
            (group.add if move.add else group.remove)(move.record)


@dataclass
class Counter:
    """One office's counter (`author`) over a state that all offices of a test may share."""

    law: Law
    state: DictState = field(default_factory=DictState)
    author: int = 0
    acts: int = 0
    homes: Mapping[str, str] = field(default_factory=lambda: dict(HOMES))

    def transaction(
        self,
        procedure: str,
        act: Mapping[str, Value],
        changes: Mapping[str, Record] | None = None,
        signers: Sequence[tuple[str, int]] = BOTH,
        claimed_ms: int = YEAR_2026_MS,
    ) -> Transaction:
        self.acts += 1
        refs = {name: RecordRef(record.id, record.version, record.last_act) for name, record in (changes or {}).items()}
        people = tuple(Signer(self.author, officer, role) for role, officer in signers)
        nonce = self.acts.to_bytes(8, "big")
        transaction = Transaction(
            self.law.name, self.law.version, procedure, refs, dict(act), people, claimed_ms, nonce
        )
        return decode_transaction(encode_transaction(transaction))

    def judge(
        self,
        transaction: Transaction,
        trace: bool = False,
        order: Order | None = None,
        waiting: AbstractSet[bytes] = frozenset(),
    ) -> Accepted | Rejected:
        """The verdict, and nothing changes."""
        return execute(self.state, transaction, self.law, self.context(transaction, order, waiting), trace)

    def context(
        self, transaction: Transaction, order: Order | None = None, waiting: AbstractSet[bytes] = frozenset()
    ) -> Context:
        act_id = transaction_id(NETWORK, encode_transaction(transaction))
        return Context(NETWORK, self.author, 0, act_id, self.roles, self.homes, order, waiting)

    @staticmethod
    def roles(office: int, officer: int) -> frozenset[str]:
        return ROLES.get((office, officer), frozenset())

    def put(self, transaction: Transaction, order: Order | None = None) -> Accepted | Rejected:
        """The verdict; what is accepted is in the state afterwards."""
        verdict = self.judge(transaction, order=order)
        if isinstance(verdict, Accepted):
            self.state.take(verdict)
        return verdict

    def enter(self, *args: object, **kwargs: object) -> Record:
        """Put an act that must be entered (or warned); the record it changed or created first."""
        verdict = self.put(self.transaction(*args, **kwargs))  # type: ignore[arg-type]  # passed through
        assert isinstance(verdict, Accepted), verdict
        assert verdict.outcome in ("entered", "warned"), verdict
        return verdict.changes[0].new

    def refuse(self, *args: object, **kwargs: object) -> Rejected:
        verdict = self.put(self.transaction(*args, **kwargs))  # type: ignore[arg-type]  # passed through
        assert isinstance(verdict, Rejected), verdict
        return verdict


def placed(
    *unseen: bytes,
    settled: bool = True,
    at_ms: int = YEAR_2026_MS,
    not_before_ms: int = 0,
    spread_ms: int = 0,
) -> Order:
    """A place in the common order: `unseen` are ids of acts that this one had not seen, nor they this one."""
    prefixes = {act[:16] for act in unseen}
    return Order(1, at_ms, spread_ms, lambda act: act in prefixes, lambda _act: settled, lambda: not_before_ms)


def party(number: str, kind: str = "natural") -> dict[str, Value]:
    return {"kind": kind, "name": f"Person {number}", "number": number}


def document(number: str = "17") -> dict[str, Value]:
    digest = tagged_hash("test-document", encode(number))
    return {
        "digest": digest,
        "kind": "deed",
        "number": number,
        "issuer": "Notary",
        "day": [2026, 3, 1],
        "pages": 2,
    }
