"""One meeting over one link: the session's messages in and out, and what it came to.

Between two messages the event loop gets its turn, so a long catch-up blocks neither other meetings nor the
window's questions. A meeting that fails after some blocks has failed for the rest only: what came is
committed.
"""

import asyncio
from collections.abc import Callable
from typing import TypedDict

from core.errors import MunimentError
from sync.link import Link
from sync.progress import Progress
from sync.replica import Replica
from sync.session import Session

PROGRESS_EVERY_S = 0.1  # a window wants to know ten times a second, not for each block


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
    forks: list[int]  # authors whose fork it brought to light here
    lacking: list[int]  # offices of whose acts the peer knows newer ones that it could not pass on
    withheld: list[int]  # offices of whose acts we know newer ones that we could not pass on
    duration_s: float
    discovery_s: float | None  # from being asked to meet until mDNS named the peer; None: not by mDNS


async def hold(
    link: Link, replica: Replica, office: int, initiator: bool, on_progress: Callable[[Progress], None]
) -> MeetingReport:
    """Hold a meeting to its end. Raises the codes of `Session.receive` and of `Link`; the link stays open."""
    loop = asyncio.get_running_loop()
    started = told = loop.time()
    known_forkers = replica.forkers()
    session = Session(replica, initiator, office)
    session.start()
    await _send_all(link, session)
    while not session.finished:
        message = await link.receive()
        try:
            session.receive(message)
        except MunimentError:
            await _say_goodbye(link, session)
            raise
        await _send_all(link, session)
        if loop.time() - told >= PROGRESS_EVERY_S:
            told = loop.time()
            on_progress(session.progress.copy())
        await asyncio.sleep(0)
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
        forks=sorted(replica.forkers() - known_forkers),
        lacking=sorted(progress.lacking),
        withheld=sorted(progress.withheld),
        duration_s=round(loop.time() - started, 3),
        discovery_s=None,
    )


async def _send_all(link: Link, session: Session) -> None:
    for message in session.outgoing():
        await link.send(message)


async def _say_goodbye(link: Link, session: Session) -> None:
    try:
        await _send_all(link, session)
    except MunimentError:
        return  # it is gone: there is nobody to tell
