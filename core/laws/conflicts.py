"""Where an act meets what others did to the same records: versions it had not seen, records released or held.

Of two acts that had not seen each other none is earlier (8-practice 4). What then becomes of the one that the common
order puts second is the law's to say (`when_unseen`): it is overtaken; or it enters with equal rank; or both are held:
the first one is executed and stays so, and the record comes to stand *held* with both, so that nothing disposes of it
until an act settles it. Only shared records can be met so: of any other the keeper's own chain is the order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from core.laws.applying import Context
from core.laws.law import Law, Procedure
from core.laws.verdict import Finding, Refused
from core.ledger.encoding import Value
from core.ledger.record import HELD_ACTS, MAX_HELD_ACTS, RECORD_ID_BYTES, RELEASED_TO, Change, Record, State
from core.ledger.transaction import RecordRef


def refuse_released(record: Record, name: str) -> None:
    """Refuses what is not for a record on its way to another keeper, nor for what is kept with it."""
    if record.pending is not None and RELEASED_TO in record.pending:
        raise Refused("record-released", record=name, office=record.pending[RELEASED_TO])


def above(state: State, law: Law, record: Record) -> Iterator[Record]:
    """The records with which this one is kept, the nearest first; of another law's record that law alone knows."""
    register = law.by_full_name.get(record.register)
    while register is not None and register.home.kind == "with":
        kept_with = record.fields.get(register.home.field)  # none, where another version of the law kept it alone
        found = state.record(kept_with) if kept_with is not None else None
        if found is None:
            return
        yield found
        record, register = found, law.by_full_name[found.register]


def fits(procedure: Procedure, name: str, record: Record, office: int) -> bool:
    """Whether an act of this office may name the record as it stands: its state, and what it is pending for."""
    if record.state not in procedure.in_state.get(name, ()):
        return False
    if record.pending is None:
        return name not in procedure.special
    if RELEASED_TO in record.pending:
        to_this = record.pending[RELEASED_TO] == office
        return (name in procedure.accepts and to_this) or (name in procedure.releases and record.keeper == office)
    return name in procedure.settles


class Conflicts:
    """What one act met. `findings` are told with its verdict; `newer`: shared records that unseen acts wrote first.

    `misplaced`: it is a fact that fits a record neither in its state nor in the version that it names.
    """

    __slots__ = ("_context", "findings", "misplaced", "newer")

    def __init__(self, context: Context) -> None:
        self._context = context
        self.newer: list[tuple[str, Record]] = []
        self.findings: tuple[Finding, ...] = ()
        self.misplaced = False

    def may_name(self, procedure: Procedure, name: str, record: Record) -> bool:
        """Whether the act may name a record of another keeper: it only reads it, or takes over what was released."""
        if name in procedure.elsewhere:
            return True
        return name in procedure.accepts and record.pending == {RELEASED_TO: self._context.author}

    def meet_pending(self, procedure: Procedure, name: str, record: Record, ref: RecordRef) -> None:
        """The record is released or held, or the act is only for one that is."""
        if record.pending is None:
            raise Refused("not-held" if name in procedure.settles else "not-released", record=name)
        if RELEASED_TO in record.pending:
            self._meet_released(procedure, name, record)
        elif name not in procedure.settles and not (is_newer(record, ref) and self._is_unseen(record)):
            if procedure.act_class != "fact":
                raise Refused.lost("record-held", record, record=name, acts=list(record.pending[HELD_ACTS]))
            self._note("record-held", "held", name, record)

    def _meet_released(self, procedure: Procedure, name: str, record: Record) -> None:
        author, order = self._context.author, self._context.order
        if name in procedure.accepts and record.pending == {RELEASED_TO: author}:
            if order is not None and not order.settled(record.last_act):
                raise Refused.lost("release-not-final", record, record=name)
        elif name not in procedure.releases or record.keeper != author:
            refuse_released(record, name)

    def meet_newer(self, procedure: Procedure, name: str, record: Record) -> None:
        """The record was written since the version that the act names."""
        if self._context.transaction_id[:RECORD_ID_BYTES] in _acts_of(record):
            raise Refused("enclosed-twice")  # by this very act, which another node has enclosed too
        if not self._is_unseen(record):
            if procedure.act_class != "fact":
                raise Refused.lost("overtaken", record, record=name, version=record.version)
            self.hold_fact("overtaken", record, {"record": name, "version": record.version})
        elif procedure.when_unseen == "equal_rank":
            self._note("equal-rank", "warned", name, record)
        else:
            self.newer.append((name, record))

    def refuse(self) -> None:
        """Refuses what is only second; whether it is held instead, `hold_together` says."""
        name, record = self.newer[0]
        raise Refused.lost("overtaken", record, record=name, version=record.version, unseen=True)

    def hold_together(self, procedure: Procedure, refused: Refused, law: Law) -> tuple[Change, ...]:
        """The records that come to stand held because of this refusal; none, where the act is refused after all."""
        met = self._met(refused, law)
        if met:
            refused.facts["unseen"] = True
        act = self._context.transaction_id[:RECORD_ID_BYTES]
        changes = []
        for _, record in met:
            acts = [*_acts_of(record), act]
            if procedure.when_unseen != "hold" or len(acts) > MAX_HELD_ACTS:
                return ()
            held = replace(record, version=record.version + 1, last_act=act, pending={HELD_ACTS: acts})
            changes.append(Change(record, held))
        if met:
            self.findings = ()
            self._note("held-together", "held", *met[0])
        return tuple(changes)

    def _met(self, refused: Refused, law: Law) -> list[tuple[str, Record]]:
        if refused.code == "overtaken" and refused.facts.get("unseen"):
            return self.newer
        holder = refused.over
        # A holder that was written again since its creation may have been seen when it was created.
        if refused.taken and holder is not None and (holder.version == 1 or holder.pending):
            return [(law.by_full_name[holder.register].name, holder)] if self._is_unseen(holder) else []
        return []

    def _is_unseen(self, record: Record) -> bool:
        """Whether neither the act that wrote this version nor this act had seen the other."""
        order = self._context.order
        return order is not None and record.keeper is None and any(order.unseen(act) for act in _acts_of(record))

    def meet_ended(self, office: int, officer: int, role: str, by: bytes) -> None:
        """Powers ended before this place, and the act could not know: whoever supervises the office decides."""
        self.hold("powers-ended-unseen", office=office, officer=officer, role=role, winner=by, unseen=True)

    def hold_fact(self, code: str, record: Record, told: Mapping[str, Value]) -> None:
        """What has happened is not refused because of what stands here: both are shown, and somebody decides."""
        self.misplaced = True
        self.hold(code, **told, winner=record.last_act)

    def hold(self, code: str, **facts: Value) -> None:
        """What only somebody competent can decide."""
        self.findings = (*self.findings, Finding(code, "", "", "held", facts))

    def _note(self, code: str, outcome: str, name: str, record: Record) -> None:
        facts: dict[str, Value] = {"record": name, "winner": record.last_act, "unseen": self._is_unseen(record)}
        self.findings = (*self.findings, Finding(code, "", "", outcome, facts))


def is_newer(record: Record, ref: RecordRef) -> bool:
    """Whether the record was written since the version that an act names."""
    return (ref.version, ref.last_act) != (record.version, record.last_act)


def _acts_of(record: Record) -> Sequence[bytes]:
    """The acts that met on a held record, or the one that wrote this version."""
    held: Sequence[bytes] = (record.pending or {}).get(HELD_ACTS, ())
    return held or (record.last_act,)
