"""Serial numbers: the shape, and check digits that catch a wrong digit and a swap of neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laws.drafts import Draft
from core.laws.numbers import format_number, is_number, next_number, year_of
from core.laws.verdict import Refused
from tests.laws.counter import DictState

NUMBERS = st.builds(format_number, st.integers(0, 5_000), st.integers(1, 9999), st.integers(1, 10**8))


def test_the_shape() -> None:
    assert format_number(3, 2026, 17) == "3/2026/000017-12"
    assert is_number("3/2026/000017-12")
    assert 32026000017_12 % 97 == 1  # ISO 7064: number and check digits together


@given(NUMBERS)
def test_a_number_checks(number: str) -> None:
    assert is_number(number)


@given(NUMBERS, st.data())
def test_every_wrong_digit_is_caught(number: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([place for place, sign in enumerate(number) if sign.isdigit()]))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not is_number(number[:place] + other + number[place + 1 :])


@given(NUMBERS, st.data())
def test_every_swap_of_neighbours_is_caught(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 2))
    first, second = number[place : place + 2]
    if first != second:
        assert not is_number(number[:place] + second + first + number[place + 2 :])


@pytest.mark.parametrize(
    "text", ["", "3/2026/17-04", "3-2026-000017-12", "3/2026/000017", "٣/2026/000017-12", "03/2026/000017-12"]
)
def test_what_is_no_number(text: str) -> None:
    assert not is_number(text)


def test_the_year_is_that_of_the_claimed_time() -> None:
    last_ms_of_2025 = 1_767_225_599_999
    assert (year_of(0), year_of(last_ms_of_2025), year_of(last_ms_of_2025 + 1)) == (1970, 2025, 2026)
    with pytest.raises(Refused):
        year_of(253_402_300_800_000)


def test_ten_thousand_numbers_and_every_slip_of_the_pen() -> None:
    """Each digit by each other one, and each two neighbours the other way round."""
    for serial in range(1, 10_001):
        number = format_number(serial % 50, 2000 + serial % 90, serial * 37)
        assert is_number(number)
        for place, sign in enumerate(number):
            if sign.isdigit():
                others = (number[:place] + other + number[place + 1 :] for other in "0123456789" if other != sign)
                assert not any(map(is_number, others)), number
            swapped = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
            assert swapped == number or not is_number(swapped), number


def test_fifty_offices_that_never_meet_give_no_number_twice() -> None:
    given, taken = set[str](), 0
    for office in range(50):
        counters: dict[bytes, Draft] = {}
        for turn in range(400):
            given.add(next_number(DictState(), counters, office, 0, 2026 + turn % 2, "land.encumbrance.entry_no"))
            taken += 1
    assert len(given) == taken == 20_000
