"""What became of acts that another act decides: requests to other offices, and acts that are suspended or held.

Such an act has no ladder of its own beyond its block. Once the act that decides it is held here, it stands where that
one stands, so that a paper printed while it waited shows what came of it. A request waits until then, unless the agreed
state says that it cannot be entered any more: its record has moved on, or its term has ended.
"""

from dataclasses import replace

from core.laws.law import Law
from core.laws.offering import WITHDRAWN, decision_record_id, request_record_id
from core.laws.requests import REFUSED_BY_KEEPER, ends_ms
from core.laws.undecided import OPEN_STATES, SUSPENDED, Undecided, read_undecided, undecided_id
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.ledger.request import REQUESTED
from core.ledger.transaction import RecordRef, Transaction, decode_transaction
from core.reading_acts import HeldActs, Steps
from core.replica import Replica
from core.store.chain import ActRow
from core.store.working import WorkingState
from core.views import Ladder, Step

DECISION_OUTCOMES = ("suspended", "held")
LAPSED = "lapsed"  # instead of the outcome of a request whose term has ended
REFUSED_CODE, OVERTAKEN_CODE, LAPSED_CODE = "request-refused", "request-overtaken", "request-lapsed"
REQUEST_WITHDRAWN_CODE = "request-withdrawn"
LAPSED_ACT, SET_ASIDE_CODE, WITHDRAWN_CODE = "act-lapsed", "act-set-aside", "act-withdrawn"
_ENDED_CODES = {"set_aside": SET_ASIDE_CODE, "withdrawn": WITHDRAWN_CODE}


class Decisions:
    """What became of requests."""

    def __init__(self, replica: Replica, held: HeldActs, steps: Steps) -> None:
        self._replica, self._held, self._steps = replica, held, steps
        self._store = replica.store

    def ladder(self, row: ActRow, block: bytes) -> Ladder:
        """As its block stands; of a request as its decision stands, or as it waits for one."""
        own = self._steps.ladder(row, block)
        if row.outcome == REQUESTED or own.step is Step.REJECTED:
            decision = self.decision(row)
            if decision is not None:
                return self._decided_ladder(*decision)
        if row.outcome != REQUESTED or own.step is Step.REJECTED:
            return own
        _, acts = self._held.opened(row.block)
        return self._waiting_ladder(own, row, decode_transaction(acts[row.place])) if acts else own

    def decision(self, row: ActRow) -> tuple[Record, ActRow] | None:
        """The record and the act of the decision on a request, where one stands."""
        record = self._store.state.present(decision_record_id(row.id))
        decided = self._store.chain.act_by_prefix(record.last_act) if record else None
        return (record, decided) if record and decided else None

    def _decided_ladder(self, record: Record, decided: ActRow) -> Ladder:
        block, acts = self._held.opened(decided.block)
        ladder = self._steps.ladder(decided, block.id)._replace(decision=decided.id)
        keeper = self.office_name(decided.author)
        if record.fields["outcome"] != REFUSED_BY_KEEPER or ladder.step is Step.REJECTED:
            return ladder._replace(facts={**ladder.facts, "decided_by": keeper})
        reason = decode_transaction(acts[decided.place]).act["reason"] if acts else ""
        facts = {"reason": reason, "office": keeper, "step": ladder.step.value}
        return ladder._replace(step=Step.REJECTED, code=REFUSED_CODE, facts=facts, outcome="rejected")

    def _waiting_ladder(self, own: Ladder, row: ActRow, request: Transaction) -> Ladder:
        assert request.addressed_to is not None
        facts: dict[str, Value] = {"office": self.office_name(request.addressed_to)}
        waits = own._replace(facts=facts)
        asked = self._store.state.present(request_record_id(row.id))
        if asked is not None and asked.state == WITHDRAWN:
            facts = {"winner": asked.last_act}
            return waits._replace(step=Step.REJECTED, code=REQUEST_WITHDRAWN_CODE, facts=facts, outcome="rejected")
        for ref in request.changes.values():
            agreed = self._store.state.agreed(ref.record)
            if agreed is not None and agreed.version > ref.version:
                code, facts = OVERTAKEN_CODE, {**facts, "winner": agreed.last_act}
                return waits._replace(step=Step.REJECTED, code=code, facts=facts, outcome="rejected")
        end, newest = self.term_ends_ms(row, request), self._replica.finality.count
        if end is not None and newest and self._store.chain.anchors(newest - 1, 1)[0].consensus_ms > end:
            return waits._replace(code=LAPSED_CODE, outcome=LAPSED)
        return waits

    def term_ends_ms(self, row: ActRow, request: Transaction) -> int | None:
        """The consensus time that ends a request, once the order knows since when it waits."""
        law: Law | None = self._replica.laws.get(request.law)
        asked = row.facts.get("asked_ms")
        procedure = law.procedures.get(request.procedure) if law else None
        if law is None or law.asking is None or asked is None or procedure is None or procedure.act_class == "fact":
            return None
        return ends_ms(asked, law.asking)

    def office_name(self, number: int) -> str:
        member = self._replica.roll.member(number)
        return member.office if member else str(number)


class Outcomes:
    """What became of any act; of those also that are suspended or held."""

    def __init__(self, replica: Replica, held: HeldActs, decisions: Decisions) -> None:
        self._replica, self._held, self._decisions = replica, held, decisions
        self._store = replica.store

    def ladder(self, row: ActRow, block: bytes) -> Ladder:
        """Of an act in this block; of one that was decided, that of the act that decided it."""
        own = self._decisions.ladder(row, block)
        ended = self.ended(row)
        if ended is None or own.step is Step.REJECTED:
            return own
        undecided, by = ended
        if by is None:
            waits = own._replace(outcome=undecided.record.state)
            return waits._replace(code=LAPSED_ACT, facts={}) if self.has_lapsed(undecided) else waits
        ladder = self._decisions.ladder(by, self._held.opened(by.block)[0].id)._replace(decision=by.id)
        facts = {**ladder.facts, "decided_by": self._decisions.office_name(by.author)}
        code = _ENDED_CODES.get(undecided.record.state)
        if code is None or ladder.step is Step.REJECTED:
            return ladder._replace(facts=facts, outcome=undecided.record.state)
        facts |= {"office": self._decisions.office_name(by.author), "step": ladder.step.value}
        return ladder._replace(step=Step.REJECTED, code=code, facts=facts, outcome="rejected")

    def ended(self, row: ActRow) -> tuple[Undecided, ActRow | None] | None:
        """What is kept of a suspended or held act, and the act that has ended it."""
        record = self._store.state.present(undecided_id(row.id)) if row.outcome in DECISION_OUTCOMES else None
        if record is None:
            return None
        undecided = read_undecided(record, WorkingState(self._store.state, None))
        return undecided, None if undecided.is_open else self._store.chain.act_by_prefix(record.last_act)

    def has_lapsed(self, undecided: Undecided) -> bool:
        """No later act goes behind what the common order has reached."""
        newest = self._replica.finality.count
        if undecided.record.state != SUSPENDED or undecided.ends_ms is None or not newest:
            return False
        consensus_ms: int = self._store.chain.anchors(newest - 1, 1)[0].consensus_ms
        return consensus_ms > undecided.ends_ms

    def kept_text(self, row: ActRow, not_held: Transaction) -> Transaction:
        """Of an act whose text is not here and that waits still, what its record keeps of it, with what was brought
        since; of others what stands for them.
        """
        record = self._store.state.present(undecided_id(row.id))
        if record is None or record.state not in OPEN_STATES:
            return not_held
        kept = read_undecided(record, WorkingState(self._store.state, None))
        found = {name: self._store.state.present(one) for name, one in kept.records.items()}
        named = {name: RecordRef(one.id, one.version, one.last_act) for name, one in found.items() if one is not None}
        return replace(
            not_held,
            law=kept.law,
            law_version=kept.version,
            procedure=kept.procedure,
            changes=named,
            act=kept.fields,
            signers=kept.signers,
        )
