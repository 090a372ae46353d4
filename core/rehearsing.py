"""A rehearsal: blocks judged one after another as if they were taken in, and nothing written.

So a file with a wrong block in its middle is refused before its first is committed. The graph of the rehearsal stands
on the replica's own and changes nothing of it. What only a later epoch can judge, which begins with the blocks
themselves, is not judged here.
"""

from collections import ChainMap
from collections.abc import Sequence
from typing import Protocol

from core.exchange import Received, StoredBlock
from core.ledger.block import Header, block_id, decode_header
from core.ledger.blocklace import Blocklace
from core.ledger.payload import Payload
from core.ledger.roll import Roll
from core.ledger.vertex import Vertex
from core.sealing.envelope import read_envelope


class Judging(Protocol):
    """What a rehearsal needs of a replica."""

    @property
    def network(self) -> bytes: ...

    @property
    def lace(self) -> Blocklace: ...

    @property
    def roll(self) -> Roll: ...

    def block(self, block: bytes) -> StoredBlock: ...

    def verify_block(
        self, header_bytes: bytes, signature: bytes, payload_bytes: bytes | None
    ) -> tuple[Header, Payload | None]: ...


class RehearsedGraph(Blocklace):
    """A graph on top of another, which it does not touch."""

    def __init__(self, real: Blocklace) -> None:
        super().__init__(real.rolls[0], real.genesis)
        self.rolls, self.closings, self.chains = real.rolls, real.closings, real.chains
        self._taken: dict[bytes, Vertex] = {}
        self.vertices = ChainMap(self._taken, real.vertices)
        self._forked = set(real.forked_chains)
        self._real = real

    def at(self, author: int, incarnation: int, seq: int) -> list[Vertex]:
        return [*self._real.at(author, incarnation, seq), *super().at(author, incarnation, seq)]

    def take(self, identity: bytes, header: Header, has_acts: bool) -> None:
        """A checked block."""
        prev = self.vertices[header.prev] if header.prev else None
        parents = self._parents(header, prev)
        chain = self.chains[header.author, header.incarnation]
        place = (header.author, header.incarnation, header.seq)
        vertex = Vertex(
            identity,
            header.author,
            header.incarnation,
            chain,
            header.epoch,
            header.seq,
            header.round,
            prev,
            parents,
            has_acts,
            header.claimed_ms,
            len(self._real.vertices) + len(self._taken),
        )
        if self.at(*place):
            self._forked.add(chain)
        self._places.setdefault(place, []).append(vertex)
        self.vertices[identity] = vertex
        self._derive(vertex, header, ())


class RehearsedKeys:
    """What the reading end of a meeting asks of the keys of sealed fields."""

    def take(self, envelopes: Sequence[bytes]) -> int:
        """Raises the codes of `read_envelope`; what an envelope is for is looked at when it is kept."""
        return len([read_envelope(one) for one in envelopes])


class Rehearsal:
    """What the reading end of a meeting asks of a replica, without a trace."""

    def __init__(self, replica: Judging) -> None:
        self._replica, self.keys = replica, RehearsedKeys()
        self.begin_anew()

    def begin_anew(self) -> None:
        """What was rehearsed is forgotten: the replica holds it by now."""
        self._graph = RehearsedGraph(self._replica.lace)
        self._headers: dict[bytes, StoredBlock] = {}

    @property
    def taken(self) -> int:
        """Blocks rehearsed and not forgotten: they stand in memory."""
        return len(self._headers)

    @property
    def network(self) -> bytes:
        return self._replica.network

    @property
    def roll(self) -> Roll:
        return self._replica.roll

    def at(self, author: int, incarnation: int, seq: int) -> list[bytes]:
        return [vertex.id for vertex in self._graph.at(author, incarnation, seq)]

    def block(self, block: bytes) -> StoredBlock:
        """Of what was only rehearsed, without its payload."""
        return self._headers.get(block) or self._replica.block(block)

    def receive(self, header: bytes, signature: bytes, payload: bytes | None) -> Received:
        """Raises the code of the first rule that the block breaks."""
        identity = block_id(self.network, header)
        if identity in self._graph.vertices:
            return Received.DUPLICATE
        read = decode_header(header)
        if read.epoch > self._replica.lace.epoch:
            return Received.ASIDE
        _, opened = self._replica.verify_block(header, signature, payload)
        if self._graph.waits(read):
            return Received.ASIDE
        self._graph.check(read)
        self._graph.take(identity, read, bool(opened and opened.groups))
        self._headers[identity] = StoredBlock(header, signature, None)
        return Received.ACCEPTED
