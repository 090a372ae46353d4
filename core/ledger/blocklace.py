"""The blocklace: the validated graph of one epoch's blocks, and what follows from it without any further message.

Rules (3-ledger §2, §3): a block is valid as a function of itself and its past; a round grows by one when q witnesses
have an opener of it in the past; a witness approves every block that its new block sees for the first time, unless
its past proves the author a forker; q approvals make a block certified. "Past" includes the block itself.
Pasts are kept as clocks: for each author the newest block in the past, or all branch tips when it forked. A clock is
fixed when its block is added, so a fork that is discovered later changes no clock and no approval already given.
Literature: the blocklace of Cordial Miners, arXiv 2205.09174 and 2402.08068.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from core.errors import MunimentError
from core.ledger.block import CLOSE, Header, Reference
from core.ledger.roll import Roll


@dataclass(eq=False, slots=True)
class Vertex:
    """One block in the graph with what its past decides. Masks have bit i for the author with number i."""

    id: bytes
    author: int
    incarnation: int
    seq: int
    round: int
    prev: "Vertex | None"
    parents: tuple["Vertex", ...]
    has_acts: bool
    claimed_ms: int
    order: int  # of arrival: parents before children
    opener: bool = False
    openers: int = 0  # authors with an opener of this round in the past
    forkers: int = 0  # E: authors whom the past proves to have forked
    closed: bool = False  # CLOSE on this block or before it on its chain
    clock: "tuple[Tips, ...]" = ()
    approvals: int = 0
    certified: bool = False


Tips = None | Vertex | tuple[Vertex, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What one more block changed: blocks that became certified (in chain order) and a sibling, if it is a fork."""

    vertex: Vertex
    certified: tuple[Vertex, ...]
    siblings: tuple[Vertex, ...]


@dataclass
class Blocklace:
    roll: Roll
    vertices: dict[bytes, Vertex] = field(default_factory=dict)
    forkers: int = 0  # authors of whom this view holds a fork, by blocks or by evidence
    _places: dict[tuple[int, int, int], list[Vertex]] = field(default_factory=dict)
    _sinks: set[Vertex] = field(default_factory=set)
    _tips: dict[int, list[Vertex]] = field(default_factory=dict)
    _uncertified: dict[Vertex, None] = field(default_factory=dict)  # blocks with acts, in order of arrival

    # -- adding -------------------------------------------------------------------------------------------------

    def missing(self, header: Header) -> list[bytes]:
        """Ids of parents that are not here: the block has to wait aside for them."""
        wanted = [reference.id for reference in header.refs]
        if header.prev is not None:
            wanted.append(header.prev)
        return [block for block in wanted if block not in self.vertices]

    def check(self, header: Header) -> None:
        """Raises the code of the first rule that the header breaks; its parents must be here."""
        member = self.roll.member(header.author)
        if member is None:
            raise MunimentError("unknown-author", author=header.author)
        if header.incarnation != member.incarnation:
            raise MunimentError("wrong-incarnation", author=header.author)
        if header.epoch != self.roll.epoch or header.closing_anchor is not None:
            raise MunimentError("wrong-epoch", epoch=header.epoch)
        if len(header.refs) > len(self.roll.members):
            raise MunimentError("too-many-references", author=header.author)
        prev = self._check_chain(header)
        self._check_references(header)
        parents = self._parents(header, prev)
        if self._overlap(prev, parents):
            raise MunimentError("references-overlap", author=header.author)
        if header.round != self._round(parents):
            raise MunimentError("wrong-round", round=header.round)
        if prev and header.claimed_ms < prev.claimed_ms:
            raise MunimentError("time-goes-back", author=header.author)
        opens = member.witness and (prev is None or prev.round < header.round)
        if header.payload is None and not (opens or header.flags & CLOSE or header.refs):
            raise MunimentError("pointless-block", author=header.author)

    def add(self, block_id: bytes, header: Header, has_acts: bool, accused: Iterable[int] = ()) -> Added:
        """Take a checked block in. `accused`: authors against whom its payload carries checked evidence."""
        prev = self.vertices[header.prev] if header.prev else None
        parents = self._parents(header, prev)
        vertex = Vertex(
            block_id,
            header.author,
            header.incarnation,
            header.seq,
            header.round,
            prev,
            parents,
            has_acts,
            header.claimed_ms,
            len(self.vertices),
        )
        siblings = tuple(self._places.get((header.author, header.incarnation, header.seq), ()))
        self._place(vertex, siblings, accused)
        self._derive(vertex, header, accused)
        certified = self._approve(vertex) if self._approves(vertex) else []
        return Added(vertex, tuple(certified), siblings)

    def accuse(self, author: int) -> None:
        """This view has learned of a fork without holding both blocks."""
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

    def _parents(self, header: Header, prev: Vertex | None) -> tuple[Vertex, ...]:
        references = [self.vertices[reference.id] for reference in header.refs]
        return (prev, *references) if prev else tuple(references)

    def _place(self, vertex: Vertex, siblings: tuple[Vertex, ...], accused: Iterable[int]) -> None:
        self.vertices[vertex.id] = vertex
        self._places.setdefault((vertex.author, vertex.incarnation, vertex.seq), []).append(vertex)
        tips = self._tips.setdefault(vertex.author, [])
        if vertex.prev in tips:
            tips.remove(vertex.prev)
        tips.append(vertex)
        if vertex.has_acts:
            self._uncertified[vertex] = None
        self._sinks.difference_update(vertex.parents)
        self._sinks.add(vertex)
        if siblings:
            self.forkers |= 1 << vertex.author
        for author in accused:
            self.forkers |= 1 << author

    def _derive(self, vertex: Vertex, header: Header, accused: Iterable[int]) -> None:
        member = self.roll.members[vertex.author]
        vertex.opener = member.witness and (vertex.prev is None or vertex.prev.round < vertex.round)
        for parent in vertex.parents:
            if parent.round == vertex.round:
                vertex.openers |= parent.openers
            vertex.forkers |= parent.forkers
        if vertex.opener:
            vertex.openers |= 1 << vertex.author
        vertex.clock = self._merged_clock(vertex)
        for author in accused:
            vertex.forkers |= 1 << author
        # Two branch tips of one author in the past are two blocks of one seq: the chains part somewhere below both.
        for author, tips in enumerate(vertex.clock):
            if isinstance(tips, tuple):
                vertex.forkers |= 1 << author
        vertex.closed = bool(header.flags & CLOSE) or bool(vertex.prev and vertex.prev.closed)

    # -- rounds -------------------------------------------------------------------------------------------------

    def _round(self, parents: tuple[Vertex, ...]) -> int:
        highest = openers = 0
        for parent in parents:
            if parent.round > highest:
                highest, openers = parent.round, parent.openers
            elif parent.round == highest:
                openers |= parent.openers
        return highest + 1 if openers.bit_count() >= self.roll.quorum else highest

    # -- pasts --------------------------------------------------------------------------------------------------

    def in_past(self, earlier: Vertex, later: Vertex) -> bool:
        """Whether past(later) contains `earlier`; a block is in its own past."""
        tips = later.clock[earlier.author]
        if tips is None:
            return False
        if isinstance(tips, Vertex) and not self.forkers >> earlier.author & 1:
            return tips.seq >= earlier.seq
        return any(_on_chain(earlier, tip) for tip in each_tip(tips))

    def standing_before(self, blocks: Collection[bytes], vertex: Vertex) -> set[bytes]:
        """Which of the author's blocks stand before this one on its own chain; another branch does not.

        One walk for all of them: an author may enclose the same acts in each of its blocks.
        """
        least = min((self.vertices[block].seq for block in blocks), default=vertex.seq)
        before: set[bytes] = set()
        step = vertex.prev
        while step is not None and step.seq >= least:
            if step.id in blocks:
                before.add(step.id)
            step = step.prev
        return before

    def newly_seen(self, vertex: Vertex) -> Iterator[Vertex]:
        """past(vertex) without the past of its author's block before, each chain from new to old."""
        before: tuple[Tips, ...] = vertex.prev.clock if vertex.prev else (None,) * len(vertex.clock)
        for known, tips in zip(before, vertex.clock, strict=True):
            if tips is known:
                continue
            seen: set[Vertex] = set()
            for tip in each_tip(tips):
                step: Vertex | None = tip
                while step is not None and step not in seen and not _covers(known, step):
                    seen.add(step)
                    yield step
                    step = step.prev

    def _merged_clock(self, vertex: Vertex) -> tuple[Tips, ...]:
        clock: list[Tips] = [None] * len(self.roll.members)
        for parent in vertex.parents:
            for author, theirs in enumerate(parent.clock):
                mine = clock[author]
                if theirs is mine or theirs is None:
                    continue
                if mine is None:
                    clock[author] = theirs
                elif isinstance(mine, Vertex) and isinstance(theirs, Vertex) and not self.forkers >> author & 1:
                    if theirs.seq > mine.seq:
                        clock[author] = theirs
                else:
                    clock[author] = _branch_tips((*each_tip(mine), *each_tip(theirs)))
        own = clock[vertex.author]
        clock[vertex.author] = vertex if own is vertex.prev else _branch_tips((*each_tip(own), vertex))
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

    # -- approvals ----------------------------------------------------------------------------------------------

    def _approves(self, vertex: Vertex) -> bool:
        return self.roll.members[vertex.author].witness and not vertex.closed

    def _approve(self, vertex: Vertex) -> list[Vertex]:
        bit, quorum, certified = 1 << vertex.author, self.roll.quorum, []
        for seen in self.newly_seen(vertex):
            if vertex.forkers >> seen.author & 1:
                continue
            seen.approvals |= bit
            if not seen.certified and seen.approvals.bit_count() >= quorum:
                seen.certified = True
                self._uncertified.pop(seen, None)
                certified.append(seen)
        certified.sort(key=lambda block: (block.author, block.seq))
        return certified

    # -- what a node asks ---------------------------------------------------------------------------------------

    def tips(self, author: int) -> list[Vertex]:
        """The newest block of each branch of an author: one for an honest author, none before its first block."""
        return self._tips.get(author, [])

    def at(self, author: int, incarnation: int, seq: int) -> list[Vertex]:
        return self._places.get((author, incarnation, seq), [])

    def next_parents(self, author: int) -> tuple[Vertex | None, tuple[Vertex, ...]]:
        """(prev, further parents) of the next block of an honest author: the sinks of what it may reference.

        A proven forker's block is referenced only if an honest block that is referenced has it in its past.
        """
        own = self._tips.get(author)
        prev = own[0] if own else None
        wanted, chosen, met = list(self._sinks), set[Vertex](), set[Vertex]()
        while wanted:
            vertex = wanted.pop()
            if vertex is prev or vertex in met:
                continue
            met.add(vertex)
            if self.forkers >> vertex.author & 1:
                wanted.extend(vertex.parents)
            else:
                chosen.add(vertex)
        heads = [prev, *chosen] if prev else list(chosen)
        sinks = [
            vertex
            for vertex in chosen
            if not any(vertex is not other and self.in_past(vertex, other) for other in heads)
        ]
        return prev, tuple(sorted(sinks, key=lambda vertex: (vertex.author, vertex.seq, vertex.id)))

    def next_header_facts(self, author: int) -> tuple[Vertex | None, tuple[Reference, ...], int, bool]:
        """(prev, refs, round, whether it would be an opener) of the next block of an honest author."""
        prev, others = self.next_parents(author)
        round_ = self._round((prev, *others) if prev else others)
        opens = self.roll.members[author].witness and (prev is None or prev.round < round_)
        return prev, tuple(Reference(v.author, v.seq, v.id) for v in others), round_, opens

    def sinks(self) -> frozenset[Vertex]:
        """Blocks that no block held here refers to."""
        return frozenset(self._sinks)

    def awaiting(self) -> list[Vertex]:
        """Blocks with acts that are not certified here and whose author is no proven forker, in order of arrival."""
        return [vertex for vertex in self._uncertified if not self.forkers >> vertex.author & 1]

    def chain_above(self, tip: Vertex, covered: Iterable[Vertex]) -> Iterator[Vertex]:
        """The blocks of a chain from its tip down to the first that lies on a covered chain."""
        known = tuple(covered)
        step: Vertex | None = tip
        while step is not None and not _covers(known, step):
            yield step
            step = step.prev


def each_tip(tips: Tips) -> tuple[Vertex, ...]:
    """The blocks of one entry of a clock."""
    if tips is None:
        return ()
    return tips if isinstance(tips, tuple) else (tips,)


def _on_chain(earlier: Vertex, tip: Vertex) -> bool:
    """Whether `earlier` is `tip` or stands before it on its chain."""
    step: Vertex | None = tip
    while step is not None and step.seq > earlier.seq:
        step = step.prev
    return step is earlier


def _covers(known: Tips, vertex: Vertex) -> bool:
    if known is None or isinstance(known, Vertex):
        return known is not None and _on_chain(vertex, known)
    return any(_on_chain(vertex, tip) for tip in known)


def _branch_tips(tips: tuple[Vertex, ...]) -> Tips:
    """The tips that stand before no other of them on its chain; a lone one stands for itself."""
    distinct = set(tips)
    sinks = [tip for tip in distinct if not any(tip is not other and _on_chain(tip, other) for other in distinct)]
    return sinks[0] if len(sinks) == 1 else tuple(sorted(sinks, key=lambda tip: (tip.seq, tip.id)))
