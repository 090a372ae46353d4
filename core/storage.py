"""How much room an office's copy takes, and how long the disk lasts if the offices go on as they did lately.

The rate is that of the newest blocks: at most so many, and not older than a season. What a clock claims is believed
no further than that: a block dated in the future, or long ago, is left out of the count.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from core.ledger.block import decode_header
from core.store.database import IN_MEMORY
from core.store.replica import ReplicaStore

LOOKED_AT = 2_000  # blocks: some 20 ms
SEASON_DAYS = 90
LEAST_DAYS = 7  # before that nobody can tell a rate
DAYS_A_MONTH = 30.4
LINE_BYTES_A_MINUTE = 64_000 / 8 * 60
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class StorageMeter:
    """Sizes in bytes. `days`, `acts_lately` and `sent_lately` are of the newest blocks, all offices together."""

    replica: int
    archive: int
    free: int
    acts: int
    days: float
    acts_lately: int
    sent_lately: int  # headers, signatures and payloads, uncompressed

    @property
    def bytes_an_act(self) -> int:
        """On this disk, with all that is derived from it; 0 before the first act."""
        return (self.replica + self.archive) // self.acts if self.acts else 0

    @property
    def months_left(self) -> float | None:
        """Until the disk is full; None while the rate is not known."""
        if self.days < LEAST_DAYS or not self.acts_lately:
            return None
        return self.free / (self.acts_lately * self.bytes_an_act) * self.days / DAYS_A_MONTH

    @property
    def line_minutes_a_week(self) -> float | None:
        """A week of all offices over a line of 64 kbit/s, if nothing was compressed; None while it is not known."""
        if self.days < LEAST_DAYS:
            return None
        return self.sent_lately / self.days * 7 / LINE_BYTES_A_MINUTE


def read_storage(store: ReplicaStore, now: int) -> StorageMeter:
    """On the office's thread; some 20 ms. `now`: in ms, by this computer's clock."""
    begin, acts, sent = now, 0, 0
    for header_bytes, count, size in store.chain.newest_sizes(LOOKED_AT):
        claimed = decode_header(header_bytes).claimed_ms
        if now - SEASON_DAYS * _DAY_MS <= claimed <= now:
            begin, acts, sent = min(begin, claimed), acts + count, sent + size
    archive = store.archive.size_bytes if store.archive is not None else 0
    path = store.database.path
    free = 0 if path == IN_MEMORY else shutil.disk_usage(Path(path).parent).free
    _, all_acts = store.chain.counts()
    return StorageMeter(store.database.size_bytes, archive, free, all_acts, (now - begin) / _DAY_MS, acts, sent)
