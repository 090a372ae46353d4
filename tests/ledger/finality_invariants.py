"""What must hold in every world that has no more malicious nodes than the quorum tolerates (3-ledger §10).

Each check names what is broken; a mutant of the rules dies when one of them speaks.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.ledger.finality_graphs import World
from tests.ledger.finality_reference import Block, Reference, ReferenceAnchor


def violations(world: World) -> set[str]:
    """Of the world as a whole, and between the views of its honest offices."""
    everything = world.reference.anchors(world.blocks)
    found = set(of_views(world, everything)) | set(of_certificates(world))
    found |= set(of_execution(world, everything)) | set(of_direct_commits(world.reference, world.blocks))
    found |= set(of_slots(world.reference, world.blocks)) | set(of_evidence(world.reference, world.blocks))
    found |= set(of_times(world, everything))
    return found | set(of_accusations(world))


def of_views(world: World, everything: Sequence[ReferenceAnchor]) -> Iterator[str]:
    """I1, I2: honest views and the view of everything agree."""
    for face in world.honest:
        alone = world.reference.anchors(face.held)
        if not is_prefix(alone, everything):
            yield "I1 anchors are no prefixes"
    if world.forked:
        yield "I1 two closing anchors of one epoch"


def of_certificates(world: World) -> Iterator[str]:
    """I4, in the view of everything: certificates only grow with the view."""
    places = Counter((one.author, one.incarnation, one.seq) for one in world.reference.certified(world.blocks))
    if places and max(places.values()) > 1:
        yield "I4 two siblings are certified"


def of_execution(world: World, everything: Sequence[ReferenceAnchor]) -> Iterator[str]:
    """I5, I7 and what §6 and §7 promise of batches."""
    reference, blocks = world.reference, world.blocks
    executed = [block for anchor in everything for block in anchor.batch]
    if len(executed) != len({(one.author, one.incarnation, one.seq) for one in executed}):
        yield "I7 two siblings are executed, or one block twice"
    for anchor in everything:
        place = {block: index for index, block in enumerate(anchor.batch)}
        if any(place[other] > place[block] for block in place for other in block.past if other in place):
            yield "I2 a block is executed before its past"
        if anchor.closing:
            so_far = {block for one in everything[: anchor.number] for block in one.batch}
            yield from _of_close(reference, blocks, anchor, so_far)
        settled = [one for one in everything[: anchor.number - 1] if one.closing]
        gone = (block for block in anchor.batch if not _is_enrolled_since(reference, block, settled))
        if any(gone):
            yield "I3 a block of a key that is no longer in the roll is executed"


def _of_close(
    reference: Reference, blocks: Sequence[Block], anchor: ReferenceAnchor, so_far: set[Block]
) -> Iterator[str]:
    closing, epoch = anchor.block, anchor.block.epoch
    for block in blocks:
        if not block.has_acts or block.epoch > epoch or not reference.certified_in(block, blocks, epoch):
            continue
        if block.author not in reference.proven(closing) and block not in so_far:
            yield "I5 a certified block of an unforked author is lost at a close"
        if block not in closing.past and block not in so_far:
            yield "I5 a certified block lies outside the closing anchor's past"
        if block not in so_far and _has_second_level(reference, blocks, block, epoch):
            yield "I5 an act of the second level is lost at a close"


def _has_second_level(reference: Reference, blocks: Sequence[Block], block: Block, epoch: int) -> bool:
    """Whether q witnesses have each written a block before CLOSE with the certificate in its past."""
    knowing = {
        one.author
        for one in blocks
        if one.epoch == epoch
        and one.author in reference.rolls[epoch].witnesses
        and not reference.closed(one)
        and reference.certified_in(block, one.past, epoch)
    }
    return len(knowing) >= reference.quorum(epoch)


def _is_enrolled_since(reference: Reference, block: Block, closes: Sequence[ReferenceAnchor]) -> bool:
    later = (one.block.epoch + 1 for one in closes if one.block.epoch >= block.epoch)
    return all(reference.rolls[epoch].holds(block) for epoch in later)


def of_slots(reference: Reference, blocks: Sequence[Block]) -> Iterator[str]:
    """The first two lines of §8: one block per slot; no skip of a certified one. For whoever might be its leader."""
    slots: dict[tuple[int, int, int], list[Block]] = {}
    for block in blocks:
        if block.round and reference.opens(block):
            slots.setdefault((block.epoch, block.round, block.author), []).append(block)
    for (epoch, round_, _), candidates in slots.items():
        certified = [one for one in candidates if any(reference.certifies(later, one) for later in blocks)]
        if len(certified) > 1:
            yield "§8 two blocks of one slot have certificates"
        if certified and reference.skips(blocks, epoch, round_, candidates):
            yield "§8 a slot with a certificate is skipped"


def of_direct_commits(reference: Reference, blocks: Sequence[Block]) -> Iterator[str]:
    """I13, asserted itself: the indirect rule never shows its failure as a disagreement."""
    for block in blocks:
        if not block.round or not reference.opens(block) or not reference.commits(blocks, block):
            continue
        least = block.round + reference.rules.indirect_distance
        above = (one for one in blocks if one.epoch == block.epoch and one.round >= least)
        if not all(reference.has_certificate_below(block, one) for one in above):
            yield "I13 a direct commit is not below a later block"


def of_evidence(reference: Reference, blocks: Sequence[Block]) -> Iterator[str]:
    """I8: whoever has evidence of a fork in the past approves nothing of the forker."""
    for voter in blocks:
        roll = reference.rolls[voter.epoch]
        carried = frozenset[tuple[int, int]]().union(*(one.accused for one in voter.past))
        accused = {author for author, own in carried if roll.incarnations.get(author) == own}
        if any(block.author in accused and reference.approves(voter, block) for block in voter.past if accused):
            yield "I8 evidence in a payload is not believed"


def of_times(world: World, everything: Sequence[ReferenceAnchor]) -> Iterator[str]:
    """§6: with other claimed times the same blocks run in the same order."""
    retimed: dict[Block, Block] = {}
    for block in world.blocks:
        header = replace(block.header, claimed_ms=10**9 - block.claimed_ms)
        prev, parents = block.prev and retimed[block.prev], tuple(retimed[one] for one in block.parents)
        retimed[block] = Block(block.id, header, prev, parents, block.has_acts, block.accused)
    again = world.reference.anchors(list(retimed.values()))
    if [retimed[block] for one in everything for block in one.batch] != [block for one in again for block in one.batch]:
        yield "§6 claimed time decides an order"


def of_arrival(world: World, orders: Sequence[Sequence[Block]]) -> Iterator[str]:
    """I9: certificates of openers are the same whatever came first."""
    seen = set()
    for order in orders:
        world.reference.arrived = list(order)
        openers = [one for one in world.blocks if world.reference.opens(one)]
        seen.add(
            frozenset((later, one) for later in openers for one in openers if world.reference.certifies(later, one))
        )
    if len(seen) > 1:
        yield "I9 the order of arrival decides a certificate"


def of_accusations(world: World) -> Iterator[str]:
    """I12."""
    for block in world.blocks:
        roll = world.plan.rolls[block.epoch]
        accused = {(author, roll.incarnations[author]) for author in world.reference.proven(block)}
        if accused - world.plan.malicious:
            yield "I12 an honest office is accused"


def of_growth(reference: Reference, order: Sequence[Block], step: int) -> Iterator[str]:
    """A larger view never changes a decision or withdraws a certificate."""
    before: list[ReferenceAnchor] = []
    decided: dict[tuple[object, int], object] = {}
    certified: set[Block] = set()
    for size in range(step, len(order) + step, step):
        view = order[:size]
        anchors = reference.anchors(view)
        if not is_prefix(before, anchors):
            yield "I3 a larger view changes an anchor"
        position = reference.position(anchors)
        if position[0] < len(reference.rolls):
            for round_, decision in reference.decisions(view, *position).items():
                known = decided.setdefault((position, round_), decision)
                if known is not None and known != decision:
                    yield "I3 a larger view changes a decision"
                decided[position, round_] = decision
        now = reference.certified(view)
        if not certified <= now:
            yield "I3 a larger view withdraws a certificate"
        before, certified = anchors, now


def of_quiet(world: World) -> Iterator[str]:
    """After everybody has met everybody for long enough: all is decided, by everybody alike."""
    views = world.honest
    if len({tuple(anchor.block for anchor in face.anchors) for face in views}) > 1:
        yield "honest offices know different anchors"
    for face in views:
        if world.reference.awaiting(face.held, face.anchors, face.evidence):
            yield "I6 something still awaits"
    anchors = views[0].anchors
    executed = {block for anchor in anchors for block in anchor.batch}
    closes = [anchor for anchor in anchors if anchor.closing]
    honest = (one for one in world.blocks if (one.author, one.incarnation) not in world.plan.malicious)
    lost = [one for one in honest if one.has_acts and one not in executed]
    if any(_is_enrolled_since(world.reference, block, closes) for block in lost):
        yield "I6 an act of an office that did not fork is lost"


def is_prefix(short: Sequence[ReferenceAnchor], long: Sequence[ReferenceAnchor]) -> bool:
    return len(short) <= len(long) and all(one == other for one, other in zip(short, long, strict=False))
