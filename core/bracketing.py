"""When an act came into being, as far as the graph tells: after one register state, before an entry of another office.

A device's clock is a claim: it orders nothing and blocks nothing (3-ledger §11). What is sure is seen in the graph: the
newest register state in the past of the act's block was there before it, and the first block of another witness that
has the act in its past was written after it. A claim that lies outside by more than the charter's limit of a day is
told as a wrong clock; which of two witnesses came first is decided by the graph, among equals by the claims that fit.
"""

from collections.abc import Iterator

from core.laws.placing import DAY_MS
from core.ledger.transaction import decode_transaction
from core.ledger.vertex import Vertex
from core.reading import Reading
from core.store.chain import ActRow
from core.views import Clock, TimeBracket


class Bracketing(Reading):
    def time_bracket(self, act_id: bytes) -> TimeBracket:
        """Raises `unknown-act`."""
        row = self._act_row(act_id)
        vertex = self.lace.vertices[self.store.chain.id_at(row.block)]
        claimed_ms = self._claimed(row, vertex)
        state = self._state_before(vertex)
        lower = state[1] if state else self.charter.founded_ms
        seen = self._first_seen(vertex, lower)
        anchor = self.execution.anchor_of(vertex)
        entered_ms = self.store.chain.anchors(anchor - 1, 1)[0].consensus_ms if anchor else None
        upper = entered_ms
        if upper is None and seen is not None and seen.claimed_ms >= lower - DAY_MS:
            upper = seen.claimed_ms
        return TimeBracket(
            claimed_ms,
            state[0] if state else None,
            state[1] if state else None,
            seen.author if seen else None,
            seen.seq if seen else None,
            seen.claimed_ms if seen else None,
            entered_ms,
            _judge(claimed_ms, lower, upper),
        )

    def _claimed(self, row: ActRow, vertex: Vertex) -> int:
        """What the device of the signers said; of an act whose text is not here, what its block says."""
        _, acts = self._opened(row.block)
        return decode_transaction(acts[row.place]).claimed_ms if acts else vertex.claimed_ms

    def _state_before(self, vertex: Vertex) -> tuple[int, int] | None:
        """(number, consensus time) of the newest register state that the block had in its past."""
        newest = vertex.anchor - 1 if vertex.anchor else self.finality.count
        for number in range(newest, 0, -1):
            if self.lace.in_past(self.finality.anchor_vertex(number), vertex):
                stated = self.store.checkpoints.newest_up_to(number)
                return (stated.anchor, stated.consensus_ms) if stated else None
        return None

    def _first_seen(self, vertex: Vertex, lower: int) -> Vertex | None:
        """The first block of another witness that has the block in its past."""
        seen = list(self._each_first(vertex))
        first = [one for one in seen if not any(other is not one and self.lace.in_past(other, one) for other in seen)]
        return min(first, key=lambda one: (one.claimed_ms < lower - DAY_MS, one.claimed_ms, one.author), default=None)

    def _each_first(self, vertex: Vertex) -> Iterator[Vertex]:
        """Of each other witness its first block that has the block in its past; of a proven forker none."""
        found: set[int] = set()
        for tip in sorted(self.lace.all_tips(), key=lambda tip: (tip.author, tip.incarnation)):
            member = self.roll.members[tip.author]
            trusted = member.witness and not self.lace.is_forked(tip.chain)
            if tip.author != vertex.author and tip.author not in found and trusted and self.lace.in_past(vertex, tip):
                found.add(tip.author)
                yield self._first_on_chain(tip, vertex)

    def _first_on_chain(self, tip: Vertex, vertex: Vertex) -> Vertex:
        """Pasts only grow along a chain: found by halving. The tip has the block in its past."""
        before, first = 0, tip
        while before + 1 < first.seq:
            middle = (before + first.seq) // 2
            (standing,) = self.lace.at(tip.author, tip.incarnation, middle)
            if self.lace.in_past(vertex, standing):
                first = standing
            else:
                before = middle
        return first


def _judge(claimed_ms: int, lower: int, upper: int | None) -> Clock:
    if claimed_ms < lower - DAY_MS:
        return Clock.BEHIND
    return Clock.AHEAD if upper is not None and claimed_ms > upper + DAY_MS else Clock.FITS
