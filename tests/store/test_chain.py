"""Blocks and acts in the order of arrival, and each act where it counts."""

import pytest

from core.errors import MunimentError
from core.ledger.payload import Evidence
from core.store.chain import ActRow
from core.store.replica import ReplicaStore
from core.views import Draft
from tests.ledger.building import Network, make_network, registration
from tests.store.records import empty_store


@pytest.fixture(scope="module")
def network() -> Network:
    return make_network(3)


@pytest.fixture
def store() -> ReplicaStore:
    return empty_store()


def add(store: ReplicaStore, network: Network, author: int, seq: int = 1, number: int = 0) -> tuple[int, bytes]:
    """Position and id of one more block with one act."""
    group = network.sign_group([registration(number)])
    block, _ = network.block(author, [group], seq, None if seq == 1 else bytes(32))
    position = store.chain.newest_position() + 1
    store.chain.add_block(position, block, 1)
    return position, block.id


def row(act_id: bytes, block: int, author: int, outcome: str = "entered", code: str | None = None) -> ActRow:
    return ActRow(act_id, block, 0, author, outcome, code, {"why": [1, b"2"]} if code else {})


def test_blocks_come_back_as_they_were(store: ReplicaStore, network: Network) -> None:
    group = network.sign_group([registration()])
    full, _ = network.block(0, [group])
    empty, _ = network.block(1)
    store.chain.add_block(1, full, 1, [2, 1])
    store.chain.add_block(2, empty, 0)
    assert [store.chain.block_at(one).block for one in (1, 2)] == [full, empty]
    assert store.chain.id_at(1) == full.id
    assert [row.block for row in store.chain.blocks(0, 9)] == [full, empty]
    assert [row.block for row in store.chain.blocks(1, 9)] == [empty]
    stored = [(one, acts, accused) for one, _, acts, accused in store.chain.headers()]
    assert stored == [(full.id, True, [2, 1]), (empty.id, False, [])]
    assert store.chain.act_counts_at([2, 1]) == {1: 1, 2: 0}
    store.chain.mark_executed(1, 7)
    assert store.chain.block_at(1).anchor == 7


def test_what_is_not_there_is_named(store: ReplicaStore) -> None:
    with pytest.raises(MunimentError, match="replica-damaged"):
        store.chain.block_at(7)
    assert store.chain.act(bytes(32)) is None
    assert store.chain.act_by_prefix(bytes(16)) is None


def test_a_block_that_is_gone_from_the_middle_is_damage(store: ReplicaStore, network: Network) -> None:
    for seq in (1, 2, 3):
        add(store, network, 0, seq)
    store.database.execute("DELETE FROM block WHERE position = 2")
    with pytest.raises(MunimentError, match="replica-damaged"):
        list(store.chain.headers())


def test_an_act_is_shown_where_it_counts(store: ReplicaStore, network: Network) -> None:
    act_id = bytes(range(32))
    copy, _ = add(store, network, 1)
    other_branch, _ = add(store, network, 0, number=1)
    confirmed, _ = add(store, network, 0, number=2)
    rows = [row(act_id, copy, 1, "rejected", "not-keeper"), row(act_id, other_branch, 0), row(act_id, confirmed, 0)]
    for one in rows:
        store.chain.add_acts(one.block, [one])
    assert store.chain.act(act_id) == rows[1]
    store.chain.mark_executed(confirmed, 1)
    store.chain.mark_executed(copy, 1)
    assert store.chain.act(act_id) == store.chain.act_by_prefix(act_id[:16]) == rows[2]
    assert store.chain.act_by_prefix(bytes(16)) is None


def test_enclosures_are_those_of_one_author(store: ReplicaStore, network: Network) -> None:
    ids = [number.to_bytes(32, "big") for number in range(1200)]
    (first, first_id), (second, second_id) = add(store, network, 0), add(store, network, 0, 2)
    third, _ = add(store, network, 1)
    store.chain.add_acts(first, [row(one, first, 0)._replace(place=place) for place, one in enumerate(ids[:600])])
    store.chain.add_acts(second, [row(ids[0], second, 0)])
    store.chain.add_acts(third, [row(ids[1], third, 1)])
    expected = [(one, first_id) for one in ids[:600]] + [(ids[0], second_id)]
    assert sorted(store.chain.enclosures(0, ids)) == sorted(expected)
    assert store.chain.enclosures(2, ids) == []


def test_outcomes_are_set_at_their_place_alone(store: ReplicaStore, network: Network) -> None:
    act_id = bytes(32)
    position, _ = add(store, network, 0)
    twice = [ActRow(act_id, position, place, 0, "rejected", "overtaken", {}) for place in (0, 1)]
    store.chain.add_acts(position, twice)
    entered = ActRow(act_id, position, 0, 0, "entered", None, {}, (b"r" * 16, b"s" * 16))
    store.chain.set_outcomes([entered])
    assert store.chain.acts_of_block(position) == [entered, twice[1]]
    assert store.chain.refused_counts() == {position: 1}
    assert store.chain.unusual_acts(0, ["rejected"], 5) == [twice[1]]
    assert store.chain.unusual_acts(0, ["suspended", "entered"], 5) == []
    assert store.chain.unusual_counts(0) == {"rejected": 1}
    assert store.chain.act_counts() == {0: 2}


def test_one_proof_an_author_is_kept(store: ReplicaStore) -> None:
    proofs = [Evidence(b"a%d" % n, bytes(64), b"b", bytes(64)) for n in range(3)]
    store.chain.add_evidence(1, 0, 5, proofs[0], 0)
    store.chain.add_evidence(1, 0, 6, proofs[1], 0)
    store.chain.add_evidence(2, 0, 1, proofs[2], 0)
    assert store.chain.evidence() == [(1, proofs[0]), (2, proofs[2])]


def test_drafts_are_kept_newest_first(store: ReplicaStore) -> None:
    drafts = [Draft(bytes([n]), "land", "transfer", f"Draft {n}", 100 - n, b"document") for n in range(3)]
    for draft in drafts:
        store.put_draft(draft)
    assert store.drafts() == drafts
    newer = Draft(drafts[2].id, "land", "transfer", "Renamed", 200, b"more")
    store.put_draft(newer)
    assert store.drafts() == [newer, drafts[0], drafts[1]]
    store.delete_draft(newer.id)
    assert store.drafts() == drafts[:2]
