"""When an act came into being, as far as the graph tells: after one register state, before an entry of another office.

A device's clock is a claim: it orders nothing and blocks nothing (3-ledger §11). What is sure is seen in the graph: the
newest register state in the past of the act's block was there before it, and the first block of another witness that
has the act in its past was written after it. A claim that lies outside by more than the charter's limit of a day is
told as a wrong clock; which of two witnesses came first is decided by the graph, among equals by the claims that fit.
"""

from collections.abc import Iterator

from core.laws.placing import DAY_MS
from core.ledger.blocklace import Blocklace
from core.ledger.vertex import Vertex
from core.reading_acts import HeldActs
from core.replica import Replica
from core.store.chain import ActRow
from core.views import Clock, TimeBracket


class Bracketing:
    """Between what an act was made."""

    def __init__(self, replica: Replica, held: HeldActs) -> None:
        self._replica, self._held = replica, held
        self._store = replica.store

    @property
    def _lace(self) -> Blocklace:
        return self._replica.lace

    def of_act(self, act_id: bytes) -> TimeBracket:
        """Raises `unknown-act`."""
        row = self._held.row(act_id)
        vertex = self._held.vertex(row)
        claimed_ms = self._claimed(row, vertex)
        state = self._state_before(vertex)
        lower = state[1] if state else self._replica.charter.founded_ms
        seen = self._first_seen(vertex, lower)
        anchor = self._replica.execution.anchor_of(vertex)
        entered_ms = self._store.chain.anchors(anchor - 1, 1)[0].consensus_ms if anchor else None
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
        _, signed = self._held.read(row)
        return signed.claimed_ms if signed is not None else vertex.claimed_ms

    def _state_before(self, vertex: Vertex) -> tuple[int, int] | None:
        """(number, consensus time) of the newest register state that the block had in its past."""
        newest = vertex.anchor - 1 if vertex.anchor else self._replica.finality.count
        for number in range(newest, 0, -1):
            if self._lace.in_past(self._replica.finality.anchor_vertex(number), vertex):
                stated = self._store.checkpoints.newest_up_to(number)
                return (stated.anchor, stated.consensus_ms) if stated else None
        return None

    def _first_seen(self, vertex: Vertex, lower: int) -> Vertex | None:
        """The first block of another witness that has the block in its past."""
        seen = list(self._each_first(vertex))
        first = [one for one in seen if not any(other is not one and self._lace.in_past(other, one) for other in seen)]
        return min(first, key=lambda one: (one.claimed_ms < lower - DAY_MS, one.claimed_ms, one.author), default=None)

    def _each_first(self, vertex: Vertex) -> Iterator[Vertex]:
        """Of each other witness its first block that has the block in its past; of a proven forker none."""
        found: set[int] = set()
        for tip in sorted(self._lace.all_tips(), key=lambda tip: (tip.author, tip.incarnation)):
            member = self._replica.roll.members[tip.author]
            trusted = member.witness and not self._lace.is_forked(tip.chain)
            if tip.author != vertex.author and tip.author not in found and trusted and self._lace.in_past(vertex, tip):
                found.add(tip.author)
                yield self._first_on_chain(tip, vertex)

    def _first_on_chain(self, tip: Vertex, vertex: Vertex) -> Vertex:
        """Pasts only grow along a chain: found by halving. The tip has the block in its past."""
        before, first = 0, tip
        while before + 1 < first.seq:
            middle = (before + first.seq) // 2
            (standing,) = self._lace.at(tip.author, tip.incarnation, middle)
            if self._lace.in_past(vertex, standing):
                first = standing
            else:
                before = middle
        return first


def _judge(claimed_ms: int, lower: int, upper: int | None) -> Clock:
    if claimed_ms < lower - DAY_MS:
        return Clock.BEHIND
    return Clock.AHEAD if upper is not None and claimed_ms > upper + DAY_MS else Clock.FITS
