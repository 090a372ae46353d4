"""One seed, one run: trouble first if there is any, then healing, then every act to its end, and all promises checked.

A world without trouble measures lone acts, each recorded when nothing else waits: the figures of 3-ledger §10. A world
with trouble records acts while things go wrong (safety), then heals and must bring every act to its end (liveness).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from core.office import Office
from desktop.simulation.council import Council
from desktop.simulation.counter import Counters
from desktop.simulation.figures import Figures, measured, watch
from desktop.simulation.observing import Observer
from desktop.simulation.scenario import Scenario
from desktop.simulation.scripts import SCRIPTS
from desktop.simulation.stage import Stage
from desktop.simulation.troubles import Troubles
from desktop.simulation.world import World

TROUBLED_MEETINGS_EACH = 12  # per office, while things go wrong
# Per office, until every act is at its end and all is quiet: far more than any honest run needs, also where a quorum
# needs everybody who is left. Two changes of the network, one after the other, with requests decided meanwhile, in
# clustered meetings take 300 an office and more (seed 190 of the mixed worlds, 1,046 meetings in all).
MOST_MEETINGS_EACH = 600
MOST_AFTER_SCRIPT = 40  # scripts are small
# Where meetings are unequal the average tells little of an office that is needed and meets once in four hundred: in
# seed 1738 the last word was such a one's, its tenth meeting of 3,744. Each that is sound has this part of as many.
LEAST_MEETINGS_OF_ONE = 1 / 15
BUSY_MEETINGS_EACH = 60
BUSY_EVERY = 4  # meetings between two acts
RECOMPUTED_OFFICES = 2


@dataclass
class Run:
    """What is left of one run; the world is open until `close`."""

    world: World
    observer: Observer
    figures: Figures


def simulate(scenario: Scenario, seed: int) -> Run:
    world = World(scenario, seed)
    observer = Observer(world)
    if scenario.script:
        SCRIPTS[scenario.script].play(Stage(world, observer))
        world.heal()
        _until_quiet(world, observer)
    elif scenario.compare:
        _busy(world, observer)
    elif scenario.troubled:
        _troubled(world, observer)
    else:
        _lone_acts(world, observer)
    if _alike(world):
        observer.look_at_ends()
        observer.look_at_silence()
    else:
        observer.note("I11", f"no rest after {world.meetings} meetings")
    observer.look_at_evidence()
    observer.recompute(world.honest[:RECOMPUTED_OFFICES])
    observer.join(world.sound[:1])
    return Run(world, observer, _figures(world, observer))


def _lone_acts(world: World, observer: Observer) -> None:
    for _ in range(world.scenario.act_count):
        recorded = world.record(world.choice.choice(world.sound))
        _until_quiet(world, observer)
        if recorded is not None and _alike(world):
            recorded.quiet = world.meetings


def _busy(world: World, observer: Observer) -> None:
    """Acts are enclosed during meetings all the time, so that slower rules find a graph that goes on."""
    for number in range(BUSY_MEETINGS_EACH * len(world.awake) // 2):
        due = number % BUSY_EVERY == 0
        _meet(world, observer, _once(world.record_during) if due else None)
    _until_quiet(world, observer)


def _once(work: Callable[[Office], bool]) -> Callable[[Office], bool]:
    """Whoever has the first turn to write does it; then it is done."""
    done: list[bool] = []

    def first_turn(office: Office) -> bool:
        if done:
            return False
        done.append(work(office))
        return done[0]

    return first_turn


def _troubled(world: World, observer: Observer) -> None:
    meetings = TROUBLED_MEETINGS_EACH * world.scenario.nodes // 2
    council, troubles = Council(world, Random(f"{world.seed}/council")), Troubles(world)
    counters = Counters(world, Random(f"{world.seed}/counters"))
    counters.open()
    when = sorted(world.choice.randrange(meetings) for _ in range(world.scenario.act_count))
    for number in range(meetings):
        while when and when[0] <= number:
            when.pop(0)
            if world.sound:
                counters.serve(world.choice.choice(world.sound))
        troubles.strike()
        council.sit()
        _meet(world, observer)
        counters.sit(world.met)
    world.heal()
    _until_quiet(world, observer, council, counters)


def _meet(world: World, observer: Observer, own_work: Callable[[Office], bool] | None = None) -> int:
    """One meeting, looked at; how many blocks somebody took in or wrote."""
    met = world.meet(own_work)
    watch(world, world.met)
    observer.look(world.met)
    observer.look_at_meeting(met.refused)
    return met.news + met.written


def _until_quiet(
    world: World, observer: Observer, council: Council | None = None, counters: Counters | None = None
) -> None:
    """Meetings until everybody awake holds the same and nobody has written, or far too many."""
    each = MOST_AFTER_SCRIPT if world.scenario.script else MOST_MEETINGS_EACH
    most, own = world.meetings + each * len(world.awake) // 2, Counter[int]()
    while world.meetings < most or any(own[number] < each * LEAST_MEETINGS_OF_ONE for number in world.sound):
        if council is not None:
            council.sit()
        if counters is not None:
            counters.sit(world.met)
        nothing_new = not _meet(world, observer)
        own.update(world.met)
        if nothing_new and _quiet(world):
            return


def _quiet(world: World) -> bool:
    """Whether everybody awake holds the same and has nothing left to say, which it would say at its next meeting."""
    if not _alike(world) or any(world.office(number).entering() for number in world.awake):
        return False
    wrote = [world.office(number).write() for number in world.sound]
    return not any(wrote)


def _alike(world: World) -> bool:
    vectors = [world.office(number).vector() for number in world.awake]
    return all(vector == vectors[0] for vector in vectors)


def _figures(world: World, observer: Observer) -> Figures:
    figures = measured(world)
    figures.checks = dict(observer.checks)
    figures.violations = observer.violations
    return figures
