"""What a meeting needs of a replica: which blocks stand where, what another replica lacks, and taking blocks in.

Blocks stand at *places* (author, incarnation, seq); several stand at one place exactly where that author forked. A
block that cannot be taken yet waits aside (core/aside.py): it is offered again by any later meeting.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from core.aside import Aside
from core.checking import Checking
from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.block import Header, block_id, decode_header
from core.ledger.blocklace import Vertex, each_tip
from core.ledger.charter import Charter
from core.ledger.forks import check_evidence
from core.ledger.merkle import EMPTY_ROOT
from core.ledger.payload import Evidence
from core.replica import Replica
from core.store.encounters import EncounterStore
from core.store.papers import PaperStore
from core.store.replica import ReplicaStore
from core.store.salvaged import SalvagedStore
from core.store.sharing import SharingStore

MAX_BRANCHES = 64  # of a proven forker that are taken before somebody else's block names them
OWN_DISK = ("disk-full", "disk-failed", "replica-damaged")  # no fault of the block
WEIGHED = 500  # blocks looked at to estimate what many take


class Tip(NamedTuple):
    """The newest block of one branch: an honest author has one, a forker one for each branch."""

    author: int
    incarnation: int
    seq: int
    id: bytes


class SignedHeader(NamedTuple):
    header: bytes
    signature: bytes


class StoredBlock(NamedTuple):
    header: bytes
    signature: bytes
    payload: bytes | None  # encoded, not compressed


class Received(Enum):
    """What became of a block that a neighbour sent. Refusals are raised, never returned."""

    ACCEPTED = "accepted"  # committed with its effect before the call returned
    DUPLICATE = "duplicate"  # held already; nothing was written
    ASIDE = "aside"  # a parent is missing, or it is one branch too many; not in the vector


class Exchange(Replica):
    """Satisfies sync.replica.Replica, but for `number` and `write`, which need a key."""

    def __init__(self, store: ReplicaStore, charter: Charter) -> None:
        super().__init__(store, charter)
        self.checking = Checking(self)
        self._aside = Aside()
        self._aside_epoch = self.lace.epoch
        self.salvaged = SalvagedStore(store.database)
        self._salvaged_for = self._lacking_for_salvaged()

    @property
    def anchor(self) -> int:
        """Number of the newest anchor whose acts are all executed here; 0 before the first."""
        return self.finality.count - (self.execution.under_way is not None)

    def state_root(self) -> bytes:
        """32 bytes that commit to every record of the agreed state after the last anchor executed whole."""
        newest = self.store.checkpoints.newest()
        if self.execution.under_way is not None:
            return newest.state_root if newest is not None else EMPTY_ROOT
        root: bytes = self.store.state.state_root()
        return root

    def entering(self) -> tuple[int, int] | None:
        """(executed, all) acts of the anchor that is being executed in portions; None while none is."""
        under = self.execution.under_way
        return (under.acts, under.all_acts) if under is not None else None

    @property
    def encounters(self) -> EncounterStore:
        """What is kept of meetings for the next one."""
        return self.store.encounters

    @property
    def papers(self) -> PaperStore:
        """Scans that acts name."""
        return self.store.papers

    @property
    def sharing(self) -> SharingStore:
        """Case files that officers of another office may edit too."""
        return self.store.sharing

    def vector(self) -> list[Tip]:
        """Every branch tip, sorted. What it does not cover is not held. Raises as `require_read`."""
        self.require_read()
        return sorted(Tip(v.author, v.incarnation, v.seq, v.id) for v in self.lace.all_tips())

    def forkers(self) -> frozenset[int]:
        """Authors of whom this replica holds a fork, by blocks or by evidence."""
        return frozenset(n for n in range(len(self.roll.members)) if self.lace.forkers >> n & 1)

    def at(self, author: int, incarnation: int, seq: int) -> list[bytes]:
        """Ids of the blocks held at a place."""
        return [vertex.id for vertex in self.lace.at(author, incarnation, seq)]

    def ancestor(self, block: bytes, seq: int) -> bytes:
        """Id of the block at `seq` on the chain of a held block. Raises `unknown-block`."""
        step: Vertex | None = self.lace.vertices.get(block)
        if step is not None and 1 <= seq <= step.seq:
            standing = self.lace.at(step.author, step.incarnation, seq)
            if len(standing) == 1:  # chains have no gaps: no walk down a million blocks for a peer's question
                return standing[0].id
        while step is not None and step.seq > seq:
            step = step.prev
        if step is None or step.seq != seq:
            raise MunimentError("unknown-block", block=block)
        return step.id

    def holds(self, block: bytes) -> bool:
        """Whether a block is held, complete, with its whole past."""
        return block in self.lace.vertices

    def seen_by(self, author: int) -> list[bytes]:
        """Ids of the newest blocks of each chain in the past of an author's newest block held here.

        What its own block refers to it has. Nothing for an author never heard, and for a proven forker.
        """
        tips = self.lace.tips(author)
        if len(tips) != 1:
            return []
        return [vertex.id for seen in tips[0].clock for vertex in each_tip(seen)]

    def newer_than(self, held: Iterable[bytes]) -> list[bytes]:
        """Ids of all blocks that lie on no chain of the given held blocks, each after its parents.

        Without those whose payload is not on this computer, and what cannot be taken in without them.
        """
        covered: dict[int, list[Vertex]] = {}
        for block in held:
            vertex = self.lace.vertices.get(block)
            if vertex is not None:
                covered.setdefault(vertex.chain, []).append(vertex)
        positions, ids = array("q"), list[bytes]()  # of a block no more is held than that: there may be a million
        of_forkers = set[int]()
        for tip in self.lace.all_tips():
            for position, block in self._above(tip, covered.get(tip.chain, [])):
                if position in of_forkers:
                    break  # another branch stands on it too, and on what is below
                if self.lace.is_forked(tip.chain):
                    of_forkers.add(position)
                positions.append(position)
                ids.append(block)
        return self._offered([ids[one] for one in sorted(range(len(ids)), key=positions.__getitem__)])

    def _above(self, tip: Vertex, covered: Sequence[Vertex]) -> Iterator[tuple[int, bytes]]:
        """(position, id) of the blocks of a chain from its tip down to the first that lies on a covered chain.

        Of blocks that have left memory no more is read than that, and many at once.
        """
        if self.lace.is_forked(tip.chain):
            yield from ((vertex.position, vertex.id) for vertex in self.lace.chain_above(tip, covered))
            return
        least = max((vertex.seq for vertex in covered), default=0) + 1
        step: Vertex | None = tip
        while step is not None and step.seq >= least:
            yield step.position, step.id
            if step.home is None:
                step = step.prev
                continue
            seq = step.seq
            for below, position, block in self.store.settled.chain_below(step.author, step.incarnation, seq, least):
                if below != seq - 1:  # the one between is in memory still
                    break
                yield position, block
                seq = below
            step = next(iter(self.lace.at(step.author, step.incarnation, seq - 1)), None)

    def _offered(self, lacking: list[bytes]) -> list[bytes]:
        if not lacking:
            return lacking
        gone = self.store.pruned.not_held_among(*(self.vertex(block).position for block in (lacking[0], lacking[-1])))
        withheld, offered = set[Vertex](), list[bytes]()
        for vertex in map(self.vertex, lacking if gone else ()):
            if vertex.position in gone or not withheld.isdisjoint(vertex.parents):
                withheld.add(vertex)
            else:
                offered.append(vertex.id)
        return offered if gone else lacking

    def weigh(self, blocks: Sequence[bytes]) -> tuple[int, int]:
        """(acts, bytes of their payloads) of held blocks, of many an estimate from a sample."""
        sample = blocks[:: max(1, len(blocks) // WEIGHED)]
        acts, size = self.store.chain.weigh([self.lace.vertices[block].order + 1 for block in sample])
        share = len(blocks) / max(1, len(sample))
        return round(acts * share), round(size * share)

    def block(self, block: bytes) -> StoredBlock:
        """The bytes of a held block. Raises `unknown-block`, and `payload-not-held` for one that is never offered."""
        row = self.store.chain.block_at(self.vertex(block).position)
        return StoredBlock(row.block.header_bytes, row.block.signature, self.store.payload(row))

    def receive(self, header: bytes, signature: bytes, payload: bytes | None) -> Received:
        """Judge a block and, if it is valid, commit it with what it changes before returning.

        Raises the code of the first rule it breaks; then nothing was written.
        """
        self.require_read()
        received = block_id(self.network, header)
        if received in self.lace.vertices:
            return Received.DUPLICATE
        read = decode_header(header)
        signed = StoredBlock(header, signature, payload)
        if read.epoch > self.lace.epoch:  # whose key it needs is known when the epoch before is closed here
            self._check_may_come(read, signed)
            self._aside.put(received, signed, None, None)
            return Received.ASIDE
        admitted = self.admit(header, signature, payload)
        if self.lace.waits(read):
            self._aside.put(received, signed, self._first_missing(read), read.author)
            self._take_named(read)
            return Received.ACCEPTED if received in self.lace.vertices else Received.ASIDE
        if self._is_needless_branch(received, read):
            self._aside.put(received, signed, received, read.author)
            return Received.ASIDE
        self._aside.forget(received)
        self.take(admitted)
        self._take_from_aside(received)
        if received in self._salvaged_for:
            self.take_salvaged()
        return Received.ACCEPTED

    def enter_in_order(self) -> bool:
        """As `Replica` does; where that begins an epoch, what waited aside for it is taken in."""
        more = super().enter_in_order()
        if self.lace.epoch > self._aside_epoch:
            self._take_from_aside(b"")
        return more

    def _check_may_come(self, header: Header, signed: StoredBlock) -> None:
        """In an epoch to come no key returns that has left the roll, and an incarnation's key is what it was. An office
        that was removed may come back there under a new one.

        Raises `unknown-author`, `wrong-incarnation`, `bad-block-signature`.
        """
        members = self.roll.members
        member = members[header.author] if header.author < len(members) else None
        if member is None or header.incarnation > member.incarnation:
            return  # of somebody who comes later
        if member.removed:
            raise MunimentError("unknown-author", author=header.author)
        if header.incarnation < member.incarnation:
            raise MunimentError("wrong-incarnation", author=header.author)
        self.check_signature(header, signed.header, signed.signature)

    def take_salvaged(self) -> None:
        """Take in what a repair had to put off and what can be placed by now; what breaks a rule goes."""
        self._salvaged_for = frozenset()  # it calls itself for none of its own blocks
        for identity in self.salvaged.ids():
            try:
                if self.receive(*self.salvaged.block(identity)) is Received.ASIDE:
                    self._aside.forget(identity)
                    continue
            except MunimentError as error:
                if error.code in OWN_DISK:
                    raise
            self.salvaged.drop(identity)
        self._salvaged_for = self._lacking_for_salvaged()

    def _lacking_for_salvaged(self) -> frozenset[bytes]:
        """Ids of blocks that are neither here nor salvaged, and for which others wait."""
        ids = self.salvaged.ids()
        headers = [decode_header(self.salvaged.block(identity)[0]) for identity in ids]
        return frozenset(one for header in headers for one in self.lace.missing(header)) - frozenset(ids)

    def _is_needless_branch(self, block: bytes, header: Header) -> bool:
        """One more branch of an author whose fork is proven often enough, and nobody's block waits for it."""
        if not self.lace.forkers >> header.author & 1 or self._aside.wants(block):
            return False
        tips = self.lace.tips(header.author)
        return len(tips) >= MAX_BRANCHES and header.prev not in {tip.id for tip in tips}

    def _take_named(self, header: Header) -> None:
        """Branches that waited to be named: this block of somebody else does."""
        for one in self._aside.named(self.lace.missing(header)):
            if decode_header(self._aside[one][0]).author != header.author:
                self._take_waiting(one)
                self._take_from_aside(one)

    def _first_missing(self, header: Header) -> bytes | None:
        """One parent that is not here; None where the epoch has to come first."""
        return next(iter(self.lace.missing(header)), None) if header.epoch <= self.lace.epoch else None

    def _take_from_aside(self, taken: bytes) -> None:
        """What waited for this block, and for what then comes: nothing else is read, however much lies aside."""
        arrived = {taken}
        while arrived:
            begun, self._aside_epoch = self.lace.epoch > self._aside_epoch, self.lace.epoch
            due = self._aside.due(arrived, begun)
            arrived = set()
            for one in due:
                header = decode_header(self._aside[one][0])
                if self.lace.waits(header):
                    self._aside.wait_on(one, self._first_missing(header))
                elif self._take_waiting(one):
                    arrived.add(one)

    def _take_waiting(self, block: bytes) -> bool:
        """Whether it is in the graph now; else it waited in vain, and whoever sends it again is told why."""
        signed = self._aside[block]
        self._aside.forget(block)
        try:
            self.take(self.admit(*signed))
        except MunimentError as error:
            if error.code in OWN_DISK:
                raise
            return False
        return True

    def add_evidence(self, first: SignedHeader, second: SignedHeader) -> None:
        """Keep two signed headers of one place (either order) as proof of a fork. Durable on return.

        Known evidence is no error. Raises `not-a-fork`, `bad-block-signature`, `unknown-author`.
        """
        self.require_read()
        if block_id(self.network, second.header) < block_id(self.network, first.header):
            first, second = second, first
        evidence = Evidence(first.header, first.signature, second.header, second.signature)
        accused = decode_header(first.header)
        key = self.epochs.key_of(accused.author, accused.incarnation)
        if key is None:
            raise MunimentError("unknown-author", author=accused.author)
        check_evidence(evidence, self.network, key, verify)
        with self.store.database.atomic():
            self.keep_evidence(evidence)
