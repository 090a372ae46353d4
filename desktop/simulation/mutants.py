"""Wrong rules, one at a time, put in the place of the real ones: what a simulation that finds nothing has to find.

Each mutant of 3-ledger §10 replaces one named rule function of the real code for as long as a run lasts. Beside it
stands in which world it is looked for first: where its mistake shows within seconds.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

from core.crypto.hashing import tagged_hash
from core.ledger import anchors, blocklace, ordering, votes
from core.ledger.anchors import SKIP, Finality
from core.ledger.approvals import newly_seen
from core.ledger.blocklace import Blocklace
from core.ledger.roll import Roll
from core.ledger.vertex import Vertex, each_tip, tips_in

Make = Callable[[Any], Any]  # the real rule → the wrong one


@dataclass(frozen=True)
class Patch:
    owner: Any  # module or class
    name: str
    make: Make


def _quorum_minus_one(real: Any) -> Any:
    def init(roll: Roll) -> None:
        real(roll)
        object.__setattr__(roll, "quorum", max(1, blocklace_quorum(roll) - 1))

    return init


def blocklace_quorum(roll: Roll) -> int:
    """The quorum that the roll was made with; a roll that was copied from a wrong one is right again."""
    return max(roll.quorum, (roll.witness_count + roll.tolerated) // 2 + 1)


def _votes_without_fork_check(_real: Any) -> Any:
    return lambda voter, back: voter.seen[back]


def _skip_non_endorsement(real: Any) -> Any:
    def direct(finality: Finality, round_: int, leader: int) -> Any:
        decision = real(finality, round_, leader)
        if decision is not None:
            return decision
        second = finality.lace.openers.get(round_ + 2, {}).values()
        against = sum(any(not one.seen[2] & ~one.forkers & 1 << leader for one in ones) for ones in second)
        return SKIP if against >= finality.lace.roll.quorum else None

    return direct


def _schedule_third(real: Any) -> Any:
    def schedule(finality: Finality, last: Vertex | None, fresh: bool) -> list[int]:
        rounds_seen = type(finality)._rounds_seen  # noqa: SLF001  # a mutant stands inside of the rule
        if last is None or fresh:
            return list(real(finality, last, fresh))
        members = finality.lace.roll.members
        eligible = [one.number for one in members if one.witness and not last.forkers >> one.number & 1]
        counts = {number: rounds_seen(finality, number, last) for number in eligible}
        ranked = sorted(counts.values(), reverse=True)
        place = ceil(finality.lace.roll.witness_count / 3) - 1
        return [number for number in eligible if counts[number] >= ranked[min(place, len(ranked) - 1)]]

    return schedule


def _order_by_claimed_time(_real: Any) -> Any:
    def in_order(_lace: Blocklace, anchor: Vertex, batch: list[Vertex]) -> list[Vertex]:
        return sorted(batch, key=lambda vertex: (vertex.claimed_ms, tagged_hash("order", anchor.id, vertex.id)))

    return in_order


def _fork_by_incomparability(_real: Any) -> Any:
    def forkers_in_past(lace: Blocklace, vertex: Vertex, accused: Any) -> int:
        mask = 0
        for parent in vertex.parents:
            mask |= parent.forkers
        for member in lace.roll.members:
            tips = each_tip(tips_in(vertex.clock, lace.chains[member.number, member.incarnation]))
            apart = [one for one in tips if not any(one is not other and _below(one, other) for other in tips)]
            held_or_told = len(apart) > 1 or (len(tips) < 2 and member.number in accused)
            mask |= held_or_told << member.number
        return mask

    return forkers_in_past


def _accuse_the_incomparable(real: Any) -> Any:
    def accuse(lace: Blocklace, author: int, incarnation: int) -> None:
        tips = lace.tips(author)
        if len(tips) < 2 or not any(one is not other and _below(one, other) for one in tips for other in tips):
            real(lace, author, incarnation)

    return accuse


def _below(earlier: Vertex, later: Vertex) -> bool:
    """Whether a block is in the past of another, by parents alone: clocks know better."""
    wanted, met = [later], set[Vertex]()
    while wanted:
        vertex = wanted.pop()
        if vertex is earlier:
            return True
        if vertex not in met:
            met.add(vertex)
            wanted.extend(vertex.parents)
    return False


def _execute_uncertified(_real: Any) -> Any:
    return lambda _vertex, _view, _quorum, _in_past: True


def _evidence_blind(real: Any) -> Any:
    return lambda lace, vertex, _accused: real(lace, vertex, ())


def _masks_kept(_real: Any) -> Any:
    def holds(row: int, _of_forkers: Any, at: Vertex, candidate: Vertex, in_past: Any) -> bool:
        return bool(row >> candidate.author & 1) and in_past(candidate, at)

    return holds


def _count_with_masks_kept(real: Any) -> Any:
    def count(opener: Vertex, openers: Any, quorum: int, in_past: Any) -> None:
        real(opener, openers, quorum, in_past)
        voters = [
            next((one for one in ones if in_past(one, opener)), None)
            for author, ones in openers.get(opener.round - 1, {}).items()
            if opener.seen[1] >> author & 1
        ]
        opener.c3 = votes.at_least(quorum, (one.seen[1] & ~one.forkers for one in voters if one))
        opener.c4 = votes.at_least(quorum, (one.seen[2] & ~one.forkers for one in voters if one))

    return count


def _lowest_seq_approvals(real: Any) -> Any:
    def approve(witness: Vertex, roll: Roll, closing: Vertex | None) -> list[Vertex]:
        for seen in newly_seen(witness, closing):
            later = [one for one in seen.approved_by if one.author == witness.author and one.seq > witness.seq]
            if later and witness.forkers >> seen.author & 1:
                seen.approved_by = [one for one in seen.approved_by if one not in later]
                seen.approvals &= ~(1 << witness.author)
                seen.certified = seen.approvals.bit_count() >= roll.quorum
        return list(real(witness, roll, closing))

    return approve


MUTANTS: dict[str, tuple[Patch, ...]] = {
    "quorum-minus-one": (Patch(Roll, "__post_init__", _quorum_minus_one),),
    "votes-without-fork-check": (Patch(votes, "_votes", _votes_without_fork_check),),
    "skip-non-endorsement": (Patch(Finality, "_direct_decision", _skip_non_endorsement),),
    "indirect-at-r3": (Patch(anchors, "INDIRECT_AFTER", lambda real: real - 1),),
    "schedule-third": (Patch(Finality, "_schedule", _schedule_third),),
    "order-by-claimed-time": (Patch(ordering, "_in_order", _order_by_claimed_time),),
    "fork-by-incomparability": (
        Patch(Blocklace, "_forkers_in_past", _fork_by_incomparability),
        Patch(Blocklace, "accuse", _accuse_the_incomparable),
    ),
    "execute-uncertified": (Patch(ordering, "certified_within", _execute_uncertified),),
    "evidence-blind": (Patch(Blocklace, "_forkers_in_past", _evidence_blind),),
    "masks-kept": (
        Patch(anchors, "count_votes", _count_with_masks_kept),
        Patch(anchors, "has_certificate", _masks_kept),
    ),
    "lowest-seq-approvals": (Patch(blocklace, "approve", _lowest_seq_approvals),),
    "revoked-key-approved": (Patch(Roll, "holds", lambda _real: lambda _roll, _number, _incarnation: True),),
}


@contextmanager
def mutated(name: str | None) -> Iterator[None]:
    """While it lasts the named rule is wrong in this process; None: everything is right."""
    with ExitStack() as stack:
        for patch in MUTANTS[name] if name else ():
            real = getattr(patch.owner, patch.name)
            setattr(patch.owner, patch.name, patch.make(real))
            stack.callback(setattr, patch.owner, patch.name, real)
        yield
