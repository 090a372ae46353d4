"""A meeting, as a state machine without any input or output (PROTOCOL.md §3): messages in, messages out.

Both sides run the same machine; one is the initiator and has the first turn. HELLO compares the digests of
the two version vectors; if they differ, VECTOR tells the tips, ASK and TELL find where chains part
(sync/resolving.py), and then the sides take turns: one block written under the writing rule, every block
that the other lacks, END. The meeting is over when both have had a turn with nothing in it. Each block is
committed by the replica before the next is looked at, so a cut loses nothing and the next meeting goes on
from there. A peer is given codes, no sentences.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from core.errors import MunimentError
from sync.compact import Compactor
from sync.link import PREFIX_BYTES
from sync.messages import (
    MAX_TIPS,
    Ask,
    BlockMessage,
    Bye,
    End,
    Headers,
    Hello,
    Message,
    ShortTip,
    Tell,
    Vector,
    decode_message,
    encode_message,
    short_tip,
    vector_digest,
)
from sync.replica import Received, Replica, Tip
from sync.resolving import Resolution

MAX_WRITTEN = 4  # blocks that one side writes in one meeting
MAX_TURNS = 64  # of one side; blocks that go on arriving from third offices wait for the next meeting
MAX_VECTOR_TIPS = 1 << 16


class State(Enum):
    HELLO = "waits for the peer's HELLO"
    VECTOR = "waits for the peer's VECTOR"
    RESOLVING = "finds out where chains part"
    MY_TURN = "sends blocks"
    PEER_TURN = "takes blocks"
    FINISHED = "finished"
    FAILED = "failed"


# What may arrive in each state; anything else ends the meeting with `unexpected-message`. BYE always may.
EXPECTED: dict[State, tuple[type, ...]] = {
    State.HELLO: (Hello,),
    State.VECTOR: (Vector,),
    State.RESOLVING: (Ask, Tell, Headers),
    State.MY_TURN: (),
    State.PEER_TURN: (BlockMessage, End),
    State.FINISHED: (),
    State.FAILED: (),
}
# Where each state may lead; a picture of it is made from here.
TRANSITIONS: dict[State, tuple[State, ...]] = {
    State.HELLO: (State.VECTOR, State.FINISHED, State.FAILED),
    State.VECTOR: (State.RESOLVING, State.FAILED),
    State.RESOLVING: (State.MY_TURN, State.PEER_TURN, State.FAILED),
    State.MY_TURN: (State.PEER_TURN, State.FINISHED, State.FAILED),
    State.PEER_TURN: (State.MY_TURN, State.FINISHED, State.FAILED),
    State.FINISHED: (),
    State.FAILED: (),
}


@dataclass
class Progress:
    """Counts so far. Bytes are those of messages with their length prefix, before TLS."""

    blocks_sent: int = 0
    blocks_received: int = 0
    blocks_new: int = 0  # of those received, committed here for the first time
    blocks_aside: int = 0
    blocks_expected: int = 0  # to be received, as far as the vectors tell
    blocks_written: int = 0  # by this node under the writing rule
    bytes_sent: int = 0
    bytes_received: int = 0
    forks: set[int] = field(default_factory=set)  # authors whose fork this meeting proved
    # Authors of whom one side knows blocks that it could not pass on: their content is not on its computer any more.
    lacking: set[int] = field(default_factory=set)  # the peer told of them, and they did not come
    withheld: set[int] = field(default_factory=set)  # we know of them, and the peer does not have them


class Session:
    """One side of one meeting. Call `start`, then feed `receive`; after each send all of `outgoing`."""

    def __init__(self, replica: Replica, initiator: bool) -> None:
        self.state = State.HELLO
        self.progress = Progress()
        self._replica = replica
        self._initiator = initiator
        self._compactor = Compactor(replica)
        self._mine: tuple[Tip, ...] = ()
        self._peer_tips: list[ShortTip] = []
        self._resolution: Resolution | None = None
        self._peer_holds: set[bytes] = set()  # ids of held blocks whose chains the peer holds too
        self._queue: deque[Message] = deque()
        self._turns = 0
        self._last_sent: int | None = None  # blocks in my last turn
        self._last_received: int | None = None  # blocks in the peer's last turn
        self._arriving = 0

    @property
    def finished(self) -> bool:
        return self.state is State.FINISHED

    def start(self) -> None:
        """What the last meeting left over, when its four blocks were written, is written now: otherwise two offices
        that hold the same would have nothing to tell each other, for ever.
        """
        replica = self._replica
        self.progress.blocks_written += replica.write() is not None
        self._mine = tuple(replica.vector())
        digest = vector_digest(self._mine)
        self._queue.append(Hello(replica.network, replica.roll.epoch, replica.anchor, digest))

    def outgoing(self) -> Iterator[bytes]:
        """Messages to send now, without prefix. Lazy: blocks are read as they are sent; exhaust it."""
        while self._queue or self.state is State.MY_TURN:
            if self._queue:
                yield self._encode(self._queue.popleft())
            else:
                yield from self._take_turn()

    def receive(self, data: bytes) -> None:
        """Take one message. Raises MunimentError when the meeting has failed; BYE is then still in
        `outgoing`.

        `peer-said-bye` (why: its code), `other-network`, `other-protocol-version`, `unexpected-message`,
        `malformed-message`, the codes of `Compactor.unpack` and of `Replica.receive`.
        """
        self.progress.bytes_received += PREFIX_BYTES + len(data)
        try:
            self._dispatch(decode_message(data))
        except MunimentError as error:
            self._fail(error)
            raise

    def _dispatch(self, message: Message) -> None:
        if isinstance(message, Bye):
            raise MunimentError("peer-said-bye", why=message.code)
        if not isinstance(message, EXPECTED[self.state]):
            raise MunimentError("unexpected-message", kind=type(message).__name__, state=self.state.name)
        match message:
            case Hello():
                self._on_hello(message)
            case Vector():
                self._on_vector(message)
            case Ask() | Tell() | Headers():
                self._on_resolving(message)
            case BlockMessage():
                self._on_block(message)
            case End():
                self._on_end(message)

    def _fail(self, error: MunimentError) -> None:
        self._queue.clear()
        if error.code != "peer-said-bye" and self.state is not State.FINISHED:
            self._queue.append(Bye(error.code))
        self.state = State.FAILED

    def _move(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], (self.state, state)
        self.state = state
        if state is State.FINISHED and not self.progress.blocks_aside:  # those aside have come
            self.progress.lacking = {tip.author for tip in self._peer_tips if not self._has(tip)}

    def _has(self, tip: ShortTip) -> bool:
        return any(held.startswith(tip.prefix) for held in self._replica.at(tip.author, tip.incarnation, tip.seq))

    def _encode(self, message: Message) -> bytes:
        data = encode_message(message)
        self.progress.bytes_sent += PREFIX_BYTES + len(data)
        return data

    # -- comparing ---------------------------------------------------------------------------------------

    def _on_hello(self, hello: Hello) -> None:
        if hello.network != self._replica.network:
            raise MunimentError("other-network")
        if hello.vector_digest == vector_digest(self._mine):
            self._move(State.FINISHED)
            return
        self._move(State.VECTOR)
        tips = [short_tip(tip) for tip in self._told()]
        for start in range(0, max(1, len(tips)), MAX_TIPS):
            part = tuple(tips[start : start + MAX_TIPS])
            self._queue.append(Vector(start + MAX_TIPS >= len(tips), part))

    def _told(self) -> Iterator[Tip]:
        """My tips within what a vector may hold: of a forker with countless branches some, of all others all."""
        most, told = MAX_VECTOR_TIPS // len(self._replica.roll.members), Counter[int]()
        for tip in self._mine:
            told[tip.author] += 1
            if told[tip.author] <= most:
                yield tip

    def _on_vector(self, vector: Vector) -> None:
        self._peer_tips.extend(vector.tips)
        if len(self._peer_tips) > MAX_VECTOR_TIPS:
            raise MunimentError("vector-too-long", limit=MAX_VECTOR_TIPS)
        if not vector.last:
            return
        self._move(State.RESOLVING)
        branches = Counter(tip.author for tip in self._peer_tips)
        self._compactor.contested = {author for author, count in branches.items() if count > 1}
        self._resolution = Resolution(self._replica, self._mine, self._peer_tips)
        self.progress.blocks_expected = self._resolution.blocks_expected
        self._advance(self._resolution.start())

    def _on_resolving(self, message: Ask | Tell | Headers) -> None:
        assert self._resolution is not None
        self._advance(self._resolution.receive(message))

    def _advance(self, answers: list[Message]) -> None:
        assert self._resolution is not None
        self._queue.extend(answers)
        if not self._resolution.finished:
            return
        self.progress.forks |= self._resolution.forks
        self._peer_holds = self._resolution.peer_holds()
        self._move(State.MY_TURN if self._initiator else State.PEER_TURN)

    # -- turns -------------------------------------------------------------------------------------------

    def _take_turn(self) -> Iterator[bytes]:
        """Write, if a reason came up; send what the peer lacks; say how much that was."""
        self._turns += 1
        missing: list[bytes] = []
        if self._turns <= MAX_TURNS:
            # Before the first blocks have come there is nothing new to write about.
            if self._last_received is not None and self.progress.blocks_written < MAX_WRITTEN:
                self.progress.blocks_written += self._replica.write() is not None
            missing = self._replica.newer_than(self._peer_holds)
            tips = {tip.id: tip.author for tip in self._replica.vector()}
            self.progress.withheld |= {tips[tip] for tip in tips.keys() - self._peer_holds - set(missing)}
            self._peer_holds = set(tips)
        for block_id in missing:
            yield self._encode(self._compactor.pack(self._replica.block(block_id)))
            self.progress.blocks_sent += 1
            if self.state is not State.MY_TURN:  # BYE arrived meanwhile
                return
        self._last_sent = len(missing)
        self._move(State.FINISHED if self._nothing_left() else State.PEER_TURN)
        yield self._encode(End(len(missing)))

    def _nothing_left(self) -> bool:
        return self._last_sent == 0 and self._last_received == 0

    def _on_block(self, message: BlockMessage) -> None:
        self._arriving += 1
        self.progress.blocks_received += 1
        block_id, header, block = self._compactor.unpack(message)
        received = self._replica.receive(*block)
        if received is Received.ASIDE:
            self.progress.blocks_aside += 1
            return
        self.progress.blocks_new += received is Received.ACCEPTED
        if header.prev is not None:
            self._peer_holds.discard(header.prev)
        self._peer_holds.add(block_id)

    def _on_end(self, end: End) -> None:
        if end.sent != self._arriving:
            raise MunimentError("blocks-lost", sent=end.sent, received=self._arriving)
        self._last_received, self._arriving = self._arriving, 0
        self._move(State.FINISHED if self._nothing_left() else State.MY_TURN)
