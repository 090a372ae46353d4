"""Random block graphs with forkers, in random orders of arrival, against the literal rules (tests/ledger).

First finality: all orders of graphs of up to eight blocks, fifty of larger ones, the latest fork last in one of them.
Then histories of several epochs, decided by the real graph and by the independent verifier; then the relations of one
epoch alone, without honest habits.
"""

from collections.abc import Iterator
from random import Random
from time import monotonic

from core.ledger.blocklace import Blocklace
from tests.independent.histories import History
from tests.independent.test_agreement import as_decided, as_verified
from tests.ledger.finality_comparison import OF_PASTS, Real, differences, said_by, told_by
from tests.ledger.finality_graphs import World, all_orders, small_world, some_orders, some_world, tight_world
from tests.ledger.finality_invariants import of_growth, violations
from tests.ledger.finality_reference import Block
from tests.ledger.random_graphs import some_graphs, topological_orders
from tests.ledger.test_blocklace import differences as lace_differences
from tests.ledger.test_blocklace import grown, roll_of
from tests.torture.part import Part

PLANNED_WORLDS = 10_000
PLANNED_HISTORIES = 10_000
PLANNED_GRAPHS = 50_000
WORLD_ORDERS = 50
GRAPH_ORDERS = 3
FEW_BLOCKS = 8
SHARE_OF_WORLDS = 0.6
SHARE_OF_HISTORIES = 0.5  # of what the worlds leave


def torture_graphs(first_seed: int, until_s: float) -> list[Part]:
    begun_s = monotonic()
    worlds = Part("random worlds against the literal rules of finality", PLANNED_WORLDS)
    histories = Part("random histories decided by both implementations", PLANNED_HISTORIES)
    graphs = Part("random block graphs against the reference", PLANNED_GRAPHS)
    worlds.repeat(lambda seed: _one_world(worlds, seed), first_seed, begun_s + SHARE_OF_WORLDS * (until_s - begun_s))
    histories.repeat(_one_history, first_seed, monotonic() + SHARE_OF_HISTORIES * (until_s - monotonic()))
    graphs.repeat(_one_graph, first_seed, until_s)
    return [worlds, histories, graphs]


def _one_world(part: Part, seed: int) -> None:
    random = Random(f"torture {seed}")
    kind = random.choices(("small", "tight", "closes", "epochs", "beyond"), (20, 10, 4, 4, 2))[0]
    part.count(f"worlds: {kind}")
    world = _world(kind, seed)
    tolerates = kind != "beyond" and (kind != "small" or not world.plan.malicious)
    told, names = told_by(world.reference, world.blocks), None if tolerates else OF_PASTS
    for number, order in enumerate(_orders(world, random)):
        real = Real(world.plan.rolls, forgets=number % 2 == 1)
        real.grow(order)
        found = differences(said_by(real), told, names)
        assert found == [], found
        part.count("orders of arrival")
    if tolerates:
        broken = violations(world)
        if kind in ("tight", "closes"):
            (late,) = some_orders(world, random, 1)
            broken |= set(of_growth(world.reference, late, max(1, len(late) // 6)))
        assert broken == set(), broken


def _world(kind: str, seed: int) -> World:
    if kind == "small":
        return small_world(seed, FEW_BLOCKS)
    if kind == "tight":
        return tight_world(seed)
    if kind == "closes":
        return tight_world(seed, epochs=2 + seed % 2)
    return some_world(seed, beyond=kind == "beyond")


def _orders(world: World, random: Random) -> Iterator[list[Block]]:
    if len(world.blocks) <= FEW_BLOCKS:
        return all_orders(world.blocks, [])
    return some_orders(world, random, WORLD_ORDERS)


def _one_history(seed: int) -> None:
    history = History(seed)
    expected = as_verified(history)
    for rows in (history.rows, Random(seed).sample(history.rows, len(history.rows))):
        assert as_decided(history, rows) == expected


def _one_graph(seed: int) -> None:
    (made,) = some_graphs(1, seed=seed)
    for order in topological_orders(made, Random(seed), GRAPH_ORDERS):
        lace = Blocklace(roll_of(made.office_count))
        found = lace_differences(lace, grown(lace, order), made.graph)
        assert found == [], found
