"""The front door: an office proposes, signs, records, receives and asks.

Own-key discipline (3-ledger §7): a block is first kept with its intent outside the database, then signed, then
committed with its effect in one transaction; only then is it told to anybody. In quarantine the office reads and
relays, and signs nothing. All calls come from one thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import urandom

from core.batch import Batch
from core.clock import Clock
from core.crypto.signing import Signer as Key
from core.errors import MunimentError
from core.exchange import Exchange
from core.folding import Checked, Ran, act_row
from core.laws.requests import ENTER, REFUSE
from core.laws.verdict import Accepted, Rejected
from core.ledger.block import CLOSE, Block, Header, block_id, block_preimage, decode_header, encode_header
from core.ledger.blocklace import Vertex
from core.ledger.charter import Charter
from core.ledger.checkpoint import Checkpoint, cosign, encode_cosignature
from core.ledger.encoding import Value, decode, encode
from core.ledger.payload import (
    MAX_PAYLOAD_BYTES,
    Cosignature,
    Evidence,
    Group,
    Item,
    Payload,
    decode_payload,
    group_root,
    group_signing_message,
    payload_root,
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
from core.reading_ledger import LedgerReading
from core.replica import Admitted, Judged
from core.requests import LAPSED, Requests
from core.store.intent import Mark, compare
from core.store.journal import Journal
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from core.views import ActView, QuarantineView

# The number of an office that has made a new key, which the others are still to vote (3-ledger §7, Incarnations).
RENEWED = "renewed"
# Two signatures and what CBOR adds around them.
EVIDENCE_EXTRA_BYTES = 160


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act as it would be signed, and the law's verdict on it here and now. Nothing was written."""

    transaction: Transaction
    encoded: bytes
    id: bytes
    verdict: Accepted | Rejected


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """The last act that the law accepted on a proposal, and the state of the replica then."""

    id: bytes
    transaction: Transaction  # as decoded from its bytes
    verdict: Accepted
    working: WorkingState
    row_changes: int


class Office(Exchange, LedgerReading, Requests):
    """One office's replica with its own key."""

    _drawn_up: DrawnUp | None = None

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
        if not self.epochs.knows_key(number, key.public) and store.database.meta(RENEWED) is None:
            raise MunimentError("not-this-office", number=number)
        self.number = number
        self._key, self._journal, self._clock, self._random_bytes = key, journal, clock, random_bytes
        self._restored = store.database.meta("restored") is not None
        self._damage: str | None = None
        journal.settle(self._head())
        if self.quarantine == "database-behind":
            self._finish_interrupted()

    def close(self) -> None:
        self._journal.close()
        self.store.database.close()

    # -- quarantine ---------------------------------------------------------------------------------------------

    @property
    def quarantine(self) -> str | None:
        """The code of why this node may not sign, or None.

        Asked anew each time: a meeting may bring blocks of this node that this computer never wrote, or a twin's.
        """
        member = self.roll.members[self.number]
        if member.removed:
            return "removed"
        if member.key != self._key.public:
            return "superseded" if self.epochs.knows_key(self.number, self._key.public) else "awaiting-incarnation"
        if not self._journal.is_ours():
            return self._journal.fault
        if self._restored and self._journal.last() is None:
            return "restored"  # its journal began with the restore: it knows nothing of what was signed before
        if self.lace.forkers >> self.number & 1:
            return "own-fork"
        standing = compare(self._journal.last(), self._head())
        if standing == "differs":
            return "database-differs"
        return self._damage if standing == "level" else standing

    @quarantine.setter
    def quarantine(self, code: str | None) -> None:
        """Sign nothing from now on: what is stored was found not to be what was signed."""
        self._damage = code

    def quarantine_view(self) -> QuarantineView | None:
        """Why this node may not sign, and how far it is from signing again; None where it may."""
        code, meant, head = self.quarantine, self._journal.last(), self._head()
        if code is None:
            return None
        mends = code == "database-behind"
        return QuarantineView(code, mends, head.seq if head else 0, meant.seq if mends and meant else None)

    def _head(self) -> Mark | None:
        tips = self.lace.tips(self.number)
        return Mark(tips[0].seq, tips[0].id) if tips else None

    def _finish_interrupted(self) -> bool:
        """Sign the kept block of the last mark again and commit it: the same bytes, the same signature."""
        unsigned = self._journal.unfinished()
        if unsigned is None:
            return False
        header_bytes, payload_bytes = decode(unsigned, 2 * MAX_PAYLOAD_BYTES)
        header = decode_header(header_bytes)
        tips = self.lace.tips(self.number)
        if header.prev != (tips[0].id if tips else None) or self.lace.missing(header):
            return False
        payload = decode_payload(payload_bytes) if payload_bytes else None
        self._sign_and_commit(header, header_bytes, payload, payload_bytes)
        return True

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
        """
        working = WorkingState(self.store.state, self.number)
        references = {name: _reference(working, record) for name, record in records.items()}
        return self._draw_up(working, law, procedure, references, act, signers, (), addressed_to, trace)

    def propose_decision(
        self, request: bytes, signers: Sequence[Signer], reason: str | None = None, trace: bool = False
    ) -> Proposal:
        """Draw up the act that enters a request of another office or, with a reason, refuses it.

        Raises `unknown-request`.
        """
        view, requests = self.request_view(request), (self.signed_request(request),)
        law, working = view.act.transaction.law, WorkingState(self.store.state, self.number)
        procedure, act = (ENTER, {}) if reason is None else (REFUSE, {"reason": reason})
        proposal = self._draw_up(working, law, procedure, {}, act, signers, requests, None, trace)
        if reason is None and view.act.ladder.outcome == LAPSED and isinstance(proposal.verdict, Accepted):
            # Only the order decides, but no later act goes behind what it has reached already.
            self._drawn_up = None
            return replace(proposal, verdict=Rejected("request-expired", facts=self.term_of(law), shared=True))
        return proposal

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
    ) -> Proposal:
        transaction = Transaction(
            law,
            self._law_version(law),
            procedure,
            references,
            dict(act),
            tuple(signers),
            self._clock.now_ms(),
            self._random_bytes(NONCE_BYTES),
            requests,
            addressed_to,
        )
        encoded = encode_transaction(transaction)
        act_id = transaction_id(self.network, encoded)
        decoded = decode_transaction(encoded)
        waiting = self.store.chain.waiting(self.number)
        verdict = self.fold.judge(working, decoded, act_id, self.number, trace, waiting=waiting)
        if isinstance(verdict, Accepted):
            self._drawn_up = DrawnUp(act_id, decoded, verdict, working, self.store.database.row_changes)
        return Proposal(transaction, encoded, act_id, verdict)

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
        self._may_sign()
        ids = group.ids(self.network)
        drawn_up = self._take_drawn_up(ids)
        if drawn_up is None and self._recorded_before(ids):
            return [self.act_view(act_id) for act_id in ids]
        judged = self._judge_own(group, ids, drawn_up)
        self._write_block((group,), judged)
        assert self.newest_taken is not None
        position = self.newest_taken[0]
        self._go_on_alone()
        return [self._view(replace(row, block=position)) for row, _ in judged.ran]

    def batch(self, signers: Sequence[Signer]) -> Batch:
        """An empty batch on the present state of this office."""
        working = WorkingState(self.store.state, self.number)
        head = self._head()
        after = head.id if head else None
        waiting = self.store.chain.waiting(self.number)
        claimed_ms, random = self._clock.now_ms(), self._random_bytes
        return Batch(self.fold, working, self.number, tuple(signers), claimed_ms, random, waiting, after)

    def record_batch(self, batch: Batch, signatures: Sequence[bytes]) -> list[bytes]:
        """Enclose a signed batch in one block; the ids of its acts. Durable on return.

        A batch that is not on this office's newest block is judged again. Raises `bad-signature`, `rejected` and the
        quarantine's code; then nothing was written.
        """
        self._may_sign()
        group, judged = batch.signed(signatures)
        head = self._head()
        if batch.after != (head.id if head else None):
            judged = self._judge_own(group, batch.ids)
        fault = self.fold.signature_fault(group, [decode_transaction(batch.encoded[0])])
        if fault is not None:
            raise MunimentError(fault)
        self._write_block((group,), judged)
        self._go_on_alone()
        return batch.ids

    def _go_on_alone(self) -> None:
        """A lone witness needs no meeting: it writes until nothing awaits (3-ledger §5)."""
        if self.roll.witness_count == 1:
            while self.write() is not None:
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
        fault = self.fold.signature_fault(group, transactions)
        if fault is not None:
            raise MunimentError(fault)
        if drawn_up is not None:
            drawn_up.working.apply(drawn_up.verdict.changes, drawn_up.verdict.index_changes)
            row = act_row(drawn_up.verdict, drawn_up.id, 0, 0, self.number)
            return Judged(drawn_up.working, [Ran(row, drawn_up.verdict)], {drawn_up.id: drawn_up.transaction})
        working, ran = WorkingState(self.store.state, self.number), []
        waiting = self.store.chain.waiting(self.number)
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

    # -- blocks -------------------------------------------------------------------------------------------------

    def write(self) -> bytes | None:
        """Write one block if the writing rule gives a reason (3-ledger §5 b–d); its id, durable, or None."""
        if self._why_not_sign() is not None or not self.roll.members[self.number].witness:
            return None
        evidence = self._evidence_due()
        prev, _, _, opens = self.lace.next_header_facts(self.number)
        awaiting = self.lace.awaiting()
        unseen = any(prev is None or not self.lace.in_past(vertex, prev) for vertex in awaiting)
        closing = self.epochs.passed is not None
        cosigns = not awaiting and self._cosignature_due() is not None
        if not (evidence or unseen or cosigns or self._close_due(prev) or (opens and (awaiting or closing))):
            return None
        return self._write_block(evidence)

    def _close_due(self, prev: Vertex | None) -> bool:
        """Whether a change has passed here and this chain has not said so in this epoch."""
        said = prev is not None and prev.epoch == self.lace.epoch and prev.closed
        return self.epochs.passed is not None and self.roll.members[self.number].witness and not said

    def _cosignature_due(self) -> Checkpoint | None:
        """The newest checkpoint, if this witness has not cosigned it with the key that its epoch knows."""
        newest = self.store.checkpoints.newest()
        if newest is None or self.store.checkpoints.cosigned_by(self.number) >= newest.anchor:
            return None
        members = self.epochs.constitutions[newest.epoch].members
        member = members[self.number] if self.number < len(members) else None
        return newest if member is not None and member.witness and member.key == self._key.public else None

    def _evidence_due(self) -> tuple[Evidence, ...]:
        """Evidence of forks with a present key that no block held here has brought into its past."""
        known = 0
        for vertex in self.lace.sinks():
            if vertex.epoch == self.lace.epoch:
                known |= vertex.forkers
        due: list[Evidence] = []
        room_bytes = MAX_PAYLOAD_BYTES
        for author, evidence in self.store.chain.evidence():
            room_bytes -= len(evidence.first) + len(evidence.second) + EVIDENCE_EXTRA_BYTES
            current = bool(self.lace.forkers >> author & 1)
            if current and not known >> author & 1 and room_bytes >= 0:  # what finds no room is due again
                known |= 1 << author
                due.append(evidence)
        return tuple(due)

    def _may_sign(self) -> None:
        code = self._why_not_sign()
        if code is not None:
            raise MunimentError("quarantine", why=code)

    def _why_not_sign(self) -> str | None:
        """The code of the quarantine, once what was cut short is finished.

        A full disk kept the last block from being committed, or its parents came back with a meeting.
        """
        code = self.quarantine
        return self.quarantine if code == "database-behind" and self._finish_interrupted() else code

    def _write_block(self, items: Sequence[Item], judged: Judged | None = None) -> bytes:
        """A due cosignature rides along where there is room."""
        payload = self._payload([*items, *self._cosignatures()]) or self._payload(items)
        if payload is None and items:
            size = len(Payload(tuple(items)).encoded)
            raise MunimentError("too-large", bytes=size, limit=MAX_PAYLOAD_BYTES)
        payload_bytes = payload.encoded if payload else None
        prev, refs, round_, _ = self.lace.next_header_facts(self.number)
        header = Header(
            epoch=self.roll.epoch,
            author=self.number,
            incarnation=self.roll.members[self.number].incarnation,
            seq=prev.seq + 1 if prev else 1,
            prev=prev.id if prev else None,
            refs=refs,
            round=round_,
            flags=CLOSE if self._close_due(prev) else 0,
            claimed_ms=max(self._clock.now_ms(), prev.claimed_ms if prev else 0),
            payload=(payload_root(self.network, payload), len(payload_bytes)) if payload and payload_bytes else None,
            closing_anchor=self.lace.next_closing_anchor(prev),
        )
        header_bytes = encode_header(header)
        self._journal.prepare(
            Mark(header.seq, block_id(self.network, header_bytes)), encode([header_bytes, payload_bytes])
        )
        return self._sign_and_commit(header, header_bytes, payload, payload_bytes, judged)

    def _payload(self, items: Sequence[Item]) -> Payload | None:
        """None for nothing, and for more than fits."""
        payload = Payload(tuple(items)) if items else None
        return payload if payload and len(payload.encoded) <= MAX_PAYLOAD_BYTES else None

    def _cosignatures(self) -> list[Cosignature]:
        due = self._cosignature_due()
        if due is None or not self.roll.members[self.number].witness:
            return []
        signed = cosign(due, self.number, self._clock.now_ms() // 1000, self._key.sign)
        return [Cosignature(encode_cosignature(signed))]

    def _sign_and_commit(
        self,
        header: Header,
        header_bytes: bytes,
        payload: Payload | None,
        payload_bytes: bytes | None,
        judged: Judged | None = None,
    ) -> bytes:
        signature = self._key.sign(block_preimage(self.network, header_bytes))
        block = Block(block_id(self.network, header_bytes), header, header_bytes, signature, payload_bytes)
        if judged is not None:
            checked = Checked(judged.transactions)
        else:
            checked = self.fold.check(payload.groups) if payload else Checked()
        self.take(Admitted(block, payload, checked), judged)
        return block.id


def _reference(working: WorkingState, record_id: bytes) -> RecordRef:
    record = working.record(record_id) if len(record_id) == RECORD_ID_BYTES else None
    if record is None:
        raise MunimentError("unknown-record", record=record_id)
    return RecordRef(record.id, record.version, record.last_act)


def rejection_error(verdict: Rejected, number: int) -> MunimentError:
    """The refusal of an act as an error; `number`: which act of its group."""
    facts = {**verdict.facts, "article": verdict.article, "winner": verdict.winner}
    return MunimentError("rejected", reason=verdict.code, number=number, **facts)
