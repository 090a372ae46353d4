"""Courier files: they bring what a meeting would, one way, and whatever is wrong with one has its code."""

import io
import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.ledger.block import block_preimage, decode_header, encode_header
from core.rehearsing import Rehearsal
from sync import courier_file
from sync.compact import Compactor
from sync.courier import CourierReader, CourierWriter, DurableFile
from sync.messages import BlockMessage, End, Hello, encode_message
from tests.sync.graphs import NETWORK, GraphReplica, make_members, make_replicas, same_view, seed
from tests.sync.meetings import meet


def write(sender, recipients, whole=False):
    writer = CourierWriter(sender, seed(sender.number), recipients, whole)
    data = b"".join(writer.frames())
    assert writer.carried.bytes == len(data)
    return data


def read(reader_of, data):
    file = io.BytesIO(data)
    reader = CourierReader(file, courier_file.scan(file))
    reader.check(reader_of, seed(reader_of.number))
    list(reader.blocks(reader_of))
    return reader.carried


def refusal(reader_of, data):
    before = reader_of.vector()
    with pytest.raises(MunimentError) as error:
        read(reader_of, data)
    assert reader_of.vector() == before
    return error.value.code


def test_a_file_there_and_one_back():
    first, second, third, _ = make_replicas(4)
    act = first.act()
    meet(first, second)
    carried = read(third, write(first, [2]))
    assert (carried.sender, carried.recipients, carried.blocks, carried.blocks_new) == (0, (2,), 2, 2)
    assert [tuple(part) for part in carried.ranges] == [(0, 0, 1, 1), (1, 0, 1, 1)]
    assert third.lace.vertices[act].approvals.bit_count() == 2
    assert third.write()
    back = read(first, write(third, [0]))
    assert back.blocks_new == 1
    assert first.lace.vertices[act].certified
    assert same_view(first, third)


def test_what_the_recipient_has_referred_to_is_not_carried_again():
    first, second, *_ = make_replicas(4)
    for _ in range(5):
        first.act()
    read(second, write(first, [1]))
    second.act()
    read(first, write(second, [0]))
    first.act()
    assert read(second, write(first, [1])).blocks == 1


def test_for_several_recipients_the_one_that_knows_least_decides():
    first, second, third, fourth = make_replicas(4)
    first.act()
    meet(first, second)
    data = write(first, [1, 2, 3])
    assert read(third, data).blocks_new == 2
    assert read(fourth, data).blocks_new == 2
    assert refusal(second, data) == "courier-repeated"


def test_a_third_office_carries():
    """The middle one holds everything it carries; it cannot write for others, only for members by number."""
    first, second, third, _ = make_replicas(4)
    act = first.act()
    read(second, write(first, [1]))
    second.write()
    read(third, write(second, [2]))
    assert third.holds(act)


def test_a_forker_s_branches_are_carried_too():
    first, second, _, forker = make_replicas(4)
    twin = forker.copy()
    twin._random.seed("twin")
    for copy in (forker, twin):
        copy.act(50)
        for block in copy.newer_than([]):
            first.receive(*copy.block(block))
    read(second, write(first, [1]))
    assert second.forkers() == {3}
    assert same_view(first, second)


def test_large_files_have_many_chunks(monkeypatch):
    monkeypatch.setattr("sync.courier.CHUNK_BYTES", 2000)
    first, second, *_ = make_replicas(4)
    for _ in range(30):
        first.act(900)
    data = write(first, [1])
    assert len(courier_file.scan(io.BytesIO(data)).chunks) >= 10
    assert read(second, data).blocks_new == 30


# -- what is refused ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def carried():
    first = make_replicas(4)[0]
    for _ in range(3):
        first.act()
    return write(first, [1, 2])


def fresh(number=1):
    return make_replicas(4)[number]


def test_repeated(carried):
    office = fresh()
    read(office, carried)
    assert refusal(office, carried) == "courier-repeated"


def test_older():
    first, second, *_ = make_replicas(4)
    first.act()
    older = write(first, [1])
    first.act()
    read(second, write(first, [1]))
    assert refusal(second, older) == "courier-older"


def test_of_another_network(carried):
    assert refusal(GraphReplica(1, make_members(4), bytes(32)), carried) == "other-network"


def test_for_other_offices(carried):
    assert refusal(fresh(3), carried) == "not-for-us"


def test_sealed_to_our_number_with_another_key(carried):
    file = io.BytesIO(carried)
    reader = CourierReader(file, courier_file.scan(file))
    with pytest.raises(MunimentError, match="courier-altered"):
        reader.check(fresh(), seed(3))


def test_it_goes_on_from_blocks_that_are_not_here():
    first, second, *_ = make_replicas(4)
    first.act()
    read(second, write(first, [1]))
    second.act()
    read(first, write(second, [0]))
    first.act()
    newer = write(first, [1])
    lost = fresh()  # the same office, restored from nothing
    assert refusal(lost, newer) == "courier-needs-earlier"
    assert read(lost, write(first, [1], whole=True)).blocks_new == 3


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"muniment courier file 2\n", b"muniment courier"])
def test_no_courier_file(data):
    assert refusal(fresh(), data) == "not-a-courier-file"


@given(st.data())
@settings(max_examples=60)
def test_cut_anywhere(carried, data):
    length = data.draw(st.integers(len(courier_file.MAGIC), len(carried) - 1))
    assert refusal(fresh(), carried[:length]) == "courier-cut"


@given(st.data())
@settings(max_examples=100)
def test_altered_anywhere(carried, data):
    place = data.draw(st.integers(0, len(carried) - 1))
    altered = bytearray(carried)
    altered[place] ^= data.draw(st.integers(1, 255))
    # A changed length may look like a cut, a changed recipient or network like another file: never like ours.
    assert refusal(fresh(), bytes(altered)) in {
        "not-a-courier-file",
        "courier-altered",
        "courier-cut",
        "other-network",
        "not-for-us",
    }


def test_bytes_after_the_end(carried):
    assert refusal(fresh(), carried + b"\0") == "courier-altered"


def test_chunks_of_another_file_or_in_another_order(monkeypatch):
    monkeypatch.setattr("sync.courier.CHUNK_BYTES", 700)
    first = make_replicas(4)[0]
    for _ in range(4):
        first.act()
    data = write(first, [1])
    scanned = courier_file.scan(io.BytesIO(data))
    (one, length), (two, other_length) = scanned.chunks[1:3]
    boxes = [data[one : one + length], data[two : two + other_length]]
    swapped = data[: one - 5]
    swapped += b"".join(courier_file.frame(courier_file.CHUNK, box) for box in reversed(boxes))
    swapped += data[two + other_length :]
    assert len(swapped) == len(data)
    assert refusal(fresh(), swapped) == "courier-altered"


def forged(office, messages, signer=0, **changes):
    """A file whose index is made by hand, signed by `signer`."""
    file_key, salt = os.urandom(32), bytes(16)
    envelope = courier_file.make_envelope(NETWORK, file_key, salt, [(1, office.roll.members[1].key)])
    box = courier_file.seal_chunk(file_key, envelope, 0, messages)
    facts = {
        "network": NETWORK,
        "sender": 0,
        "needs": (),
        "brings": (),
        "vector": tuple(office.vector()),
        "block_count": 1,
        "chunk_digests": (courier_file.chunk_digest(box),),
        **changes,
    }
    key = courier_file.SigningKey(seed(signer))
    index = courier_file.seal_index(file_key, envelope, courier_file.Index(**facts), key)
    frames = [(1, envelope.body), (2, box), (3, index)]
    return courier_file.MAGIC + b"".join(courier_file.frame(kind, body) for kind, body in frames)


@pytest.mark.parametrize(
    ("messages", "changes", "code"),
    [
        ([], {"signer": 2}, "courier-altered"),
        ([], {"network": bytes(32)}, "other-network"),
        ([], {"sender": 9}, "unknown-author"),
        ([], {"chunk_digests": ()}, "courier-altered"),
        ([courier_file.encode([7, 1])], {}, "courier-altered"),
        ([courier_file.encode([8, "bye"])], {}, "courier-altered"),
        ([b"\xff"], {}, "not-canonical"),
    ],
    ids=["another signer", "another network", "no member", "no chunks", "fewer blocks", "other messages", "noise"],
)
def test_files_that_a_member_made_wrong(messages, changes, code):
    sender = make_replicas(4)[0]
    sender.act()
    assert refusal(fresh(), forged(sender, messages, **changes)) == code


def messages_of(sender, blocks):
    compactor = Compactor(sender)
    packed = [encode_message(BlockMessage(one.header, one.signature, compactor.pack(one).payload)) for one in blocks]
    return [encode_message(Hello(NETWORK, 0, 0, bytes(32))), *packed, encode_message(End(len(packed)))]


def wrong(sender, which):
    """The sender's newest block made wrong in one way; all before it are right."""
    block = sender.block(sender.at(0, 0, 3)[0])
    header = decode_header(block.header)
    match which:
        case "signature":
            return block._replace(signature=bytes(64))
        case "payload":
            return block._replace(payload=(block.payload or b"") + b"x")
        case "round":
            header = replace(header, round=header.round + 1)
        case "time":
            header = replace(header, claimed_ms=0)
        case "pointless":
            header, block = replace(header, payload=None, refs=()), block._replace(payload=None)
    data = encode_header(header)
    return block._replace(header=data, signature=SigningKey(seed(0)).sign(block_preimage(NETWORK, data)))


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("signature", "bad-block-signature"),
        ("payload", "not-canonical"),
        ("round", "wrong-round"),
        ("time", "time-goes-back"),
        ("pointless", "pointless-block"),
    ],
)
def test_a_wrong_block_at_the_end_leaves_nothing_of_a_file_that_its_member_signed(which, code):
    sender = make_replicas(4)[0]
    for _ in range(3):
        sender.act()
    good = [sender.block(block) for block in sender.newer_than([])]
    data = forged(sender, messages_of(sender, [*good[:2], wrong(sender, which)]), block_count=3)
    assert refusal(fresh(), data) == code
    assert read(fresh(), forged(sender, messages_of(sender, good), block_count=3)).blocks_new == 3


def test_a_file_too_long_for_memory_is_rehearsed_and_taken_in_portions(monkeypatch):
    monkeypatch.setattr("sync.courier.CHUNK_BYTES", 2000)
    monkeypatch.setattr("sync.courier.REHEARSED_AT_ONCE", 4)
    in_memory = []

    class Watched(Rehearsal):
        def receive(self, *block):
            received = super().receive(*block)
            in_memory.append(self.taken)
            return received

    monkeypatch.setattr("sync.courier.Rehearsal", Watched)
    first, second, *_ = make_replicas(4)
    for _ in range(30):
        first.act(900)
    data = write(first, [1])
    file = io.BytesIO(data)
    reader = CourierReader(file, courier_file.scan(file))
    reader.check(second, seed(1))
    steps = reader.blocks(second)
    next(far for far in steps if reader.blocks_new)
    assert reader.blocks_new <= 6
    steps.close()  # the power fails
    held = len(second.newer_than([]))
    assert 4 <= held <= 6
    assert read(second, data).blocks_new == 30 - held
    assert same_view(first, second)
    assert 4 <= max(in_memory) <= 6


def test_how_far_it_is_is_told_from_the_first_moment(monkeypatch):
    monkeypatch.setattr("sync.courier.CHUNK_BYTES", 2000)
    monkeypatch.setattr("sync.courier.REHEARSED_AT_ONCE", 4)
    first, second, *_ = make_replicas(4)
    for _ in range(30):
        first.act(900)
    writer = CourierWriter(first, seed(0), [1])
    file, written = io.BytesIO(), []
    for data in writer.frames():
        file.write(data)
        written.append(writer.far())
    reader = CourierReader(file, courier_file.scan(io.BytesIO(file.getvalue())))
    reader.check(second, seed(1))
    for told, least in ((written[1:], 0.9), (list(reader.blocks(second)), 0.95)):
        assert {far.acts for far in told} == {30}
        assert len({far.whole for far in told}) == 1
        assert [far.done for far in told] == sorted(far.done for far in told)
        assert 0 < told[0].done < told[-1].done
        assert told[-1].done >= least * told[-1].whole


def test_a_file_with_fewer_blocks_than_its_index_says_leaves_nothing():
    sender = make_replicas(4)[0]
    for _ in range(3):
        sender.act()
    good = [sender.block(block) for block in sender.newer_than([])]
    assert refusal(fresh(), forged(sender, messages_of(sender, good[:2]), block_count=3)) == "courier-altered"


def test_a_fork_inside_a_file_is_rehearsed_as_it_is_taken_in():
    first, second, _, forker = make_replicas(4)
    twin = forker.copy()
    twin._random.seed("twin")
    for copy in (forker, twin):
        for _ in range(3):
            copy.act(50)
        for block in copy.newer_than([]):
            first.receive(*copy.block(block))
    first.write()
    assert read(second, write(first, [1])).blocks_new == 7
    assert same_view(first, second)


def test_what_both_held_when_they_last_met_is_not_carried_again():
    first, second, third, _ = make_replicas(4)
    for _ in range(3):
        first.act()
    meet(first, second)
    first.act()
    # The second has written nothing since that refers to what came; the first knows it from the meeting.
    assert read(second, write(first, [1])).blocks == 1
    assert read(third, write(first, [1, 2])).blocks == 5


@given(st.binary(max_size=300))
def test_any_bytes_after_the_magic_are_refused(data):
    code = refusal(fresh(), courier_file.MAGIC + data)
    assert code in {"courier-cut", "courier-altered", "other-network", "not-for-us"}


def test_written_for_nobody():
    first = make_replicas(4)[0]
    with pytest.raises(MunimentError, match="no-recipient"):
        CourierWriter(first, seed(0), [0])
    with pytest.raises(MunimentError, match="unknown-office"):
        CourierWriter(first, seed(0), [9])


# -- the file on the stick ----------------------------------------------------------------------------------


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "stick" / "for-north.courier"
    path.parent.mkdir()
    file = DurableFile(path)
    file.write(b"first part")
    assert not path.exists()
    file.discard()
    assert list(path.parent.iterdir()) == []
    file = DurableFile(path)
    file.write(b"all of it")
    file.finish()
    assert path.read_bytes() == b"all of it"
    assert list(path.parent.iterdir()) == [path]


def test_a_stick_that_is_not_there(tmp_path):
    with pytest.raises(MunimentError, match="file-not-written"):
        DurableFile(tmp_path / "nowhere" / "file")


def test_a_full_stick(tmp_path):
    """A limit on the size of files answers as a full disk does."""
    resource = pytest.importorskip("resource", reason="limits on file sizes are a POSIX feature")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "file.courier"
    file = DurableFile(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(MunimentError, match="disk-full"):
            file.write(bytes(1 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        file.discard()
    assert list(tmp_path.iterdir()) == []
