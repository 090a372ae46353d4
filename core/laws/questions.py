"""Questions that acts ask of other laws, as the state keeps them: asked once, answered once, judged on every node.

An act with links writes what it asks into a record of the reserved register `#asked`: procedures, the groups of the
indexes in which records are found, what it gives. It reads no other law for that and so waits for nobody. An act that
names the asking one (`Transaction.answers`) is its answer for one record: it is refused unless the act asks for just
that and nobody has answered. The answer, or a dismissal by the office that was asked, stands in `#answers`, one a
question. What an office's node enters alone is an answer and nothing else (LAWS.md §17).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.crypto.hashing import tagged_hash
from core.laws.applying import Context
from core.laws.field_checks import Check, FieldFault, make_group_check
from core.laws.field_types import REASON, ActType, Field, RecordType
from core.laws.law import Asks, Law, Procedure
from core.laws.linking import asked_row
from core.laws.signing import check_people, is_of_node
from core.laws.verdict import Accepted, Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import RECORD_ID_BYTES, Change, IndexChange, Record, State
from core.ledger.transaction import Transaction

DISMISS = "#dismiss"  # no procedure of a law can have this name
ASKED_REGISTER, ANSWERS_REGISTER = "#asked", "#answers"
ANSWERS_TO, ANSWERS_ABOUT = "#answers.to", "#answers.about"  # by [asking act, link]; by [record]
ASKED_OF = "#asked.of"  # `#asked`, by the groups in which it asks: who takes a record over finds what waits for it
ANSWERED, DISMISSED = "answered", "dismissed"
_DISMISSAL: Check = make_group_check(
    {
        "act": Field("act", ActType()),
        "record": Field("record", RecordType("")),
        "reason": REASON,
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one act asks. `about`: the records that it names or has created; `by_node`: no person has signed it."""

    act: bytes  # 32 bytes, its id
    author: int  # the office that asks
    law: str
    procedure: str
    about: tuple[bytes, ...]
    asks: tuple[Asks, ...]
    by_node: bool

    def by_link(self, link: int) -> Asks:
        return next(one for one in self.asks if one.link == link)


def asked_id(act: bytes) -> bytes:
    """16 bytes: the `#asked` record of an act, from its 32-byte id."""
    return tagged_hash("asked", act)[:RECORD_ID_BYTES]


def answer_id(act: bytes, link: int, record: bytes) -> bytes:
    """16 bytes: the `#answers` record of what one link of an act asks about one record."""
    return tagged_hash("answer", encode([act, link, record]))[:RECORD_ID_BYTES]


def answers_to(act: bytes, link: int) -> bytes:
    """The group of `ANSWERS_TO` with what answers one link of an act."""
    return encode([act, link])


# -- asking ---------------------------------------------------------------------------------------------------------


def keep_asked(
    asks: Sequence[Asks], transaction: Transaction, created: Sequence[bytes], context: Context
) -> tuple[Change, tuple[IndexChange, ...]]:
    """The record of what an act asks once it stands, and where it is found; the act's office writes it."""
    rows: list[Value] = [asked_row(one) for one in asks]
    about: list[Value] = [*(ref.record for ref in transaction.changes.values()), *created]
    fields: dict[str, Value] = {
        "law": transaction.law,
        "procedure": transaction.procedure,
        "about": about,
        "asks": rows,
    }
    if is_of_node(transaction.signers):
        fields["by_node"] = True
    key: dict[str, Value] = {"act": context.transaction_id}
    last_act, incarnation = context.transaction_id[:RECORD_ID_BYTES], context.incarnation
    record = Record(
        ASKED_REGISTER,
        asked_id(context.transaction_id),
        context.author,
        incarnation,
        1,
        last_act,
        "asked",
        key,
        fields,
    )
    groups = groups_of_asked(record)
    return Change(None, record), tuple(IndexChange(name, encode(group), record.id, True) for name, group in groups)


def groups_of_asked(record: Record) -> Iterator[tuple[str, list[Value]]]:
    """As `groups_of` (indexing.py) for the reserved register, so that whoever joins finds the same index."""
    if record.register == ASKED_REGISTER:
        groups: list[list[Value]] = []
        for one in read_asked(record).asks:
            group = asked_group(one.index, one.group)
            groups += [group] if group not in groups else []
        yield from ((ASKED_OF, group) for group in groups)


def asked_group(index: str, group: Mapping[str, Value]) -> list[Value]:
    """`index`: "<law>.<index>"; `group`: by the names of its fields, in any order."""
    return [index, *(group[name] for name in sorted(group))]


def read_asked(record: Record) -> Asked:
    """`record`: of `#asked`."""
    fields = record.fields
    asks = tuple(Asks(*row) for row in fields["asks"])
    assert record.keeper is not None
    act, about, by_node = record.key["act"], tuple(fields["about"]), "by_node" in fields
    return Asked(act, record.keeper, fields["law"], fields["procedure"], about, asks, by_node)


def find_asked(state: State, act: bytes) -> Asked | None:
    record = state.record(asked_id(act))
    return read_asked(record) if record is not None else None


# -- answering ------------------------------------------------------------------------------------------------------


def check_answer(
    state: State, transaction: Transaction, law: Law, procedure: Procedure, by_node: bool, context: Context
) -> tuple[Change, tuple[IndexChange, ...]]:
    """What an answer writes beside its effects. Refuses one to what was not so asked, or was answered before.

    `by_node`: no person has signed it, so it says nothing but what the asking act gives.
    """
    assert transaction.answers is not None
    asked = _asked(state, transaction.answers)
    ids = {name: ref.record for name, ref in transaction.changes.items()}
    for one in asked.asks:
        record = ids.get(one.found)
        if record is None or one.procedure != f"{law.name}.{procedure.name}":
            continue
        if ids != {**one.records, one.found: record}:
            continue
        # What a node has entered asks officers: two laws could else keep each other busy for ever.
        if by_node and (asked.by_node or dict(transaction.act) != dict(one.fields)):
            continue
        if _is_asked(state, asked, one, record, law, context):
            return _answer(state, asked, one, record, ANSWERED, None, context)
    raise Refused("not-so-asked", act=transaction.answers)


def dismiss(state: State, transaction: Transaction, law: Law, context: Context) -> Accepted:
    """The verdict on an act by which the office that was asked leaves the question, with its reason.

    Another office's act has asked and others may have answered: only the common order decides.
    """
    try:
        check_form(transaction, _DISMISSAL)
        return _dismiss(state, transaction, law, context)
    except Refused as refused:
        refused.shared = True
        raise


def check_form(transaction: Transaction, check: Check) -> None:
    """Of an act of the engine that changes no record of a law: its fields alone say what it is about."""
    if transaction.changes:
        raise Refused("records-differ", expected=[], given=sorted(transaction.changes))
    try:
        check(transaction.act)
    except FieldFault as fault:
        raise Refused(fault.code, field=fault.field, **fault.facts) from None


def _dismiss(state: State, transaction: Transaction, law: Law, context: Context) -> Accepted:
    act, record = transaction.act["act"], transaction.act["record"]
    asked = _asked(state, act)
    mine = (one for one in asked.asks if one.procedure.partition(".")[0] == law.name)
    asks = [one for one in mine if _is_asked(state, asked, one, record, law, context)]
    if not asks:
        raise Refused("not-so-asked", act=act)
    check_people(transaction.signers, context.author, context, transaction.claimed_ms)
    roles = law.deciding.by or tuple(_roles(law, asks))
    if roles and not any(signer.role in roles for signer in transaction.signers):
        raise Refused("role-missing", article=law.deciding.article, role=roles[0])
    open_ = [one for one in asks if state.record(answer_id(act, one.link, record)) is None]
    how, reason = DISMISSED, transaction.act["reason"]
    left = [_answer(state, asked, one, record, how, reason, context) for one in open_ or asks]
    changes, moves = tuple(change for change, _ in left), tuple(move for _, moved in left for move in moved)
    return Accepted("entered", changes, moves, shared=True, touched=frozenset({record}))


def _roles(law: Law, asks: Sequence[Asks]) -> Iterator[str]:
    """Who may sign what is asked for."""
    for one in asks:
        procedure = law.procedures.get(one.procedure.partition(".")[2])
        yield from (*procedure.signing.all_of, *procedure.signing.any_of) if procedure else ()


def _asked(state: State, act: bytes) -> Asked:
    asked = find_asked(state, act)
    if asked is None:
        raise Refused("no-such-question", act=act)  # it may be on its way
    return asked


def found_by(state: State, ask: Asks, law: Law, most: int | None = None) -> Sequence[bytes]:
    """The records that the link finds, the first so many (all); none, where the law has no such index any more."""
    index = law.indexes.get(ask.index.partition(".")[2])
    if index is None or index.full_name != ask.index or set(index.by) != ask.group.keys():
        return ()
    return state.find(index.full_name, encode([ask.group[name] for name in index.by]), most or index.max)


def _is_asked(state: State, asked: Asked, ask: Asks, record_id: bytes, law: Law, context: Context) -> bool:
    """Whether the link finds the record, and this office answers for it."""
    record = state.record(record_id)
    if record is None or record_id not in found_by(state, ask, law):
        return False
    return context.author == (asked.author if record.keeper is None else record.keeper)


def _answer(
    state: State, asked: Asked, ask: Asks, record_id: bytes, how: str, reason: str | None, context: Context
) -> tuple[Change, tuple[IndexChange, ...]]:
    """Refuses `already-answered` and, beyond what the link may ask about, `asked-enough`."""
    made = answer_id(asked.act, ask.link, record_id)
    before = state.record(made)
    if before is not None:
        raise Refused("already-answered", winner=before.last_act)
    if state.count(ANSWERS_TO, answers_to(asked.act, ask.link)) >= ask.most:
        raise Refused("asked-enough", most=ask.most)
    keeper = _keeper(state, record_id)
    fields: dict[str, Value] = {"procedure": ask.procedure, "about": list(asked.about), "by": context.author}
    if reason is not None:
        fields["reason"] = reason
    incarnation = 0 if keeper is None else context.incarnation
    key: dict[str, Value] = {"act": asked.act, "link": ask.link, "record": record_id}
    last_act = context.transaction_id[:RECORD_ID_BYTES]
    record = Record(ANSWERS_REGISTER, made, keeper, incarnation, 1, last_act, how, key, fields)
    moves = (IndexChange(index, encode(group), made, True) for index, group in groups_of_answers(record))
    return Change(None, record), tuple(moves)


def _keeper(state: State, record_id: bytes) -> int | None:
    record = state.record(record_id)
    return record.keeper if record is not None else None


def groups_of_answers(record: Record) -> Iterator[tuple[str, list[Value]]]:
    """As `groups_of` (indexing.py) for the reserved register, so that whoever joins finds the same indexes."""
    if record.register == ANSWERS_REGISTER:
        yield ANSWERS_TO, [record.key["act"], record.key["link"]]
        about: Mapping[bytes, None] = dict.fromkeys([record.key["record"], *record.fields["about"]])
        for one in about:
            yield ANSWERS_ABOUT, [one]
