"""What was executed, act by act, and what it made of the records: the tree of entries. FORMAT.md §8."""

from dataclasses import dataclass
from hashlib import sha256

from .claims import Files, frames
from .graph import Graph
from .ordering import Executed
from .state import State
from .values import RefusedError, decode, is_bytes, is_id, require, tree_root

OUTCOMES = {"requested", "entered", "suspended", "held", "warned", "without_effect"}


@dataclass(frozen=True)
class After:
    """What stands after an anchor."""

    entries: int
    root: bytes
    state_root: bytes


class Log:
    """An RFC 6962 tree that grows: the RFC splits at powers of two, so whole subtrees join from the right."""

    def __init__(self) -> None:
        self.count = 0
        self._whole: list[tuple[int, bytes]] = []  # (leaves, hash) of whole subtrees, the largest first

    def append(self, leaf: bytes) -> None:
        self.count += 1
        self._whole.append((1, sha256(b"\x00" + leaf).digest()))
        while len(self._whole) > 1 and self._whole[-1][0] == self._whole[-2][0]:
            (_, left), (size, right) = self._whole[-2:]
            self._whole[-2:] = [(2 * size, sha256(b"\x01" + left + right).digest())]

    @property
    def root(self) -> bytes:
        if not self._whole:
            return tree_root([])
        *others, (_, digest) = self._whole
        for _, left in reversed(others):
            digest = sha256(b"\x01" + left + digest).digest()
        return digest


class Executing:
    """Follows the entries through the anchors."""

    def __init__(self, files: Files, graph: Graph) -> None:
        self.log, self.state, self.rejected = Log(), State(), 0
        self.after: dict[int, After] = {}  # by number of the anchor, where it executed an act
        self._graph = graph
        self._entries, self._versions = frames(files, "entries"), frames(files, "versions")
        self._ran: set[tuple[int, bytes]] = set()

    def execute(self, one: Executed) -> None:
        """Every act of every executed block has its entry, in the order of execution."""
        number = one.anchor.number
        for block in (self._graph.blocks[index] for index in one.batch):
            for act in block.acts:
                leaf = next(self._entries, None)
                require(leaf is not None, "entry-missing", f"anchor {number}")
                bad = act.fault or not all(one.holds(self.state.officer_key(one)) for one in act.appointed)
                outcome = self._take(leaf, act.id, f"anchor {number}")
                twice = (block.header.author, act.id) in self._ran
                require(not (bad or twice) or outcome == "rejected", "wrong-outcome", f"anchor {number}")
                self._ran.add((block.header.author, act.id))
        if one.batch:
            self.after[number] = After(self.log.count, self.log.root, self.state.root())

    def finish(self) -> None:
        require(next(self._entries, None) is None, "entry-too-many")
        require(next(self._versions, None) is None, "record-too-many")

    def _take(self, leaf: bytes, act: bytes, about: str) -> str:
        match decode(leaf):
            case [bytes(found), "rejected", str(_)]:
                outcome, written = "rejected", []
            case [bytes(found), str(outcome), [*written]] if outcome in OUTCOMES:
                require(all(map(_is_written, written)), "malformed-entry", about)
            case _:
                raise RefusedError("malformed-entry", about)
        require(found == act, "wrong-order", f"{about}: an entry of another act than the blocks say")
        self.log.append(leaf)
        self.rejected += outcome == "rejected"
        for record, digest in written:
            version = next(self._versions, None)
            require(version is not None, "record-missing", record.hex())
            require(self.state.put(version) == (record, digest), "wrong-record", f"{about}: {record.hex()}")
        return outcome


def _is_written(value) -> bool:
    match value:
        case [record, digest]:
            return is_bytes(record, 16) and is_id(digest)
    return False
