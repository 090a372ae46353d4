"""Opening a sealed field inside the ledger: what an act brings so that every office reads the same text, or none.

An opening is the key of the field, 32 bytes, or, where the shares that were given out make up no key, as many of them
as the threshold asks, `[[number, share], …]`. It is judged against the signed value alone (core/ledger/sealed.py), so
it does not matter who brings it. The threats, and what stops each:

- two keys for one box (the cipher commits to none): the signed commitment is to one;
- shares that make up the key for some offices and nothing for others, so that whoever sealed chooses afterwards: they
  follow from the key (`deal`), and whoever has the key deals once more and compares all digests. Shares that fit their
  digests and make up another key prove the same of whoever dealt: both ways the field was sealed wrongly.
"""

from core.crypto.hashing import tagged_hash
from core.crypto.sealing import KEY_BYTES
from core.crypto.shamir import combine, divide
from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.sealed import MAX_SHARES, Sealed, commit, open_box, share_digest

Opening = bytes | dict[int, bytes]  # the key, or shares by number


def deal(network: bytes, key: bytes, threshold: int, count: int) -> list[bytes]:
    """The shares of a key, number 1 to `count`: the polynomials follow from the key."""
    numbers = iter(range(1, threshold))

    def coefficient(_length: int) -> bytes:
        return tagged_hash("sealed-coefficient", network, key, bytes([next(numbers)]))

    return divide(key, threshold, count, coefficient)


def read_opening(value: Value) -> Opening | None:
    """None for what is not of one of the two forms."""
    if type(value) is bytes:
        return value if len(value) == KEY_BYTES else None
    if type(value) is not list or not 2 <= len(value) <= MAX_SHARES:
        return None
    shares: dict[int, bytes] = {}
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or type(pair[1]) is not bytes:
            return None
        number, share = pair
        if not max(shares, default=0) < number <= MAX_SHARES or len(share) != KEY_BYTES:
            return None
        shares[number] = share
    return shares


def open_with(network: bytes, sealed: Sealed, opening: Opening) -> Value:
    """The text. Raises `sealed-key-differs` for what does not open this field, `sealed-differs` where its author sealed
    it wrongly: for every opening that fits, whoever brings it.
    """
    key = opening if isinstance(opening, bytes) else _combined(network, sealed, opening)
    if commit(network, key, sealed.terms) != sealed.commitment:
        raise MunimentError("sealed-key-differs" if isinstance(opening, bytes) else "sealed-differs")
    dealt = deal(network, key, sealed.threshold, len(sealed.shares)) if sealed.shares else []
    if [share_digest(network, share) for share in dealt] != [digest for _, digest in sealed.shares]:
        raise MunimentError("sealed-differs")
    return open_box(network, key, sealed)


def _combined(network: bytes, sealed: Sealed, shares: dict[int, bytes]) -> bytes:
    if len(shares) != sealed.threshold or max(shares) > len(sealed.shares):
        raise MunimentError("sealed-key-differs")
    for number, share in shares.items():
        if share_digest(network, share) != sealed.shares[number - 1][1]:
            raise MunimentError("sealed-key-differs")
    return combine(shares)
