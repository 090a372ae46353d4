"""Noticing that this computer slept: its clock has gone on where its running time has not.

A clock that somebody sets looks the same and costs the same: one more round of calls. Time is handed in.
"""

SLEPT_S = 10.0


class Waking:
    def __init__(self, running_s: float, clock_ms: int) -> None:
        self._apart_s = clock_ms / 1000 - running_s

    def woke(self, running_s: float, clock_ms: int) -> bool:
        """Whether it slept since this was asked last."""
        apart_s = clock_ms / 1000 - running_s
        slept = abs(apart_s - self._apart_s) >= SLEPT_S
        self._apart_s = apart_s
        return slept
