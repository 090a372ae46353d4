"""Courier files on the office's thread: slow disks on another thread, blocks in turn with everything else."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from core.casefile.process import WorkerProcess
from core.clock import SystemClock
from core.errors import MunimentError
from core.people.actions import Action
from sync import courier_file
from sync.courier import Carried, CourierReader, CourierWriter, DurableFile, Far
from sync.courier_cases import CasesBrought
from sync.events import CourierProgress, DraftsChanged, Event
from sync.pace import Estimate
from sync.progress import PROGRESS_EVERY_S, Progress
from sync.replica import Replica


class CourierReport(TypedDict):
    """What a courier file carried or brought; plain values."""

    file: str
    sender: int
    recipients: list[int]
    blocks: int
    blocks_new: int
    blocks_written: int  # by this node, on account of what the file brought
    chains: list[list[int]]  # [author, incarnation, first seq, last seq]
    bytes: int
    papers_new: int  # scans that are whole now
    paper_bytes: int  # of scans, that came
    papers_refused: list[str]  # codes
    drafts_new: int  # case files that came for the first time
    drafts_changed: list[str]  # ids of case files of which something came


class CourierDesk:
    def __init__(self, replica: Replica, seeds: Sequence[bytes], tell: Callable[[Event], None]) -> None:
        """`seeds`: of the key in force here, then of one that is to follow: to which others may seal already."""
        self._replica, self.seeds, self._tell = replica, seeds, tell

    async def write(self, path: Path, recipients: Sequence[int], whole: bool = False) -> CourierReport:
        """Raises the codes of `CourierWriter` and of `DurableFile`; then there is no file, or the older one."""
        self._replica.people.require(Action.COURIER)
        writer = CourierWriter(self._replica, self.seeds[0], recipients, whole)
        file = DurableFile(path)
        try:
            watch = self._watch()
            for data in writer.frames():
                await asyncio.to_thread(file.write, data)
                watch(writer.far())
            await asyncio.to_thread(file.finish)
            writer.finish()
        except BaseException:
            file.discard()
            raise
        return _report(path, writer.carried, 0, Progress())

    async def read(self, path: Path) -> CourierReport:
        """Raises `file-not-found`, `file-not-read`, and the codes of `courier_file.scan` and `CourierReader`."""
        self._replica.people.require(Action.COURIER)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise MunimentError("file-not-found", path=str(path)) from None
        except OSError:
            raise MunimentError("file-not-read", path=str(path)) from None
        with file:
            try:
                scanned = await asyncio.to_thread(courier_file.scan, file)
                reader = CourierReader(file, scanned)
                reader.check(self._replica, *self.seeds)
                watch = self._watch()
                for far in reader.blocks(self._replica):
                    watch(far)
                    await asyncio.sleep(0)
                drafts = await self._take_cases(reader.cases)
            except OSError:  # the stick was pulled out
                raise MunimentError("file-not-read", path=str(path)) from None
        written = self._replica.write() is not None
        return _report(path, reader.carried, int(written), drafts)

    def _watch(self) -> Callable[[Far], None]:
        """Tells how far it is, and for how long it will go on: as soon as that is known, then a few times a second."""
        clock = asyncio.get_running_loop().time
        estimate, told_s = Estimate(None, clock()), 0.0

        def tell(far: Far) -> None:
            nonlocal told_s
            now_s = clock()
            if far.whole and now_s - told_s >= PROGRESS_EVERY_S:
                told_s = now_s
                self._tell(CourierProgress(*far, estimate.seconds_left(far.whole - far.done, far.done, now_s)))

        return tell

    async def _take_cases(self, cases: CasesBrought) -> Progress:
        """In a child process that may die: then the same file, or a later one, brings them."""
        progress, worker = Progress(), WorkerProcess()
        talk = cases.talk(self._replica.sharing, progress, worker, SystemClock().now_ms)
        errand = talk.errand()
        if errand is not None:
            try:
                talk.errand_done(await asyncio.to_thread(errand))
            finally:
                worker.close()
            self._tell(DraftsChanged(tuple(draft.hex() for draft in progress.drafts_changed)))
        return progress


def _report(path: Path, carried: Carried, written: int, drafts: Progress) -> CourierReport:
    return CourierReport(
        file=str(path),
        sender=carried.sender,
        recipients=list(carried.recipients),
        blocks=carried.blocks,
        blocks_new=carried.blocks_new,
        blocks_written=written,
        chains=[list(part) for part in carried.ranges],
        bytes=carried.bytes,
        papers_new=carried.papers_new,
        paper_bytes=carried.paper_bytes,
        papers_refused=list(carried.papers_refused),
        drafts_new=drafts.drafts_new,
        drafts_changed=[draft.hex() for draft in drafts.drafts_changed],
    )
