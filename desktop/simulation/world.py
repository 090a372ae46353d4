"""A seeded world: computers with real offices, who of them is awake, their meetings, their acts and their troubles.

Nothing here decides anything about the ledger: offices are asked through their public calls, as windows and links ask
them. Every chance comes from the seed, in streams of its own for meetings, acts, troubles, malice and clocks, so that
one more fault changes no schedule of meetings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from core.errors import MunimentError
from core.office import Office
from core.views import ActView
from desktop.simulation.acts import DrawnAct, Notary, Recorded
from desktop.simulation.computer import Computer, PowerCut
from desktop.simulation.conversation import Met, converse, send_courier
from desktop.simulation.encounters import Encounter, Encounters
from desktop.simulation.founding import Network, first_leader, found_network
from desktop.simulation.misdeeds import Character, draw_character
from desktop.simulation.rejoining import can_join_from, join_from
from desktop.simulation.rogue import RogueOffice
from desktop.simulation.scenario import Scenario
from desktop.simulation.wire import faulty_wire

# Why nothing is recorded: the office may not sign, the act is refused, what it is about is not known here (any more).
AT_THE_COUNTER = frozenset(
    {
        "quarantine",
        "rejected",
        "disk-full",
        "unknown-record",
        "unknown-request",
        "roles-held-already",
        "already-in-force",
        "change-already-open",
    }
)
MINUTES_A_MEETING_MS = 17 * 60_000
MALICE_MEETINGS_EACH = 6  # of an office, for which the malicious may go on when all else has healed
FEW_IN_MEMORY = 8  # blocks
DECADES_MS = 40 * 365 * 86_400_000


@dataclass
class World:
    scenario: Scenario
    seed: int
    meetings: int = 0
    met: tuple[int, ...] = ()  # who met last
    acts: list[Recorded] = field(default_factory=list)
    malicious_acts: list[DrawnAct] = field(default_factory=list)
    too_late: set[bytes] = field(default_factory=set)  # acts that a key signed after it had been removed
    asleep: set[int] = field(default_factory=set)
    troubled: bool = True  # faults happen now; False: the world has healed
    unsure: set[int] = field(default_factory=set)  # restored without their intent file: they sign nothing any more
    passed: dict[int, int] = field(default_factory=dict)  # epoch → meeting after which somebody knew of its end
    closed: dict[tuple[int, int], int] = field(default_factory=dict)  # (office, epoch) → meeting
    restored: set[int] = field(default_factory=set)
    joined: set[int] = field(
        default_factory=set
    )  # admitted later: of what was settled before they know the outcome only
    changing: bool = False  # who belongs to the network is about to change: nobody else goes away
    events: list[str] = field(default_factory=list)  # what has taken effect in the network
    history: list[tuple[int, int, int]] = field(default_factory=list)  # (meeting, office, how many blocks it holds)

    def __post_init__(self) -> None:
        scenario, seed = self.scenario, self.seed
        self.chance = Random(f"{seed}/troubles")
        self.network: Network = found_network(seed, scenario.nodes, scenario.faults)
        self.notary = Notary(self.network, Random(f"{seed}/acts"), "officers" in scenario.faults)
        self.choice = Random(f"{seed}/authors")
        self._portions = Random(f"{seed}/portions")
        self._encounters = Encounters(scenario.meetings, scenario.nodes, Random(f"{seed}/meetings"))
        self._carry = faulty_wire(scenario.faults, Random(f"{seed}/wire"))
        numbers = list(range(scenario.nodes))
        Random(f"{seed}/parts").shuffle(numbers)
        if scenario.script and scenario.malicious:
            numbers.sort(key=lambda number: number != first_leader(self.network))
        self.malicious = frozenset(numbers[: scenario.malicious])
        clocks = Random(f"{seed}/clocks")
        off = [self._off_ms(clocks) for _ in range(scenario.nodes)]
        self.computers = [self._computer(number, off[number]) for number in range(scenario.nodes)]
        self.characters = {number: self._character(number) for number in sorted(self.malicious)}
        self.asleep.update(numbers[scenario.malicious :][: scenario.sleepers])

    def _off_ms(self, clocks: Random) -> int:
        minutes = clocks.randint(-10, 10) * 60_000
        decades = clocks.randint(-DECADES_MS, DECADES_MS) if clocks.random() < 0.3 else 0
        return minutes + (decades if "clocks" in self.scenario.faults else 0)

    def _computer(self, number: int, off_ms: int) -> Computer:
        kind = RogueOffice if number in self.malicious else Office
        # Blocks leave memory early in every eighth world with trouble: nothing may come out otherwise.
        keep = FEW_IN_MEMORY if self.scenario.troubled and self.seed % 8 == 0 else None
        # In others every second honest office executes block by block: the rest comes out the same at once.
        portions = self.scenario.troubled and self.seed % 8 == 4 and number % 2 and kind is Office
        nonces = Random(f"{self.seed}/nonces/{number}")
        return Computer(self.network, number, nonces, off_ms, kind, keep=keep, acts_at_once=1 if portions else None)

    def _character(self, number: int) -> Character:
        rogue = self.computers[number].office
        assert isinstance(rogue, RogueOffice)
        random = Random(f"{self.seed}/malice/{number}")
        return draw_character(rogue.awaken(self.network.nodes[number], random), random)

    # -- who is there -------------------------------------------------------------------------------------------

    @property
    def awake(self) -> list[int]:
        return [number for number in range(len(self.computers)) if number not in self.asleep]

    @property
    def honest(self) -> list[int]:
        """Numbers of the offices that follow the rules, asleep or not."""
        return [number for number in range(len(self.computers)) if number not in self.malicious]

    @property
    def sound(self) -> list[int]:
        """Honest, awake, and able to sign."""
        return [n for n in self.honest if n not in self.asleep and n not in self.unsure]

    def office(self, number: int) -> Office:
        return self.computers[number].office

    def offices(self) -> Iterator[tuple[int, Office]]:
        """The honest ones."""
        for number in self.honest:
            yield number, self.office(number)

    def enclosing(self, act: bytes) -> list[bytes]:
        """Ids of the blocks in which malicious offices have enclosed an act."""
        return [block for one in self.characters.values() for block in one.rogue.enclosed.get(act, ())]

    def meetings_each(self, since: int, until: int) -> float:
        """Meetings that an awake office has had on average between two moments."""
        return 2 * (until - since) / len(self.awake)

    def renew(self, number: int) -> None:
        """The office's new key is in force: it signs again."""
        self.computers[number].renew()
        self.unsure.discard(number)

    def join(self, office: Office) -> bool:
        """The office that was admitted last joins with a snapshot from this one, if there is one to be had."""
        if not can_join_from(office):
            return False
        number = len(self.computers)
        nonces = Random(f"{self.seed}/nonces/{number}")
        self.computers.append(Computer(self.network, number, nonces, 0, Office, lambda disk: join_from(office, disk)))
        self.joined.add(number)
        return True

    # -- what happens -------------------------------------------------------------------------------------------

    def record(self, number: int, draw: Callable[[Office], DrawnAct] | None = None) -> Recorded | None:
        """An honest office records an act between its meetings; None where it may not sign, or the act is refused."""
        office = self.office(number)
        try:
            self.keep(office, (draw or self.notary.draw)(office))
        except PowerCut:
            self.computers[number].restart()
            return None
        except MunimentError as error:
            if error.code in AT_THE_COUNTER:
                return None
            raise
        return self.acts[-1]

    def keep(self, office: Office, drawn: DrawnAct) -> ActView:
        """Record an act that is drawn up; from now on it is watched."""
        view = self.notary.record(office, drawn)
        self.acts.append(Recorded(drawn, view.block, self.meetings, view.records))
        return view

    def record_during(self, office: Office) -> bool:
        """An office records an act within a meeting, so that the meeting itself is not counted for it."""
        recorded = self.record(office.number)
        if recorded is not None:
            recorded.meeting += 1
        return recorded is not None

    def meet(self, own_work: Callable[[Office], bool] | None = None) -> Met:
        """The next meeting of the schedule, with what may go wrong in it."""
        return self._hold(self._encounters.next(self.awake), own_work)

    def encounter(self, first: int, second: int) -> Met:
        """A meeting of these two."""
        return self._hold(Encounter(first, second))

    def _hold(self, encounter: Encounter, own_work: Callable[[Office], bool] | None = None) -> Met:
        self.met = encounter.first, encounter.second
        for number in self.met:
            self._before(number, encounter)
        first, second = self.office(encounter.first), self.office(encounter.second)
        carry = self._carry if self.troubled else faulty_wire(frozenset(), self.chance)
        try:
            met = send_courier(first, second, carry) if encounter.courier else converse(first, second, carry, own_work)
        except PowerCut:
            met = Met(refused="power-cut")
            for number in self.met:
                if number not in self.malicious:  # nobody knows which of the two it was: both start again
                    self.computers[number].restart()
        for number in self.met:
            self._enter_some(number)
            self.computers[number].fuse.put_out()
        self._pass_time()
        return met

    def _enter_some(self, number: int) -> None:
        """Between two meetings an office executes a part of what waits in the common order; all of it once healed."""
        computer, most = self.computers[number], self._portions.randint(0, 3) if self.troubled else None
        try:
            while computer.office.entering() is not None and most != 0:
                most = most - 1 if most is not None else None
                computer.office.enter_in_order()
        except PowerCut:
            computer.restart()
        except MunimentError as error:
            if error.code != "disk-full":
                raise

    def _pass_time(self) -> None:
        self.meetings += 1
        self._retire()
        for computer in self.computers:
            computer.clock.passed_ms += MINUTES_A_MEETING_MS
        for number in self.met:
            if number not in self.malicious:
                self.history.append((self.meetings, number, len(self.office(number).lace.vertices)))

    def _before(self, number: int, encounter: Encounter) -> None:
        if number in self.characters:
            character = self.characters[number]
            drawn = character.prepare(encounter.second if number == encounter.first else encounter.first, self.notary)
            self.malicious_acts += drawn
            if character.rogue.removed:
                self.too_late.update(act.id for act in drawn)
        faults, chance = self.scenario.faults, self.chance
        if not self.troubled or number in self.malicious:
            return
        for name in ("crashes", "disk-full"):
            if name in faults and chance.random() < 0.05:
                self.computers[number].fuse.light(chance.randrange(8), full=name == "disk-full")

    def heal(self) -> None:
        """No more faults. The malicious may go on for a while; scripts are over."""
        self.troubled = False
        longest = 0 if self.scenario.script else MALICE_MEETINGS_EACH * len(self.awake) // 2
        self._malice_ends = self.meetings + self.chance.choice((0, longest))
        self._retire()

    def _retire(self) -> None:
        """When their time is over, the malicious show all they have, and some of them go away for good."""
        if self.troubled or self.meetings < self._malice_ends:
            return
        for number, character in self.characters.items():
            if character.retire() and self.chance.random() < 0.5 and len(self.awake) > 2:
                self.asleep.add(number)

    def close(self) -> None:
        for computer in self.computers:
            computer.close()
