"""The Merkle tree of RFC 6962 §2: roots, audit paths, and checking a path.

A leaf hash is SHA-256(0x00 ‖ leaf), a node SHA-256(0x01 ‖ left ‖ right); a list of n leaves splits at the largest
power of two below n. The root of no leaves is SHA-256 of nothing. Pure functions over leaf *hashes*.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
MAX_PATH = 63
HASH_BYTES = 32
_NODE = sha256(b"\x01")


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two 32-byte hashes."""
    return sha256(b"\x01" + left + right).digest()


def split(joined: bytes) -> tuple[bytes, ...] | None:
    """The hashes that stand joined in a format; None where the last one is not whole."""
    if len(joined) % HASH_BYTES:
        return None
    return tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))


def root(leaves: Sequence[bytes]) -> bytes:
    """Root of a list of 32-byte leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    return root_of_joined(b"".join(leaves))


def root_of_joined(hashes: bytes) -> bytes:
    """The same from leaf hashes in one string; none are no tree."""
    # Pairing neighbours level by level and carrying an odd last one up is the same tree as RFC 6962's split.
    while len(hashes) > HASH_BYTES:
        level = []
        for at in range(0, len(hashes) - HASH_BYTES, 2 * HASH_BYTES):
            digest = _NODE.copy()  # cheaper than joining the prefix to each pair
            digest.update(hashes[at : at + 2 * HASH_BYTES])
            level.append(digest.digest())
        if len(hashes) % (2 * HASH_BYTES):
            level.append(hashes[-HASH_BYTES:])
        hashes = b"".join(level)
    return hashes


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf `index`, from the leaf's sibling up (RFC 6962 §2.1.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    siblings: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            siblings.append(level[index ^ 1])
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level, index = paired, index // 2
    return siblings


def path_length(index: int, count: int) -> int | None:
    """How many siblings the path of that place has; None when there is no such place."""
    if not 0 <= index < count:
        return None
    length, last = 0, count - 1
    while last > 0:
        length += index % 2 or index < last
        index, last = index // 2, last // 2
    return length


def root_from_path(leaf: bytes, index: int, count: int, siblings: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to (RFC 9162 §2.1.3.2), or None when the path cannot belong to that place."""
    if not 0 <= index < count or len(siblings) > MAX_PATH:
        return None
    digest, last = leaf, count - 1
    remaining = iter(siblings)
    while last > 0:
        if index % 2 or index < last:
            sibling = next(remaining, None)
            if sibling is None:
                return None
            digest = node_hash(sibling, digest) if index % 2 else node_hash(digest, sibling)
        index, last = index // 2, last // 2
    return digest if next(remaining, None) is None else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows the first `old` leaves to begin the `new` ones (RFC 9162 §2.1.4.2); 0 < old ≤ new."""
    if not 0 < old <= new or len(proof) > 2 * MAX_PATH:
        return False
    if old == new:
        return not proof and old_root == new_root
    remaining = iter(proof if old & old - 1 else (old_root, *proof))
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index // 2, last // 2
    of_old = of_new = next(remaining, b"")
    for sibling in remaining:
        if last == 0:
            return False
        if index % 2 or index == last:
            of_old, of_new = node_hash(sibling, of_old), node_hash(sibling, of_new)
            while index and index % 2 == 0:
                index, last = index // 2, last // 2
        else:
            of_new = node_hash(of_new, sibling)
        index, last = index // 2, last // 2
    return last == 0 and (of_old, of_new) == (old_root, new_root)
