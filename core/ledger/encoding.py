"""Bytes of agreed values: DAG-CBOR, canonical or refused.

Every value that is hashed or signed passes through here. The codec is cbrrr, which refuses non-minimal integers,
unsorted keys, indefinite lengths and trailing bytes. (libipld, faster by 0.1 µs, was dropped: it encodes any byte
string that happens to look like a CID, one random 16-byte id in about 65,000, as a link; a test keeps such an id.)
What cbrrr lets through and the format forbids (floats, links, deep nesting) is found by a walk over the value.
Integers end at 64 bits. Source: https://ipld.io/specs/codecs/dag-cbor/spec/.
"""

from typing import Any

import cbrrr

from core.errors import MunimentError

MAX_DEPTH = 16
MAX_BYTES = 1 << 20

# None, bool, int, str, bytes, list and dict with text keys are all the kinds there are.
Value = Any

_SCALARS = frozenset({type(None), bool, int, str, bytes})


def encode(value: Value) -> bytes:
    """Canonical bytes of a value. Raises `not-encodable` for floats, integers over 64 bits and other kinds."""
    try:
        _check_kinds(value, MAX_DEPTH)
        return cbrrr.encode_dag_cbor(value)
    except (TypeError, ValueError) as error:
        raise MunimentError("not-encodable", why=type(error).__name__) from None


def decode(data: bytes, max_bytes: int = MAX_BYTES) -> Value:
    """The value of canonical bytes. Raises `too-large`, `too-deep` or `not-canonical`; never anything else."""
    if len(data) > max_bytes:
        raise MunimentError("too-large", bytes=len(data), limit=max_bytes)
    try:
        value = cbrrr.decode_dag_cbor(data)
    except ValueError:  # CbrrrDecodeError and UnicodeDecodeError are ValueErrors
        raise MunimentError("not-canonical") from None
    try:
        _check_kinds(value, MAX_DEPTH)
    except TypeError:
        raise MunimentError("not-canonical") from None
    return value


def _check_kinds(value: Value, depth: int) -> None:
    kind = type(value)
    if kind in _SCALARS:
        return
    if depth == 0:
        raise MunimentError("too-deep", limit=MAX_DEPTH)
    if kind is list:
        for item in value:
            if type(item) not in _SCALARS:
                _check_kinds(item, depth - 1)
    elif kind is dict:
        for item in value.values():
            if type(item) not in _SCALARS:
                _check_kinds(item, depth - 1)
    else:
        raise TypeError(kind.__name__)
