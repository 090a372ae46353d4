"""The same blocks in another order of arrival: anchors and certificates have to come out the same (I9, I13).

The pure part of the ledger is fed again from scratch, with the blocks of proven forkers once as late as they can be,
once in a random order.
"""

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from core.ledger import anchors
from core.ledger.anchors import SKIP, Decision, Finality
from core.ledger.block import Header, decode_header
from core.ledger.blocklace import Blocklace, Vertex
from core.office import Office

MOST_PAIRS = 200  # of a direct commit and a later block, drawn at random where there are more

Row = tuple[bytes, Header, bool, list[int]]  # id, header, whether it has acts, whom its payload proves a forker


def recomputed(office: Office, seed: str) -> Iterator[tuple[str, str | None]]:
    """(promise, what is wrong) for two other orders of the blocks that the office holds."""
    rows = rows_of(office)
    expected = _results(
        office.lace, [anchor.block for anchor in office.ledger.anchors(0, len(rows))] if office.anchor else []
    )
    random = Random(seed)
    late = sorted(rows, key=lambda row: row[1].author in office.forkers())
    mixed = random.sample(rows, len(rows))
    for order in (late, mixed):
        finality, decided, commits = grown(office, order, random)
        found = _results(finality.lace, decided)
        differing = [name for name in expected if expected[name] != found[name]]
        yield "I9", f"another order gives other {', '.join(differing)}" if differing else None
        for wrong in commits:
            yield "I13", wrong


class Examined(Finality):
    """The real finality, asked what it decided and what it would decide under another anchor."""

    def committed_directly(self) -> list[Vertex]:
        """Of the present epoch."""
        found = [decision for decision in self._direct.values() if isinstance(decision, Vertex)]
        return [vertex for vertex in found if vertex.epoch == self.lace.epoch]

    def not_below(self, random: Random) -> Iterator[str | None]:
        """For blocks so many rounds above a direct commit: what is wrong with what they would decide of its slot."""
        present = [vertex for vertex in self.lace.vertices.values() if vertex.epoch == self.lace.epoch]
        pairs = [
            (candidate, block)
            for candidate in self.committed_directly()
            for block in present
            if block.round >= candidate.round + anchors.INDIRECT_AFTER
        ]
        for candidate, block in random.sample(pairs, min(len(pairs), MOST_PAIRS)):
            self._leaders[candidate.round] = candidate.author
            later: defaultdict[int, Decision] = defaultdict(lambda: SKIP, {block.round: block})
            below = self._indirect_decision(candidate.round, later) is candidate
            yield None if below else f"{candidate.id.hex()[:12]} is not below {block.id.hex()[:12]}"


def rows_of(office: Office) -> list[Row]:
    """All blocks that the office holds, in order of arrival."""
    return [
        (block, decode_header(header), acts, accused) for block, header, acts, accused in office.store.chain.headers()
    ]


def grown(office: Office, rows: list[Row], random: Random) -> tuple[Examined, list[bytes], list[str | None]]:
    """A graph of these blocks, each taken as soon as its parents are there; the anchors that it decides, and of each
    epoch what `not_below` says.
    """
    lace = Blocklace(office.lace.rolls[0], office.lace.genesis)
    finality, decided, commits, waiting = Examined(lace), list[bytes](), list[str | None](), rows
    while waiting:
        left = []
        for block, header, acts, accused in waiting:
            if lace.waits(header):
                left.append((block, header, acts, accused))
                continue
            for anchor in finality.add(lace.add(block, header, acts, accused).vertex):
                decided.append(anchor.vertex.id)
                if anchor.closing:
                    commits += finality.not_below(random)
                    lace.begin_epoch(office.lace.rolls[lace.epoch + 1], anchor.vertex)
                    finality.begin()
        if len(left) == len(waiting):
            break
        waiting = left
    return finality, decided, [*commits, *finality.not_below(random)]


def _results(lace: Blocklace, decided: list[bytes]) -> dict[str, object]:
    vertices = lace.vertices.values()
    return {
        "anchors": decided,
        "certificates": {vertex.id for vertex in vertices if vertex.certified},
        "approvals": {vertex.id: vertex.approvals for vertex in vertices},
        "places in the order": {vertex.id: vertex.anchor for vertex in vertices},
        "proven forkers": {vertex.id: vertex.forkers for vertex in vertices},
    }
