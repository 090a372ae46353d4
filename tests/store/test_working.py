"""A working copy: acts of a batch see each other, and what is written in the end is the net of them."""

from random import Random

import pytest

from core.ledger.encoding import encode
from core.ledger.record import Change, IndexChange, Record, encode_record
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from tests.store.records import agree, empty_store, make_record, next_version, overlay, record_id

GROUP = encode(["P-1"])


@pytest.fixture
def store() -> ReplicaStore:
    return empty_store()


def test_acts_of_a_batch_see_each_other_and_leave_the_net(store: ReplicaStore) -> None:
    first = make_record(1, area=1)
    agree(store, [Change(None, first)])
    working = WorkingState(store.state, None)
    read = working.record(first.id)
    assert read == first
    second = next_version(first, area=2)
    third = next_version(second, area=3)
    working.apply((Change(read, second),), ())
    assert working.record(first.id) is second
    working.apply((Change(second, third),), ())
    assert working.changes == [Change(first, third)]
    assert working.between == [second]


def test_a_record_made_and_changed_in_one_batch_is_created_once(store: ReplicaStore) -> None:
    working = WorkingState(store.state, None)
    first = make_record(1)
    second = next_version(first, area=2)
    assert working.record(first.id) is None
    working.apply((Change(None, first),), (IndexChange("i", GROUP, first.id, add=True),))
    working.apply((Change(first, second),), (IndexChange("i", GROUP, first.id, add=False),))
    assert working.changes == [Change(None, second)]
    assert working.between == [first]
    assert working.index_changes == [IndexChange("i", GROUP, first.id, add=False)]


def test_reading_alone_changes_nothing(store: ReplicaStore) -> None:
    agree(store, [Change(None, make_record(1))])
    working = WorkingState(store.state, 0)
    assert working.record(record_id(1)) == make_record(1)
    assert working.record(record_id(2)) is None
    assert working.changes == working.index_changes == working.between == []


def test_the_agreed_layer_is_blind_to_the_overlay(store: ReplicaStore) -> None:
    first = make_record(1, area=1)
    agree(store, [Change(None, first)], [IndexChange("i", GROUP, first.id, add=True)])
    second, new = next_version(first, area=2), make_record(2)
    overlay(store, 0, [Change(first, second)], [IndexChange("i", GROUP, first.id, add=False)])
    overlay(store, 0, [Change(None, new)], [IndexChange("i", GROUP, new.id, add=True)])
    agreed, present = WorkingState(store.state, None), WorkingState(store.state, 0)
    assert (agreed.record(first.id), present.record(first.id)) == (first, second)
    assert (agreed.find("i", GROUP, 9), present.find("i", GROUP, 9)) == ([first.id], [new.id])
    assert (agreed.count("i", GROUP), present.count("i", GROUP)) == (1, 1)


@pytest.mark.parametrize("seed", range(40))
def test_groups_are_what_sets_say_they_are(store: ReplicaStore, seed: int) -> None:
    """Agreed, overlay and working copy against plain sets, for any limit."""
    random = Random(seed)
    records = [record_id(number) for number in range(8)]
    agreed = set(random.sample(records, 4))
    agree(store, [], [IndexChange("i", GROUP, one, add=True) for one in agreed])
    present = set(agreed)
    overlaid = [IndexChange("i", GROUP, one, add=random.random() < 0.5) for one in random.sample(records, 4)]
    overlay(store, 0, [], overlaid)
    working, bare = WorkingState(store.state, 0), WorkingState(store.state, None)
    for change in overlaid:
        (present.add if change.add else present.discard)(change.record)
    for one in random.sample(records, 3):
        change = IndexChange("i", GROUP, one, add=random.random() < 0.5)
        for state, held in ((working, present), (bare, agreed)):
            state.apply((), (change,))
            (held.add if change.add else held.discard)(one)
    for state, held in ((working, present), (bare, agreed)):
        assert state.count("i", GROUP) == len(held)
        for limit in (1, 2, 5, 20):
            assert state.find("i", GROUP, limit) == sorted(held)[:limit]


def test_versions_between_are_kept_even_when_many(store: ReplicaStore) -> None:
    working = WorkingState(store.state, 0)
    version: Record | None = None
    for number in range(1, 6):
        new = make_record(1, number, area=number)
        working.apply((Change(version, new),), ())
        version = new
    assert [one.version for one in working.between] == [1, 2, 3, 4]
    assert working.changes == [Change(None, version)]


@pytest.mark.parametrize("agreed", [6, 60], ids=["read at once", "too many to be read at once"])
def test_groups_of_one_record_are_counted_as_they_are_found(store: ReplicaStore, agreed: int) -> None:
    """Both layers and what the acts of the batch did, in groups that begin alike and in one that begins otherwise."""
    chance = Random(agreed)
    groups = [encode([record_id(first), word]) for first in (1, 2) for word in ("forbids", "follows", "")]
    groups += [encode([record_id(1)]), encode(["P-1", "forbids"])]

    def some(count: int, taken: bool) -> list[IndexChange]:
        adds = [not (taken and chance.random() < 0.5) for _ in range(count)]
        return [IndexChange("i", chance.choice(groups), record_id(chance.randrange(agreed)), add) for add in adds]

    agree(store, [], some(8 * agreed, taken=False))
    overlay(store, 0, [], some(agreed, taken=True))
    for author in (None, 0):
        working = WorkingState(store.state, author)
        for own in ((), some(agreed, taken=True), some(agreed, taken=True)):
            working.apply((), tuple(own))
            assert [working.count("i", group) for group in groups] == [
                len(working.find("i", group, 1_000)) for group in groups
            ]
    assert working.count("another", groups[0]) == 0


def test_a_verdict_kept_since_the_version_was_read_replaces_no_version_in_between(store: ReplicaStore) -> None:
    """It holds another object of the same version; the encoding that is kept is that of the object asked for."""
    first = make_record(1)
    agree(store, [Change(None, first)])
    working = WorkingState(store.state, None)
    assert working.record(first.id) is not first
    second = next_version(first, area=2)
    third = next_version(second, area=3)
    working.apply((Change(first, second),), ())
    assert working.between == []
    assert working.encoded(second) == encode_record(second)
    working.apply((Change(second, third),), ())
    assert working.between == [second]
    assert working.encoded(third) == working.encoded(third) == encode_record(third)
    assert working.encoded(second) == encode_record(second)
