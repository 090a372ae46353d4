"""The graph: pasts, rounds, openers, proven forkers, votes and approvals, word for word from 3-ledger §2 and §3.

A set of blocks is an integer with bit i for the i-th block of the export. Every relation asks only the past of a block,
so the order of arrival never counts, except that parents stand before children.
"""

from collections import defaultdict
from collections.abc import Iterator

from .blocks import Block, Place
from .rolls import Roll
from .values import RefusedError, require

Mask = int


def bits(mask: Mask) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Graph:
    def __init__(self, rolls: dict[int, Roll]) -> None:
        self.rolls = rolls
        self.blocks: list[Block] = []
        self.by_id: dict[bytes, int] = {}
        self.past: list[Mask] = []
        self.prev: list[int | None] = []
        self.opener: list[bool] = []
        self.closed: list[bool] = []  # CLOSE on it or before it on its chain, in its epoch
        self.proven: list[frozenset[int]] = []  # E
        self.openers: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.approvals: dict[tuple[int, int], dict[int, Mask]] = defaultdict(lambda: defaultdict(int))
        self.with_acts: Mask = 0
        self._places: dict[Place, Mask] = defaultdict(int)
        self._forked: dict[tuple[int, int], set[Place]] = defaultdict(set)
        self._accusing: dict[tuple[int, int], Mask] = defaultdict(int)

    # -- one more block -------------------------------------------------------------------------------------------

    def add(self, block: Block) -> None:
        header, about = block.header, str(block.header.place)
        roll = self.rolls.get(header.epoch)
        if roll is None:
            raise RefusedError("wrong-epoch", about)
        member = roll.members.get(header.author)
        if member is None:
            raise RefusedError("unknown-author", about)
        require(header.incarnation == member.incarnation, "wrong-incarnation", about)
        require(block.id not in self.by_id, "block-twice", about)
        prev, refs = self._parents(block)
        self._check_chain(block, prev)
        self._check_epoch(block, prev, refs)
        require(len(refs) <= len(roll.everybody), "too-many-references", about)
        self._check_antichain(block, prev, refs)
        parents = [one for one in (prev, *refs) if one is not None]
        require(header.round == self.round_above(header.epoch, parents), "wrong-round", f"{about} says {header.round}")
        self._append(block, prev, parents)
        index = len(self.blocks) - 1
        pointless = header.payload is None and not (self.opener[index] or header.close or refs)
        require(not pointless, "pointless-block", about)
        self._approve(index)

    def _parents(self, block: Block) -> tuple[int | None, list[int]]:
        header, found = block.header, []
        for one in ([] if header.prev is None else [header.prev]) + [ref[2] for ref in header.refs]:
            require(one in self.by_id, "missing-parent", f"{header.place} needs {one.hex()[:16]}")
            found.append(self.by_id[one])
        for (author, seq, _), index in zip(reversed(header.refs), reversed(found), strict=False):
            named = self.blocks[index].header
            require((named.author, named.seq) == (author, seq), "broken-reference", str(header.place))
        return (None, found) if header.prev is None else (found[0], found[1:])

    def _check_chain(self, block: Block, prev: int | None) -> None:
        if prev is None:
            return
        header, before = block.header, self.blocks[prev].header
        follows = (before.author, before.incarnation, before.seq + 1) == header.place
        require(follows, "broken-chain", str(header.place))
        require(header.claimed_ms >= before.claimed_ms, "time-goes-back", str(header.place))

    def _check_epoch(self, block: Block, prev: int | None, refs: list[int]) -> None:
        """No parent is of a later epoch; a chain's first block of a later epoch names the closing anchor before it."""
        header = block.header
        parents = [self.blocks[one].header.epoch for one in (prev, *refs) if one is not None]
        require(all(epoch <= header.epoch for epoch in parents), "epoch-goes-back", str(header.place))
        first = header.epoch > 0 and (prev is None or self.blocks[prev].header.epoch < header.epoch)
        expected = self.rolls[header.epoch].closing_anchor if first else None
        require(header.closing_anchor == expected, "wrong-closing-anchor", str(header.place))
        if expected is not None:
            seen = any(self._holds(one, expected) for one in (prev, *refs) if one is not None)
            require(seen, "wrong-closing-anchor", f"{header.place} does not have it in its past")

    def _holds(self, index: int, block: bytes) -> bool:
        return block in self.by_id and self.past[index] >> self.by_id[block] & 1 == 1

    def _check_antichain(self, block: Block, prev: int | None, refs: list[int]) -> None:
        for ref in refs:
            others = [other for other in refs if other != ref] + ([] if prev is None else [prev])
            overlap = ref == prev or any(self.past[other] >> ref & 1 for other in others)
            require(not overlap, "references-overlap", str(block.header.place))

    def _append(self, block: Block, prev: int | None, parents: list[int]) -> None:
        index, header = len(self.blocks), block.header
        self.blocks.append(block)
        self.by_id[block.id] = index
        self.prev.append(prev)
        past = 1 << index
        for parent in parents:
            past |= self.past[parent]
        self.past.append(past)
        self._note_fork(index)
        self.with_acts |= bool(block.acts) << index
        self.proven.append(self._proven(index))
        before = None if prev is None or self.blocks[prev].header.epoch < header.epoch else prev
        self.closed.append(header.close or (before is not None and self.closed[before]))
        lower = before is None or self.blocks[before].header.round < header.round
        self.opener.append(self.rolls[header.epoch].is_witness(header.author) and lower)
        if self.opener[index]:
            self.openers[header.epoch, header.round][header.author].append(index)

    def _note_fork(self, index: int) -> None:
        place = self.blocks[index].header.place
        if self._places[place]:
            self._forked[place[:2]].add(place)
        self._places[place] |= 1 << index
        for accused in self.blocks[index].accused:
            self._accusing[accused] |= 1 << index

    # -- relations ------------------------------------------------------------------------------------------------

    def _proven(self, index: int) -> frozenset[int]:
        """E: authors, by their incarnation in the block's epoch, whose fork the past holds or has told of."""
        past, found = self.past[index], set()
        for member in self.rolls[self.blocks[index].header.epoch].members.values():
            who = member.number, member.incarnation
            held = any((past & self._places[place]).bit_count() > 1 for place in self._forked.get(who, ()))
            if held or past & self._accusing.get(who, 0):
                found.add(member.number)
        return frozenset(found)

    def round_above(self, epoch: int, parents: list[int]) -> int:
        """The round of a block of the epoch with these parents."""
        below = 0
        for parent in parents:
            below |= self.past[parent]
        heads = [self.blocks[parent].header for parent in parents]
        highest = max((head.round for head in heads if head.epoch == epoch), default=0)
        reached = self.authors_with(epoch, highest, lambda one: below >> one & 1 == 1)
        return highest + 1 if len(reached) >= self.rolls[epoch].quorum else highest

    def authors_with(self, epoch: int, round_: int, holds) -> set[int]:
        """Authors with an opener of the round for which `holds`."""
        openers = self.openers.get((epoch, round_), {})
        return {author for author, blocks in openers.items() if any(holds(one) for one in blocks)}

    def endorses(self, voter: int, block: int) -> bool:
        return self.past[voter] >> block & 1 == 1 and self.blocks[block].header.author not in self.proven[voter]

    def _approve(self, index: int) -> None:
        """Which blocks with acts this block approves; of other blocks nobody asks."""
        header, prev = self.blocks[index].header, self.prev[index]
        if not self.rolls[header.epoch].is_witness(header.author) or self.closed[index]:
            return
        roll, new = self.rolls[header.epoch], self.past[index] & self.with_acts
        if prev is not None and self.blocks[prev].header.epoch == header.epoch:
            new &= ~self.past[prev]
        if roll.closing_anchor is not None:  # below it everything is settled
            new &= ~self.past[self.by_id[roll.closing_anchor]]
        for block in bits(new):
            author, incarnation, _ = self.blocks[block].header.place
            if author not in self.proven[index] and roll.holds(author, incarnation):
                self.approvals[header.epoch, block][header.author] |= 1 << index

    def is_certified(self, epoch: int, block: int, view: Mask) -> bool:
        """Whether approvals of the epoch in the view are by a quorum."""
        approving = self.approvals.get((epoch, block), {})
        return sum(1 for mask in approving.values() if mask & view) >= self.rolls[epoch].quorum

    def forkers(self) -> set[tuple[int, int]]:
        """(author, incarnation) whose fork the blocks show."""
        return set(self._forked) | set(self._accusing)
