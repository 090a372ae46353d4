"""Dividing a secret: any threshold of shares makes it up, fewer tell nothing, and SLIP-0039's library agrees."""

from itertools import combinations
from random import Random

import pytest
from shamir_mnemonic import shamir as slip39

from core.crypto.shamir import MAX_SHARES, combine, divide

SECRET = bytes(range(32))


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (2, 2), (2, 4), (3, 7), (5, 7)])
def test_any_threshold_of_shares_makes_up_the_secret(threshold: int, count: int) -> None:
    shares = dict(enumerate(divide(SECRET, threshold, count, Random(1).randbytes), 1))
    for chosen in combinations(shares, threshold):
        assert combine({number: shares[number] for number in chosen}) == SECRET


def test_one_share_less_fits_every_secret() -> None:
    """For each secret there is one further share that would make it up: nothing is excluded."""
    shares = divide(b"\x2a", 2, 3, Random(2).randbytes)
    assert {combine({1: shares[0], 2: bytes([guess])}) for guess in range(256)} == {bytes([n]) for n in range(256)}


def test_the_library_of_slip_0039_agrees() -> None:
    shares = divide(SECRET, 3, 16, Random(3).randbytes)
    raw = [slip39.RawShare(number, shares[number - 1]) for number in (2, 9, 16)]
    assert slip39._interpolate(raw, 0) == SECRET
    assert slip39._interpolate(raw, 5) == shares[4]


def test_as_many_as_a_large_network_has() -> None:
    shares = divide(SECRET, 34, MAX_SHARES, Random(4).randbytes)
    assert combine({number: shares[number - 1] for number in range(200, 234)}) == SECRET


@pytest.mark.parametrize(("threshold", "count"), [(0, 3), (4, 3), (2, 256)])
def test_impossible_divisions_are_refused(threshold: int, count: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        divide(SECRET, threshold, count, Random(5).randbytes)
