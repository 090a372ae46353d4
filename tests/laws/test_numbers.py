"""Serial numbers: the shape, and check digits that catch a wrong digit and a swap of neighbours."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.hashing import tagged_hash
from core.laws.drafts import Draft
from core.laws.field_checks import FieldFault, make_check
from core.laws.field_types import NumberType
from core.laws.numbers import (
    PERSON_DRAWN_BYTES,
    POOL,
    Pool,
    format_number,
    is_mistyped,
    is_number,
    is_person_mistyped,
    next_number,
    person_number,
    year_of,
)
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


def test_a_number_is_written_in_one_way_alone() -> None:
    given = next(one for serial in range(1, 500) if (one := format_number(3, 2026, serial)).endswith("-98"))
    assert is_number(given)
    assert not is_number(given.replace("-98", "-01"))  # which leaves the same when it is divided
    longer = 98 - int("3" + "2026" + "0000017") * 100 % 97
    assert not is_number(f"3/2026/0000017-{longer:02}")


def test_the_year_is_that_of_the_claimed_time() -> None:
    last_ms_of_2025 = 1_767_225_599_999
    assert (year_of(0), year_of(last_ms_of_2025), year_of(last_ms_of_2025 + 1)) == (1970, 2025, 2026)
    with pytest.raises(Refused):
        year_of(253_402_300_800_000)


def test_ten_thousand_numbers_and_every_slip_of_the_pen() -> None:
    """Each digit by each other one, and each two neighbours the other way round.

    A slip that keeps the shape changes what the digits come to; every twentieth number is put to `is_number` itself
    with each of them, and with every sign in a wrong place.
    """
    for serial in range(1, 10_001):
        number = format_number(serial % 50, 2000 + serial % 90, serial * 37)
        assert is_number(number)
        digits = number.replace("/", "").replace("-", "")
        assert all((int(digits) + change) % 97 != 1 for change in changes(digits)), number
        if serial % 20 == 0:
            assert not any(map(is_number, slips(number))), number


def changes(digits: str) -> Iterator[int]:
    """By how much each wrong digit, and each swap of two unlike neighbours, changes what they come to."""
    for turn, digit in enumerate(reversed(digits)):
        weight = 10**turn
        yield from ((other - int(digit)) * weight for other in range(10) if other != int(digit))
        right = int(digits[-turn]) if turn else int(digit)
        if right != int(digit):
            yield (right - int(digit)) * (weight - weight // 10)


def slips(number: str) -> Iterator[str]:
    for place, sign in enumerate(number):
        yield from (f"{number[:place]}{other}{number[place + 1 :]}" for other in "0123456789/- OIl" if other != sign)
        swapped = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
        if swapped != number:
            yield swapped


def test_fifty_offices_that_never_meet_give_no_number_twice() -> None:
    """The million of the issue is drawn by `make bench`."""
    given = set[str]()
    for office in range(50):
        given |= set(draw(office, 0, 2_000))
    assert len(given) == 100_000
    assert all(is_number(number) for number in list(given)[:200])


def draw(office: int, incarnation: int, count: int) -> Iterator[str]:
    """Numbers of two years in turn, as an office alone gives them."""
    counters: dict[bytes, Draft] = {}
    for turn in range(count):
        yield next_number(
            DictState(), counters, Pool(office, 2026 + turn % 2, incarnation), "land.encumbrance.entry_no"
        )


def test_the_next_incarnation_repeats_no_number_of_a_lost_computer() -> None:
    """What the lost one printed last, nobody else may have seen."""
    lost, found = set(draw(7, 0, 2_000)), set(draw(7, 1, 2_000))
    assert not lost & found
    assert "7/2026/1000001-" in min(found)


def test_a_pool_ends_and_says_so() -> None:
    assert Pool(3, 2026).next_after(POOL - 2) == POOL - 1
    with pytest.raises(Refused) as refused:
        Pool(3, 2026).next_after(POOL - 1)
    assert (refused.value.code, refused.value.facts) == ("pool-used-up", {"most": POOL - 1})
    with pytest.raises(Refused):
        Pool(3, 2026, POOL).next_after(0)  # no number has thirteen digits
    assert Pool(3, 2026).counter_id("a.b.c") != Pool(3, 2026, 1).counter_id("a.b.c")


def test_a_number_that_an_act_names_is_checked() -> None:
    check = make_check(NumberType())
    check(format_number(3, 2026, 17))
    for wrong in ("3/2026/000017-13", "3/2026/000071-12", "17", ""):
        with pytest.raises(FieldFault) as fault:
            check(wrong)
        assert fault.value.code == "number-mistyped"
    assert is_mistyped("3/2026/000017-13")
    assert not is_mistyped("Harbour 17")


def test_who_has_no_number_is_given_one_that_says_nothing() -> None:
    assert person_number((204733118356640917).to_bytes(PERSON_DRAWN_BYTES, "big")) == "P-204733-118356-640917-05"
    drawn = [person_number(tagged_hash("drawn", bytes([n]))[:PERSON_DRAWN_BYTES]) for n in range(50)]
    assert len(set(drawn)) == 50
    for number in drawn:
        assert not is_person_mistyped(number)
        for place in (place for place, one in enumerate(number) if one.isdigit()):
            others = (one for one in "0123456789" if one != number[place])
            assert all(is_person_mistyped(number[:place] + one + number[place + 1 :]) for one in others), number
    assert not is_person_mistyped("P-17")
