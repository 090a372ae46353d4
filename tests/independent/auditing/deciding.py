"""Slots, schedule and anchors, word for word from 3-ledger §4, in one view: everything that was exported."""

from dataclasses import dataclass
from functools import cache

from .graph import Graph, Mask, bits
from .rolls import Roll
from .values import tagged_hash

SKIP, UNDECIDED = "skip", "undecided"
Decision = str | int  # SKIP, UNDECIDED, or the index of the block that is committed


@dataclass(frozen=True)
class Last:
    """Where the loop stands: the anchor before, or the start of an epoch."""

    id: bytes
    index: int | None  # None: the schedule starts anew


class Epoch:
    """The slots of one epoch. Decisions of rule 1 and 2 do not depend on the schedule and are remembered."""

    def __init__(self, graph: Graph, roll: Roll) -> None:
        self.graph, self.roll, self.number = graph, roll, roll.epoch
        rounds = [round_ for epoch, round_ in graph.openers if epoch == roll.epoch]
        self.newest = max(rounds, default=0)
        self.direct = cache(self._direct)
        self.certificates = cache(self._certificates)

    # -- certificates of a slot -------------------------------------------------------------------------------------

    def openers(self, round_: int) -> dict[int, list[int]]:
        return self.graph.openers.get((self.number, round_), {})

    def _certificates(self, block: int) -> tuple[list[int], list[int]]:
        """The blocks c with C3(c, block), and the blocks d with C4(d, block)."""
        round_ = self.graph.blocks[block].header.round
        return tuple(self._counting(block, round_ + ahead) for ahead in (1, 2))

    def _counting(self, block: int, voting_round: int) -> list[int]:
        """Openers of the round after, in whose past a quorum of authors outside E has voted for the block."""
        graph = self.graph
        votes: dict[int, Mask] = {}
        for author, openers in self.openers(voting_round).items():
            votes[author] = sum(1 << one for one in openers if graph.endorses(one, block))
        found = []
        for openers in self.openers(voting_round + 1).values():
            for one in openers:
                past, proven = graph.past[one], graph.proven[one]
                counted = sum(1 for author, mask in votes.items() if author not in proven and mask & past)
                if counted >= self.roll.quorum:
                    found.append(one)
        return found

    # -- decisions --------------------------------------------------------------------------------------------------

    def _authors(self, blocks: list[int]) -> int:
        return len({self.graph.blocks[one].header.author for one in blocks})

    def candidates(self, round_: int, leader: int) -> list[int]:
        return self.openers(round_).get(leader, [])

    def _direct(self, round_: int, leader: int) -> Decision:
        candidates = self.candidates(round_, leader)
        for block in candidates:
            if any(self._authors(blocks) >= self.roll.quorum for blocks in self.certificates(block)):
                return block
        held = sum(1 << one for one in candidates)
        without = self.graph.authors_with(self.number, round_ + 2, lambda one: not self.graph.past[one] & held)
        return SKIP if len(without) >= self.roll.quorum else UNDECIDED

    def decide(self, start: int, leaders: "Schedule") -> Decision:
        """The block of the first slot from `start` on that is not skipped; UNDECIDED if there is none yet."""
        decided: dict[int, Decision] = {}
        for round_ in range(self.newest, start - 1, -1):
            leader = leaders.leader(round_)
            decision = self.direct(round_, leader)
            if decision == UNDECIDED:
                decision = self._indirect(round_, leader, decided)
            decided[round_] = decision
        for round_ in range(start, self.newest + 1):
            if decided[round_] != SKIP:
                return decided[round_]
        return UNDECIDED

    def _indirect(self, round_: int, leader: int, decided: dict[int, Decision]) -> Decision:
        later = (decided[one] for one in range(round_ + 4, self.newest + 1) if decided[one] != SKIP)
        anchor = next(later, UNDECIDED)
        if anchor == UNDECIDED:
            return UNDECIDED
        for block in self.candidates(round_, leader):
            if any(self.graph.past[anchor] >> one & 1 for blocks in self.certificates(block) for one in blocks):
                return block
        return SKIP

    # -- the closing of the epoch -----------------------------------------------------------------------------------

    def closes(self, anchor: int) -> bool:
        """Whether the anchor's past holds CLOSE blocks of a quorum of witnesses."""
        closing = set()
        for one in bits(self.graph.past[anchor]):
            header = self.graph.blocks[one].header
            if header.close and header.epoch == self.number and self.roll.is_witness(header.author):
                closing.add(header.author)
        return len(closing) >= self.roll.quorum


class Schedule:
    """schedule(last): who leads the rounds after an anchor."""

    def __init__(self, epoch: Epoch, last: Last) -> None:
        self._id = last.id
        self._kept = epoch.roll.witnesses if last.index is None else _kept(epoch, last.index)

    def leader(self, round_: int) -> int:
        return min(self._kept, key=lambda number: self._place(round_, number))

    def _place(self, round_: int, number: int) -> bytes:
        return tagged_hash("leader", self._id, round_.to_bytes(8, "big"), number.to_bytes(4, "big"))


def _kept(epoch: Epoch, last: int) -> list[int]:
    graph = epoch.graph
    newest = graph.blocks[last].header.round
    rounds = range(max(0, newest - 8), newest)
    counts = {}
    for number in epoch.roll.witnesses:
        if number not in graph.proven[last]:
            opened = [epoch.openers(round_).get(number, []) for round_ in rounds]
            counts[number] = sum(any(graph.past[last] >> one & 1 for one in openers) for openers in opened)
    place = len(epoch.roll.witnesses) - epoch.roll.quorum + 1
    if len(counts) < place:
        return list(counts)
    least = sorted(counts.values(), reverse=True)[place - 1]
    return [number for number, count in counts.items() if count >= least]


@dataclass(frozen=True)
class Anchor:
    number: int
    index: int
    epoch: int
    round: int
    closing: bool


def anchors_of(graph: Graph, rolls: list[Roll], network: bytes) -> list[Anchor]:
    """Every anchor that the exported blocks decide, over all epochs."""
    found: list[Anchor] = []
    for roll in rolls:
        epoch, start = Epoch(graph, roll), 1
        last = Last(network if roll.closing_anchor is None else roll.closing_anchor, None)
        while True:
            decision = epoch.decide(start, Schedule(epoch, last))
            if decision == UNDECIDED:
                break
            header = graph.blocks[decision].header
            closing = epoch.closes(decision)
            found.append(Anchor(len(found) + 1, decision, roll.epoch, header.round, closing))
            if closing:
                break
            start, last = header.round + 1, Last(graph.blocks[decision].id, decision)
    return found
