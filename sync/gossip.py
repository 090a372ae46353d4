"""Whom to meet when, without being told: pure decisions over the time that is handed in.

A neighbour is due as soon as something is held here that was not when the two last met, and otherwise once
a minute. Of two neighbours the one with the lower number calls; the other waits a little longer, so that
they do not cross. A neighbour that failed is left alone for a time that doubles, up to five minutes; one that only
did not answer, up to a quarter of one, so that a cable put in again is noticed. A neighbour that comes anew, and
everybody after this computer slept or moved to another network, is tried at once.
Meetings of two nodes that hold the same cost 160 bytes, so all of this is cheap, and it ends: when nothing
awaits, nobody writes (3-ledger §5).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sync.messages import vector_digest
from sync.replica import Tip

NEWS_AFTER_S = 2.0
QUIET_AFTER_S = 60.0
_YIELD_S = 5.0
_FIRST_RETRY_S = 5.0
_LAST_RETRY_S = 300.0
_LAST_RETRY_UNREACHED_S = 15.0
MAX_AT_ONCE = 4


@dataclass
class _Acquaintance:
    met_s: float | None = None
    digest: bytes = b""
    failures: int = 0
    not_before_s: float = 0.0


class Gossip:
    def __init__(self, own_number: int) -> None:
        self._own_number = own_number
        self._known: dict[int, _Acquaintance] = {}

    def due(self, vector: Sequence[Tip], near: Collection[int], now_s: float) -> list[int]:
        """Members to meet now, those unmet longest first, four at most."""
        digest = vector_digest(vector)
        found = []
        for number in near:
            known = self._known.setdefault(number, _Acquaintance(not_before_s=now_s + self._patience_s(number)))
            if now_s >= known.not_before_s and self._is_due(known, number, digest, now_s):
                found.append((known.met_s or 0.0, number))
        return [number for _, number in sorted(found)[:MAX_AT_ONCE]]

    def met(self, number: int, vector: Sequence[Tip], now_s: float) -> None:
        self._known[number] = _Acquaintance(now_s, vector_digest(vector), not_before_s=now_s + NEWS_AFTER_S)

    def failed(self, number: int, now_s: float, unreached: bool = False) -> None:
        """`unreached`: nobody answered, so that nothing is known against it."""
        known = self._known.setdefault(number, _Acquaintance())
        wait_s = min(_FIRST_RETRY_S * 2**known.failures, _LAST_RETRY_UNREACHED_S if unreached else _LAST_RETRY_S)
        known.failures = min(known.failures + 1, 10)
        known.not_before_s = now_s + wait_s

    def try_again(self, numbers: Collection[int] | None = None) -> None:
        """What failed before says nothing any more; of everybody, where nobody is named."""
        for number, known in self._known.items():
            if known.failures and (numbers is None or number in numbers):
                known.failures, known.not_before_s = 0, 0.0

    def _is_due(self, known: _Acquaintance, number: int, digest: bytes, now_s: float) -> bool:
        if known.met_s is None or known.digest != digest:
            return True
        return now_s - known.met_s >= QUIET_AFTER_S + self._patience_s(number)

    def _patience_s(self, number: int) -> float:
        return _YIELD_S if self._own_number > number else 0.0
