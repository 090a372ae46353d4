"""Two layers: what is agreed, and what lies over it; the root speaks of the agreed one alone."""

import random
from hashlib import sha256
from itertools import pairwise

import pytest

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.encoding import encode
from core.ledger.record import Change, IndexChange, Record, encode_record, record_digest
from core.store.chain import ActRow
from core.store.replica import ReplicaStore
from tests.store.records import agree, empty_store, make_record, next_version, overlay, record_id

GROUP = encode(["P-1"])


def literal_tree(leaves: dict[bytes, bytes], depth: int = 0) -> bytes:
    """Of leaf hashes by id: 32 at most are a bucket, more are 16 branches by the next hexadecimal digit."""
    if len(leaves) <= 32:
        return merkle.root([leaf for _, leaf in sorted(leaves.items())])
    branches: list[dict[bytes, bytes]] = [{} for _ in range(16)]
    for name, leaf in leaves.items():
        branches[int(name.hex()[depth], 16)][name] = leaf
    return merkle.root([literal_tree(branch, depth + 1) for branch in branches])


def literal_root(records: list[Record]) -> bytes:
    """The state root as FORMAT.md §5 says it, from nothing but the records."""
    trees: dict[tuple[str, int], dict[bytes, bytes]] = {}
    for record in records:
        district = -1 if record.keeper is None else record.keeper
        digest = tagged_hash("record-version", encode_record(record))
        trees.setdefault((record.register, district), {})[record.id] = merkle.leaf_hash(record.id + digest)
    return merkle.root(
        [
            merkle.leaf_hash(encode([register, district, len(leaves), literal_tree(leaves)]))
            for (register, district), leaves in sorted(trees.items())
        ]
    )


# -- the state root -------------------------------------------------------------------------------------------------


def test_the_root_of_nothing_is_that_of_an_empty_tree() -> None:
    assert empty_store().state.state_root() == sha256(b"").digest() == literal_root([])


def test_the_root_is_the_literal_one_whatever_the_order() -> None:
    records = [make_record(number, keeper=number % 3, area=number) for number in range(60)]
    records += [make_record(number, keeper=None, register="land.encumbrance") for number in range(60, 70)]
    roots = set()
    for seed in range(4):
        store = empty_store()
        shuffled = list(records)
        random.Random(seed).shuffle(shuffled)
        for start in range(0, len(shuffled), 7):
            agree(store, [Change(None, record) for record in shuffled[start : start + 7]])
            if seed % 2:
                store.state.state_root()
        roots.add(store.state.state_root())
    assert roots == {literal_root(records)}


def test_the_root_changes_with_every_version_and_only_with_agreed_ones() -> None:
    store = empty_store()
    first = make_record(1, area=1)
    agree(store, [Change(None, first)])
    before = store.state.state_root()
    second = next_version(first, area=2)
    overlay(store, 0, [Change(first, second)])
    assert store.state.state_root() == before
    agree(store, [Change(first, second)])
    assert store.state.state_root() == literal_root([second]) != before


def test_the_root_survives_a_change_of_keeper_and_the_last_bucket() -> None:
    store = empty_store()
    first = make_record(1)
    high = Record("land.parcel", b"\xff" * 16, 0, 0, 1, bytes(16), "registered", {"cadastral": "9"}, {})
    agree(store, [Change(None, first), Change(None, high)])
    store.state.state_root()
    moved = make_record(1, 2, keeper=3)
    agree(store, [Change(first, moved)])
    assert store.state.state_root() == literal_root([moved, high])


def test_a_records_digest_is_that_of_its_bytes() -> None:
    record = make_record(1)
    assert record_digest(encode_record(record)) == tagged_hash("record-version", encode_record(record))


# -- the layers -----------------------------------------------------------------------------------------------------


def test_the_overlay_lies_over_the_agreed_state_until_it_is_agreed() -> None:
    store = empty_store()
    first = make_record(1, area=1)
    second, third = next_version(first, area=2), next_version(next_version(first, area=2), area=3)
    overlay(store, 0, [Change(None, first)])
    assert (store.state.agreed(first.id), store.state.present(first.id)) == (None, first)
    overlay(store, 0, [Change(first, second)])
    overlay(store, 0, [Change(second, third)])
    agree(store, [Change(None, first)])
    assert (store.state.agreed(first.id), store.state.present(first.id)) == (first, third)
    agree(store, [Change(first, second)])
    agree(store, [Change(second, third)])
    assert (store.state.agreed(first.id), store.state.overlaid(first.id)) == (third, None)
    assert [version.version for version in store.state.history(first.id)] == [2, 1]
    assert store.state.record_count() == 1


def test_history_tells_agreed_and_foreseen_versions_alike() -> None:
    store = empty_store()
    versions = [make_record(1, number, area=number) for number in range(1, 7)]
    other = make_record(2)
    overlay(store, 0, [Change(None, other)])
    overlay(store, 0, [Change(None, versions[0])])
    for old, new in pairwise(versions[:5]):
        overlay(store, 0, [Change(old, new)])
    expected = [5, 4, 3, 2, 1]
    assert [version.version for version in store.state.history(other.id)] == []
    steps = list(zip([None, *versions], versions, strict=False))
    for position, (old, new) in enumerate(steps[:5], 2):
        assert store.state.history(new.id) == versions[3::-1]
        agree(store, [Change(old, new)])
        with store.database.atomic():
            store.state.foreseen.drop(position)
    assert store.state.history(versions[0].id) == versions[3::-1]
    assert store.database.rows("SELECT * FROM foreseen") == []
    # Several versions in one block, the first of them made over an agreed one.
    with store.database.atomic():
        store.chain.add_acts(9, [ActRow(versions[5].last_act + bytes(16), 9, 0, 0, "entered", None, {})])
        seventh = next_version(versions[5])
        store.chain.add_acts(9, [ActRow(seventh.last_act + bytes(16), 9, 1, 0, "entered", None, {})])
        store.state.foreseen.add(9, [Change(versions[4], seventh)], [versions[5]])
        store.state.write_overlay(0, [Change(versions[4], seventh)], [], {seventh.id: ""})
    assert [version.version for version in store.state.history(seventh.id)] == [6, *expected]
    store.state.clear_overlay()
    assert [version.version for version in store.state.history(seventh.id)] == expected[1:]


def test_a_register_that_was_empty_is_asked_again_once_it_is_written() -> None:
    store, record = empty_store(), make_record(1)
    asked = [(record.register, True), (record.register, False)]
    assert not any(store.state.uses(*one) for one in asked)
    overlay(store, 0, [Change(None, record)])
    assert [store.state.uses(*one) for one in asked] == [False, True]
    agree(store, [Change(None, record)])
    assert all(store.state.uses(*one) for one in asked)
    second = make_record(2, register="land.other")
    overlay(store, 0, [Change(None, second)])
    with pytest.raises(MunimentError):
        cleared_and_undone(store, second.register)
    assert store.state.uses(second.register, agreed_only=False)


def cleared_and_undone(store: ReplicaStore, register: str) -> None:
    with store.database.atomic():
        store.state.clear_overlay()
        assert not store.state.uses(register, agreed_only=False)
        raise MunimentError("disk-full")


def test_an_index_without_entries_is_asked_again_once_it_has_some() -> None:
    store, record = empty_store(), make_record(1)

    def counted() -> list[int]:
        found, overlaid = store.state.find_with_overlay("i", GROUP, 9)
        near = store.state.groups_near("i", GROUP[:4], agreed_only=False)
        assert near is not None
        assert store.state.count("i", GROUP) == len(store.state.find("i", GROUP, 9))
        assert store.state.count("i", GROUP, agreed_only=False) == len(set(found) | set(overlaid))
        return [len(found), len(overlaid), len(near)]

    assert counted() == [0, 0, 0]
    entry = [IndexChange("i", GROUP, record.id, add=True)]
    overlay(store, 0, [Change(None, record)], entry)
    assert counted() == [0, 1, 1]

    def clear_and_fail() -> None:
        with store.database.atomic():
            store.state.clear_overlay()
            assert counted() == [0, 0, 0]
            raise MunimentError("disk-full")

    with pytest.raises(MunimentError):
        clear_and_fail()
    assert counted() == [0, 1, 1]
    agree(store, [Change(None, record)], entry)
    assert counted() == [1, 0, 1]


def test_the_overlay_is_dropped_whole() -> None:
    store = empty_store()
    mine, theirs = make_record(1, keeper=0), make_record(2, keeper=1)
    overlay(store, 0, [Change(None, mine)], [IndexChange("i", GROUP, mine.id, add=True)])
    overlay(store, 1, [Change(None, theirs)], [IndexChange("i", GROUP, theirs.id, add=True)])
    assert not store.state.overlay_is_empty()
    assert store.state.clear_overlay() == sorted([mine.id, theirs.id])
    assert (store.state.present(mine.id), store.state.present(theirs.id)) == (None, None)
    assert store.state.overlay_index("i", GROUP) == {}
    assert store.state.overlay_is_empty()


def test_an_older_act_takes_no_later_word_with_it() -> None:
    """Added, taken away, added again; the first is agreed, then the second: the third still stands over them."""
    store = empty_store()
    versions = [make_record(1, version, area=version) for version in (1, 2, 3)]
    steps = [
        ([Change(before, after)], [IndexChange("i", GROUP, after.id, add=add)])
        for before, after, add in zip([None, *versions], versions, (True, False, True), strict=False)
    ]
    for changes, indexes in steps:
        overlay(store, 0, changes, indexes)

    def present() -> bool:
        agreed, changed = store.state.find_with_overlay("i", GROUP, 10)
        return changed.get(versions[0].id, versions[0].id in agreed)

    assert present()
    for changes, indexes in steps:
        agree(store, changes, indexes)
        assert present()
    assert store.state.overlay_index("i", GROUP) == {}


# -- indexes --------------------------------------------------------------------------------------------------------


def fill(store: ReplicaStore, numbers: list[int]) -> list[bytes]:
    ids = sorted(record_id(number) for number in numbers)
    agree(store, [], [IndexChange("i", GROUP, one, add=True) for one in ids])
    return ids


def test_groups_are_found_in_the_order_of_ids() -> None:
    store = empty_store()
    ids = fill(store, list(range(10)))
    assert store.state.find("i", GROUP, 4) == ids[:4]
    assert store.state.count("i", GROUP) == 10
    assert store.state.holds("i", GROUP, ids[3])
    assert not store.state.holds("i", encode(["P-2"]), ids[3])
    agree(store, [], [IndexChange("i", GROUP, ids[0], add=False), IndexChange("i", GROUP, ids[1], add=True)])
    assert store.state.find("i", GROUP, 20) == ids[1:]


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_what_the_overlay_takes_away_makes_room_for_more(limit: int) -> None:
    store = empty_store()
    ids = fill(store, list(range(10)))
    gone = ids[:4]
    overlay(store, 0, [], [IndexChange("i", GROUP, one, add=False) for one in gone])
    agreed, changed = store.state.find_with_overlay("i", GROUP, limit)
    assert [one for one in agreed if one not in changed][:limit] == ids[4 : 4 + limit]
    assert changed == dict.fromkeys(gone, False)
