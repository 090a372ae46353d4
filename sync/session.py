"""A meeting, as a state machine without any input or output (PROTOCOL.md §3): messages in, messages out.

Both sides run the same machine; one is the initiator and has the first turn. HELLO compares the digests of
the two version vectors; if they differ, VECTOR tells what has changed (sync/comparing.py), ASK and TELL find
where chains part (sync/resolving.py), and then the sides take turns: one block written under the writing
rule, every block that the other lacks, END. When both have had a turn with nothing in it, case files and
then scans follow in turns of the same kind, if either side has something of them; in each turn new blocks go
first. A courier file is the same machine one way: HELLO, one turn, END. Each block is committed by the
replica before the next is looked at (sync/meeting.py gathers what has arrived into one flush, before a word
is said), so a cut loses nothing and the next meeting goes on from there. A peer is given codes, no sentences.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core.errors import MunimentError
from sync.compact import Compactor
from sync.giving import Giving, GivingThese
from sync.key_talk import KeyTalk
from sync.link import PREFIX_BYTES
from sync.messages import (
    CASE_FILES,
    KEYS,
    PAPERS,
    Ask,
    BlockMessage,
    Buckets,
    Bye,
    CarriedCase,
    CaseMessage,
    Chunk,
    End,
    Headers,
    Held,
    Hello,
    Keys,
    Message,
    Part,
    Plan,
    ShortTip,
    Tell,
    Vector,
    Want,
    WantKeys,
    decode_message,
    encode_message,
    short_tip,
)
from sync.opening import Opening
from sync.pace import Limits
from sync.paper_talk import PaperTalk
from sync.progress import Progress
from sync.replica import Replica, StoredBlock
from sync.states import EXPECTED, TRANSITIONS, State
from sync.taking import Taking
from sync.talk import Talk

__all__ = ["EXPECTED", "TRANSITIONS", "Progress", "Session", "State"]

MAX_WRITTEN = 4  # blocks that one side writes in one meeting
MAX_TURNS = 64  # of one side; blocks that go on arriving from third offices wait for the next meeting
MAX_TALK_TURNS = 4096  # of case files or scans


class Session:
    """One side of one meeting. Call `start`, then feed `receive`; after each send all of `outgoing`.

    `peer`: number of the member one talks with; without it nothing is remembered of it, and acts are all there is.
    `limits`: what a slow or paid connection is spared.
    """

    def __init__(
        self,
        replica: Replica,
        initiator: bool,
        peer: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.state = State.HELLO
        self.progress = Progress()
        self._replica = replica
        self._initiator = initiator
        self._peer = peer
        self._one_way = False
        self._limits = limits or Limits()
        self.asked_bytes_per_s = 0  # by the peer, of this side; 0: no cap
        self._compactor = Compactor(replica)
        self._giving = Giving(replica, self._compactor)
        self._taking = Taking(replica, self._compactor, self.progress, self._arrived)
        self._queue: deque[Message] = deque()
        self._opening: Opening
        self._talks: dict[int, Talk] = {}
        if peer is not None and self._limits.papers:
            self._talks[PAPERS] = PaperTalk(replica.papers, peer, self.progress)
        if peer is not None:
            self._talks[KEYS] = KeyTalk(replica, peer)
        self._beside = 0
        self._to_come: list[Talk] = []  # after acts
        self._talk: Talk | None = None  # None: acts
        self._turns = 0
        self._last_sent: int | None = None  # in my last turn
        self._last_received: int | None = None  # in the peer's last turn
        self._arriving = 0
        self._parting: list[ShortTip] | None = None  # my vector in a turn that had no blocks
        self._said_beside: Iterable[Message] = ()  # of a file, after its blocks
        self._heard_beside: Callable[[Want | Chunk | CarriedCase], None] | None = None

    @classmethod
    def to_file(
        cls,
        replica: Replica,
        blocks: list[bytes],
        passing: Callable[[StoredBlock], None],
        beside: Iterable[Message] = (),
    ) -> "Session":
        """The writing end of a courier file: one turn, which gives these blocks and what is said beside; each block
        goes by `passing`.
        """
        session = cls(replica, initiator=True)
        session._one_way = True
        session._giving = GivingThese(replica, session._compactor, blocks, passing)
        session._said_beside = beside
        return session

    @classmethod
    def from_file(cls, replica: Replica, beside: Callable[[Want | Chunk | CarriedCase], None]) -> "Session":
        """The reading end of a courier file. `beside`: hears what is said of scans and case files."""
        session = cls(replica, initiator=False)
        session._one_way = True
        session._taking = Taking(replica, session._compactor, session.progress, session._arrived, keeps_parts=False)
        session._heard_beside = beside
        return session

    def talk_of_case_files(self, talk: Talk) -> None:
        """Before `start`: there is a worker for shared drafts."""
        self._talks[CASE_FILES] = talk

    @property
    def finished(self) -> bool:
        return self.state is State.FINISHED

    @property
    def hears_on(self) -> bool:
        """Whether the other side may go on without a word from here."""
        return self.state is State.PEER_TURN

    def start(self) -> None:
        """What the last meeting left over, when its four blocks were written, is written now: otherwise two offices
        that hold the same would have nothing to tell each other, for ever.
        """
        replica = self._replica
        if not self._one_way:
            self.progress.blocks_written += replica.write() is not None
        elif not self._initiator:
            return  # a file is not answered
        self._opening = Opening(replica, self._peer, self._compactor, self._queue)
        self._beside = sum(bit for bit, talk in self._talks.items() if talk.has_something)
        self._opening.say_hello(sum(self._talks), self._beside, self._limits.bytes_per_s or 0)
        if self._one_way:
            self._move(State.MY_TURN)

    def outgoing(self) -> Iterator[bytes]:
        """Messages to send now, without prefix. Lazy: blocks are read as they are sent; exhaust it."""
        while self._queue or (self.state is State.MY_TURN and self.errand() is None):
            if self._queue:
                yield self._encode(self._queue.popleft())
            else:
                yield from self._take_turn()

    def errand(self) -> Callable[[], Any] | None:
        """Slow work that has to be done, on any thread, before `outgoing` goes on; its result to `errand_done`."""
        if self.state is not State.MY_TURN or self._talk is None:
            return None
        return self._talk.errand()

    def errand_done(self, result: Any) -> None:
        assert self._talk is not None
        self._talk.errand_done(result)

    def receive(self, data: bytes) -> None:
        """Take one message. Raises MunimentError when the meeting has failed; BYE is then still in
        `outgoing`.

        `peer-said-bye` (why: its code), `other-network`, `other-protocol-version`, `unexpected-message`,
        `malformed-message`, the codes of `Taking`, of the talks and of `Replica.receive`.
        """
        self.progress.bytes_received += PREFIX_BYTES + len(data)
        try:
            self._dispatch(decode_message(data))
        except MunimentError as error:
            self._fail(error.code)
            raise

    def stop(self, code: str) -> None:
        """End it from this side: BYE is in `outgoing`."""
        self._fail(code)

    def _dispatch(self, message: Message) -> None:
        if isinstance(message, Bye):
            raise MunimentError("peer-said-bye", why=message.code)
        if not isinstance(message, EXPECTED[self.state]):
            raise MunimentError("unexpected-message", kind=type(message).__name__, state=self.state.name)
        match message:
            case Hello():
                self._on_hello(message)
            case Buckets() | Vector() | Ask() | Tell() | Headers():
                self._on_opening(message)
            case Held():
                self._giving.take_held(message.parts)
            case Plan():
                self.progress.acts_expected += message.acts
                self.progress.bytes_expected += message.size
            case Part():
                self._taking.take_part(message)
            case BlockMessage():
                self._arriving += 1
                self._taking.take_block(message)
            case Keys() if self._talk is None or Keys not in self._talk.accepts:
                self._replica.keys.take(message.envelopes)
            case CaseMessage() | CarriedCase() | Want() | Chunk() | WantKeys() | Keys():
                self._on_talk(message)
            case End():
                self._on_end(message)

    def _fail(self, code: str) -> None:
        self._queue.clear()
        if code != "peer-said-bye" and self.state is not State.FINISHED:
            self._queue.append(Bye(code))
        self.state = State.FAILED

    def _move(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], (self.state, state)
        self.state = state
        if state is State.FINISHED and not self._one_way and not self.progress.blocks_aside:  # those aside have come
            self.progress.lacking = {tip.author for tip in self._opening.peer_tips if not self._has(tip)}

    def _has(self, tip: ShortTip) -> bool:
        return any(held.startswith(tip.prefix) for held in self._replica.at(tip.author, tip.incarnation, tip.seq))

    def _encode(self, message: Message) -> bytes:
        data = encode_message(message)
        self.progress.bytes_sent += PREFIX_BYTES + len(data)
        return data

    # -- opening -----------------------------------------------------------------------------------------

    def _on_hello(self, hello: Hello) -> None:
        if hello.network != self._replica.network:
            raise MunimentError("other-network")
        if self._one_way:
            self._move(State.PEER_TURN)
            return
        self.asked_bytes_per_s = hello.pace
        both = self._beside | hello.beside
        self._to_come = [talk for bit, talk in sorted(self._talks.items()) if both & bit and hello.capabilities & bit]
        state = self._opening.take_hello(hello)
        if state is not State.FINISHED:
            self._move(state)
            return
        self._giving.peer_holds = {tip.id for tip in self._opening.mine}
        self._remember_parting([short_tip(tip) for tip in self._opening.mine])
        self._begin_talk()
        self._move(State.FINISHED if self._talk is None else self._first_turn)

    def _on_opening(self, message: Buckets | Vector | Ask | Tell | Headers) -> None:
        state = self._opening.take(message)
        if state is State.MY_TURN:  # all is known that turns need
            self.progress.forks |= self._opening.forks
            self._giving.peer_holds = self._opening.peer_holds()
            self._move(self._first_turn)
        elif state is not self.state:
            self._move(state)
        self.progress.blocks_expected = self._opening.blocks_expected

    @property
    def _first_turn(self) -> State:
        return State.MY_TURN if self._initiator else State.PEER_TURN

    # -- turns -------------------------------------------------------------------------------------------

    def _take_turn(self) -> Iterator[bytes]:
        """Write, if a reason came up; send what the peer lacks; say how much that was."""
        self._turns += 1
        sent = 0
        for message in self._said_in_turn():
            yield self._encode(message)
            if self.state is not State.MY_TURN:  # BYE arrived meanwhile
                return
            sent += not isinstance(message, Part | Plan | Keys)
            self.progress.blocks_sent += isinstance(message, BlockMessage)
        self._last_sent = sent
        ending = End(sent)
        self._go_on(State.PEER_TURN)
        yield self._encode(ending)

    def _said_in_turn(self) -> Iterator[Message]:
        if self._turns > (MAX_TURNS if self._talk is None else MAX_TALK_TURNS):
            self._parting = None  # something may be left
            return
        # Before the first blocks have come there is nothing new to write about.
        if self._last_received is not None and self.progress.blocks_written < MAX_WRITTEN:
            self.progress.blocks_written += self._replica.write() is not None
        missing = self._giving.missing()
        self.progress.withheld |= self._giving.withheld
        if missing and self._turns == 1 and self._talk is None:
            plan = self._giving.plan(missing)
            self.progress.acts_planned += plan.acts
            self.progress.bytes_planned += plan.size
            yield plan
        for block in missing:
            yield from self._giving.messages(block)
        yield from self._said_beside
        if self._talk is not None:
            yield from self._talk.turn()
        elif not missing and not self._one_way:
            self._parting = [short_tip(tip) for tip in self._replica.vector()]

    def _go_on(self, turn_of: State) -> None:
        """After an END: the other's turn; or what comes after, where neither had anything."""
        if self._one_way:
            self._move(State.FINISHED)
            return
        if self._last_sent == 0 and self._last_received == 0:
            if self._talk is None:
                self._remember_parting(self._parting)
            self._begin_talk()
            if self._talk is None:
                self._move(State.FINISHED)
                return
        self._move(turn_of)

    def _begin_talk(self) -> None:
        self._talk = self._to_come.pop(0) if self._to_come else None
        self._turns, self._last_sent, self._last_received = 0, None, None

    def _remember_parting(self, tips: list[ShortTip] | None) -> None:
        if self._peer is not None and tips is not None:
            self._replica.encounters.remember_met(self._peer, tips)

    def _arrived(self, block: bytes, before: bytes | None) -> None:
        if before is not None:
            self._giving.peer_holds.discard(before)
        self._giving.peer_holds.add(block)

    def _on_talk(self, message: Message) -> None:
        if self._heard_beside is not None and isinstance(message, Want | Chunk | CarriedCase):
            self._arriving += 1
            self._heard_beside(message)
            return
        if self._talk is None or not isinstance(message, self._talk.accepts):
            raise MunimentError("unexpected-message", kind=type(message).__name__, state=self.state.name)
        self._arriving += not isinstance(message, Keys)
        self._talk.take(message)

    def _on_end(self, end: End) -> None:
        if end.sent != self._arriving:
            raise MunimentError("blocks-lost", sent=end.sent, received=self._arriving)
        self._last_received, self._arriving = self._arriving, 0
        self._go_on(State.MY_TURN)
