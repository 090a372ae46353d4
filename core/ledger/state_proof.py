"""The state root, and the proof of one record's present state under it (3-ledger §9, FORMAT.md §5).

Records belong to the tree of their register and district. A tree is made of *buckets* of at most 32 records and of
*pages* of 16 branches, one for each next half byte of the ids: so its shape follows from the records alone, whatever
their history. Both are RFC 6962 trees: a bucket over `id ‖ digest` of its records, a page over the hashes of its
branches. The state root is that over one leaf per tree. A proof is the path of a record from its bucket to the root;
hashes of empty branches are constants and left out. Pure functions; core/store/state_tree.py keeps the hashes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.encoding import Value, decode, encode, is_natural
from core.ledger.record import RECORD_ID_BYTES, Record, decode_record, record_digest

BUCKET_RECORDS = 32
BRANCHES = 16
BRANCH_LEVELS = 4  # of hashing in one page
MAX_PAGES = 2 * RECORD_ID_BYTES  # half bytes of an id
SHARED_DISTRICT = -1
ITEM_BYTES = RECORD_ID_BYTES + merkle.HASH_BYTES
MAX_PROOF_BYTES = 8 << 10
VERSION = 1

_EMPTY = [merkle.EMPTY_ROOT]  # of nothing, and of 2, 4 and 8 empty branches
for _ in range(BRANCH_LEVELS - 1):
    _EMPTY.append(merkle.node_hash(_EMPTY[-1], _EMPTY[-1]))


@dataclass(frozen=True, slots=True)
class TreeLeaf:
    """What the state root says of one tree."""

    register: str
    district: int  # the keeper's number, or SHARED_DISTRICT
    records: int
    root: bytes


@dataclass(frozen=True, slots=True)
class StateProof:
    """The way of one record to the state root."""

    place: int  # in its bucket, in the order of ids
    bucket: int  # how many records the bucket holds
    bucket_path: tuple[bytes, ...]
    page_path: tuple[bytes, ...]  # four hashes a page, from the bucket's page up
    records: int  # in the tree
    tree: int  # place of the tree among the trees
    trees: int
    tree_path: tuple[bytes, ...]


def district_of(record: Record) -> int:
    return SHARED_DISTRICT if record.keeper is None else record.keeper


def item_of(record_id: bytes, digest: bytes) -> bytes:
    """What a bucket keeps of a record: its id and its leaf hash, 48 bytes that sort by id."""
    return record_id + merkle.leaf_hash(record_id + digest)


def branch_of(record_id: bytes, depth: int) -> int:
    """The branch that an id takes in a page under `depth` others."""
    byte = record_id[depth >> 1]
    return byte & 15 if depth & 1 else byte >> 4


def by_branch(sorted_ids: Sequence[bytes], depth: int) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Neighbours that take the same branch, in order. Whatever begins with an id will do for one."""
    start, end = 0, len(sorted_ids)
    while start < end:
        branch, stop = branch_of(sorted_ids[start], depth), start + 1
        while stop < end and branch_of(sorted_ids[stop], depth) == branch:
            stop += 1
        yield branch, sorted_ids[start:stop]
        start = stop


def bucket_hash(items: Sequence[bytes]) -> bytes:
    """Of its sorted items, at least one."""
    return merkle.root_of_joined(b"".join([item[RECORD_ID_BYTES:] for item in items]))


def tree_root(items: Sequence[bytes], depth: int = 0) -> bytes:
    """From nothing but its sorted items: what a snapshot of one district is checked against."""
    if len(items) <= BUCKET_RECORDS:
        return bucket_hash(items) if items else merkle.EMPTY_ROOT
    branches = [merkle.EMPTY_ROOT] * BRANCHES
    for branch, part in by_branch(items, depth):
        branches[branch] = tree_root(part, depth + 1)
    return merkle.root(branches)


def state_root(trees: Sequence[TreeLeaf]) -> bytes:
    """Of all trees that hold a record, in the order of register and district."""
    return merkle.root([tree_leaf_hash(tree) for tree in trees])


def tree_leaf_hash(tree: TreeLeaf) -> bytes:
    return merkle.leaf_hash(encode([tree.register, tree.district, tree.records, tree.root]))


# -- one record -----------------------------------------------------------------------------------------------------


def root_from_record(encoded: bytes, proof: StateProof) -> bytes:
    """The state root under which this very record is the present one. Raises `bad-state-proof` and what it decodes."""
    record = decode_record(encoded)
    pages, rest = divmod(len(proof.page_path), BRANCH_LEVELS)
    if not 0 < proof.bucket <= BUCKET_RECORDS or pages > MAX_PAGES or rest:
        raise MunimentError("bad-state-proof")
    leaf = item_of(record.id, record_digest(encoded))[RECORD_ID_BYTES:]
    digest = merkle.root_from_path(leaf, proof.place, proof.bucket, proof.bucket_path)
    for number in range(pages):
        path = proof.page_path[number * BRANCH_LEVELS : (number + 1) * BRANCH_LEVELS]
        branch = branch_of(record.id, pages - 1 - number)
        digest = digest and merkle.root_from_path(digest, branch, BRANCHES, path)
    if digest is None:
        raise MunimentError("bad-state-proof")
    tree = TreeLeaf(record.register, district_of(record), proof.records, digest)
    root = merkle.root_from_path(tree_leaf_hash(tree), proof.tree, proof.trees, proof.tree_path)
    if root is None:
        raise MunimentError("bad-state-proof")
    return root


def encode_state_proof(proof: StateProof) -> bytes:
    """Compact: a mask says which hashes of the pages are not those of empty branches; the rest is one string."""
    mask, kept = 0, []
    for number, sibling in enumerate(proof.page_path):
        if sibling != _EMPTY[number % BRANCH_LEVELS]:
            mask |= 1 << number
            kept.append(sibling)
    counts = [proof.place, proof.bucket, len(proof.page_path) // BRANCH_LEVELS, proof.records, proof.tree, proof.trees]
    mask_bytes = mask.to_bytes((len(proof.page_path) + 7) // 8, "big")
    return encode([VERSION, counts, mask_bytes, b"".join((*proof.bucket_path, *kept, *proof.tree_path))])


def decode_state_proof(data: bytes) -> StateProof:
    """Raises `malformed-state-proof`, `state-proof-too-new` (facts: version) and the codes of `decode`."""
    match decode(data, MAX_PROOF_BYTES):
        case [version, *_] if is_natural(version) and version > VERSION:
            raise MunimentError("state-proof-too-new", version=version)
        case [int(version), [*counts], bytes(mask), bytes(joined)] if type(version) is int and _counted(counts):
            proof = _assemble(counts, int.from_bytes(mask, "big"), joined)
            if encode_state_proof(proof) == data:
                return proof
    raise MunimentError("malformed-state-proof")


def _counted(counts: Sequence[Value]) -> bool:
    return len(counts) == 6 and all(is_natural(count) for count in counts) and counts[2] <= MAX_PAGES


def _assemble(counts: Sequence[int], mask: int, joined: bytes) -> StateProof:
    place, bucket, pages, records, tree, trees = counts
    hashes = [joined[at : at + merkle.HASH_BYTES] for at in range(0, len(joined), merkle.HASH_BYTES)]
    within = merkle.path_length(place, bucket)
    if within is None or len(hashes) < within + mask.bit_count() or len(joined) % merkle.HASH_BYTES:
        raise MunimentError("malformed-state-proof")
    remaining = iter(hashes[within:])
    siblings = [
        next(remaining) if mask >> number & 1 else _EMPTY[number % BRANCH_LEVELS]
        for number in range(pages * BRANCH_LEVELS)
    ]
    bucket_path, page_path, tree_path = tuple(hashes[:within]), tuple(siblings), tuple(remaining)
    return StateProof(place, bucket, bucket_path, page_path, records, tree, trees, tree_path)
