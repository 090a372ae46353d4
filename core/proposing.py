"""Drawing up an act on the present state: filled in, sealed, judged, and kept until its signatures come."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from core.appointing import as_appointed
from core.clock import Clock
from core.errors import MunimentError
from core.laws.field_checks import FieldFault
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.transaction import (
    NONCE_BYTES,
    RecordRef,
    Signer,
    Transaction,
    decode_transaction,
    encode_transaction,
    transaction_id,
)
from core.replica import Replica
from core.sealing.closing import Secret
from core.sealing.sealing import Sealing
from core.store.working import WorkingState


class Proposal(NamedTuple):
    """An act as it would be signed, and the law's verdict on it here and now. Nothing was written."""

    transaction: Transaction
    encoded: bytes
    id: bytes
    verdict: Accepted | Rejected
    typed: Mapping[str, Value] = MappingProxyType({})  # of the fields that it seals or opens, what they say


class DrawnUp(NamedTuple):
    """The last act that the law accepted on a proposal, and the state of the replica then."""

    id: bytes
    transaction: Transaction  # as decoded from its bytes
    verdict: Accepted
    working: WorkingState
    row_changes: int


class Proposing:
    """Of acts of one office, whose number is `number`."""

    def __init__(
        self,
        replica: Replica,
        number: int,
        sealing: Sealing,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._replica, self._number, self._sealing = replica, number, sealing
        self._clock, self._random_bytes = clock, random_bytes
        self._newest: DrawnUp | None = None

    def draw_up(
        self,
        working: WorkingState,
        law: str,
        procedure: str,
        references: Mapping[str, RecordRef],
        act: Mapping[str, Value],
        signers: Sequence[Signer],
        requests: tuple[bytes, ...],
        addressed_to: int | None,
        trace: bool,
        answers: bytes | None = None,
    ) -> Proposal:
        version, unfit, secrets, typed = self._law_version(law), None, list[Secret](), act
        try:
            act, opened = self._sealing.open(working, (law, procedure), references, act, signers)
            typed = {**typed, **opened}
            self._sealing.check_erased_act(law, procedure, act)
            act, secrets = self._sealing.seal(working, law, procedure, references, act, addressed_to)
        except FieldFault as fault:  # of what cannot be judged any more once it is sealed
            unfit = Rejected(fault.code, facts={"field": fault.field, **fault.facts})
        transaction = Transaction(
            law,
            version,
            procedure,
            references,
            dict(act),
            tuple(signers),
            self._clock.now_ms(),
            self._random_bytes(NONCE_BYTES),
            requests,
            addressed_to,
            answers,
        )
        encoded = encode_transaction(transaction)
        act_id = transaction_id(self._replica.network, encoded)
        typed = {name: value for name, value in typed.items() if act.get(name) is not value}
        if unfit is not None:
            return Proposal(transaction, encoded, act_id, unfit)
        decoded = decode_transaction(encoded, encoded_here=True)
        waiting = self._replica.store.waiting.of(self._number)
        judged = self._replica.fold.judge(working, decoded, act_id, self._number, trace, waiting=waiting)
        verdict = as_appointed(working, self._replica.roll, self._number, judged, decoded.claimed_ms)
        if isinstance(verdict, Accepted):
            self._newest = DrawnUp(act_id, decoded, verdict, working, self._replica.store.database.row_changes)
            self._sealing.await_recording(act_id, secrets)
        return Proposal(transaction, encoded, act_id, verdict, typed)

    def _law_version(self, name: str) -> int:
        law = self._replica.laws.get(name)
        if law is None:
            raise MunimentError("unknown-law", law=name)
        return law.version

    def take(self, ids: Sequence[bytes]) -> DrawnUp | None:
        """The verdict of the proposal, if these are its very bytes and not a row was written since.

        The law is a function of act and state: judged again it would say the same. Nor can the act stand here: its
        nonce was drawn for the proposal, and nothing was recorded after it.
        """
        drawn_up, self._newest = self._newest, None
        if drawn_up is None or [drawn_up.id] != list(ids):
            return None
        return drawn_up if drawn_up.row_changes == self._replica.store.database.row_changes else None

    def forget(self) -> None:
        """It is not to be recorded as it was judged."""
        self._newest = None


def reference(working: WorkingState, record_id: bytes) -> RecordRef:
    record = working.record(record_id) if len(record_id) == RECORD_ID_BYTES else None
    if record is None:
        raise MunimentError("unknown-record", record=record_id)
    return RecordRef(record.id, record.version, record.last_act)
