"""Every mutant of 3-ledger §10 dies: in a fixed world whose honest offices all follow it, a promise is broken that the
true rules keep in the world of the same seed. The names are those of `muniment simulate --mutant`.
"""

from collections.abc import Callable
from random import Random

import pytest

from tests.ledger.finality_comparison import Facts, Real, differences, said_by, told_by
from tests.ledger.finality_graphs import NETWORK, World, sleepers_world, some_orders, some_world, tight_world
from tests.ledger.finality_invariants import of_arrival, of_growth, violations
from tests.ledger.finality_reference import MUTANTS, SPECIFICATION, Block, Reference, Rules

ROUNDS_AWAKE = 12  # of the best in sleepers_world


def of_world(world: World) -> set[str]:
    return violations(world)


def of_growing(world: World) -> set[str]:
    (order,) = some_orders(world, Random(0), 1)
    return set(of_growth(world.reference, order, max(1, len(order) // 8)))


def of_two_orders(world: World) -> set[str]:
    return set(of_arrival(world, list(some_orders(world, Random(0), 3))))


def of_sleepers(world: World) -> set[str]:
    newest = world.reference.anchors(world.blocks)[-1]
    return set() if newest.block.round > ROUNDS_AWAKE else {"liveness: no anchor since the best fell asleep"}


def sleepers(office_count: int, rules: Rules) -> World:
    return sleepers_world(office_count, rules)


def closes(seed: int, rules: Rules) -> World:
    return tight_world(seed, rules, epochs=3)


DEATHS: list[tuple[str, Callable[[int, Rules], World], int, Callable[[World], set[str]], str]] = [
    ("quorum-minus-one", some_world, 21, of_world, "I4 two siblings are certified"),
    ("votes-without-fork-check", tight_world, 577, of_world, "§8 two blocks of one slot have certificates"),
    ("skip-non-endorsement", tight_world, 17, of_world, "§8 a slot with a certificate is skipped"),
    ("indirect-at-r3", tight_world, 4, of_world, "I13 a direct commit is not below a later block"),
    ("schedule-third", sleepers, 3, of_sleepers, "liveness: no anchor since the best fell asleep"),
    ("schedule-third", sleepers, 6, of_sleepers, "liveness: no anchor since the best fell asleep"),
    ("schedule-third", sleepers, 9, of_sleepers, "liveness: no anchor since the best fell asleep"),
    ("schedule-third", sleepers, 12, of_sleepers, "liveness: no anchor since the best fell asleep"),
    ("order-by-claimed-time", some_world, 1, of_world, "§6 claimed time decides an order"),
    ("fork-by-incomparability", tight_world, 1318, of_world, "I4 two siblings are certified"),
    ("execute-uncertified", some_world, 276, of_world, "I7 two siblings are executed, or one block twice"),
    ("evidence-blind", tight_world, 3, of_world, "I8 evidence in a payload is not believed"),
    ("masks-kept", tight_world, 9, of_two_orders, "I9 the order of arrival decides a certificate"),
    ("lowest-seq-approvals", some_world, 19, of_growing, "I3 a larger view withdraws a certificate"),
    ("revoked-key-approved", closes, 43, of_world, "I4 two siblings are certified"),
    ("revoked-key-approved", some_world, 23, of_world, "I3 a block of a key that is no longer in the roll is executed"),
]


@pytest.mark.parametrize(
    ("name", "make", "seed", "check", "broken"), [pytest.param(*death, id=f"{death[0]}-{death[2]}") for death in DEATHS]
)
def test_a_mutant_dies_where_the_true_rules_live(
    name: str, make: Callable[[int, Rules], World], seed: int, check: Callable[[World], set[str]], broken: str
) -> None:
    assert broken in check(make(seed, MUTANTS[name]))
    assert check(make(seed, SPECIFICATION)) == set()


@pytest.fixture(scope="module")
def met() -> list[tuple[World, list[Block], Facts]]:
    """Worlds of the true rules, an order of arrival in each, and what the real code says then."""
    found = []
    for world in [*map(some_world, range(30)), *map(tight_world, range(60)), sleepers_world(6)]:
        *_, order = some_orders(world, Random(1), 2)
        real = Real(world.plan.rolls)
        real.grow(order)
        found.append((world, order, said_by(real)))
    return found


@pytest.mark.parametrize("name", MUTANTS)
def test_the_comparison_tells_a_mutant_from_the_real_code(
    name: str, met: list[tuple[World, list[Block], Facts]]
) -> None:
    def differs(world: World, order: list[Block], said: Facts) -> bool:
        mutant = Reference(world.plan.rolls, NETWORK, MUTANTS[name])
        mutant.arrived = order
        return differences(said, told_by(mutant, world.blocks)) != []

    assert any(differs(*one) for one in met)


def test_every_mutant_is_among_the_dead() -> None:
    assert {name for name, *_ in DEATHS} == set(MUTANTS)
