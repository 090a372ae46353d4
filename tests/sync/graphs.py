"""Replicas for meetings in memory: the real block graph with real signatures, without laws or a disk.

Real offices meet in test_offices.py; here it is about the conversation, so blocks carry made-up acts, and a
forker is a replica that writes twice at one place.
"""

from dataclasses import replace
from functools import cached_property
from random import Random

from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.ledger.anchors import Finality
from core.ledger.block import Header, block_id, block_preimage, decode_header, encode_header
from core.ledger.blocklace import Blocklace, each_tip
from core.ledger.forks import check_evidence
from core.ledger.payload import Evidence, Group, Payload, decode_payload, payload_root
from core.ledger.roll import Member, make_roll
from core.people.actions import Gate
from core.store.database import IN_MEMORY, Database
from core.store.encounters import EncounterStore
from core.store.papers import PaperStore
from core.store.sharing import SharingStore
from sync.certificate import make_certificate
from sync.replica import Received, StoredBlock, Tip

NETWORK = bytes(range(32))
START_MS = 1_790_000_000_000


def seed(number):
    return bytes([number + 1]) * 32


def make_members(count):
    return make_roll(
        [
            Member(
                number,
                f"Office {number}",
                SigningKey(seed(number)).public,
                make_certificate(seed(number)),
                (),
            )
            for number in range(count)
        ]
    )


class NoKeys:
    """This law has no sealed fields."""

    def of_block(self, block):
        return []

    def take(self, envelopes):
        return 0

    def wanted(self):
        return []

    def for_member(self, member, names):
        return []


class GraphReplica:
    """Satisfies sync.replica.Replica."""

    people, keys = Gate(), NoKeys()

    def __init__(self, number, roll, network=NETWORK):
        self.network, self.roll, self.number, self.anchor = network, roll, number, 0
        self.lace = Blocklace(roll)
        self.finality = Finality(self.lace)
        self.blocks = {}
        self.evidence = {}
        self._random = Random(number)
        self._key = SigningKey(seed(number))
        self._clock_ms = START_MS

    @cached_property
    def database(self):
        return Database(IN_MEMORY, bytes(32))

    @cached_property
    def encounters(self):
        return EncounterStore(self.database)

    @cached_property
    def papers(self):
        return PaperStore(self.database)

    @cached_property
    def sharing(self):
        return SharingStore(self.database)

    def gathering(self):
        return self.database.gathered()

    def weigh(self, blocks):
        payloads = [self.blocks[block].payload for block in blocks]
        acts = sum(len(group.transactions) for p in payloads if p for group in decode_payload(p).groups)
        return acts, sum(len(payload or b"") for payload in payloads)

    def copy(self):
        """The same computer twice: how an honest fork comes about."""
        twin = GraphReplica(self.number, self.roll, self.network)
        twin._clock_ms = self._clock_ms
        for block in self.lace.vertices:
            twin.receive(*self.blocks[block])
        return twin

    # -- writing -----------------------------------------------------------------------------------------

    def act(self, size=600):
        """Write a block with one act of so many bytes, half of which compress."""
        words = self._random.randbytes(size // 2) + b"parcel " * (size // 14)
        return self._write(Payload((Group((words,), (self._random.randbytes(64),)),)))

    def write(self):
        if self.number in self.forkers():
            return None  # this computer knows that it was copied: quarantine
        prev, _, _, opens = self.lace.next_header_facts(self.number)
        due = self._evidence_due()
        awaiting = self.lace.awaiting()
        unseen = any(prev is None or not self.lace.in_past(vertex, prev) for vertex in awaiting)
        if not (due or unseen or (opens and awaiting)):
            return None
        return self._write(Payload(due) if due else None)

    def _evidence_due(self):
        known = 0
        for vertex in self.lace.sinks():
            known |= vertex.forkers
        return tuple(evidence for author, evidence in self.evidence.items() if not known >> author & 1)

    def _write(self, payload):
        prev, refs, round_, _ = self.lace.next_header_facts(self.number)
        self._clock_ms = max(self._clock_ms + 1000, prev.claimed_ms if prev else 0)
        described = (payload_root(self.network, payload), len(payload.encoded)) if payload else None
        header = Header(
            0, self.number, 0, prev.seq + 1 if prev else 1, prev.id if prev else None,
            refs, round_, 0, self._clock_ms, described,
        )  # fmt: skip
        data = encode_header(header)
        signature = self._key.sign(block_preimage(self.network, data))
        assert self.receive(data, signature, payload.encoded if payload else None) is Received.ACCEPTED
        return block_id(self.network, data)

    # -- what a meeting needs ----------------------------------------------------------------------------

    def vector(self):
        return sorted(
            Tip(v.author, v.incarnation, v.seq, v.id)
            for author in range(len(self.roll.members))
            for v in self.lace.tips(author)
        )

    def forkers(self):
        return frozenset(n for n in range(len(self.roll.members)) if self.lace.forkers >> n & 1)

    def at(self, author, incarnation, seq):
        return [vertex.id for vertex in self.lace.at(author, incarnation, seq)]

    def ancestor(self, block, seq):
        step = self.lace.vertices[block]
        while step.seq > seq:
            step = step.prev
        return step.id

    def holds(self, block):
        return block in self.lace.vertices

    def seen_by(self, author):
        tips = self.lace.tips(author)
        if len(tips) != 1:
            return []
        return [vertex.id for seen in tips[0].clock for vertex in each_tip(seen)]

    def newer_than(self, held):
        covered = set()
        for block in held:
            step = self.lace.vertices[block]
            while step is not None and step not in covered:
                covered.add(step)
                step = step.prev
        return [block for block, vertex in self.lace.vertices.items() if vertex not in covered]

    def block(self, block):
        return self.blocks[block]

    def receive(self, header, signature, payload):
        identity = block_id(self.network, header)
        if identity in self.lace.vertices:
            return Received.DUPLICATE
        decoded, _ = self.verify_block(header, signature, payload)
        if self.lace.missing(decoded):
            return Received.ASIDE
        self.lace.check(decoded)
        opened = decode_payload(payload) if payload is not None else None
        accused = [decode_header(evidence.first).author for evidence in opened.evidence] if opened else []
        added = self.lace.add(identity, decoded, bool(opened and opened.groups), accused)
        self.finality.add(added.vertex)
        self.blocks[identity] = StoredBlock(header, signature, payload)
        for sibling in added.siblings[:1]:
            self.add_evidence(self.blocks[sibling.id][:2], (header, signature))
        return Received.ACCEPTED

    def verify_block(self, header, signature, payload):
        decoded = decode_header(header)
        member = self.roll.member(decoded.author)
        if member is None:
            raise MunimentError("unknown-author", author=decoded.author)
        if not verify(member.key, block_preimage(self.network, header), signature):
            raise MunimentError("bad-block-signature", author=decoded.author)
        return decoded, decode_payload(payload) if payload is not None else None

    def add_evidence(self, first, second):
        pair = sorted([first, second], key=lambda signed: block_id(self.network, signed[0]))
        evidence = Evidence(*pair[0], *pair[1])
        author = decode_header(evidence.first).author
        check_evidence(evidence, self.network, self.roll.member(author).key, verify)
        self.evidence.setdefault(author, evidence)
        self.lace.accuse(author, 0)


def make_replicas(count):
    roll = make_members(count)
    return [GraphReplica(number, roll) for number in range(count)]


def same_view(*replicas):
    return len({tuple(replica.vector()) for replica in replicas}) == 1


def altered(block, **changes):
    """A stored block with another header, no longer signed for."""
    return StoredBlock(encode_header(replace(decode_header(block.header), **changes)), block.signature, block.payload)
