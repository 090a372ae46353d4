"""One meeting over one link: the session's messages in and out, and what it came to.

Between two messages the event loop gets its turn, so a long catch-up blocks neither other meetings nor the
window's questions. A meeting that fails after some blocks has failed for the rest only: what came is
committed.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypedDict

from core.clock import worked_s
from core.errors import MunimentError
from sync.link import PREFIX_BYTES, Link
from sync.pace import Estimate, Pace, asked_pace, on_the_wire
from sync.progress import PROGRESS_EVERY_S, Progress
from sync.quotas import Spending
from sync.replica import Replica
from sync.session import Session

LEAST_REST_S = 0.002
GATHERED_WORK_S = 0.05  # of blocks that are committed together: so long a click in the window may wait


class MeetingReport(TypedDict):
    """What a meeting came to; plain values."""

    office: int  # the peer's number in the roll
    address: str
    initiator: bool  # whether this node connected
    tls: str
    bytes: int  # both ways, with length prefixes, before TLS
    blocks_sent: int
    blocks_new: int
    blocks_written: int
    papers_new: int  # scans that are whole now
    papers_refused: list[str]  # codes
    drafts_new: int  # case files that came for the first time
    drafts_changed: list[str]  # ids of case files of which something came
    forks: list[int]  # authors whose fork it brought to light here
    lacking: list[int]  # offices of whose acts the peer knows newer ones that it could not pass on
    withheld: list[int]  # offices of whose acts we know newer ones that we could not pass on
    duration_s: float
    discovery_s: float | None  # from being asked to meet until mDNS named the peer; None: not by mDNS


class Conversation:
    """What one meeting is held with: the link, the cap that both sides keep, and whoever is told of its progress."""

    def __init__(
        self,
        link: Link,
        replica: Replica,
        session: Session,
        pace: Pace,
        spending: Spending,
        on_progress: Callable[[Progress, float | None], None],
    ) -> None:
        """`pace`: of this node, over all its meetings. `on_progress`: with the seconds left, as far as is known."""
        self._link, self._replica, self._session = link, replica, session
        self._pace, self._spending, self._on_progress = pace, spending, on_progress
        self._rest_s = 0.0  # owed to others, for messages that brought nothing
        self._loop = asyncio.get_running_loop()
        self.began_s = self._told_s = self._loop.time()
        self._announced = 0  # bytes that were planned when that was told last
        self._peer_pace = Pace(None)

    async def hold(self) -> None:
        """To its end. Raises the codes of `Session.receive` and of `Link`, and `over-quota`; the link stays open."""
        session = self._session
        session.start()
        await self._send_all()
        while not session.finished:
            message = await self._link.receive()
            try:
                self._take_all(message)
            except MunimentError as error:
                session.stop(error.code)
                await self._say_goodbye()
                raise
            await self._send_all()
            self._tell()
            await self._give_way()

    async def _give_way(self) -> None:
        """To other meetings and the window; short rests are put together, because a timer costs more than a message."""
        rest_s, self._rest_s = (self._rest_s, 0.0) if self._rest_s >= LEAST_REST_S else (0.0, self._rest_s)
        await asyncio.sleep(rest_s)

    def _take_all(self, message: bytes) -> None:
        """A message, and in the other side's turn what has come behind it: committed as one, before a word is said."""
        began_s = worked_s()
        until_s = began_s + GATHERED_WORK_S
        with self._replica.gathering():
            behind: bytes | None = message
            while behind is not None:
                self._session.receive(behind)
                now_s = worked_s()
                self._charge(behind, now_s - began_s)
                enough = now_s >= until_s or self._rest_s >= LEAST_REST_S or not self._session.hears_on
                behind, began_s = None if enough else self._link.arrived(), now_s

    def _charge(self, message: bytes, cost_s: float) -> None:
        size, progress = PREFIX_BYTES + len(message), self._session.progress
        try:
            self._rest_s += self._spending.take(size, cost_s, progress, self._loop.time())
        except MunimentError:
            if not self._session.finished:
                raise

    async def _send_all(self) -> None:
        while True:
            for message in self._session.outgoing():
                self._tell()  # what is planned, before it goes
                await self._wait_for_room(len(message))
                await self._link.send(message)
            errand = self._session.errand()
            if errand is None:
                return
            self._session.errand_done(await asyncio.to_thread(_done_or_failed, errand))

    async def _wait_for_room(self, message_bytes: int) -> None:
        asked = self._session.asked_bytes_per_s
        if asked and self._peer_pace.bytes_per_s is None:
            self._peer_pace = asked_pace(asked)
        size, now_s = on_the_wire(PREFIX_BYTES + message_bytes), self._loop.time()
        wait_s = max(self._pace.wait_s(size, now_s), self._peer_pace.wait_s(size, now_s))
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _tell(self) -> None:
        progress, now_s = self._session.progress, self._loop.time()
        planned = progress.bytes_expected + progress.bytes_planned + progress.paper_bytes_expected
        if planned == self._announced and now_s - self._told_s < PROGRESS_EVERY_S:
            return
        self._announced, self._told_s = planned, now_s
        passed = progress.bytes_received + progress.bytes_sent
        caps = [pace.bytes_per_s for pace in (self._pace, self._peer_pace) if pace.bytes_per_s]
        estimate = Estimate(min(caps, default=None), self.began_s)
        self._on_progress(progress.copy(), estimate.seconds_left(max(0, planned - passed), passed, now_s))

    async def _say_goodbye(self) -> None:
        try:
            await self._send_all()
        except MunimentError:
            return  # it is gone: there is nobody to tell


def _done_or_failed(errand: Callable[[], Any]) -> Any:
    try:
        return errand()
    except MunimentError as error:
        return error


async def hold(
    link: Link,
    replica: Replica,
    session: Session,
    office: int,
    initiator: bool,
    pace: Pace,
    spending: Spending,
    on_progress: Callable[[Progress, float | None], None],
) -> MeetingReport:
    """Hold a meeting to its end and say what it came to. Raises as `Conversation.hold`; the link stays open."""
    known_forkers = replica.forkers()
    conversation = Conversation(link, replica, session, pace, spending, on_progress)
    await conversation.hold()
    progress = session.progress
    return MeetingReport(
        office=office,
        address=link.peer_address,
        initiator=initiator,
        tls=link.cipher,
        bytes=link.bytes_sent + link.bytes_received,
        blocks_sent=progress.blocks_sent,
        blocks_new=progress.blocks_new,
        blocks_written=progress.blocks_written,
        papers_new=progress.papers_new,
        papers_refused=sorted(set(progress.papers_refused.values())),
        drafts_new=progress.drafts_new,
        drafts_changed=[draft.hex() for draft in progress.drafts_changed],
        forks=sorted(replica.forkers() - known_forkers),
        lacking=sorted(progress.lacking),
        withheld=sorted(progress.withheld),
        duration_s=round(asyncio.get_running_loop().time() - conversation.began_s, 3),
        discovery_s=None,
    )
