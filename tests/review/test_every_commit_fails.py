"""Every commit fails once, at its very end: closes of epochs, anchors and overlays are then as if none had."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from core.errors import MunimentError
from core.ledger.block import decode_header
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from tests.drawing import draw
from tests.offices import DATABASE_KEY, StepClock
from tests.review.histories import World
from tests.review.orders import blocks_of, predicted


class StubbornDatabase(Database):
    """Each transaction is undone when it is made for the first time: the disk is full, then there is room again."""

    undone = 0
    again = False

    @contextmanager
    def atomic(self) -> Iterator[None]:
        outermost = self._depth < 2
        with super().atomic():
            yield
            if outermost and not self.again:
                self.again = True
                self.undone += 1
                raise MunimentError("disk-full", path=self.path)
        if outermost:
            self.again = False


def reader_of(world: World, database: Database) -> Office:
    key = world.network.nodes[0]
    return Office(ReplicaStore(database), world.network.charter, 0, key, MemoryJournal(), StepClock(), draw)


def lived(number: int) -> World:
    world = World(number)
    world.live(60)
    world.settle()
    return world


def closing_world(first: int) -> World:
    """The first world from a number on in which an epoch closes: which ones do hangs on every letter of the laws."""
    return next(world for world in map(lived, count(first)) if world.offices[0].lace.epoch > 0)


@pytest.mark.parametrize(("first", "acts_at_once"), [(3, None), (7, 1)])
def test_what_was_undone_leaves_nothing_behind(first: int, acts_at_once: int | None) -> None:
    """The second executes what anchors decide in portions: each of them fails once."""
    world = closing_world(first)
    blocks = blocks_of(world)
    stubborn = StubbornDatabase(IN_MEMORY, DATABASE_KEY)
    plain, office = reader_of(world, Database(IN_MEMORY, DATABASE_KEY)), reader_of(world, stubborn)
    office.acts_at_once = acts_at_once
    left, portions = sorted(blocks), 0
    while ready := [block for block in left if not plain.lace.waits(decode_header(blocks[block].header))]:
        before = predicted(office)
        with pytest.raises(MunimentError, match="disk-full"):
            office.receive(*blocks[ready[0]])
        assert predicted(office) == before
        for one in (plain, office):
            one.receive(*blocks[ready[0]])
        left.remove(ready[0])
        while office.entering() is not None:
            before, portions = predicted(office), portions + 1
            with pytest.raises(MunimentError, match="disk-full"):
                office.enter_in_order()
            assert predicted(office) == before
            office.enter_in_order()
    assert plain.lace.epoch > 0
    assert stubborn.undone == len(blocks) - len(left) + portions
    assert bool(portions) == (acts_at_once is not None)
    assert predicted(office) == predicted(plain)
