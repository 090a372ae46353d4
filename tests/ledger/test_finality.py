"""Votes, anchors and their order agree with the literal rules of 3-ledger §3–§7 on random worlds, in whatever order
blocks arrive; and the literal rules keep what §8 promises. `make torture` does the same for as long as it is given.
"""

from collections.abc import Iterator
from random import Random

import pytest

from tests.ledger.finality_comparison import OF_PASTS, Real, differences, said_by, told_by
from tests.ledger.finality_graphs import (
    Face,
    World,
    all_orders,
    small_world,
    some_orders,
    some_world,
    tight_world,
)
from tests.ledger.finality_invariants import of_growth, of_quiet, violations
from tests.ledger.finality_reference import forked_keys

WORLDS = 140
ORDERS = 6
ASKED_FOR_PASTS = 2  # of these, one that keeps all blocks and one that forgets; test_blocklace.py asks in every order


def compared(world: World, orders: Iterator[list], names: frozenset[str] | None = None) -> list[str]:
    """What differs in any of these orders of arrival, in every other of which each block soon leaves memory."""
    told, found = told_by(world.reference, world.blocks), []
    for number, order in enumerate(orders):
        real = Real(world.plan.rolls, forgets=number % 2 == 1)
        real.grow(order)
        found += differences(said_by(real, pasts=number < ASKED_FOR_PASTS), told, names)
    return found


@pytest.mark.parametrize("part", range(4))
def test_it_agrees_with_the_literal_rules_in_every_order(part: int) -> None:
    anchors = closes = 0
    for seed in range(part * 1000, part * 1000 + WORLDS // 4):
        world = some_world(seed)
        assert compared(world, some_orders(world, Random(seed), ORDERS)) == [], f"seed {seed}"
        anchors += sum(len(face.anchors) > 0 for face in world.faces)
        closes += len(world.closings)
    assert anchors > WORLDS // 4  # the worlds reach what is compared
    assert closes > 5


def test_it_agrees_where_all_rounds_stand_close_together() -> None:
    for seed in range(100):
        world = tight_world(seed)
        assert compared(world, some_orders(world, Random(seed), ORDERS)) == [], f"seed {seed}"


def test_it_agrees_across_closes_under_attack() -> None:
    closed = 0
    for seed in range(40):
        world = tight_world(seed, epochs=2 + seed % 2)
        assert compared(world, some_orders(world, Random(seed), ORDERS)) == [], f"seed {seed}"
        closed += len(world.closings)
    assert closed > 40


def test_what_pasts_decide_agrees_also_where_more_forked_than_may() -> None:
    for seed in range(60):
        world = some_world(seed, beyond=True)
        assert compared(world, some_orders(world, Random(seed), ORDERS), OF_PASTS) == [], f"seed {seed}"


def test_what_an_office_is_told_of_forks_changes_nothing_that_is_agreed() -> None:
    """Evidence that came beside the blocks: the office refers to less and waits for less, and decides the same."""
    for seed in range(30):
        world = tight_world(8000 + seed, epochs=1 + seed % 3)
        real = Real(world.plan.rolls)
        for author, incarnation in world.plan.malicious:
            real.lace.accuse(author, incarnation)
        real.grow(world.blocks)
        told, said = told_by(world.reference, world.blocks), said_by(real)
        assert differences(said, told, set(told) - {"awaiting", "forkers"}) == [], f"seed {seed}"


def test_small_worlds_agree_in_all_orders() -> None:
    anchors = 0
    for seed in range(30):
        world = small_world(seed, blocks=7)
        names = None if not world.plan.malicious else OF_PASTS
        assert compared(world, all_orders(world.blocks, []), names) == [], f"seed {seed}"
        anchors += len(world.reference.anchors(world.blocks))
    assert anchors > 20


def test_it_agrees_after_every_block() -> None:
    for seed in (3, 6, 11, 25, 2004):
        world = some_world(seed)
        real, view = Real(world.plan.rolls), []
        for block in next(some_orders(world, Random(seed), 1)):
            view.append(block)
            real.grow([block])
            if len(view) % 3 == 0:
                told = told_by(world.reference, view)
                assert differences(said_by(real), told) == [], f"seed {seed}, {len(view)} blocks"


def test_each_honest_view_alone_agrees_and_names_the_same_parents() -> None:
    for seed in range(300, 330):
        world = some_world(seed)
        for face in world.honest:
            blocks = [one for one in world.blocks if one in face.held]
            real = Real(world.plan.rolls)
            real.grow(blocks)
            assert [one.vertex.id for one in real.anchors] == [one.block.id for one in face.anchors]
            assert _next_references(real, face) == _expected_references(world, face), f"seed {seed}, {face.number}"


def _next_references(real: Real, face: Face) -> list[bytes] | None:
    member = real.lace.roll.member(face.number)
    if member is None or member.incarnation != face.incarnation:
        return None
    return [one.id for one in real.lace.next_parents(face.number)[1]]


def _expected_references(world: World, face: Face) -> list[bytes] | None:
    epoch, _, _ = world.reference.position(face.anchors)
    if world.plan.rolls[epoch].incarnations.get(face.number) != face.incarnation:
        return None
    usable = [one for one in face.held if one.epoch <= epoch]
    closings = [one.block for one in face.anchors if one.closing]
    closing = closings[-1] if closings else None
    return [one.id for one in world.reference.references(usable, face.head, forked_keys(usable), epoch, closing)]


# -- what the rules keep ------------------------------------------------------------------------------------------


def test_nothing_that_is_promised_is_broken() -> None:
    for seed in range(24):
        assert violations(some_world(5000 + seed)) == set(), f"seed {seed}"
        assert violations(tight_world(5000 + seed)) == set(), f"tight seed {seed}"
    for seed in range(12):
        assert violations(tight_world(5100 + seed, epochs=3)) == set(), f"closing seed {seed}"


def test_a_larger_view_changes_no_decision() -> None:
    for seed in range(40):
        world = some_world(6000 + seed) if seed % 3 == 0 else tight_world(6000 + seed)
        for order in some_orders(world, Random(seed), 2):
            assert set(of_growth(world.reference, order, max(1, len(order) // 5))) == set(), f"seed {seed}"


def test_whoever_meets_everybody_long_enough_waits_for_nothing_and_falls_silent() -> None:
    """Lazily written, without a timer: all is decided, by everybody alike, and nobody has a reason to write."""
    for seed in range(24):
        world = some_world(7000 + seed, heal=True)
        assert set(of_quiet(world)) == set(), f"seed {seed}"
        assert world.quiet, f"seed {seed}"
