"""The graph of all blocks of all epochs: who wrote where, and which block lies in whose past.

Pasts are kept as clocks (core/ledger/vertex.py). What makes a block valid, and what its past derives, stands above
(core/ledger/blocklace.py). An epoch begins with its roll and the closing anchor of the one before; blocks of an older
epoch may still arrive and are judged by the roll of theirs.
"""

from collections.abc import Collection, Iterable, Iterator, MutableMapping

from core.ledger.block import Header
from core.ledger.open_acts import OpenActs
from core.ledger.roll import Roll
from core.ledger.settled import Shelf, Vertices
from core.ledger.vertex import Vertex, covers, each_tip, on_chain


class BlockGraph:
    """`genesis`: 32 bytes that stand for the epoch's beginning where there is no anchor yet; the network id.

    `shelf`: where blocks go that leave memory; without one they all stay.
    """

    def __init__(self, roll: Roll, genesis: bytes = bytes(32), shelf: Shelf | None = None) -> None:
        self.genesis = genesis
        self.settled = Vertices(shelf)
        self.vertices: MutableMapping[bytes, Vertex] = self.settled
        self.rolls: list[Roll] = []  # by epoch
        self.closings: list[Vertex] = []  # closing anchors, by the epoch that they closed
        self.chains: dict[tuple[int, int], int] = {}  # (author, incarnation) → index
        self.openers: dict[int, dict[int, list[Vertex]]] = {}  # of the present epoch: round → author → openers
        self.closers: list[Vertex] = []  # blocks of the present epoch that carry CLOSE
        self.open_acts = OpenActs(self.settled.in_order)
        self.forkers = 0  # authors of whom this view holds a fork, by blocks or by evidence, with their present key
        self._forked: set[int] = set()  # chains of whom it holds one
        self._places: dict[tuple[int, int, int], list[Vertex]] = {}
        self._sinks: set[Vertex] = set()
        self._tips: dict[int, list[Vertex]] = {}
        self._enroll(roll)

    # -- epochs -------------------------------------------------------------------------------------------------

    @property
    def roll(self) -> Roll:
        """The roll in force: that of the newest epoch."""
        return self.rolls[-1]

    @property
    def epoch(self) -> int:
        return len(self.rolls) - 1

    def begin_epoch(self, roll: Roll, closing_anchor: Vertex) -> None:
        """The epoch before is closed. Rounds restart; members with a new incarnation begin a new chain."""
        self.closings.append(closing_anchor)
        self.openers, self.closers = {}, []
        self._enroll(roll)

    def _enroll(self, roll: Roll) -> None:
        self.rolls.append(roll)
        self.forkers = 0
        for member in roll.members:
            chain = self.chains.setdefault((member.number, member.incarnation), len(self.chains))
            if chain in self._forked and not member.removed:
                self.forkers |= 1 << member.number

    def chain_of(self, author: int) -> int | None:
        """The index of the chain that an author writes in the present epoch."""
        member = self.roll.member(author)
        return self.chains[author, member.incarnation] if member else None

    def is_void(self, vertex: Vertex) -> bool:
        """Whether no anchor will ever execute it (3-ledger §7): of a closed epoch, not executed, and either in the
        past of a closing anchor or of a key that a later roll does not have.
        """
        if vertex.anchor:
            return False
        return any(
            self.in_past(vertex, closing) or not self.rolls[epoch + 1].holds(vertex.author, vertex.incarnation)
            for epoch, closing in enumerate(self.closings)
            if vertex.epoch <= epoch
        )

    # -- what is here and what lies before it -------------------------------------------------------------------

    def missing(self, header: Header) -> list[bytes]:
        """Ids of parents that are not here: the block has to wait aside for them."""
        wanted = [reference.id for reference in header.refs]
        if header.prev is not None:
            wanted.append(header.prev)
        return [block for block in wanted if block not in self.vertices]

    def waits(self, header: Header) -> bool:
        """Whether the block cannot be judged yet: parents are missing, or this view has not closed the epoch before."""
        return header.epoch > self.epoch or bool(self.missing(header))

    def in_past(self, earlier: Vertex, later: Vertex) -> bool:
        """Whether past(later) contains `earlier`; a block is in its own past."""
        clock, chain = later.clock, earlier.chain
        tips = clock[chain] if chain < len(clock) else None
        if tips is None:
            return False
        if isinstance(tips, Vertex) and chain not in self._forked:
            return tips.seq >= earlier.seq
        return any(on_chain(earlier, tip) for tip in each_tip(tips))

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

    def tips(self, author: int) -> list[Vertex]:
        """The newest block of each branch of an author's present chain: one for an honest author, or none yet."""
        chain = self.chain_of(author)
        return self._tips.get(chain, []) if chain is not None else []

    def all_tips(self) -> Iterator[Vertex]:
        """The newest block of each branch of every chain of every epoch."""
        for tips in self._tips.values():
            yield from tips

    def at(self, author: int, incarnation: int, seq: int) -> list[Vertex]:
        """The blocks of a place, in the order of arrival."""
        here = self._places.get((author, incarnation, seq), [])
        away = self.settled.at(author, incarnation, seq)
        return sorted((*away, *here), key=lambda vertex: vertex.order) if away else here

    def settle(self, keep: int, open_round: int) -> None:
        """Let blocks leave memory, if there is a shelf: all but the newest so many, closing anchors, and openers of the
        present epoch from a round on. Raises what the shelf does; then nothing has left.
        """

        def stays(vertex: Vertex) -> bool:
            opens = vertex.opener and vertex.epoch == self.epoch and vertex.round >= open_round
            return opens or vertex in self.closings

        for vertex in self.settled.settle(keep, stays):
            self.open_acts.let_go(vertex)
            place = vertex.author, vertex.incarnation, vertex.seq
            self._places[place].remove(vertex)
            if not self._places[place]:
                del self._places[place]
        for round_ in [one for one in self.openers if one < open_round] if self.settled.shelf else ():
            del self.openers[round_]

    def is_forked(self, chain: int) -> bool:
        """Whether this view holds two blocks of one place of the chain, or evidence of them."""
        return chain in self._forked

    @property
    def forked_chains(self) -> frozenset[int]:
        return frozenset(self._forked)

    @property
    def fork_count(self) -> int:
        """How many chains this view knows to have forked."""
        return len(self._forked)

    def sinks(self) -> frozenset[Vertex]:
        """Blocks that no block held here refers to."""
        return frozenset(self._sinks)

    def chain_above(self, tip: Vertex, covered: Iterable[Vertex]) -> Iterator[Vertex]:
        """The blocks of a chain from its tip down to the first that lies on a covered chain."""
        known = tuple(covered)
        step: Vertex | None = tip
        while step is not None and not covers(known, step):
            yield step
            step = step.prev

    # -- rounds -------------------------------------------------------------------------------------------------

    def _round(self, epoch: int, parents: tuple[Vertex, ...]) -> int:
        highest = openers = 0
        for parent in parents:
            if parent.epoch != epoch:
                continue
            if parent.round > highest:
                highest, openers = parent.round, parent.seen[0]
            elif parent.round == highest:
                openers |= parent.seen[0]
        return highest + 1 if openers.bit_count() >= self.rolls[epoch].quorum else highest
