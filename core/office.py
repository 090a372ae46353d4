"""The front door: an office proposes, signs, records, receives and asks.

An act is drawn up on the present state, judged, signed by its officers, and enclosed in a block of its own; what every
office would refuse after is refused before anything is written. All calls come from one thread.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from core.answering import Answering
from core.batch import Batch
from core.bracketing import Bracketing
from core.errors import MunimentError
from core.folding import Ran, act_row
from core.laws.alike import DIFFERENT, SAME
from core.laws.field_checks import FieldFault
from core.laws.law import Called
from core.laws.questions import DISMISS
from core.laws.reckoning import fill_in
from core.laws.requests import ENTER, REFUSE
from core.laws.resolving import CONFIRM, CURE, WITHDRAW
from core.laws.signing import NODE_NUMBER, NODE_ROLE
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.payload import (
    Group,
    group_root,
    group_signing_message,
)
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.transaction import (
    NONCE_BYTES,
    RecordRef,
    Signer,
    Transaction,
    decode_transaction,
    encode_transaction,
    transaction_id,
)
from core.linking import ENTERED, records_of
from core.people.actions import Action
from core.replica import Judged
from core.requests import LAPSED
from core.sealing.closing import Secret
from core.store.working import WorkingState
from core.views import ActView
from core.writing import RENEWED

__all__ = ["RENEWED", "Office", "Proposal", "rejection_error"]


class Proposal(NamedTuple):
    """An act as it would be signed, and the law's verdict on it here and now. Nothing was written."""

    transaction: Transaction
    encoded: bytes
    id: bytes
    verdict: Accepted | Rejected
    typed: Mapping[str, Value] = MappingProxyType({})  # of the fields that it seals or opens, what they say


class DrawnUp(NamedTuple):
    """The last act that the law accepted on a proposal, and the state of the replica then."""

    id: bytes
    transaction: Transaction  # as decoded from its bytes
    verdict: Accepted
    working: WorkingState
    row_changes: int


class Office(Answering, Bracketing):
    """One office's replica with its own key, and all that is asked of it."""

    _drawn_up: DrawnUp | None = None

    # -- drafts -------------------------------------------------------------------------------------------------

    def share_draft(self, draft: bytes, office: int) -> None:
        """From now on another office has the draft too, and edits it. Raises `unknown-office`, `not-for-role`."""
        self.people.require(Action.DRAW_UP)
        if self.roll.member(office) is None or office == self.number:
            raise MunimentError("unknown-office", office=office)
        self.sharing.share(draft, office)

    # -- acts ---------------------------------------------------------------------------------------------------

    def propose(
        self,
        law: str,
        procedure: str,
        records: Mapping[str, bytes],
        act: Mapping[str, Value],
        signers: Sequence[Signer],
        trace: bool = False,
        addressed_to: int | None = None,
    ) -> Proposal:
        """Draw up an act on the present versions of the records named. Raises `unknown-law`, `unknown-record`.

        `addressed_to`: the competent office, which the act is requested from; its roles may still be missing then.
        An act that another register waits for is its answer, and says so; what is reckoned may be left out.
        """
        self.people.require(Action.DRAW_UP)
        working = WorkingState(self.store.state, self.number)
        references = {name: _reference(working, record) for name, record in records.items()}
        answers = self.question_of(law, procedure, records) if addressed_to is None else None
        act = fill_in(self.laws[law].procedures.get(procedure) if law in self.laws else None, act)
        return self._draw_up(working, law, procedure, references, act, signers, (), addressed_to, trace, answers)

    def propose_decision(
        self, request: bytes, signers: Sequence[Signer], reason: str | None = None, trace: bool = False
    ) -> Proposal:
        """Draw up the act that enters a request of another office or, with a reason, refuses it.

        Raises `unknown-request`.
        """
        self.people.require(Action.DRAW_UP)
        view, requests = self.request_view(request), (self.signed_request(request),)
        law, working = view.act.transaction.law, WorkingState(self.store.state, self.number)
        procedure, act = (ENTER, {}) if reason is None else (REFUSE, {"reason": reason})
        proposal = self._draw_up(working, law, procedure, {}, act, signers, requests, None, trace)
        if reason is None and view.act.ladder.outcome == LAPSED and isinstance(proposal.verdict, Accepted):
            # Only the order decides, but no later act goes behind what it has reached already.
            self._drawn_up = None
            return proposal._replace(verdict=Rejected("request-expired", facts=self.term_of(law), shared=True))
        return proposal

    def propose_resolving(
        self,
        way: str,
        act: bytes,
        signers: Sequence[Signer],
        reason: str = "",
        fields: Mapping[str, Value] | None = None,
        trace: bool = False,
    ) -> Proposal:
        """Draw up the act that ends a suspended or held one, or brings what is missing; `way`: of `RESOLVING`.

        `WITHDRAW` also takes back a request that offers records of this office to another one's.
        `reason`: of every way but `CURE`, which may bring `fields`. Raises `no-such-undecided`.
        """
        self.people.require(Action.DRAW_UP)
        working = WorkingState(self.store.state, self.number)
        said: dict[str, Value] = {"act": act}
        if way == CURE:
            said |= {"fields": dict(fields)} if fields else {}
        else:
            said["reason"] = reason
        if way == WITHDRAW and self.is_request(act):
            law = self.request_view(act).act.transaction.law
            return self._draw_up(working, law, way, {}, said, signers, (), None, trace)
        view = self.undecided_view(act)
        named = view.records if way in (CURE, CONFIRM) else {}
        references = {name: _reference(working, record) for name, record in named.items()}
        law = view.act.transaction.law
        return self._draw_up(working, law, way, references, said, signers, (), None, trace)

    def propose_dismissal(
        self, act: bytes, record: bytes, reason: str, signers: Sequence[Signer], trace: bool = False
    ) -> Proposal:
        """Draw up the act that leaves what an act asks about a record of this office. Raises `unknown-question`."""
        self.people.require(Action.DRAW_UP)
        law, working = self._law_asked(act, record), WorkingState(self.store.state, self.number)
        said: dict[str, Value] = {"act": act, "record": record, "reason": reason}
        return self._draw_up(working, law, DISMISS, {}, said, signers, (), None, trace)

    def propose_alike(
        self,
        one: bytes,
        other: bytes,
        same: bool,
        reason: str,
        signers: Sequence[Signer],
        instead_of: bytes | None = None,
        trace: bool = False,
    ) -> Proposal:
        """Draw up the act that says whether two records mean one person or thing; nothing is merged by it.

        `instead_of`: the act that is taken back, if it was decided otherwise before. Raises `unknown-record`.
        """
        self.people.require(Action.DRAW_UP)
        working = WorkingState(self.store.state, self.number)
        record = working.record(one)
        if record is None:
            raise MunimentError("unknown-record", record=one)
        law, said = record.register.partition(".")[0], {"one": one, "other": other, "reason": reason}
        said |= {"instead_of": instead_of} if instead_of is not None else {}
        return self._draw_up(working, law, SAME if same else DIFFERENT, {}, said, signers, (), None, trace)

    def _answer_links(self) -> bytes | None:
        """As the law wants it, an act that nothing stands in the way of; whatever else is left to the officers."""
        written = [self._answer(called) for called in self._automatic_links()]
        head = self._head()
        return head.id if any(written) and head is not None else None

    def _answer(self, called: Called) -> bool:
        working = WorkingState(self.store.state, self.number)
        references = {name: _reference(working, record) for name, record in records_of(called).items()}
        node = [Signer(self.number, NODE_NUMBER, NODE_ROLE)]
        proposal = self._draw_up(
            working, called.law, called.procedure, references, called.fields, node, (), None, False, called.act
        )
        if not isinstance(proposal.verdict, Accepted) or proposal.verdict.outcome not in ENTERED:
            self._mark_unready(called)
            return False
        signature = self._key.sign(self.signing_message([proposal.encoded]))
        self.record(Group((proposal.encoded,), (signature,)))
        self._mark_tried(called)
        return True

    def _draw_up(
        self,
        working: WorkingState,
        law: str,
        procedure: str,
        references: Mapping[str, RecordRef],
        act: Mapping[str, Value],
        signers: Sequence[Signer],
        requests: tuple[bytes, ...],
        addressed_to: int | None,
        trace: bool,
        answers: bytes | None = None,
    ) -> Proposal:
        version, unfit, secrets, typed = self._law_version(law), None, list[Secret](), act
        try:
            act, opened = self._open(working, (law, procedure), references, act, signers)
            typed = {**typed, **opened}
            self._check_erased_act(law, procedure, act)
            act, secrets = self._seal(working, law, procedure, references, act, addressed_to)
        except FieldFault as fault:  # of what cannot be judged any more once it is sealed
            unfit = Rejected(fault.code, facts={"field": fault.field, **fault.facts})
        transaction = Transaction(
            law,
            version,
            procedure,
            references,
            dict(act),
            tuple(signers),
            self._clock.now_ms(),
            self._random_bytes(NONCE_BYTES),
            requests,
            addressed_to,
            answers,
        )
        encoded = encode_transaction(transaction)
        act_id = transaction_id(self.network, encoded)
        typed = {name: value for name, value in typed.items() if act.get(name) is not value}
        if unfit is not None:
            return Proposal(transaction, encoded, act_id, unfit)
        decoded = decode_transaction(encoded, encoded_here=True)
        waiting = self.store.waiting.of(self.number)
        verdict = self.fold.judge(working, decoded, act_id, self.number, trace, waiting=waiting)
        if isinstance(verdict, Accepted):
            self._drawn_up = DrawnUp(act_id, decoded, verdict, working, self.store.database.row_changes)
            self._await_recording(act_id, secrets)
        return Proposal(transaction, encoded, act_id, verdict, typed)

    def _law_version(self, name: str) -> int:
        law = self.laws.get(name)
        if law is None:
            raise MunimentError("unknown-law", law=name)
        return law.version

    def signing_message(self, encoded: Sequence[bytes]) -> bytes:
        """What each officer signs for a group of these acts."""
        ids = [transaction_id(self.network, one) for one in encoded]
        return group_signing_message(self.network, group_root(ids))

    def record(self, group: Group) -> list[ActView]:
        """Enclose one signed group in a block and commit it with its effect. Durable on return.

        An act that stands here already is not recorded again. Raises `rejected` (facts: reason, article, act, and
        the law's own) when the law refuses any act of the group, `bad-signature`, or the quarantine's code;
        then nothing was written.
        """
        self.refuse_in_quarantine()
        ids = group.ids(self.network)
        drawn_up = self._take_drawn_up(ids)
        if drawn_up is None and self._recorded_before(ids):
            return [self.act_view(act_id) for act_id in ids]
        judged = self._judge_own(group, ids, drawn_up)
        self._keep_keys(ids)
        groups, whole = self._with_answers(group, judged)
        self._write_block(groups, whole)
        assert self.newest_taken is not None
        position = self.newest_taken[0]
        self._go_on_alone()
        return [self._view(ran.row._replace(block=position)) for ran in judged.ran]

    def batch(self, signers: Sequence[Signer]) -> Batch:
        """An empty batch on the present state of this office."""
        self.people.require(Action.IMPORT)
        working = WorkingState(self.store.state, self.number)
        head = self._head()
        after = head.id if head else None
        waiting = self.store.waiting.of(self.number)
        claimed_ms, random = self._clock.now_ms(), self._random_bytes
        return Batch(self.fold, working, self.number, tuple(signers), claimed_ms, random, waiting, after)

    def record_batch(self, batch: Batch, signatures: Sequence[bytes]) -> list[bytes]:
        """Enclose a signed batch in one block; the ids of its acts. Durable on return.

        A batch that is not on this office's newest block is judged again. Raises `bad-signature`, `rejected` and the
        quarantine's code; then nothing was written.
        """
        self.refuse_in_quarantine()
        group, judged = batch.signed(signatures)
        head = self._head()
        if batch.after != (head.id if head else None):
            judged = self._judge_own(group, batch.ids)
        signing, first = WorkingState(self.store.state, self.number), decode_transaction(batch.encoded[0])
        self.people.check_signing([first], batch.ids[:1])  # the others have the same signers
        fault = self.fold.signature_fault(group, [first], signing)
        if fault is not None:
            raise MunimentError(fault)
        self._write_block((group,), judged)
        self._go_on_alone()
        return batch.ids

    def enter_in_order(self) -> bool:
        """As above; a lone witness then goes on."""
        due, more = self.entering() is not None, super().enter_in_order()
        if due and not more:
            self._go_on_alone()
        return more

    def _go_on_alone(self) -> None:
        """A lone witness needs no meeting: it writes until nothing awaits (3-ledger §5) that an anchor can decide."""
        if self.roll.witness_count == 1:
            while self.execution.under_way is None and self.write() is not None:
                pass

    def _recorded_before(self, ids: Sequence[bytes]) -> bool:
        known = {act_id for act_id, _ in self.store.chain.enclosures(self.number, ids)}
        if known and len(known) < len(set(ids)):
            raise MunimentError("partly-recorded", known=len(known), acts=len(ids))
        return bool(known)

    def _judge_own(self, group: Group, ids: Sequence[bytes], drawn_up: DrawnUp | None = None) -> Judged:
        """Refuse before anything is written what every office would refuse after."""
        if len(set(ids)) != len(ids):
            raise MunimentError("rejected", reason="enclosed-twice", number=len(ids) - 1)
        transactions = (
            [drawn_up.transaction]
            if drawn_up is not None
            else [decode_transaction(encoded) for encoded in group.transactions]
        )
        self.people.check_signing(transactions, ids)
        working = drawn_up.working if drawn_up is not None else WorkingState(self.store.state, self.number)
        fault = self.fold.signature_fault(group, transactions, working)
        if fault is not None:
            raise MunimentError(fault)
        if drawn_up is not None:
            working.apply(drawn_up.verdict.changes, drawn_up.verdict.index_changes)
            row = act_row(drawn_up.verdict, drawn_up.id, 0, 0, self.number)
            return Judged(working, [Ran(row, drawn_up.verdict)], {drawn_up.id: drawn_up.transaction})
        ran, waiting = list[Ran](), self.store.waiting.of(self.number)
        for number, (act_id, transaction) in enumerate(zip(ids, transactions, strict=True)):
            verdict = self.fold.judge(working, transaction, act_id, self.number, waiting=waiting)
            if isinstance(verdict, Rejected):
                raise rejection_error(verdict, number)
            working.apply(verdict.changes, verdict.index_changes)
            waiting |= verdict.touched
            ran.append(Ran(act_row(verdict, act_id, 0, number, self.number), verdict))
        return Judged(working, ran)

    def _take_drawn_up(self, ids: Sequence[bytes]) -> DrawnUp | None:
        """The verdict of the proposal, if these are its very bytes and not a row was written since.

        The law is a function of act and state: judged again it would say the same. Nor can the act stand here: its
        nonce was drawn for the proposal, and nothing was recorded after it.
        """
        drawn_up, self._drawn_up = self._drawn_up, None
        if drawn_up is None or [drawn_up.id] != list(ids):
            return None
        return drawn_up if drawn_up.row_changes == self.store.database.row_changes else None


def _reference(working: WorkingState, record_id: bytes) -> RecordRef:
    record = working.record(record_id) if len(record_id) == RECORD_ID_BYTES else None
    if record is None:
        raise MunimentError("unknown-record", record=record_id)
    return RecordRef(record.id, record.version, record.last_act)


def rejection_error(verdict: Rejected, number: int) -> MunimentError:
    """The refusal of an act as an error; `number`: which act of its group."""
    facts = {**verdict.facts, "article": verdict.article, "winner": verdict.winner}
    return MunimentError("rejected", reason=verdict.code, number=number, **facts)
