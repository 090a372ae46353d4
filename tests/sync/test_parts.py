"""Payloads too large for one message: in parts, and after a cut from where they were."""

import pytest

from core.errors import MunimentError
from sync.compact import compress
from sync.giving import frame_digest
from sync.messages import PART_BYTES, BlockMessage, Held, Part, decode_message, encode_message
from sync.session import State
from tests.sync.graphs import make_replicas, same_view
from tests.sync.meetings import Meeting, meet
from tests.sync.test_hostile_session import refusal_of, session_in

REPEATED = 64 << 10  # bytes that a cut may repeat


def large(office, size=255_000):
    return office.act(size)


def kinds(meeting, kind):
    return [m for m in (decode_message(data) for _, data in meeting.messages) if isinstance(m, kind)]


def test_a_large_payload_comes_in_parts_and_none_stays_behind():
    first, second, *_ = make_replicas(4)
    act = large(first)
    meeting = meet(first, second)
    assert len(kinds(meeting, Part)) == 3
    assert max(len(message) for _, message in meeting.messages) <= REPEATED
    assert second.blocks[act] == first.blocks[act]
    assert second.encounters.partly() == []


WHOLE = 24  # messages of the meeting below, at most


@pytest.mark.parametrize("delivered", range(WHOLE))
def test_a_cut_repeats_no_more_than_64_kib(delivered):
    first, second, *_ = make_replicas(4)
    large(first)
    large(first, 100_000)
    uncut = meet(*copies(first, second)).bytes
    cut = Meeting(first, second).run(most=delivered)
    arrived = sum(side.progress.bytes_received for side in cut.sides)
    again = meet(first, second)
    assert same_view(first, second)
    assert arrived + again.bytes <= uncut + REPEATED


def copies(*offices):
    made = make_replicas(4)[: len(offices)]
    for office, copy in zip(offices, made, strict=True):
        for block in office.newer_than([]):
            copy.receive(*office.block(block))
    return made


def test_the_office_that_goes_on_needs_not_be_the_one_that_began():
    first, second, third, _ = make_replicas(4)
    large(first)
    meet(first, third)
    cut = Meeting(first, second)
    while not second.encounters.partly():
        cut.deliver()
    again = meet(third, second)
    assert len(kinds(again, Held)) == 1
    assert len(kinds(again, Part)) == 2
    assert same_view(second, third)


def test_parts_are_kept_of_few_payloads_only():
    office, *_ = make_replicas(1)
    for number in range(20):
        office.encounters.keep_part(bytes([number]) * 32, 100_000, 0, b"part")
    assert [digest[0] for digest, _ in office.encounters.partly()] == list(range(12, 20))
    office.encounters.keep_part(bytes([15]) * 32, 100_000, 4, b"more")
    assert office.encounters.part_of(bytes([15]) * 32).body == b"partmore"


def parts_of(frame):
    digest = frame_digest(frame)
    return [
        Part(digest, len(frame), offset, frame[offset : offset + PART_BYTES])
        for offset in range(0, len(frame), PART_BYTES)
    ]


FRAME = compress(bytes(range(256)) * 400 + make_replicas(1)[0]._random.randbytes(100_000))
FIRST, SECOND, *_ = parts_of(FRAME)


@pytest.mark.parametrize(
    "messages",
    [
        [SECOND],
        [FIRST, FIRST],
        [FIRST, Part(b"o" * 32, len(FRAME), PART_BYTES, b"of another")],
        [FIRST, BlockMessage(b"h", bytes(64), None, FIRST.digest)],
        [FIRST, BlockMessage(b"h", bytes(64), b"own payload")],
        [BlockMessage(b"h", bytes(64), None, FIRST.digest)],
    ],
    ids=["not the first", "twice", "of another frame", "cut short", "never named", "never sent"],
)
def test_parts_that_do_not_go_together(messages):
    session = session_in(State.PEER_TURN)
    for message in messages[:-1]:
        session.receive(encode_message(message))
    assert refusal_of(session, messages[-1]) == "parts-out-of-order"


def test_parts_that_make_another_frame_are_forgotten():
    office = make_replicas(4)[0]
    session = session_in(State.PEER_TURN, office)
    for part in parts_of(FRAME)[:-1]:
        session.receive(encode_message(part))
    last = parts_of(FRAME)[-1]
    session.receive(encode_message(Part(last.digest, last.total, last.offset, bytes(len(last.body)))))
    with pytest.raises(MunimentError, match="parts-out-of-order"):
        session.receive(encode_message(BlockMessage(b"h", bytes(64), None, last.digest)))
    assert office.encounters.partly() == []


def test_parts_left_by_a_cut_between_their_block_and_forgetting_them_do_no_harm():
    first, second, *_ = make_replicas(4)
    large(first)
    meet(first, second)
    second.encounters.keep_part(FIRST.digest, FIRST.total, 0, FIRST.body)
    large(first)
    again = meet(first, second)
    assert len(kinds(again, Held)) == 1
    assert len(kinds(again, Part)) == 3
    assert same_view(first, second)


def test_a_liar_who_begins_a_frame_again_and_again_keeps_it_from_nobody():
    """Each lying beginning had ended the next honest meeting, and all that would have come after in it."""
    first, second, liar, _ = make_replicas(4)
    act = large(first)
    (begun, *_) = kinds(meet(first, liar), Part)
    failed = 0
    while not second.holds(act):
        session = session_in(State.PEER_TURN, second)
        session.receive(encode_message(Part(begun.digest, begun.total, 0, bytes(PART_BYTES))))  # and hangs up
        try:
            meet(first, second)
        except MunimentError:
            failed += 1
        assert failed <= 1
    assert same_view(first, second)
