"""The same blocks, in any order, in portions or at once, with restarts between, come to the same agreed rows (I2, I9).

More of them: `python -m tests.review.test_any_order FIRST END STEPS`.
"""

import sys
from random import Random

import pytest

from tests.review.histories import World
from tests.review.orders import agreed, blocks_of, predicted, replayed


def compare_orders(number: int, steps: int) -> World:
    world = World(number)
    world.live(steps)
    if number % 3:
        world.settle()
    blocks = blocks_of(world)
    rooms = (None, 1, None)  # the second executes one block at a time
    replicas = [replayed(world, blocks, Random(f"{number} {order}"), room) for order, room in enumerate(rooms)]
    for replica in replicas:
        before = predicted(replica)
        with replica.store.database.atomic():
            replica.execution.rebuild_overlay()
        assert predicted(replica) == before, "folding the overlay anew changed it"
    told = agreed(replicas[0])
    whole = [office for office in world.offices if len(office.lace.vertices) == len(replicas[0].lace.vertices)]
    for other in (*replicas[1:], *whole):
        assert agreed(other) == told, "another order, another state"
    return world


@pytest.mark.parametrize("number", [4, 7, 11])
def test_every_order_comes_to_the_same(number: int) -> None:
    compare_orders(number, 60)


if __name__ == "__main__":
    first, end, most = map(int, sys.argv[1:4])
    for one in range(first, end):
        drawn = compare_orders(one, most)
        newest = max(office.anchor for office in drawn.offices), max(office.lace.epoch for office in drawn.offices)
        print(one, len(drawn.offices), *newest, flush=True)
