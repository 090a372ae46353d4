"""Executes one act under a law: values in, a verdict and the changes out; the same on every node, for ever.

The checks run in this order and the first that fails decides: law and version; procedure; fields of the act;
records named, theirs to change, of the version seen; states; entries and records that fields point to;
signatures and roles; attestations; `let`; `requires`. Then effects on drafts; then, on the state after,
declared bounds, `always`, sizes, unique keys and full indexes. An act that is suspended, held or without
effect changes nothing (LAWS.md). Nothing here reads a clock, a locale, an unordered set or a float.
"""

from collections.abc import Mapping
from dataclasses import replace

from core.laws.alike import DECIDING_ALIKE, decide_alike
from core.laws.applying import Applying, Context, is_shared
from core.laws.conflicts import Conflicts, above, refuse_released
from core.laws.expression_days import Undecided
from core.laws.expression_time import Moment
from core.laws.expression_types import ACT_ID, AGREES, BUDGET, CONFIRMED, MAX_STEPS, STATE, TIME, Frame
from core.laws.field_checks import FieldFault
from core.laws.field_types import EntryOfType
from core.laws.judging import Judge
from core.laws.law import Law, Procedure
from core.laws.linking import asks_of
from core.laws.offering import OFFERED_REGISTER, end_offers, offered_among
from core.laws.opening import open_for_rules
from core.laws.placing import Claimed
from core.laws.powers import refuse_elsewhere
from core.laws.questions import DISMISS, check_answer, dismiss, keep_asked
from core.laws.relying import lack
from core.laws.requests import DECISIONS, ENTER, ask, decide
from core.laws.resolving import RESOLVING, resolve
from core.laws.signing import SignatureCheck, Signed, is_of_node
from core.laws.transition import governing, is_late
from core.laws.undecided import EARLIER_ACT, SUSPENDED, acts_in_front, keep_undecided, undecided_id
from core.laws.verdict import Accepted, Finding, Refused, Rejected
from core.ledger.encoding import Value
from core.ledger.record import RECORD_ID_BYTES, Change, IndexChange, Record, State, new_record_id
from core.ledger.transaction import Transaction

__all__ = ["Context", "execute"]

_OUTCOMES = {"suspend": "suspended", "hold": "held", "warn": "warned", "without_effect": "without_effect"}
# The gravest of the conditions that failed gives the outcome.
_GRAVITY = ("held", "suspended", "without_effect", "warned", "entered")


def execute(
    state: State, transaction: Transaction, law: Law, context: Context, trace: bool = False
) -> Accepted | Rejected:
    """The verdict on one act. Never raises for anything an act can contain."""
    judge = Judge(trace)
    try:
        return _judge(state, transaction, law, context, judge)
    except Refused as refused:
        return Rejected(
            refused.code,
            refused.rule,
            refused.article,
            refused.facts,
            refused.winner,
            tuple(judge.steps),
            refused.shared or _waits_as_request(transaction, law),
            refused.touched,
        )


def _waits_as_request(transaction: Transaction, law: Law) -> bool:
    """Whether a refusal of a request, or of its decision, may follow from what others do."""
    if transaction.addressed_to is not None:
        return True
    asking = law.asking if transaction.procedure in DECISIONS else None
    return asking is not None and (asking.queue or asking.term_days is not None)


def _judge(state: State, transaction: Transaction, law: Law, context: Context, judge: Judge) -> Accepted:
    late = context.late and is_late(transaction, law)
    if (transaction.law, transaction.law_version) != (law.name, law.version) and not late:
        raise Refused("law-not-in-force", law=transaction.law, version=transaction.law_version)
    law = governing(state, transaction, law, context.former)

    def run(act: Transaction, procedure: Procedure, place: Context, signed: Signed) -> Accepted:
        return _Execution(state, act, law, place, judge, signed).run(procedure)

    if transaction.answers is not None and transaction.procedure.startswith("#") and transaction.procedure != ENTER:
        raise Refused("not-so-asked", act=transaction.answers)
    if transaction.procedure in DECISIONS:
        return decide(state, transaction, law, context, run)
    if transaction.procedure in RESOLVING:
        return resolve(state, transaction, law, context, run)
    of_engine = transaction.procedure == DISMISS or transaction.procedure in DECIDING_ALIKE
    if transaction.requests or (transaction.addressed_to is not None and of_engine):
        raise Refused("requests-not-asked", procedure=transaction.procedure)
    if transaction.procedure in DECIDING_ALIKE:
        return decide_alike(state, transaction, law, context)
    if transaction.procedure == DISMISS:
        return dismiss(state, transaction, law, context)
    procedure = law.procedures.get(transaction.procedure)
    if procedure is None:
        raise Refused("unknown-procedure", procedure=transaction.procedure)
    if transaction.addressed_to is not None:
        return ask(state, transaction, law, context, run)
    accepted = run(transaction, procedure, context, Signed(transaction.signers, (context.author,), waits=late))
    return keep_undecided(state, accepted, transaction, transaction.signers, law, procedure, context)


class _Execution:
    """One act on its way through the checks."""

    def __init__(
        self, state: State, transaction: Transaction, law: Law, context: Context, judge: Judge, signed: Signed
    ) -> None:
        self._state = state
        self._signed = signed
        self._transaction = transaction
        self._law = law
        self._context = context
        self._judge = judge
        self._conflicts = Conflicts(context)
        self._records: dict[str, Record] = {}
        self._shared = signed.waits
        self._formed = False
        self._offered: list[Record] = []

    def run(self, procedure: Procedure) -> Accepted:
        """The verdict; `Refused` says like it whether only an anchor decides."""
        try:
            accepted = self._judge_act(procedure)
        except Refused as refused:
            if refused.over is not None and refused.over.pending is not None:
                self._shared = True  # where that record is by then, only the order tells
            held = self._conflicts.hold_together(procedure, refused, self._law)
            if not held:
                refused.shared, refused.touched = self._waits(procedure)
                raise
            accepted = Accepted("held", held, (), tuple(self._judge.steps), self._conflicts.findings)
        if not (self._shared or self._context.waiting or self._any_offered()):  # as almost every act of a keeper
            return accepted
        shared, touched = self._waits(procedure)
        if not shared:
            return accepted
        ended = end_offers(self._state, self._offered, accepted.changes, self._context)
        return replace(accepted, changes=(*accepted.changes, *ended), shared=True, touched=touched)

    def _judge_act(self, procedure: Procedure) -> Accepted:
        transaction = self._transaction
        self._check_form(procedure)
        for register in procedure.others:
            if lack(self._law.name, register) in self._context.lacking:
                self._shared = True  # by then the network may have changed its rules
                raise Refused("other-law-differs", law=register.partition(".")[0], register=register)
        self._find_records(procedure)
        signatures = SignatureCheck(self._signed, self._context, self._conflicts, transaction.claimed_ms)
        try:
            signatures.check(procedure, transaction.act)
        finally:
            self._shared |= signatures.shared
        answer = self._answer(procedure)
        if self._conflicts.newer:
            self._conflicts.refuse()
        if procedure.reasons or (procedure.creates and self._creates_shared(procedure)):
            self._shared = True
        if self._conflicts.misplaced:  # the conditions would be asked of another state or version
            return Accepted("held", (), (), tuple(self._judge.steps), self._conflicts.findings)
        frame = self._frame(procedure)
        earlier = self._earlier_acts(procedure) if self._law.suspended_registers or self._context.former else ()
        findings = self._conflicts.findings + earlier + self._find_failures(procedure, frame)
        outcome = min((finding.outcome for finding in findings), key=_GRAVITY.index) if findings else "entered"
        if outcome not in ("entered", "warned"):
            self._shared |= outcome == SUSPENDED  # since when its term runs, only the order tells
            return Accepted(outcome, (), (), tuple(self._judge.steps), findings)
        applying = Applying(self._state, self._law, self._context, self._judge, self._records)
        changes, moved = applying.run(procedure, frame, transaction.claimed_ms)
        if signatures.bound:
            written = (one for change in changes for one in (change.new, *above(self._state, self._law, change.new)))
            refuse_elsewhere(self._law, written, signatures.bound)
        for asked, found in self._asked(procedure, frame, changes) if procedure.links else ():
            changes, moved = (*changes, asked), (*moved, *found)
        if answer is not None:
            changes, moved = (*changes, answer[0]), (*moved, *answer[1])
        return Accepted(outcome, changes, moved, tuple(self._judge.steps), findings)

    def _check_form(self, procedure: Procedure) -> None:
        transaction = self._transaction
        try:
            procedure.check_act(transaction.act)
        except FieldFault as fault:
            raise Refused(fault.code, field=fault.field, **fault.facts) from None
        for name in procedure.sealed:
            if name in transaction.act and transaction.act[name]["by"] != transaction.signers[0].office:
                raise Refused("not-sealed", field=name)  # another office's text cannot be passed off as one's own
        self._formed = True

    def _answer(self, procedure: Procedure) -> tuple[Change, tuple[IndexChange, ...]] | None:
        """What is written beside the effects of an act that answers another; a node enters nothing else, nor does
        anybody where the law wants to be asked.
        """
        by_node = is_of_node(self._signed.people)
        if self._transaction.answers is None:
            if by_node or procedure.only_when_asked:
                raise Refused("nobody-asked", procedure=procedure.name)
            return None
        self._shared = True  # another office's act has asked: whether it stands, only the order tells
        return check_answer(self._state, self._transaction, self._law, procedure, by_node, self._context)

    def _asked(
        self, procedure: Procedure, frame: Frame, changes: tuple[Change, ...]
    ) -> tuple[tuple[Change, tuple[IndexChange, ...]], ...]:
        """The record of what the act asks of other laws, read from its records as it leaves them."""
        new = {change.new.id: change.new for change in changes}
        created = {
            name: new_record_id(self._context.transaction_id, place) for place, name in enumerate(procedure.creates)
        }
        for name, record in self._records.items():
            frame[procedure.slots[name]] = new.get(record.id, record)
        asks = asks_of(procedure, self._transaction, frame, created)
        return (keep_asked(asks, self._transaction, tuple(created.values()), self._context),) if asks else ()

    def _creates_shared(self, procedure: Procedure) -> bool:
        return any(is_shared(self._law.registers[name], self._context) for name in procedure.creates.values())

    # -- before the conditions ------------------------------------------------------------------------------------

    def _find_records(self, procedure: Procedure) -> None:
        refs, referenced, conflicts = self._transaction.changes, procedure.referenced, self._conflicts
        if refs.keys() != referenced.keys():
            raise Refused("records-differ", expected=sorted(referenced), given=sorted(refs))
        author = self._context.author
        found: set[bytes] = set()
        for name, register in referenced.items():
            ref = refs[name]
            record = self._record(ref.record, register, name)
            if record.keeper != author:
                self._shared = True
                kept_by = (None, self._signed.beside)
                if record.keeper not in kept_by and not conflicts.may_name(procedure, name, record):
                    raise Refused("not-keeper", office=record.keeper, record=name)
            if record.pending is not None or name in procedure.special:
                self._shared |= record.pending is not None
                conflicts.meet_pending(procedure, name, record, ref)
            if name in procedure.followers:
                for keeping in above(self._state, self._law, record):
                    refuse_released(keeping, name)
            if ref.last_act != record.last_act or ref.version != record.version:
                conflicts.meet_newer(procedure, name, record)
            if ref.record in found:
                raise Refused("record-twice", record=name)
            found.add(ref.record)
            self._records[name] = record
        if not conflicts.newer:
            self._check_states(procedure)
            self._check_references(procedure)

    def _check_states(self, procedure: Procedure) -> None:
        for name, states in procedure.in_state.items():
            record = self._records[name]
            if record.state in states:
                continue
            told: dict[str, Value] = {"record": name, "state": record.state, "of": sorted(states)}
            if procedure.act_class != "fact" or self._signed.decided:
                raise Refused("not-in-state", winner=record.last_act, **told)
            self._conflicts.hold_fact("not-in-state", record, told)

    def _record(self, record_id: bytes, register: str, where: str) -> Record:
        record = self._state.record(record_id)
        if record is None or record.register != self._law.register(register).full_name:
            self._shared = True  # it may be on its way
            raise Refused("no-such-record", record=where, register=register)
        return record

    def _check_references(self, procedure: Procedure) -> None:
        act = self._transaction.act
        for path, kind in procedure.entries:
            for entry in _values_at(act, path):
                self._check_entry(entry, path, kind)
        for path, register in procedure.records:
            for record_id in _values_at(act, path):
                if self._record(record_id, register, ".".join(path)).keeper != self._context.author:
                    self._shared = True

    def _check_entry(self, entry: Value, path: tuple[str, ...], kind: EntryOfType) -> None:
        if kind.owner in self._records:
            for row in self._records[kind.owner].fields.get(kind.list, ()):
                if row["id"] == entry:
                    return
        raise Refused("no-such-entry", field=".".join(path), entry=entry)

    # -- what waits for the common order, and what comes of it -----------------------------------------------------

    def _waits(self, procedure: Procedure) -> tuple[bool, frozenset[bytes]]:
        """Whether only an anchor decides this verdict, and what the act touches (empty otherwise)."""
        waiting, any_offered = self._context.waiting, self._any_offered()
        if not self._shared and not ((waiting or any_offered) and self._formed):
            return False, frozenset()
        touched = self._touched(procedure)
        if any_offered:
            self._offered = offered_among(self._state, touched, self._context.author)
            self._shared |= bool(self._offered)
        if self._shared or not touched.isdisjoint(waiting):
            return True, touched
        return False, frozenset()

    def _any_offered(self) -> bool:
        return self._state.has_any(OFFERED_REGISTER)

    def _touched(self, procedure: Procedure) -> frozenset[bytes]:
        """The records that the act reads or writes and those they are kept with; registers in which it takes a key.

        What is created with a record or found by it is tied to that record; what is created stands or falls with it.
        """
        touched = {ref.record for ref in self._transaction.changes.values()} | procedure.pools
        touched |= {new_record_id(self._context.transaction_id, number) for number in range(len(procedure.creates))}
        touched.add(undecided_id(self._context.transaction_id))  # where it stands, if it is held or suspended
        if self._formed:
            for path, _ in procedure.records:
                touched.update(_values_at(self._transaction.act, path))
        for record in self._records.values():
            touched.update(one.id for one in above(self._state, self._law, record))
        return frozenset(touched)

    def _earlier_acts(self, procedure: Procedure) -> tuple[Finding, ...]:
        """Suspended acts on the same records, which keep their place in front of this one."""
        undecided = self._signed.undecided
        own = undecided.act if undecided else self._context.transaction_id
        refs, claimed_ms = self._transaction.changes, self._transaction.claimed_ms
        in_front = acts_in_front(self._state, self._law, procedure, refs, self._context, own)
        self._shared |= bool(in_front)  # whether they have lapsed by then, only the order tells
        earlier = [one.act for one in in_front if one.keeps_place(self._context, claimed_ms) is not False]
        if not earlier:
            return ()
        if undecided is not None and self._signed.decided:
            raise Refused(EARLIER_ACT, winner=earlier[0][:RECORD_ID_BYTES])
        return (Finding(EARLIER_ACT, "", "", "held", {"winner": earlier[0][:RECORD_ID_BYTES]}),)

    # -- the conditions -------------------------------------------------------------------------------------------

    def _opened(self, procedure: Procedure) -> Mapping[str, Value]:
        """The act as rules read it: with what it opens in place of what opens it."""
        found = dict(self._transaction.act)
        for name, kind in procedure.openings.items():
            if name in found:
                sealed = self._records[kind.record].fields.get(kind.column)
                found[name] = open_for_rules(self._context.network, name, kind, sealed, found[name])
        return found

    def _frame(self, procedure: Procedure) -> Frame:
        frame: Frame = [None] * procedure.frame_size
        frame[BUDGET], frame[STATE], frame[ACT_ID] = MAX_STEPS, self._state, self._context.transaction_id
        frame[AGREES], frame[CONFIRMED] = self._context.agrees, self._signed.decided
        frame[procedure.slots["act"]] = self._opened(procedure) if procedure.openings else self._transaction.act
        if procedure.reads_time:
            frame[TIME] = self._moment()
        for name, record in self._records.items():
            frame[procedure.slots[name]] = record
        return frame

    def _moment(self) -> Moment:
        """When the act was made; of one that was undecided since, then."""
        undecided = self._signed.undecided
        if undecided is not None and undecided.placed is not None:
            return undecided.placed
        return self._context.order or Claimed(self._transaction.claimed_ms)

    def _find_failures(self, procedure: Procedure, frame: Frame) -> tuple[Finding, ...]:
        """What fails without refusing; the first condition that refuses is raised."""
        for let in procedure.lets:
            frame[let.slot] = self._judge.value(let.name, let.run, frame)
        findings = []
        for condition in procedure.requires:
            try:
                if self._judge.holds(condition, frame):
                    continue
            except Undecided as undecided:
                outcome = "suspended" if condition.outcome == "suspend" and not undecided.facts else "held"
                told: dict[str, Value] = {"rule": condition.path, **undecided.facts}
                outcome = self._as_decided(outcome)
                findings.append(Finding(undecided.code, "", condition.article, outcome, told))
                continue
            facts = {name: fact(frame) for name, fact in condition.facts.items()}
            if condition.outcome == "refuse":
                raise Refused.by(condition.code, condition.path, condition.article, facts)
            outcome = self._as_decided(_OUTCOMES[condition.outcome])
            findings.append(Finding(condition.code, condition.path, condition.article, outcome, facts))
        return tuple(findings)

    def _as_decided(self, outcome: str) -> str:
        """What would hold the act was decided: it is told, and stands in its way no more."""
        return "warned" if outcome == "held" and self._signed.decided else outcome


def _values_at(value: Value, path: tuple[str, ...]) -> list[Value]:
    """Every value at a path of the act; optional ones that are left out are none."""
    found = [value]
    for step in path:
        if step == "[]":
            found = [item for one in found for item in one]
        else:
            found = [one[step] for one in found if step in one]
    return found
