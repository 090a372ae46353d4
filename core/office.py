"""The front door: an office proposes, signs, records, receives and asks.

An act is drawn up on the present state, judged, signed by its officers, and enclosed in a block of its own; what every
office would refuse after is refused before anything is written. All calls come from one thread.
"""

from collections.abc import Callable, Mapping, Sequence
from os import urandom

from core.act_views import Acts
from core.answering import Answering
from core.appointing import as_appointed
from core.batch import Batch
from core.bracketing import Bracketing
from core.clock import Clock
from core.crypto.signing import Signer as Key
from core.drafting import Drafts
from core.errors import MunimentError
from core.exchange import Exchange
from core.folding import Ran, act_row
from core.laws.alike import DIFFERENT, SAME
from core.laws.law import Called
from core.laws.questions import DISMISS
from core.laws.reckoning import fill_in
from core.laws.requests import ENTER, REFUSE
from core.laws.resolving import CONFIRM, CURE, WITHDRAW
from core.laws.signing import NODE_NUMBER, NODE_ROLE
from core.laws.verdict import Accepted, Rejected
from core.ledger.charter import Charter
from core.ledger.encoding import Value
from core.ledger.payload import (
    Group,
    group_root,
    group_signing_message,
)
from core.ledger.transaction import (
    Signer,
    decode_transaction,
    transaction_id,
)
from core.linking import ENTERED, Linking, records_of
from core.outcomes import LAPSED, Decisions, Outcomes
from core.people.actions import Action
from core.people.people import People
from core.people.showing import Showing
from core.proposing import DrawnUp, Proposal, Proposing, reference
from core.questions import Questions
from core.reading import Records
from core.reading_acts import HeldActs, Steps
from core.reading_laws import LawReading
from core.reading_ledger import LedgerReading
from core.reading_proofs import ProofReading
from core.replica import Judged
from core.requests import Requests
from core.sealing.keys import SealedKeys
from core.sealing.opening import SealedReading
from core.sealing.sealing import Sealing
from core.standing import Standing
from core.store.journal import Journal
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from core.undecided import UndecidedActs
from core.views import ActView
from core.writing import RENEWED, Hand

__all__ = ["RENEWED", "Office", "Proposal", "rejection_error"]


class Office(Exchange):
    """One office's replica, and the parts that read it, answer for it and sign for it."""

    people: People
    hand_class: type[Hand] = Hand  # that of a liar in a simulated network signs what it likes

    def __init__(
        self,
        store: ReplicaStore,
        charter: Charter,
        number: int,
        key: Key,
        journal: Journal,
        clock: Clock,
        random_bytes: Callable[[int], bytes] = urandom,
    ) -> None:
        super().__init__(store, charter)
        self.number, self._clock, self._random_bytes = number, clock, random_bytes
        self.hand = self.hand_class(self, number, key, journal, clock)
        self.people = People(self, number, clock, random_bytes)
        self.showing = Showing(self, self.people)
        self.rules = LawReading(self)
        held, steps = HeldActs(self), Steps(self)
        decisions = Decisions(self, held, steps)
        outcomes = Outcomes(self, held, decisions)
        self.acts = Acts(self, held, outcomes, self.showing)
        self.records = Records(self, self.acts, self.showing, self.rules, clock)
        self.requests = Requests(self, number, held, decisions, self.acts)
        self.undecided = UndecidedActs(self, number, outcomes, self.acts)
        self.standing = Standing(self, number, steps, self.acts, self.undecided)
        self.ledger = LedgerReading(self, steps, self.acts)
        self.proofs = ProofReading(self, self.rules, held, self.acts, self.showing)
        self.keys = SealedKeys(self, number, key, held)
        self.sealed = SealedReading(self, number, self.keys, held, self.acts, self.records, self.showing)
        self._sealing = Sealing(self, number, self.people, held, self.keys, random_bytes)
        self._proposing = Proposing(self, number, self._sealing, clock, random_bytes)
        self.linking = Linking(self, number, clock, held, self.acts, self.records)
        self.questions = Questions(self, number, self.linking, self.acts, self.records, self.showing)
        self._answering = Answering(self, number, key, clock, random_bytes, self.linking)
        self.bracketing = Bracketing(self, held)
        self.drafts = Drafts(self, number)

    def close(self) -> None:
        self.hand.journal.close()
        self.store.database.close()

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
        references = {name: reference(working, record) for name, record in records.items()}
        answers = self.linking.question_of(law, procedure, records) if addressed_to is None else None
        act = fill_in(self.laws[law].procedures.get(procedure) if law in self.laws else None, act)
        draw_up = self._proposing.draw_up
        return draw_up(working, law, procedure, references, act, signers, (), addressed_to, trace, answers)

    def propose_decision(
        self, request: bytes, signers: Sequence[Signer], reason: str | None = None, trace: bool = False
    ) -> Proposal:
        """Draw up the act that enters a request of another office or, with a reason, refuses it.

        Raises `unknown-request`.
        """
        self.people.require(Action.DRAW_UP)
        view, requests = self.requests.view(request), (self.requests.signed(request),)
        law, working = view.act.transaction.law, WorkingState(self.store.state, self.number)
        procedure, act = (ENTER, {}) if reason is None else (REFUSE, {"reason": reason})
        asked = view.act.transaction
        records = {name: ref.record for name, ref in asked.changes.items()}
        answers = self.linking.question_of(law, asked.procedure, records) if reason is None else None
        proposal = self._proposing.draw_up(working, law, procedure, {}, act, signers, requests, None, trace, answers)
        if reason is None and view.act.ladder.outcome == LAPSED and isinstance(proposal.verdict, Accepted):
            # Only the order decides, but no later act goes behind what it has reached already.
            self._proposing.forget()
            return proposal._replace(verdict=Rejected("request-expired", facts=self.requests.term_of(law), shared=True))
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
        if way == WITHDRAW and self.requests.is_request(act):
            law = self.requests.view(act).act.transaction.law
            return self._proposing.draw_up(working, law, way, {}, said, signers, (), None, trace)
        view = self.undecided.view(act)
        named = view.records if way in (CURE, CONFIRM) else {}
        references = {name: reference(working, record) for name, record in named.items()}
        law = view.act.transaction.law
        return self._proposing.draw_up(working, law, way, references, said, signers, (), None, trace)

    def propose_dismissal(
        self, act: bytes, record: bytes, reason: str, signers: Sequence[Signer], trace: bool = False
    ) -> Proposal:
        """Draw up the act that leaves what an act asks about a record of this office. Raises `unknown-question`."""
        self.people.require(Action.DRAW_UP)
        law, working = self.questions.law_asked(act, record), WorkingState(self.store.state, self.number)
        said: dict[str, Value] = {"act": act, "record": record, "reason": reason}
        return self._proposing.draw_up(working, law, DISMISS, {}, said, signers, (), None, trace)

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
        return self._proposing.draw_up(working, law, SAME if same else DIFFERENT, {}, said, signers, (), None, trace)

    def write(self) -> bytes | None:
        """Write one block if there is a reason to: what other registers ask and the law lets this node answer, or the
        writing rule (3-ledger §5 b–d). The id of the last block written, durable, or None.
        """
        if self.hand.why_not_sign() is not None:
            return None
        answered = self._answer_links()
        return answered if answered is not None else self.hand.write(self.keys.due())

    def _answer_links(self) -> bytes | None:
        """As the law wants it, an act that nothing stands in the way of; whatever else is left to the officers."""
        written = [self._answer(called) for called in self.linking.automatic_links()]
        head = self.hand.head()
        return head.id if any(written) and head is not None else None

    def _answer(self, called: Called) -> bool:
        working = WorkingState(self.store.state, self.number)
        references = {name: reference(working, record) for name, record in records_of(called).items()}
        node = [Signer(self.number, NODE_NUMBER, NODE_ROLE)]
        proposal = self._proposing.draw_up(
            working, called.law, called.procedure, references, called.fields, node, (), None, False, called.act
        )
        if not isinstance(proposal.verdict, Accepted) or proposal.verdict.outcome not in ENTERED:
            self.linking.mark_unready(called)
            return False
        signature = self.hand.key.sign(self.signing_message([proposal.encoded]))
        self.record(Group((proposal.encoded,), (signature,)))
        self.linking.mark_tried(called)
        return True

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
        self.hand.refuse_in_quarantine()
        ids = group.ids(self.network)
        drawn_up = self._proposing.take(ids)
        if drawn_up is None and self._recorded_before(ids):
            return [self.acts.view(act_id) for act_id in ids]
        judged = self._judge_own(group, ids, drawn_up)
        self._sealing.keep_keys(ids)
        groups, whole = self._answering.with_answers(group, judged)
        self.hand.write_block(groups, whole)
        assert self.newest_taken is not None
        position = self.newest_taken[0]
        self._go_on_alone()
        return [self.acts.view_of(ran.row._replace(block=position)) for ran in judged.ran]

    def batch(self, signers: Sequence[Signer]) -> Batch:
        """An empty batch on the present state of this office."""
        self.people.require(Action.IMPORT)
        working = WorkingState(self.store.state, self.number)
        head = self.hand.head()
        after = head.id if head else None
        waiting = self.store.waiting.of(self.number)
        claimed_ms, random = self._clock.now_ms(), self._random_bytes
        return Batch(self.fold, working, self.number, tuple(signers), claimed_ms, random, waiting, after)

    def record_batch(self, batch: Batch, signatures: Sequence[bytes]) -> list[bytes]:
        """Enclose a signed batch in one block; the ids of its acts. Durable on return.

        A batch that is not on this office's newest block is judged again. Raises `bad-signature`, `rejected` and the
        quarantine's code; then nothing was written.
        """
        self.hand.refuse_in_quarantine()
        group, judged = batch.signed(signatures)
        head = self.hand.head()
        if batch.after != (head.id if head else None):
            judged = self._judge_own(group, batch.ids)
        signing, first = WorkingState(self.store.state, self.number), decode_transaction(batch.encoded[0])
        self.people.check_signing([first], batch.ids[:1])  # the others have the same signers
        fault = self.fold.signature_fault(group, [first], signing)
        if fault is not None:
            raise MunimentError(fault)
        self.hand.write_block((group,), judged)
        self._go_on_alone()
        return batch.ids

    def enter_in_order(self) -> bool:
        """As `Exchange` does; a lone witness then goes on."""
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
            verdict = as_appointed(working, self.roll, self.number, verdict, transaction.claimed_ms)
            if isinstance(verdict, Rejected):
                raise rejection_error(verdict, number)
            working.apply(verdict.changes, verdict.index_changes)
            waiting |= verdict.touched
            ran.append(Ran(act_row(verdict, act_id, 0, number, self.number), verdict))
        return Judged(working, ran)


def rejection_error(verdict: Rejected, number: int) -> MunimentError:
    """The refusal of an act as an error; `number`: which act of its group."""
    facts = {**verdict.facts, "article": verdict.article, "winner": verdict.winner}
    return MunimentError("rejected", reason=verdict.code, number=number, **facts)
