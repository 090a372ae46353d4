"""What shared acts touch while they wait: that nothing waits is remembered, and forgotten where it may not be so."""

from contextlib import suppress

import pytest

from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.waiting import WaitingStore

RECORD, OTHER = b"r" * 16, b"s" * 16


@pytest.fixture
def database() -> Database:
    return Database(IN_MEMORY, bytes(KEY_BYTES))


def test_each_chain_waits_for_its_own_acts_until_their_blocks_are_executed(database: Database) -> None:
    store = WaitingStore(database)
    assert store.of(0) == set()
    store.add(0, 1, {RECORD, OTHER})
    store.add(1, 2, {RECORD})
    assert (store.of(0), store.of(1), store.of(2)) == ({RECORD, OTHER}, {RECORD}, set())
    store.drop(1)
    assert (store.of(0), store.of(1)) == (set(), {RECORD})
    store.clear()
    assert store.of(1) == set()


def test_what_an_undone_transaction_had_executed_waits_again(database: Database) -> None:
    store = WaitingStore(database)
    store.add(0, 1, {RECORD})
    with suppress(KeyboardInterrupt), database.atomic():
        store.drop(1)
        assert store.of(0) == set()
        raise KeyboardInterrupt
    assert store.of(0) == {RECORD}


def test_what_waits_only_in_an_undone_transaction_does_not_wait(database: Database) -> None:
    store = WaitingStore(database)
    assert store.of(0) == set()
    with suppress(KeyboardInterrupt), database.gathered(), database.atomic():
        store.add(0, 1, {RECORD})
        raise KeyboardInterrupt
    assert store.of(0) == set()
    store.add(0, 2, {OTHER})
    assert store.of(0) == {OTHER}
