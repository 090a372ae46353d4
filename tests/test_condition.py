"""What asks for attention: silent witnesses while it can still be mended, and a register that stands still."""

from itertools import count

import pytest

from core.condition import read_condition, read_reserve
from core.office import Office
from core.views import Reserve
from tests.offices import land_network, make_offices, meet, register

PARCELS = count(1)


def work(offices: list[Office], rounds: int) -> None:
    """Only these offices record and meet."""
    network = land_network(len(offices[0].roll.members))
    for number in range(rounds):
        one, other = offices[number % len(offices)], offices[(number + 1) % len(offices)]
        register(network, one, next(PARCELS))
        meet(one, other)


def test_at_the_beginning_nobody_is_silent() -> None:
    for office_count, expected in ((1, Reserve(1, 1, 0, ())), (3, Reserve(3, 2, 0, ())), (4, Reserve(4, 3, 1, ()))):
        office = make_offices(office_count)[0]
        condition = read_condition(office)
        assert (condition.quarantine, condition.stopped, condition.reserve) == (None, None, expected)
        assert not condition.reserve.thin


def test_who_takes_no_part_is_silent_after_twice_as_many_anchors_as_there_are_witnesses() -> None:
    offices = make_offices(4)
    awake, sleeper = offices[:3], 3
    work(awake, 12)
    first = awake[0]
    while first.anchor <= 8:
        assert read_reserve(first).silent == ()
        work(awake, 3)
    assert read_reserve(first) == Reserve(4, 3, 1, (sleeper,))
    assert read_reserve(first).left == 0
    assert read_reserve(first).thin
    offices[3].write()
    work(offices, 12)
    assert read_reserve(first).silent == ()


@pytest.mark.parametrize(
    ("witnesses", "quorum", "silent", "thin"),
    [(4, 3, 0, False), (4, 3, 1, True), (7, 5, 1, False), (7, 5, 2, True), (20, 14, 3, False), (20, 14, 4, True)],
)
def test_the_reserve_is_thin_from_half_on(witnesses: int, quorum: int, silent: int, thin: bool) -> None:
    reserve = Reserve(witnesses, quorum, (witnesses - 1) // 3, tuple(range(silent)))
    assert (reserve.thin, reserve.left) == (thin, witnesses - quorum - silent)


def test_a_register_that_differs_from_the_others_stands_still_and_says_who_says_what(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offices = make_offices(4)
    first, others = offices[0], offices[1:]
    monkeypatch.setattr(first.store.state, "state_root", lambda: b"\x66" * 32)  # a bug, or a disk that lies
    work(offices, 24)
    stopped = read_condition(first).stopped
    assert stopped is not None
    assert stopped.state_root == b"\x66" * 32
    witnesses = {witness for witness, _ in stopped.others}
    assert len(witnesses) > first.roll.tolerated
    assert witnesses <= {1, 2, 3}
    assert {root for _, root in stopped.others} == {others[0].store.checkpoints.at(stopped.anchor).state_root}  # type: ignore[union-attr]
    assert all(read_condition(other).stopped is None for other in others)
    before = first.anchor
    work(offices, 8)
    assert first.anchor == before  # nothing becomes final here any more, and it goes on signing
    assert others[0].anchor > before
