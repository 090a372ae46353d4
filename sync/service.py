"""The node at work: one thread that owns the office, listens, announces itself, and meets its neighbours.

Everything that touches the office runs on this thread's asyncio loop; other threads ask through `call` and
get futures. Neighbours are met by themselves soon after something new is held here, and once a minute
otherwise; a neighbour that fails is tried less and less often, and never forgotten while mDNS or its owner
names it.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from core.errors import MunimentError
from sync import link as links
from sync.courier_desk import CourierDesk, CourierReport
from sync.discovery import LOOPBACK, Discovery, Neighbour
from sync.events import (
    CourierProgress,
    Event,
    MeetingEnded,
    MeetingFailed,
    MeetingProgress,
    NeighboursChanged,
    PeerRefused,
    ReplicaDamaged,
)
from sync.gossip import Gossip
from sync.link import Link
from sync.listener import Listener
from sync.meeting import MeetingReport, hold
from sync.messages import Bye, encode_message
from sync.neighbourhood import Nearby, Neighbourhood
from sync.replica import Replica
from sync.session import Progress
from sync.tls import Credentials

DEFAULT_PORT = 7420
TICK_S = 1.0
VERIFIED_AT_ONCE = 8  # blocks between two looks at the network: some 20 ms with full payloads
VERIFY_PAUSE_S = 0.02
MEETING_ALREADY = "meeting-already"
_CROSSED_WAIT_S = 60.0
_STOP_S = 15.0

T = TypeVar("T")


class OwnedReplica(Replica, Protocol):
    quarantine: str | None

    def close(self) -> None: ...

    def verify_stored(self, after_position: int, count: int) -> int | None:
        """Check so many stored blocks again; the last position, None at the end. Raises `replica-damaged`."""


R = TypeVar("R", bound=OwnedReplica)
R_co = TypeVar("R_co", bound=OwnedReplica, covariant=True)


class Opened(Protocol[R_co]):
    """An unlocked office, as `core.folder.open_office` gives it."""

    @property
    def office(self) -> R_co: ...

    @property
    def node_seed(self) -> bytes: ...


@dataclass(frozen=True)
class Settings:
    port: int = DEFAULT_PORT  # 0: any free one
    loopback_only: bool = False  # announce, browse and listen on 127.0.0.1 alone
    announce: bool = True  # mDNS at all
    automatic: bool = True  # meet neighbours without being told to


class Service(Generic[R]):
    """`start` and `stop` it from the thread that made it; everything else from any thread."""

    office: R

    def __init__(self, open_office: Callable[[], Opened[R]], settings: Settings | None = None) -> None:
        """`open_office` is called on the service's thread, which from then on owns what it opens."""
        self._open_office = open_office
        self._settings = settings or Settings()
        self._listeners: list[Callable[[Event], None]] = []
        self._thread = threading.Thread(target=self._run, name="muniment-service", daemon=True)
        self._ready: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event
        self._initiating: dict[int, asyncio.Task[Any]] = {}
        self._serving: dict[int, tuple[asyncio.Task[None], Link]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

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
        return self._listener.port

    def call(self, work: Callable[[], T]) -> "Future[T]":
        """Run `work` on the thread that owns the office. The future raises what it raises."""

        async def run() -> T:
            return work()

        return self._submit(run())

    def neighbours(self) -> list[Nearby]:
        """Who is near as far as mDNS tells. On the service's thread, by `call`."""
        return self._neighbourhood.all

    def meet_office(self, number: int, wait_s: float = 15.0) -> "Future[MeetingReport]":
        """Meet a member that mDNS names, waiting for it so long at most.

        Raises `unknown-office`, `office-not-found`, `other-office-there`, and the codes of links and
        sessions.
        """
        return self._submit(self._meet_office(number, wait_s))

    def meet_address(self, address: str) -> "Future[MeetingReport]":
        """Meet whoever listens at `host` or `host:port`, if it is a member. Raises `bad-address` and as above."""
        return self._submit(self._meet_address(address))

    def write_courier(self, path: Path, recipients: Sequence[int], whole: bool = False) -> "Future[CourierReport]":
        """Write a courier file for these members; durable when the future is done. See sync/courier.py."""
        return self._submit(self._desk.write(path, recipients, whole))

    def read_courier(self, path: Path) -> "Future[CourierReport]":
        """Take in a courier file, then write a block if there is reason. See sync/courier.py."""
        return self._submit(self._desk.read(path))

    def _submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        if not self._thread.is_alive() or self._stopping.is_set():
            work.close()
            raise MunimentError("service-stopped")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

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
        opened = self._open_office()
        self.office = opened.office
        try:
            self._prepare(opened.node_seed)
            self._ready.set_result(None)
            await self._work()
        finally:
            await self._shut_down()
            self.office.close()

    def _prepare(self, seed: bytes) -> None:
        office = self.office
        self._credentials = Credentials(seed)
        self._desk = CourierDesk(office, seed, self._on_courier_progress)
        self._neighbourhood = Neighbourhood(office.network, office.roll, office.number)
        self._gossip = Gossip(office.number)
        self._listener = Listener(self._on_connection)
        try:
            self._listener.start(
                LOOPBACK if self._settings.loopback_only else "0.0.0.0",  # noqa: S104 all interfaces are meant
                self._settings.port,
            )
        except OSError:
            raise MunimentError("port-taken", port=self._settings.port) from None
        self._discovery = Discovery(
            office.network,
            self._credentials.key,
            self._listener.port,
            self._on_neighbours,
            self._settings.loopback_only,
        )

    async def _work(self) -> None:
        if self._settings.announce:
            await self._discovery.start()
        self._keep(self._verify_again())
        while not self._stopping.is_set():
            if self._settings.automatic:
                self._meet_around()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._stopping.wait()

    async def _verify_again(self) -> None:
        """Read every stored block again as if it came from outside: the database cannot see an old page put back."""
        position: int | None = 0
        while position is not None:
            try:
                position = self.office.verify_stored(position, VERIFIED_AT_ONCE)
            except MunimentError as error:
                self.office.quarantine = "replica-damaged"
                self._tell(ReplicaDamaged(error.code, error.facts))
                return
            await asyncio.sleep(VERIFY_PAUSE_S)

    async def _shut_down(self) -> None:
        if not hasattr(self, "_discovery"):
            return
        for _, link in self._serving.values():
            link.abort()
        await self._listener.close()
        own = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not own and task in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._discovery.close()

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    def _on_neighbours(self, neighbours: Sequence[Neighbour]) -> None:
        self._neighbourhood.update(neighbours)
        self._tell(NeighboursChanged(tuple(self._neighbourhood.all)))

    def _on_courier_progress(self, blocks: int) -> None:
        self._tell(CourierProgress(blocks))

    def _keep(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # -- meeting whom we call on --------------------------------------------------------------------------

    def _trusted(self) -> list[bytes]:
        return [member.certificate for member in self.office.roll.members]

    def _meet_around(self) -> None:
        """Begin the meetings that are due."""
        busy = self._initiating.keys() | self._serving.keys()
        near = {one.office for one in self._neighbourhood.all if one.office is not None}
        for number in self._gossip.due(self.office.vector(), near - busy, self._loop.time()):
            self._keep(self._meet_quietly(number))

    async def _meet_quietly(self, number: int) -> None:
        with contextlib.suppress(MunimentError):  # told as an event; tried again later
            await self._meet_office(number, 0.0)

    async def _meet_office(self, number: int, wait_s: float) -> MeetingReport:
        if self.office.roll.member(number) is None or number == self.office.number:
            raise MunimentError("unknown-office", office=number)
        asked_s = self._loop.time()
        near = await self._neighbourhood.wait_for(number, wait_s) if wait_s else self._neighbourhood.office(number)
        if near is None:
            raise MunimentError("office-not-found", office=number)
        discovery_s = round(self._loop.time() - asked_s, 3)
        return {**await self._try_addresses(near.addresses, number), "discovery_s": discovery_s}

    async def _try_addresses(self, addresses: Sequence[str], number: int) -> MeetingReport:
        """The first address that answers; the last refusal if none does."""
        for address in addresses[:-1]:
            with contextlib.suppress(MunimentError):
                return await self._meet_address(address, number)
        return await self._meet_address(addresses[-1], number)

    async def _meet_address(self, address: str, expected: int | None = None) -> MeetingReport:
        host, port = links.parse_address(address, DEFAULT_PORT)
        while expected in self._initiating:  # one at a time: a second call would cut the first short
            await asyncio.wait({self._initiating[expected]})
        with self._remembering_tasks(expected):
            try:
                return await self._initiate(host, port, expected)
            except MunimentError as error:
                self._failed(expected, address, error)
                raise

    async def _initiate(self, host: str, port: int, expected: int | None, once_more: bool = True) -> MeetingReport:
        link = await links.connect(self._credentials, self._trusted(), host, port)
        try:
            number = self._number_of(link)
            if expected is not None and number != expected:
                raise MunimentError("other-office-there", office=expected, found=number)
            with self._remembering_tasks(number):
                return await self._hold(link, number, initiator=True)
        except MunimentError as error:
            if error.facts.get("why") != MEETING_ALREADY or not once_more:
                raise
        finally:
            self._keep(link.close())
        # We called on each other at once and theirs is being held: wait for its end, then see what is left.
        if number in self._serving:
            await asyncio.wait({self._serving[number][0]}, timeout=_CROSSED_WAIT_S)
        return await self._initiate(host, port, number, once_more=False)

    @contextlib.contextmanager
    def _remembering_tasks(self, number: int | None) -> Iterator[None]:
        """While this task calls on somebody it is known, for those who come from there, and for `stop`."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        if number is not None:
            self._initiating.setdefault(number, task)
        try:
            yield
        finally:
            if number is not None and self._initiating.get(number) is task:
                del self._initiating[number]
            self._tasks.discard(task)

    def _number_of(self, link: Link) -> int:
        """Who it is by its key. Raises `own-key`: this computer itself, or a copy of it; `unknown-peer`."""
        if link.peer_key == self._credentials.key:
            raise MunimentError("own-key", address=link.peer_address)
        member = self.office.roll.by_key.get(link.peer_key)
        if member is None:
            raise MunimentError("unknown-peer", address=link.peer_address)
        return member.number

    async def _hold(self, link: Link, number: int, initiator: bool) -> MeetingReport:
        def on_progress(progress: Progress) -> None:
            self._tell(MeetingProgress(number, progress))

        report = await hold(link, self.office, number, initiator, on_progress)
        self._gossip.met(number, self.office.vector(), self._loop.time())
        self._tell(MeetingEnded(report))
        return report

    def _failed(self, number: int | None, address: str, error: MunimentError) -> None:
        if number is not None:
            self._gossip.failed(number, self._loop.time())
        self._tell(MeetingFailed(number, address, error.code, error.facts))

    # -- being called on ----------------------------------------------------------------------------------

    async def _on_connection(self, connection: socket.socket, host: str) -> None:
        try:
            link = await links.accept(self._credentials, self._trusted(), connection)
        except MunimentError as error:
            self._tell(PeerRefused(host, error.code))
            return
        try:
            number = self._number_of(link)
        except MunimentError as error:
            link.abort()
            self._tell(PeerRefused(host, error.code))
            return
        # The handshake is over; the meeting is no longer the listener's.
        before = self._serving.get(number)
        if before is not None:
            before[1].abort()  # it has come anew: the older connection is dead
        self._serving[number] = self._keep(self._serve(link, number)), link

    async def _serve(self, link: Link, number: int) -> None:
        try:
            if number in self._initiating and self.office.number < number:
                await self._decline(link)
            else:
                await self._hold(link, number, initiator=False)
        except MunimentError as error:
            self._failed(number, link.peer_address, error)
        finally:
            if self._serving.get(number, (None, None))[1] is link:
                del self._serving[number]
            await link.close()

    async def _decline(self, link: Link) -> None:
        """We have called on each other at once: the lower number's call is the one that is held."""
        with contextlib.suppress(MunimentError):
            await link.send(encode_message(Bye(MEETING_ALREADY)))
