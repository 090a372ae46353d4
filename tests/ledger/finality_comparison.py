"""The real graph and its anchors (core/ledger) beside the reference, over the blocks of one world in one order.

Both tell the same facts under the same names: of every block opener, E, past, CLOSE, approvals and certificate; of
every two openers C3 and C4; of every open slot its leader, candidates and decision; the schedule; of every anchor its
place, batch in order, consensus time, spread, and whether it closes; and which blocks await. Blocks of an epoch that
the view has not reached wait aside, as they do in an office.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.ledger.anchors import Anchor, Finality
from core.ledger.blocklace import Blocklace
from core.ledger.ordering import UNKNOWN_SPREAD_MS
from core.ledger.roll import Member, Roll
from core.ledger.vertex import Vertex
from tests.ledger.finality_graphs import NETWORK
from tests.ledger.finality_reference import Block, EpochRoll, Reference, ReferenceAnchor
from tests.ledger.shelves import Shelf

LEADERS_AHEAD = 12  # rounds above the newest one of which the leader is compared
Facts = Mapping[str, object]
# By a graph that forgets: what an opener votes for whose slots are decided; and where it is not asked for, who is in
# whose past: every two blocks of a world, as long as all the rest together.
NOT_KEPT = "not kept"

# What follows from each block's past alone. The rest presumes that no more forked than the quorum tolerates.
OF_PASTS = frozenset({"held", "opener", "closed", "E", "past", "approvals", "certified", "forkers", "c3", "c4"})


def real_roll(rolls: Sequence[EpochRoll], epoch: int) -> Roll:
    """Numbers that the epoch does not know are kept as removed members, so that a number is a place."""
    roll, so_far = rolls[epoch], rolls[: epoch + 1]
    members = []
    for number in range(1 + max(max(one.incarnations) for one in so_far)):
        own = max((one.incarnations[number] for one in so_far if number in one.incarnations), default=0)
        known, witness = number in roll.incarnations, number in roll.witnesses
        key = bytes([number, own]) * 16
        members.append(Member(number, f"office {number}", key, b"", (), own, witness, removed=not known))
    return Roll(tuple(members), roll.quorum, epoch)


class Real:
    """One office's graph and finality, fed block by block. `forgets`: every block leaves memory as early as it can."""

    def __init__(self, rolls: Sequence[EpochRoll], genesis: bytes = NETWORK, *, forgets: bool = False) -> None:
        self.rolls = rolls
        self.anchors: list[Anchor] = []
        self.lace = Blocklace(real_roll(rolls, 0), genesis, Shelf(self.anchors) if forgets else None)
        self.finality = Finality(self.lace)
        self.certified: list[bytes] = []  # in the order in which the graph said so
        self._aside: list[Block] = []

    def grow(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if self.lace.waits(block.header):
                self._aside.append(block)
            else:
                self._take(block)

    def _take(self, block: Block) -> None:
        self.lace.check(block.header)
        added = self.lace.add(block.id, block.header, block.has_acts, [author for author, _ in block.accused])
        self.certified += [vertex.id for vertex in added.certified]
        self.anchors += self.finality.add(added.vertex)
        if self.finality.closed and len(self.lace.rolls) < len(self.rolls):
            self.lace.begin_epoch(real_roll(self.rolls, len(self.lace.rolls)), self.anchors[-1].vertex)
            self.finality.begin()
            waiting, self._aside = self._aside, []
            self.grow(waiting)
        self.finality.settle(keep=0)


def differences(said: Facts, told: Facts, names: Iterable[str] | None = None) -> list[str]:
    """The names of the facts that differ, with what is on one side only."""
    found = []
    for name in sorted(names if names is not None else {*said, *told}):
        mine, theirs = said.get(name), told.get(name)
        if mine != theirs and mine != NOT_KEPT:
            found.append(f"{name}: {_difference(mine, theirs)}")
    return found


def _difference(mine: object, theirs: object) -> str:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        keys = [key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)]
        return str({key: (mine.get(key), theirs.get(key)) for key in keys[:3]})
    if isinstance(mine, frozenset) and isinstance(theirs, frozenset):
        return f"{sorted(mine - theirs)[:3]} instead of {sorted(theirs - mine)[:3]}"
    return f"{mine} instead of {theirs}"


# -- what the real code says ------------------------------------------------------------------------------------


def said_by(real: Real, pasts: bool = True) -> Facts:
    lace, finality = real.lace, real.finality
    vertices = list(lace.vertices.values())
    in_past = {
        one.id: frozenset(other.id for other in vertices if lace.in_past(other, one)) for one in vertices if pasts
    }
    awaiting = lace.newest_awaiting()
    facts: dict[str, object] = {
        "held": frozenset(lace.vertices),
        "opener": frozenset(one.id for one in vertices if one.opener),
        "closed": frozenset(one.id for one in vertices if one.closed),
        "E": {one.id: numbers(one.forkers) for one in vertices if one.forkers},
        "past": in_past if pasts else NOT_KEPT,
        "approvals": {one.id: numbers(one.approvals) for one in vertices if one.approvals},
        "certified": frozenset(one.id for one in vertices if one.certified),
        "forkers": numbers(lace.forkers),
        "awaiting": frozenset(one.id for one in lace.awaiting()),
        "has all that awaits": frozenset(one.id for one in vertices if _has_all(lace, awaiting, one)),
        "anchors": [_anchor_facts(anchor) for anchor in real.anchors],
    }
    if sorted(real.certified) != sorted(one.id for one in vertices if one.certified):
        facts["certified"] = "not said once each"
    if finality.closed:
        return facts
    # Those of decided rounds are kept no more by a graph that forgets, even if they stay in memory for their acts: no slot
    # asks for them, nor for what their votes would have been.
    kept = [one for by_author in lace.openers.values() for ones in by_author.values() for one in ones]
    forgets, known = lace.settled.shelf is not None, {one.id for one in kept}
    decided_ones = [one for one in vertices if one.opener and one.epoch == lace.epoch and one.round < finality.start]
    openers = kept + [one for one in decided_ones if forgets and one.id not in known]
    newest = max((one.round for one in vertices if one.epoch == lace.epoch), default=0)
    decided = {round_: _spelled(decision) for round_, decision in finality.decisions().items()}
    voting = [one for one in openers if one.round >= finality.start]
    return facts | {
        "openers": frozenset(one.id for one in openers),
        "c3": NOT_KEPT if forgets else _pairs(openers, 2, finality._holds_c3),
        "c4": NOT_KEPT if forgets else _pairs(openers, 3, finality._holds_c4),
        "c3 of open slots": _pairs(voting, 2, finality._holds_c3),
        "c4 of open slots": _pairs(voting, 3, finality._holds_c4),
        "start": finality.start,
        "schedule": frozenset(finality._kept),
        "leaders": {round_: finality.leader(round_) for round_ in range(finality.start, newest + LEADERS_AHEAD)},
        "decisions": {round_: decision for round_, decision in decided.items() if decision is not None},
    }


def _has_all(lace: Blocklace, awaiting: Sequence[Vertex], block: Vertex) -> bool:
    return bool(awaiting) and all(lace.in_past(one, block) for one in awaiting)


def _anchor_facts(anchor: Anchor) -> tuple[object, ...]:
    spread_ms = None if anchor.spread_ms == UNKNOWN_SPREAD_MS else anchor.spread_ms
    batch = tuple(vertex.id for vertex in anchor.batch)
    place = (anchor.number, anchor.vertex.id, anchor.epoch, anchor.round)
    return (*place, anchor.consensus_ms, spread_ms, batch, anchor.closing)


def _spelled(decision: object) -> bytes | str | None:
    if isinstance(decision, Vertex | Block):
        return decision.id
    return None if decision is None else "skip"


def numbers(mask: int) -> frozenset[int]:
    return frozenset(number for number in range(mask.bit_length()) if mask >> number & 1)


# -- what the reference says ------------------------------------------------------------------------------------


def told_by(reference: Reference, view: Sequence[Block], known: Sequence[ReferenceAnchor] = ()) -> Facts:
    anchors = reference.anchors(view, known)
    epoch, start, last = reference.position(anchors)
    present = min(epoch, len(reference.rolls) - 1)
    held = [block for block in view if block.epoch <= present]
    awaiting = set(reference.awaiting(held, anchors))
    facts: dict[str, object] = {
        "held": frozenset(one.id for one in held),
        "opener": frozenset(one.id for one in held if reference.opens(one)),
        "closed": frozenset(one.id for one in held if reference.closed(one)),
        "E": {one.id: reference.proven(one) for one in held if reference.proven(one)},
        "past": {one.id: frozenset(other.id for other in one.past) for one in held},
        "approvals": _newest_approvals(reference, held),
        "certified": frozenset(one.id for one in reference.certified(held)),
        "forkers": reference.forkers(held, present),
        "awaiting": frozenset(one.id for one in awaiting),
        "has all that awaits": frozenset(one.id for one in held if awaiting and awaiting <= set(one.past)),
        "anchors": [_reference_facts(anchor) for anchor in anchors],
    }
    if epoch > present:
        return facts
    openers = [one for one in held if one.epoch == epoch and reference.opens(one)]
    newest = max((one.round for one in held if one.epoch == epoch), default=0)
    decided = {one: _spelled(way) for one, way in reference.decisions(held, epoch, start, last).items()}
    schedule = reference.schedule(epoch, last)
    voting = [one for one in openers if one.round >= start]
    return facts | {
        "openers": frozenset(one.id for one in openers),
        "c3": _pairs(openers, 2, reference.has_c3),
        "c4": _pairs(openers, 3, reference.has_c4),
        "c3 of open slots": _pairs(voting, 2, reference.has_c3),
        "c4 of open slots": _pairs(voting, 3, reference.has_c4),
        "start": start,
        "schedule": schedule,
        "leaders": {one: reference.drawn(schedule, last, one) for one in range(start, newest + LEADERS_AHEAD)},
        "decisions": {round_: decision for round_, decision in decided.items() if decision is not None},
    }


def _newest_approvals(reference: Reference, held: Sequence[Block]) -> dict[bytes, frozenset[int]]:
    """Approvals of different epochs are never added; the graph keeps those of the newest epoch that gave any."""
    found: dict[bytes, frozenset[int]] = {}
    for epoch in sorted({one.epoch for one in held}):
        for block in held:
            found[block.id] = reference.approvers(block, held, epoch) or found.get(block.id, frozenset())
    return {block: authors for block, authors in found.items() if authors}


def _reference_facts(anchor: ReferenceAnchor) -> tuple[object, ...]:
    block, batch = anchor.block, tuple(one.id for one in anchor.batch)
    place = (anchor.number, block.id, block.epoch, block.round)
    return (*place, anchor.consensus_ms, anchor.spread_ms, batch, anchor.closing)


def _pairs(openers: Sequence[Any], distance: int, holds: Callable[[Any, Any], bool]) -> frozenset[tuple[bytes, bytes]]:
    """(later, earlier) for openers so many rounds apart of which the later holds the certificate for the earlier."""
    pairs = ((later, one) for later in openers for one in openers if later.round == one.round + distance)
    return frozenset((later.id, one.id) for later, one in pairs if holds(later, one))
