"""Two honest offices that meet over loopback while a third attacks one of them; what that takes in time and memory."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.office import Office
from sync.events import Event, MeetingFailed, PeerRefused
from sync.service import Service, Settings
from tests.ledger.building import seed
from tests.offices import land_network, open_in_memory, register
from tests.sync.hostile import Attack, Strikes, strike

NETWORK = land_network()
VICTIM, HONEST = 0, 1
TIMEOUT_S = 120
QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)


@dataclass
class Opened:
    office: Office
    node_seed: bytes
    next_seed: bytes | None = None


class Node:
    """An office at work, and the codes with which it has refused somebody."""

    def __init__(self, number: int) -> None:
        own = seed(NETWORK.charter.name, number, "node")
        self.service: Service[Office] = Service(lambda: Opened(open_in_memory(NETWORK, number), own), QUIET)
        self.refusals: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.service.listen(self._hear)
        self.service.start()

    def _hear(self, event: Event) -> None:
        if isinstance(event, PeerRefused | MeetingFailed):
            self.refusals.put(event.code)

    def record(self, numbers: range) -> None:
        office = self.service.office
        for number in numbers:
            self.service.call(lambda number=number: register(NETWORK, office, number)).result(TIMEOUT_S)

    def acts(self) -> int:
        return self.service.call(lambda: self.service.office.standing.counts().acts).result(TIMEOUT_S)

    def until_refused(self, codes: set[str]) -> str:
        while (code := self.refusals.get(timeout=TIMEOUT_S)) not in codes:
            pass
        return code

    def meet(self, other: "Node") -> float:
        """Seconds that it took."""
        address = f"127.0.0.1:{other.service.port}"
        return self.service.meet_address(address).result(TIMEOUT_S)["duration_s"]


@contextmanager
def nodes(*numbers: int) -> Iterator[list[Node]]:
    made: list[Node] = []
    try:
        made.extend(map(Node, numbers))
        yield made
    finally:
        for node in made:
            node.service.stop()


@contextmanager
def attacked(victim: Node, attack: Attack) -> Iterator[None]:
    """From the first blow to the last."""
    begun: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = queue.SimpleQueue()

    async def run() -> None:
        stop, strikes = asyncio.Event(), Strikes(NETWORK, victim.service.port)
        striking = asyncio.create_task(strike(strikes, attack, stop))
        await strikes.struck.wait()
        begun.put((asyncio.get_running_loop(), stop))
        await striking

    thread = threading.Thread(target=asyncio.run, args=(run(),), name="hostile")
    thread.start()
    loop, stop = begun.get(timeout=TIMEOUT_S)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(TIMEOUT_S)
    assert not thread.is_alive()


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


class Peak:
    """The most memory that this process had at once, looked at often, above what it had when this was made."""

    def __init__(self) -> None:
        self._before = self._most = resident_bytes()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, name="peak", daemon=True)
        self._watch.start()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self._most = max(self._most, resident_bytes())

    def grown_bytes(self) -> int:
        self._over.set()
        self._watch.join()
        return max(self._most, resident_bytes()) - self._before
