"""What other rules would have made of the same meetings: a three-round rule and hashgraph virtual voting.

Pure evaluation of a recorded graph without forks; nothing here runs in an office. A view is a mask over the graph's
blocks: what a block's past decides is worked out once, and a view only asks which of the deciding blocks it holds.
Literature: Mysticeti, arXiv 2310.14821 (votes at r+1, certificates at r+2, one leader a round); Baird, Swirlds tech
report 2016-01 (witnesses, strongly seeing, fame by majority of the round before, round received). Coin rounds are left
out: without an adversary who schedules messages they are not reached.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Protocol


@dataclass(eq=False)
class Block:
    index: int
    author: int
    prev: int | None
    parents: tuple[int, ...]
    round: int
    opener: bool
    past: int  # mask over indexes, itself included
    newest: dict[int, int]  # by author: index of its newest block in the past


@dataclass
class Graph:
    nodes: int
    quorum: int
    blocks: list[Block] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)

    def add(self, block: Mapping[str, Any]) -> None:
        own = len(self.blocks)
        prev = self.index[block["prev"]] if block["prev"] else None
        parents = tuple(self.index[name] for name in [block["prev"], *block["parents"]] if name)
        past, newest = 1 << own, dict[int, int]()
        for parent in parents:
            past |= self.blocks[parent].past
            for author, index in self.blocks[parent].newest.items():
                newest[author] = max(index, newest.get(author, -1))  # without forks the later one is above
        newest[block["author"]] = own
        self.blocks.append(Block(own, block["author"], prev, parents, block["round"], block["opener"], past, newest))
        self.index[block["id"]] = own


class Rule(Protocol):
    def ordered(self, view: int) -> int:
        """The blocks that the rule has ordered for somebody who holds exactly these, as a mask."""


class ThreeRounds:
    """Commit x of round r with q certificates at r+2, skip with q non-votes at r+1, else by an anchor at r+3 or on."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._openers: dict[int, list[Block]] = defaultdict(list)
        for block in graph.blocks:
            if block.opener:
                self._openers[block.round].append(block)
        self._top = max(self._openers, default=0)
        self._leaders = {round_: self._leader(round_) for round_ in range(1, self._top + 1)}
        self._certificates = {round_: self._certified(leader) for round_, leader in self._leaders.items()}
        self._against = {round_: self._not_voting(round_) for round_ in self._leaders}

    def _leader(self, round_: int) -> Block | None:
        draw = int.from_bytes(sha256(b"leader" + round_.to_bytes(8, "big")).digest()[:8], "big") % self._graph.nodes
        return next((one for one in self._openers[round_] if one.author == draw), None)

    def _certified(self, leader: Block | None) -> int:
        """Mask of the openers two rounds on with q votes for the leader in their past."""
        if leader is None:
            return 0
        votes = [one for one in self._openers[leader.round + 1] if one.past >> leader.index & 1]
        later = self._openers[leader.round + 2]
        enough = self._graph.quorum
        return _mask(one for one in later if sum(one.past >> vote.index & 1 for vote in votes) >= enough)

    def _not_voting(self, round_: int) -> int:
        leader = self._leaders[round_]
        return _mask(one for one in self._openers[round_ + 1] if leader is None or not one.past >> leader.index & 1)

    def ordered(self, view: int) -> int:
        decided: dict[int, Block | bool] = {}  # a leader's block, False: skipped, True: not decided
        for round_ in range(self._top, 0, -1):
            decided[round_] = self._decide(round_, view, decided)
        mask = 0
        for round_ in range(1, self._top + 1):
            decision = decided[round_]
            if decision is True:
                break
            mask |= decision.past if isinstance(decision, Block) else 0
        return mask

    def _decide(self, round_: int, view: int, decided: Mapping[int, Block | bool]) -> Block | bool:
        leader, quorum = self._leaders[round_], self._graph.quorum
        if leader is not None and (self._certificates[round_] & view).bit_count() >= quorum:
            return leader
        if (self._against[round_] & view).bit_count() >= quorum:
            return False
        anchor = next((decided[r] for r in range(round_ + 3, self._top + 1) if decided[r] is not False), True)
        if not isinstance(anchor, Block):
            return True
        linked = leader is not None and bool(self._certificates[round_] & anchor.past)
        return leader if linked and leader is not None else False


class Hashgraph:
    """A block is ordered when all famous witnesses of a round have it in their past and the round's fame is decided."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._most = 2 * graph.nodes // 3  # "more than two thirds" is more than this
        self._through: dict[tuple[int, int], bool] = {}
        self._rounds: list[int] = []
        self._witnesses: dict[int, list[Block]] = defaultdict(list)
        for block in graph.blocks:
            self._place(block)

    def _place(self, block: Block) -> None:
        round_ = max((self._rounds[parent] for parent in block.parents), default=1)
        if sum(self._strongly_sees(block, one) for one in self._witnesses[round_]) > self._most:
            round_ += 1
        self._rounds.append(round_)
        if block.prev is None or self._rounds[block.prev] < round_:
            self._witnesses[round_].append(block)

    def _strongly_sees(self, block: Block, target: Block) -> bool:
        """More than two thirds of the authors have a block in the past of `block` with the target in its own past."""
        key = block.index, target.index
        if key not in self._through:
            blocks = self._graph.blocks
            between = (blocks[newest].past >> target.index & 1 for newest in block.newest.values())
            self._through[key] = bool(block.past >> target.index & 1) and sum(between) > self._most
        return self._through[key]

    @cached_property
    def _fame(self) -> dict[int, tuple[bool, int]]:
        """Of each witness: whether it is famous, and the mask of the blocks of which any one decides it."""
        found = {}
        for round_ in list(self._witnesses):
            for candidate in self._witnesses[round_]:
                found[candidate.index] = self._vote(candidate, round_)
        return found

    def _vote(self, candidate: Block, round_: int) -> tuple[bool, int]:
        votes = {one.index: bool(one.past >> candidate.index & 1) for one in self._witnesses.get(round_ + 1, [])}
        famous, deciding, later = False, 0, round_ + 2
        while voters := self._witnesses.get(later):
            counted: dict[int, bool] = {}
            for voter in voters:
                seen = [votes[one.index] for one in self._witnesses[later - 1] if self._strongly_sees(voter, one)]
                yes = sum(seen)
                if max(yes, len(seen) - yes) > self._most:
                    famous, deciding = 2 * yes > len(seen), deciding | 1 << voter.index
                counted[voter.index] = 2 * yes >= len(seen)
            votes, later = counted, later + 1
        return famous, deciding

    def ordered(self, view: int) -> int:
        mask = 0
        for round_ in sorted(self._witnesses):
            held = [one for one in self._witnesses[round_] if view >> one.index & 1]
            fame = [self._fame[one.index] for one in held]
            # More witnesses may still arrive; a round counts once the fame of all that are known is decided.
            if len(held) <= self._most or not all(deciding & view for _, deciding in fame):
                break
            common = [one.past for one, (famous, _) in zip(held, fame, strict=True) if famous]
            if common:
                mask |= _all(common)
        return mask


def _mask(blocks: Any) -> int:
    mask = 0
    for block in blocks:
        mask |= 1 << block.index
    return mask


def _all(masks: Sequence[int]) -> int:
    common = masks[0]
    for mask in masks[1:]:
        common &= mask
    return common
