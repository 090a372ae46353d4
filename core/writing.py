"""The hand that signs: when a node writes a block, and how it never signs two at one place.

Own-key discipline (3-ledger §7): a block is first kept with its intent outside the database, then signed, then
committed with its effect in one transaction; only then is it told to anybody. While the disk keeps the intent, the
effect is written into the transaction already; the signature comes last. In quarantine the node reads and relays,
and signs nothing. Writing rule (§5): a node writes when a block of its own acts is asked for, and a witness when
something awaits that its block would help on; when nothing awaits, nobody writes.
"""

from collections.abc import Sequence

from core.clock import Clock
from core.crypto.signing import Signer as Key
from core.errors import MunimentError
from core.folding import Checked
from core.ledger.block import CLOSE, Block, Header, block_id, block_preimage, decode_header, encode_header
from core.ledger.blocklace import Vertex
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
from core.replica import Admitted, Judged, Replica
from core.store.intent import Mark, compare
from core.store.journal import Journal
from core.views import QuarantineView

# The number of an office that has made a new key, which the others are still to vote (3-ledger §7, Incarnations).
RENEWED = "renewed"
# Two signatures and what CBOR adds around them.
EVIDENCE_EXTRA_BYTES = 160


class Hand:
    """The only one that signs for a node; `number`: of its office."""

    def __init__(self, replica: Replica, number: int, key: Key, journal: Journal, clock: Clock) -> None:
        if not replica.epochs.knows_key(number, key.public) and replica.store.database.meta(RENEWED) is None:
            raise MunimentError("not-this-office", number=number)
        self._replica, self._number, self._clock, self._store = replica, number, clock, replica.store
        self.key, self.journal = key, journal
        self._restored = self._store.database.meta("restored") not in (None, b"before " + key.public)
        self._damage: str | None = None
        journal.settle(self.head())
        if self.quarantine == "database-behind":
            self._finish_interrupted()

    # -- quarantine ---------------------------------------------------------------------------------------------

    @property
    def quarantine(self) -> str | None:
        """The code of why this node may not sign, or None.

        Asked anew each time: a meeting may bring blocks of this node that this computer never wrote, or a twin's.
        """
        if self._replica.unread:  # the graph in memory may hold a block that the disk has not
            return "replica-damaged"
        member = self._replica.roll.members[self._number]
        if member.removed:
            return "removed"
        if member.key != self.key.public:
            return self._why_other_key(member.key)
        if not self.journal.is_ours():
            return self.journal.fault
        if self._restored and self.journal.last() is None:
            return "restored"  # its journal began with the restore: it knows nothing of what was signed before
        if self._replica.lace.forkers >> self._number & 1:
            return "own-fork"
        standing = compare(self.journal.last(), self.head())
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
        renewed = self._replica.roll.members[self._number].key != self.key.public and self.quarantine == "renewed"
        return renewed and self._damage is None

    def _why_other_key(self, in_force: bytes) -> str:
        """Another key than ours stands in the roll."""
        if not self._replica.epochs.knows_key(self._number, self.key.public):
            return "awaiting-incarnation"
        made_here = self._store.database.meta(RENEWED) == in_force  # from the next opening on it is ours
        return "renewed" if made_here else "superseded"

    def quarantine_view(self) -> QuarantineView | None:
        """Why this node may not sign, and how far it is from signing again; None where it may."""
        code, meant, head = self.quarantine, self.journal.last(), self.head()
        if code is None:
            return None
        mends = code == "database-behind"
        return QuarantineView(code, mends, head.seq if head else 0, meant.seq if mends and meant else None)

    def head(self) -> Mark | None:
        tips = self._replica.lace.tips(self._number)
        return Mark(tips[0].seq, tips[0].id) if tips else None

    def _finish_interrupted(self) -> bool:
        """Sign the kept block of the last mark again and commit it: the same bytes, the same signature."""
        unsigned = self.journal.unfinished()
        if unsigned is None:
            return False
        header_bytes, payload_bytes = decode(unsigned, 2 * MAX_PAYLOAD_BYTES)
        header = decode_header(header_bytes)
        tips = self._replica.lace.tips(self._number)
        if header.prev != (tips[0].id if tips else None) or self._replica.lace.missing(header):
            return False
        payload = decode_payload(payload_bytes) if payload_bytes else None
        self._sign_and_commit(header, header_bytes, payload, payload_bytes)
        return True

    # -- blocks -------------------------------------------------------------------------------------------------

    def write(self, said: tuple[Item, ...]) -> bytes | None:
        """Write one block if the writing rule gives a reason (3-ledger §5 b–d); its id, durable, or None.

        `said`: what this node has to say of sealed fields.
        """
        if not self._replica.roll.members[self._number].witness:  # it keeps and destroys keys like everybody
            return self.write_block(said) if said else None
        evidence = self._evidence_due()
        prev, _, _, opens = self._replica.lace.next_header_facts(self._number)
        awaiting = self._replica.lace.newest_awaiting()
        unseen = any(prev is None or not self._replica.lace.in_past(vertex, prev) for vertex in awaiting)
        closing = self._replica.epochs.passed is not None
        cosigns = not awaiting and bool(self._cosignatures_due())
        if not (evidence or said or unseen or cosigns or self._close_due(prev) or (opens and (awaiting or closing))):
            return None
        return self.write_block(evidence or said)

    def _close_due(self, prev: Vertex | None) -> bool:
        """Whether a change has passed here and this chain has not said so in this epoch."""
        said = prev is not None and prev.epoch == self._replica.lace.epoch and prev.closed
        return self._replica.epochs.passed is not None and self._replica.roll.members[self._number].witness and not said

    def _cosignatures_due(self) -> list[Checkpoint]:
        """The newest checkpoint, and that of the last close, if this witness has cosigned neither them nor a later one
        and may: with the key that their epoch knows. Whoever counted then says who counts next (epoch_proof.py).
        """
        known, closed_at = self._store.checkpoints, self._replica.closed_at
        newest, done = known.newest(), known.cosigned_by(self._number)
        closing = known.at(closed_at) if newest and done < closed_at < newest.anchor else None
        due = [one for one in (closing, newest) if one is not None and one.anchor > done]
        return [one for one in due if self._counted_in(one.epoch)]

    def _counted_in(self, epoch: int) -> bool:
        members = self._replica.epochs.constitutions[epoch].members
        member = members[self._number] if self._number < len(members) else None
        return member is not None and member.witness and member.key == self.key.public

    def _evidence_due(self) -> tuple[Evidence, ...]:
        """Evidence of forks with a present key that no block held here has brought into its past."""
        known = 0
        for vertex in self._replica.lace.sinks():
            if vertex.epoch == self._replica.lace.epoch:
                known |= vertex.forkers
        due: list[Evidence] = []
        room_bytes = MAX_PAYLOAD_BYTES
        for author, evidence in self._store.chain.evidence():
            room_bytes -= len(evidence.first) + len(evidence.second) + EVIDENCE_EXTRA_BYTES
            current = bool(self._replica.lace.forkers >> author & 1)
            if current and not known >> author & 1 and room_bytes >= 0:  # what finds no room is due again
                known |= 1 << author
                due.append(evidence)
        return tuple(due)

    def refuse_in_quarantine(self) -> None:
        """Raises `quarantine` where this node may sign nothing."""
        code = self.why_not_sign()
        if code is not None:
            raise MunimentError("quarantine", why=code)

    def why_not_sign(self) -> str | None:
        """The code of the quarantine, once what was cut short is finished.

        A full disk kept the last block from being committed, or its parents came back with a meeting.
        """
        code = self.quarantine
        return self.quarantine if code == "database-behind" and self._finish_interrupted() else code

    def write_block(self, items: Sequence[Item], judged: Judged | None = None) -> bytes:
        """A due cosignature rides along where there is room."""
        payload = payload_of([*items, *self._cosignatures()]) or payload_of(items)
        if payload is None and items:
            size = len(Payload(tuple(items)).encoded)
            raise MunimentError("too-large", bytes=size, limit=MAX_PAYLOAD_BYTES)
        payload_bytes = payload.encoded if payload else None
        prev, refs, round_, _ = self._replica.lace.next_header_facts(self._number)
        named = (payload_root(self._replica.network, payload), len(payload.encoded)) if payload else None
        header = Header(
            epoch=self._replica.roll.epoch,
            author=self._number,
            incarnation=self._replica.roll.members[self._number].incarnation,
            seq=prev.seq + 1 if prev else 1,
            prev=prev.id if prev else None,
            refs=refs,
            round=round_,
            flags=CLOSE if self._close_due(prev) else 0,
            claimed_ms=max(self._clock.now_ms(), prev.claimed_ms if prev else 0),
            payload=named,
            closing_anchor=self._replica.lace.next_closing_anchor(prev),
        )
        header_bytes = encode_header(header)
        self.journal.prepare(
            Mark(header.seq, block_id(self._replica.network, header_bytes)), encode_known([header_bytes, payload_bytes])
        )
        return self._sign_and_commit(header, header_bytes, payload, payload_bytes, judged)

    def _cosignatures(self) -> list[Cosignature]:
        due = self._cosignatures_due() if self._replica.roll.members[self._number].witness else []
        signed = (cosign(one, self._number, self._clock.now_ms() // 1000, self.key.sign) for one in due)
        return [Cosignature(encode_cosignature(one)) for one in signed]

    def _sign_and_commit(
        self,
        header: Header,
        header_bytes: bytes,
        payload: Payload | None,
        payload_bytes: bytes | None,
        judged: Judged | None = None,
    ) -> bytes:
        def sign() -> bytes:
            self.journal.sync()
            return self.key.sign(block_preimage(self._replica.network, header_bytes))

        block = Block(block_id(self._replica.network, header_bytes), header, header_bytes, b"", payload_bytes)
        if judged is not None:
            checked = Checked(judged.transactions)
        else:
            checked = self._replica.check_acts(header.epoch, payload)
        self._replica.take(Admitted(block, payload, checked), judged, sign)
        return block.id


def payload_of(items: Sequence[Item]) -> Payload | None:
    """What a block encloses; None for nothing, and for more than fits."""
    payload = Payload(tuple(items)) if items else None
    return payload if payload and len(payload.encoded) <= MAX_PAYLOAD_BYTES else None
