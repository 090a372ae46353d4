"""Executes one act under a law: values in, a verdict and the changes out; the same on every node, for ever.

The checks run in this order and the first that fails decides: law and version; procedure; fields of the act;
records named, theirs to change, of the version seen; states; entries and records that fields point to;
signatures and roles; attestations; `let`; `requires`. Then effects on drafts; then, on the state after,
declared bounds, `always`, sizes, unique keys and full indexes. An act that is suspended, held or without
effect changes nothing (LAWS.md). Nothing here reads a clock, a locale, an unordered set or a float.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.laws.drafts import Draft
from core.laws.effects import Effect
from core.laws.expression_types import ACT_ID, BUDGET, MAX_STEPS, STATE, TRACE, EvaluationError, Frame, plain
from core.laws.field_checks import FieldFault
from core.laws.field_types import EntryOfType
from core.laws.indexing import check_room, index_changes, record_frame
from core.laws.law import Condition, Law, Procedure, Register
from core.laws.numbers import next_number, year_of
from core.laws.record_checks import check_bounds, check_size
from core.laws.verdict import Accepted, Finding, Refused, Rejected, TraceStep
from core.ledger.encoding import Value
from core.ledger.record import (
    Change,
    IndexChange,
    Record,
    State,
    new_record_id,
)
from core.ledger.transaction import Transaction

_OUTCOMES = {"suspend": "suspended", "hold": "held", "warn": "warned", "without_effect": "without_effect"}
# The gravest of the conditions that failed gives the outcome.
_GRAVITY = ("held", "suspended", "without_effect", "warned", "entered")


@dataclass(frozen=True)
class Context:
    """What an execution knows of its place. `roles` of an officer are those at this place in the order."""

    network: bytes
    author: int  # number of the node whose block carries the act
    incarnation: int
    transaction_id: bytes
    roles: Callable[[int, int], frozenset[str]]
    homes: Mapping[str, str] = field(default_factory=dict)  # "<law>.<register>" → "office" | "shared"


def execute(
    state: State, transaction: Transaction, law: Law, context: Context, trace: bool = False
) -> Accepted | Rejected:
    """The verdict on one act. Never raises for anything an act can contain."""
    steps: list[TraceStep] = []
    try:
        return _Execution(state, transaction, law, context, trace, steps).run()
    except Refused as refused:
        return Rejected(refused.code, refused.rule, refused.article, refused.facts, refused.winner, tuple(steps))


class _Execution:
    """One act on its way through the checks."""

    def __init__(
        self,
        state: State,
        transaction: Transaction,
        law: Law,
        context: Context,
        trace: bool,
        steps: list[TraceStep],
    ) -> None:
        self._state = state
        self._transaction = transaction
        self._law = law
        self._context = context
        self._trace = trace
        self._steps = steps
        self._records: dict[str, Record] = {}
        self._drafts: dict[str, Draft] = {}
        self._counters: dict[bytes, Draft] = {}

    def run(self) -> Accepted:
        transaction, law = self._transaction, self._law
        if (transaction.law, transaction.law_version) != (law.name, law.version):
            raise Refused("law-not-in-force", law=transaction.law, version=transaction.law_version)
        procedure = law.procedures.get(transaction.procedure)
        if procedure is None:
            raise Refused("unknown-procedure", procedure=transaction.procedure)
        if transaction.requests:
            raise Refused("requests-not-yet")
        try:
            procedure.check_act(transaction.act)
        except FieldFault as fault:
            raise Refused(fault.code, field=fault.field, **fault.facts) from None
        self._find_records(procedure)
        self._check_references(procedure)
        self._check_signers(procedure)
        self._check_attestations(procedure)
        frame = self._frame(procedure)
        findings = self._judge(procedure, frame)
        outcome = min((finding.outcome for finding in findings), key=_GRAVITY.index, default="entered")
        if outcome not in ("entered", "warned"):
            return Accepted(outcome, (), (), tuple(self._steps), findings)
        changes, moved = self._apply(procedure, frame)
        return Accepted(outcome, changes, moved, tuple(self._steps), findings)

    # -- before the conditions ------------------------------------------------------------------------------------

    def _find_records(self, procedure: Procedure) -> None:
        refs, referenced = self._transaction.changes, procedure.referenced
        if refs.keys() != referenced.keys():
            raise Refused("records-differ", expected=sorted(referenced), given=sorted(refs))
        author = self._context.author
        found: set[bytes] = set()
        for name, register in referenced.items():
            ref = refs[name]
            record = self._record(ref.record, register, name)
            if record.keeper is not None and record.keeper != author:
                raise Refused("not-keeper", office=record.keeper, record=name)
            if (ref.version, ref.last_act) != (record.version, record.last_act):
                raise Refused("overtaken", winner=record.last_act, record=name, version=record.version)
            if ref.record in found:
                raise Refused("record-twice", record=name)
            found.add(ref.record)
            self._records[name] = record
        for name, states in procedure.in_state.items():
            if self._records[name].state not in states:
                raise Refused(
                    "not-in-state",
                    winner=self._records[name].last_act,
                    record=name,
                    state=self._records[name].state,
                    of=sorted(states),
                )

    def _record(self, record_id: bytes, register: str, where: str) -> Record:
        record = self._state.record(record_id)
        if record is None or record.register != self._law.registers[register].full_name:
            raise Refused("no-such-record", record=where, register=register)
        return record

    def _check_references(self, procedure: Procedure) -> None:
        act = self._transaction.act
        for path, kind in procedure.entries:
            for entry in _values_at(act, path):
                self._check_entry(entry, path, kind)
        for path, register in procedure.records:
            for record_id in _values_at(act, path):
                self._record(record_id, register, ".".join(path))

    def _check_entry(self, entry: Value, path: tuple[str, ...], kind: EntryOfType) -> None:
        if kind.owner in self._records:
            for row in self._records[kind.owner].fields[kind.list]:
                if row["id"] == entry:
                    return
        raise Refused("no-such-entry", field=".".join(path), entry=entry)

    def _check_signers(self, procedure: Procedure) -> None:
        signing, context = procedure.signing, self._context
        persons: list[tuple[int, int]] = []
        present: list[str] = []
        for signer in self._transaction.signers:
            office, officer, role = signer.office, signer.officer, signer.role
            if role not in signing.all_of and role not in signing.any_of:
                raise Refused("role-not-asked", role=role)
            if office != context.author and not signing.any_office:
                raise Refused("signer-of-another-office", office=office, role=role)
            if role not in context.roles(office, officer):
                raise Refused("role-not-held", office=office, officer=officer, role=role)
            person = (office, officer)
            if person in persons:
                if role in present and self._transaction.signers.count(signer) > 1:
                    raise Refused("signer-twice", office=office, officer=officer, role=role)
                if signing.different_persons:
                    raise Refused("one-person-two-roles", office=office, officer=officer)
            persons.append(person)
            present.append(role)
        for role in signing.all_of:
            if role not in present:
                raise Refused("role-missing", role=role)
        if signing.any_of and not any(role in present for role in signing.any_of):
            raise Refused("role-missing", role=signing.any_of[0])

    def _check_attestations(self, procedure: Procedure) -> None:
        for name, role in procedure.attestations:
            if name in self._transaction.act:
                office, officer = self._transaction.act[name]["by"]
                if role not in self._context.roles(office, officer):
                    raise Refused("role-not-held", field=name, office=office, officer=officer, role=role)

    # -- the conditions -------------------------------------------------------------------------------------------

    def _frame(self, procedure: Procedure) -> Frame:
        frame: Frame = [None] * procedure.frame_size
        frame[BUDGET], frame[STATE], frame[ACT_ID] = MAX_STEPS, self._state, self._context.transaction_id
        frame[procedure.slots["act"]] = self._transaction.act
        for name, record in self._records.items():
            frame[procedure.slots[name]] = record
        return frame

    def _judge(self, procedure: Procedure, frame: Frame) -> tuple[Finding, ...]:
        """What fails without refusing; the first condition that refuses is raised."""
        for let in procedure.lets:
            frame[let.slot] = value = _evaluate(let.run, frame, let.name)
            if self._trace:
                self._steps.append(TraceStep("let", let.name, _shown(value)))
        findings = []
        for condition in procedure.requires:
            if self._holds(condition, frame):
                continue
            facts = {name: fact(frame) for name, fact in condition.facts.items()}
            if condition.outcome == "refuse":
                raise Refused.by(condition.code, condition.path, condition.article, facts)
            outcome = _OUTCOMES[condition.outcome]
            findings.append(Finding(condition.code, condition.path, condition.article, outcome, facts))
        return tuple(findings)

    def _holds(self, condition: Condition, frame: Frame) -> bool:
        if not self._trace:
            return bool(_evaluate(condition.holds, frame, condition.path))
        noted: list[tuple[str, Any]] = []
        frame[TRACE] = noted
        holds = bool(_evaluate(condition.traced, frame, condition.path))
        for text, value in noted:
            if text != condition.rule:
                self._steps.append(TraceStep(condition.path, text, _shown(value)))
        self._steps.append(TraceStep(condition.path, condition.rule, holds))
        return holds

    # -- the effects ----------------------------------------------------------------------------------------------

    def _apply(self, procedure: Procedure, frame: Frame) -> tuple[tuple[Change, ...], tuple[IndexChange, ...]]:
        self._start_drafts(procedure, frame)
        for effect in procedure.effects:
            self._take_effect(effect, procedure, frame)
        self._finish_created(procedure)
        act_id = self._context.transaction_id
        changes, moved = [], []
        for name, draft in self._drafts.items():
            register = self._law.by_full_name[draft.register]
            check_bounds(name, register, draft)
            change = Change(draft.old, draft.become_record(act_id))
            self._check_always(register, change.new)
            check_size(register, change.new)
            moves = index_changes(register, change)
            if moves:
                moved.append((register, moves))
            changes.append(change)
        all_moves = [move for _, moves in moved for move in moves]
        for register, _ in moved:
            check_room(register, all_moves, self._state)
        changes.extend(Change(counter.old, counter.become_record(act_id)) for counter in self._counters.values())
        return tuple(changes), tuple(all_moves)

    def _take_effect(self, effect: Effect, procedure: Procedure, frame: Frame) -> None:
        frame[BUDGET] = MAX_STEPS
        try:
            effect.apply(frame, self._drafts)
        except (EvaluationError, KeyError, IndexError) as error:
            raise Refused("rule-undecided", f"{procedure.name}.{effect.verb}", why=_why(error)) from None

    def _start_drafts(self, procedure: Procedure, frame: Frame) -> None:
        context = self._context
        for name in procedure.changes:
            old = self._records[name]
            self._drafts[name] = Draft(old.register, old.id, old.keeper, context.incarnation, old)
        for number, (name, register_name) in enumerate(procedure.creates.items()):
            register = self._law.registers[register_name]
            record_id = new_record_id(context.transaction_id, number)
            draft = Draft(register.full_name, record_id, context.author, context.incarnation, None)
            frame[procedure.slots[name]] = self._drafts[name] = draft

    def _finish_created(self, procedure: Procedure) -> None:
        """Keeper and numbers of new records: both follow from what the effects have set."""
        for name, register_name in procedure.creates.items():
            register, draft = self._law.registers[register_name], self._drafts[name]
            draft.keeper = self._keeper_of(register, draft, name)
            for key in register.numbers:
                year = year_of(self._transaction.claimed_ms)
                number = next_number(
                    self._state,
                    self._counters,
                    self._context.author,
                    self._context.incarnation,
                    year,
                    f"{register.full_name}.{key}",
                )
                draft.key = {**draft.key, key: number}

    def _keeper_of(self, register: Register, draft: Draft, name: str) -> int | None:
        if register.home.kind == "with":
            target = draft.fields[register.home.field]
            kept = self._state.record(target)
            if kept is None:
                kept_draft = next((other for other in self._drafts.values() if other.id == target), None)
                return kept_draft.keeper if kept_draft else self._context.author
            if kept.keeper is not None and kept.keeper != self._context.author:
                raise Refused("not-keeper", office=kept.keeper, record=name)
            return kept.keeper
        home = self._context.homes.get(register.full_name) if register.home.kind == "by_charter" else register.home.kind
        return None if home == "shared" else self._context.author

    def _check_always(self, register: Register, record: Record) -> None:
        if not register.always:
            return
        frame = record_frame(register, record, self._state)
        for condition in register.always:
            if not self._holds(condition, frame):
                raise Refused.by(condition.code, condition.path, condition.article, {})


def _evaluate(run: Callable[[Frame], Any], frame: Frame, rule: str) -> Any:
    frame[BUDGET] = MAX_STEPS
    try:
        return run(frame)
    except (EvaluationError, KeyError, IndexError) as error:
        raise Refused("rule-undecided", rule, why=_why(error)) from None


def _why(error: Exception) -> str:
    """Only a record written under another version of the law can lack what the checker has promised."""
    return error.code if isinstance(error, EvaluationError) else "value-missing"


def _values_at(value: Value, path: tuple[str, ...]) -> Iterator[Value]:
    """Every value at a path of the act; optional ones that are left out are none."""
    if not path:
        yield value
    elif path[0] == "[]":
        for item in value:
            yield from _values_at(item, path[1:])
    elif path[0] in value:
        yield from _values_at(value[path[0]], path[1:])


def _shown(value: Any) -> Value:
    """A traced value; of what is no plain value only its size."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return len(value)
    return value.id if isinstance(value, Record) else plain(value)
