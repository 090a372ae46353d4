"""How fast a node may send: a cap that is kept, and how long what is planned will take.

The cap is kept where bytes are sent: each message waits until the cap has room for all of it, so no stretch of time
carries more; and HELLO asks the other side to keep to it as well, since what it has sent cannot be held back here.
Turns alternate, so both directions together stay under one cap. Idle time is not saved up.
"""

from dataclasses import dataclass

from core.store.encounters import Line

TLS_RECORD_BYTES = 16 << 10
TLS_OVERHEAD_BYTES = 22  # a record's header, its kind and its seal (RFC 8446 §5.2, AES-GCM or ChaCha20-Poly1305)
SLOWEST_BYTES_PER_S = 2048  # 16 kbit/s: slower than that a message may not be (sync/link.py)


@dataclass(frozen=True)
class Limits:
    """What a slow or paid connection is spared."""

    bytes_per_s: int | None = None  # on the socket, TLS included; None: no cap
    papers: bool = True  # whether scans travel

    def __post_init__(self) -> None:
        if self.bytes_per_s is not None and self.bytes_per_s < SLOWEST_BYTES_PER_S:
            raise ValueError(f"a cap is at least {SLOWEST_BYTES_PER_S} bytes per second")


def limits_of(line: Line) -> Limits:
    return Limits(max(line.bytes_per_s, SLOWEST_BYTES_PER_S) if line.bytes_per_s else None, line.papers)


class Pace:
    """A cap over all that is spent through it; time is handed in, in seconds of any clock that does not go back."""

    def __init__(self, bytes_per_s: int | None) -> None:
        self.bytes_per_s = bytes_per_s
        self._free_at_s = 0.0

    def wait_s(self, count: int, now_s: float) -> float:
        """How long to wait before so many bytes are sent; they count as spent from then on."""
        if self.bytes_per_s is None:
            return 0.0
        self._free_at_s = max(now_s, self._free_at_s) + count / self.bytes_per_s
        return self._free_at_s - now_s


def on_the_wire(message_bytes: int) -> int:
    """What a message with its length prefix takes on the socket."""
    return message_bytes + TLS_OVERHEAD_BYTES * -(-message_bytes // TLS_RECORD_BYTES)


def asked_pace(bytes_per_s: int) -> Pace:
    """What the other side asked for in HELLO; 0: nothing. It can slow its own meeting, but not for ever."""
    return Pace(max(bytes_per_s, SLOWEST_BYTES_PER_S) if bytes_per_s else None)


class Estimate:
    """How long the rest of a meeting will take, from a cap or from what has passed so far."""

    def __init__(self, bytes_per_s: int | None, began_s: float) -> None:
        self._cap, self._began_s = bytes_per_s, began_s

    def seconds_left(self, left: int, passed: int, now_s: float) -> float | None:
        """None while nothing can be said yet."""
        elapsed_s = now_s - self._began_s
        measured = passed / elapsed_s if elapsed_s >= 1 and passed else None
        rates = [rate for rate in (self._cap, measured) if rate]
        return left / min(rates) if rates else None
