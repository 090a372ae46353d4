"""The state root kept up to date is the one made from nothing, whatever the history; and every record proves itself."""

from dataclasses import replace
from random import Random

import pytest

from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.ledger.merkle import EMPTY_ROOT, node_hash
from core.ledger.record import Change, Record, encode_record, record_digest
from core.ledger.state_proof import (
    decode_state_proof,
    encode_state_proof,
    item_of,
    root_from_record,
    tree_root,
)
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from core.store.state_tree import RecordChange, StateTree
from tests.store.records import KEY, agree, empty_store, make_record, next_version
from tests.store.test_state import literal_tree

PARCEL = "land.parcel"


def an_id(random: Random, *, ground: bool) -> bytes:
    """Half of the ground ones share a long beginning, as somebody who tries many nonces could reach."""
    return b"\xab" * 9 + random.randbytes(7) if ground and random.random() < 0.5 else random.randbytes(16)


def empty_tree() -> tuple[Database, StateTree]:
    database = Database(IN_MEMORY, KEY)
    return database, StateTree(database)


def held_root(tree: StateTree) -> bytes:
    found = {(one.register, one.district): one.root for one in tree.trees()}
    return found.get((PARCEL, 0), tree_root([]))


@pytest.mark.parametrize("seed", range(12))
def test_any_history_of_puts_and_removals_ends_in_the_literal_root(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third with so little room for what waits that a transaction is hashed in parts."""
    if seed % 3 == 0:
        monkeypatch.setattr("core.store.state_tree._MAX_WAITING", 20)
        monkeypatch.setattr("core.store.state_tree._EDITS_AT_ONCE", 7)
    random = Random(seed)
    database, tree = empty_tree()
    held: dict[bytes, bytes] = {}
    for _ in range(25):
        grows = random.random() < 0.6
        edits: dict[bytes, bytes | None] = {}
        for _ in range(random.choice((1, 3, 40, 150))):
            if held and (not grows or random.random() < 0.3):
                record = random.choice(sorted(held))
                edits[record] = None if not grows else random.randbytes(32)
            elif grows:
                edits[an_id(random, ground=seed % 2 == 1)] = random.randbytes(32)
        changes = [RecordChange(PARCEL, 0, record, digest) for record, digest in edits.items()]
        with database.atomic():
            for start in range(0, len(changes), 30):
                tree.update(changes[start : start + 30])
        held |= {record: digest for record, digest in edits.items() if digest is not None}
        held = {record: digest for record, digest in held.items() if edits.get(record, digest) is not None}
        items = {record: item_of(record, digest) for record, digest in held.items()}
        expected = literal_tree({record: item[16:] for record, item in items.items()})
        assert held_root(tree) == expected == tree_root(sorted(items.values()))
        assert sum(one.records for one in tree.trees()) == len(held)
    with database.atomic():
        tree.update(RecordChange(PARCEL, 0, record, None) for record in held)
    assert tree.trees() == []
    assert database.scalar("SELECT count(*) FROM state_node") == 0


# -- proofs ---------------------------------------------------------------------------------------------------------


def filled(count: int) -> tuple[ReplicaStore, list[Record]]:
    """Records of two offices and a few shared ones."""
    store = empty_store()
    records = [make_record(number, keeper=number % 2) for number in range(count)]
    records += [make_record(number, keeper=None, register="land.encumbrance") for number in range(count, count + 3)]
    agree(store, [Change(None, record) for record in records])
    return store, records


@pytest.mark.parametrize("count", [1, 2, 33, 64, 66, 150, 700])
def test_every_record_proves_that_it_is_the_present_one(count: int) -> None:
    store, records = filled(count)
    root = store.state.state_root()
    for record in records:
        encoded, proof = store.state.prove(record.id)
        assert encoded == encode_record(record)
        assert decode_state_proof(encode_state_proof(proof)) == proof
        assert root_from_record(encoded, proof) == root


def test_an_older_version_another_register_and_an_altered_path_prove_nothing() -> None:
    store, records = filled(200)
    old = records[7]
    agree(store, [Change(old, next_version(old, area=2))])
    root = store.state.state_root()
    encoded, proof = store.state.prove(old.id)
    assert root_from_record(encoded, proof) == root
    others = (old, replace(old, register="land.encumbrance"), replace(old, keeper=3), replace(old, id=bytes(16)))
    assert all(root_from_record(encode_record(other), proof) != root for other in others)
    for number in range(len(proof.page_path)):
        altered = (*proof.page_path[:number], bytes(32), *proof.page_path[number + 1 :])
        assert root_from_record(encoded, replace(proof, page_path=altered)) != root
    assert root_from_record(encoded, replace(proof, records=proof.records + 1)) != root


@pytest.mark.parametrize(
    "change",
    [
        {"page_path": (bytes(32),)},
        {"page_path": (bytes(32),) * 4 * 33},
        {"place": 40},
        {"bucket": 33},
        {"bucket": 0},
        {"bucket_path": ()},
        {"tree": 9},
        {"tree_path": (bytes(32),) * 70},
    ],
)
def test_a_path_of_no_such_place_is_refused(change: dict[str, object]) -> None:
    store, records = filled(200)
    encoded, proof = store.state.prove(records[0].id)
    with pytest.raises(MunimentError, match="bad-state-proof"):
        root_from_record(encoded, replace(proof, **change))  # type: ignore[arg-type]  # one field of any kind


def test_hashes_of_empty_branches_are_left_out() -> None:
    """33 ids that share their first 60 bits: fifteen pages above them hold nothing else."""
    database, tree = empty_tree()
    ids = [b"\xab" * 7 + bytes([0xC0 + number % 16, number]) + bytes(7) for number in range(33)]
    with database.atomic():
        tree.update(RecordChange(PARCEL, 0, record, bytes(32)) for record in ids)
    proof = tree.prove(PARCEL, 0, ids[5])
    assert len(proof.page_path) == 16 * 4
    assert proof.page_path[4:8] == tuple(_empty_branches())
    assert len(encode_state_proof(proof)) < 8 * 32 + 40


def _empty_branches() -> list[bytes]:
    digests = [EMPTY_ROOT]
    for _ in range(3):
        digests.append(node_hash(digests[-1], digests[-1]))
    return digests


def test_proofs_are_short() -> None:
    store, records = filled(2000)
    lengths = [len(encode_state_proof(store.state.prove(record.id)[1])) for record in records[:100]]
    assert max(lengths) < 500  # ten to twelve hashes and two for the three trees


def test_malformed_proofs_are_refused() -> None:
    store, records = filled(200)
    good = encode_state_proof(store.state.prove(records[0].id)[1])
    version, counts, mask, hashes = decode(good)
    bad = [
        [version, counts, mask, hashes[:-1]],
        [version, counts, b"\x00" + mask, hashes],
        [version, counts, b"\xff" * len(mask), hashes],
        [version, counts[:-1], mask, hashes],
        [version, [*counts[:2], 33, *counts[3:]], mask, hashes],
        [version, [-1, *counts[1:]], mask, hashes],
        [0, counts, mask, hashes],
        [True, counts, mask, hashes],
        [version, counts, mask],
        7,
    ]
    for value in bad:
        with pytest.raises(MunimentError, match="malformed-state-proof"):
            decode_state_proof(encode(value))
    with pytest.raises(MunimentError, match="state-proof-too-new"):
        decode_state_proof(encode([2, "what comes"]))
    with pytest.raises(MunimentError, match="not-canonical"):
        decode_state_proof(good[:-1])
    with pytest.raises(MunimentError, match="unknown-record"):
        store.state.prove(b"\xee" * 16)


def test_one_district_is_verified_by_its_records_alone() -> None:
    store, records = filled(150)
    of_one = sorted(
        item_of(record.id, _digest(record)) for record in records if (record.register, record.keeper) == (PARCEL, 1)
    )
    (tree,) = (tree for tree in store.state.tree.trees() if (tree.register, tree.district) == (PARCEL, 1))
    assert (tree_root(of_one), len(of_one)) == (tree.root, tree.records)


def _digest(record: Record) -> bytes:
    return record_digest(encode_record(record))


def test_changes_of_one_transaction_are_hashed_once_or_never() -> None:
    database, tree = empty_tree()
    ids = [bytes([number]) * 16 for number in range(50)]
    with database.atomic():
        tree.update(RecordChange(PARCEL, 0, record, bytes(32)) for record in ids)
        tree.update([RecordChange(PARCEL, 0, ids[0], b"\x01" * 32), RecordChange(PARCEL, 0, ids[1], None)])
        tree.update([RecordChange(PARCEL, 0, ids[2], None), RecordChange(PARCEL, 0, ids[2], b"\x02" * 32)])
        assert database.scalar("SELECT count(*) FROM state_node") == 0
    digests = dict.fromkeys(ids, bytes(32)) | {ids[0]: b"\x01" * 32, ids[2]: b"\x02" * 32}
    del digests[ids[1]]
    expected = tree_root(sorted(item_of(record, digest) for record, digest in digests.items()))
    assert held_root(tree) == expected

    def fail() -> None:
        with database.atomic():
            tree.update(RecordChange(PARCEL, 0, record, None) for record in ids)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert held_root(tree) == expected
    with database.atomic():
        tree.update([RecordChange(PARCEL, 0, ids[1], None), RecordChange("land.link", 0, ids[1], None)])
        assert held_root(tree) == expected


def test_damage_is_told() -> None:
    database, tree = empty_tree()
    with database.atomic():
        tree.update(RecordChange(PARCEL, 0, bytes([number]) * 16, bytes(32)) for number in range(40))
    database.execute("DELETE FROM state_node WHERE number = 2")
    with pytest.raises(MunimentError, match="replica-damaged"):
        tree.update([RecordChange(PARCEL, 0, bytes([number]) * 16, bytes(32)) for number in range(40)])
