"""The literal rules of 3-ledger §3–§7 over explicit sets of blocks: slow, without masks, clocks, counters or arrival.

Every definition is one function that looks like its sentence in the specification. Kept are only what never changes
once a block is written: its past, and E of that past. A view is any causally closed collection of blocks.
The rules that a mutant of §10 changes are values of `Rules`; everything else is written down once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations

from core.crypto.hashing import tagged_hash
from core.ledger.block import CLOSE, Header


@dataclass(frozen=True)
class Rules:
    """What the mutants of §10 change; the defaults are the specification."""

    quorum_change: int = 0
    votes_check_forks: bool = True
    skip_by_absence: bool = True
    indirect_distance: int = 4
    schedule_by_quorum: bool = True
    order_by_hash: bool = True
    forks_by_place: bool = True
    only_certified_run: bool = True
    payload_evidence: bool = True
    each_opener_counts: bool = True
    any_branch_approves: bool = True
    roll_is_asked: bool = True


SPECIFICATION = Rules()
MUTANTS: Mapping[str, Rules] = {
    "quorum-minus-one": Rules(quorum_change=-1),
    "votes-without-fork-check": Rules(votes_check_forks=False),
    "skip-non-endorsement": Rules(skip_by_absence=False),
    "indirect-at-r3": Rules(indirect_distance=3),
    "schedule-third": Rules(schedule_by_quorum=False),
    "order-by-claimed-time": Rules(order_by_hash=False),
    "fork-by-incomparability": Rules(forks_by_place=False),
    "execute-uncertified": Rules(only_certified_run=False),
    "evidence-blind": Rules(payload_evidence=False),
    "masks-kept": Rules(each_opener_counts=False),
    "lowest-seq-approvals": Rules(any_branch_approves=False),
    "revoked-key-approved": Rules(roll_is_asked=False),
}


@dataclass(frozen=True, eq=False)
class Block:
    """A block in the graph. `accused`: (author, incarnation) of each fork whose evidence its payload carries."""

    id: bytes
    header: Header
    prev: "Block | None"
    parents: tuple["Block", ...]  # prev and refs
    has_acts: bool
    accused: frozenset[tuple[int, int]]
    past: frozenset["Block"] = field(init=False, repr=False)  # includes the block

    def __post_init__(self) -> None:
        self_and_parents = frozenset({self}).union(*(parent.past for parent in self.parents))
        object.__setattr__(self, "past", self_and_parents)
        for name in ("epoch", "author", "incarnation", "seq", "round", "claimed_ms"):
            object.__setattr__(self, name, getattr(self.header, name))

    epoch: int = field(init=False)
    author: int = field(init=False)
    incarnation: int = field(init=False)
    seq: int = field(init=False)
    round: int = field(init=False)
    claimed_ms: int = field(init=False)

    def __repr__(self) -> str:
        return f"{self.epoch}:{self.author}.{self.incarnation}#{self.seq}r{self.round}/{self.id.hex()[:4]}"


@dataclass(frozen=True)
class EpochRoll:
    """Incarnation of each member by its number, the numbers of the witnesses, and the quorum."""

    incarnations: Mapping[int, int]
    witnesses: frozenset[int]
    quorum: int

    def holds(self, block: Block) -> bool:
        return self.incarnations.get(block.author) == block.incarnation


@dataclass(frozen=True)
class Skip:
    """The decision that a slot has no block."""


SKIP = Skip()
Decision = Block | Skip | None  # None: undecided


@dataclass(frozen=True)
class ReferenceAnchor:
    number: int
    block: Block
    consensus_ms: int
    spread_ms: int | None  # None: fewer than q witnesses are heard
    batch: tuple[Block, ...]
    closing: bool


View = Collection[Block]


class Reference:
    """The rules for one network: `rolls[e]` is the roll of epoch e. `genesis` stands for id(last) at the start."""

    def __init__(self, rolls: Sequence[EpochRoll], genesis: bytes, rules: Rules = SPECIFICATION) -> None:
        self.rolls = rolls
        self.genesis = genesis
        self.rules = rules
        self.arrived: list[Block] = []  # asked by masks-kept alone: the true rules know no order of arrival
        self._proven: dict[Block, frozenset[int]] = {}

    def quorum(self, epoch: int) -> int:
        return max(1, self.rolls[epoch].quorum + self.rules.quorum_change)

    # -- §3 -----------------------------------------------------------------------------------------------------

    def proven(self, block: Block) -> frozenset[int]:
        """E(b): over the whole past, earlier epochs included; incarnations are those of the block's own epoch."""
        if block not in self._proven:
            self._proven[block] = self.forkers(block.past, block.epoch)
        return self._proven[block]

    def forkers(self, blocks: Iterable[Block], epoch: int) -> frozenset[int]:
        """Members of the epoch's roll, with that incarnation, of whom the blocks hold a fork or evidence of one."""
        roll = self.rolls[epoch]
        places: dict[tuple[int, int], list[Block]] = {}
        found: set[int] = set()
        for block in blocks:
            if roll.holds(block):
                siblings = places.setdefault((block.author, block.seq), [])
                if siblings and (self.rules.forks_by_place or any(incomparable(block, one) for one in siblings)):
                    found.add(block.author)
                siblings.append(block)
            if self.rules.payload_evidence:
                found |= {author for author, own in block.accused if roll.incarnations.get(author) == own}
        return frozenset(found)

    def round_above(self, epoch: int, parents: Collection[Block]) -> int:
        """The round of a block of the epoch with these parents."""
        highest = max((parent.round for parent in parents if parent.epoch == epoch), default=0)
        below = reduce(frozenset.union, (parent.past for parent in parents), frozenset[Block]())
        openers = {block.author for block in self.openers(below, epoch, highest)}
        return highest + 1 if len(openers) >= self.quorum(epoch) else highest

    def opens(self, block: Block) -> bool:
        before = block.prev
        higher = before is None or before.epoch < block.epoch or before.round < block.round
        return higher and block.author in self.rolls[block.epoch].witnesses

    def openers(self, blocks: Iterable[Block], epoch: int, round_: int) -> list[Block]:
        return [one for one in blocks if one.round == round_ and one.epoch == epoch and self.opens(one)]

    def endorses(self, voter: Block, block: Block) -> bool:
        return block in voter.past and (not self.rules.votes_check_forks or block.author not in self.proven(voter))

    def certifies(self, later: Block, block: Block) -> bool:
        """C3(later, block) if `later` opens two rounds above it, C4 if three: always by the openers one below `later`."""
        return self._certifies(later, block, (2, 3))

    def has_c3(self, later: Block, block: Block) -> bool:
        return self._certifies(later, block, (2,))

    def has_c4(self, later: Block, block: Block) -> bool:
        return self._certifies(later, block, (3,))

    def _certifies(self, later: Block, block: Block, distances: tuple[int, ...]) -> bool:
        if later.round - block.round not in distances or later.epoch != block.epoch or not self.opens(later):
            return False
        votes = self._counted(self.openers(later.past, later.epoch, later.round - 1))
        voters = {vote.author for vote in votes if self.endorses(vote, block)} - self.proven(later)
        return len(voters) >= self.quorum(later.epoch)

    def _counted(self, openers: list[Block]) -> list[Block]:
        """Every opener counts by itself. With masks kept the one that arrived first speaks for each of its author."""
        if self.rules.each_opener_counts:
            return openers
        twins = ((one, other) for one in openers for other in self.arrived if other.author == one.author)
        first: dict[int, Block] = {}
        for one, other in twins:
            if other.epoch == one.epoch and other.round == one.round and self.opens(other):
                first.setdefault(one.author, other)
        return list(first.values())

    # -- approvals and certificates -----------------------------------------------------------------------------

    def closed(self, block: Block) -> bool:
        """CLOSE on the block or before it on its chain, in its epoch."""
        step: Block | None = block
        while step is not None and step.epoch == block.epoch:
            if step.header.flags & CLOSE:
                return True
            step = step.prev
        return False

    def approves(self, voter: Block, block: Block) -> bool:
        """Whether `voter` is an approval of `block` by its author."""
        before = voter.prev if voter.prev is not None and voter.prev.epoch == voter.epoch else None
        return (
            block in voter.past
            and voter.author in self.rolls[voter.epoch].witnesses
            and (before is None or block not in before.past)
            and block.author not in self.proven(voter)
            and not self.closed(voter)
            and self.may_be_approved(block, voter)
        )

    def may_be_approved(self, block: Block, voter: Block) -> bool:
        """A block of an earlier epoch is data for this one unless a close in between settled it (§7)."""
        for epoch in range(block.epoch, voter.epoch):
            if self.rules.roll_is_asked and not self.rolls[epoch + 1].holds(block):
                return False
            closings = [one for one in voter.past if self.names_closing(one) and one.epoch == epoch + 1]
            if any(block in self.closing_of(one).past for one in closings):
                return False
        return True

    def names_closing(self, block: Block) -> bool:
        return block.header.closing_anchor is not None

    def closing_of(self, block: Block) -> Block:
        """The closing anchor that the first block of an epoch names; it lies in its past."""
        return next(one for one in block.past if one.id == block.header.closing_anchor)

    def approvers(self, block: Block, view: View, epoch: int) -> frozenset[int]:
        voters = [one for one in view if one.epoch == epoch and one.epoch >= block.epoch]
        if not self.rules.any_branch_approves:
            seen = sorted((one for one in voters if block in one.past), key=lambda one: (-one.seq, one.id))
            voters = list({one.author: one for one in seen}.values())
        return frozenset(one.author for one in voters if self.approves(one, block))

    def certified_in(self, block: Block, view: View, epoch: int) -> bool:
        return len(self.approvers(block, view, epoch)) >= self.quorum(epoch)

    def certified(self, view: View) -> set[Block]:
        """Blocks that have approvals by a quorum of one epoch."""
        epochs = sorted({block.epoch for block in view})
        return {block for block in view if any(self.certified_in(block, view, epoch) for epoch in epochs)}

    # -- §4 -----------------------------------------------------------------------------------------------------

    def schedule(self, epoch: int, last: Block | None) -> frozenset[int]:
        """The witnesses among whom leaders are drawn after the anchor `last`."""
        roll = self.rolls[epoch]
        if last is None or last.epoch < epoch:
            return roll.witnesses
        counts: dict[int, int] = {}
        for witness in roll.witnesses - self.proven(last):
            rounds = {
                one.round for one in last.past if one.author == witness and one.epoch == epoch and self.opens(one)
            }
            counts[witness] = len(rounds & set(range(last.round - 8, last.round)))
        n = len(roll.witnesses)
        place = n - self.quorum(epoch) + 1 if self.rules.schedule_by_quorum else -(-n // 3)
        if len(counts) < place:
            return frozenset(counts)
        least = sorted(counts.values(), reverse=True)[place - 1]
        return frozenset(witness for witness, count in counts.items() if count >= least)

    def leader(self, epoch: int, last: Block | None, round_: int) -> int | None:
        return self.drawn(self.schedule(epoch, last), last, round_)

    def drawn(self, schedule: frozenset[int], last: Block | None, round_: int) -> int | None:
        start = self.genesis if last is None else last.id
        return min(schedule, key=lambda number: leader_rank(start, round_, number), default=None)

    def decisions(self, view: View, epoch: int, start: int, last: Block | None) -> dict[int, Decision]:
        """Every round from `start` to the newest, decided from the newest down."""
        newest = max((block.round for block in view if block.epoch == epoch), default=0)
        schedule = self.schedule(epoch, last)
        decided: dict[int, Decision] = {}
        for round_ in range(newest, start - 1, -1):
            leader = self.drawn(schedule, last, round_)
            candidates = [one for one in self.openers(view, epoch, round_) if one.author == leader]
            decided[round_] = self.decide(view, epoch, round_, candidates, decided)
        return decided

    def decide(
        self, view: View, epoch: int, round_: int, candidates: list[Block], above: Mapping[int, Decision]
    ) -> Decision:
        direct = [block for block in candidates if self.commits(view, block)]
        if direct:
            return min(direct, key=lambda block: block.id)  # two only beyond f forkers
        if self.skips(view, epoch, round_, candidates):
            return SKIP
        later = (above[one] for one in sorted(above) if one >= round_ + self.rules.indirect_distance)
        first = next((decision for decision in later if decision is not SKIP), None)
        if not isinstance(first, Block):
            return None
        reached = [block for block in candidates if self.has_certificate_below(block, first)]
        return min(reached, key=lambda block: block.id, default=SKIP)

    def commits(self, view: View, block: Block) -> bool:
        """The direct rule."""
        epoch, round_ = block.epoch, block.round
        by_c3 = {one.author for one in self.openers(view, epoch, round_ + 2) if self.has_c3(one, block)}
        by_c4 = {one.author for one in self.openers(view, epoch, round_ + 3) if self.has_c4(one, block)}
        return max(len(by_c3), len(by_c4)) >= self.quorum(block.epoch)

    def skips(self, view: View, epoch: int, round_: int, candidates: list[Block]) -> bool:
        without = set()
        for one in self.openers(view, epoch, round_ + 2):
            if self.rules.skip_by_absence:
                known = any(block in one.past for block in candidates)
            else:
                known = any(self.endorses(one, block) for block in candidates)
            if not known:
                without.add(one.author)
        return len(without) >= self.quorum(epoch)

    def has_certificate_below(self, block: Block, anchor: Block) -> bool:
        """A C3 or C4 block for `block` in past(anchor)."""
        return any(self.certifies(one, block) for one in anchor.past)

    # -- anchors ------------------------------------------------------------------------------------------------

    def position(self, anchors: Sequence[ReferenceAnchor]) -> tuple[int, int, Block | None]:
        """(epoch, first open round, last anchor) after these anchors."""
        if not anchors:
            return 0, 1, None
        last = anchors[-1]
        return (
            (last.block.epoch + 1, 1, last.block)
            if last.closing
            else (last.block.epoch, last.block.round + 1, last.block)
        )

    def anchors(self, view: View, known: Sequence[ReferenceAnchor] = ()) -> list[ReferenceAnchor]:
        """All anchors that the view decides. `known`: those of a smaller view, if one has them."""
        found = list(known)
        while True:
            epoch, start, last = self.position(found)
            if epoch >= len(self.rolls):
                return found
            decided = self.decisions(view, epoch, start, last)
            first = next((decided[one] for one in sorted(decided) if decided[one] is not SKIP), None)
            if not isinstance(first, Block):
                return found
            found.append(self.anchor(first, found))

    def anchor(self, block: Block, before: Sequence[ReferenceAnchor]) -> ReferenceAnchor:
        times = self.times(block)
        closing = self.closes(block)
        return ReferenceAnchor(
            number=len(before) + 1,
            block=block,
            consensus_ms=max(before[-1].consensus_ms if before else 0, times[(len(times) - 1) // 2]),
            spread_ms=self.spread(times, self.quorum(block.epoch)),
            batch=self.batch(block, closing, before),
            closing=closing,
        )

    def closes(self, block: Block) -> bool:
        """CLOSE blocks of q witnesses of the epoch in its past (§7)."""
        closers = {one.author for one in block.past if one.epoch == block.epoch and one.header.flags & CLOSE}
        return len(closers & self.rolls[block.epoch].witnesses) >= self.quorum(block.epoch)

    # -- §6 -----------------------------------------------------------------------------------------------------

    def times(self, anchor: Block) -> list[int]:
        """Claimed times, sorted, of the newest opener of each witness outside E(anchor)."""
        newest: dict[int, Block] = {}
        for one in anchor.past:
            if one.epoch == anchor.epoch and self.opens(one) and one.author not in self.proven(anchor):
                newest[one.author] = max(one, newest.get(one.author, one), key=lambda block: block.seq)
        return sorted(one.claimed_ms for one in newest.values())

    def spread(self, times: Sequence[int], quorum: int) -> int | None:
        """How close together the claimed times of some quorum stand."""
        return min((max(some) - min(some) for some in combinations(times, quorum)), default=None)

    def batch(self, anchor: Block, closing: bool, before: Sequence[ReferenceAnchor]) -> tuple[Block, ...]:
        """The blocks with acts that this anchor executes, in order."""
        executed = {block for earlier in before for block in earlier.batch}
        taken = {
            block
            for block in anchor.past
            if block.has_acts
            and block not in executed
            and not self.void_before(block, anchor.epoch, before)
            and self.runs_at(block, anchor, closing)
        }
        ordered: list[Block] = []
        while taken:
            free = [block for block in taken if not any(other in taken for other in block.past - {block})]
            ordered.append(min(free, key=lambda block: self.order_key(anchor, block)))
            taken.remove(ordered[-1])
        return tuple(ordered)

    def runs_at(self, block: Block, anchor: Block, closing: bool) -> bool:
        if not self.rules.only_certified_run or self.certified_in(block, anchor.past, anchor.epoch):
            return True
        return closing and block.author not in self.proven(anchor)

    def void_before(self, block: Block, epoch: int, before: Sequence[ReferenceAnchor]) -> bool:
        """A close of an earlier epoch has left the block behind: in its past and not run, or of a key not in the roll."""
        closings = [one.block for one in before if one.closing and block.epoch <= one.block.epoch < epoch]
        return any(
            block in closing.past or (self.rules.roll_is_asked and not self.rolls[closing.epoch + 1].holds(block))
            for closing in closings
        )

    def order_key(self, anchor: Block, block: Block) -> tuple[int, int, bytes]:
        if not self.rules.order_by_hash:
            return (0, block.claimed_ms, block.id)
        return (block.epoch, block.round, order_rank(anchor.id, block.id))

    # -- §2 and §5 ----------------------------------------------------------------------------------------------

    def references(
        self, view: View, head: Block | None, forked: Collection[tuple[int, int]], epoch: int, closing: Block | None
    ) -> list[Block]:
        """The sinks of what an honest office may name: nothing of a forked key, and of a key that is no longer in the
        roll only what lies below the closing anchor, unless a block that is named contains it.
        """
        allowed = {
            one
            for one in view
            if (one.author, one.incarnation) not in forked
            and (one.epoch == epoch or self.rolls[epoch].holds(one) or (closing and one in closing.past))
        }
        allowed |= {head} if head else set()
        below = frozenset[Block]().union(*(one.past - {one} for one in allowed))
        return sorted(allowed - below - {head}, key=lambda one: (one.author, one.seq, one.id))

    def awaiting(
        self, view: View, anchors: Sequence[ReferenceAnchor], told: Collection[tuple[int, int]] = ()
    ) -> set[Block]:
        """Blocks with acts that are not executed, not void, and of nobody known to have forked, or certified below what
        an honest office may name. `told`: forks of which the view does not hold both sides.
        """
        epoch, _, _ = self.position(anchors)
        if epoch >= len(self.rolls):
            return set()
        executed = {block for anchor in anchors for block in anchor.batch}
        waiting = {one for one in view if one.has_acts and one.epoch <= epoch and one not in executed}
        waiting = {one for one in waiting if not self.void_before(one, epoch, anchors)}
        held, forked = [one for one in view if one.epoch <= epoch], forked_keys(view) | set(told)
        closings = [one.block for one in anchors if one.closing]
        named = self.references(held, None, forked, epoch, closings[-1] if closings else None)
        below = frozenset[Block]().union(*(one.past for one in named))
        return {
            one
            for one in waiting
            if (one.author, one.incarnation) not in forked or self.certified_in(one, below, epoch)
        }


def forked_keys(blocks: Iterable[Block]) -> set[tuple[int, int]]:
    """(author, incarnation) of every fork of which the blocks hold both sides or evidence, whatever the roll."""
    places: set[tuple[int, int, int]] = set()
    found: set[tuple[int, int]] = set()
    for block in blocks:
        place = (block.author, block.incarnation, block.seq)
        if place in places:
            found.add(place[:2])
        places.add(place)
        found |= block.accused
    return found


def incomparable(one: Block, other: Block) -> bool:
    return one not in other.past and other not in one.past


def leader_rank(last: bytes, round_: int, number: int) -> bytes:
    return tagged_hash("leader", last, round_.to_bytes(8, "big"), number.to_bytes(4, "big"))


def order_rank(anchor: bytes, block: bytes) -> bytes:
    return tagged_hash("order", anchor, block)
