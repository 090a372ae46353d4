"""Acts that end, or complete, an act which is suspended or held (LAWS.md §15).

`#cure` brings fields that were left out, or nothing where what was missing stands in the register by now; `#confirm`
decides that what is held counts; `#set_aside` that it does not; `#withdraw` takes it back before it is decided. Each
names the act and, where it may be executed, the records as its signers see them now. Executed is what the act said,
on the signatures that it stood on: powers and attestations are not judged twice, its time is that of its first place.
What is numbered or named by it is so by the resolving act. Whatever the law says of the records now holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from core.laws.applying import Context
from core.laws.field_checks import Check, FieldFault, make_group_check
from core.laws.field_types import REASON, ActType, Field
from core.laws.law import Law, Procedure
from core.laws.offering import is_joint, request_record_id, withdraw_request
from core.laws.placing import DAY_MS
from core.laws.signing import Signed, are_one_person, check_people
from core.laws.terms import open_term
from core.laws.undecided import (
    HELD,
    OPEN_INDEX,
    SUSPENDED,
    Undecided,
    codes_of,
    find_undecided,
    leave_places,
    open_group,
    term_fields,
    undecided_id,
)
from core.laws.verdict import Accepted, Finding, Refused
from core.ledger.encoding import Value
from core.ledger.record import MAX_RECORD_BYTES, Change, IndexChange, State, encode_record
from core.ledger.transaction import Transaction

CURE, CONFIRM, SET_ASIDE, WITHDRAW = "#cure", "#confirm", "#set_aside", "#withdraw"
RESOLVING = frozenset({CURE, CONFIRM, SET_ASIDE, WITHDRAW})
TIME_UNDECIDED = "time-undecided"
DECIDED_WITHIN_MS = 30 * DAY_MS  # so long an act keeps its place whose cure may have come too late
_EXECUTES = frozenset({CURE, CONFIRM})
_ENDS = {SET_ASIDE: "set_aside", WITHDRAW: "withdrawn"}
Run = Callable[[Transaction, Procedure, Context, Signed], Accepted]


_ACT = Field("act", ActType())
_CHECKS: Mapping[str, Check] = {
    CURE: make_group_check({"act": _ACT}, ("fields",)),
    **{way: make_group_check({"act": _ACT, "reason": REASON}) for way in (CONFIRM, SET_ASIDE, WITHDRAW)},
}


def resolve(state: State, transaction: Transaction, law: Law, context: Context, run: Run) -> Accepted:
    """The verdict on an act that cures, confirms, sets aside or withdraws another."""
    way, act = transaction.procedure, transaction.act
    if transaction.requests or transaction.addressed_to is not None:
        raise Refused("requests-not-asked", procedure=way)
    _check_fields(transaction)
    asked = state.record(request_record_id(act["act"])) if way == WITHDRAW else None
    if asked is not None and is_joint(asked):
        try:
            return withdraw_request(state, asked, transaction, law, context)
        except Refused as refused:
            raise _shared(refused) from None
    undecided = find_undecided(state, act["act"])
    if undecided is None:
        raise _shared(Refused("no-such-undecided", act=act["act"]))  # it may be on its way
    record_id, keeper = undecided.record.id, undecided.record.keeper
    touched = {record_id, *undecided.records.values()}  # who comes next on them waits with this act
    try:
        accepted = _resolve(state, transaction, undecided, law, context, run)
    except Refused as refused:
        if keeper is None or record_id in context.waiting:
            refused.shared = True
        if refused.shared:
            refused.touched |= touched
        raise
    has_term = undecided.ends_ms is not None or undecided.term is not None  # a calendar may come before, in the order
    shared = accepted.shared or keeper is None or has_term or record_id in context.waiting
    if not shared:
        return accepted
    return replace(accepted, shared=True, touched=accepted.touched | touched)


def _resolve(
    state: State, transaction: Transaction, undecided: Undecided, law: Law, context: Context, run: Run
) -> Accepted:
    way = transaction.procedure
    if undecided.law != law.name:
        raise Refused("act-of-another-law", law=undecided.law)
    if not undecided.is_open:
        raise Refused("already-decided", winner=undecided.record.last_act)
    if undecided.record.keeper not in (None, context.author):
        raise Refused("not-keeper", office=undecided.record.keeper, record="act")
    procedure = law.procedures.get(undecided.procedure)
    if procedure is None and way in _EXECUTES:
        raise Refused("unknown-procedure", procedure=undecided.procedure)
    check_people(transaction.signers, context.author, context, transaction.claimed_ms)
    _check_who(transaction, undecided, law, procedure, context)
    if way not in _EXECUTES:
        return _end(state, transaction, undecided, context)
    assert procedure is not None
    in_term = undecided.in_time(context, transaction.claimed_ms)
    if in_term is False:
        raise Refused("act-lapsed", ends_ms=undecided.ends_ms)
    whole = _whole(transaction, undecided, procedure)
    if way == CONFIRM and undecided.record.state != HELD:
        raise Refused("act-not-held")
    signed = Signed(
        transaction.signers if way == CURE else (),
        (context.author,),
        whole=False,
        decided=way == CONFIRM or undecided.confirmed,
        stands=frozenset(undecided.fields),
        undecided=undecided,
    )
    entered = run(whole, procedure, context, signed)
    waits_on = way == CURE and undecided.record.state == HELD and TIME_UNDECIDED in undecided.codes
    if (in_term is None or waits_on) and entered.outcome != SUSPENDED:
        # Who brought it in time does not lose because offices met late: somebody decides, and no second cure does.
        late = Finding(TIME_UNDECIDED, "", law.deciding.article, HELD, {"rule": undecided.procedure})
        waits = replace(entered, outcome=HELD, findings=(late,))
        return _still_undecided(waits, undecided, whole, context, {}, late=True)
    if entered.outcome in (HELD, SUSPENDED):
        kept = undecided.record.fields
        term = {name: kept[name] for name in ("ends_ms", "term") if name in kept}
        if not term and entered.outcome == SUSPENDED and context.order is not None:
            term = term_fields(state, open_term(law, entered.findings, context.order.consensus_ms))
        return _still_undecided(entered, undecided, whole, context, term, confirmed=signed.decided)
    ended, moved = _ended(state, undecided, entered.outcome, context)
    return replace(entered, changes=(*entered.changes, *ended), index_changes=(*entered.index_changes, moved))


def _check_fields(transaction: Transaction) -> None:
    try:
        _CHECKS[transaction.procedure](transaction.act)
        if type(transaction.act.get("fields", {})) is not dict:
            raise FieldFault("wrong-kind", expected="group").within("fields")
    except FieldFault as fault:
        raise Refused(fault.code, field=fault.field, **fault.facts) from None


def _check_who(
    transaction: Transaction, undecided: Undecided, law: Law, procedure: Procedure | None, context: Context
) -> None:
    """Who may sign the act brings what is missing, and withdraws it at its own office; who decides, the law says."""
    signing = procedure.signing if procedure else None
    own = (*signing.all_of, *signing.any_of) if signing else ()
    way = transaction.procedure
    deciding = way in (CONFIRM, SET_ASIDE)
    asked = (law.deciding.by or own) if deciding else own
    if asked and not any(signer.role in asked for signer in transaction.signers):
        raise Refused("role-missing", article=law.deciding.article if deciding else "", role=asked[0])
    if way == WITHDRAW and undecided.author != context.author:
        raise Refused("act-of-another-office", office=undecided.author)
    if way == WITHDRAW and procedure is not None and procedure.act_class == "fact":
        raise Refused("fact-not-withdrawn", procedure=procedure.name)
    if deciding and law.deciding.second_person:
        signed, decides = (
            {(signer.office, signer.officer) for signer in signers}
            for signers in (undecided.signers, transaction.signers)
        )
        if any(are_one_person(one, other, context) for one in signed for other in decides):
            raise Refused("decided-by-signer", article=law.deciding.article)


def _whole(transaction: Transaction, undecided: Undecided, procedure: Procedure) -> Transaction:
    """The act as it is executed now: what it said and what is brought, on the records as they are seen now."""
    expected = {name: undecided.records[name] for name in undecided.records}
    given = {name: ref.record for name, ref in transaction.changes.items()}
    if given != expected:
        raise Refused("records-differ", expected=sorted(expected), given=sorted(given))
    brought: Mapping[str, Value] = transaction.act.get("fields", {})
    for name in brought:
        if name in undecided.fields:
            raise Refused("field-brought-before", field=name)
        if name in procedure.sealed:
            raise Refused("sealed-not-brought", field=name)
    return replace(
        transaction,
        procedure=procedure.name,
        act={**undecided.fields, **brought},
        signers=undecided.signers,
        answers=undecided.answers,
    )


def _still_undecided(
    verdict: Accepted,
    undecided: Undecided,
    whole: Transaction,
    context: Context,
    term: Mapping[str, Value],
    confirmed: bool = False,
    late: bool = False,
) -> Accepted:
    """Something is missing still, or somebody must decide: the act waits on with what was brought; its term goes on.

    `late`: the cure may have come after the term. Who decides keeps others waiting so long and no longer; a second
    cure, which changes nothing, makes it no longer.
    """
    old = undecided.record
    fields = {**old.fields, "fields": dict(whole.act), "codes": codes_of(verdict.findings)}
    if confirmed:
        fields["confirmed"] = context.transaction_id[:16]
    fields = {name: value for name, value in fields.items() if name not in ("ends_ms", "term")} | dict(term)
    if late and context.order is not None:
        fields.setdefault("stands_until_ms", context.order.consensus_ms + DECIDED_WITHIN_MS)
    elif not late:
        fields.pop("stands_until_ms", None)
    new = replace(
        old,
        version=old.version + 1,
        incarnation=0 if old.keeper is None else context.incarnation,
        last_act=context.transaction_id[:16],
        state=verdict.outcome,
        fields=fields,
    )
    if len(encode_record(new)) > MAX_RECORD_BYTES:  # cure after cure, each with as much as an act may hold
        raise Refused("record-too-large", most=MAX_RECORD_BYTES)
    return replace(verdict, changes=(Change(old, new),), index_changes=())


def _end(state: State, transaction: Transaction, undecided: Undecided, context: Context) -> Accepted:
    if transaction.changes:
        raise Refused("records-differ", expected=[], given=sorted(transaction.changes))
    ended, moved = _ended(state, undecided, _ENDS[transaction.procedure], context)
    return Accepted("entered", tuple(ended), (moved,))


def _ended(state: State, undecided: Undecided, outcome: str, context: Context) -> tuple[list[Change], IndexChange]:
    """Of an act that waits no more only what tells of it is kept: its text stands in its block."""
    old = undecided.record
    kept = {name: old.fields[name] for name in ("law", "procedure", "author")}
    new = replace(
        old,
        version=old.version + 1,
        incarnation=0 if old.keeper is None else context.incarnation,
        last_act=context.transaction_id[:16],
        state=outcome,
        fields=kept,
    )
    places = leave_places(state, undecided, context)
    return [Change(old, new), *places], IndexChange(OPEN_INDEX, open_group(old.keeper), old.id, False)


def _shared(refused: Refused) -> Refused:
    refused.shared = True
    return refused


__all__ = ["CONFIRM", "CURE", "RESOLVING", "SET_ASIDE", "WITHDRAW", "resolve", "undecided_id"]
