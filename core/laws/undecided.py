"""Acts that stand but are not decided yet: suspended until what is missing is brought, or held until somebody decides.

Such an act has no effect on any record, index or total. What it says is kept in a record of its own, of the reserved
register `#undecided`, so that a later act can execute it without its block (core/laws/resolving.py, LAWS.md §15):
by its keeper where everything that it names is kept by its author, else shared. A suspended act also keeps its *place*:
`#precedence`, one a record that it would change, names it, and no later application on that record is entered before it
has ended. When the term to bring what is missing has passed, follows from the common order: no act of a clock ends it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.crypto.hashing import tagged_hash
from core.laws.applying import Context, is_shared
from core.laws.law import Law, Procedure, Register
from core.laws.placing import Claimed, Placed
from core.laws.terms import open_term, term_end
from core.laws.verdict import Accepted, Finding, Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import RECORD_ID_BYTES, Change, IndexChange, Record, State
from core.ledger.transaction import RecordRef, Signer, Transaction

UNDECIDED_REGISTER, PRECEDENCE_REGISTER = "#undecided", "#precedence"
SUSPENDED, HELD = "suspended", "held"
OPEN_STATES = (SUSPENDED, HELD)
OPEN_INDEX = "#undecided.open"  # by keeper, those that have not ended
EARLIER_ACT = "earlier-act"
FIRST_VERSION = 1  # of a law: what is begun under it says no version
MAX_IN_PLACE = 64
MAX_OF_OFFICE = 4  # places of one office at a record that all keep: else it could take them all from the others
MAX_OF_KEEPER = 16  # at a record of its own
_KEEPS_TURN = frozenset({"application", "decision", "payment"})  # what happened, or a court orders, waits for no turn


@dataclass(frozen=True, slots=True)
class Undecided:
    """What `#undecided` says of one act."""

    record: Record
    act: bytes  # 32 bytes, its id
    law: str
    procedure: str
    author: int  # the office whose block carries it
    records: Mapping[str, bytes]  # the procedure's name of a record → its id
    fields: Mapping[str, Value]
    signers: tuple[Signer, ...]
    codes: tuple[str, ...]  # of what suspended or held it
    ends_ms: int | None  # consensus time until which a suspended act can be completed; None: no term is known
    term: Sequence[Value] | None  # what its end follows from, where a calendar was missing when it was suspended
    stands_until_ms: int | None  # until when one whose cure may have come too late keeps its place; None: no end
    placed: Placed | None  # its place in time, once the order has given it one
    confirmed: bool  # what held it was decided
    answers: bytes | None  # the act of another law whose question it answers
    version: int  # of the law under which it was begun

    @property
    def is_open(self) -> bool:
        return self.record.state in OPEN_STATES

    def in_time(self, context: Context, claimed_ms: int) -> bool | None:
        """Whether a place in the order is surely within the term; None: undecided. Without a place the claim counts."""
        return _by(self.ends_ms if self.record.state == SUSPENDED else None, context, claimed_ms)

    def keeps_place(self, context: Context, claimed_ms: int) -> bool | None:
        """Whether at a place in the order the act still stands in front of others; None: undecided."""
        end_ms = self.ends_ms if self.record.state == SUSPENDED else self.stands_until_ms
        return _by(end_ms, context, claimed_ms)


def _by(end_ms: int | None, context: Context, claimed_ms: int) -> bool | None:
    return True if end_ms is None else (context.order or Claimed(claimed_ms)).by(end_ms)


def undecided_id(act: bytes) -> bytes:
    """16 bytes: the `#undecided` record of an act, from its 32-byte id."""
    return tagged_hash("undecided", act)[:RECORD_ID_BYTES]


def precedence_id(record: bytes) -> bytes:
    """16 bytes: the `#precedence` record of a record."""
    return tagged_hash("precedence", record)[:RECORD_ID_BYTES]


def open_group(keeper: int | None) -> bytes:
    """The group of `OPEN_INDEX` with the acts that this keeper decides; None: those of shared records."""
    return encode([keeper])


def groups_of_undecided(record: Record) -> Iterator[tuple[str, list[Value]]]:
    """As `groups_of` (indexing.py) for the reserved registers, so that whoever joins finds the same indexes."""
    if record.register == UNDECIDED_REGISTER and record.state in OPEN_STATES:
        yield OPEN_INDEX, [record.keeper]


def read_undecided(record: Record, state: State) -> Undecided:
    """`record`: of `#undecided`. One that has ended keeps only what tells of it.

    `state`: has the calendars, of which one may have come since.
    """
    fields = record.fields
    ends_ms, term = fields.get("ends_ms"), fields.get("term")
    return Undecided(
        record,
        record.key["act"],
        fields["law"],
        fields["procedure"],
        fields["author"],
        fields.get("records", {}),
        fields.get("fields", {}),
        tuple(Signer(*signer) for signer in fields.get("signers", ())),
        tuple(fields.get("codes", ())),
        term_end(state, term) if term is not None else ends_ms,
        term,
        fields.get("stands_until_ms"),
        Placed(*fields["placed"]) if "placed" in fields else None,
        "confirmed" in fields,
        fields.get("answers"),
        fields.get("version", FIRST_VERSION),
    )


def find_undecided(state: State, act: bytes) -> Undecided | None:
    record = state.record(undecided_id(act))
    return read_undecided(record, state) if record is not None else None


# -- keeping one ----------------------------------------------------------------------------------------------------


def keep_undecided(
    state: State,
    accepted: Accepted,
    transaction: Transaction,
    people: Sequence[Signer],
    law: Law,
    procedure: Procedure,
    context: Context,
) -> Accepted:
    """The verdict with the records of an act that was suspended or held; any other as it is.

    Acts that met on a record which now stands held are decided there (core/laws/conflicts.py).
    """
    if accepted.outcome not in OPEN_STATES or accepted.changes:
        return accepted
    keeper = _keeper(state, transaction, law, procedure, context)
    fields: dict[str, Value] = {
        "law": law.name,
        "procedure": procedure.name,
        "author": context.author,
        "records": {name: ref.record for name, ref in transaction.changes.items()},
        "fields": dict(transaction.act),
        "signers": [[one.office, one.officer, one.role] for one in people],
        "codes": codes_of(accepted.findings),
    }
    if transaction.answers is not None:
        fields["answers"] = transaction.answers
    if law.version != FIRST_VERSION:
        fields["version"] = law.version
    if accepted.shared and context.order is not None:
        placed = context.order.placed
        fields["placed"] = [placed.not_before_ms, placed.consensus_ms, placed.spread_ms, placed.spread_limit_ms]
        if accepted.outcome == SUSPENDED:
            fields |= term_fields(state, open_term(law, accepted.findings, placed.consensus_ms))
    key = {"act": context.transaction_id}
    record = _own_record(UNDECIDED_REGISTER, undecided_id(context.transaction_id), None, keeper, context)
    kept = replace(record, state=accepted.outcome, key=key, fields=fields)
    changes = [Change(None, kept)]
    if accepted.outcome == SUSPENDED or EARLIER_ACT in fields["codes"]:
        changes += _take_places(state, transaction, procedure, keeper, context)
    added = IndexChange(OPEN_INDEX, open_group(keeper), kept.id, True)
    return replace(accepted, changes=tuple(changes), index_changes=(added,))


def term_fields(state: State, term: Sequence[Value]) -> dict[str, Value]:
    """What is kept of a term: its end, or where no calendar tells it yet, what it follows from."""
    ends_ms = term_end(state, term)
    return {"term": list(term)} if ends_ms is None else {"ends_ms": ends_ms}


def codes_of(findings: Sequence[Finding]) -> list[Value]:
    """Of what stands in the way, each once."""
    return list(dict.fromkeys(finding.code for finding in findings if finding.outcome in OPEN_STATES))


def _own_record(register: str, record_id: bytes, old: Record | None, keeper: int | None, context: Context) -> Record:
    incarnation = 0 if keeper is None else context.incarnation
    version = old.version + 1 if old else 1
    return Record(register, record_id, keeper, incarnation, version, context.transaction_id[:16], "waiting", {}, {})


def _keeper(state: State, transaction: Transaction, law: Law, procedure: Procedure, context: Context) -> int | None:
    """The act's author, unless all offices keep together what it names or creates."""
    named = [ref.record for ref in transaction.changes.values()]
    named += [value for name, _ in _record_fields(procedure) if (value := transaction.act.get(name)) is not None]
    records = (state.record(one) for one in named)
    if any(record is not None and record.keeper is None for record in records):
        return None
    created: Iterator[Register] = (law.registers[name] for name in procedure.creates.values())
    return None if any(is_shared(register, context) for register in created) else context.author


def _record_fields(procedure: Procedure) -> Iterator[tuple[str, str]]:
    return ((path[0], register) for path, register in procedure.records if len(path) == 1)


# -- places ---------------------------------------------------------------------------------------------------------


def _take_places(
    state: State, transaction: Transaction, procedure: Procedure, keeper: int | None, context: Context
) -> Iterator[Change]:
    for name in procedure.changes:
        record_id = transaction.changes[name].record
        place = state.record(precedence_id(record_id))
        waiting = [
            one
            for one in _standing_at(state, record_id, context)
            if one.keeps_place(context, transaction.claimed_ms) is not False
        ]
        most = MAX_OF_OFFICE if keeper is None else MAX_OF_KEEPER
        full = None
        if sum(one.author == context.author for one in waiting) >= most:
            full = Refused("office-queue-full", most=most, record=name)
        elif len(waiting) >= MAX_IN_PLACE:
            full = Refused("queue-full", most=MAX_IN_PLACE, record=name)
        if full is not None:
            full.shared, full.touched = True, frozenset({record_id})  # who has lapsed by then, only the order tells
            raise full
        yield _place(place, record_id, [*(one.act for one in waiting), context.transaction_id], keeper, context)


def leave_places(state: State, undecided: Undecided, context: Context) -> list[Change]:
    """The act has ended: it stands nowhere in front of others any more."""
    changes = []
    for record_id in undecided.records.values():  # by what it named then: the law may have changed since
        place = state.record(precedence_id(record_id))
        if place is not None and undecided.act in _acts_at(place):
            left = [act for act in _acts_at(place) if act != undecided.act]
            changes.append(_place(place, record_id, left, place.keeper, context))
    return changes


def _place(old: Record | None, record_id: bytes, acts: list[bytes], keeper: int | None, context: Context) -> Change:
    record = _own_record(PRECEDENCE_REGISTER, precedence_id(record_id), old, keeper, context)
    return Change(old, replace(record, key={"record": record_id}, fields={"acts": list(acts)}))


def _acts_at(place: Record | None) -> list[bytes]:
    return list(place.fields["acts"]) if place else []


def acts_in_front(
    state: State, law: Law, procedure: Procedure, refs: Mapping[str, RecordRef], context: Context, own: bytes
) -> list[Undecided]:
    """Acts that came before this one (`own`: its id) on a record of it and have not ended; they may have lapsed."""
    if procedure.act_class not in _KEEPS_TURN or procedure.lodges:  # whoever is only noted has a place of his own there
        return []
    if not state.has_any(PRECEDENCE_REGISTER):  # as most offices
        return []
    suspending = law.suspended_registers
    for former in context.former.values():  # what was begun under it keeps its place
        suspending |= former.suspended_registers
    found = []
    for name, register in procedure.referenced.items():
        if register not in suspending or name in procedure.elsewhere:
            continue
        for undecided in _standing_at(state, refs[name].record, context):
            if undecided.act == own:
                break
            found.append(undecided)
    return found


def _standing_at(state: State, record_id: bytes, context: Context) -> Iterator[Undecided]:
    """Acts at the place of a record that have not ended; not those of an office that keeps the record no more.

    Nobody can execute those, and nobody but their author may end them: they would block it for ever.
    """
    record = state.record(record_id)
    keepers = (None, context.author, record.keeper if record else None)
    for act in _acts_at(state.record(precedence_id(record_id))):
        undecided = find_undecided(state, act)
        if undecided is not None and undecided.is_open and undecided.record.keeper in keepers:
            yield undecided
