"""Dividing a secret (Shamir 1979) over GF(256) with the polynomial x^8 + x^4 + x^3 + x + 1, as SLIP-0039 does.

A share is its number (1–255) and as many bytes as the secret has. Fewer shares than the threshold tell nothing at all
of the secret. The library of the recovery kit stops at 16 shares, a network has up to a hundred witnesses; tests hold
these functions against that library where both reach. Nothing here verifies a share: whoever divides commits to
digests.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

MAX_SHARES = 255
_POLYNOMIAL = 0x11B


def _tables() -> tuple[list[int], list[int]]:
    exponents, logarithms, power = [0] * 255, [0] * 256, 1
    for number in range(255):
        exponents[number], logarithms[power] = power, number
        power ^= power << 1  # times x + 1, which generates the field
        if power & 0x100:
            power ^= _POLYNOMIAL
    return exponents, logarithms


_EXP, _LOG = _tables()


def divide(secret: bytes, threshold: int, count: int, random_bytes: Callable[[int], bytes]) -> list[bytes]:
    """Shares number 1 to `count`, in order, of which any `threshold` make up the secret."""
    if not 1 <= threshold <= count <= MAX_SHARES:
        raise ValueError("a threshold lies between 1 and the number of shares, and these below 256")
    coefficients = [secret, *(random_bytes(len(secret)) for _ in range(threshold - 1))]
    return [_evaluate(coefficients, number) for number in range(1, count + 1)]


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret from so many shares, by number, as the threshold asks; from fewer, bytes that mean nothing."""
    lengths = {len(share) for share in shares.values()}
    if len(lengths) != 1 or not all(1 <= number <= MAX_SHARES for number in shares):
        raise ValueError("shares have one length and numbers from 1")
    secret = bytes(lengths.pop())
    for number, share in shares.items():
        factor = 0  # logarithm of this share's weight at 0
        for other in shares:
            if other != number:
                factor += _LOG[other] - _LOG[other ^ number]
        secret = _plus(secret, share.translate(_times(factor % 255)))
    return secret


def _evaluate(coefficients: list[bytes], at: int) -> bytes:
    """Horner's rule, all bytes of the secret side by side."""
    result, times = bytes(len(coefficients[0])), _times(_LOG[at])
    for coefficient in reversed(coefficients):
        result = _plus(result.translate(times), coefficient)
    return result


def _plus(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


@lru_cache(maxsize=255)
def _times(logarithm: int) -> bytes:
    """What each byte becomes, multiplied by the power with this logarithm."""
    return bytes(_EXP[(_LOG[byte] + logarithm) % 255] if byte else 0 for byte in range(256))
