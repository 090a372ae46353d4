"""The real graph and its anchors (core/ledger) beside the reference, over the blocks of one world in one order.

Blocks of an epoch that the view has not reached wait aside, as they do in an office. What is compared: of every block
opener, E, past, CLOSE, approvals and certificates; of every opener C3 and C4 for every candidate; of every slot its
leader, candidates and decision; of every anchor place, batch in order, consensus time, spread, and whether it closes.
"""

from collections.abc import Iterable, Sequence

from core.ledger.anchors import SKIP as SKIPPED, Anchor, Decision as RealDecision, Finality
from core.ledger.blocklace import Blocklace
from core.ledger.ordering import UNKNOWN_SPREAD_MS
from core.ledger.roll import Member, Roll
from core.ledger.vertex import Vertex
from tests.ledger.finality_graphs import NETWORK
from tests.ledger.finality_reference import SKIP, Block, Decision, EpochRoll, Reference, ReferenceAnchor

LEADERS_AHEAD = 12  # rounds above the newest one of which the leader is compared


def real_roll(rolls: Sequence[EpochRoll], epoch: int) -> Roll:
    """Numbers that the epoch does not know are kept as removed members, so that a number is a place."""
    roll = rolls[epoch]
    members = []
    for number in range(1 + max(max(one.incarnations) for one in rolls[: epoch + 1])):
        own = max((one.incarnations[number] for one in rolls[: epoch + 1] if number in one.incarnations), default=0)
        key = bytes([number, own]) * 16
        known, witness = number in roll.incarnations, number in roll.witnesses
        members.append(Member(number, f"office {number}", key, b"", (), own, witness, removed=not known))
    return Roll(tuple(members), roll.quorum, epoch)


class Real:
    """One office's graph and finality, fed block by block."""

    def __init__(self, rolls: Sequence[EpochRoll], genesis: bytes = NETWORK) -> None:
        self.rolls = rolls
        self.lace = Blocklace(real_roll(rolls, 0), genesis)
        self.finality = Finality(self.lace)
        self.anchors: list[Anchor] = []
        self.certified: list[bytes] = []
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


def differences(real: Real, reference: Reference, view: Sequence[Block]) -> list[str]:
    """Where the real graph says otherwise than the literal rules. Blocks that wait aside count for neither."""
    anchors = reference.anchors(view)
    epoch, start, last = reference.position(anchors)
    usable = [block for block in view if block.epoch <= epoch]
    found = [] if {one.id for one in usable} == set(real.lace.vertices) else ["other blocks are held"]
    found += _of_blocks(real, reference, usable)
    found += _of_anchors(real, anchors)
    if {one.id for one in real.lace.awaiting()} != {one.id for one in reference.awaiting(usable, anchors)}:
        found.append("awaiting")
    if not real.finality.closed:
        found += _of_votes(real, reference, usable, epoch)
        found += _of_slots(real, reference, usable, epoch, start, last)
    return found


def numbers(mask: int) -> frozenset[int]:
    return frozenset(number for number in range(mask.bit_length()) if mask >> number & 1)


def _of_blocks(real: Real, reference: Reference, view: Sequence[Block]) -> list[str]:
    certified = reference.certified(view)
    found = []
    if len(real.certified) != len(set(real.certified)) or set(real.certified) != {one.id for one in certified}:
        found.append("certified")
    epoch = real.lace.epoch
    if numbers(real.lace.forkers) != reference.forkers(view, epoch):
        found.append("forkers of the view")
    for block in view:
        vertex = real.lace.vertices[block.id]
        said = {
            "opener": (vertex.opener, reference.opens(block)),
            "closed": (vertex.closed, reference.closed(block)),
            "E": (numbers(vertex.forkers), reference.proven(block)),
            "certificate": (vertex.certified, block in certified),
            "approvals": (numbers(vertex.approvals), reference.approvers(block, view, vertex.counted_in)),
            "past": (
                {one.id for one in real.lace.vertices.values() if real.lace.in_past(one, vertex)},
                {one.id for one in block.past},
            ),
        }
        found += [f"{name} of {block}: {mine} {theirs}" for name, (mine, theirs) in said.items() if mine != theirs]
    return found


def _of_votes(real: Real, reference: Reference, view: Sequence[Block], epoch: int) -> list[str]:
    found = []
    openers = [one for one in view if one.epoch == epoch and reference.opens(one)]
    held = {one.id for by_author in real.lace.openers.values() for ones in by_author.values() for one in ones}
    if held != {one.id for one in openers}:
        found.append("openers")
    for later in openers:
        at = real.lace.vertices[later.id]
        for block in openers:
            candidate = real.lace.vertices[block.id]
            if later.round == block.round + 2 and real.finality._holds_c3(at, candidate) != reference.has_c3(later, block):
                found.append(f"C3({later}, {block})")
            if later.round == block.round + 3 and real.finality._holds_c4(at, candidate) != reference.has_c4(later, block):
                found.append(f"C4({later}, {block})")
    return found


def _of_slots(
    real: Real, reference: Reference, view: Sequence[Block], epoch: int, start: int, last: Block | None
) -> list[str]:
    finality = real.finality
    found = [] if finality.start == start else ["first open round"]
    if frozenset(finality._kept) != reference.schedule(epoch, last):
        found.append("schedule")
    newest = max((block.round for block in view if block.epoch == epoch), default=0)
    for round_ in range(start, newest + LEADERS_AHEAD):
        if finality.leader(round_) != reference.leader(epoch, last, round_):
            found.append(f"leader of round {round_}")
    mine = {round_: _spelled(decision) for round_, decision in finality.decisions().items()}
    theirs = {round_: _told(decision) for round_, decision in reference.decisions(view, epoch, start, last).items()}
    if {k: v for k, v in mine.items() if v} != {k: v for k, v in theirs.items() if v}:
        found.append(f"decisions {mine} {theirs}")
    return found


def _of_anchors(real: Real, expected: Sequence[ReferenceAnchor]) -> list[str]:
    mine = [_anchor_facts(anchor) for anchor in real.anchors]
    theirs = [_reference_facts(anchor) for anchor in expected]
    if mine == theirs:
        return []
    first = next((i for i, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), None)
    if first is None:
        return [f"{len(mine)} anchors instead of {len(theirs)}"]
    names = ("number", "block", "epoch", "round", "consensus time", "spread", "batch", "closing")
    return [
        f"{name} of anchor {first + 1}"
        for name, one, other in zip(names, mine[first], theirs[first], strict=True)
        if one != other
    ]


def _anchor_facts(anchor: Anchor) -> tuple[object, ...]:
    spread_ms = None if anchor.spread_ms == UNKNOWN_SPREAD_MS else anchor.spread_ms
    batch = [vertex.id for vertex in anchor.batch]
    return (
        anchor.number,
        anchor.vertex.id,
        anchor.epoch,
        anchor.round,
        anchor.consensus_ms,
        spread_ms,
        batch,
        anchor.closing,
    )


def _reference_facts(anchor: ReferenceAnchor) -> tuple[object, ...]:
    block, batch = anchor.block, [one.id for one in anchor.batch]
    return (
        anchor.number,
        block.id,
        block.epoch,
        block.round,
        anchor.consensus_ms,
        anchor.spread_ms,
        batch,
        anchor.closing,
    )


def _spelled(decision: RealDecision) -> bytes | str | None:
    if isinstance(decision, Vertex):
        return decision.id
    return "skip" if decision is SKIPPED else None


def _told(decision: Decision) -> bytes | str | None:
    if isinstance(decision, Block):
        return decision.id
    return "skip" if decision is SKIP else None
