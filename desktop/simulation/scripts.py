"""Scripts in which one wrong rule is enough to break a promise; the real rules keep every promise in all of them.

Each is an attack or an accident that 3-ledger §8 argues against. After the last line the world goes on with ordinary
meetings until it is quiet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from desktop.simulation.council import Council
from desktop.simulation.stage import Stage

SAME_TIME_PAIRS = 8


def two_openers(stage: Stage) -> None:
    """The leader signs two openers; everybody sees both before voting, in another order."""
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    a, b, c = stage.others
    stage.give([stage.forge(own, others)], stage.leader, [a])
    stage.give([stage.forge(own, others, later_ms=1)], stage.leader, [b])
    for _ in range(3):
        stage.share(stage.write_all([a, b, c]), [a, b, c])


def split_votes(stage: Stage) -> None:
    """Two openers of the leader: two offices vote for the one, a third for the other, and then all learn of both."""
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    a, b, c = stage.others
    stage.give([stage.forge(own, others)], stage.leader, [a])
    stage.give([stage.forge(own, others, later_ms=1)], stage.leader, [b])
    first = stage.write_all([a, b, c])
    stage.give([first[c]], c, [a, b])
    stage.give([first[a]], a, [c])
    second = stage.write_all([a, b, c])
    stage.share(second, [a, b, c])
    stage.share(stage.write_all([a, b, c]), [a, b, c])


def above_its_sibling(stage: Stage) -> None:
    """The leader's second opener has the first in its past, by way of somebody else's block."""
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    a, b, c = stage.others
    stage.give([stage.forge(own, others)], stage.leader, [a])
    above = stage.write(a)
    stage.give([above], a, [stage.leader])
    stage.give([stage.forge(own, [above])], stage.leader, [a, b, c])
    stage.share(stage.write_all([b, c]), [a, b, c])
    for _ in range(2):
        stage.share(stage.write_all([b, c, a]), [a, b, c])


def late_proof(stage: Stage) -> None:
    """Votes for the leader's opener stand, then its sibling appears, with a branch that has gone on alone."""
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    a, b, c = stage.others
    stage.give([stage.forge(own, others)], stage.leader, [a, b, c])
    first = stage.write_all([a, b, c])
    stage.share(first)
    second = stage.write_all([a, b, c])
    stage.share(second)
    sibling = stage.forge(own, others, later_ms=1)
    branch = stage.forge(sibling, first.values())
    branch = stage.forge(branch, [second[a], second[b]])
    stage.give([sibling], stage.leader, [a])
    third = stage.write(a)
    stage.give([third], a, [b])
    fourth = stage.write(b)
    stage.give([fourth], b, [a, c])
    stage.give([branch], stage.leader, [a])
    stage.write(c)


def slow_leader(stage: Stage) -> None:
    """Nobody malicious: the leader's block travels slowly, so that only the fourth round has certificates for it."""
    begun = stage.open_round_zero()
    a, b, c, leader = *stage.others, stage.leader
    assert begun
    slow = {leader: stage.write(leader)}
    first = stage.write_all([a, b, c])
    stage.share(first, [a, b, c, leader])
    slow[leader] = stage.write(leader)
    second = stage.write_all([a, b, c])
    stage.share({a: second[a], b: second[b]}, [a, b, c, leader])
    stage.give([second[c]], c, [a, b, leader])
    stage.share(slow, [a, b])
    third = stage.write_all([a, b, leader, c])
    together = {number: third[number] for number in (a, b, leader)}
    stage.share(together, [a, b, leader])
    stage.share({a: third[a], b: third[b]}, [c])
    fourth = stage.write_all([a, b, leader, c])
    stage.share(fourth)


def below_its_certificate(stage: Stage) -> None:
    """A certified act of a forker; then a branch of lower places has the act in its past and proves the fork."""
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    a, b, _ = stage.others
    (act,) = stage.drawn([stage.world.notary.registration(stage.rogue)])
    certified = stage.forge(stage.forge(own, others), [], act)
    stage.give([certified], stage.leader, [a, b])
    seen = stage.write_all([a, b])
    stage.give([seen[b]], b, [a])
    stage.give([seen[a]], a, [stage.leader])
    stage.give([stage.forge(own, [seen[a]], later_ms=1)], stage.leader, [a])


def sold_twice(stage: Stage) -> None:
    """A forker sells one parcel on two branches: the first sale convinces one office, the second three."""
    world, rogue = stage.world, stage.rogue
    a, b, c = stage.others
    (first,) = stage.drawn([world.notary.registration(rogue)])
    stage.forge(None, [], first)
    parcel = rogue.acts.view(first.id).records[0]
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    one, other = stage.drawn([world.notary.sale(rogue, parcel) for _ in range(2)])
    stage.give([stage.forge(own, [], one)], stage.leader, [a])
    stage.give([stage.forge(own, others, other)], stage.leader, [b, c])
    seen = stage.write_all([a, b, c])
    stage.give([seen[c]], c, [b])
    stage.share(seen, [a, b, c])


def proof_that_nobody_refers_to(stage: Stage) -> None:
    """The second branch arrives when the fork is known: it stands in no honest past, only the proof of it does."""
    begun = stage.open_round_zero()
    own, others = begun[stage.leader], [begun[number] for number in stage.others]
    stage.give([stage.forge(own, others)], stage.leader, stage.others)
    stage.share(stage.write_all(stage.others), stage.others)
    stage.give([stage.forge(own, others, later_ms=1)], stage.leader, stage.others[:1])


def without_time(stage: Stage) -> None:
    """Nobody malicious: a registrar enters parcels and sells them within one tick of a clock."""
    world = stage.world
    for _ in range(SAME_TIME_PAIRS):
        office = stage.office(stage.others[0])
        parcel = world.keep(office, world.notary.registration(office)).records[0]
        world.keep(office, world.notary.sale(office, parcel))


def the_best_sleeps(stage: Stage) -> None:
    """Nobody malicious: one office met everybody, the others only it; then it sleeps."""
    best, a, b = stage.leader, *stage.others
    world = stage.world
    for _ in range(2):
        for other in (a, b):
            world.record(other)
            for _ in range(3):
                world.encounter(best, other)
    for other in (a, b, a, b):
        world.encounter(best, other)
    stage.observer.look([best, a, b])
    world.asleep.add(best)
    world.encounter(a, b)
    world.record(a)


def removed_and_goes_on(stage: Stage) -> None:
    """The others remove an office while it is away; it signs one more act with the key that is no more."""
    world, rogue = stage.world, stage.rogue
    (entered,) = stage.drawn([world.notary.registration(rogue)])
    stage.forge(None, [], entered)
    begun = stage.open_round_zero()
    world.asleep.add(stage.leader)
    council = Council(world, Random(0))
    council.propose(stage.others[0], "remove", stage.leader)
    stage.meet_until(lambda office: office.anchor >= 1)
    for number in stage.others:
        council.vote(number)
    stage.meet_until(lambda office: office.lace.epoch == 1)
    (late,) = stage.drawn([world.notary.registration(rogue)])
    world.too_late.add(late.id)
    stage.give([stage.forge(begun[stage.leader], [], late)], stage.leader, stage.others[:1])
    world.asleep.discard(stage.leader)


@dataclass(frozen=True)
class Script:
    play: Callable[[Stage], None]
    nodes: int = 4
    malicious: int = 1


SCRIPTS: dict[str, Script] = {
    "two-openers": Script(two_openers),
    "split-votes": Script(split_votes),
    "above-its-sibling": Script(above_its_sibling),
    "late-proof": Script(late_proof),
    "slow-leader": Script(slow_leader, malicious=0),
    "below-its-certificate": Script(below_its_certificate),
    "sold-twice": Script(sold_twice),
    "proof-that-nobody-refers-to": Script(proof_that_nobody_refers_to),
    "removed-and-goes-on": Script(removed_and_goes_on),
    "without-time": Script(without_time, malicious=0),
    "the-best-sleeps": Script(the_best_sleeps, nodes=3, malicious=0),
}
