"""Meeting others: whom we call on, who calls on us, and both at once.

One meeting at a time with each member. When two nodes call on each other at once, the lower number's call is held:
that node declines the other's, which waits for the end and then calls again, for whatever is left. A member that
calls anew while an older call of its own is open takes its place: the older connection is dead.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from core.casefile.process import WorkerProcess
from core.clock import SystemClock
from core.errors import MunimentError
from sync import link as links
from sync.case_talk import CaseTalk
from sync.events import Event, MeetingEnded, MeetingFailed, MeetingProgress, PeerRefused
from sync.gossip import Gossip
from sync.link import Link
from sync.meeting import MeetingReport, hold
from sync.messages import Bye, encode_message
from sync.neighbourhood import Neighbourhood
from sync.pace import Limits, Pace
from sync.progress import Progress
from sync.quotas import OVER_QUOTA, TOO_MANY_CALLS, Quotas, Spending
from sync.replica import Replica
from sync.session import Session
from sync.tls import Credentials

DEFAULT_PORT = 7420
MEETING_ALREADY = "meeting-already"
UNREACHED = {"peer-silent", "port-refused", "peer-unreachable", "office-not-found", "link-lost", "peer-slow"}
_CROSSED_WAIT_S = 60.0
_CROSSING_S = 20.0  # a call waits so long, unanswered, for the end of ours: less than a link waits for a message
_MOMENT_S = 0.3
_ONE_TURN_S = 0.01  # of the loop: a transport closes its socket in the turn after it was aborted

T = TypeVar("T")


class Meetings:
    """All meetings of one node; on the office's thread."""

    def __init__(
        self,
        office: Replica,
        credentials: Sequence[Credentials],
        neighbourhood: Neighbourhood,
        tell: Callable[[Event], None],
    ) -> None:
        """`credentials`: of the key in force here, then of one that is to follow.

        A restored office is the last to hear that its new key is in force: who refuses the old one is shown the new.
        """
        self._office, (self._credentials, *self._later) = office, credentials
        self._neighbourhood, self._tell = neighbourhood, tell
        self._gossip, self.quotas = Gossip(office.number), Quotas()
        self._addresses = office.encounters.addresses
        self.limits, self._pace = Limits(), Pace(None)
        self._worker, self._now_ms = WorkerProcess(), SystemClock().now_ms
        self._loop = asyncio.get_running_loop()
        self._initiating: dict[int, asyncio.Task[Any]] = {}
        self._serving: dict[int, tuple[asyncio.Task[None], Link]] = {}
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def limit(self, limits: Limits) -> None:
        """From now on; a meeting under way keeps what it began with, but for the cap."""
        self.limits, self._pace.bytes_per_s = limits, limits.bytes_per_s

    def show(self, credentials: Sequence[Credentials]) -> None:
        """From now on: a key that is to follow was made."""
        self._credentials, *self._later = credentials

    async def cut(self) -> None:
        """Give meetings a moment, then end them where they are: that loses nothing."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_MOMENT_S)
        for link in self._links:
            link.abort()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        self._worker.interrupt()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._worker.close()
        await asyncio.sleep(_ONE_TURN_S)

    def _keep(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # -- meeting whom we call on --------------------------------------------------------------------------

    def _trusted(self) -> list[bytes]:
        return [member.certificate for member in self._office.roll.members if not member.removed]

    def meet_around(self) -> None:
        """Begin the meetings that are due."""
        busy = self._initiating.keys() | self._serving.keys()
        near = {one.office for one in self._neighbourhood.all if one.office is not None}
        near |= {number for number in self._addresses if self._is_other(number)}
        for number in self._gossip.due(self._office.vector(), near - busy, self._loop.time()):
            self._keep(self._meet_quietly(number))

    async def _meet_quietly(self, number: int) -> None:
        with contextlib.suppress(MunimentError):  # told as an event; tried again later
            await self.meet_office(number, 0.0)

    async def meet_office(self, number: int, wait_s: float) -> MeetingReport:
        """A member that mDNS names, waiting for it so long, or whose address somebody typed. See `Service`."""
        if not self._is_other(number):
            raise MunimentError("unknown-office", office=number)
        asked_s = self._loop.time()
        typed = self._addresses.get(number, [])
        near = self._neighbourhood.office(number)
        if near is None and wait_s and not typed:
            near = await self._neighbourhood.wait_for(number, wait_s)
        if near is None and not typed:
            raise MunimentError("office-not-found", office=number)
        discovery_s = round(self._loop.time() - asked_s, 3) if near is not None else None
        addresses = list(dict.fromkeys([*(near.addresses if near else ()), *typed]))
        return {**await self._call_on(addresses, number), "discovery_s": discovery_s}

    async def meet_address(self, addresses: Sequence[str]) -> MeetingReport:
        """Whoever listens there. The address is kept: from now on it is called on whether mDNS names it or not."""
        report = await self._call_on(addresses, None)
        kept = addresses[0] if len(addresses) == 1 else report["address"]
        self._office.encounters.keep_address(report["office"], kept)
        self._addresses = self._office.encounters.addresses
        return report

    def _has_moved(self, number: int, called: Sequence[str]) -> bool:
        """Whether it is announced elsewhere than where nobody answered."""
        near = self._neighbourhood.office(number)
        return near is not None and not set(near.addresses) <= set(called)

    def _is_other(self, number: int) -> bool:
        member = self._office.roll.member(number)
        return member is not None and not member.removed and number != self._office.number

    @property
    def addresses(self) -> dict[int, list[str]]:
        """Of members, as somebody typed or read them, the newest first."""
        return self._addresses

    def try_again(self, numbers: Collection[int] | None = None) -> None:
        """This computer woke or moved, or these have come: whoever did not answer before may do so now."""
        self._gossip.try_again(numbers)

    async def _call_on(self, addresses: Sequence[str], expected: int | None) -> MeetingReport:
        """Meet at the first address that answers; the last refusal if none does."""
        places = [links.parse_address(address, DEFAULT_PORT) for address in addresses]
        while expected in self._initiating:  # one at a time: a second call would cut the first short
            await asyncio.wait({self._initiating[expected]})
        with self._remembering_tasks(expected):
            try:
                for host, port in places[:-1]:
                    with contextlib.suppress(MunimentError):
                        return await self._initiate(host, port, expected)
                return await self._initiate(*places[-1], expected)
            except MunimentError as error:
                self._failed(expected, addresses[-1], error)
                if expected is not None and self._has_moved(expected, addresses):
                    self._gossip.try_again({expected})
                raise

    async def _initiate(self, host: str, port: int, expected: int | None) -> MeetingReport:
        *first, last = (self._credentials, *self._later)
        for credentials in first:
            try:
                return await self._initiate_as(credentials, host, port, expected)
            except MunimentError as error:
                if error.code != "peer-refused-us":
                    raise
        return await self._initiate_as(last, host, port, expected)

    async def _initiate_as(
        self, credentials: Credentials, host: str, port: int, expected: int | None, once_more: bool = True
    ) -> MeetingReport:
        link = await links.connect(credentials, self._trusted(), host, port)
        self._links.add(link)
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
            self._keep(self._close(link))
        # We called on each other at once and theirs takes long: wait for its end, then see what is left.
        if number in self._serving:
            await asyncio.wait({self._serving[number][0]}, timeout=_CROSSED_WAIT_S)
        return await self._initiate_as(credentials, host, port, number, once_more=False)

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
        member = self._office.roll.by_key.get(link.peer_key)
        if member is None:
            raise MunimentError("unknown-peer", address=link.peer_address)
        return member.number

    async def _hold(self, link: Link, number: int, initiator: bool) -> MeetingReport:
        def on_progress(progress: Progress, seconds_left: float | None) -> None:
            self._tell(MeetingProgress(number, progress, seconds_left))

        spending = await self._allowed(link, number)
        session = Session(self._office, initiator, number, self.limits)
        case_files = CaseTalk(self._office.sharing, number, session.progress, self._worker, self._now_ms)
        session.talk_of_case_files(case_files)
        report = await hold(link, self._office, session, number, initiator, self._pace, spending, on_progress)
        self._gossip.met(number, self._office.vector(), self._loop.time())
        self._tell(MeetingEnded(report))
        return report

    async def _allowed(self, link: Link, number: int) -> Spending:
        """Whether it may meet again. Raises `over-quota`, and tells the other side."""
        now_s = self._loop.time()
        try:
            return self.quotas.member(number, now_s).begin(now_s)
        except MunimentError as error:
            await self._decline(link, error.code)
            raise

    def _failed(self, number: int | None, address: str, error: MunimentError) -> None:
        if number is not None:
            self._gossip.failed(number, self._loop.time(), error.code in UNREACHED)
        self._tell(MeetingFailed(number, address, error.code, error.facts))

    # -- being called on ----------------------------------------------------------------------------------

    def hears(self, host: str) -> bool:
        """Whether a call from there is worth a handshake."""
        return self.quotas.hears(host, self._loop.time())

    def expects(self, host: str) -> bool:
        """Whether a member has proved itself at this address, or is announced there."""
        return self.quotas.knows(host) or self._neighbourhood.announces(host)

    def refuse_unheard(self, host: str) -> None:
        """Told once for many: whoever floods shall not flood the log."""
        self._tell(PeerRefused(host, TOO_MANY_CALLS))

    async def on_connection(self, connection: socket.socket, host: str) -> None:
        try:
            link = await links.accept(self._credentials, self._trusted(), connection)
        except MunimentError as error:
            self.quotas.failed(host, self._loop.time())
            self._tell(PeerRefused(host, error.code))
            return
        try:
            number = self._number_of(link)
        except MunimentError as error:
            link.abort()
            self.quotas.failed(host, self._loop.time())
            self._tell(PeerRefused(host, error.code))
            return
        # The handshake is over; the meeting is no longer the listener's.
        now_s = self._loop.time()
        if self.quotas.member(number, now_s).rests(now_s):
            self.quotas.failed(host, now_s)
        else:
            self.quotas.succeeded(host)
        self._links.add(link)
        before = self._serving.get(number)
        if before is not None:
            before[1].abort()  # it has come anew: the older connection is dead
        self._serving[number] = self._keep(self._serve(link, number)), link

    async def _serve(self, link: Link, number: int) -> None:
        try:
            if await self._ours_has_ended(number):
                await self._hold(link, number, initiator=False)
            else:
                await self._decline(link, MEETING_ALREADY)
        except MunimentError as error:
            if error.code not in UNREACHED | {OVER_QUOTA, "peer-said-bye", "peer-refused-us"}:
                self.quotas.member(number, self._loop.time()).broke_rules(self._loop.time())
            self._failed(number, link.peer_address, error)
        finally:
            if self._serving.get(number, (None, None))[1] is link:
                del self._serving[number]
            await self._close(link)

    async def _ours_has_ended(self, number: int) -> bool:
        """If we have called on each other at once, the lower number's call is held first, and theirs waits so long.

        It is not declined at once: ours may not have arrived there yet, and they would find nothing to wait for.
        """
        ours = self._initiating.get(number)
        if ours is not None and self._office.number < number:
            await asyncio.wait({ours}, timeout=_CROSSING_S)
            return number not in self._initiating
        return True

    async def _close(self, link: Link) -> None:
        await link.close()
        self._links.discard(link)

    async def _decline(self, link: Link, code: str) -> None:
        """Without a word of ours."""
        with contextlib.suppress(MunimentError):
            await link.send(encode_message(Bye(code)))
