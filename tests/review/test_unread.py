"""A write fails, and so does reading the disk again: no half graph, no signature, and all is well once it answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from core.errors import MunimentError
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from tests.drawing import draw
from tests.offices import DATABASE_KEY, StepClock, hand_over, land_network, open_in_memory, propose_registration, sign

NETWORK = land_network()


class FailingDatabase(Database):
    """A disk that is full when `fails` is set, and from then on reads nothing either until it is unset."""

    fails = False
    silent = False

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with super().atomic():
            yield
            if self.fails and self._depth:
                self.silent = True
                raise MunimentError("disk-full", path=self.path)

    def rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        if self.fails and self.silent:
            raise MunimentError("replica-damaged", path=self.path)
        return super().rows(statement, values)


@pytest.mark.parametrize("by_a_neighbour", [False, True])
def test_the_first_failure_is_told_and_nothing_is_signed_on_a_half_read_graph(by_a_neighbour: bool) -> None:
    database = FailingDatabase(IN_MEMORY, DATABASE_KEY)
    office = Office(ReplicaStore(database), NETWORK.charter, 0, NETWORK.nodes[0], MemoryJournal(), StepClock(), draw)
    other = open_in_memory(NETWORK, 1)
    other.record(sign(NETWORK, other, [propose_registration(other, 1)]))
    group = sign(NETWORK, office, [propose_registration(office, 2)])
    database.fails = True
    write = partial(hand_over, other, office) if by_a_neighbour else partial(office.record, group)
    with pytest.raises(MunimentError) as told:
        write()
    assert told.value.code == "disk-full"
    assert office.hand.quarantine == "replica-damaged"
    with pytest.raises(MunimentError, match="quarantine"):
        office.record(group)
    with pytest.raises(MunimentError) as unread:
        hand_over(other, office)
    assert unread.value.code == "replica-damaged"
    database.fails = database.silent = False
    assert hand_over(other, office) == 1
    assert office.hand.quarantine == (None if by_a_neighbour else "database-behind")
    assert office.record(group)[0].ladder.outcome == "entered"
    assert office.hand.quarantine is None
    again = open_in_memory(NETWORK, 0, office.store, office.hand.journal)
    assert again.vector() == office.vector()
