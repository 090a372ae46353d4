"""A member that does not keep to the protocol: each case has its code, and nothing is written."""

from dataclasses import replace

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MunimentError
from core.ledger.encoding import encode
from core.ledger.payload import MAX_PAYLOAD_BYTES
from sync.compact import Compactor, compress, decompress
from sync.messages import (
    Ask,
    BlockMessage,
    Buckets,
    Bye,
    CaseMessage,
    Chunk,
    End,
    Headers,
    Held,
    Hello,
    PaperWish,
    Part,
    PartHeld,
    Plan,
    Question,
    ShortHead,
    ShortTip,
    Tell,
    Vector,
    Want,
    decode_message,
    encode_message,
)
from sync.replica import SignedHeader
from sync.session import EXPECTED, Session, State
from tests.sync.graphs import NETWORK, altered, make_replicas

HELLO = Hello(NETWORK, 0, 0, b"d" * 32)
TIP = ShortTip(1, 0, 9, b"p" * 16)
ONE_OF_EACH = [
    HELLO,
    Buckets(()),
    Held((PartHeld(b"d" * 32, 1),)),
    Plan(1, 1, 1),
    Part(b"d" * 32, 9, 0, b"p"),
    Vector(True, ()),
    Ask(()),
    Tell(((b"p" * 16,),)),
    Headers((SignedHeader(b"", bytes(64)),)),
    BlockMessage(b"", bytes(64), None),
    End(0),
]


def session_in(state, replica=None, initiator=False):
    """A session that an honest peer has brought into a state, and what it has said so far."""
    session = Session(replica or make_replicas(4)[0], initiator)
    session.start()
    said = [decode_message(data) for data in session.outgoing()]
    steps = {State.HELLO: 0, State.BUCKETS: 1, State.VECTOR: 2, State.RESOLVING: 3, State.PEER_TURN: 4}[state]
    for message in [HELLO, Buckets((b"b" * 16,)), Vector(True, ()), Ask(())][:steps]:
        session.receive(encode_message(message))
        said += [decode_message(data) for data in session.outgoing()]
    assert session.state is state
    return session


def refusal_of(session, message):
    """The code with which the session ends; it says goodbye with the same code and takes nothing more."""
    data = message if isinstance(message, bytes) else encode_message(message)
    with pytest.raises(MunimentError) as refusal:
        session.receive(data)
    goodbyes = [decode_message(data) for data in session.outgoing()]
    assert goodbyes == [Bye(refusal.value.code)]
    assert session.state is State.FAILED
    with pytest.raises(MunimentError, match="unexpected-message"):
        session.receive(encode_message(HELLO))
    return refusal.value.code


OUT_OF_TURN = [
    pytest.param(state, message, id=f"{type(message).__name__} in {state.name}")
    for state in (State.HELLO, State.BUCKETS, State.VECTOR, State.RESOLVING, State.PEER_TURN)
    for message in ONE_OF_EACH
    if not isinstance(message, EXPECTED[state])
]


@pytest.mark.parametrize(
    "message",
    [
        Want((PaperWish(b"d" * 32, 0, 1),)),
        Chunk(b"d" * 32, 1, 0, b"c"),
        CaseMessage(b"c" * 16, "land", "transfer", "Sale", b""),
    ],
    ids=lambda message: type(message).__name__,
)
def test_beside_acts_nothing_is_said_before_its_time(message):
    assert refusal_of(session_in(State.PEER_TURN), message) == "unexpected-message"


@pytest.mark.parametrize(("state", "message"), OUT_OF_TURN)
def test_a_message_out_of_turn(state, message):
    assert refusal_of(session_in(state), message) == "unexpected-message"


def test_another_network():
    assert refusal_of(session_in(State.HELLO), replace(HELLO, network=b"o" * 32)) == "other-network"


def test_another_version():
    assert refusal_of(session_in(State.HELLO), encode([1, 99])) == "other-protocol-version"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-canonical"),
        (b"\xff" * 40, "not-canonical"),
        (bytes.fromhex("82071803"), "not-canonical"),
        (b"\x81" * 300 + b"\0", "too-deep"),
        (encode([99]), "malformed-message"),
    ],
)
def test_bytes_that_are_no_message(data, code):
    assert refusal_of(session_in(State.HELLO), data) == code


def test_a_goodbye_is_not_answered():
    session = session_in(State.VECTOR)
    with pytest.raises(MunimentError, match="peer-said-bye") as refusal:
        session.receive(encode_message(Bye("disk-full")))
    assert refusal.value.facts == {"why": "disk-full"}
    assert list(session.outgoing()) == []


def test_a_vector_without_end(monkeypatch):
    monkeypatch.setattr("sync.opening.MAX_VECTOR_TIPS", 100)
    session = session_in(State.VECTOR)
    session.receive(encode_message(Vector(False, (TIP,) * 100)))
    assert refusal_of(session, Vector(False, (TIP,))) == "vector-too-long"


def test_questions_without_end():
    session = session_in(State.RESOLVING, replica_with_blocks())
    tip = tip_of_first(session)
    for _ in range(256):
        session.receive(encode_message(Ask((Question(tip, (1,)),))))
        assert [type(decode_message(data)) for data in session.outgoing()] == [Tell]
    assert refusal_of(session, Ask((Question(tip, (1,)),))) == "too-many-questions"


def replica_with_blocks(count=3):
    replica = make_replicas(4)[0]
    for _ in range(count):
        replica.act(50)
    return replica


def tip_of_first(session):
    tip = session._replica.vector()[0]
    return ShortTip(tip.author, tip.incarnation, tip.seq, tip.id[:16])


@pytest.mark.parametrize("seqs", [(0,), (4,), (1, 2, 3, 4)])
def test_a_question_beyond_a_chain(seqs):
    session = session_in(State.RESOLVING, replica_with_blocks())
    assert refusal_of(session, Ask((Question(tip_of_first(session), seqs),))) == "unknown-tip"


def test_a_question_about_a_tip_that_nobody_announced():
    session = session_in(State.RESOLVING, replica_with_blocks())
    assert refusal_of(session, Ask((Question(TIP, (1,)),))) == "unknown-tip"


def test_an_answer_that_nobody_asked_for():
    assert refusal_of(session_in(State.RESOLVING), Tell(((b"p" * 16,),))) == "unexpected-message"


def test_an_answer_of_another_length():
    replica = replica_with_blocks(40)
    session = session_in(State.VECTOR, replica)
    session.receive(encode_message(Vector(True, (ShortTip(0, 0, 40, b"x" * 16),))))
    questions = [decode_message(data) for data in session.outgoing()][-1].questions
    assert len(questions[0].seqs) == 16
    assert refusal_of(session, Tell(((b"x" * 16,) * 15,))) == "unexpected-message"


def test_answers_that_contradict_themselves_still_come_to_an_end():
    replica = replica_with_blocks(300)
    session = session_in(State.VECTOR, replica)
    session.receive(encode_message(Vector(True, (ShortTip(0, 0, 300, b"x" * 16),))))
    asked = 0
    while (said := [decode_message(data) for data in session.outgoing()]) and said[-1].questions:
        asked += 1
        seqs = said[-1].questions[0].seqs
        answer = tuple(
            replica.at(0, 0, seq)[0][:16] if number % 2 == asked % 2 else b"x" * 16 for number, seq in enumerate(seqs)
        )
        session.receive(encode_message(Tell((answer,))))
    assert asked <= 16


def test_headers_that_prove_nothing_are_ignored_and_forged_ones_refused():
    replica = replica_with_blocks()
    own = replica.block(replica.at(0, 0, 2)[0])
    session = session_in(State.RESOLVING, replica)
    session.receive(encode_message(Headers((SignedHeader(own.header, own.signature),))))
    assert replica.forkers() == frozenset()
    forged = altered(own, claimed_ms=1)
    code = refusal_of(session, Headers((SignedHeader(forged.header, forged.signature),)))
    assert code == "bad-block-signature"
    assert replica.forkers() == frozenset()


# -- blocks -----------------------------------------------------------------------------------------------


@pytest.fixture
def arriving():
    """A session that takes blocks, and a compacted block of a neighbour that it would accept."""
    session = session_in(State.PEER_TURN)
    neighbour = make_replicas(4)[1]
    neighbour.act()
    neighbour.act()
    first, second = (neighbour.block(neighbour.at(1, 0, seq)[0]) for seq in (1, 2))
    session.receive(encode_message(Compactor(neighbour).pack(first)))
    return session, Compactor(neighbour).pack(second)


def test_the_honest_block_is_taken(arriving):
    session, message = arriving
    session.receive(encode_message(message))
    assert session.progress.blocks_new == 2


def test_a_forged_signature(arriving):
    session, message = arriving
    assert refusal_of(session, replace(message, signature=bytes(64))) == "bad-block-signature"
    assert len(session._replica.blocks) == 1


@pytest.mark.parametrize(
    "change",
    [{"round": 1}, {"elapsed_ms": 5}, {"flags": 1}, {"epoch": 1}],
    ids=lambda change: next(iter(change)),
)
def test_any_altered_field_of_a_short_head(arriving, change):
    session, message = arriving
    code = refusal_of(session, replace(message, head=message.head._replace(**change)))
    assert code == "bad-block-signature"


def test_another_payload(arriving):
    session, message = arriving
    other = make_replicas(4)[2]
    payload = other.block(other.act()).payload
    assert refusal_of(session, replace(message, payload=compress(payload))) == "bad-block-signature"


def test_parents_that_do_not_exist(arriving):
    session, message = arriving
    head = message.head._replace(refs=((2, 77),))
    assert refusal_of(session, replace(message, head=head)) == "missing-parents"


def test_a_gap_in_the_chain(arriving):
    session, message = arriving
    assert refusal_of(session, replace(message, head=message.head._replace(seq=9))) == "missing-parents"


def test_an_unknown_author(arriving):
    session, message = arriving
    assert refusal_of(session, replace(message, head=message.head._replace(author=9))) == "unknown-author"


def test_a_written_out_header_that_is_none(arriving):
    session, message = arriving
    assert refusal_of(session, replace(message, head=encode([1]))) == "malformed-header"


def test_a_block_whose_parents_come_later_waits_and_counts():
    """Written out it can be judged by its signature only; it is not in the vector, so it comes again."""
    session = session_in(State.PEER_TURN)
    neighbour = make_replicas(4)[1]
    neighbour.act()
    neighbour.act()
    second = neighbour.block(neighbour.at(1, 0, 2)[0])
    session.receive(encode_message(BlockMessage(second.header, second.signature, compress(second.payload))))
    assert session.progress.blocks_aside == 1
    assert session._replica.vector() == []


def test_fewer_blocks_than_the_peer_says_it_sent(arriving):
    session, _ = arriving
    assert refusal_of(session, End(2)) == "blocks-lost"


def bomb(size):
    return zstandard.ZstdCompressor(level=1).compress(bytes(size))  # made at every collection of the tests


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"no frame",
        bomb(1 << 28),
        bomb(MAX_PAYLOAD_BYTES + 1),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 1000),
        compress(b"x" * 1000)[:-1],
        compress(b"x" * 1000) + b"\0",
        compress(b"x" * 1000) + compress(b"y"),
    ],
    ids=["empty", "garbage", "bomb", "just too large", "no size", "cut", "more after it", "two frames"],
)
def test_compressed_payloads_that_are_refused(arriving, frame):
    session, message = arriving
    assert refusal_of(session, replace(message, payload=frame)) == "bad-compression"


@given(st.binary(max_size=300))
def test_any_bytes_decompress_or_are_refused(frame):
    try:
        data = decompress(frame, 1000)
    except MunimentError as refusal:
        code = refusal.code
    else:
        code = "" if len(data) <= 1000 else "too much"
    assert code in {"", "bad-compression"}


def test_a_fork_that_only_the_receiver_knows_is_read_by_the_signature():
    """Two blocks stand where a short head points; the author's signature says which of them was meant."""
    receiver, author, forker = make_replicas(3)
    twin = forker.copy()
    twin._random.seed("twin")
    forker.act(50)
    twin.act(50)
    for copy in (forker, twin):
        for block in copy.newer_than([]):
            receiver.receive(*copy.block(block))
    for block in forker.newer_than([]):
        author.receive(*forker.block(block))
    block = author.block(author.act())
    message = Compactor(author).pack(block)
    assert isinstance(message.head, ShortHead)
    assert message.head.refs == ((2, 1),)
    assert Compactor(receiver).unpack(message).block == block
    with pytest.raises(MunimentError, match="ambiguous-header"):
        Compactor(receiver).unpack(replace(message, signature=bytes(64)))


def test_references_are_never_read_in_more_ways_than_sixteen():
    receiver, author, *forkers = make_replicas(7)
    for forker in forkers:
        for copy in (forker, forker.copy()):
            copy._random.seed(id(copy))
            copy.act(50)
            for block in copy.newer_than([]):
                receiver.receive(*copy.block(block))
    head = ShortHead(0, 1, 0, 1, tuple((forker.number, 1) for forker in forkers), 0, 0, 5)
    with pytest.raises(MunimentError, match="ambiguous-header"):
        Compactor(receiver).unpack(BlockMessage(head, bytes(64), None))
    assert author.vector() == []
