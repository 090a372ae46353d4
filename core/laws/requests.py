"""Requests: one office asks, the competent one decides (3-ledger §6; LAWS.md §10).

A request is an act that names the office it is addressed to. Executing it changes no record of that office: it is
judged as that office would judge it, and then waits, outcome *requested*. The deciding act carries the signed request
inside and enters it (`#enter`) or refuses it with a reason (`#refuse`), once. Whoever holds the deciding act can
execute it without the request's own block.

A request may change records of the asking office too, beside those of the office asked: both have signed for theirs,
and nothing changes at either until `#enter` stands in the common order (offering.py).

Three kinds of record keep this (their registers begin with `#`, no page lists them):
`#requests`, shared, one a request: since which consensus time it waits, so that no clock of one office sets its term;
`#places`, shared, one a version of a record that requests would change: who asked first;
`#decisions`, kept by the office that decides, one a request: so none is decided twice, and each finds its decision.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.laws.applying import Context
from core.laws.field_checks import FieldFault, make_group_check
from core.laws.field_types import REASON, Field
from core.laws.law import Asking, Law, Procedure
from core.laws.offering import (
    REQUESTS_REGISTER,
    WITHDRAWN,
    check_two_keepers,
    decision_record_id,
    is_joint,
    is_over,
    keeps_one,
    offer,
    refuse_undecided,
    request_record_id,
    shared_record,
)
from core.laws.placing import DAY_MS, Claimed, Order
from core.laws.relying import is_other
from core.laws.signing import Signed, check_people, counts, those_that_count
from core.laws.undecided import keep_undecided
from core.laws.verdict import Accepted, Finding, Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import RECORD_ID_BYTES, Change, Record, State
from core.ledger.request import REQUESTED, SignedRequest, decode_request, requesting_office
from core.ledger.transaction import RecordRef, Transaction

ENTER, REFUSE = "#enter", "#refuse"  # no procedure of a law can have these names
DECISIONS = frozenset({ENTER, REFUSE})
REFUSED_BY_KEEPER = "refused"
WAITING = "waiting-for-keeper"  # the code of every act that is entered as a request
PLACES_REGISTER, DECISIONS_REGISTER = "#places", "#decisions"
MAX_WAITING = 16
_NOTHING: Mapping[str, Field] = {}
_REASON = {"reason": REASON}


Run = Callable[[Transaction, Procedure, Context, Signed], Accepted]


def place_record_id(ref: RecordRef) -> bytes:
    """16 bytes: the `#places` record of one version of a record."""
    return tagged_hash("request-place", encode([ref.record, ref.version, ref.last_act]))[:RECORD_ID_BYTES]


# -- asking ---------------------------------------------------------------------------------------------------------


def ask(state: State, transaction: Transaction, law: Law, context: Context, run: Run) -> Accepted:
    """The verdict on a request: *requested*, or refused where the office it names could not enter it either."""
    try:
        return _ask(state, transaction, law, context, run)
    except Refused as refused:
        refused.touched |= _named(transaction)
        raise


def _named(transaction: Transaction) -> frozenset[bytes]:
    """What its author does next to these records waits for the order with it, also where it is foreseen to come to
    nothing: it may stand after all.
    """
    return frozenset(ref.record for ref in transaction.changes.values())


def _ask(state: State, transaction: Transaction, law: Law, context: Context, run: Run) -> Accepted:
    asking, procedure = _asking(law), _procedure(law, transaction)
    keeper = transaction.addressed_to
    assert keeper is not None
    if keeper == context.author:
        raise Refused("request-to-oneself", office=keeper)
    check_people(transaction.signers, context.author, context, transaction.claimed_ms)
    request = context.transaction_id
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    touched = _named(transaction) | procedure.pools
    if state.record(decision_record_id(request)) is None:  # else decided before its own block could be executed
        # Judged now, so that nobody is sent to another office for nothing; what it would change is thrown away.
        people = those_that_count(transaction.signers, procedure)
        joint = keeps_one(state, transaction, procedure, context.author)
        if joint:
            check_two_keepers(state, transaction, procedure, keeper, context.author)
        # For records of its own the asking office signs all that the law asks for: nobody adds to that elsewhere.
        signed = Signed(people, frozenset({context.author}), whole=joint, beside=context.author if joint else None)
        trial = run(transaction, procedure, context._replace(author=keeper, order=None), signed)
        _check_kept(state, transaction, procedure, (keeper, context.author) if joint else (keeper,))
        findings = trial.findings
        try:
            places = _take_places(state, transaction, procedure, asking, context)
            changes = (_asked(transaction, procedure, joint, context), *places)
            if joint:
                refuse_undecided(trial)
                touched |= trial.touched
                changes = (*changes, *offer(state, touched, procedure, context))
        except Refused as refused:
            refused.touched |= trial.touched
            raise
    facts: dict[str, Value] = {"office": keeper}
    if context.order is not None:
        facts["asked_ms"] = context.order.consensus_ms
    waits = Finding(WAITING, "", asking.article, REQUESTED, facts)
    return Accepted(REQUESTED, changes, (), findings=(waits, *findings), shared=True, touched=touched)


def _check_kept(state: State, transaction: Transaction, procedure: Procedure, keepers: Collection[int]) -> None:
    for name, ref in transaction.changes.items():
        if is_other(procedure.reads.get(name, "")):  # whoever keeps it, it is only read
            continue
        record = state.record(ref.record)
        if record is None or record.keeper not in keepers:
            raise Refused("request-not-needed", record=name)


def _asked(transaction: Transaction, procedure: Procedure, joint: bool, context: Context) -> Change:
    fields: dict[str, Value] = {"by": context.author}
    if context.order is not None:
        fields["asked_ms"] = context.order.consensus_ms
    if joint:
        refs = (transaction.changes[name] for name in procedure.changes)
        versions: list[Value] = [[ref.record, ref.version] for ref in refs]
        fields |= {"law": transaction.law, "procedure": procedure.name, "records": versions}
    key = {"request": context.transaction_id, "keeper": transaction.addressed_to}
    record_id = request_record_id(context.transaction_id)
    return Change(None, shared_record(REQUESTS_REGISTER, record_id, None, context, key, fields))


def _take_places(
    state: State, transaction: Transaction, procedure: Procedure, asking: Asking, context: Context
) -> list[Change]:
    """Stand first, or behind the others, at each version of a record that the request would change."""
    changes = []
    for name in procedure.changes:
        ref = transaction.changes[name]
        place = state.record(place_record_id(ref))
        waiting = _waiting(state, place, asking, context.order or Claimed(transaction.claimed_ms))
        if waiting and not asking.queue:
            raise Refused("already-requested", winner=waiting[0][:16], record=name)
        if len(waiting) == MAX_WAITING:
            raise Refused("queue-full", most=MAX_WAITING, record=name)
        key = {"record": ref.record, "version": ref.version}
        fields: dict[str, Value] = {"requests": [*waiting, context.transaction_id]}
        changes.append(Change(place, shared_record(PLACES_REGISTER, place_record_id(ref), place, context, key, fields)))
    return changes


def _waiting(state: State, place: Record | None, asking: Asking, at: Order | Claimed | None) -> list[bytes]:
    """Requests at a place that are neither over nor surely past their term, in the order in which they came."""
    requests: list[bytes] = list(place.fields["requests"]) if place else []
    return [one for one in requests if not is_over(state, one) and in_time(state, one, asking, at) is not False]


# -- the term -------------------------------------------------------------------------------------------------------


def ends_ms(asked_ms: int, asking: Asking) -> int | None:
    """The consensus time after which a request is not entered any more."""
    return None if asking.term_days is None else asked_ms + asking.term_days * DAY_MS


def in_time(state: State, request: bytes, asking: Asking, at: Order | Claimed | None) -> bool | None:
    """Whether this place in the order is surely before a request's end, surely after it (False), or undecided (None).

    Before the order is known, and while the request itself has no place in it, nothing has ended.
    """
    record = state.record(request_record_id(request))
    asked = record.fields.get("asked_ms") if record else None
    end = None if asked is None else ends_ms(asked, asking)
    return True if at is None or end is None else at.by(end)


# -- deciding -------------------------------------------------------------------------------------------------------


def decide(state: State, transaction: Transaction, law: Law, context: Context, run: Run) -> Accepted:
    """The verdict on an act that enters or refuses the request inside it. `law`: that which finishes it."""
    _asking(law)
    if len(transaction.requests) != 1:
        raise Refused("one-request-each", given=len(transaction.requests))
    if transaction.changes:
        raise Refused("records-differ", expected=[], given=sorted(transaction.changes))
    _check_fields(transaction)
    signed, request = _read_request(transaction)
    if request.law != law.name:
        raise Refused("request-of-another-law", law=request.law)
    if request.addressed_to != context.author:
        raise Refused("request-to-another-office", office=request.addressed_to)
    request_id = signed.id(context.network)
    try:
        return _decide(state, transaction, request, request_id, law, context, run)
    except Refused as refused:
        # Whether it stood under earlier rules, and has its place beside a record of who asks, only the order tells.
        refused.shared |= request.law_version != transaction.law_version or _is_for_two(state, request, request_id, law)
        raise


def _is_for_two(state: State, request: Transaction, request_id: bytes, law: Law) -> bool:
    procedure, asked_by = law.procedures.get(request.procedure), requesting_office(request)
    return is_joint(state.record(request_record_id(request_id))) or (
        procedure is not None and keeps_one(state, request, procedure, asked_by)
    )


def _decide(
    state: State,
    transaction: Transaction,
    request: Transaction,
    request_id: bytes,
    law: Law,
    context: Context,
    run: Run,
) -> Accepted:
    asking = _asking(law)
    decided = state.record(decision_record_id(request_id))
    if decided is not None:
        raise Refused("already-decided", winner=decided.last_act)
    asked_by, judged = requesting_office(request), _judged_office(state, request, request_id)
    if transaction.procedure == ENTER and judged is None:
        check_people(request.signers, asked_by, context, transaction.claimed_ms)
    check_people(transaction.signers, context.author, context, transaction.claimed_ms)
    if not any(signer.role in asking.decided_by for signer in transaction.signers):
        raise Refused("role-missing", role=asking.decided_by[0])
    if transaction.procedure == REFUSE:
        procedure = law.procedures.get(request.procedure)
        if procedure is not None and procedure.act_class == "fact":
            raise Refused("fact-not-refused", procedure=request.procedure)
        return Accepted("entered", (_decided(request_id, REFUSED_BY_KEEPER, context),), ())
    return _enter(state, transaction, request, request_id, law, context, run)


def _enter(
    state: State,
    transaction: Transaction,
    request: Transaction,
    request_id: bytes,
    law: Law,
    context: Context,
    run: Run,
) -> Accepted:
    older = request.law_version != transaction.law_version
    if older and not _goes_on(state, transaction, request, request_id, law):
        raise Refused("law-not-in-force", law=request.law, version=request.law_version)
    asking, procedure = _asking(law), _procedure(law, request)
    asked_by = requesting_office(request)
    joint = _check_standing(state, request, request_id, procedure, asked_by)
    in_term = _check_term(state, request_id, procedure, asking, context)
    if asking.queue:
        _check_turn(state, request, request_id, procedure, asking, context)
    for signer in transaction.signers:
        if signer.role not in asking.decided_by and not counts(signer, procedure):
            raise Refused("role-not-asked", role=signer.role)
    # The common order decides where consensus time, another office's place in a queue or its officers' powers are read.
    shared = asking.term_days is not None or asking.queue or context.powers_change or older or joint
    if in_term is None:
        facts: dict[str, Value] = {"term_days": asking.term_days}
        held = Finding("time-undecided", "", asking.article, "held", facts)
        return Accepted("held", (_decided(request_id, "held", context),), (), findings=(held,), shared=True)
    people = those_that_count((*request.signers, *transaction.signers), procedure)
    offices = frozenset({asked_by, context.author})
    # What is numbered or named by the act is so by the deciding one: its time, its id.
    judged = _judged_office(state, request, request_id)
    signed = Signed(people, offices, waits=shared, judged=judged, beside=asked_by if joint else None)
    act = replace(request, claimed_ms=transaction.claimed_ms, answers=transaction.answers)
    ran = run(act, procedure, context, signed)
    if joint:
        refuse_undecided(ran)
    entered = keep_undecided(state, ran, act, people, law, procedure, context)
    decided = _decided(request_id, entered.outcome, context)
    return replace(entered, changes=(*entered.changes, decided))


def _check_standing(state: State, request: Transaction, request_id: bytes, procedure: Procedure, asked_by: int) -> bool:
    """Whether the request offers records of who asks too. It then has its own place in the order, before its entry:
    whatever that office had done to them is before it, and whatever it does since waits for the order.
    """
    asked = state.record(request_record_id(request_id))
    if asked is None and keeps_one(state, request, procedure, asked_by):
        raise Refused("request-not-placed", office=asked_by)
    if asked is not None and asked.state == WITHDRAWN:
        raise Refused("request-withdrawn", winner=asked.last_act)
    return is_joint(asked)


def _goes_on(state: State, transaction: Transaction, request: Transaction, request_id: bytes, law: Law) -> bool:
    """Whether a request of an earlier version is finished: the rules say so, and it had its place under that one."""
    said = law.version == request.law_version or law.transition is not None
    placed = state.record(request_record_id(request_id)) is not None
    return said and placed and request.law_version < transaction.law_version


def _check_term(state: State, request_id: bytes, procedure: Procedure, asking: Asking, context: Context) -> bool | None:
    """True or None (undecided); what happened has happened, so a fact has no term."""
    in_term = True if procedure.act_class == "fact" else in_time(state, request_id, asking, context.order)
    if in_term is False:
        raise Refused("request-expired", article=asking.article, term_days=asking.term_days)
    return in_term


def _check_turn(
    state: State, request: Transaction, request_id: bytes, procedure: Procedure, asking: Asking, context: Context
) -> None:
    for name in procedure.changes:
        ref = request.changes.get(name)
        place = state.record(place_record_id(ref)) if ref else None
        for earlier in _waiting(state, place, asking, context.order):
            if earlier == request_id:
                break
            raise Refused("earlier-request", winner=earlier[:16], record=name)


def _decided(request_id: bytes, outcome: str, context: Context) -> Change:
    record = Record(
        DECISIONS_REGISTER,
        decision_record_id(request_id),
        context.author,
        context.incarnation,
        1,
        context.transaction_id[:16],
        "decided",
        {"request": request_id},
        {"outcome": outcome},
    )
    return Change(None, record)


def _read_request(transaction: Transaction) -> tuple[SignedRequest, Transaction]:
    """The request inside; its signatures were verified with those of the deciding act (core/folding.py)."""
    try:
        signed = decode_request(transaction.requests[0])
        return signed, signed.read()
    except MunimentError:
        raise Refused("malformed-request") from None


def _check_fields(transaction: Transaction) -> None:
    check = make_group_check(_REASON if transaction.procedure == REFUSE else _NOTHING)
    try:
        check(transaction.act)
    except FieldFault as fault:
        raise Refused(fault.code, field=fault.field, **fault.facts) from None


def _asking(law: Law) -> Asking:
    if law.asking is None:
        raise Refused("requests-not-known", law=law.name)
    return law.asking


def _procedure(law: Law, transaction: Transaction) -> Procedure:
    procedure = law.procedures.get(transaction.procedure)
    if procedure is None:
        raise Refused("unknown-procedure", procedure=transaction.procedure)
    return procedure


def _judged_office(state: State, request: Transaction, request_id: bytes) -> int | None:
    """The office that asks, if its request has its own place already: what an officer may, was judged there."""
    return requesting_office(request) if state.record(request_record_id(request_id)) is not None else None
