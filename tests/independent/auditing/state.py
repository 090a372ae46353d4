"""What was executed and what stands in the registers now: entries, records and the state root. FORMAT.md §5 and §8."""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from .claims import Files, frames
from .graph import Graph
from .ordering import Executed
from .values import (
    RefusedError,
    decode,
    encode,
    is_bytes,
    is_id,
    is_natural,
    require,
    root_of_hashes,
    tagged_hash,
    tree_root,
)

BUCKET = 32
OUTCOMES = {"entered", "suspended", "held", "warned", "without_effect", "rejected"}

Digests = dict[bytes, bytes]  # record id → digest


class Entries:
    """The executed acts in their order; what they say of each record, and the tree over them."""

    def __init__(self) -> None:
        self.count = self.rejected = 0
        self.logs: dict[int, tuple[int, bytes]] = {}  # number of an anchor → entries up to it, and their root
        self.digests: Digests = {}  # as the newest entry says
        self._whole: list[tuple[int, bytes]] = []  # (leaves, hash) of whole subtrees, the largest first

    def append(self, leaf: bytes) -> None:
        self.count += 1
        self._whole.append((1, sha256(b"\x00" + leaf).digest()))
        while len(self._whole) > 1 and self._whole[-1][0] == self._whole[-2][0]:
            (_, left), (size, right) = self._whole[-2:]
            self._whole[-2:] = [(2 * size, sha256(b"\x01" + left + right).digest())]

    @property
    def root(self) -> bytes:
        """RFC 6962 splits at powers of two: whole subtrees join from the right."""
        if not self._whole:
            return tree_root([])
        *others, (_, digest) = self._whole
        for _, left in reversed(others):
            digest = sha256(b"\x01" + left + digest).digest()
        return digest


def read_entries(files: Files, graph: Graph, executed: list[Executed]) -> Entries:
    """Every act of every executed block has its entry, in the order of execution."""
    entries, claimed = Entries(), frames(files, "entries")
    ran: set[tuple[int, bytes]] = set()
    for one in executed:
        about = f"anchor {one.anchor.number}"
        for index in one.batch:
            block = graph.blocks[index]
            for act in block.acts:
                leaf = next(claimed, None)
                require(leaf is not None, "entry-missing", about)
                outcome = _take(entries, leaf, act.id, about)
                twice = (block.header.author, act.id) in ran
                require(outcome == "rejected" or not (act.fault or twice), "wrong-outcome", f"{about}: {act.fault}")
                ran.add((block.header.author, act.id))
        entries.logs[one.anchor.number] = entries.count, entries.root
    require(next(claimed, None) is None, "entry-too-many")
    return entries


def _take(entries: Entries, leaf: bytes, act: bytes, about: str) -> str:
    match decode(leaf):
        case [bytes(found), "rejected", str(_)]:
            outcome, written = "rejected", []
        case [bytes(found), str(outcome), [*written]] if outcome in OUTCOMES:
            require(all(map(_is_written, written)), "malformed-entry", about)
        case _:
            raise RefusedError("malformed-entry", about)
    require(found == act, "wrong-order", f"{about}: an entry of another act than the blocks say")
    entries.append(leaf)
    entries.rejected += outcome == "rejected"
    entries.digests.update(dict(written))
    return outcome


def _is_written(value) -> bool:
    match value:
        case [record, digest]:
            return is_bytes(record, 16) and is_id(digest)
    return False


# -- records ------------------------------------------------------------------------------------------------------


def check_records(files: Files, entries: Entries) -> bytes:
    """The state root of the records, once each is what its newest entry says."""
    left = dict(entries.digests)
    for encoded in frames(files, "records"):
        _, record, _ = _read_record(encoded)
        require(left.pop(record, None) == tagged_hash("record-version", encoded), "wrong-record", record.hex())
    require(not left, "record-missing", f"{len(left)}")
    return state_root_of(frames(files, "records"))


def state_root_of(records: Iterable[bytes]) -> bytes:
    trees: dict[tuple[str, int], Digests] = defaultdict(dict)
    for encoded in records:
        register, record, district = _read_record(encoded)
        trees[register, district][record] = tagged_hash("record-version", encoded)
    leaves = [
        encode([register, district, len(digests), _root(sorted(digests.items()), 0)])
        for (register, district), digests in sorted(trees.items())
    ]
    return tree_root(leaves)


def _read_record(encoded: bytes) -> tuple[str, bytes, int]:
    match decode(encoded):
        case [str(register), record, keeper, *_] if is_bytes(record, 16) and (keeper is None or is_natural(keeper)):
            return register, record, -1 if keeper is None else keeper
    raise RefusedError("malformed-record")


def _root(items: list[tuple[bytes, bytes]], depth: int) -> bytes:
    """Of the records of one tree, sorted by id, that agree in the first `depth` half bytes."""
    if len(items) <= BUCKET:
        return tree_root([record + digest for record, digest in items])
    branches: list[list[tuple[bytes, bytes]]] = [[] for _ in range(16)]
    for item in items:
        branches[item[0][depth // 2] >> (0 if depth % 2 else 4) & 15].append(item)
    return root_of_hashes([_root(branch, depth + 1) for branch in branches])
