"""A meeting of two offices: what `sync.session.Session` does over a link, as direct calls.

The sides take turns: write one block if the writing rule gives a reason, hand over what the other lacks; over when
both have had a turn with nothing in it. The first turn of all writes nothing, and a side writes four blocks at most.
Between the two offices stands a wire that may lose, double, cut or flip what it carries.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import MunimentError
from core.exchange import Received, StoredBlock
from core.office import Office

MAX_WRITTEN = 4
MAX_TURNS = 64

Carry = Callable[[StoredBlock], Iterable[StoredBlock]]
OwnWork = Callable[[Office], bool]


class Cut(Exception):  # noqa: N818  # no error of the program: the link is gone
    """The link broke between two messages."""


@dataclass(slots=True)
class Met:
    """What became of a meeting."""

    news: int = 0  # blocks that one side had and the other took in
    written: int = 0
    refused: str | None = None  # the code with which one side ended it


def direct(block: StoredBlock) -> Iterator[StoredBlock]:
    """A wire without faults."""
    yield block


@dataclass(slots=True)
class _Side:
    office: Office
    peer_holds: set[bytes] = field(default_factory=set)
    written: int = 0
    sent: int | None = None  # blocks in its last turn


def converse(first: Office, second: Office, carry: Carry = direct, own_work: OwnWork | None = None) -> Met:
    """`own_work(office)`: what an office records during the meeting in place of a block of the writing rule."""
    met, sides = Met(), (_Side(first), _Side(second))
    try:
        _talk(met, sides, carry, own_work)
        _give_keys(first, second)
        _give_keys(second, first)
    except Cut:
        met.refused = "cut"
    except MunimentError as error:
        met.refused = error.code
    return met


def _talk(met: Met, sides: tuple[_Side, _Side], carry: Carry, own_work: OwnWork | None) -> None:
    first, second = sides[0].office, sides[1].office
    for side in sides:  # what the last meeting left when its four blocks were written
        side.written = int(side.office.write() is not None)
        met.written += side.written
    if own_work is None and first.vector() == second.vector():  # HELLO compares the digests
        return
    sides[0].peer_holds.update(known_to(first, second))
    sides[1].peer_holds.update(known_to(second, first))
    for turn in range(2 * MAX_TURNS):
        me, peer = sides[turn % 2], sides[1 - turn % 2]
        if peer.sent is not None and me.written < MAX_WRITTEN:
            wrote = (own_work is not None and own_work(me.office)) or me.office.write() is not None
            me.written += wrote
            met.written += wrote
        met.news += _hand_over(me, peer, carry)
        if not me.sent and peer.sent == 0:
            break


def _give_keys(giver: Office, taker: Office) -> None:
    """Keys of sealed fields that did not come right behind their block."""
    wanted = taker.keys.wanted()
    _give(taker, giver.keys.for_member(taker.number, wanted) if wanted else ())


def _give(taker: Office, envelopes: Sequence[bytes]) -> None:
    if envelopes:
        taker.keys.take(envelopes)


def _hand_over(me: _Side, peer: _Side, carry: Carry) -> int:
    missing = me.office.newer_than(me.peer_holds)
    me.peer_holds = {tip.id for tip in me.office.vector()}
    news = 0
    for block_id in missing:
        for carried in carry(me.office.block(block_id)):
            received = peer.office.receive(*carried)
            news += received is Received.ACCEPTED
            if received is not Received.ASIDE:
                peer.peer_holds.add(block_id)
                _give(peer.office, me.office.keys.of_block(block_id))
    me.sent = len(missing)
    return news


def known_to(office: Office, other: Office) -> set[bytes]:
    """Newest blocks of `office` that the other holds too, by the chain of each of its tips.

    A session finds out the same with VECTOR, ASK and TELL (sync/resolving.py).
    """
    known = {tip.id for tip in other.vector() if office.holds(tip.id)}
    for tip in office.vector():
        block, seq = tip.id, tip.seq
        while seq and not other.holds(block):
            seq -= 1
            block = office.ancestor(block, seq) if seq else block
        if seq:
            known.add(block)
    return known


def send_courier(sender: Office, receiver: Office, carry: Carry = direct) -> Met:
    """One way: what is not in the past of the receiver's newest block held by the sender; then the receiver writes.

    One that has lost blocks, and therefore may not sign, asks for a whole file (sync/courier.py).
    """
    met = Met()
    try:
        for block_id in sender.newer_than(() if receiver.hand.quarantine else sender.seen_by(receiver.number)):
            if block_id in receiver.lace.vertices:
                continue  # on the stick too, and read in vain
            for carried in carry(sender.block(block_id)):
                met.news += receiver.receive(*carried) is Received.ACCEPTED
        met.written += receiver.write() is not None
    except Cut:
        met.refused = "cut"
    except MunimentError as error:
        met.refused = error.code
    return met
