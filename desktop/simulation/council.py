"""The offices change who belongs to their network while they meet: one proposes, each votes once it is entered.

A change is chosen so that the network stays able to decide: a malicious office is removed, one that sleeps is let
sleep, or one that is there rests as a witness.
"""

from collections.abc import Iterator
from random import Random

from core.errors import MunimentError
from core.ledger.roll import default_quorum
from core.views import Step
from desktop.simulation.acts import DrawnAct
from desktop.simulation.world import World

PROPOSE_RATE = 0.2  # of meetings, until one has proposed
VOTE_RATE = 0.5


class Council:
    def __init__(self, world: World, random: Random) -> None:
        self._world, self._random = world, random
        self.proposal: DrawnAct | None = None
        self._voted: set[int] = set()

    def sit(self) -> None:
        """Between two meetings: perhaps propose, perhaps vote."""
        sound = self._world.sound
        if "changes" not in self._world.scenario.faults or not sound:
            return
        if self.proposal is not None:
            for number in sound:
                if self._random.random() < VOTE_RATE:
                    self.vote(number)
        elif self._random.random() < PROPOSE_RATE:
            changes = list(self._possible())
            if changes:
                self.propose(self._random.choice(sound), *self._random.choice(changes))

    def propose(self, number: int, kind: str, member: int) -> None:
        notary = self._world.notary
        recorded = self._world.record(number, lambda office: notary.proposal(office, kind, member))
        self.proposal = recorded.drawn if recorded else None
        self._world.changing = recorded is not None

    def vote(self, number: int) -> None:
        """Yes, once the proposal is final here."""
        if self.proposal is None or number in self._voted:
            return
        try:
            view = self._world.office(number).act_view(self.proposal.id)
        except MunimentError:
            return
        if view.ladder.step is Step.FINAL:
            (record,) = view.records
            if self._world.record(number, lambda office: self._world.notary.vote(office, record)) is not None:
                self._voted.add(number)

    def _possible(self) -> Iterator[tuple[str, int]]:
        """Changes after which enough witnesses are there."""
        world = self._world
        away = world.asleep | world.restored | world.malicious
        witnesses = world.scenario.nodes - 1
        for member in range(world.scenario.nodes):
            awake = witnesses - len(away - {member})
            if awake >= default_quorum(witnesses) and witnesses > 1:
                yield "remove" if member in world.malicious else "dormancy", member
