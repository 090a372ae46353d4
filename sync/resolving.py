"""Where two chains part: from two version vectors to what the peer holds, and to the proof of a fork.

Usually one side is simply behind: its tip lies on the other's chain. The side that holds more can tell, and
says nothing. A tip that does not lie there (or one of several, if the author's fork is known) is searched
for: ASK names the peer's tip and up to sixteen seqs, TELL gives the first 16 bytes of the ids on that
chain, until the newest block held by both is found; a chain of a million blocks takes five questions. Being
asked about one's tip means that it is contested, so the peer's tips of that author are searched for in
turn. Where the chains part each side sends its header of the next block: with the receiver's own it proves
the fork. An empty ASK says: nothing to ask (any more).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import MunimentError
from core.ledger.block import block_id, decode_header
from sync.messages import (
    ID_PREFIX_BYTES,
    MAX_PROBES,
    MAX_QUESTIONS,
    Ask,
    Headers,
    Message,
    Question,
    ShortTip,
    Tell,
)
from sync.replica import Replica, SignedHeader, Tip

MAX_SEARCHES = 4096
MAX_SEARCHES_A_CHAIN = 64
MAX_ASKED = 256  # ASK messages from one peer
MAX_HEADERS_RECEIVED = 1024

Chain = tuple[int, int]  # (author, incarnation)
AnyTip = TypeVar("AnyTip", Tip, ShortTip)


@dataclass
class _Search:
    """For the newest block held here on the chain of a peer's tip: at `low` or above, not above `high`."""

    tip: ShortTip
    high: int
    low: int = 0
    held: bytes | None = None  # the block at `low`

    def probes(self) -> tuple[int, ...]:
        """Up to sixteen seqs in (low, high], evenly apart, ascending, the last being `high`."""
        span = self.high - self.low
        count = min(MAX_PROBES, span)
        return tuple(self.low + span * step // count for step in range(1, count + 1))


class Resolution:
    """One side's part. Feed `receive`; `finished` when neither side has anything to ask."""

    def __init__(self, replica: Replica, mine: Sequence[Tip], theirs: Sequence[ShortTip]) -> None:
        self.forks: set[int] = set()  # authors proved here by the headers that came
        self.blocks_expected = 0
        self._replica = replica
        self._mine = _by_chain(mine)
        self._theirs = _by_chain(theirs)
        self._held: set[bytes] = set()
        self._behind: dict[Chain, Tip | None] = {}  # my only tip, taken to lie below the peer's
        self._searches: list[_Search] = []
        self._asked: list[_Search] = []
        self._evidence: list[Message] = []
        self._said_nothing_to_ask = False
        self._peer_has_nothing_to_ask = False
        self._asks_received = 0
        self._headers_received = 0
        for chain, tips in self._theirs.items():
            self._sort(chain, tips)

    @property
    def finished(self) -> bool:
        return self._said_nothing_to_ask and self._peer_has_nothing_to_ask

    def peer_holds(self) -> set[bytes]:
        """Ids of held blocks whose whole chains the peer holds."""
        return self._held | {tip.id for tip in self._behind.values() if tip is not None}

    def start(self) -> list[Message]:
        return self._ask()

    def receive(self, message: Ask | Tell | Headers) -> list[Message]:
        """Answers, in order. Raises `unexpected-message`, `unknown-tip`, `too-many-…`, evidence's codes."""
        match message:
            case Ask():
                return self._on_ask(message)
            case Tell():
                return self._on_tell(message)
            case Headers():
                self._on_headers(message)
                return []

    # -- sorting the peer's tips -------------------------------------------------------------------------

    def _sort(self, chain: Chain, tips: Sequence[ShortTip]) -> None:
        mine = self._mine.get(chain, [])
        newest = max((tip.seq for tip in mine), default=0)
        unknown = []
        for tip in tips:
            held = self._find(tip, tip.seq, tip.prefix)
            if held is None:
                unknown.append(tip)
                self.blocks_expected += max(0, tip.seq - newest)
            else:
                self._held.add(held)
        if len(tips) == 1 and unknown and len(mine) <= 1 and newest < tips[0].seq:
            self._behind[chain] = mine[0] if mine else None
        else:
            self._search(chain, unknown)

    def _search(self, chain: Chain, tips: Sequence[ShortTip]) -> None:
        newest = max((tip.seq for tip in self._mine.get(chain, [])), default=0)
        if newest == 0:
            return  # there is nothing in common
        # A tip that is not held stands above the newest common block. Even where only the first block is in
        # question it is asked for: being asked is how the peer learns that its tip is contested.
        # Of a chain with countless branches most are not searched for: what is not known to be held is sent once
        # more. Refusing the meeting would let one forker keep honest offices apart.
        room = min(MAX_SEARCHES_A_CHAIN, MAX_SEARCHES - len(self._searches))
        self._searches += [_Search(tip, max(1, min(tip.seq - 1, newest))) for tip in tips[: max(0, room)]]

    def _find(self, tip: ShortTip, seq: int, prefix: bytes) -> bytes | None:
        for held in self._replica.at(tip.author, tip.incarnation, seq):
            if held[:ID_PREFIX_BYTES] == prefix:
                return held
        return None

    # -- asking ------------------------------------------------------------------------------------------

    def _ask(self) -> list[Message]:
        """The next ASK, if none is open and there is one to send."""
        evidence, self._evidence = self._evidence, []
        if self._asked or (self._said_nothing_to_ask and not self._searches):
            return evidence
        self._asked, self._searches = self._searches[:MAX_QUESTIONS], self._searches[MAX_QUESTIONS:]
        self._said_nothing_to_ask = not self._asked
        return [*evidence, Ask(tuple(Question(search.tip, search.probes()) for search in self._asked))]

    def _on_tell(self, tell: Tell) -> list[Message]:
        asked, self._asked = self._asked, []
        if not asked or [len(answer) for answer in tell.answers] != [len(one.probes()) for one in asked]:
            raise MunimentError("unexpected-message", kind="Tell")
        for search, answer in zip(asked, tell.answers, strict=True):
            self._narrow(search, answer)
            if search.low < search.high:
                self._searches.append(search)
            else:
                self._settle(search)
        return self._ask()

    def _narrow(self, search: _Search, answer: Sequence[bytes]) -> None:
        for seq, prefix in zip(search.probes(), answer, strict=True):
            held = self._find(search.tip, seq, prefix)
            if held is None:
                search.high = seq - 1
                return
            search.low, search.held = seq, held

    def _settle(self, search: _Search) -> None:
        if search.held is not None:
            self._held.add(search.held)
        self._queue_evidence(search)

    # -- answering ---------------------------------------------------------------------------------------

    def _on_ask(self, ask: Ask) -> list[Message]:
        self._asks_received += 1
        if self._asks_received > MAX_ASKED:
            raise MunimentError("too-many-questions", limit=MAX_ASKED)
        self._peer_has_nothing_to_ask = not ask.questions
        if not ask.questions:
            return []
        answers = tuple(self._answer(question) for question in ask.questions)
        for question in ask.questions:
            self._contest((question.tip.author, question.tip.incarnation))
        # My own questions go first: until the peer has seen them it must not take me for ready.
        return [*self._ask(), Tell(answers)]

    def _answer(self, question: Question) -> tuple[bytes, ...]:
        tip = question.tip
        held = self._find(tip, tip.seq, tip.prefix)
        if held is None or not all(1 <= seq <= tip.seq for seq in question.seqs):
            raise MunimentError("unknown-tip", author=tip.author, seq=tip.seq)
        return tuple(self._replica.ancestor(held, seq)[:ID_PREFIX_BYTES] for seq in question.seqs)

    def _contest(self, chain: Chain) -> None:
        if chain in self._behind:
            del self._behind[chain]
            self._search(chain, self._theirs[chain])

    # -- evidence ----------------------------------------------------------------------------------------

    def _queue_evidence(self, search: _Search) -> None:
        author, incarnation = search.tip.author, search.tip.incarnation
        for other in self._replica.at(author, incarnation, search.low + 1)[:1]:
            block = self._replica.block(other)
            self._evidence.append(Headers((SignedHeader(block.header, block.signature),)))

    def _on_headers(self, message: Headers) -> None:
        self._headers_received += len(message.headers)
        if self._headers_received > MAX_HEADERS_RECEIVED:
            raise MunimentError("too-many-headers", limit=MAX_HEADERS_RECEIVED)
        for theirs in message.headers:
            header = decode_header(theirs.header)
            identity = block_id(self._replica.network, theirs.header)
            for held in self._replica.at(header.author, header.incarnation, header.seq):
                if held != identity:
                    block = self._replica.block(held)
                    self._replica.add_evidence(SignedHeader(block.header, block.signature), theirs)
                    self.forks.add(header.author)
                    break


def _by_chain(tips: Sequence[AnyTip]) -> dict[Chain, list[AnyTip]]:
    chains: dict[Chain, list[AnyTip]] = {}
    for tip in tips:
        chains.setdefault((tip.author, tip.incarnation), []).append(tip)
    return chains
