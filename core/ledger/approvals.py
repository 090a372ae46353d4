"""Approvals and certificates (3-ledger §3): what q witnesses have seen can never be overtaken by a sibling.

A witness approves every block that its new block sees for the first time in the epoch, unless its past proves the
author a forker, or its chain has set CLOSE. It is a function of the two blocks: a fork discovered later withdraws
nothing. Approvals of different epochs are never added; below a closing anchor everything is settled, so a later
epoch approves only what lies outside its past, and nothing of a key that has left the roll: E speaks of present keys,
so it would not keep a sibling of what the old key has certified from being certified too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat

from core.ledger.roll import Roll
from core.ledger.vertex import Tips, Vertex, covers, each_tip

InPast = Callable[[Vertex, Vertex], bool]  # (earlier, later)


def approve(witness: Vertex, roll: Roll, closing: Vertex | None) -> list[Vertex]:
    """Count what a new block of a witness approves; the blocks that this certifies, by author and seq.

    `roll`: of the block's epoch; `closing`: the closing anchor of the epoch before.
    """
    bit, certified = 1 << witness.author, []
    for seen in newly_seen(witness, closing):
        if witness.forkers >> seen.author & 1 or seen.counted_in > witness.epoch:
            continue
        if seen.epoch < witness.epoch and not roll.holds(seen.author, seen.incarnation):
            continue
        if seen.counted_in < witness.epoch:
            seen.counted_in, seen.approvals, seen.approved_by = witness.epoch, 0, []
        seen.approvals |= bit
        if seen.has_acts and not seen.anchor:
            if seen.home is None:
                seen.approved_by.append(witness)
            else:  # what is read from its row is a copy
                seen.approved_by = [*seen.approved_by, witness]
        if not seen.certified and seen.approvals.bit_count() >= roll.quorum:
            seen.certified = True
            certified.append(seen)
        if seen.home is not None:
            seen.home.changed(seen)
    certified.sort(key=lambda block: (block.author, block.seq))
    return certified


def newly_seen(vertex: Vertex, closing: Vertex | None) -> Iterator[Vertex]:
    """past(vertex) without the past of its author's block before in this epoch, each chain from new to old."""
    prev = vertex.prev
    before = prev if prev is not None and prev.epoch == vertex.epoch else closing
    clock: Sequence[Tips] = before.clock if before else ()
    for known, tips in zip(chain(clock, repeat(None)), vertex.clock, strict=False):
        if tips is known:
            continue
        met, seen, branches = set[Vertex](), set(each_tip(known)), each_tip(tips)
        for tip in branches:
            if tip in seen:  # most, of a forker's countless branches
                continue
            step: Vertex | None = tip
            while step is not None and step not in met and not covers(known, step):
                if len(branches) > 1:  # a chain that has not forked may be a million blocks long
                    met.add(step)
                yield step
                step = step.prev


def certified_within(vertex: Vertex, view: Vertex, quorum: int, in_past: InPast) -> bool:
    """Whether the blocks in past(view) alone certify a block with acts that no anchor has executed yet."""
    if vertex.counted_in != view.epoch:
        return False
    return len({witness.author for witness in vertex.approved_by if in_past(witness, view)}) >= quorum


def has_second_level(vertex: Vertex, witness_tips: Iterable[Vertex], quorum: int, in_past: InPast) -> bool:
    """Whether q witnesses have each written a block before CLOSE whose past holds the certificate (3-ledger §6).

    `witness_tips`: the newest blocks of the witnesses' chains. Of an act that no anchor has executed yet.
    """
    confirming: set[int] = set()
    for tip in witness_tips:
        step: Vertex | None = tip
        while step is not None and step.closed:
            step = step.prev
        before_close = step is not None and step.epoch == tip.epoch
        if step is not None and before_close and certified_within(vertex, step, quorum, in_past):
            confirming.add(tip.author)
    return len(confirming) >= quorum
