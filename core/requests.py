"""Requests as an office sees them: those it has made and those it is to decide. How far each has come: outcomes.py."""

from core.act_views import Acts
from core.errors import MunimentError
from core.laws.offering import is_joint, request_record_id
from core.laws.relying import is_other
from core.laws.requests import place_record_id
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.request import REQUESTED, SignedRequest, act_of, encode_request
from core.ledger.transaction import RecordRef, Transaction
from core.outcomes import Decisions
from core.reading_acts import HeldActs
from core.replica import Replica
from core.store.chain import ActRow
from core.store.pages import label
from core.views import RequestView, Step

MADE_LIMIT = 50


class Requests:
    """Acts that another office decides; `number`: of this one."""

    def __init__(self, replica: Replica, number: int, held: HeldActs, decisions: Decisions, acts: Acts) -> None:
        self._replica, self._number, self._held, self._decisions, self._acts = replica, number, held, decisions, acts
        self._store = replica.store

    def for_me(self) -> list[RequestView]:
        """What other offices ask of this one and it has not decided, in order of arrival."""
        rows = self._store.chain.requests_to(self._number)
        views = [self._view(row) for row in rows if self._decisions.decision(row) is None]
        return [view for view in views if view.act.ladder.step is not Step.REJECTED]

    def made(self, limit: int = MADE_LIMIT) -> list[RequestView]:
        """What this office has asked of others, decided or not, newest first."""
        rows = self._store.chain.unusual_acts(self._number, (REQUESTED,), limit)
        return [self._view(row) for row in rows if self._has_text(row)]

    def on(self, record_id: bytes) -> list[RequestView]:
        """What would change a record as it stands now, and waits for its decision here or elsewhere."""
        record = self._store.state.present(record_id)
        if record is None:
            return []
        place = self._store.state.present(place_record_id(RecordRef(record.id, record.version, record.last_act)))
        rows = map(self._store.chain.act, place.fields["requests"]) if place is not None else ()
        views = [self._view(row) for row in rows if row is not None and self._has_text(row)]
        return [view for view in views if view.act.ladder.outcome == REQUESTED]

    def view(self, request: bytes) -> RequestView:
        """Raises `unknown-request`."""
        return self._view(self._row(request))

    def signed(self, request: bytes) -> bytes:
        """The request with its signatures, as the act that decides it carries it. Raises `unknown-request`."""
        row = self._row(request)
        _, payload = self._held.stored(row.block)
        place = row.place
        for group in payload.groups if payload else ():
            if place < len(group.transactions):
                return encode_request(_signed(group))
            place -= len(group.transactions)
        raise MunimentError("unknown-request", request=request)

    def competent_office(self, law: str, procedure: str, records: dict[str, bytes]) -> int | None:
        """The other office whose records an act is about; None where it may be signed here."""
        known = self._replica.laws.get(law)
        if known is None or known.asking is None or procedure not in known.procedures:
            return None
        reads = known.procedures[procedure].reads
        own = (record for name, record in records.items() if not is_other(reads.get(name, "")))
        found = map(self._store.state.present, own)
        keepers = {record.keeper for record in found if record is not None} - {self._number, None}
        return keepers.pop() if len(keepers) == 1 else None

    def term_of(self, law: str) -> dict[str, Value]:
        """The facts of a refusal because the term of a law's requests has ended."""
        known = self._replica.laws.get(law)
        return {"term_days": known.asking.term_days if known and known.asking else None}

    def is_request(self, act: bytes) -> bool:
        """Whether an act held here is asked of another office."""
        row = self._store.chain.act(act)
        return row is not None and row.outcome == REQUESTED

    def _row(self, request: bytes) -> ActRow:
        row = self._store.chain.act(request)
        if row is None or row.outcome != REQUESTED or not self._has_text(row):
            raise MunimentError("unknown-request", request=request)
        return row

    def _has_text(self, row: ActRow) -> bool:
        """A request that was decided before this replica joined is known by its outcome alone."""
        return bool(self._held.opened(row.block)[1])

    def _view(self, row: ActRow) -> RequestView:
        act = self._acts.view_of(row)
        transaction = act.transaction
        assert transaction.addressed_to is not None
        records = [self._store.state.present(ref.record) for ref in transaction.changes.values()]
        names = [label(record) for record in records if record is not None]
        end = self._decisions.term_ends_ms(row, transaction)
        offered = row.author == self._number and is_joint(self._store.state.present(request_record_id(row.id)))
        waits = act.ladder.step is not Step.REJECTED and self._decisions.decision(row) is None
        label_ = " · ".join(names)
        return RequestView(act, row.author, transaction.addressed_to, label_, end, offered and waits)


def _signed(group: Group) -> SignedRequest:
    """A request is a group of one (core/folding.py)."""
    return SignedRequest(group.transactions[0], group.signatures)


def acted(transaction: Transaction) -> Transaction:
    """What pages show of an act: of a decision, the act that was asked for."""
    try:
        return act_of(transaction)
    except MunimentError:  # it was rejected for that
        return transaction
