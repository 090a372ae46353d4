"""A forker's act that was certified too late for the close ends void, and that breaks no promise; anything else does.

Six offices, the quorum is four. Two offices approve an act of the malicious one, a third approves it last and sleeps
before anybody has its block: with the author that makes four, but only where it sleeps. The others learn that the
author has forked and close the epoch. World 88 of the mixed ones has the same with approvals in blocks of forkers.
"""

from collections.abc import Iterator
from random import Random

import pytest

from core.ledger.vertex import Vertex
from core.views import Step
from desktop.simulation.council import Council
from desktop.simulation.observing import Observer
from desktop.simulation.scenario import Scenario
from desktop.simulation.stage import Stage
from desktop.simulation.voiding import may_end_void
from desktop.simulation.world import World


class Late:
    """`sleeper` holds the act to be certified and nobody else does."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.begun = stage, stage.open_round_zero()
        self.sleeper, *self.rest = stage.others
        (act,) = stage.drawn([stage.world.notary.registration(stage.rogue)])
        self.act, self.block = act.id, stage.forge(self.begun[stage.leader], [], act)
        first, second = self.rest[:2]
        stage.give([self.block], stage.leader, [first])
        seen = stage.write(first)
        stage.give([seen], first, [second])
        stage.give([stage.write(second)], second, [self.sleeper])
        self.certificate = stage.write(self.sleeper)

    def vertex(self, number: int) -> Vertex:
        return self.stage.vertex(number, self.block)

    def step(self, number: int) -> Step:
        return self.stage.office(number).acts.view(self.act).ladder.step

    def fork(self) -> None:
        """Everybody but the sleeper holds the author's other branch."""
        sibling = self.stage.forge(self.begun[self.stage.leader], [self.begun[self.rest[0]]])
        self.stage.give([sibling], self.stage.leader, self.rest)

    def close_without_the_sleeper(self) -> None:
        world = self.stage.world
        world.asleep |= {self.sleeper, self.stage.leader}
        council = Council(world, Random(0))
        council.propose(self.rest[0], "remove", self.stage.leader)
        self.stage.meet_until(lambda office: office.anchor >= 1)
        for number in self.rest:
            council.vote(number)
        self.stage.meet_until(lambda office: office.lace.epoch == 1)
        world.asleep.discard(self.sleeper)


@pytest.fixture
def late() -> Iterator[Late]:
    world = World(Scenario(6, malicious=1, script="late-proof"), 0)
    yield Late(Stage(world, Observer(world)))
    world.close()


def _lost(late: Late) -> list[str]:
    late.stage.observer.look([late.sleeper])
    return [violation["promise"] for violation in late.stage.observer.violations]


def test_a_certificate_that_comes_too_late(late: Late) -> None:
    assert (late.step(late.sleeper), late.step(late.rest[1])) == (Step.CERTIFIED, Step.WITNESSED)
    late.fork()
    late.close_without_the_sleeper()
    late.stage.world.encounter(late.sleeper, late.rest[0])
    assert late.step(late.sleeper) is Step.REJECTED
    assert late.stage.office(late.sleeper).lace.is_void(late.vertex(late.sleeper))
    assert _lost(late) == []


def test_an_author_who_is_no_forker_loses_nothing(late: Late) -> None:
    late.fork()
    late.close_without_the_sleeper()
    late.stage.world.encounter(late.sleeper, late.rest[0])
    late.stage.office(late.sleeper).lace.closings[0].forkers = 0
    assert _lost(late) == ["I5"]


def test_what_the_closing_anchor_sees_certified_is_not_lost(late: Late) -> None:
    late.fork()
    late.close_without_the_sleeper()
    late.stage.world.encounter(late.sleeper, late.rest[0])
    lace = late.stage.office(late.sleeper).lace
    third = next(one for one in lace.vertices.values() if one.closes and one.author == late.rest[2])
    act = late.vertex(late.sleeper)
    act.approved_by = [*act.approved_by, third]  # as if it had approved: no block before CLOSE is above it
    assert _lost(late) == ["I5"]


def test_nothing_is_lost_before_a_close_or_outside_its_past(late: Late) -> None:
    lace = late.stage.office(late.sleeper).lace
    assert not may_end_void(lace, late.vertex(late.sleeper))
    below = late.vertex(late.sleeper).prev
    assert below is not None
    below.forkers = 1 << late.stage.leader
    lace.closings.append(below)
    assert not may_end_void(lace, late.vertex(late.sleeper))


def test_the_second_level_is_never_lost(late: Late) -> None:
    """Even if the epoch were closed by a block that has seen too little."""
    office, block = late.stage.office(late.sleeper), late.vertex(late.sleeper)
    early = next(one for one in office.lace.vertices.values() if one.author == late.rest[0] and block in one.parents)
    early.forkers = 1 << late.stage.leader
    office.lace.closings.append(early)
    assert may_end_void(office.lace, block)
    office.lace.closings.clear()
    late.stage.give([late.certificate], late.sleeper, late.rest)
    for number in late.rest:
        recorded = late.stage.world.record(number)
        assert recorded is not None
        late.stage.give([recorded.block], number, [late.sleeper])
    office.lace.closings.append(early)
    assert not may_end_void(office.lace, block)
