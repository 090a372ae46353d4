"""What an anchor executes, in which order, and its consensus time (3-ledger §6).

The batch of an anchor is the blocks with acts in its past that are certified within that past and that no anchor has
executed; a closing anchor also takes those that are not certified, unless their author forked. A block comes after
every block in its past, also through blocks outside the batch; among the free ones the least (epoch, round,
H(anchor id ‖ block id)) is next. Claimed time decides nothing.
"""

from bisect import bisect_right
from collections import defaultdict
from heapq import heapify, heappop, heappush

from core.crypto.hashing import tagged_hash
from core.ledger.approvals import certified_within
from core.ledger.blocklace import Blocklace
from core.ledger.vertex import Vertex, tips_in

# The spread where fewer than q witnesses are heard: wider than any limit a charter can set.
UNKNOWN_SPREAD_MS = 2**63 - 1


def executed_blocks(lace: Blocklace, anchor: Vertex, closing: bool) -> list[Vertex]:
    """The batch in the order of execution."""
    quorum = lace.rolls[anchor.epoch].quorum
    batch = [
        vertex
        for vertex in lace.open_acts.below(anchor.clock)
        if lace.in_past(vertex, anchor)
        and (
            (closing and not anchor.forkers >> vertex.author & 1)
            or certified_within(vertex, anchor, quorum, lace.in_past)
        )
        and not lace.is_void(vertex)
    ]
    return _in_order(lace, anchor, batch)


def _in_order(lace: Blocklace, anchor: Vertex, batch: list[Vertex]) -> list[Vertex]:
    """Kahn's algorithm with a heap; edges to the nearest block of each chain are enough, its elders come before it."""
    chains: dict[int, list[Vertex]] = defaultdict(list)
    for vertex in batch:
        chains[vertex.chain].append(vertex)
    for chain in chains.values():
        chain.sort(key=lambda vertex: (vertex.seq, vertex.id))
    waits: dict[Vertex, int] = {}
    then: dict[Vertex, list[Vertex]] = defaultdict(list)
    for vertex in batch:
        before = [earlier for chain in chains.values() for earlier in _nearest(lace, chain, vertex)]
        waits[vertex] = len(before)
        for earlier in before:
            then[earlier].append(vertex)
    free = [(_rank(anchor, vertex), vertex) for vertex in batch if not waits[vertex]]
    heapify(free)
    ordered = []
    while free:
        _, vertex = heappop(free)
        ordered.append(vertex)
        for later in then[vertex]:
            waits[later] -= 1
            if not waits[later]:
                heappush(free, (_rank(anchor, later), later))
    return ordered


def _rank(anchor: Vertex, vertex: Vertex) -> tuple[int, int, bytes]:
    return vertex.epoch, vertex.round, tagged_hash("order", anchor.id, vertex.id)


def _nearest(lace: Blocklace, chain: list[Vertex], vertex: Vertex) -> list[Vertex]:
    """The newest block of a chain of the batch in the past of another block; of a forked chain all that are there."""
    tips = tips_in(vertex.clock, chain[0].chain)
    if not isinstance(tips, Vertex) or lace.is_forked(chain[0].chain):
        return [earlier for earlier in chain if earlier is not vertex and lace.in_past(earlier, vertex)]
    seq = vertex.seq - 1 if chain[0].chain == vertex.chain else tips.seq
    place = bisect_right(chain, seq, key=lambda earlier: earlier.seq)
    return [chain[place - 1]] if place else []


def claimed_times(lace: Blocklace, anchor: Vertex) -> list[int]:
    """Claimed ms of the newest opener of each witness in the anchor's past that is no proven forker there, sorted."""
    times = []
    for member in lace.rolls[anchor.epoch].members:
        if member.witness and not anchor.forkers >> member.number & 1:
            tip = tips_in(anchor.clock, lace.chains[member.number, member.incarnation])
            # A witness that has written nothing yet in this epoch is not heard.
            if isinstance(tip, Vertex) and tip.epoch == anchor.epoch and tip.newest_opener is not None:
                times.append(tip.newest_opener.claimed_ms)
    return sorted(times)


def consensus_time(times: list[int], quorum: int) -> tuple[int, int]:
    """(lower median, spread) in ms of sorted claimed times.

    The spread is the width of the narrowest window that holds q of them: f wild clocks cannot widen it, and a law's
    deadline is decided only where it is narrow enough. With fewer than q heard it is `UNKNOWN_SPREAD_MS`.
    """
    if len(times) < quorum:
        return (times[(len(times) - 1) // 2] if times else 0), UNKNOWN_SPREAD_MS
    windows = (times[last] - times[last - quorum + 1] for last in range(quorum - 1, len(times)))
    return times[(len(times) - 1) // 2], min(windows)
