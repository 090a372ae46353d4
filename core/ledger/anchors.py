"""Deciding slots and emitting anchors (3-ledger §4): one order for all, read off the graph.

Slot (r, L) is the opener of round r of that round's leader L. It is committed by q authors whose openers hold a C3 or
a C4 for it, skipped by q authors whose openers hold no candidate at all, and decided indirectly by the first later
slot, four rounds on or more, that is not skipped. The first decided slot that is not skipped is the next anchor; after
each one the leaders are drawn again, from it alone. Anchor k+1 need not have anchor k in its past.
FINALITY.md maps these words to the papers' and says where they were made more exact.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from core.crypto.hashing import tagged_hash
from core.ledger.blocklace import Blocklace
from core.ledger.ordering import claimed_times, consensus_time, executed_blocks
from core.ledger.vertex import Vertex
from core.ledger.votes import count_votes, has_certificate

SCHEDULE_ROUNDS = 8  # how far back a witness is looked for before it may lead again
VOTES_BACK = 3  # rounds from an opener down to the oldest slot that it decides
INDIRECT_AFTER = 4  # rounds between a slot and the anchor that decides it indirectly


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point of the common order that every honest replica reaches with the same content."""

    number: int  # from 1, over all epochs, without a gap
    vertex: Vertex
    epoch: int
    round: int
    consensus_ms: int  # consensus time (§6)
    spread_ms: int  # how far apart the claimed times stand of which it is the median (core/ledger/ordering.py)
    batch: tuple[Vertex, ...]  # blocks with acts, in the order in which they are executed
    closing: bool  # no anchor of the epoch follows


@dataclass(frozen=True, slots=True)
class Skipped:
    """The slot has no block, for ever."""


SKIP = Skipped()
Decision = Vertex | Skipped | None  # None: undecided in this view


class Finality:
    """A pure, incremental function of the blocks added to a lace; position and order of arrival never matter."""

    def __init__(self, lace: Blocklace) -> None:
        self.lace = lace
        self.newest: Anchor | None = None
        self._passed: deque[tuple[Vertex, int]] = deque()  # the newest anchors' blocks and consensus times
        self._on_shelf = 0  # how many anchors came before those
        self._open_round = 0  # openers of older rounds are kept no more
        self.closed = False  # the epoch's closing anchor is decided; `begin` follows `lace.begin_epoch`
        self.last_number: int | None = None  # no anchor beyond it: a replica whose state was found wrong stops
        self._begin(None)

    def begin(self) -> None:
        """The epoch that the lace has begun: rounds and leaders start again from the closing anchor."""
        self.closed = False
        self._begin(self.newest.vertex if self.newest else None)

    def _begin(self, last: Vertex | None) -> None:
        self._top = self._open_round = 0  # _top: the newest round with an opener
        self._direct: dict[tuple[int, int], Vertex | Skipped] = {}  # (round, leader); a direct decision stands for ever
        self._start_after(last, 1, fresh=True)

    def _start_after(self, last: Vertex | None, start: int, *, fresh: bool) -> None:
        self.start = start
        self._last_id = last.id if last else self.lace.genesis
        self._kept = self._schedule(last, fresh)
        self._leaders: dict[int, int] = {}

    # -- votes --------------------------------------------------------------------------------------------------

    def add(self, vertex: Vertex) -> list[Anchor]:
        """The anchors that this block decides, in order. After `lace.add`, each block once.

        Only openers vote, so other blocks decide nothing; blocks of a closed epoch neither.
        """
        if self.closed or not vertex.opener or vertex.epoch != self.lace.epoch:
            return []
        if (
            not self._open_round or vertex.round >= self._open_round + VOTES_BACK
        ):  # else the slots that it votes on are decided
            count_votes(vertex, self.lace.openers, self.lace.roll.quorum, self.lace.in_past)
        self._top = max(self._top, vertex.round)
        touched = [round_ for round_ in (vertex.round - 2, vertex.round - 3) if round_ >= self.start]
        decided = [round_ for round_ in touched if self._decide_directly(round_)]
        # An indirect decision needs a committed slot above it: nothing changes unless one became decided.
        return list(self._emit()) if decided else []

    def go_on(self) -> list[Anchor]:
        """What votes that are here already decide, after `last_number` was lifted."""
        return list(self._emit())

    def leader(self, round_: int) -> int:
        """The number of the round's leader, as drawn from the newest anchor."""
        if round_ not in self._leaders:
            draw = round_.to_bytes(8, "big")
            self._leaders[round_] = min(
                self._kept, key=lambda number: tagged_hash("leader", self._last_id, draw, number.to_bytes(4, "big"))
            )
        return self._leaders[round_]

    def _schedule(self, last: Vertex | None, fresh: bool) -> list[int]:
        """Who may lead: witnesses seen in the eight rounds before the anchor, all but the n − q least seen.

        At most n − q are away, so the (n − q + 1)-th largest count belongs to somebody awake at the least.
        """
        roll = self.lace.roll
        witnesses = [member.number for member in roll.members if member.witness]
        if last is None or fresh:
            return witnesses
        eligible = [number for number in witnesses if not last.forkers >> number & 1]
        counts = {number: self._rounds_seen(number, last) for number in eligible}
        ranked = sorted(counts.values(), reverse=True)
        place = len(witnesses) - roll.quorum
        if place >= len(ranked):
            return eligible
        return [number for number in eligible if counts[number] >= ranked[place]]

    def _rounds_seen(self, number: int, last: Vertex) -> int:
        rounds = range(max(0, last.round - SCHEDULE_ROUNDS), last.round)
        openers = (self.lace.openers.get(round_, {}).get(number, ()) for round_ in rounds)
        return sum(any(self.lace.in_past(opener, last) for opener in one) for one in openers)

    # -- decisions ----------------------------------------------------------------------------------------------

    def _decide_directly(self, round_: int) -> bool:
        """Whether votes decide the slot now and had not before; a larger view never takes it back."""
        slot = round_, self.leader(round_)
        if slot in self._direct:
            return False
        decision = self._direct_decision(*slot)
        if decision is not None:
            self._direct[slot] = decision
        return decision is not None

    def _direct_decision(self, round_: int, leader: int) -> Decision:
        openers, quorum = self.lace.openers, self.lace.roll.quorum
        second, third = openers.get(round_ + 2, {}), openers.get(round_ + 3, {})
        for candidate in openers.get(round_, {}).get(leader, ()):
            for backers, holds in ((second, self._holds_c3), (third, self._holds_c4)):
                if len(backers) >= quorum:
                    authors = sum(any(holds(one, candidate) for one in ones) for ones in backers.values())
                    if authors >= quorum:
                        return candidate
        absent = sum(any(not one.seen[2] >> leader & 1 for one in ones) for ones in second.values())
        return SKIP if absent >= quorum else None

    def _holds_c3(self, at: Vertex, candidate: Vertex) -> bool:
        return has_certificate(at.c3, at.c3_of_forkers, at, candidate, self.lace.in_past)

    def _holds_c4(self, at: Vertex, candidate: Vertex) -> bool:
        return has_certificate(at.c4, at.c4_of_forkers, at, candidate, self.lace.in_past)

    def decisions(self) -> dict[int, Decision]:
        """Every open slot with the present leaders, the newest first."""
        decided: dict[int, Decision] = {}
        for round_ in range(self._top, self.start - 1, -1):
            self._decide_directly(round_)
            direct = self._direct.get((round_, self.leader(round_)))
            decided[round_] = direct or self._indirect_decision(round_, decided)
        return decided

    def _indirect_decision(self, round_: int, later: dict[int, Decision]) -> Decision:
        above = (later[r] for r in range(round_ + INDIRECT_AFTER, self._top + 1))
        anchor = next((decision for decision in above if decision is not SKIP), None)
        if not isinstance(anchor, Vertex):
            return None
        openers, leader = self.lace.openers, self.leader(round_)
        for candidate in openers.get(round_, {}).get(leader, ()):
            for back, holds in ((2, self._holds_c3), (3, self._holds_c4)):
                for ones in openers.get(round_ + back, {}).values():
                    if any(holds(one, candidate) and self.lace.in_past(one, anchor) for one in ones):
                        return candidate
        return SKIP

    # -- anchors ------------------------------------------------------------------------------------------------

    def _emit(self) -> Iterator[Anchor]:
        while not self.closed and self.count != self.last_number:
            decisions = self.decisions()
            rounds = range(self.start, self._top + 1)
            round_ = next((r for r in rounds if decisions[r] is not SKIP), None)
            block = decisions[round_] if round_ is not None else None
            if round_ is None or not isinstance(block, Vertex):
                return
            anchor = self._anchor(block)
            self._start_after(block, round_ + 1, fresh=False)
            yield anchor

    def _anchor(self, block: Vertex) -> Anchor:
        lace, before = self.lace, self.newest
        number = before.number + 1 if before else 1
        closing = self._closes(block)
        batch = executed_blocks(lace, block, closing)
        for vertex in batch:
            vertex.anchor = number
            vertex.approved_by = []
            del lace.open_acts[vertex]
        times = claimed_times(lace, block)
        consensus_ms, spread_ms = consensus_time(times, lace.roll.quorum)
        consensus_ms = max(consensus_ms, before.consensus_ms if before else 0)
        anchor = Anchor(number, block, block.epoch, block.round, consensus_ms, spread_ms, tuple(batch), closing)
        self.newest, self.closed = anchor, closing
        self._passed.append((block, consensus_ms))
        block.leads = number
        return anchor

    @property
    def count(self) -> int:
        """How many anchors are decided: the number of the newest."""
        return self._on_shelf + len(self._passed)

    def anchor_vertex(self, number: int) -> Vertex:
        return self._anchor_at(number)[0]

    def _anchor_at(self, number: int) -> tuple[Vertex, int]:
        """(block, consensus time in ms)."""
        shelf = self.lace.settled.shelf
        if number > self._on_shelf or shelf is None:
            return self._passed[number - self._on_shelf - 1]
        block, consensus_ms = shelf.anchor(number)
        return self.lace.vertices[block], consensus_ms

    def newest_in_past(self, vertex: Vertex) -> int:
        """Consensus time, ms, of the newest anchor in a block's past: it was not written before. 0 if there is none."""
        anchors = map(self._anchor_at, range(self.count, 0, -1))
        return next((time_ms for block, time_ms in anchors if self.lace.in_past(block, vertex)), 0)

    # -- memory -------------------------------------------------------------------------------------------------

    def settle(self, keep: int) -> None:
        """Let what is decided leave memory, but for the newest so many blocks (core/ledger/settled.py).

        Raises what the shelf of the lace does; then nothing has left, and the next time will do.
        """
        lace, open_round = self.lace, max(0, self.start - SCHEDULE_ROUNDS - 1)
        lace.settle(keep, open_round)
        if lace.settled.shelf is None:
            return
        self._open_round = open_round
        self._direct = {slot: decision for slot, decision in self._direct.items() if slot[0] >= open_round}
        while len(self._passed) > 1 and self._passed[0][0].home is not None:
            self._passed.popleft()
            self._on_shelf += 1

    def _closes(self, block: Vertex) -> bool:
        """Whether the CLOSE blocks of q witnesses lie in its past."""
        roll = self.lace.roll
        authors = {one.author for one in self.lace.closers if self.lace.in_past(one, block)}
        return sum(roll.members[author].witness for author in authors) >= roll.quorum
