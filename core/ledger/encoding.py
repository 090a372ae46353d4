"""Bytes of agreed values: DAG-CBOR, canonical or refused.

Every value that is hashed or signed passes through here. libipld does the work (1 µs an act), but is no judge:
- it encodes a byte string that happens to look like a CID, one random 16-byte id in about 65,000, as a link (tag 42).
  Whenever the tag's bytes appear, cbor2's canonical mode, which is the same format, encodes instead;
- it accepts non-minimal integers, floats and deep nesting. So decoding walks the value and compares its encoding
  with the input: one value, one encoding. A real link decodes to bytes, encodes without the tag, and is refused.
Integers end at 64 bits. Source: https://ipld.io/specs/codecs/dag-cbor/spec/.
"""

from collections.abc import Set
from typing import Any

import cbor2
import libipld

from core.errors import MunimentError

MAX_DEPTH = 16
MAX_BYTES = 1 << 20

# None, bool, int, str, bytes, list and dict with text keys are all the kinds there are.
Value = Any

_LINK_TAG = b"\xd8\x2a"
_SCALARS = frozenset({type(None), bool, int, str, bytes})


def is_natural(value: Value) -> bool:
    """Whether a decoded value is a number from 0 to 2^63 − 1 (what SQLite and every language holds); no boolean."""
    return type(value) is int and 0 <= value < 1 << 63


def encode(value: Value) -> bytes:
    """Canonical bytes of a value. Raises `not-encodable` for floats, integers over 64 bits and other kinds."""
    try:
        _check_kinds(value, MAX_DEPTH)
        return _canonical(value)
    except (TypeError, ValueError) as error:
        raise MunimentError("not-encodable", why=type(error).__name__) from None


def encode_known(value: Value) -> bytes:
    """As `encode`, of a value whose kinds are known: put together of ids and numbers, or of what was decoded before."""
    try:
        return _canonical(value)
    except ValueError as error:
        raise MunimentError("not-encodable", why=type(error).__name__) from None


def decode(data: bytes, max_bytes: int = MAX_BYTES) -> Value:
    """The value of canonical bytes. Raises `too-large`, `too-deep` or `not-canonical`; never anything else."""
    if len(data) > max_bytes:
        raise MunimentError("too-large", bytes=len(data), limit=max_bytes)
    try:
        value = libipld.decode_dag_cbor(data)
        _check_kinds(value, MAX_DEPTH)
        canonical = _canonical(value)
    except (TypeError, ValueError, RecursionError):
        raise MunimentError("not-canonical") from None
    if canonical != data:
        raise MunimentError("not-canonical")
    return value


def decode_unjudged(data: bytes, max_bytes: int) -> Value:
    """As `decode`, but whether the value holds floats, or goes too deep, is left to who asks for the type of each value
    in it, down to the last: where one is of another, `refuse_kinds` tells whether that was why.
    """
    try:
        if len(data) <= max_bytes and _LINK_TAG not in data:
            value = libipld.decode_dag_cbor(data)
            if libipld.encode_dag_cbor(value) == data:
                return value
    except (TypeError, ValueError, RecursionError):
        pass  # told below, by the one who knows all the codes
    return decode(data, max_bytes)


def decode_known(data: bytes) -> Value:
    """The value of bytes that `encode` gave this office, read where nobody else writes. Raises `not-canonical`."""
    try:
        return libipld.decode_dag_cbor(data)
    except (ValueError, RecursionError):
        raise MunimentError("not-canonical") from None


def refuse_kinds(value: Value, depth: int = MAX_DEPTH) -> None:
    """Raises `not-canonical` for a float in a decoded value, `too-deep` where lists and maps in it go on deeper."""
    try:
        _check_kinds(value, depth)
    except TypeError:
        raise MunimentError("not-canonical") from None


def _canonical(value: Value) -> bytes:
    data: bytes = libipld.encode_dag_cbor(value)
    return cbor2.dumps(value, canonical=True) if _LINK_TAG in data else data


def _check_kinds(value: Value, depth: int, scalars: Set[type] = _SCALARS) -> None:
    kind = type(value)
    if kind in scalars:
        return
    if depth == 0:
        raise MunimentError("too-deep", limit=MAX_DEPTH)
    if kind is dict:
        value = value.values()
    elif kind is not list:
        raise TypeError(kind.__name__)
    depth -= 1
    for item in value:
        if type(item) not in scalars:
            _check_kinds(item, depth)
