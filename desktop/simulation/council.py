"""The offices change their network while they meet: one proposes, each votes once it is entered, the epoch closes.

A change is chosen so that the network stays able to decide, with as many malicious offices as it then tolerates: one
of them is removed, somebody rests as a witness or wakes, an office is admitted and joins with a snapshot, one that
lost its disk gets a new key, half of them with other officers too, all must agree or a quorum again, the land law has
its next version.
"""

from collections.abc import Iterator
from random import Random

from core.changing import draw_up_change
from core.errors import MunimentError
from core.ledger.returning import returning
from core.ledger.roll import default_quorum, tolerated
from core.office import Office
from core.renewing import note_new_key
from core.views import Step
from desktop.simulation.acts import DrawnAct
from desktop.simulation.founding import LAND, officer_of
from desktop.simulation.world import World

PROPOSE_RATE = 0.06  # of meetings, until one has proposed
VOTE_RATE = 0.5
MOST_CHANGES = 2  # of one world
FEW_OFFICES = 7  # with more of them a second change takes too long
POLICY_ALL, POLICY_DEFAULT = b"all", b"default"

Possible = tuple[str, int | None]  # a kind of change, and the member whom it concerns


class Council:
    def __init__(self, world: World, random: Random) -> None:
        self._world, self._random = world, random
        self.proposal: DrawnAct | None = None
        self._record, self._kind = b"", ""
        self._voted: set[int] = set()
        self._all_must_agree = False
        self._left = MOST_CHANGES if world.scenario.nodes <= FEW_OFFICES else 1

    def sit(self) -> None:
        """Between two meetings: perhaps propose, perhaps vote, and see to what has taken effect."""
        sound = self._world.sound
        if "changes" not in self._world.scenario.faults or not sound:
            return
        if self.proposal is not None:
            for number in sound:
                if self._random.random() < VOTE_RATE:
                    self.vote(number)
            self._see_to_effect()
        elif self._left and self._random.random() < self._rate:
            number = self._random.choice(sound)
            changes = list(self._possible(self._world.office(number)))
            urgent = [change for change in changes if change[0] == "incarnation"]
            if changes:
                self.propose(number, *self._random.choice(urgent or changes))

    @property
    def _rate(self) -> float:
        """Where computers are put back, some lose their key first: nobody is put back while something changes."""
        waits = self._world.troubled and "restored" in self._world.scenario.faults
        return PROPOSE_RATE / 4 if waits else PROPOSE_RATE

    def propose(self, number: int, kind: str, member: int | None = None) -> None:
        world = self._world
        content = self._content(kind, member)

        def draw(office: Office) -> DrawnAct:
            administrator = officer_of(office.roll.members[number], "administrator")
            return world.notary.signed(
                office, draw_up_change(office, kind, member, content, "simulated", administrator)
            )

        recorded = world.record(number, draw)
        self.proposal, self._record = (recorded.drawn, recorded.records[0]) if recorded else (None, b"")
        self._kind = kind
        self._left -= recorded is not None
        self._voted.clear()
        world.changing = world.changing or recorded is not None

    def vote(self, number: int) -> None:
        """Yes, once the proposal is final here."""
        if self.proposal is None or number in self._voted:
            return
        try:
            view = self._world.office(number).acts.view(self.proposal.id)
        except MunimentError:
            return
        if view.ladder.step is not Step.FINAL:
            return
        if self._world.record(number, lambda office: self._world.notary.vote(office, self._record)) is not None:
            self._voted.add(number)

    # -- what may be proposed -----------------------------------------------------------------------------------

    def _possible(self, office: Office) -> Iterator[Possible]:
        """Changes after which enough witnesses are there."""
        world = self._world
        witnesses = {member.number for member in office.roll.members if member.witness}
        asleep = world.asleep | world.restored
        if self._bears(witnesses | {len(world.computers)}, asleep):
            yield "admit", None
        for member in office.roll.members:
            number, without = member.number, witnesses - {member.number}
            if number in world.malicious:
                if number in witnesses and self._bears(without, asleep):
                    yield "remove", number
            elif number in witnesses and self._bears(without, asleep):
                yield "dormancy", number
            if number in world.unsure and number not in world.asleep and self._bears(witnesses, asleep - {number}):
                yield "incarnation", number
            rests = not member.witness and not member.removed and number not in asleep | world.malicious
            if rests and self._bears(witnesses | {number}, asleep):
                yield "waking", number
        if self._all_must_agree or not witnesses & (asleep | world.malicious):
            yield "quorum", None
        if office.laws[LAND].version == 1:
            yield "law", None

    def _bears(self, witnesses: set[int], asleep: set[int]) -> bool:
        """Whether those who stay awake and honest are a quorum, and no more lie than the network tolerates."""
        malicious = witnesses & self._world.malicious
        needed = len(witnesses) if self._all_must_agree else default_quorum(len(witnesses) or 1)
        there = len(witnesses - asleep - malicious)
        return len(witnesses) > 1 and there >= needed and len(malicious) <= tolerated(len(witnesses))

    def _content(self, kind: str, member: int | None) -> bytes:
        network = self._world.network
        if kind == "admit":
            return network.newcomer(len(self._world.computers)).encoded
        if kind == "incarnation" and member is not None:
            return self._new_key(member)
        if kind == "quorum":
            return POLICY_DEFAULT if self._all_must_agree else POLICY_ALL
        return network.second_version() if kind == "law" else b""

    def _new_key(self, number: int) -> bytes:
        world, office = self._world, self._world.office(number)
        burned = Random(f"{world.seed}/burned/{number}").random() < 0.5
        made = world.network.returned if burned else world.network.renewed
        card = made(office.roll.members[number])
        note_new_key(office, card.node_key)
        return returning(card.encoded) if burned else card.encoded

    # -- what has taken effect ----------------------------------------------------------------------------------

    def _see_to_effect(self) -> None:
        """An admitted office joins from whoever knows it; a new key is taken where it is known to be in force."""
        world = self._world
        informed = [office for office in map(world.office, world.sound) if self._is_in_force(office)]
        if self._kind == "incarnation":
            concerned = [number for number in world.unsure if world.office(number).hand.quarantine == "renewed"]
            for number in concerned:
                world.renew(number)
            done = bool(concerned)
        elif self._kind == "admit":
            done = any(world.join(office) for office in informed)
        else:
            done = bool(informed)
        if done:
            world.events.append(f"change {self._kind}")
            self._all_must_agree ^= self._kind == "quorum"
            self.proposal = None

    def _is_in_force(self, office: Office) -> bool:
        """Whether the epoch that the proposal closes is over here."""
        return self._record in office.epochs.present.proposals
