"""Fields of messages, checked one by one: what leaves here is of its kind and within its range, or refused."""

from collections.abc import Sequence

from core.errors import MunimentError
from core.ledger.encoding import Value, is_natural


def naturals(*values: Value) -> None:
    """Raises `malformed-message` unless each is a number from 0 to 2^63 − 1."""
    if not all(is_natural(value) for value in values):
        raise MunimentError("malformed-message")


def exact_bytes(value: Value, length: int) -> bytes:
    """Bytes of this length. Raises `malformed-message`."""
    if type(value) is not bytes or len(value) != length:
        raise MunimentError("malformed-message")
    return value


def bytes_up_to(value: Value, limit: int) -> bytes:
    """Bytes, no longer than this. Raises `malformed-message`."""
    if type(value) is not bytes or len(value) > limit:
        raise MunimentError("malformed-message")
    return value


def text_up_to(value: Value, limit: int) -> str:
    """Text of so many characters at most. Raises `malformed-message`."""
    if type(value) is not str or len(value) > limit:
        raise MunimentError("malformed-message")
    return value


def list_up_to(value: Value, limit: int, least: int = 0) -> Sequence[Value]:
    """A list with so many items. Raises `malformed-message`."""
    if type(value) is not list or not least <= len(value) <= limit:
        raise MunimentError("malformed-message")
    return value
