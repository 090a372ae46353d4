"""The blocklace: the validated graph of all blocks, and what each block's past decides without any further message.

Rules (3-ledger §2, §3): a block is valid as a function of itself and its past; within an epoch a round grows by one
when q witnesses have an opener of it in the past. "Past" includes the block itself. Approvals and certificates stand
in core/ledger/approvals.py, votes and anchors above. Literature: the blocklace of Cordial Miners, arXiv 2205.09174 and
2402.08068.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger.approvals import approve
from core.ledger.block import CLOSE, Header, Reference
from core.ledger.graph import BlockGraph
from core.ledger.roll import Member
from core.ledger.vertex import ROUNDS_BACK, Tips, Vertex, covers, each_tip, merge_tips, tips_in

__all__ = ["Blocklace", "Tips", "Vertex", "each_tip"]


@dataclass(frozen=True, slots=True)
class Added:
    """What one more block changed: blocks that became certified (in chain order) and a sibling, if it is a fork."""

    vertex: Vertex
    certified: tuple[Vertex, ...]
    siblings: tuple[Vertex, ...]


class Blocklace(BlockGraph):
    """Judges blocks by their past, takes them in, and says what the next one would refer to."""

    def check(self, header: Header) -> None:
        """Raises the code of the first rule that the header breaks; its parents must be here."""
        if header.epoch > self.epoch:
            raise MunimentError("wrong-epoch", epoch=header.epoch)
        roll = self.rolls[header.epoch]
        member = roll.member(header.author)
        if member is None:
            raise MunimentError("unknown-author", author=header.author)
        if header.incarnation != member.incarnation:
            raise MunimentError("wrong-incarnation", author=header.author)
        if len(header.refs) > len(roll.members):
            raise MunimentError("too-many-references", author=header.author)
        prev = self._check_chain(header)
        self._check_references(header)
        parents = self._parents(header, prev)
        if self._overlap(prev, parents):
            raise MunimentError("references-overlap", author=header.author)
        self._check_epoch(header, prev, parents)
        if header.round != self._round(header.epoch, parents):
            raise MunimentError("wrong-round", round=header.round)
        if prev and header.claimed_ms < prev.claimed_ms:
            raise MunimentError("time-goes-back", author=header.author)
        opens = _opens(member, header.epoch, header.round, prev)
        if header.payload is None and not (opens or header.flags & CLOSE or header.refs):
            raise MunimentError("pointless-block", author=header.author)

    def add(self, block_id: bytes, header: Header, has_acts: bool, accused: Iterable[int] = ()) -> Added:
        """Take a checked block in. `accused`: authors against whose key of that epoch its payload carries evidence."""
        prev = self.vertices[header.prev] if header.prev else None
        vertex = Vertex(
            block_id,
            header.author,
            header.incarnation,
            self.chains[header.author, header.incarnation],
            header.epoch,
            header.seq,
            header.round,
            prev,
            self._parents(header, prev),
            has_acts,
            header.claimed_ms,
            len(self.vertices),
        )
        siblings = self._siblings(vertex)
        self._place(vertex, siblings, accused)
        self._derive(vertex, header, accused)
        certified = self._approve(vertex) if self._approves(vertex) else []
        return Added(vertex, tuple(certified), siblings)

    def _siblings(self, vertex: Vertex) -> tuple[Vertex, ...]:
        """Of a new block. A chain has no gaps: beyond its newest blocks there is none, and none is looked for."""
        if all(tip.seq < vertex.seq for tip in self._tips.get(vertex.chain, ())):
            return ()
        return tuple(self.at(vertex.author, vertex.incarnation, vertex.seq))

    def accuse(self, author: int, incarnation: int) -> None:
        """This view has learned of a fork without holding both blocks."""
        chain = self.chains.get((author, incarnation))
        if chain is not None:
            self._forked.add(chain)
            if chain == self.chain_of(author):
                self.forkers |= 1 << author

    def _check_chain(self, header: Header) -> Vertex | None:
        if header.prev is None:
            return None
        prev = self.vertices[header.prev]
        if (prev.author, prev.incarnation) != (header.author, header.incarnation) or header.seq != prev.seq + 1:
            raise MunimentError("broken-chain", author=header.author, seq=header.seq)
        return prev

    def _check_references(self, header: Header) -> None:
        for reference in header.refs:
            named = self.vertices[reference.id]
            if (named.author, named.seq) != (reference.author, reference.seq):
                raise MunimentError("broken-reference", author=header.author, seq=header.seq)

    def _check_epoch(self, header: Header, prev: Vertex | None, parents: tuple[Vertex, ...]) -> None:
        """No parent is of a later epoch; the first block of a later epoch has the closing anchor in its past."""
        if any(parent.epoch > header.epoch for parent in parents):
            raise MunimentError("epoch-goes-back", author=header.author, epoch=header.epoch)
        begins = header.epoch > 0 and (prev is None or prev.epoch < header.epoch)
        closing = self.closings[header.epoch - 1] if begins else None
        if header.closing_anchor != (closing.id if closing else None):
            raise MunimentError("wrong-closing-anchor", author=header.author, epoch=header.epoch)
        if closing and not any(self.in_past(closing, parent) for parent in parents):
            raise MunimentError("wrong-closing-anchor", author=header.author, epoch=header.epoch)

    def _parents(self, header: Header, prev: Vertex | None) -> tuple[Vertex, ...]:
        references = [self.vertices[reference.id] for reference in header.refs]
        return (prev, *references) if prev else tuple(references)

    def _place(self, vertex: Vertex, siblings: tuple[Vertex, ...], accused: Iterable[int]) -> None:
        self.vertices[vertex.id] = vertex
        self._places.setdefault((vertex.author, vertex.incarnation, vertex.seq), []).append(vertex)
        tips = self._tips.setdefault(vertex.chain, [])
        if vertex.prev in tips:
            tips.remove(vertex.prev)
        tips.append(vertex)
        if vertex.has_acts:
            self.open_acts.add(vertex)
        self._sinks.difference_update(vertex.parents)
        self._sinks.add(vertex)
        if siblings:
            self.accuse(vertex.author, vertex.incarnation)
        for author in accused:
            self.accuse(author, self.rolls[vertex.epoch].members[author].incarnation)

    def _derive(self, vertex: Vertex, header: Header, accused: Iterable[int]) -> None:
        prev, epoch = vertex.prev, vertex.epoch
        same_epoch = prev if prev is not None and prev.epoch == epoch else None
        vertex.opener = _opens(self.rolls[epoch].members[vertex.author], epoch, vertex.round, prev)
        vertex.newest_opener = vertex if vertex.opener else same_epoch.newest_opener if same_epoch else None
        vertex.seen = _openers_seen(vertex)
        vertex.closes = bool(header.flags & CLOSE)
        vertex.closed = vertex.closes or bool(same_epoch and same_epoch.closed)
        vertex.clock = self._merged_clock(vertex)
        vertex.forkers = self._forkers_in_past(vertex, accused)
        if epoch == self.epoch:
            if vertex.opener:
                self.openers.setdefault(vertex.round, {}).setdefault(vertex.author, []).append(vertex)
            if vertex.closes:
                self.closers.append(vertex)

    def _forkers_in_past(self, vertex: Vertex, accused: Iterable[int]) -> int:
        mask = 0
        for parent in vertex.parents:
            known = parent.forkers
            for epoch in range(parent.epoch, vertex.epoch):
                known &= self._same_key(epoch)
            mask |= known
        for author in accused:
            mask |= 1 << author
        # Two branch tips of one chain in the past are two blocks of one seq: the branches part somewhere below both.
        if self._forked:
            for author, chain in self._chains_of_epoch(vertex.epoch):
                if isinstance(tips_in(vertex.clock, chain), tuple):
                    mask |= 1 << author
        return mask

    def _same_key(self, epoch: int) -> int:
        """Authors who have the same incarnation in this epoch and in the next."""
        later = self.rolls[epoch + 1]
        mask = 0
        for member in self.rolls[epoch].members:
            after = later.member(member.number)
            if after is not None and after.incarnation == member.incarnation:
                mask |= 1 << member.number
        return mask

    def _chains_of_epoch(self, epoch: int) -> list[tuple[int, int]]:
        return [(m.number, self.chains[m.number, m.incarnation]) for m in self.rolls[epoch].members if not m.removed]

    # -- approvals ----------------------------------------------------------------------------------------------

    def _approves(self, vertex: Vertex) -> bool:
        return self.rolls[vertex.epoch].members[vertex.author].witness and not vertex.closed

    def _approve(self, vertex: Vertex) -> list[Vertex]:
        closing = self.closings[vertex.epoch - 1] if vertex.epoch else None
        return approve(vertex, self.rolls[vertex.epoch], closing)

    # -- pasts --------------------------------------------------------------------------------------------------

    def _merged_clock(self, vertex: Vertex) -> tuple[Tips, ...]:
        clock: list[Tips] = [None] * len(self.chains)
        for parent in vertex.parents:
            for chain, theirs in enumerate(parent.clock):
                mine = clock[chain]
                if theirs is mine or theirs is None:
                    continue
                if mine is None:
                    clock[chain] = theirs
                elif isinstance(mine, Vertex) and isinstance(theirs, Vertex) and chain not in self._forked:
                    if theirs.seq > mine.seq:
                        clock[chain] = theirs
                else:
                    clock[chain] = merge_tips(mine, theirs)
        own = clock[vertex.chain]
        clock[vertex.chain] = vertex if own is vertex.prev else merge_tips(own, vertex)
        return tuple(clock)

    def _overlap(self, prev: Vertex | None, parents: tuple[Vertex, ...]) -> bool:
        """Whether a reference is an ancestor of another or of prev; prev may well be one of a reference."""
        if len(parents) < 2:
            return False
        if prev is not None and prev in parents[1:]:
            return True
        return any(
            earlier is not later and earlier is not prev and self.in_past(earlier, later)
            for later in parents
            for earlier in parents
        )

    # -- what a node asks ---------------------------------------------------------------------------------------

    def next_parents(self, author: int) -> tuple[Vertex | None, tuple[Vertex, ...]]:
        """(prev, further parents) of the next block of an honest author: the sinks of what it may reference.

        A proven forker's block, or one of a key that is no longer in the roll, is referenced only if a block that is
        referenced has it in its past.
        """
        own = self.tips(author)
        prev = own[0] if own else None
        chosen = self._referable(prev)
        heads = [prev, *chosen] if prev else list(chosen)
        sinks = [
            vertex
            for vertex in chosen
            if not any(vertex is not other and self.in_past(vertex, other) for other in heads)
        ]
        return prev, tuple(sorted(sinks, key=lambda vertex: (vertex.author, vertex.seq, vertex.id)))

    def _referable(self, prev: Vertex | None = None) -> set[Vertex]:
        """From every sink down the first blocks that may be referenced; not `prev`, which needs no reference."""
        wanted, chosen, met = list(self._sinks), set[Vertex](), set[Vertex]()
        while wanted:
            vertex = wanted.pop()
            if vertex is prev or vertex in met:
                continue
            met.add(vertex)
            if vertex.chain in self._forked or not self._may_refer_to(vertex):
                wanted.extend(vertex.parents)
            else:
                chosen.add(vertex)
        return chosen

    def _may_refer_to(self, vertex: Vertex) -> bool:
        """Not to what a key wrote that has left the roll, unless it lies in the closed past."""
        if vertex.epoch == self.epoch or self.roll.holds(vertex.author, vertex.incarnation):
            return True
        return self.in_past(vertex, self.closings[-1])

    def next_header_facts(self, author: int) -> tuple[Vertex | None, tuple[Reference, ...], int, bool]:
        """(prev, refs, round, whether it would be an opener) of the next block of an honest author."""
        prev, others = self.next_parents(author)
        round_ = self._round(self.epoch, (prev, *others) if prev else others)
        opens = _opens(self.roll.members[author], self.epoch, round_, prev)
        return prev, tuple(Reference(v.author, v.seq, v.id) for v in others), round_, opens

    def next_closing_anchor(self, prev: Vertex | None) -> bytes | None:
        """What the next block after `prev` has to name: the closing anchor, if it is its chain's first in the epoch."""
        if self.epoch == 0 or (prev is not None and prev.epoch == self.epoch):
            return None
        return self.closings[-1].id

    def foreseen(self) -> Iterator[Vertex]:
        """Blocks whose acts no anchor has executed and that count meanwhile, in order of arrival: not void, and
        certified where the author has forked.
        """
        return filter(self._is_foreseen, self.open_acts)

    def _is_foreseen(self, vertex: Vertex) -> bool:
        return (vertex.certified or vertex.chain not in self._forked) and not self.is_void(vertex)

    def awaiting(self) -> list[Vertex]:
        """Blocks whose acts still wait for an anchor here (3-ledger §5), in order of arrival.

        A forker's block only if those approvals suffice that can come into an anchor's past. One that stands in a block
        of a forker which nobody may reference never does: the act would await, and everybody write, for ever.
        """
        return self._awaiting(self.foreseen())

    def newest_awaiting(self) -> list[Vertex]:
        """Of `awaiting` as much as tells whether something waits that a block has not in its past.

        That is the newest of each chain: who has it has those below, and void blocks stand below all others. Only a
        chain that has forked is looked at whole. So a million of them cost an office that writes nothing.
        """
        newest: list[Vertex] = []
        for chain in self.open_acts.chains():
            found = self.open_acts.of(chain)
            newest += filter(self._is_foreseen, found if chain in self._forked else found[-1:])
        return self._awaiting(newest)

    def _awaiting(self, foreseen: Iterable[Vertex]) -> list[Vertex]:
        waiting, referable = [], set[Vertex]()
        for vertex in foreseen:
            if vertex.chain in self._forked:
                referable = referable or self._referable()
                if not self._certified_below(vertex, referable):
                    continue
            waiting.append(vertex)
        return waiting

    def _certified_below(self, vertex: Vertex, heads: set[Vertex]) -> bool:
        """Whether approvals of a quorum lie in the pasts of these blocks."""
        below = {one.author for one in vertex.approved_by if any(self.in_past(one, head) for head in heads)}
        return vertex.counted_in == self.epoch and len(below) >= self.roll.quorum

    def chain_above(self, tip: Vertex, covered: Iterable[Vertex]) -> Iterator[Vertex]:
        """The blocks of a chain from its tip down to the first that lies on a covered chain."""
        known = tuple(covered)
        step: Vertex | None = tip
        while step is not None and not covers(known, step):
            yield step
            step = step.prev


def _opens(member: Member, epoch: int, round_: int, prev: Vertex | None) -> bool:
    return member.witness and (prev is None or prev.epoch < epoch or prev.round < round_)


def _openers_seen(vertex: Vertex) -> tuple[int, int, int, int]:
    """Whose openers of this round and of the three before it are in the past."""
    seen = [1 << vertex.author if vertex.opener else 0, 0, 0, 0]
    for parent in vertex.parents:
        if parent.epoch != vertex.epoch:
            continue
        behind = vertex.round - parent.round
        for back in range(behind, ROUNDS_BACK):
            seen[back] |= parent.seen[back - behind]
    return seen[0], seen[1], seen[2], seen[3]
