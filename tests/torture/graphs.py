"""Random block graphs with forkers, in random orders of arrival, against the literal rules (tests/ledger)."""

from random import Random

from core.ledger.blocklace import Blocklace
from tests.ledger.random_graphs import some_graphs, topological_orders
from tests.ledger.test_blocklace import differences, grown, roll_of
from tests.torture.part import Part

PLANNED = 50_000
ORDERS = 3


def torture_graphs(first_seed: int, until_s: float) -> list[Part]:
    part = Part("random block graphs against the reference", PLANNED)

    def one(seed: int) -> None:
        (made,) = some_graphs(1, seed=seed)
        for order in topological_orders(made, Random(seed), ORDERS):
            lace = Blocklace(roll_of(made.office_count))
            found = differences(lace, grown(lace, order), made.graph)
            assert found == [], found

    part.repeat(one, first_seed, until_s)
    return [part]
