"""Limits of an officer's power: a term against the act's place, a territory against what the act writes."""

from datetime import date

import pytest

from core.laws.placing import DAY_MS, Order
from core.laws.powers import NO_LIMITS, Limits, in_term, limits_of, row_of

DAY_ONE = date(1970, 1, 1)
FROM_TEN_TO_TWENTY = Limits(date(1970, 1, 11), date(1970, 1, 21))  # days 10 to 20 since the first


def at(first: int, last: int, spread: int = 0) -> Order:
    """The place of an act between two days."""
    return Order(1, last * DAY_MS, spread * DAY_MS, lambda _: False, lambda _: True, lambda: first * DAY_MS)


@pytest.mark.parametrize(
    ("claimed", "place", "inside"),
    [
        (15, None, True),
        (9, None, False),
        (21, None, False),
        (15, at(12, 18), True),
        (15, at(5, 40), True),  # both ends of the place lie outside: what the act claims counts
        (20, at(21, 22), False),  # claimed in time, written after a register state of later
        (10, at(3, 9), False),  # … and executed before the term began
        (9, at(12, 18), False),  # the act itself says that it is not of the term
        (19, at(12, 18), True),  # a clock that is a day fast, surely in the term
        (19, at(5, 18), None),  # a claim that does not fit its place decides nothing
        (12, at(15, 25), None),
        (15, at(12, 18, spread=2), None),  # the clocks of the quorum stood too far apart
    ],
)
def test_a_term_is_compared_with_the_place_of_the_act(claimed: int, place: Order | None, inside: bool | None) -> None:
    assert in_term(FROM_TEN_TO_TWENTY, place, claimed * DAY_MS) is inside


def test_a_term_may_be_open_at_either_end() -> None:
    assert in_term(Limits(since=DAY_ONE), at(0, 9000), 100 * DAY_MS)
    assert in_term(Limits(until=date(1970, 1, 11)), at(0, 5), 5 * DAY_MS)
    assert not in_term(Limits(until=date(1970, 1, 11)), None, 11 * DAY_MS)


@pytest.mark.parametrize("limits", [NO_LIMITS, FROM_TEN_TO_TWENTY, Limits(None, date(2026, 6, 30), "28", 3)])
def test_limits_are_what_the_row_that_gives_the_role_says(limits: Limits) -> None:
    assert limits_of(row_of("clerk", limits)) == limits
