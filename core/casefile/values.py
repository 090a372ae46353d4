"""Field values as text bytes, one value to one text: how a case file keeps and carries them.

JSON (RFC 8259) with two kinds added: a map is `{"m": {…}}` and bytes are `{"b": "hex"}`, so that no map can
pass for bytes. No floats. A draft is never hashed or signed: the agreed encoding is core/ledger's, which
this folder does not know.
"""

import json
from typing import Any, NoReturn

from core.errors import MunimentError

# None, bool, int, str, bytes, list and dict with text keys are all the kinds there are.
Value = Any

MAX_DEPTH = 16
_INTEGERS = range(-(2**63), 2**64)


def encode_value(value: Value, max_bytes: int) -> bytes:
    """The value's text. Raises `casefile-value` for another kind, `casefile-too-large`."""
    try:
        text = json.dumps(_tagged(value, MAX_DEPTH), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        data = text.encode()
    except UnicodeEncodeError:
        raise MunimentError("casefile-value", kind="broken text") from None
    if len(data) > max_bytes:
        raise MunimentError("casefile-too-large", bytes=len(data), limit=max_bytes)
    return data


def decode_value(data: bytes, max_bytes: int) -> Value:
    """The value of a text. Raises `casefile-damaged` for whatever `encode_value` does not write."""
    if len(data) > max_bytes:
        raise MunimentError("casefile-damaged")
    try:
        value = _untagged(json.loads(data, parse_float=_refuse, parse_constant=_refuse), MAX_DEPTH)
        exact = encode_value(value, max_bytes) == data
    except (ValueError, RecursionError, MunimentError):
        raise MunimentError("casefile-damaged") from None
    if not exact:
        raise MunimentError("casefile-damaged")
    return value


def _refuse(_text: str) -> NoReturn:
    raise ValueError("no floats")


def _tagged(value: Value, depth: int) -> Value:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and value in _INTEGERS:
        return value
    if isinstance(value, bytes):
        return {"b": value.hex()}
    if depth and isinstance(value, list | tuple):
        return [_tagged(item, depth - 1) for item in value]
    if depth and isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"m": {key: _tagged(item, depth - 1) for key, item in value.items()}}
    raise MunimentError("casefile-value", kind=type(value).__name__)


def _untagged(tagged: Value, depth: int) -> Value:
    if not depth:
        raise ValueError("too deep")
    if isinstance(tagged, list):
        return [_untagged(item, depth - 1) for item in tagged]
    if not isinstance(tagged, dict):
        return tagged
    if len(tagged) == 1 and isinstance(tagged.get("b"), str):
        return bytes.fromhex(tagged["b"])
    if len(tagged) == 1 and isinstance(tagged.get("m"), dict):
        return {key: _untagged(item, depth - 1) for key, item in tagged["m"].items()}
    raise ValueError("neither a map nor bytes")
