"""The hand that signs: when a node writes a block, and how it never signs two at one place.

Own-key discipline (3-ledger §7): a block is first kept with its intent outside the database, then signed, then
committed with its effect in one transaction; only then is it told to anybody. While the disk keeps the intent, the
effect is written into the transaction already; the signature comes last. In quarantine the node reads and relays,
and signs nothing. Writing rule (§5): a node writes when a block of its own acts is asked for, and a witness when
something awaits that its block would help on; when nothing awaits, nobody writes.
"""

from collections.abc import Callable, Sequence
from os import urandom

from core.clock import Clock
from core.crypto.signing import Signer as Key
from core.errors import MunimentError
from core.exchange import Exchange
from core.folding import Checked
from core.ledger.block import CLOSE, Block, Header, block_id, block_preimage, decode_header, encode_header
from core.ledger.blocklace import Vertex
from core.ledger.charter import Charter
from core.ledger.checkpoint import Checkpoint, cosign, encode_cosignature
from core.ledger.encoding import decode, encode_known
from core.ledger.payload import (
    MAX_PAYLOAD_BYTES,
    Cosignature,
    Evidence,
    Item,
    Payload,
    decode_payload,
    payload_root,
)
from core.replica import Admitted, Judged
from core.store.intent import Mark, compare
from core.store.journal import Journal
from core.store.replica import ReplicaStore
from core.views import QuarantineView

# The number of an office that has made a new key, which the others are still to vote (3-ledger §7, Incarnations).
RENEWED = "renewed"
# Two signatures and what CBOR adds around them.
EVIDENCE_EXTRA_BYTES = 160


class Writing(Exchange):
    """A replica with its node's key."""

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
        self._restored = store.database.meta("restored") not in (None, b"before " + key.public)
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
        if self.unread:  # the graph in memory may hold a block that the disk has not
            return "replica-damaged"
        member = self.roll.members[self.number]
        if member.removed:
            return "removed"
        if member.key != self._key.public:
            return self._why_other_key(member.key)
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

    @property
    def new_key_in_force(self) -> bool:
        """Whether it would sign again if it were closed and opened with the key that was made here to follow."""
        renewed = self.roll.members[self.number].key != self._key.public and self.quarantine == "renewed"
        return renewed and self._damage is None

    def _why_other_key(self, in_force: bytes) -> str:
        """Another key than ours stands in the roll."""
        if not self.epochs.knows_key(self.number, self._key.public):
            return "awaiting-incarnation"
        made_here = self.store.database.meta(RENEWED) == in_force  # from the next opening on it is ours
        return "renewed" if made_here else "superseded"

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

    # -- blocks -------------------------------------------------------------------------------------------------

    def write(self) -> bytes | None:
        """Write one block if the writing rule gives a reason (3-ledger §5 b–d); its id, durable, or None."""
        if self._why_not_sign() is not None:
            return None
        answer = self._answer_links()
        if answer is not None:
            return answer
        said = self._sealing_due()
        if not self.roll.members[self.number].witness:  # it keeps and destroys keys like everybody
            return self._write_block(said) if said else None
        evidence = self._evidence_due()
        prev, _, _, opens = self.lace.next_header_facts(self.number)
        awaiting = self.lace.newest_awaiting()
        unseen = any(prev is None or not self.lace.in_past(vertex, prev) for vertex in awaiting)
        closing = self.epochs.passed is not None
        cosigns = not awaiting and self._cosignature_due() is not None
        if not (evidence or said or unseen or cosigns or self._close_due(prev) or (opens and (awaiting or closing))):
            return None
        return self._write_block(evidence or said)

    def _answer_links(self) -> bytes | None:
        """Enter what other registers ask and the law lets this node answer; the id of the last block it made."""
        return None

    def _sealing_due(self) -> tuple[Item, ...]:
        """What this node has to say of sealed fields: an office that keeps keys says it (core/sealing/keys.py)."""
        return ()

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

    def refuse_in_quarantine(self) -> None:
        """Raises `quarantine` where this node may sign nothing."""
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
            Mark(header.seq, block_id(self.network, header_bytes)), encode_known([header_bytes, payload_bytes])
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
        def sign() -> bytes:
            self._journal.sync()
            return self._key.sign(block_preimage(self.network, header_bytes))

        block = Block(block_id(self.network, header_bytes), header, header_bytes, b"", payload_bytes)
        if judged is not None:
            checked = Checked(judged.transactions)
        else:
            checked = self._check_acts(header.epoch, payload)
        self.take(Admitted(block, payload, checked), judged, sign)
        return block.id
