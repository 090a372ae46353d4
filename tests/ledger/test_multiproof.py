"""One proof for several leaves leads to the same root as RFC 6962, and to no other place."""

from hypothesis import given
from hypothesis import strategies as st

from core.ledger import merkle
from core.ledger.multiproof import prove, root_from_proof


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


@given(st.integers(1, 70), st.data())
def test_any_leaves_lead_to_the_root(count: int, data: st.DataObject) -> None:
    leaves = leaves_of(count)
    indexes = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1)))
    hashes = prove(leaves, indexes)
    known = {index: leaves[index] for index in indexes}
    assert root_from_proof(count, known, hashes) == merkle.root(leaves)
    assert root_from_proof(count, known, [*hashes, bytes(32)]) is None
    if hashes:
        assert root_from_proof(count, known, hashes[:-1]) is None


def test_one_leaf_is_its_audit_path() -> None:
    leaves = leaves_of(11)
    for index in range(11):
        assert set(prove(leaves, [index])) == set(merkle.path(leaves, index))


def test_places_beyond_the_tree_and_no_places_prove_nothing() -> None:
    assert root_from_proof(3, {3: bytes(32)}, []) is None
    assert root_from_proof(3, {}, [merkle.root(leaves_of(3))]) is None


def test_a_great_count_costs_no_more_than_a_path() -> None:
    assert root_from_proof(1 << 62, {5: bytes(32)}, [bytes(32)] * 62) is not None
