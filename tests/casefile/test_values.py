"""Field values as text bytes: one value, one text, and a code for everything else."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.casefile.values import MAX_DEPTH, decode_value, encode_value
from core.errors import MunimentError

LIMIT = 1 << 20
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=40)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def same(left: object, right: object) -> bool:
    """Equal and of one kind: True is not 1 here."""
    return repr(left) == repr(right)


@given(VALUES)
@example({"b": "00"})
@example({"m": {"b": "00"}})
@example([1, "EUR"])
@example("Ёлка ი ț")
def test_every_value_comes_back_exactly(value: object) -> None:
    text = encode_value(value, LIMIT)
    back = decode_value(text, LIMIT)
    assert back == value
    assert encode_value(back, LIMIT) == text


@pytest.mark.parametrize("value", [True, 1, False, 0, b"", "", None, [], {}])
def test_kinds_are_not_confused(value: object) -> None:
    assert same(decode_value(encode_value(value, LIMIT), LIMIT), value)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), 2**64, -(2**63) - 1, {1: 2}, {"a": 1.0}, {1, 2}, "\udc80", nested(MAX_DEPTH + 1)],
)
def test_what_a_field_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(MunimentError, match="casefile-value"):
        encode_value(value, LIMIT)


def test_too_much_is_refused() -> None:
    with pytest.raises(MunimentError, match="casefile-too-large"):
        encode_value("x" * 100, 101)
    with pytest.raises(MunimentError, match="casefile-damaged"):
        decode_value(encode_value("x" * 100, 102), 101)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" 1",
        b"1 ",
        b"01",
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"-0",
        b'{"x":1}',
        b'{"b":"0"}',
        b'{"b":"AA"}',
        b'{"b":"zz"}',
        b'{"b":"00","m":{}}',
        b'{"m":{"b":1,"a":1}}',
        b'{"m":{"a":1,"a":1}}',
        b'"\\u0041"',
        b'"\\ud800"',
        b"\xff",
        b"18446744073709551616",
        b"9" * 5000,
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
    ],
)
def test_any_other_text_is_refused(text: bytes) -> None:
    with pytest.raises(MunimentError, match="casefile-damaged"):
        decode_value(text, LIMIT)


@settings(max_examples=1000)
@given(st.binary(max_size=60) | st.text('[]{}"bm:,0123456789.eE-\\u ', max_size=40).map(str.encode))
def test_hostile_text_ends_in_a_code_or_is_exact(text: bytes) -> None:
    try:
        value = decode_value(text, LIMIT)
    except MunimentError as refused:
        outcome = refused.code
    else:
        outcome = "exact" if encode_value(value, LIMIT) == text else "read as something else"
    assert outcome in {"casefile-damaged", "exact"}
