"""Blocks that become durable together: what stands after a wrong one among them, after a full disk, after a power cut."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from core.errors import MunimentError
from core.exchange import Received, StoredBlock
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from tests.drawing import draw
from tests.offices import DATABASE_KEY, StepClock, land_network, open_in_memory, register

NETWORK = land_network()
ACTS = 5


class LateDatabase(Database):
    """Its disk fails when what was gathered is to become durable."""

    failing: Callable[[], None] | None = None
    room_for: int | None = None  # so many writes more; then the disk is full

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with super().atomic():
            yield
            if self.room_for is not None:
                self.room_for -= 1
                if self.room_for < 0:
                    raise MunimentError("disk-full")

    @contextmanager
    def gathered(self) -> Iterator[None]:
        with super().gathered():
            yield
            if self.failing is not None:
                self.failing()


def chain() -> list[StoredBlock]:
    giver = open_in_memory(NETWORK, 1)
    for number in range(ACTS):
        register(NETWORK, giver, number)
    return [giver.block(block) for block in giver.newer_than([])]


def receiver() -> tuple[Office, LateDatabase]:
    database = LateDatabase(IN_MEMORY, DATABASE_KEY)
    office = Office(ReplicaStore(database), NETWORK.charter, 0, NETWORK.nodes[0], MemoryJournal(), StepClock(), draw)
    return office, database


def opened_again(database: Database) -> Office:
    """As the next start would find it."""
    return Office(ReplicaStore(database), NETWORK.charter, 0, NETWORK.nodes[0], MemoryJournal(), StepClock(), draw)


def take(office: Office, blocks: list[StoredBlock]) -> list[Received]:
    with office.gathering():
        return [office.receive(*block) for block in blocks]


def test_gathered_blocks_say_the_same_as_blocks_one_by_one() -> None:
    blocks = chain()
    together, database = receiver()
    apart, _ = receiver()
    assert take(together, blocks) == [apart.receive(*block) for block in blocks] == [Received.ACCEPTED] * ACTS
    for office in (together, opened_again(database)):
        assert office.vector() == apart.vector()
        assert office.standing.counts() == apart.standing.counts()
        assert office.store.state.overlay_rows() == apart.store.state.overlay_rows()


def test_a_wrong_block_takes_nothing_with_it() -> None:
    blocks = chain()
    wrong = blocks[3]._replace(signature=bytes(64))
    office, database = receiver()
    with pytest.raises(MunimentError, match="bad-block-signature"):
        take(office, [*blocks[:3], wrong, blocks[4]])
    for one in (office, opened_again(database)):
        assert [tip.seq for tip in one.vector()] == [3]
        assert one.standing.counts().acts == 3
    assert take(office, blocks) == [Received.DUPLICATE] * 3 + [Received.ACCEPTED] * 2


@pytest.mark.parametrize("failure", [MunimentError("disk-full"), KeyboardInterrupt()])
def test_the_graph_knows_nothing_that_the_disk_has_lost(failure: BaseException) -> None:
    def fail() -> None:
        raise failure

    blocks = chain()
    office, database = receiver()
    take(office, blocks[:2])
    database.failing = fail
    with pytest.raises(type(failure)):
        take(office, blocks[2:])
    database.failing = None
    for one in (office, opened_again(database)):
        assert [tip.seq for tip in one.vector()] == [2]
        assert one.standing.counts().acts == 2
    assert take(office, blocks[2:]) == [Received.ACCEPTED] * (ACTS - 2)


def test_a_block_that_finds_no_room_takes_nothing_of_those_before_it_with_it() -> None:
    """The graph is read again in the middle of the group: what is not durable yet must be in it."""
    blocks = chain()
    office, database = receiver()
    database.room_for = 3
    with pytest.raises(MunimentError, match="disk-full"):
        take(office, blocks)
    database.room_for = None
    for one in (office, opened_again(database)):
        assert [tip.seq for tip in one.vector()] == [3]
        assert one.standing.counts().acts == 3
    assert take(office, blocks) == [Received.DUPLICATE] * 3 + [Received.ACCEPTED] * (ACTS - 3)
    apart, _ = receiver()
    take(apart, blocks)
    assert office.store.state.overlay_rows() == apart.store.state.overlay_rows()


def test_before_a_block_that_may_decide_very_much_what_was_gathered_is_durable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise MunimentError("disk-full")

    monkeypatch.setattr("core.executing.MUCH_WAITS", ACTS)
    blocks, witness = chain(), open_in_memory(NETWORK, 2)
    for block in blocks:
        witness.receive(*block)
    written = witness.write()
    assert written is not None
    office, database = receiver()
    database.failing = fail
    with pytest.raises(MunimentError, match="disk-full"):
        take(office, [*blocks, witness.block(written)])
    for one in (office, opened_again(database)):
        assert [(tip.author, tip.seq) for tip in one.vector()] == [(1, ACTS)]
