"""The opening of a meeting: from HELLO to what each side holds (PROTOCOL.md §3). Messages in, messages out."""

from collections import Counter, deque
from collections.abc import Iterator

from core.errors import MunimentError
from sync.compact import Compactor
from sync.comparing import Comparison, remembered
from sync.messages import (
    MAX_PARTS_HELD,
    MAX_TIPS,
    Ask,
    Buckets,
    Headers,
    Held,
    Hello,
    Message,
    PartHeld,
    ShortTip,
    Tell,
    Vector,
    vector_digest,
)
from sync.replica import Replica
from sync.resolving import Resolution
from sync.states import State

MAX_VECTOR_TIPS = 1 << 16


class Opening:
    """One side's part. What it has to say goes into `queue`; what it returns is the state that follows, MY_TURN where
    both sides know what each holds.
    """

    def __init__(self, replica: Replica, peer: int | None, compactor: Compactor, queue: deque[Message]) -> None:
        self.mine = tuple(replica.vector())
        self.peer_tips: list[ShortTip] = []
        self._replica, self._compactor, self._queue = replica, compactor, queue
        self._digest = vector_digest(self.mine)
        most = MAX_VECTOR_TIPS // len(replica.roll.members)
        self._comparison = Comparison(self.mine, remembered(replica, peer), most)
        self._told: list[ShortTip] = []  # by the peer
        self._resolution: Resolution | None = None

    def say_hello(self, able: int, beside: int, pace: int) -> None:
        replica, digest, met = self._replica, self._digest, self._comparison.met_digest
        hello = Hello(replica.network, replica.roll.epoch, replica.anchor, digest, able, met, beside, pace)
        self._queue.append(hello)

    def take_hello(self, hello: Hello) -> State:
        """FINISHED: both hold the same."""
        if hello.vector_digest == self._digest:
            return State.FINISHED
        if self._comparison.take_met(hello.met):
            self._queue.extend(self._vector())
            return State.VECTOR
        self._queue.append(Buckets(self._comparison.buckets))
        return State.BUCKETS

    def take(self, message: Buckets | Vector | Ask | Tell | Headers) -> State:
        """Raises `vector-too-long` and the codes of `Resolution.receive`."""
        match message:
            case Buckets():
                self._comparison.take_buckets(message.digests)
                self._queue.extend(self._vector())
                return State.VECTOR
            case Vector():
                return self._take_vector(message)
            case _:
                assert self._resolution is not None
                return self._advance(self._resolution.receive(message))

    @property
    def forks(self) -> set[int]:
        """Authors whose fork the headers that came have proved."""
        return self._resolution.forks if self._resolution else set()

    @property
    def blocks_expected(self) -> int:
        return self._resolution.blocks_expected if self._resolution else 0

    def peer_holds(self) -> set[bytes]:
        """Ids of held blocks whose whole chains the peer holds."""
        assert self._resolution is not None
        return self._resolution.peer_holds()

    def _vector(self) -> Iterator[Vector]:
        tips = self._comparison.told()
        for start in range(0, max(1, len(tips)), MAX_TIPS):
            yield Vector(start + MAX_TIPS >= len(tips), tuple(tips[start : start + MAX_TIPS]))

    def _take_vector(self, vector: Vector) -> State:
        self._told.extend(vector.tips)
        if len(self._told) > MAX_VECTOR_TIPS:
            raise MunimentError("vector-too-long", limit=MAX_VECTOR_TIPS)
        if not vector.last:
            return State.VECTOR
        theirs = self.peer_tips = self._comparison.whole(self._told)
        branches = Counter(tip.author for tip in theirs)
        self._compactor.contested = {author for author, count in branches.items() if count > 1}
        self._resolution = Resolution(self._replica, self.mine, theirs)
        held = [PartHeld(*part) for part in self._replica.encounters.partly()][:MAX_PARTS_HELD]
        if held:
            self._queue.append(Held(tuple(held)))
        return self._advance(self._resolution.start())

    def _advance(self, answers: list[Message]) -> State:
        assert self._resolution is not None
        self._queue.extend(answers)
        return State.MY_TURN if self._resolution.finished else State.RESOLVING
