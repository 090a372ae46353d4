"""One block in the graph, and the clocks in which pasts are kept.

A *chain* is the blocks of one (author, incarnation); each has an index for the life of a graph. A *clock* says for each
chain the newest block in a past, or all branch tips where it forked; it may be shorter than the chains known by now.
A clock is fixed when its block is added, so a fork that is discovered later changes no clock and nothing derived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

ROUNDS_BACK = 4  # a vote reaches three rounds back: round r+3 judges round r
# What a block that has left memory links to is read from its row (core/ledger/settled.py).
LINKS = ("prev", "parents", "clock", "newest_opener", "c3_of_forkers", "c4_of_forkers", "approved_by")


class Home(Protocol):
    """Where a block went that has left memory."""

    def link(self, vertex: "Vertex", name: str) -> Any: ...

    def changed(self, vertex: "Vertex") -> None: ...


@dataclass(eq=False, repr=False, slots=True, weakref_slot=True)
class Vertex:
    """What a block's past decides of it. Masks have bit i for the author with number i."""

    id: bytes
    author: int
    incarnation: int
    chain: int
    epoch: int
    seq: int
    round: int
    prev: "Vertex | None"
    parents: tuple["Vertex", ...]
    has_acts: bool
    claimed_ms: int
    order: int  # of arrival: parents before children
    opener: bool = False
    closes: bool = False  # CLOSE on this very block
    closed: bool = False  # CLOSE on this block or before it on its chain, in its epoch
    # Authors with an opener in the past of this block's round, of the round before, and of the two before that.
    seen: tuple[int, int, int, int] = (0, 0, 0, 0)
    forkers: int = 0  # E: authors whom the past proves to have forked with the key that they have in this epoch
    clock: "Sequence[Tips]" = ()
    newest_opener: "Vertex | None" = None  # of its chain and epoch, this block included
    # Approvals are counted in one epoch only, the newest that gave any.
    counted_in: int = 0
    approvals: int = 0
    approved_by: "list[Vertex]" = field(default_factory=list)  # first approving blocks; of blocks with acts
    certified: bool = False
    anchor: int = 0  # number of the anchor that executed it
    leads: int = 0  # number of the anchor that it is
    # Of an opener of round r: authors of round r−2 (r−3) whose opener has a C3 (C4) here, core/ledger/votes.py.
    c3: int = 0
    c4: int = 0
    c3_of_forkers: "tuple[Vertex, ...]" = ()
    c4_of_forkers: "tuple[Vertex, ...]" = ()
    home: Home | None = None  # None: in memory, whole

    @property
    def position(self) -> int:
        """Where a store keeps the block: positions count from 1, in the order of arrival."""
        return self.order + 1

    def let_go(self, home: Home) -> None:
        """From here on what it links to is read where it is asked."""
        self.home = home
        for name in LINKS:
            delattr(self, name)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Only asked for what the block has let go."""
            if name in LINKS and self.home is not None:
                return self.home.link(self, name)
            raise AttributeError(name)


Tips = None | Vertex | tuple[Vertex, ...]


def each_tip(tips: Tips) -> tuple[Vertex, ...]:
    """The blocks of one entry of a clock."""
    if tips is None:
        return ()
    return tips if isinstance(tips, tuple) else (tips,)


def tips_in(clock: Sequence[Tips], chain: int) -> Tips:
    """The entry of a chain; a clock that was made before the chain began has none."""
    return clock[chain] if chain < len(clock) else None


def on_chain(earlier: Vertex, tip: Vertex) -> bool:
    """Whether `earlier` is `tip` or stands before it on its chain."""
    step: Vertex | None = tip
    while step is not None and step.seq > earlier.seq:
        step = step.prev
    return step is earlier


def covers(known: Tips, vertex: Vertex) -> bool:
    """Whether a block is one of these tips or stands before one of them."""
    if known is None or isinstance(known, Vertex):
        return known is not None and on_chain(vertex, known)
    return any(on_chain(vertex, tip) for tip in known)


def merge_tips(mine: Tips, theirs: Tips) -> Tips:
    """The branch tips of one chain in two pasts together; each side as it is in one clock: no tip below another.

    Only what one side alone has is compared: a forker's countless branches lie in every clock above them.
    """
    if mine is None or theirs is None or mine is theirs:
        return theirs if mine is None else mine
    ours, others = each_tip(mine), each_tip(theirs)
    known = set(ours)
    new = [tip for tip in others if tip not in known]
    if not new:
        return mine
    alone = known.difference(others)
    if not alone:
        return theirs
    passed = _standing_before(alone, new) | _standing_before(set(new), alone)
    kept = [tip for tip in (*ours, *new) if tip not in passed]
    return kept[0] if len(kept) == 1 else tuple(sorted(kept, key=lambda tip: (tip.seq, tip.id)))


def _standing_before(tips: set[Vertex], others: Iterable[Vertex]) -> set[Vertex]:
    """Those of the tips that stand before one of the others on its chain: one at most before each."""
    least, found = min(tip.seq for tip in tips), set[Vertex]()
    for other in others:
        step = other.prev
        while step is not None and step.seq >= least and step not in tips:
            step = step.prev
        if step is not None and step in tips:
            found.add(step)
    return found
