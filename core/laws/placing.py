"""The place that an anchor gives an act, and what it tells of time (3-ledger §6, 8-practice 8).

Between two bounds an act has come into being: not before the consensus time of the newest anchor in its block's past,
not after that of the anchor which executes it. So a deadline has three answers: surely kept, surely missed, undecided.
Where the clocks of the quorum stood too far apart, nothing is sure. Days are days of UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1)
_LAST_DAY: Final = (date.max - _EPOCH).days


@dataclass(frozen=True, slots=True)
class Order:
    """One act's place. Other acts are named by the first 16 bytes of their ids.

    The functions are asked only where a verdict depends on them.
    """

    anchor: int  # number of the anchor that executes the act
    consensus_ms: int  # its consensus time: the act was written no later
    spread_ms: int  # newest minus oldest of the claimed times that the median was taken of
    unseen: Callable[[bytes], bool]  # neither block, the one of that act and the one of this, is in the other's past
    settled: Callable[[bytes], bool]  # that act was executed at an anchor whose block is in the past of this block
    not_before_ms: Callable[[], int]  # consensus time of the newest anchor in this block's past; 0 if there is none
    spread_limit_ms: int = DAY_MS  # of the charter; beyond it no deadline is decided

    def by(self, end_ms: int) -> bool | None:
        """Whether the act was surely made by this time; False: surely after it; None: undecided."""
        if self.spread_ms > self.spread_limit_ms:
            return None
        if self.consensus_ms <= end_ms:
            return True
        return False if self.not_before_ms() > end_ms else None

    def bracket(self) -> tuple[int, int] | None:
        """Between which times the act was made; None where the clocks stood too far apart."""
        if self.spread_ms > self.spread_limit_ms:
            return None
        return min(self.not_before_ms(), self.consensus_ms), self.consensus_ms

    @property
    def placed(self) -> "Placed":
        """What is kept of the place, for an act that is executed later than it came."""
        return Placed(self.not_before_ms(), self.consensus_ms, self.spread_ms, self.spread_limit_ms)


@dataclass(frozen=True, slots=True)
class Placed:
    """The time of an act that has had its place before: the same answers as then."""

    not_before_ms: int
    consensus_ms: int
    spread_ms: int
    spread_limit_ms: int = DAY_MS

    def by(self, end_ms: int) -> bool | None:
        if self.spread_ms > self.spread_limit_ms:
            return None
        if self.consensus_ms <= end_ms:
            return True
        return False if self.not_before_ms > end_ms else None

    def bracket(self) -> tuple[int, int] | None:
        if self.spread_ms > self.spread_limit_ms:
            return None
        return min(self.not_before_ms, self.consensus_ms), self.consensus_ms


@dataclass(frozen=True, slots=True)
class Claimed:
    """The time of an act that has no place yet: what its office says, until an anchor decides."""

    claimed_ms: int

    def by(self, end_ms: int) -> bool:
        return self.claimed_ms <= end_ms

    def bracket(self) -> tuple[int, int]:
        return self.claimed_ms, self.claimed_ms


def end_of_day(day: list[int]) -> int:
    """The last millisecond of a whole day, since 1970."""
    return ((date(*day) - _EPOCH).days + 1) * DAY_MS - 1


def day_of(at_ms: int) -> date:
    """The day of a time since 1970; of one after 9999 the last there is."""
    return _EPOCH + timedelta(days=min(at_ms // DAY_MS, _LAST_DAY))
