"""A stage for scripted worlds: who gets which blocks and who writes next is said line by line.

Honest offices are the real ones and write by their own rule; a script only decides which blocks reach them and when.
The malicious office of a script, where it has one, is the leader of round 1, so that its slot is the first to be
decided: scripts need no luck and outlive changes of the code.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from core.errors import MunimentError
from core.ledger.blocklace import Vertex
from core.ledger.payload import Payload
from core.office import Office
from desktop.simulation.acts import DrawnAct
from desktop.simulation.founding import first_leader
from desktop.simulation.observing import Observer
from desktop.simulation.rogue import RogueOffice, Sketch
from desktop.simulation.world import World

MOST_ROUNDS = 30  # of meetings of every two


class Stage:
    def __init__(self, world: World, observer: Observer) -> None:
        self.world, self.observer = world, observer
        self.leader = first_leader(world.network)
        self.others = [number for number in range(world.scenario.nodes) if number != self.leader]

    def office(self, number: int) -> Office:
        return self.world.office(number)

    @property
    def rogue(self) -> RogueOffice:
        office = self.office(self.leader)
        assert isinstance(office, RogueOffice)
        return office

    def vertex(self, number: int, block: bytes) -> Vertex:
        return self.office(number).lace.vertices[block]

    # -- what happens -------------------------------------------------------------------------------------------

    def open_round_zero(self) -> dict[int, bytes]:
        """One act waits, everybody has opened round 0, and everybody holds all of that; the blocks by office."""
        first = self.others[0]
        recorded = self.world.record(first)
        assert recorded is not None
        opened = {first: recorded.block}
        for number in range(self.world.scenario.nodes):
            if number != first:
                self.give([recorded.block], first, [number])
                opened[number] = self.write(number)
        self.share(opened)
        return opened

    def write(self, number: int) -> bytes:
        """The office has a reason to write, and writes. Raises `simulation-failed`: the script does not fit."""
        written = self.office(number).write()
        if written is None:
            raise MunimentError("simulation-failed")
        self.observer.look([number])
        return written

    def write_all(self, numbers: Iterable[int]) -> dict[int, bytes]:
        return {number: self.write(number) for number in numbers}

    def give(self, blocks: Iterable[bytes], giver: int, takers: Iterable[int]) -> None:
        """These blocks with their pasts, and nothing else."""
        source = self.office(giver)
        wanted = [source.lace.vertices[block] for block in blocks]
        past: set[Vertex] = set()
        while wanted:
            vertex = wanted.pop()
            if vertex not in past:
                past.add(vertex)
                wanted.extend(vertex.parents)
        for taker in takers:
            for vertex in sorted(past, key=lambda one: one.order):
                self.office(taker).receive(*source.block(vertex.id))
            self.observer.look([taker])

    def share(self, blocks: dict[int, bytes], takers: Iterable[int] | None = None) -> None:
        """Everybody (or these) gets each office's block from that office."""
        for giver, block in blocks.items():
            given_to = range(self.world.scenario.nodes) if takers is None else takers
            self.give([block], giver, [taker for taker in given_to if taker != giver])

    def meet_until(self, done: Callable[[Office], bool]) -> None:
        """Ordinary meetings of those awake until it is so for all of them."""
        awake = self.world.awake
        for _ in range(MOST_ROUNDS):
            if all(done(self.office(number)) for number in awake):
                return
            for first, second in combinations(awake, 2):
                self.world.encounter(first, second)
                self.observer.look([first, second])
        raise MunimentError("simulation-failed")

    # -- what the malicious office does -------------------------------------------------------------------------

    def forge(self, prev: bytes | None, refs: Iterable[bytes], act: DrawnAct | None = None, later_ms: int = 0) -> bytes:
        """A valid block on any branch; `later_ms` makes two that are otherwise alike differ."""
        rogue = self.rogue
        named = [rogue.lace.vertices[block] for block in refs]
        head = rogue.lace.vertices[prev] if prev else None
        parents = rogue.antichain(head, named)
        claimed_ms = (head.claimed_ms if head else 0) + later_ms
        sketch = Sketch(head, parents, Payload((act.group,)) if act else None, claimed_ms=claimed_ms)
        signed = rogue.sign(sketch)
        if signed is None:
            raise MunimentError("simulation-failed")
        return signed

    def drawn(self, acts: Iterable[DrawnAct]) -> Iterator[DrawnAct]:
        """Acts of the malicious office, which are watched like all others."""
        for act in acts:
            self.world.malicious_acts.append(act)
            yield act
