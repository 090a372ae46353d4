"""The only place that reads time. The device clock is a claim, never an order (3-ledger §11)."""

import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since 1970 as this computer believes them; never below 0."""
        ...


class SystemClock:
    def now_ms(self) -> int:
        return max(0, time.time_ns() // 1_000_000)


def worked_s() -> float:
    """Seconds that this thread has had of the processor; only differences mean something."""
    return time.thread_time()
