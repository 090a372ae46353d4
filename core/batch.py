"""Many acts signed at once: drawn up one after another on a working copy, each by the same law as a typed act.

Each act of a batch is an act of its own, with its id, outcome and proof; the officers sign the batch's root once. A
batch is at most one block. Nothing is written before `Office.record_batch`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import MunimentError
from core.folding import Fold, Ran, act_row
from core.laws.reckoning import fill_in
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.payload import MAX_PAYLOAD_BYTES, Group, group_root, group_signing_message
from core.ledger.transaction import (
    NONCE_BYTES,
    RecordRef,
    Signer,
    Transaction,
    encode_transaction,
    transaction_id,
)
from core.replica import Judged
from core.store.working import WorkingState

# Room in the payload for the signatures and for the list's own bytes.
ROOM_BYTES = MAX_PAYLOAD_BYTES - 4096
MAX_ACTS = 256  # every office judges a block in one go, and its window waits so long


@dataclass
class Batch:
    fold: Fold
    working: WorkingState
    author: int
    signers: tuple[Signer, ...]
    claimed_ms: int
    random: Callable[[int], bytes]
    waiting: set[bytes] = field(default_factory=set)  # what shared acts of the office touch that wait for an anchor
    after: bytes | None = None  # id of the office's newest block when the batch was begun
    encoded: list[bytes] = field(default_factory=list)
    ids: list[bytes] = field(default_factory=list)
    verdicts: list[Accepted] = field(default_factory=list)
    size_bytes: int = 0

    def add(
        self, law: str, procedure: str, records: Mapping[str, bytes], act: Mapping[str, Value]
    ) -> Accepted | Rejected:
        """Judge one act on the present versions, and keep it if it is accepted. Raises `batch-full`."""
        transaction = Transaction(
            law,
            self.fold.laws[law].version,
            procedure,
            {name: self._reference(record) for name, record in records.items()},
            fill_in(self.fold.laws[law].procedures.get(procedure), act),
            self.signers,
            self.claimed_ms,
            self.random(NONCE_BYTES),
        )
        encoded = encode_transaction(transaction)
        if self.size_bytes + len(encoded) + 8 > ROOM_BYTES or len(self.encoded) == MAX_ACTS:
            raise MunimentError("batch-full", acts=len(self.encoded))
        act_id = transaction_id(self.fold.network, encoded)
        verdict = self.fold.judge(self.working, transaction, act_id, self.author, waiting=self.waiting)
        if isinstance(verdict, Accepted):
            self.waiting |= verdict.touched
            self.working.apply(verdict.changes, verdict.index_changes)
            self.encoded.append(encoded)
            self.ids.append(act_id)
            self.verdicts.append(verdict)
            self.size_bytes += len(encoded) + 8
        return verdict

    def _reference(self, record_id: bytes) -> RecordRef:
        record = self.working.record(record_id)
        if record is None:
            raise MunimentError("unknown-record", record=record_id)
        return RecordRef(record.id, record.version, record.last_act)

    @property
    def signing_message(self) -> bytes:
        return group_signing_message(self.fold.network, group_root(self.ids))

    def signed(self, signatures: Sequence[bytes]) -> tuple[Group, Judged]:
        """The group with its signatures, in the order of the signers, and the verdicts that go with it."""
        ran = [
            Ran(act_row(verdict, act_id, 0, place, self.author), verdict)
            for place, (verdict, act_id) in enumerate(zip(self.verdicts, self.ids, strict=True))
        ]
        return Group(tuple(self.encoded), tuple(signatures)), Judged(self.working, ran)
