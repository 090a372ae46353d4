"""The records, version by version, and the state root over the newest ones. FORMAT.md §5."""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass

from .acts import Signature
from .values import (
    RefusedError,
    decode,
    encode,
    is_bytes,
    is_natural,
    require,
    root_of_hashes,
    tagged_hash,
    tree_root,
)

BUCKET = 32
MAX_BYTES = 128 << 10

TreeName = tuple[str, int]  # register, district


class Tree:
    """The records of one register and district. Hashes are kept until a record below them changes."""

    def __init__(self) -> None:
        self._ids: list[bytes] = []
        self._digests: dict[bytes, bytes] = {}
        self._hashes: dict[str, bytes] = {}  # by the half bytes that the ids have in common

    def __len__(self) -> int:
        return len(self._ids)

    def put(self, record: bytes, digest: bytes) -> None:
        if record not in self._digests:
            insort(self._ids, record)
        self._digests[record] = digest
        self._forget(record)

    def remove(self, record: bytes) -> None:
        del self._digests[record]
        self._ids.pop(bisect_left(self._ids, record))
        self._forget(record)

    def _forget(self, record: bytes) -> None:
        for length in range(2 * len(record) + 1):
            self._hashes.pop(record.hex()[:length], None)

    def root(self, start: int = 0, end: int | None = None, common: str = "") -> bytes:
        """Of the records with these places, whose ids begin with `common`."""
        if common not in self._hashes:
            self._hashes[common] = self._computed(start, len(self._ids) if end is None else end, common)
        return self._hashes[common]

    def _computed(self, start: int, end: int, common: str) -> bytes:
        if end - start <= BUCKET:
            return tree_root([record + self._digests[record] for record in self._ids[start:end]])
        starts = [common + half for half in "0123456789abcdef"]
        places = [bisect_left(self._ids, one, start, end, key=bytes.hex) for one in starts] + [end]
        branches = zip(places, places[1:], starts, strict=False)
        return root_of_hashes([self.root(*branch) for branch in branches])


@dataclass(frozen=True)
class CharterRecord:
    """What constitutions and officers' keys follow from."""

    keeper: int | None
    state: str
    key: dict
    fields: dict


class State:
    """The newest version of every record."""

    def __init__(self) -> None:
        self.versions = 0
        self._trees: dict[TreeName, Tree] = {}
        self._standing: dict[bytes, TreeName] = {}  # in which tree a record stands
        self.charter: dict[str, dict[bytes, CharterRecord]] = defaultdict(dict)  # by register of that law, then id

    def __len__(self) -> int:
        return len(self._standing)

    def put(self, encoded: bytes) -> tuple[bytes, bytes]:
        """Take the next version of a record: its (id, digest)."""
        name, record = self._read(encoded)
        digest = tagged_hash("record-version", encoded)
        before = self._standing.get(record)
        if before not in (None, name):
            self._trees[before].remove(record)
        self._trees.setdefault(name, Tree()).put(record, digest)
        self._standing[record] = name
        self.versions += 1
        return record, digest

    def officer_key(self, by: Signature) -> bytes | None:
        """Of an appointed officer, also of one whose powers have ended."""
        for record in self.charter["charter.officer"].values():
            if (record.keeper, record.key.get("number")) == (by.office, by.officer):
                return bytes.fromhex(record.fields.get("public_key", ""))
        return None

    def _read(self, encoded: bytes) -> tuple[TreeName, bytes]:
        match decode(encoded, MAX_BYTES):
            case [str(register), record, keeper, _, _, _, state, key, fields, *_] if is_bytes(record, 16):
                require(keeper is None or is_natural(keeper), "malformed-record")
                if register.startswith("charter."):
                    self.charter[register][record] = CharterRecord(keeper, state, key, fields)
                return (register, -1 if keeper is None else keeper), record
        raise RefusedError("malformed-record")

    def root(self) -> bytes:
        trees = sorted((name, tree) for name, tree in self._trees.items() if len(tree))
        return tree_root([encode([*name, len(tree), tree.root()]) for name, tree in trees])
