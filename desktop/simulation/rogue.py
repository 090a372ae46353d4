"""A malicious office: the real replica with a real key, and none of the real office's scruples.

It is not stopped by quarantine, writes when it likes, continues any block of its own, refers to what it likes, and
shows each neighbour the part of its ledger that it chooses. Blocks that honest replicas would refuse are made too, and
offered. What it takes into its own replica is valid, because that replica is the real one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.exchange import StoredBlock, Tip
from core.ledger.block import Header, Reference, block_id, block_preimage, encode_header
from core.ledger.blocklace import Vertex
from core.ledger.payload import Payload, payload_root
from core.office import Office
from core.writing import Hand

ROUNDS_TRIED = 2  # of its highest parent, or one above it


@dataclass(frozen=True, slots=True)
class Sketch:
    """A block before it is signed; `round` None: the one that the rules allow."""

    prev: Vertex | None
    refs: tuple[Vertex, ...]
    payload: Payload | None = None
    flags: int = 0
    round: int | None = None
    claimed_ms: int | None = None
    epoch: int | None = None  # None: the present one


class RogueHand(Hand):
    @property
    def quarantine(self) -> str | None:
        return None

    @quarantine.setter
    def quarantine(self, code: str | None) -> None:
        """It does not care."""


class RogueOffice(Office):
    """`key` and `random` are set by whoever starts it."""

    hand_class = RogueHand
    secret: SigningKey
    random: Random
    head: bytes | None = None  # of the branch that it continues
    shown: set[bytes] | None = None  # what the neighbour of this meeting may see; None: everything
    forged: list[StoredBlock]
    enclosed: dict[bytes, list[bytes]]  # by act: the blocks in which it has enclosed it
    retired = False  # it only relays from now on

    def awaken(self, secret: SigningKey, random: Random) -> "RogueOffice":
        self.secret, self.random, self.forged, self.enclosed = secret, random, [], {}
        return self

    @property
    def removed(self) -> bool:
        """Whether the present roll has it no more."""
        return self.roll.member(self.number) is None

    # -- what it writes -----------------------------------------------------------------------------------------

    def branches(self) -> list[Vertex]:
        return self.lace.tips(self.number)

    def present_head(self) -> Vertex | None:
        """The block that it continues: its own choice, or its only newest one."""
        if self.head in self.lace.vertices:
            return self.lace.vertices[self.head or b""]
        tips = self.branches()
        return tips[0] if tips else None

    def write(self) -> bytes | None:
        """What an honest office would write here, but on the branch of its choice and with no evidence."""
        if self.retired:
            return None
        head = self.present_head()
        refs = self.antichain(head)
        return self.sign(Sketch(head, refs)) if refs or head is None else None

    def antichain(self, prev: Vertex | None, among: Iterable[Vertex] | None = None) -> tuple[Vertex, ...]:
        """Blocks of others, none in the past of another or of prev: of the newest ones, if none are given."""
        chosen: list[Vertex] = []
        offered = list(among) if among is not None else self._newest_of_others()
        for vertex in offered[: len(self.roll.members)]:
            heads = [*chosen, prev] if prev else chosen
            if any(self.lace.in_past(vertex, head) for head in heads):
                continue
            chosen = [head for head in chosen if not self.lace.in_past(head, vertex)]
            if not (prev and vertex.author == prev.author):
                chosen.append(vertex)
        return tuple(sorted(chosen, key=lambda vertex: (vertex.author, vertex.seq, vertex.id)))

    def _newest_of_others(self) -> list[Vertex]:
        tips = (self.lace.vertices[tip.id] for tip in self.vector() if tip.author != self.number)
        return sorted(tips, key=lambda vertex: -vertex.order)

    def sign(self, sketch: Sketch) -> bytes | None:
        """Sign the block and take it in; None where no round makes it valid."""
        highest = max((parent.round for parent in (sketch.prev, *sketch.refs) if parent), default=0)
        tried = range(highest, highest + ROUNDS_TRIED) if sketch.round is None else (sketch.round,)
        for round_ in tried:
            header = self.header(replace(sketch, round=round_))
            block = self.signed(header, sketch.payload)
            try:
                admitted = self.admit(*block)
                if self.lace.missing(header):
                    return None
                self.take(admitted)
            except MunimentError:
                continue
            self._show(admitted.block.id)
            for group in sketch.payload.groups if sketch.payload else ():
                for act in group.ids(self.network):
                    self.enclosed.setdefault(act, []).append(admitted.block.id)
            self.head = admitted.block.id
            return admitted.block.id
        return None

    def header(self, sketch: Sketch) -> Header:
        prev, payload = sketch.prev, sketch.payload
        known_ms = prev.claimed_ms if prev else 0
        return Header(
            epoch=self.roll.epoch if sketch.epoch is None else sketch.epoch,
            author=self.number,
            incarnation=self.roll.members[self.number].incarnation,
            seq=prev.seq + 1 if prev else 1,
            prev=prev.id if prev else None,
            refs=tuple(Reference(one.author, one.seq, one.id) for one in sketch.refs),
            round=sketch.round or 0,
            flags=sketch.flags,
            claimed_ms=max(known_ms, self._clock.now_ms() if sketch.claimed_ms is None else sketch.claimed_ms),
            payload=(payload_root(self.network, payload), len(payload.encoded)) if payload else None,
            closing_anchor=self.lace.next_closing_anchor(prev),
        )

    def signed(self, header: Header, payload: Payload | None) -> StoredBlock:
        data = encode_header(header)
        signature = self.secret.sign(block_preimage(self.network, data))
        return StoredBlock(data, signature, payload.encoded if payload else None)

    def forge(self, header: Header, payload: Payload | None) -> None:
        """A block that it can only offer: its own replica would refuse it."""
        self.forged.append(self.signed(header, payload))

    # -- what it shows ------------------------------------------------------------------------------------------

    def face(self, tips: Sequence[Vertex] | None) -> None:
        """From now on it shows the pasts of these blocks; None: all it has."""
        if tips is None:
            self.shown = None
            return
        self.shown, wanted = set(), list(tips)
        while wanted:
            vertex = wanted.pop()
            if vertex.id not in self.shown:
                self.shown.add(vertex.id)
                wanted.extend(vertex.parents)

    def _show(self, block: bytes) -> None:
        if self.shown is not None:
            self.face([self.lace.vertices[one] for one in (*self.shown, block)])

    def receive(self, header: bytes, signature: bytes, payload: bytes | None) -> Any:
        received = super().receive(header, signature, payload)
        if self.shown is not None:
            block = block_id(self.network, header)
            if block in self.lace.vertices:
                self._show(block)
        return received

    def vector(self) -> list[Tip]:
        if self.shown is None:
            return super().vector()
        return sorted(self._shown_tips())

    def _shown_tips(self) -> Iterator[Tip]:
        shown = [self.lace.vertices[block] for block in self.shown or ()]
        continued = {vertex.prev for vertex in shown}
        for vertex in shown:
            if vertex not in continued:
                yield Tip(vertex.author, vertex.incarnation, vertex.seq, vertex.id)

    def holds(self, block: bytes) -> bool:
        return super().holds(block) and (self.shown is None or block in self.shown)

    def newer_than(self, held: Iterable[bytes]) -> list[bytes]:
        newer = super().newer_than(held)
        shown = newer if self.shown is None else [block for block in newer if block in self.shown]
        return [*shown, *(block_id(self.network, forged.header) for forged in self.forged)]

    def block(self, block: bytes) -> StoredBlock:
        for forged in self.forged:
            if block_id(self.network, forged.header) == block:
                self.forged.remove(forged)
                return forged
        return super().block(block)
