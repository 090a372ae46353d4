"""What a meeting needs of an office's replica; `core.office.Office` satisfies it.

All calls come from one thread, the one that owns the office, and return quickly: nothing here waits for a
peer. A block stands at a *place* (author, incarnation, seq); several blocks stand at one place exactly where
that author forked. The chain of a block is the block and everything before it by `prev`.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from core.exchange import Received, SignedHeader, StoredBlock, Tip
from core.ledger.block import Header
from core.ledger.blocklace import Blocklace
from core.ledger.payload import Payload
from core.ledger.roll import Roll
from core.people.actions import Gate
from core.store.encounters import EncounterStore
from core.store.papers import PaperStore
from core.store.sharing import SharingStore

__all__ = ["Received", "Replica", "SignedHeader", "StoredBlock", "Tip"]


class PassedKeys(Protocol):
    def of_block(self, block: bytes) -> Sequence[bytes]:
        """The keys that travel with a block, encoded."""

    def take(self, envelopes: Sequence[bytes]) -> int:
        """Keep keys that a neighbour brings; how many were new. What has no place here is passed over. Durable on
        return. Raises `malformed-envelope`, `too-large`, `not-canonical`.
        """

    def wanted(self) -> Sequence[bytes]:
        """Names of the sealed fields whose key, or share of it, this office may have and lacks; bounded."""

    def for_member(self, number: int, names: Sequence[bytes]) -> list[bytes]:
        """What can be given to a member that lacks these."""


class Replica(Protocol):
    @property
    def network(self) -> bytes:
        """The network id, 32 bytes."""

    @property
    def roll(self) -> Roll:
        """The roll of the epoch in force: the nodes that may be met and their certificates."""

    @property
    def number(self) -> int:
        """This node's number in the roll."""

    @property
    def people(self) -> Gate:
        """Who asks for what is not a meeting: a stick."""

    @property
    def anchor(self) -> int:
        """Number of the newest anchor whose acts are all executed; 0 before the first."""

    @property
    def lace(self) -> Blocklace:
        """The graph of all blocks held."""

    def verify_block(
        self, header_bytes: bytes, signature: bytes, payload_bytes: bytes | None
    ) -> tuple[Header, Payload | None]:
        """A block's form, its author's signature and its payload, wherever it stands. Raises the first rule broken."""

    @property
    def encounters(self) -> EncounterStore:
        """What is kept of meetings for the next one."""

    @property
    def papers(self) -> PaperStore:
        """Scans that acts name."""

    @property
    def sharing(self) -> SharingStore:
        """Case files that officers of another office may edit too."""

    @property
    def keys(self) -> PassedKeys:
        """Keys of sealed fields, each sealed to its recipient."""

    def vector(self) -> Sequence[Tip]:
        """Every branch tip, sorted. What it does not cover is not held."""

    def forkers(self) -> frozenset[int]:
        """Numbers of the authors of whom this replica holds a fork, by blocks or by evidence."""

    def at(self, author: int, incarnation: int, seq: int) -> Sequence[bytes]:
        """Ids of the blocks held at a place: none, one, or the siblings of a fork."""

    def ancestor(self, block: bytes, seq: int) -> bytes:
        """Id of the block at `seq` on the chain of a held block; 1 ≤ seq ≤ the block's own seq."""

    def holds(self, block: bytes) -> bool:
        """Whether a block is held, complete, with its whole past."""

    def seen_by(self, author: int) -> Sequence[bytes]:
        """Ids of the newest blocks of each chain in the past of an author's newest block held here.

        What its own block refers to it has. Nothing for an author never heard, and for a proven forker.
        """

    def newer_than(self, held: Iterable[bytes]) -> list[bytes]:
        """Ids of all blocks that lie on no chain of the given held blocks, each after its parents."""

    def weigh(self, blocks: Sequence[bytes]) -> tuple[int, int]:
        """(acts, bytes of their payloads) of held blocks, of many an estimate from a sample."""

    def block(self, block: bytes) -> StoredBlock:
        """The bytes of a held block. Raises `unknown-block`."""

    def receive(self, header: bytes, signature: bytes, payload: bytes | None) -> Received:
        """Judge a block and, if it is valid, commit it with what it changes before returning (in `gathering`: then).

        Raises the code of the first rule that it breaks (`bad-block-signature`, `wrong-round`, …); then
        nothing was written. A cut between two calls loses nothing: what was accepted stays, the rest comes
        next time.
        """

    def gathering(self) -> AbstractContextManager[None]:
        """What is received meanwhile is durable on return, with one flush for all of it; nothing is told before.

        After an error whatever came before it is, too. Raises `disk-full`, `disk-failed`, `replica-damaged`.
        """

    def add_evidence(self, first: SignedHeader, second: SignedHeader) -> None:
        """Keep two signed headers of one place (either order) as proof of a fork. Durable on return.

        Known evidence is no error. Raises `not-a-fork`, `bad-block-signature`, `unknown-author` and the codes
        of `decode_header`; then nothing was written.
        """

    def write(self) -> bytes | None:
        """Write one block if the writing rule gives a reason (3-ledger §5 a–d); its id, durable, or None.

        None also in quarantine: such a node reads and relays.
        """
