"""Very many acts become final at once: they are entered in portions, and meetings, pages and records go on meanwhile."""

import asyncio
import queue
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest

from core.exchange import Received
from core.office import Office
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.views import Step
from desktop.simulation.computer import FragileDatabase, Fuse
from sync.entering import Entering
from sync.events import ActsEntered, EnteringFailed, Event
from sync.service import Service, Settings
from tests.drawing import draw
from tests.ledger.building import seed
from tests.offices import StepClock, land_network, meet, open_in_memory, register, registrar, registration
from tests.sync.besieged import Opened

NETWORK = land_network(2)
BLOCKS, ACTS_EACH = 24, 3
QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)
TIMEOUT_S = 120
MEETINGS = 12
T = TypeVar("T")


class Braked(Office):
    """Enters a portion for each block that comes meanwhile, until it is let go: else it might be done too soon."""

    portions = 0
    let_go = False

    def receive(self, header: bytes, signature: bytes, payload: bytes | None) -> Received:
        self.portions += self.entering() is not None
        return super().receive(header, signature, payload)

    def enter_in_order(self) -> bool:
        if not self.let_go and not self.portions:
            return True
        self.portions = max(0, self.portions - 1)
        return super().enter_in_order()


class Node:
    def __init__(self, number: int) -> None:
        self.events: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.fuse = Fuse()
        self._number = number
        self.service: Service[Braked] = Service(self._open, QUIET)
        self.service.listen(self.events.put)
        self.service.start()

    def _open(self) -> Any:
        store, key = ReplicaStore(FragileDatabase(self.fuse)), NETWORK.nodes[self._number]
        office = Braked(store, NETWORK.charter, self._number, key, MemoryJournal(), StepClock(), draw)
        return Opened(office, seed(NETWORK.charter.name, self._number, "node"))

    def ask(self, what: Any) -> Any:
        return self.service.call(lambda: what(self.service.office)).result(TIMEOUT_S)

    def meet(self, other: "Node") -> Any:
        return self.service.meet_address(f"127.0.0.1:{other.service.port}").result(TIMEOUT_S)

    def until_told(self, kind: type[T]) -> T:
        while not isinstance(event := self.events.get(timeout=TIMEOUT_S), kind):
            pass
        return event

    def let_go(self, office: Braked) -> None:
        """Once on a full disk."""
        self.fuse.light(0, full=True)
        office.let_go = True


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    made = [Node(0), Node(1)]
    yield made
    for node in made:
        node.service.stop()


def bring_in(office: Office) -> None:
    """An import: many blocks of some acts."""
    if isinstance(office, Braked):
        office.let_go = True
    for block in range(BLOCKS):
        batch = office.batch([registrar(office)])
        for act in range(ACTS_EACH):
            batch.add("land", "first_registration", {}, registration(block * ACTS_EACH + act))
        office.record_batch(batch, [NETWORK.officers[1][0].sign(batch.signing_message)])


def told_as_final(office: Office) -> int:
    """Acts of the import that are told as final, counted and one by one."""
    rows = [row for position in range(1, BLOCKS + 1) for row in office.store.chain.acts_of_block(position)]
    steps = [office.acts.view(row.id).ladder.step for row in rows]
    assert steps.count(Step.FINAL) == office.standing.counts().ladder[Step.FINAL.value]
    return steps.count(Step.FINAL)


def slow_down(office: Braked) -> None:
    office.acts_at_once = 1


def test_an_import_is_entered_between_meetings_pages_and_records(nodes: list[Node]) -> None:
    asked, importing = nodes
    importing.ask(bring_in)
    asked.ask(slow_down)
    for _ in range(MEETINGS):
        if asked.ask(Office.entering) is not None:
            break
        importing.meet(asked)
    told = asked.until_told(ActsEntered)
    entered, acts = asked.ask(Office.entering)
    assert told.entered <= entered < acts == told.acts == BLOCKS * ACTS_EACH
    before = asked.ask(lambda office: office.state_root())
    recorded = asked.ask(lambda office: register(NETWORK, office, 1_000))
    report = importing.meet(asked)
    assert report["blocks_new"], "what was recorded meanwhile has come to the neighbour"
    assert len(asked.ask(lambda office: office.records.page("land.parcel", limit=500))) == acts + 1
    final, standing = asked.ask(lambda office: (told_as_final(office), office.entering()))
    assert standing == (final, acts)
    assert asked.ask(lambda office: office.checking.verify_stored(0, 1_000)) is not None
    now, _ = asked.ask(Office.entering)
    assert now > entered, "portions are entered between the messages of the meeting"
    assert asked.ask(lambda office: office.state_root()) == before, "what is said of the register is of whole anchors"
    asked.ask(asked.let_go)
    assert asked.until_told(EnteringFailed).code == "disk-full"
    asked.service.enter_all().result(TIMEOUT_S)
    while asked.until_told(ActsEntered).entered < acts:
        pass
    for _ in range(MEETINGS):
        importing.meet(asked)
        roots = [node.ask(lambda office: (office.anchor, office.state_root())) for node in nodes]
        if asked.ask(lambda office: office.acts.view(recorded.id)).ladder.step is Step.FINAL and roots[0] == roots[1]:
            break
    else:
        raise AssertionError("the offices do not come to one state")
    assert set(asked.ask(lambda office: list(office.checking.verify_state()))) == {None}


class CountingLoop(asyncio.SelectorEventLoop):
    """How often somebody asked to be woken later."""

    timers = 0

    def call_at(self, *args: Any, **named: Any) -> Any:
        self.timers += 1
        return super().call_at(*args, **named)


def test_what_is_decided_is_entered_at_once_and_nobody_is_woken_while_nothing_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.entering._AGAIN_S", 0)
    fuse = Fuse()
    asked, importing = open_in_memory(NETWORK, 0, ReplicaStore(FragileDatabase(fuse))), open_in_memory(NETWORK, 1)
    told: list[tuple[int, int]] = []
    failed: list[str] = []

    async def run() -> int:
        entered = asyncio.Event()

        def tell(event: Event) -> None:
            if isinstance(event, EnteringFailed):
                failed.append(event.code)
                return
            assert isinstance(event, ActsEntered)
            told.append((event.entered, event.acts))
            if event.entered == event.acts:
                entered.set()

        keeping_on = asyncio.create_task(Entering(asked, tell).keep_on())
        asked.acts_at_once = 1
        async with asyncio.timeout(TIMEOUT_S):  # which is woken once, if ever
            while asked.entering() is None:
                await asyncio.sleep(0)
                meet(importing, asked)
            fuse.light(0, full=True)
            await entered.wait()
            for _ in range(MEETINGS):
                await asyncio.sleep(0)
        assert not keeping_on.done()
        keeping_on.cancel()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, CountingLoop)
        return loop.timers

    bring_in(importing)
    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        assert runner.run(run()) == 1
    assert failed == ["disk-full"], "and then it went on"
    assert told[0] == (ACTS_EACH, BLOCKS * ACTS_EACH)
    assert told[-1] == (BLOCKS * ACTS_EACH, BLOCKS * ACTS_EACH)
    assert asked.entering() is None
    assert told_as_final(asked) == BLOCKS * ACTS_EACH
