"""Requests as an office sees them: those it has made, those it is to decide, and how far each has come.

A request has no ladder of its own beyond its block. Once the competent office's act is held here, the request stands
where that act stands, so that a paper printed while it waited shows the decision later. Until then it waits, unless the
agreed state says that it cannot be entered any more: its record has moved on, or its term has ended.
"""

from core.errors import MunimentError
from core.laws.law import Law
from core.laws.offering import WITHDRAWN, decision_record_id, is_joint, request_record_id
from core.laws.relying import is_other
from core.laws.requests import REFUSED_BY_KEEPER, ends_ms, place_record_id
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.record import Record
from core.ledger.request import REQUESTED, SignedRequest, act_of, encode_request
from core.ledger.transaction import RecordRef, Transaction, decode_transaction
from core.reading import Reading
from core.store.chain import ActRow
from core.store.pages import label
from core.views import ActView, Ladder, RequestView, Step

MADE_LIMIT = 50
LAPSED = "lapsed"  # instead of the outcome of a request whose term has ended
REFUSED_CODE, OVERTAKEN_CODE, LAPSED_CODE = "request-refused", "request-overtaken", "request-lapsed"
WITHDRAWN_CODE = "request-withdrawn"


class Requests(Reading):
    """Reading, for acts that another office decides."""

    def requests_for_me(self) -> list[RequestView]:
        """What other offices ask of this one and it has not decided, in order of arrival."""
        rows = self.store.chain.requests_to(self.number)
        views = [self._request_view(row) for row in rows if self._decision(row) is None]
        return [view for view in views if view.act.ladder.step is not Step.REJECTED]

    def requests_made(self, limit: int = MADE_LIMIT) -> list[RequestView]:
        """What this office has asked of others, decided or not, newest first."""
        rows = self.store.chain.unusual_acts(self.number, (REQUESTED,), limit)
        return [self._request_view(row) for row in rows if self._has_text(row)]

    def requests_on(self, record_id: bytes) -> list[RequestView]:
        """What would change a record as it stands now, and waits for its decision here or elsewhere."""
        record = self.store.state.present(record_id)
        if record is None:
            return []
        place = self.store.state.present(place_record_id(RecordRef(record.id, record.version, record.last_act)))
        rows = map(self.store.chain.act, place.fields["requests"]) if place is not None else ()
        views = [self._request_view(row) for row in rows if row is not None and self._has_text(row)]
        return [view for view in views if view.act.ladder.outcome == REQUESTED]

    def request_view(self, request: bytes) -> RequestView:
        """Raises `unknown-request`."""
        return self._request_view(self._request_row(request))

    def signed_request(self, request: bytes) -> bytes:
        """The request with its signatures, as the act that decides it carries it. Raises `unknown-request`."""
        row = self._request_row(request)
        _, payload = self._stored(row.block)
        place = row.place
        for group in payload.groups if payload else ():
            if place < len(group.transactions):
                return encode_request(_signed(group))
            place -= len(group.transactions)
        raise MunimentError("unknown-request", request=request)

    def competent_office(self, law: str, procedure: str, records: dict[str, bytes]) -> int | None:
        """The other office whose records an act is about; None where it may be signed here."""
        known = self.laws.get(law)
        if known is None or known.asking is None or procedure not in known.procedures:
            return None
        reads = known.procedures[procedure].reads
        own = (record for name, record in records.items() if not is_other(reads.get(name, "")))
        found = map(self.store.state.present, own)
        keepers = {record.keeper for record in found if record is not None} - {self.number, None}
        return keepers.pop() if len(keepers) == 1 else None

    def term_of(self, law: str) -> dict[str, Value]:
        """The facts of a refusal because the term of a law's requests has ended."""
        known = self.laws.get(law)
        return {"term_days": known.asking.term_days if known and known.asking else None}

    def is_request(self, act: bytes) -> bool:
        """Whether an act held here is asked of another office."""
        row = self.store.chain.act(act)
        return row is not None and row.outcome == REQUESTED

    def _request_row(self, request: bytes) -> ActRow:
        row = self.store.chain.act(request)
        if row is None or row.outcome != REQUESTED or not self._has_text(row):
            raise MunimentError("unknown-request", request=request)
        return row

    def _has_text(self, row: ActRow) -> bool:
        """A request that was decided before this replica joined is known by its outcome alone."""
        return bool(self._opened(row.block)[1])

    def _request_view(self, row: ActRow) -> RequestView:
        act = self._view(row)
        transaction = act.transaction
        assert transaction.addressed_to is not None
        records = [self.store.state.present(ref.record) for ref in transaction.changes.values()]
        names = [label(record) for record in records if record is not None]
        end = self._ends_ms(row, transaction)
        offered = row.author == self.number and is_joint(self.store.state.present(request_record_id(row.id)))
        waits = act.ladder.step is not Step.REJECTED and self._decision(row) is None
        label_ = " · ".join(names)
        return RequestView(act, row.author, transaction.addressed_to, label_, end, offered and waits)

    # -- how far a request has come -----------------------------------------------------------------------------

    def _view(self, row: ActRow) -> ActView:
        view = super()._view(row)
        if view.ladder.decision is None:
            return view
        decided = self.store.chain.act(view.ladder.decision)
        written = decided.records if decided and view.ladder.step is not Step.REJECTED else ()
        return view._replace(records=written)

    def _ladder(self, row: ActRow, block: bytes) -> Ladder:
        own = super()._ladder(row, block)
        if row.outcome == REQUESTED or own.step is Step.REJECTED:
            decision = self._decision(row)
            if decision is not None:
                return self._decided_ladder(*decision)
        if row.outcome != REQUESTED or own.step is Step.REJECTED:
            return own
        _, acts = self._opened(row.block)
        return self._waiting_ladder(own, row, decode_transaction(acts[row.place])) if acts else own

    def _decision(self, row: ActRow) -> tuple[Record, ActRow] | None:
        """The record and the act of the decision on a request, where one stands."""
        record = self.store.state.present(decision_record_id(row.id))
        decided = self.store.chain.act_by_prefix(record.last_act) if record else None
        return (record, decided) if record and decided else None

    def _decided_ladder(self, record: Record, decided: ActRow) -> Ladder:
        block, acts = self._opened(decided.block)
        ladder = super()._ladder(decided, block.id)._replace(decision=decided.id)
        keeper = self._office_name(decided.author)
        if record.fields["outcome"] != REFUSED_BY_KEEPER or ladder.step is Step.REJECTED:
            return ladder._replace(facts={**ladder.facts, "decided_by": keeper})
        reason = decode_transaction(acts[decided.place]).act["reason"] if acts else ""
        facts = {"reason": reason, "office": keeper, "step": ladder.step.value}
        return ladder._replace(step=Step.REJECTED, code=REFUSED_CODE, facts=facts, outcome="rejected")

    def _waiting_ladder(self, own: Ladder, row: ActRow, request: Transaction) -> Ladder:
        assert request.addressed_to is not None
        facts: dict[str, Value] = {"office": self._office_name(request.addressed_to)}
        waits = own._replace(facts=facts)
        asked = self.store.state.present(request_record_id(row.id))
        if asked is not None and asked.state == WITHDRAWN:
            facts = {"winner": asked.last_act}
            return waits._replace(step=Step.REJECTED, code=WITHDRAWN_CODE, facts=facts, outcome="rejected")
        for ref in request.changes.values():
            agreed = self.store.state.agreed(ref.record)
            if agreed is not None and agreed.version > ref.version:
                code, facts = OVERTAKEN_CODE, {**facts, "winner": agreed.last_act}
                return waits._replace(step=Step.REJECTED, code=code, facts=facts, outcome="rejected")
        end, newest = self._ends_ms(row, request), self.finality.count
        if end is not None and newest and self.store.chain.anchors(newest - 1, 1)[0].consensus_ms > end:
            return waits._replace(code=LAPSED_CODE, outcome=LAPSED)
        return waits

    def _ends_ms(self, row: ActRow, request: Transaction) -> int | None:
        """The consensus time that ends a request, once the order knows since when it waits."""
        law: Law | None = self.laws.get(request.law)
        asked = row.facts.get("asked_ms")
        procedure = law.procedures.get(request.procedure) if law else None
        if law is None or law.asking is None or asked is None or procedure is None or procedure.act_class == "fact":
            return None
        return ends_ms(asked, law.asking)

    def _office_name(self, number: int) -> str:
        member = self.roll.member(number)
        return member.office if member else str(number)


def _signed(group: Group) -> SignedRequest:
    """A request is a group of one (core/folding.py)."""
    return SignedRequest(group.transactions[0], group.signatures)


def acted(transaction: Transaction) -> Transaction:
    """What pages show of an act: of a decision, the act that was asked for."""
    try:
        return act_of(transaction)
    except MunimentError:  # it was rejected for that
        return transaction
