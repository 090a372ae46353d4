"""A sealed field as it is signed and hashed: a box, the commitment to its key, and whom the key was meant for.

The value is `{"box", "by", "key", "offices"}`, of one that is sealed until an event also `{"threshold", "shares"}`; of
a field of a record that an order has erased `{"erased"}` (FORMAT.md §11). The box is XChaCha20-Poly1305 under a key of
its own; that cipher does not commit to its key, so the commitment does: nobody gives two offices two keys and texts. It
also covers who sealed it and for whom: copied into another office's act, or for other readers, it fits no key.
The key stands nowhere in the ledger. Once it is destroyed the box says nothing, and every hash still holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from core.crypto.hashing import tag_bytes, tagged_hash
from core.crypto.sealing import KEY_BYTES, NONCE_BYTES, TAG_BYTES, open_sealed, seal
from core.errors import MunimentError
from core.ledger.encoding import Value, decode, encode, is_natural

MAX_OFFICES = 256
MAX_SHARES = 128
DIGEST_BYTES = 32
LEAST_BYTES = 512  # of a padded content: most names, bids and "where the paper lies" are no longer
MAX_CONTENT_BYTES = 48 << 10
MAX_PADDED_BYTES = MAX_CONTENT_BYTES + 64
ERASED = "erased"
_LENGTH_BYTES = 4
_OPEN_KEYS = frozenset({"box", "by", "key", "offices"})
_EVENT_KEYS = _OPEN_KEYS | {"threshold", "shares"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed field, read."""

    box: bytes
    by: int  # number of the office whose officers signed it
    commitment: bytes  # to the key, 32 bytes
    offices: tuple[int, ...]  # that may have the key
    threshold: int = 0  # of shares that make up the key; 0: it is not divided
    shares: tuple[tuple[int, bytes], ...] = ()  # (office that holds it, digest of the share)

    @property
    def value(self) -> dict[str, Value]:
        stated: dict[str, Value] = {"box": self.box, "by": self.by, "key": self.commitment}
        stated["offices"] = list(self.offices)
        if self.shares:
            stated |= {"threshold": self.threshold, "shares": [list(share) for share in self.shares]}
        return stated

    @property
    def terms(self) -> bytes:
        """Who sealed it, and who may have the key: what the commitment covers beside the key."""
        return encode([self.by, list(self.offices), self.threshold, [list(share) for share in self.shares]])

    def name(self, network: bytes) -> bytes:
        """32 bytes by which keys, shares and notes speak of it: another's copy with other terms has another name."""
        return tagged_hash("sealed-name", network, self.commitment, self.terms)

    def holds_share(self, office: int) -> bytes | None:
        """The digest of an office's share."""
        return next((digest for holder, digest in self.shares if holder == office), None)


def is_sealed(value: Value) -> bool:
    """Whether a value of an act or a record has the shape of a sealed field that nobody has erased."""
    return type(value) is dict and "box" in value and "key" in value


def erased_by(value: Value) -> bytes | None:
    """The first 16 bytes of the id of the act that erased a field of a record."""
    return value[ERASED] if type(value) is dict and ERASED in value else None


def read_sealed_value(value: Value) -> Sealed | None:
    """None for what is not of the one form."""
    if type(value) is not dict or value.keys() not in (_OPEN_KEYS, _EVENT_KEYS):
        return None
    box, by, commitment, offices = value["box"], value["by"], value["key"], value["offices"]
    if not (type(box) is bytes and is_natural(by) and _is_digest(commitment) and _ascending(offices, MAX_OFFICES)):
        return None
    if not NONCE_BYTES + TAG_BYTES < len(box) <= MAX_PADDED_BYTES + NONCE_BYTES + TAG_BYTES:
        return None
    if "shares" not in value:
        return Sealed(box, by, commitment, tuple(offices))
    threshold, shares = value["threshold"], value["shares"]
    if type(shares) is not list or not all(type(share) is list and len(share) == 2 for share in shares):
        return None
    if not _ascending([share[0] for share in shares], MAX_SHARES) or not all(_is_digest(share[1]) for share in shares):
        return None
    if type(threshold) is not int or not 2 <= threshold <= len(shares):
        return None
    return Sealed(box, by, commitment, tuple(offices), threshold, tuple((share[0], share[1]) for share in shares))


def sealed_values(fields: Mapping[str, Value]) -> Iterator[tuple[str, Sealed]]:
    """The sealed fields among those of an act or a record, by name."""
    for name, value in fields.items():
        found = read_sealed_value(value) if is_sealed(value) else None
        if found is not None:
            yield name, found


def commit(network: bytes, key: bytes, terms: bytes) -> bytes:
    """The commitment to a key: 256 random bits are behind it, so it tells nothing of them."""
    return tagged_hash("sealed-key", network, key, terms)


def share_digest(network: bytes, share: bytes) -> bytes:
    return tagged_hash("sealed-share", network, share)


def close_box(network: bytes, key: bytes, content: Value, nonce: bytes) -> bytes:
    """The box around a value. Raises `too-large`."""
    encoded = encode(content)
    if len(encoded) > MAX_CONTENT_BYTES:
        raise MunimentError("too-large", bytes=len(encoded), limit=MAX_CONTENT_BYTES)
    body = len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded
    return seal(key, body.ljust(_padded(len(body)), b"\0"), _place(network), nonce)


def _padded(length: int) -> int:
    """The next power of two from `LEAST_BYTES` on, at most `MAX_PADDED_BYTES`: a box has one of eight lengths.

    Finer steps (multiples of 64, or Padmé, arXiv:1806.03160, with 16 to an octave at 1 KiB) would tell one text of a
    page from another.
    """
    return min(max(LEAST_BYTES, 1 << (length - 1).bit_length()), MAX_PADDED_BYTES)


def open_box(network: bytes, key: bytes, sealed: Sealed) -> Value:
    """The value. Raises `sealed-key-differs` for another key, `sealed-differs` where its author sealed it wrongly."""
    if len(key) != KEY_BYTES or commit(network, key, sealed.terms) != sealed.commitment:
        raise MunimentError("sealed-key-differs")
    try:
        body = open_sealed(key, sealed.box, _place(network))
        length = int.from_bytes(body[:_LENGTH_BYTES], "big")
        return decode(body[_LENGTH_BYTES : _LENGTH_BYTES + length], MAX_CONTENT_BYTES)
    except MunimentError:
        raise MunimentError("sealed-differs") from None


def _place(network: bytes) -> bytes:
    return tag_bytes("sealed-field") + network


def _is_digest(value: Value) -> bool:
    return type(value) is bytes and len(value) == DIGEST_BYTES


def _ascending(numbers: Value, most: int) -> bool:
    if type(numbers) is not list or not 0 < len(numbers) <= most or not all(map(is_natural, numbers)):
        return False
    return all(one < two for one, two in pairwise(numbers))
