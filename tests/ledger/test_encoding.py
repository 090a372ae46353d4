"""One value, one encoding: what goes in comes out, what is not canonical is refused, nothing else is ever raised."""

import random

import cbor2
import libipld
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MunimentError
from core.ledger.encoding import MAX_BYTES, MAX_DEPTH, decode, encode, is_natural
from tests.ledger.values import values


def refusal(data: bytes, max_bytes: int = MAX_BYTES) -> str:
    with pytest.raises(MunimentError) as caught:
        decode(data, max_bytes)
    return caught.value.code


def taken(data: bytes) -> bytes | str:
    """The value encoded again, or the code of the refusal."""
    try:
        return encode(decode(data))
    except MunimentError as refused:
        return refused.code


@settings(max_examples=400)
@given(values)
def test_what_is_encoded_decodes_to_itself(value: object) -> None:
    data = encode(value)
    assert decode(data) == value
    assert encode(decode(data)) == data


@settings(max_examples=200)
@given(values)
def test_the_bytes_are_those_of_a_second_implementation(value: object) -> None:
    assert encode(value) == cbor2.dumps(value, canonical=True)


@settings(max_examples=600)
@given(
    st.one_of(
        st.binary(max_size=60),
        values.map(encode)
        .flatmap(lambda data: st.tuples(st.just(data), st.integers(0, max(0, len(data) - 1)), st.integers(0, 255)))
        .map(lambda made: made[0][: made[1]] + bytes([made[2]]) + made[0][made[1] + 1 :]),
    )
)
def test_any_bytes_are_canonical_or_refused(data: bytes) -> None:
    assert taken(data) in (data, "not-canonical", "too-deep", "too-large")


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("nothing", ""),
        ("trailing bytes", "0000"),
        ("a cut text", "6361"),
        ("a float", "fb3ff0000000000000"),
        ("half a float", "f93c00"),
        ("not a number", "fb7ff8000000000000"),
        ("an integer in two bytes that needs one", "1817"),
        ("a length in two bytes that needs one", "580161"),
        ("a list of open length", "9f00ff"),
        ("a text of open length", "7f6161ff"),
        ("undefined", "f7"),
        ("a simple value", "e0"),
        ("a tag", "c100"),
        ("a link", "d82a58250001711220" + "00" * 32),
        ("a tag 42 that holds no CID", "d82a4101"),
        ("a key that is a number", "a10000"),
        ("keys out of order", "a2616200616100"),
        ("a longer key before a shorter one", "a26261610061" + "6200"),
        ("a key twice", "a2616100616100"),
        ("broken UTF-8", "61ff"),
        ("a surrogate", "63eda080"),
        ("more items than bytes", "9bffffffffffffffff"),
        ("more pairs than bytes", "bbffffffffffffffff"),
        ("more letters than bytes", "7bffffffffffffffff"),
        ("an integer over 64 bits", "c249010000000000000000"),
    ],
)
def test_it_is_refused(why: str, data: str) -> None:
    assert refusal(bytes.fromhex(data)) == "not-canonical", why


def test_deep_nesting_is_refused_at_any_size() -> None:
    def nested(depth: int) -> object:
        return [nested(depth - 1)] if depth else []

    assert decode(encode(nested(MAX_DEPTH - 1))) == nested(MAX_DEPTH - 1)
    with pytest.raises(MunimentError, match="too-deep"):
        encode(nested(MAX_DEPTH))
    assert refusal(b"\x81" * MAX_DEPTH + b"\x80") == "too-deep"
    assert refusal(b"\x81" * (MAX_BYTES - 1) + b"\x80") == "not-canonical"
    assert refusal(b"\xa1\x61a" * 100_000 + b"\x00") == "not-canonical"


def test_what_is_too_large_is_not_even_read() -> None:
    assert refusal(b"\x40" + bytes(10), max_bytes=10) == "too-large"
    assert decode(encode(bytes(7)), max_bytes=8) == bytes(7)


@pytest.mark.parametrize("value", [1.0, (1,), {1}, bytearray(b"a"), {1: 2}, {b"a": 1}, {None: 1}, "\ud800", 1 << 64])
def test_what_has_no_encoding_is_refused(value: object) -> None:
    with pytest.raises(MunimentError, match="not-encodable"):
        encode(value)


def test_ids_that_look_like_links_stay_bytes() -> None:
    """libipld alone encodes one random id in about 65,000 as a link."""
    drawn = random.Random(2)
    found = 0
    for _ in range(3000):
        record_id = b"\x01" + drawn.randbytes(15)
        found += b"\xd8\x2a" in libipld.encode_dag_cbor(record_id)
        assert encode([record_id]) == b"\x81\x50" + record_id
        assert decode(encode([record_id])) == [record_id]
    assert found, "the draw holds no such id: the test is empty"


def test_natural_numbers_are_no_booleans() -> None:
    assert [is_natural(one) for one in (0, 1, (1 << 63) - 1)] == [True, True, True]
    assert [is_natural(one) for one in (True, False, -1, 1 << 63, "1", None)] == [False] * 6
