"""One simulated computer: its clock, its disk, and the real office that runs on it.

The disk is memory. It can fail at each place where a real one would have been asked to make something durable: before
and after an intent is kept, before and after a transaction is committed. A power cut ends the office's run; what was
durable then is what the office finds when it starts again. A full disk is an error that the office lives through.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from core.errors import MunimentError
from core.exchange import StoredBlock
from core.office import Office
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.intent import Mark
from core.store.journal import Journal, MemoryJournal
from core.store.replica import ReplicaStore
from desktop.simulation.founding import FOUNDED_MS, Network

OpenOffice = Callable[..., Office]


class PowerCut(Exception):  # noqa: N818  # no error of the program: the world ends its run
    """The computer stopped, here and now."""


class Fuse:
    """Counts the moments at which something becomes durable; at one of them the power or the disk gives out."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._full = False

    def light(self, moments: int, full: bool) -> None:
        """After so many moments: the disk is full (once), or the power is cut."""
        self._left, self._full = moments, full

    def put_out(self) -> None:
        self._left = None

    def burn(self) -> None:
        """Raises `disk-full` or PowerCut when its moment has come."""
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._left = None
            if self._full:
                raise MunimentError("disk-full", path=IN_MEMORY)
            raise PowerCut


class FragileDatabase(Database):
    """A database in memory on a disk that can fail."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__(IN_MEMORY, bytes(KEY_BYTES))
        self._fuse = fuse

    @contextmanager
    def atomic(self) -> Iterator[None]:
        outermost = self._depth < 2
        with super().atomic():
            yield
            if outermost:
                self._fuse.burn()
        if outermost:
            self._burn_after()

    def _burn_after(self) -> None:
        """What is committed stays committed: only the power can go now."""
        try:
            self._fuse.burn()
        except MunimentError:
            self._fuse.light(0, full=True)


class FragileJournal(MemoryJournal):
    """A journal on a disk that can fail."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self._fuse = fuse

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        self._fuse.burn()
        super().prepare(mark, unsigned_block)
        self._fuse.burn()


class WorldClock:
    """What a computer believes the time is: the world's time, and how far this clock is off."""

    def __init__(self, off_ms: int) -> None:
        self.off_ms = off_ms
        self.passed_ms = 0

    def now_ms(self) -> int:
        return max(0, FOUNDED_MS + self.passed_ms + self.off_ms)


class Computer:
    """Starts, stops and loses an office; `office` is the one that runs now."""

    def __init__(
        self,
        network: Network,
        number: int,
        random: Random,
        off_ms: int,
        office_class: OpenOffice,
        fill: Callable[[Database], None] | None = None,
        keep: int | None = None,
        acts_at_once: int | None = None,
    ) -> None:
        """`fill`: puts a replica on the empty disk, for an office that joins a network.

        `keep`: how many of the newest blocks stay in memory; older ones leave it one by one. None: as in real life.
        `acts_at_once`: what one transaction executes; the rest when the world says so. None: all.
        """
        self.number = number
        self.fuse = Fuse()
        self.clock = WorldClock(off_ms)
        self.starts = self.copies_put_back = 0
        self._network, self._random, self._office_class = network, random, office_class
        self._key = network.nodes[number]
        database = FragileDatabase(self.fuse)
        if fill is not None:
            fill(database)
        self._keep, self._acts_at_once = keep, acts_at_once
        self._store = self._stored(database)
        self._journal: Journal = FragileJournal(self.fuse)
        self.office = self._open()

    def _stored(self, database: Database) -> ReplicaStore:
        store = ReplicaStore(database)
        if self._keep is not None:
            store.settled.keep, store.settled.step = self._keep, 1
        return store

    def _open(self) -> Office:
        self.fuse.put_out()
        self.starts += 1
        office = self._office_class(
            self._store,
            self._network.charter,
            self.number,
            self._key,
            self._journal,
            self.clock,
            self._random.randbytes,
        )
        office.acts_at_once = self._acts_at_once
        return office

    def restart(self) -> None:
        """After a power cut: the same disk, read anew."""
        self.office = self._open()

    def restore(self, backup: list[StoredBlock], journal_lost: bool) -> None:
        """Begin again with the blocks of a backup; the intent file survived, or it went with the disk."""
        self.fuse.put_out()
        self.copies_put_back += 1
        self._store = self._stored(FragileDatabase(self.fuse))
        if journal_lost:
            self._journal = FragileJournal(self.fuse)
            self._store.database.set_meta("restored", b"1")  # as core/backup.py marks what it has put back
        self.office = self._open()
        for block in backup:
            self.office.receive(*block)

    def renew(self) -> None:
        """The office's next key is in force: it signs with that one, and keeps a new intent file with it."""
        self._key = self._network.nodes[self.number]
        self._journal = FragileJournal(self.fuse)
        self.office = self._open()

    def close(self) -> None:
        self.office.close()
