"""The node at work: one thread that owns the office, listens, announces itself, and meets its neighbours.

Everything that touches the office runs on this thread's asyncio loop; other threads ask through `call` and
get futures. Neighbours are met by themselves soon after something new is held here, and once a minute
otherwise; a neighbour that fails is tried less and less often, and never forgotten while mDNS or its owner
names it.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Generic, TypeVar

from core.clock import SystemClock
from core.crypto.hashing import tagged_hash
from core.crypto.keyfile import OpenedKeys
from core.errors import MunimentError
from core.store.encounters import Line
from sync.courier_desk import CourierDesk, CourierReport
from sync.diagnosis import WAIT_S, Diagnosis, diagnose
from sync.discovery import Discovery, Neighbour
from sync.entering import Entering
from sync.events import (
    Event,
    NeighboursChanged,
    NotOpenedAgain,
    OpenedAgain,
    ReplicaDamaged,
)
from sync.interfaces import LOOPBACK, announced_addresses, interface_addresses
from sync.link import format_address
from sync.listener import Listener
from sync.meeting import MeetingReport
from sync.meetings import DEFAULT_PORT, Meetings
from sync.neighbourhood import Nearby, Neighbourhood
from sync.opened import Opened, OwnedReplica
from sync.pace import limits_of
from sync.tls import Credentials
from sync.waking import Waking

TICK_S = 1.0
VERIFIED_AT_ONCE = 8  # blocks between two looks at the network: some 20 ms with full payloads
VERIFY_PAUSE_S = 0.02
VERIFY_AFTER_S = 2.0  # a window that opens is built and filled first
_STOP_S = 15.0

T = TypeVar("T")


R = TypeVar("R", bound=OwnedReplica)


@dataclass(frozen=True)
class Settings:
    port: int = DEFAULT_PORT  # 0: any free one
    loopback_only: bool = False  # announce, browse and listen on 127.0.0.1 alone
    announce: bool = True  # mDNS at all
    automatic: bool = True  # meet neighbours without being told to


class Service(Generic[R]):
    """`start` and `stop` it from the thread that made it; everything else from any thread."""

    office: R
    _opened: Opened[R]

    def __init__(self, open_office: Callable[[], Opened[R]], settings: Settings | None = None) -> None:
        """`open_office` is called on the service's thread, which from then on owns what it opens."""
        self._open_office = open_office
        self._settings = settings or Settings()
        self._listeners: list[Callable[[Event], None]] = []
        self._clock = SystemClock()
        self._closing: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._under_way = 0  # work that somebody waits for, during which the office is not closed
        self._thread = threading.Thread(target=self._run, name="muniment-service", daemon=True)
        self._ready: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    # -- from any thread ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the office and begin. Raises what `open_office` raises, and `port-taken`."""
        self._thread.start()
        self._ready.result()

    def stop(self) -> None:
        """Say goodbye, close the office, end the thread. Unfinished meetings are cut: that loses nothing."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has just ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_STOP_S)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """`listener` is called on the service's thread and must return at once."""
        self._listeners.append(listener)

    @property
    def port(self) -> int:
        """The same as long as it runs, also while the office is opened again."""
        return self._port

    def call(self, work: Callable[[], T]) -> "Future[T]":
        """Run `work` on the thread that owns the office. The future raises what it raises."""

        async def run() -> T:
            return work()

        return self._submit(run())

    def call_in_steps(self, work: Callable[[], Iterator[T]], step: Callable[[T], None]) -> "Future[T]":
        """Run long work on the same thread with room for the rest between two steps; the future brings the last one.

        `step` is called there with each. The work ends between two steps if `step` raises or the future is cancelled.
        """

        async def run() -> T:
            steps = work()
            last = next(steps)  # work has at least one step
            step(last)
            for last in steps:
                step(last)
                await asyncio.sleep(0)
            return last

        return self._submit(run(), counted=True)

    @property
    def loopback_only(self) -> bool:
        return self._settings.loopback_only

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> "Future[T]":
        """Run what waits for others on the same thread, such as a pairing."""
        return self._submit(work())

    def pairing_credentials(self, token: bytes) -> Credentials:
        """Of the pairing port of one invitation: always the same, and of no use for anything else."""
        return Credentials(tagged_hash("pairing-key", self._opened.node_seed, token))

    def on_stop(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Closed on the service's thread before the office is, if it is still open then."""
        self._closing.append(close)

    def neighbours(self) -> list[Nearby]:
        """Who is near as far as mDNS tells. On the service's thread, by `call`."""
        return self._neighbourhood.all

    def meet_office(self, number: int, wait_s: float = 15.0) -> "Future[MeetingReport]":
        """Meet a member that mDNS names, waiting for it so long at most.

        Raises `unknown-office`, `office-not-found`, `other-office-there`, and the codes of links and
        sessions.
        """
        return self._submit(self._meetings.meet_office(number, wait_s), counted=True)

    def meet_address(self, *addresses: str) -> "Future[MeetingReport]":
        """Meet whoever listens at `host` or `host:port`, if it is a member; of several, the first that answers. Where a
        member answers it is called on from now on, announced or not. Raises `bad-address` and as above.
        """
        return self._submit(self._meetings.meet_address(addresses), counted=True)

    @property
    def announces(self) -> bool:
        """Whether it looks for others by itself."""
        return self._settings.announce

    def own_addresses(self) -> list[str]:
        """`host:port` of this computer now, as others may type it; none without a network."""
        shown = [host for host in self._hosts() if self._settings.loopback_only or host != LOOPBACK]
        return [format_address(host, self.port) for host in shown]

    def _hosts(self) -> tuple[str, ...]:
        return interface_addresses(self._settings.loopback_only)

    def diagnose(self, wait_s: float = WAIT_S) -> "Future[Diagnosis]":
        """Why nobody is found, as far as this computer sees it, so long after the start at the earliest."""

        def own() -> tuple[str, ...]:
            return announced_addresses(self._settings.loopback_only)

        async def run() -> Diagnosis:
            places = self._meetings.addresses
            return await diagnose(self._neighbourhood, own, places, self.port, wait_s)

        return self._submit(run())

    def limit(self, line: Line) -> "Future[None]":
        """What meetings are allowed from now on, and at the next start too."""

        def work() -> None:
            self.office.encounters.keep_line(line)
            self._meetings.limit(limits_of(line))

        return self.call(work)

    def know_new_key(self, keys: OpenedKeys) -> "Future[None]":
        """A key was made to follow the one in force: whoever knows it already is shown it from now on."""

        def work() -> None:
            self._opened = self._opened.with_keys(keys)
            self._desk.seeds = self._seeds
            self._meetings.show(self._credentials())

        return self.call(work)

    def write_courier(self, path: Path, recipients: Sequence[int], whole: bool = False) -> "Future[CourierReport]":
        """Write a courier file for these members; durable when the future is done. See sync/courier.py."""
        return self._submit(self._desk.write(path, recipients, whole), counted=True)

    def read_courier(self, path: Path) -> "Future[CourierReport]":
        """Take in a courier file, then write a block if there is reason. See sync/courier.py."""
        return self._submit(self._desk.read(path), counted=True)

    def enter_all(self) -> "Future[None]":
        """Enter all acts that the offices have agreed on; else it happens beside other work. `ActsEntered` tells of it.

        Raises `disk-full`, `disk-failed`, `replica-damaged`.
        """
        return self._submit(self._entering.enter_all(), counted=True)

    async def _counted(self, work: Coroutine[Any, Any, T]) -> T:
        self._under_way += 1
        try:
            return await work
        finally:
            self._under_way -= 1

    def _submit(self, work: Coroutine[Any, Any, T], *, counted: bool = False) -> "Future[T]":
        if not self._thread.is_alive() or self._stopping.is_set():
            work.close()
            raise MunimentError("service-stopped")
        return asyncio.run_coroutine_threadsafe(self._counted(work) if counted else work, self._loop)

    # -- the thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._main())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._opened = self._open_office()
        self.office, self._is_open = self._opened.office, True
        try:
            self._prepare(self._settings.port)
            self._ready.set_result(None)
            while await self._work():
                await self._open_again()
        except MunimentError as error:
            if not self._ready.done():
                raise
            self._tell(NotOpenedAgain(error.code, error.facts))
        finally:
            await self._shut_down()
            if self._is_open:
                self.office.close()

    async def _open_again(self) -> None:
        """Nothing that was asked meanwhile finds the office closed: between closing and opening nobody has a turn."""
        await self._shut_down()
        self._is_open = False
        self._opened = self._opened.open_again()
        self.office, self._is_open = self._opened.office, True
        self._prepare(self._port)
        self._tell(OpenedAgain())

    def _prepare(self, port: int) -> None:
        office, credentials = self.office, self._credentials()
        self._entering = Entering(office, self._tell)
        self._desk = CourierDesk(office, self._seeds, self._tell)
        self._neighbourhood = Neighbourhood(office.network, lambda: office.roll, office.number)
        self._meetings = Meetings(office, credentials, self._neighbourhood, self._tell)
        self._meetings.limit(limits_of(office.encounters.line))
        self._listener = Listener(self._meetings)
        try:
            self._listener.start(LOOPBACK if self._settings.loopback_only else None, port)
        except OSError:
            raise MunimentError("port-taken", port=port) from None
        self._port = self._listener.port
        self._discovery = Discovery(
            office.network,
            credentials[0].key,
            self._listener.port,
            self._on_neighbours,
            self._settings.loopback_only,
            on_move=self._meetings.try_again,
        )

    @property
    def _seeds(self) -> list[bytes]:
        """Of the key in force here, then of one that is to follow."""
        return [seed for seed in (self._opened.node_seed, self._opened.next_seed) if seed is not None]

    def _credentials(self) -> list[Credentials]:
        return [Credentials(seed) for seed in self._seeds]

    async def _work(self) -> bool:
        """Until it is stopped, or until a new key is in force: then it is to be opened again."""
        if self._settings.announce:
            await self._discovery.start()
        beside = [asyncio.create_task(self._verify_again()), asyncio.create_task(self._entering.keep_on())]
        waking = Waking(self._loop.time(), self._clock.now_ms())
        try:
            while not self._stopping.is_set():
                if self._opens_again():
                    return True
                if waking.woke(self._loop.time(), self._clock.now_ms()):
                    await self._after_sleep()
                if self._settings.automatic:
                    self._meetings.meet_around()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self._stopping.wait()
        finally:
            for task in beside:
                task.cancel()
        return False

    def _opens_again(self) -> bool:
        """Not while somebody waits for what is under way; a meeting that nobody asked for may be cut."""
        return not self._under_way and self._opened.next_seed is not None and self.office.hand.new_key_in_force

    async def _after_sleep(self) -> None:
        self._meetings.try_again()
        if self._settings.announce:
            await self._discovery.begin_anew()

    async def _verify_again(self) -> None:
        """Read everything stored again: the database cannot see an old page put back."""
        await asyncio.sleep(VERIFY_AFTER_S)
        try:
            for _ in chain(self._stored_blocks(), self.office.checking.verify_state(), self.office.papers.verify()):
                await asyncio.sleep(VERIFY_PAUSE_S)
        except MunimentError as error:
            self.office.hand.quarantine = "replica-damaged"
            self._tell(ReplicaDamaged(error.code, error.facts))

    def _stored_blocks(self) -> Iterator[None]:
        """Every stored block, as if it came from outside."""
        position: int | None = 0
        while position is not None:
            position = self.office.checking.verify_stored(position, VERIFIED_AT_ONCE)
            yield

    async def _shut_down(self) -> None:
        if not hasattr(self, "_discovery") or not self._is_open:
            return
        while self._closing:
            await self._closing.pop()()
        await self._listener.close()
        await self._meetings.cut()
        await self._discovery.close()

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    def _on_neighbours(self, neighbours: Sequence[Neighbour]) -> None:
        before = set(self._neighbourhood.all)
        self._neighbourhood.update(neighbours)
        come = {near.office for near in self._neighbourhood.all if near not in before}
        self._meetings.try_again({number for number in come if number is not None})
        self._tell(NeighboursChanged(tuple(self._neighbourhood.all)))
