"""The bottom: refusals, canonical values, tagged hashes, RFC 6962 trees, Ed25519. FORMAT.md §0.

The decoder accepts exactly one encoding of a value by checking each rule where it can be broken, not by encoding
again: a second opinion must not make the first one's mistakes.
"""

from collections.abc import Sequence
from hashlib import sha256

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

MAX_DEPTH = 16
MAX_BYTES = 1 << 20


class RefusedError(Exception):
    """What is wrong, as a code with words beside it."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}" if about else code)
        self.code = code


def require(holds: bool, code: str, about: str = "") -> None:
    if not holds:
        raise RefusedError(code, about)


# -- values -------------------------------------------------------------------------------------------------------


def decode(data: bytes, max_bytes: int = MAX_BYTES):
    """The value of one canonical DAG-CBOR encoding without floats and links."""
    require(len(data) <= max_bytes, "too-large")
    value, end = _value(data, 0, MAX_DEPTH)
    require(end == len(data), "not-canonical", "bytes after the value")
    return value


def _value(data: bytes, at: int, depth: int):
    require(at < len(data), "not-canonical", "cut off")
    major, short = data[at] >> 5, data[at] & 31
    if major == 7:
        require(short in (20, 21, 22), "not-canonical", "a float or another simple value")
        return {20: False, 21: True, 22: None}[short], at + 1
    argument, at = _argument(data, at + 1, short)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        end = at + argument
        require(end <= len(data), "not-canonical", "cut off")
        return (data[at:end] if major == 2 else _text(data[at:end])), end
    require(major in (4, 5), "not-canonical", "a tag")
    require(depth > 0, "too-deep")
    return (_list if major == 4 else _map)(data, at, argument, depth - 1)


def _argument(data: bytes, at: int, short: int) -> tuple[int, int]:
    if short < 24:
        return short, at
    require(short <= 27, "not-canonical", "an open length")
    size = 1 << (short - 24)
    require(at + size <= len(data), "not-canonical", "cut off")
    argument = int.from_bytes(data[at : at + size], "big")
    least = 24 if size == 1 else 1 << (4 * size)
    require(argument >= least, "not-canonical", "a number that is longer than needed")
    return argument, at + size


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("not-canonical", "text that is no UTF-8") from None


def _list(data: bytes, at: int, count: int, depth: int):
    items = []
    for _ in range(count):
        item, at = _value(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int):
    items: dict[str, object] = {}
    before: tuple[int, bytes] | None = None
    for _ in range(count):
        key, at = _value(data, at, 0)
        require(type(key) is str, "not-canonical", "a key that is no text")
        place = (len(key.encode()), key.encode())
        require(before is None or before < place, "not-canonical", "keys out of order or twice")
        items[key], at = _value(data, at, depth)
        before = place
    return items, at


def encode(value) -> bytes:
    """The bytes of null, booleans, integers, text, byte strings and lists: no more is hashed here."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(4, len(value)) + b"".join(encode(item) for item in value)


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes((major << 5 | argument,))
    for power in range(4):
        size = 1 << power
        if argument < 1 << (8 * size):
            return bytes((major << 5 | 24 + power,)) + argument.to_bytes(size, "big")
    raise ValueError(argument)


def is_natural(value) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def is_one(value) -> bool:
    """A version: `true` equals 1 in Python, and is another value in the format."""
    return type(value) is int and value == 1


def is_bytes(value, length: int) -> bool:
    return type(value) is bytes and len(value) == length


def is_id(value) -> bool:
    return is_bytes(value, 32)


# -- hashes, trees, signatures ------------------------------------------------------------------------------------


def tag(name: str) -> bytes:
    return b"muniment/" + name.encode() + b"/1\0"


def tagged_hash(name: str, *parts: bytes) -> bytes:
    return sha256(tag(name) + b"".join(parts)).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 over leaves."""
    return root_of_hashes([sha256(b"\x00" + leaf).digest() for leaf in leaves])


def root_of_hashes(hashes: Sequence[bytes]) -> bytes:
    """The same over leaf hashes, as the RFC defines it: split at the largest power of two below the count."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of_hashes(hashes[:split]) + root_of_hashes(hashes[split:])).digest()


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's, by libsodium's strict rules."""
    if not (is_bytes(key, 32) and is_bytes(signature, 64)):
        return False
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True
