"""Messages: what is encoded is decoded, the vectors stay, and nothing malformed gets through."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from sync.messages import (
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
    WantKeys,
    decode_message,
    encode_message,
)
from sync.replica import SignedHeader

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sync_messages.json").read_text())

numbers = st.integers(0, 2**63 - 1)
prefixes = st.binary(min_size=16, max_size=16)
digests = st.binary(min_size=32, max_size=32)
signatures = st.binary(min_size=64, max_size=64)
names = st.text(max_size=20)
tips = st.builds(ShortTip, numbers, numbers, numbers, prefixes)
messages = st.one_of(
    st.builds(Hello, digests, numbers, numbers, digests, numbers, prefixes, numbers, numbers),
    st.builds(Vector, st.booleans(), st.lists(tips, max_size=9).map(tuple)),
    st.builds(
        Ask,
        st.lists(st.builds(Question, tips, st.lists(numbers, min_size=1, max_size=16).map(tuple)), max_size=3).map(
            tuple
        ),
    ),
    st.builds(Tell, st.lists(st.lists(prefixes, min_size=1, max_size=16).map(tuple), max_size=3).map(tuple)),
    st.builds(
        Headers,
        st.lists(st.builds(SignedHeader, st.binary(max_size=300), signatures), min_size=1, max_size=8).map(tuple),
    ),
    st.builds(
        BlockMessage,
        st.one_of(
            st.binary(max_size=300),
            st.builds(
                ShortHead,
                numbers,
                numbers,
                numbers,
                numbers,
                st.lists(st.tuples(numbers, numbers), max_size=9).map(tuple),
                numbers,
                numbers,
                numbers,
            ),
        ),
        signatures,
        st.none() | st.binary(max_size=300),
    ),
    st.builds(BlockMessage, st.binary(max_size=300), signatures, st.none(), digests),
    st.builds(Buckets, st.lists(prefixes, max_size=9).map(tuple)),
    st.builds(Plan, numbers, numbers, numbers),
    st.builds(Held, st.lists(st.builds(PartHeld, digests, numbers), min_size=1, max_size=3).map(tuple)),
    st.builds(Part, digests, st.integers(300, 1000), st.integers(0, 100), st.binary(min_size=1, max_size=200)),
    st.builds(Want, st.lists(st.builds(PaperWish, digests, numbers, numbers), min_size=1, max_size=3).map(tuple)),
    st.builds(Chunk, digests, numbers, numbers, st.binary(max_size=300)),
    st.builds(CaseMessage, prefixes, names, names, names, st.binary(max_size=300)),
    st.builds(Keys, st.lists(st.binary(max_size=300), min_size=1, max_size=3).map(tuple)),
    st.builds(CarriedCase, numbers, st.binary(max_size=200)),
    st.builds(WantKeys, st.lists(digests, min_size=1, max_size=3).map(tuple)),
    st.builds(End, numbers),
    st.builds(Bye, st.from_regex(r"[a-z][a-z0-9-]{0,63}", fullmatch=True)),
)
REFUSALS = {"malformed-message", "not-canonical", "too-deep", "too-large", "other-protocol-version"}


def decoded(data):
    """The message, or the code with which the bytes were refused."""
    try:
        return decode_message(data)
    except MunimentError as refusal:
        return refusal.code


@given(messages)
def test_round_trip(message):
    assert decode_message(encode_message(message)) == message


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_refused_with_a_code(data):
    message = decoded(data)
    assert message in REFUSALS if isinstance(message, str) else encode_message(message) == data


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=70) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=25,
)


@given(st.integers(0, 16), st.lists(plain, max_size=9))
def test_any_value_is_a_message_or_refused_with_a_code(number, fields):
    data = encode([number, *fields])
    message = decoded(data)
    assert message in REFUSALS if isinstance(message, str) else encode_message(message) == data


@given(messages, st.data())
def test_an_altered_message_is_another_or_refused(message, data):
    encoded = bytearray(encode_message(message))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    another = decoded(bytes(encoded))
    assert another in REFUSALS if isinstance(another, str) else another != message


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_known_answers(vector):
    data = bytes.fromhex(vector["bytes"])
    message = decode_message(data)
    assert type(message).__name__ == vector["kind"]
    assert encode_message(message) == data


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_known_refusals(vector):
    with pytest.raises(MunimentError) as refusal:
        decode_message(bytes.fromhex(vector["bytes"]))
    assert refusal.value.code == vector["code"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        9,
        [16],
        ["1"],
        [True, 2, 0, bytes(32), 0, 0, bytes(32), bytes(16), 0, 0],
        [1, True, 0, bytes(32), 0, 0, bytes(32), bytes(16), 0, 0],
        [1, 2, 0, bytes(31), 0, 0, bytes(32), bytes(16), 0, 0],
        [1, 2, 0, bytes(32), -1, 0, bytes(32), bytes(16), 0, 0],
        [1, 2, 0, bytes(32), 0, 0, bytes(32)],
        [1, 2, 0, bytes(32), 0, 0, bytes(32), bytes(15), 0, 0],
        [1, 2, 0, bytes(32), 0, 0, bytes(32), bytes(16), 0, 0, 0],
        [2, 1, []],
        [2, True, [[0, 0, 1, bytes(15)]]],
        [3, [[[0, 0, 1, bytes(16)], []]]],
        [3, [[[0, 0, 1, bytes(16)], [1] * 17]]],
        [4, [[]]],
        [5, []],
        [5, [[b"", bytes(63)]]],
        [6, [0, 0, 0, 1, [1], 0, 0, 0], bytes(64), None],
        [6, b"", bytes(64), "text"],
        [6, b"", bytes(64), bytes((256 << 10) + 1025)],
        [7, -1],
        [7, None],
        [8, ""],
        [8, "A sentence."],
        [8, "x" * 65],
        [6, b"", bytes(64), [bytes(31)]],
        [6, b"", bytes(64), []],
        [9, [bytes(15)]],
        [9, [bytes(16)] * 2049],
        [10, 1, 1, -1],
        [11, []],
        [11, [[bytes(32), 1]] * 17],
        [12, bytes(32), 9, 9, b"x"],
        [12, bytes(32), (256 << 10) + 1025, 0, b"x"],
        [12, bytes(32), 60_000, 0, bytes((48 << 10) + 1)],
        [13, [[bytes(32), 0]]],
        [13, [[bytes(32), 0, 1]] * 65],
        [14, bytes(32), 1 << 20, 0, bytes((64 << 10) + 1)],
        [15, bytes(15), "land", "transfer", "Sale", b""],
        [15, bytes(16), "x" * 201, "transfer", "Sale", b""],
    ],
)
def test_malformed_messages_are_refused(value):
    with pytest.raises(MunimentError, match="malformed-message"):
        decode_message(encode(value))


def test_another_version_is_told_apart_whatever_follows():
    with pytest.raises(MunimentError, match="other-protocol-version"):
        decode_message(encode([1, 3, "a future", ["HELLO"]]))


def test_vectors_say_what_they_are():
    """The comments of the vectors follow from the bytes."""
    for vector in VECTORS["messages"]:
        assert decode(bytes.fromhex(vector["bytes"]))[0] == vector["number"]
