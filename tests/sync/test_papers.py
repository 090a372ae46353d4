"""Scans: on demand, after acts, in chunks, from where a cut left them; and nothing that nobody asked for."""

import asyncio
from hashlib import sha256
from random import Random

import pytest

from core.errors import MunimentError
from core.store.papers import CHUNK_BYTES
from sync.link import connect, parse_address
from sync.messages import BlockMessage, Chunk, End, PaperWish, Want, decode_message, encode_message
from sync.session import Session, State
from sync.tls import Credentials
from tests.sync.graphs import GraphReplica, make_replicas, same_view, seed
from tests.sync.meetings import Meeting, meet
from tests.sync.test_courier import read, write
from tests.sync.test_hostile_session import HELLO, refusal_of
from tests.sync.test_service import QUIET, TIMEOUT_S, start  # noqa: F401  # a fixture

LIMIT = 20 << 20
SCAN = Random("scan").randbytes(10 * CHUNK_BYTES + 17)
DIGEST = sha256(SCAN).digest()


def offices(count=4):
    first, second, *others = make_replicas(count)
    first.papers.add(SCAN)
    second.papers.want(DIGEST, LIMIT)
    return first, second, *others


def kinds(meeting, kind):
    return [m for m in (decode_message(data) for _, data in meeting.messages) if isinstance(m, kind)]


def test_a_scan_that_is_asked_for_comes_and_then_no_more_is_said_of_it():
    first, second, *_ = offices()
    meeting = meet(first, second)
    assert second.papers.read(DIGEST) == SCAN
    assert second.papers.wanted() == []
    progress = meeting.sides[1].progress
    assert (progress.papers_new, progress.paper_bytes) == (1, len(SCAN)) == (1, progress.paper_bytes_expected)
    assert meet(first, second).bytes < 300


def test_both_ways_at_once():
    first, second, *_ = offices()
    other = Random("other").randbytes(3 * CHUNK_BYTES)
    second.papers.add(other)
    first.papers.want(sha256(other).digest(), LIMIT)
    meet(second, first)
    assert second.papers.read(DIGEST) == SCAN
    assert first.papers.read(sha256(other).digest()) == other


def test_acts_go_first_and_those_that_come_meanwhile_do_not_wait_for_the_scan():
    first, second, *_ = offices()
    first.act()
    meeting = Meeting(first, second)
    while not kinds(meeting, Chunk):
        meeting.deliver()
    assert second.holds(first.vector()[0].id)
    late = first.act()
    meeting.run()
    kinds_in_order = [type(decode_message(data)) for side, data in meeting.messages if side == 0]
    late_at = len(kinds_in_order) - kinds_in_order[::-1].index(BlockMessage) - 1
    assert second.holds(late)
    assert kinds_in_order[late_at:].count(Chunk) >= 4  # most of the scan still came after it
    assert meeting.finished
    assert second.papers.read(DIGEST) == SCAN
    assert same_view(first, second)


@pytest.mark.parametrize("delivered", range(0, 24, 3))
def test_a_cut_repeats_a_chunk_at_most(delivered):
    first, second, *_ = offices()
    first.act()
    cut = Meeting(first, second).run(most=delivered)
    before = cut.sides[1].progress.paper_bytes
    again = meet(first, second)
    assert second.papers.read(DIGEST) == SCAN
    assert before + again.sides[1].progress.paper_bytes == len(SCAN)


def test_what_one_office_began_another_goes_on_with():
    first, second, third, _ = offices()
    third.papers.add(SCAN)
    cut = Meeting(first, second)
    while second.papers.standing(DIGEST).held < 5:
        cut.deliver()
    assert meet(third, second).sides[1].progress.paper_bytes == len(SCAN) - 5 * CHUNK_BYTES
    assert second.papers.read(DIGEST) == SCAN


def test_an_office_that_does_not_have_it_is_asked_once_a_meeting():
    _, second, third, _ = offices()
    meeting = meet(third, second)
    assert len(kinds(meeting, Want)) == 1
    assert not kinds(meeting, Chunk)
    assert second.papers.wanted()


def test_of_several_the_ones_it_has_are_given():
    first, second, *_ = offices()
    more = [Random(number).randbytes(CHUNK_BYTES * number + 5) for number in range(6)]
    for number, content in enumerate(more):
        second.papers.want(sha256(content).digest(), LIMIT)
        if number % 2:
            first.papers.add(content)
    meet(first, second)
    held = [second.papers.standing(sha256(content).digest()).whole for content in more]
    assert held == [False, True, False, True, False, True]
    assert second.papers.read(DIGEST) == SCAN


# -- on a stick ---------------------------------------------------------------------------------------------------


def test_a_stick_asks_for_a_scan_and_the_answer_brings_it():
    first, second, *_ = offices()
    assert read(first, write(second, [0])).papers_new == 0
    answer = write(first, [1])
    brought = read(second, answer)
    assert (brought.papers_new, brought.paper_bytes, brought.blocks) == (1, len(SCAN), 0)
    assert second.papers.read(DIGEST) == SCAN
    assert read(second, answer).papers_new == 0
    second.act()
    read(first, write(second, [0]))
    assert first.encounters.wishes(1) == []
    assert len(write(first, [1])) < CHUNK_BYTES


def test_a_stick_goes_on_where_a_meeting_was_cut_and_passes_over_what_has_come():
    first, second, third, _ = offices()
    for place in range(3):
        second.papers.take(2, DIGEST, len(SCAN), place, SCAN[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES])
    read(first, write(second, [0]))
    answer = write(first, [1])
    assert len(answer) < len(SCAN) - 2 * CHUNK_BYTES
    place = 3
    second.papers.take(2, DIGEST, len(SCAN), place, SCAN[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES])
    brought = read(second, answer)
    assert (brought.papers_new, brought.paper_bytes) == (1, len(SCAN) - 4 * CHUNK_BYTES)
    assert second.papers.read(DIGEST) == SCAN
    first.act()
    read(third, write(first, [2]))  # which has asked for none
    assert third.papers.standing(DIGEST) is None


def test_a_stick_with_another_file_for_a_scan_is_believed_once():
    first, second, third, _ = offices()
    read(first, write(second, [0]))
    answer = write(liar(first, SCAN[:-1] + b"?"), [1])
    assert read(second, answer).papers_refused == ("paper-differs",)
    assert second.papers.standing(DIGEST).held == 0
    assert [wanted.digest for wanted in second.papers.wanted()] == [DIGEST]
    again = read(second, answer)
    assert (again.papers_new, again.paper_bytes, again.papers_refused) == (0, 0, ())
    third.papers.add(SCAN)
    read(third, write(second, [2]))
    assert read(second, write(third, [1])).papers_new == 1


# -- an office that gives something else --------------------------------------------------------------------------


class Giver:
    """Says what an honest office would, and gives these bytes as the scan."""

    def __init__(self, content):
        self.content = content

    def chunk(self, _digest, place):
        body = self.content[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES]
        return (len(self.content), body) if body else None

    def wanted(self):
        return []


def liar(office, content):
    office.papers = Giver(content)
    return office


def test_another_file_is_dropped_whole_and_that_office_is_not_asked_again():
    first, second, third, _ = offices()
    third.papers.add(SCAN)
    meeting = meet(liar(first, SCAN[:-1] + b"?"), second)
    assert meeting.sides[1].progress.papers_refused == {DIGEST: "paper-differs"}
    assert second.papers.standing(DIGEST).held == 0
    assert not kinds(meet(first, second), Want)
    meet(third, second)
    assert second.papers.read(DIGEST) == SCAN


def test_after_a_mixture_that_failed_it_is_taken_from_one_office_alone():
    first, second, third, _ = offices()
    third.papers.add(SCAN)
    first = liar(first, bytes(len(SCAN)))
    cut = Meeting(first, second)
    while second.papers.standing(DIGEST).held < 5:
        cut.deliver()
    assert meet(third, second).sides[1].progress.papers_refused == {DIGEST: "paper-differs"}
    cut = Meeting(first, second)
    while second.papers.standing(DIGEST).held < 5:
        cut.deliver()
    assert meet(third, second).sides[1].progress.paper_bytes == len(SCAN)
    assert second.papers.read(DIGEST) == SCAN


def asking(office):
    """A session of an office that has asked for the scan and waits for the answer."""
    session = Session(office, initiator=False, peer=0)
    session.start()
    list(session.outgoing())
    hello = HELLO.__class__(office.network, 0, 0, decode_digest(office))
    session.receive(encode_message(hello))
    list(session.outgoing())
    session.receive(encode_message(End(0)))
    said = [decode_message(data) for data in session.outgoing()]
    assert isinstance(said[0], Want)
    assert session.state is State.PEER_TURN
    return session


def decode_digest(office):
    from sync.messages import vector_digest

    return vector_digest(office.vector())


@pytest.mark.parametrize(
    ("chunk", "code"),
    [
        (Chunk(b"o" * 32, 5, 0, b"other"), "unexpected-message"),
        (Chunk(DIGEST, len(SCAN), 1, SCAN[:CHUNK_BYTES]), "paper-chunk"),
        (Chunk(DIGEST, len(SCAN), 0, b"short"), "paper-chunk"),
        (Chunk(DIGEST, LIMIT + 1, 0, SCAN[:CHUNK_BYTES]), "paper-too-large"),
        (Chunk(DIGEST, 0, 0, b""), "paper-too-large"),
    ],
)
def test_chunks_that_were_not_asked_for(chunk, code):
    _, second, *_ = offices()
    assert refusal_of(asking(second), chunk) == code
    assert second.papers.all_bytes == 0


def test_nobody_is_given_a_scan_that_is_larger_than_it_allows():
    first, second, *_ = offices()
    second.papers.forget(DIGEST)
    second.papers.want(DIGEST, 1000)
    assert not kinds(meet(first, second), Chunk)


def test_a_wish_for_what_is_not_there_is_an_empty_turn():
    first, *_ = offices()
    session = asking(offices()[1])
    del session
    giver = Session(first, initiator=False, peer=1)
    giver.start()
    list(giver.outgoing())
    giver.receive(encode_message(HELLO.__class__(first.network, 0, 0, decode_digest(first), beside=2)))
    giver.receive(encode_message(Want((PaperWish(DIGEST, 11, LIMIT), PaperWish(b"n" * 32, 0, LIMIT)))))
    giver.receive(encode_message(End(1)))
    assert [decode_message(data) for data in giver.outgoing()] == [End(0)]


def test_an_office_that_is_stuck_with_a_scan_keeps_no_act_waiting(start):  # noqa: F811  # the fixture
    """It has been asked for the scan, and says nothing any more; acts go on by the others, and by itself anew."""
    stuck, asking, third = start(QUIET, 0, 1, 2)
    asking.service.call(lambda: asking.office.papers.want(DIGEST, LIMIT)).result(TIMEOUT_S)
    host, port = parse_address(asking.address, 0)

    async def fall_silent():
        trusted = [member.certificate for member in stuck.office.roll.members]
        link = await connect(Credentials(seed(0)), trusted, host, port)
        session = Session(GraphReplica(0, stuck.office.roll, stuck.office.network), True, 1)
        session.start()
        asked = False
        while not asked:
            for message in session.outgoing():
                await link.send(message)
            received = await link.receive()
            asked = isinstance(decode_message(received), Want)
            session.receive(received)
        return link

    loop = asyncio.new_event_loop()
    link = loop.run_until_complete(fall_silent())
    act = third.act()
    third.service.meet_address(asking.address).result(TIMEOUT_S)
    assert asking.service.call(lambda: asking.office.holds(act)).result(TIMEOUT_S)
    late = stuck.act()
    stuck.service.meet_address(asking.address).result(TIMEOUT_S)  # its older call gives way
    assert asking.service.call(lambda: asking.office.holds(late)).result(TIMEOUT_S)
    link.abort()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


# -- on the disk --------------------------------------------------------------------------------------------------


def test_a_changed_scan_is_found_dropped_and_asked_for_again():
    first, second, *_ = offices()
    meet(first, second)
    second.database.execute("UPDATE paper_chunk SET body = zeroblob(length(body)) WHERE place = 7")
    assert list(second.papers.verify()) == [DIGEST]
    with pytest.raises(MunimentError, match="paper-not-held"):
        second.papers.read(DIGEST)
    meet(first, second)
    assert second.papers.read(DIGEST) == SCAN
    second.database.execute("DELETE FROM paper_chunk WHERE place = 2")
    with pytest.raises(MunimentError, match="paper-damaged"):
        second.papers.read(DIGEST)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_sizes_around_a_chunk(size):
    first, second, *_ = make_replicas(2)
    content = bytes(size)
    if size == 0:
        with pytest.raises(MunimentError, match="paper-too-large"):
            first.papers.add(content)
        return
    digest = first.papers.add(content)
    second.papers.want(digest, LIMIT)
    meet(first, second)
    assert second.papers.read(digest) == content
    assert second.papers.all_bytes == size


def test_what_may_be_kept_is_bounded(monkeypatch):
    first, second, *_ = make_replicas(4)
    monkeypatch.setattr("core.store.papers.MAX_ALL_BYTES", 5 * CHUNK_BYTES)
    with pytest.raises(MunimentError, match="papers-full"):
        first.papers.add(SCAN)
    assert first.papers.all_bytes == 0
    for number in range(64):
        second.papers.want(bytes([number]) * 32, LIMIT)
    with pytest.raises(MunimentError, match="too-many-papers-wanted"):
        second.papers.want(b"n" * 32, LIMIT)
