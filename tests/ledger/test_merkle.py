"""RFC 6962 trees: known roots, and a path proves its own leaf and no other."""

from hashlib import sha256

import pytest

from core.ledger import merkle

# The inputs and roots of the reference implementation's tests (certificate-transparency, merkletree tests).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaf_hashes(count: int) -> list[bytes]:
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def literal_root(leaves: list[bytes]) -> bytes:
    """The recursion of RFC 6962 §2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + literal_root(leaves[:split]) + literal_root(leaves[split:])).digest()


def test_the_known_roots() -> None:
    hashes = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    assert [merkle.root(hashes[:count]).hex() for count in range(1, 9)] == ROOTS
    assert merkle.root([]) == merkle.EMPTY_ROOT


@pytest.mark.parametrize("count", [*range(34), 63, 64, 65])
def test_the_root_is_the_recursion_of_the_rfc(count: int) -> None:
    assert merkle.root(leaf_hashes(count)) == literal_root(leaf_hashes(count))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 33])
def test_a_path_proves_its_leaf_at_its_place_and_nothing_else(count: int) -> None:
    leaves = leaf_hashes(count)
    root = merkle.root(leaves)
    for index, leaf in enumerate(leaves):
        path = merkle.path(leaves, index)
        assert merkle.root_from_path(leaf, index, count, path) == root
        assert merkle.root_from_path(leaf, index, count, [*path, leaf]) is None
        for other in range(count):
            if other != index:
                assert merkle.root_from_path(leaf, other, count, path) != root
        if path:
            assert merkle.root_from_path(leaf, index, count, path[:-1]) is None
            assert merkle.root_from_path(leaf, index, count, [leaf, *path[1:]]) != root


def test_places_outside_the_tree_have_no_root() -> None:
    leaf = leaf_hashes(1)[0]
    assert merkle.root_from_path(leaf, 1, 1, []) is None
    assert merkle.root_from_path(leaf, -1, 1, []) is None
    assert merkle.root_from_path(leaf, 0, 0, []) is None
    assert merkle.root_from_path(leaf, 0, 1 << 70, [leaf] * 70) is None
    with pytest.raises(IndexError):
        merkle.path([leaf], 1)
