"""Whether two records of one register mean one person or thing: decided by acts, with which nothing is merged.

Every law has them that says of a register how possible duplicates are found (`duplicates`): `#same` and `#different`
name two of its records and a reason. What was decided last stands in the reserved register `#alike`, one record a pair,
in the common order, for all offices alike. Who decides otherwise names the act that is taken back (`instead_of`): of
two offices that decide at once, neither having heard of the other, the first in the order counts (LAWS.md §18).
"""

from collections.abc import Iterator
from dataclasses import replace

from core.crypto.hashing import tagged_hash
from core.laws.applying import Context
from core.laws.field_checks import Check, make_group_check
from core.laws.field_types import REASON, ActType, Field, RecordType
from core.laws.law import Law, Register
from core.laws.questions import check_form
from core.laws.signing import check_people
from core.laws.verdict import Accepted, Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import RECORD_ID_BYTES, Change, IndexChange, Record, State
from core.ledger.transaction import Transaction

SAME, DIFFERENT = "#same", "#different"  # no procedure of a law can have these names
DECIDING_ALIKE = frozenset({SAME, DIFFERENT})
ALIKE_REGISTER = "#alike"
ALIKE_OF = "#alike.of"  # by [record]: what was decided about it
_CHECK: Check = make_group_check(
    {
        "one": Field("one", RecordType("")),
        "other": Field("other", RecordType("")),
        "reason": REASON,
        "instead_of": Field("instead_of", ActType(), optional=True),
    }
)


MOST_ABOUT = 200


def alike_id(one: bytes, other: bytes) -> bytes:
    """16 bytes: the `#alike` record of two records, in either order."""
    return tagged_hash("alike", encode(sorted((one, other))))[:RECORD_ID_BYTES]


def answer_of(record: Record) -> str:
    """`SAME` or `DIFFERENT`; `record`: of `#alike`."""
    return f"#{record.state}"


def groups_of_alike(record: Record) -> Iterator[tuple[str, list[Value]]]:
    """As `groups_of` (indexing.py) for the reserved register, so that whoever joins finds the same index."""
    if record.register == ALIKE_REGISTER:
        yield from ((ALIKE_OF, [record.key[side]]) for side in ("one", "other"))


def decided_about(state: State, record: bytes) -> list[Record]:
    """What was decided about a record, of `#alike`: at most `MOST_ABOUT`."""
    found = map(state.record, state.find(ALIKE_OF, encode([record]), MOST_ABOUT))
    return [one for one in found if one is not None]


def decided_by(law: Law, register: Register) -> tuple[str, ...]:
    """Roles, one of which must sign: who decides in this law, else who signs what enters a record of the register."""
    entering = (one.signing for one in law.procedures.values() if register.name in one.creates.values())
    return law.deciding.by or tuple(dict.fromkeys(role for one in entering for role in (*one.all_of, *one.any_of)))


def decide_alike(state: State, transaction: Transaction, law: Law, context: Context) -> Accepted:
    """The verdict on such an act. Any office may have decided, or made a record, before: only the order tells."""
    try:
        return _decide(state, transaction, law, context)
    except Refused as refused:
        refused.shared = True
        raise


def _decide(state: State, transaction: Transaction, law: Law, context: Context) -> Accepted:
    check_form(transaction, _CHECK)
    one, other = sorted((transaction.act["one"], transaction.act["other"]))
    register = _register(state, one, other, law)
    check_people(transaction.signers, context.author, context, transaction.claimed_ms)
    roles = decided_by(law, register)
    if roles and not any(signer.role in roles for signer in transaction.signers):
        raise Refused("role-missing", article=law.deciding.article, role=roles[0])
    made, answer = alike_id(one, other), transaction.procedure.removeprefix("#")
    before = state.record(made)
    if before is not None and before.state == answer:
        raise Refused("already-so", winner=before.last_act)
    if transaction.act.get("instead_of") != (before.fields["act"] if before is not None else None):
        raise Refused("decided-meanwhile", winner=before.last_act if before is not None else None)
    fields: dict[str, Value] = {
        "act": context.transaction_id,
        "by": context.author,
        "claimed_ms": transaction.claimed_ms,
        "reason": transaction.act["reason"],
    }
    last_act = context.transaction_id[:RECORD_ID_BYTES]
    new = Record(ALIKE_REGISTER, made, None, 0, 1, last_act, answer, {"one": one, "other": other}, fields)
    if before is not None:
        new = replace(new, version=before.version + 1)
    joined = groups_of_alike(new) if before is None else ()
    moves = tuple(IndexChange(index, encode(group), made, True) for index, group in joined)
    return Accepted("entered", (Change(before, new),), moves, shared=True, touched=frozenset({made}))


def _register(state: State, one: bytes, other: bytes, law: Law) -> Register:
    """Of both records."""
    if one == other:
        raise Refused("record-twice", record="other")
    registers = []
    for name, record_id in (("one", one), ("other", other)):
        record = state.record(record_id)
        if record is None:
            raise Refused("no-such-record", record=name)  # it may be on its way
        registers.append(record.register)
    register = law.by_full_name.get(registers[0])
    if register is None or not register.duplicates or registers[1] != registers[0]:
        raise Refused("not-comparable", registers=sorted(registers))
    return register
