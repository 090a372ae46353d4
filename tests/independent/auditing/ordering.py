"""What an anchor executes, in which order, and its consensus time: 3-ledger §6 and §7."""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from .deciding import Anchor
from .graph import Graph, Mask, bits
from .rolls import Roll
from .values import tagged_hash

UNKNOWN_SPREAD_MS = (1 << 63) - 1  # where fewer than a quorum are heard


@dataclass(frozen=True)
class Executed:
    anchor: Anchor
    consensus_ms: int
    spread_ms: int
    batch: list[int]


class Ordering:
    def __init__(self, graph: Graph, rolls: list[Roll]) -> None:
        self._graph = graph
        self._rolls = {roll.epoch: roll for roll in rolls}
        self._settled: Mask = 0  # executed at an anchor, or void
        self._time_ms = 0

    def execute(self, anchor: Anchor) -> Executed:
        median, spread = self._claimed(anchor)
        self._time_ms = max(self._time_ms, median)
        batch = self._batch(anchor)
        for one in batch:
            self._settled |= 1 << one
        if anchor.closing:
            self._settled |= self._void(anchor)
        return Executed(anchor, self._time_ms, spread, self._sorted(anchor, batch))

    def _claimed(self, anchor: Anchor) -> tuple[int, int]:
        """Lower median of the claimed times of each witness's newest opener, and the narrowest span of a quorum."""
        graph, past = self._graph, self._graph.past[anchor.index]
        newest: dict[int, tuple[int, int]] = {}
        for one in bits(past):
            header = graph.blocks[one].header
            if graph.opener[one] and header.epoch == anchor.epoch:
                newest[header.author] = max(newest.get(header.author, (0, 0)), (header.seq, header.claimed_ms))
        proven = graph.proven[anchor.index]
        times = sorted(claimed for author, (_, claimed) in newest.items() if author not in proven)
        quorum = self._rolls[anchor.epoch].quorum
        spans = [last - first for first, last in zip(times, times[quorum - 1 :], strict=False)]
        return times[(len(times) - 1) // 2], min(spans, default=UNKNOWN_SPREAD_MS)

    # -- batches --------------------------------------------------------------------------------------------------

    def _batch(self, anchor: Anchor) -> list[int]:
        graph, past = self._graph, self._graph.past[anchor.index]
        proven = graph.proven[anchor.index]
        batch = []
        for one in bits(past & graph.with_acts & ~self._settled):
            swept = anchor.closing and graph.blocks[one].header.author not in proven
            if swept or graph.is_certified(anchor.epoch, one, past):
                batch.append(one)
        return batch

    def _void(self, anchor: Anchor) -> Mask:
        """After a closing anchor: what of this epoch and those before it can never be executed."""
        graph, past = self._graph, self._graph.past[anchor.index]
        following = self._rolls.get(anchor.epoch + 1)
        void = 0
        for one in bits(graph.with_acts):
            header = graph.blocks[one].header
            if header.epoch > anchor.epoch:
                continue
            gone = following is not None and not following.holds(header.author, header.incarnation)
            if past >> one & 1 or gone:  # in the past: of a proven forker and not certified
                void |= 1 << one
        return void

    def _sorted(self, anchor: Anchor, batch: list[int]) -> list[int]:
        """Parents first; among the free ones the least (epoch, round, hash)."""
        graph, anchor_id = self._graph, self._graph.blocks[anchor.index].id
        members = sum(1 << one for one in batch)
        waiting = {one: (graph.past[one] & members).bit_count() - 1 for one in batch}
        after: dict[int, list[int]] = {one: [] for one in batch}
        for one in batch:
            for before in bits(graph.past[one] & members & ~(1 << one)):
                after[before].append(one)

        def place(one: int) -> tuple[int, int, bytes, int]:
            block = graph.blocks[one]
            lot = tagged_hash("order", anchor_id, block.id)
            return block.header.epoch, block.header.round, lot, one

        free = [place(one) for one in batch if waiting[one] == 0]
        heapify(free)
        ordered = []
        while free:
            one = heappop(free)[-1]
            ordered.append(one)
            for later in after[one]:
                waiting[later] -= 1
                if waiting[later] == 0:
                    heappush(free, place(later))
        return ordered
