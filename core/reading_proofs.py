"""Proofs for strangers: the receipt of an act, with what became of it once it is final, and that of a record."""

from collections.abc import Mapping

from core import officers
from core.act_views import Acts
from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.signing import is_of_node
from core.laws.visibility import Withheld
from core.ledger.appointment import deputised
from core.ledger.block import Header
from core.ledger.encoding import Value
from core.ledger.epoch_proof import EpochProof
from core.ledger.final_proof import MAX_RECORDS, WrittenRecord, make_final_proof
from core.ledger.payload import Group, Payload, decode_payload
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import MAX_CREATED, Origin, decode_receipt
from core.ledger.receipt_making import TEMPLATE, later_members, make_final_receipt, make_receipt
from core.ledger.record import Record, decode_record, encode_record, new_record_id
from core.ledger.record_receipt import make_record_receipt
from core.ledger.request import act_of, decode_request
from core.ledger.transaction import Transaction, decode_transaction
from core.people.actions import Action
from core.people.people import EXTRACT
from core.people.showing import Showing
from core.proving_epochs import EpochProving, epoch_proof
from core.reading_acts import HeldActs
from core.reading_laws import LawReading
from core.replica import Replica
from core.store.chain import ActRow
from core.store.working import WorkingState

NOT_NAMED_YET = ("signer-not-in-charter", "role-not-held")
MAX_ORIGIN_BYTES = 1500  # a longer one would cost the paper a second code


class ProofReading:
    """For the person signed in, who may see all that a proof holds."""

    def __init__(self, replica: Replica, rules: LawReading, held: HeldActs, acts: Acts, showing: Showing) -> None:
        self._replica, self._people, self._showing, self._rules = replica, showing.people, showing, rules
        self._held, self._acts, self._store, self._charter = held, acts, replica.store, replica.charter

    def receipt(self, act_id: bytes, language: str = "en", template: int = TEMPLATE) -> bytes:
        """The proof of one act that a stranger can check with the network id. `template`: how its paper is set.

        It proves what became of the act where a certified checkpoint says so, and what votes have made of the network
        as far as the act needs it. Raises `unknown-act`, and before that `paper-once-final` for an act of a node,
        `paper-once-named` where no checkpoint yet names an office that joined later, a new key, officer or role.
        It holds every field of the act: raises `extract-not-for-role`, and what `People.require` raises.
        """
        self._people.require(Action.PRINT)
        if self._people.attended:
            self._people.work_on(act_id, EXTRACT)
            _refuse_withheld(self._acts.view(act_id).transaction.act)
        row = self._store.chain.act(act_id)
        if row is None:
            raise MunimentError("unknown-act", act=act_id)
        stored = self._store.chain.block_at(row.block)
        block, payload = stored.block, decode_payload(self._store.payload(stored) or b"")
        item, place = _find_place(payload, row.place)
        group = payload.items[item]
        assert isinstance(group, Group)
        transaction = decode_transaction(group.transactions[place])
        origins = [self._origin(name, ref.record) for name, ref in act_of(transaction).changes.items()]
        known = [origin for origin in origins if origin is not None]
        final = self._final_proof(row, transaction)
        if final is not None:
            proof, epochs = final
            return make_final_receipt(self._charter, group, place, language, known, proof, verify, template, epochs)
        if is_of_node(transaction.signers):  # no officer of the charter has signed it: only the register vouches for it
            raise MunimentError("paper-once-final", act=act_id)
        epochs = self._epochs_of_block(transaction, block.header)
        try:
            made = make_receipt(self._charter, block, payload, item, place, language, known, template, epochs)
            check_receipt(decode_receipt(made), verify)  # no paper leaves that would be told to be false
        except MunimentError as error:
            if error.code not in NOT_NAMED_YET:
                raise
            raise MunimentError("paper-once-named", act=act_id) from None
        return made

    def register_state(self, act_id: bytes) -> int | None:
        """Number of the register's first certified state that holds what became of an act; None until there is one."""
        row = self._store.chain.act(act_id)
        entry = self._entry(row) if row else None
        certificate = None if entry is None else self._store.checkpoints.covering(entry)
        return certificate.checkpoint.anchor if certificate else None

    def record_receipt(self, record_id: bytes) -> bytes:
        """The proof of a record's present state. Raises `unknown-record`.

        Raises `register-not-certified` while the quorum has not cosigned what the register says now. It holds every
        field of the record: raises `extract-not-for-role`, and what `People.require` raises.
        """
        self._people.require(Action.PRINT)
        if self._people.attended:
            self._people.work_on(record_id, EXTRACT)
            present = self._store.state.present(record_id)
            if present is not None:
                shown = self._showing.readable(present)
                _refuse_withheld(shown.key, shown.fields)
        if self._store.state.agreed(record_id) is None and self._store.state.overlaid(record_id) is not None:
            raise MunimentError("register-not-certified", record=record_id)  # known here, agreed nowhere yet
        if self._replica.execution.under_way is not None:  # no checkpoint is of the state between two portions
            raise MunimentError("register-not-certified", record=record_id)
        record, proof = self._store.state.prove(record_id)
        newest = self._store.checkpoints.newest()
        certified = self._proving.certify(newest) if newest else None
        if newest is None or certified is None:
            raise MunimentError("register-not-certified", record=record_id)
        register = decode_record(record).register
        law = next((law for law in self._replica.laws.values() if register in law.by_full_name), None)
        opened = self._proving.open(newest.epoch, law.canonical, ()) if law else None
        epochs = epoch_proof(certified.steps, opened or ())
        return make_record_receipt(self._charter, record, proof, newest, certified.certificate, epochs)

    @property
    def _proving(self) -> EpochProving:
        return EpochProving(self._store.checkpoints, self._replica.epochs)

    def _epochs_of_block(self, transaction: Transaction, header: Header) -> EpochProof | None:
        """What a paper of an act that is not proved final needs of later epochs; as much of it as there is yet."""
        law = self._law_text(transaction)
        joined = later_members(self._charter, transaction, header)
        first = next((number for number, one in enumerate(self._replica.epochs.constitutions) if law in one.laws), 0)
        least = max(first, header.epoch if joined else 0)
        steps = self._proving.lead_to(least)
        if not steps:
            return None
        return epoch_proof(steps, self._proving.open(steps[-1].epoch, law, joined) or ())

    def _law_text(self, transaction: Transaction) -> bytes:
        return self._rules.signed_under(transaction.law, transaction.law_version).canonical

    def _final_proof(self, row: ActRow, transaction: Transaction) -> tuple[bytes, EpochProof | None] | None:
        """None for what is not final, not certified yet or older than this replica's entries."""
        number = self._entry(row)
        covering = None if number is None else self._store.checkpoints.covering(number)
        certified = self._proving.certify(covering.checkpoint) if covering else None
        if number is None or covering is None or certified is None:
            return None
        try:
            leaf, path = self._store.entries.leaf(number), self._store.entries.path(number, covering.checkpoint.size)
        except MunimentError:  # entry-not-held: it came with a snapshot
            return None
        records = self._officers(transaction, number, covering.checkpoint.size)
        proof = make_final_proof(leaf, number, path, covering.checkpoint, certified.certificate, records)
        joined = later_members(self._charter, transaction)
        opened = self._proving.open(covering.checkpoint.epoch, self._law_text(transaction), joined)
        return proof, epoch_proof(certified.steps, opened or ())

    def _officers(self, transaction: Transaction, number: int, size: int) -> list[WrittenRecord]:
        """The records of those who signed or asked, where the charter does not name them or they stood in for others.

        Each as it stood at the entry with that number, or at that of the request: an act is judged by it there.
        """
        asked = self._entry_of_request(transaction)
        signers = [(one, number) for one in transaction.signers]
        signers += [(one, asked or number) for one in act_of(transaction).signers]
        found: dict[bytes, WrittenRecord] = {}
        for signer, place in signers:
            written = self._officer(signer.office, signer.officer, place, size)
            record = decode_record(written.record) if written else None
            if written is None or record is None:
                continue
            absent = deputised(record, signer.office, signer.officer, signer.role)
            if absent is not None or signer.officer >= officers.FIRST_NUMBER:
                found.setdefault(record.id, written)
            other = self._officer(signer.office, absent, place, size) if absent is not None else None
            if other is not None and absent is not None and absent >= officers.FIRST_NUMBER:
                found.setdefault(decode_record(other.record).id, other)
        return list(found.values())[:MAX_RECORDS]

    def _entry_of_request(self, transaction: Transaction) -> int | None:
        requests = transaction.requests
        row = self._store.chain.act(decode_request(requests[0]).id(self._replica.network)) if requests else None
        return self._entry(row) if row else None

    def _officer(self, office: int, number: int, place: int, size: int) -> WrittenRecord | None:
        """The record of an officer as the entries before a place left it; of one named later, as first written."""
        record = officers.officer_record(WorkingState(self._store.state, None), office, number)
        if record is None:
            return None
        versions = sorted((record, *self._store.state.history(record.id)), key=lambda one: one.version)
        placed = [(one, entry) for one in versions if (entry := self._entry_of_version(one)) is not None]
        before = [one for one in placed if one[1] < place] or placed[:1]
        return self._written(*before[-1], size) if before else None

    def _entry_of_version(self, version: Record) -> int | None:
        row = self._store.chain.act_by_prefix(version.last_act)
        return self._entry(row) if row else None

    def _written(self, version: Record, number: int, size: int) -> WrittenRecord | None:
        if number >= size:
            return None
        try:
            leaf, path = self._store.entries.leaf(number), self._store.entries.path(number, size)
        except MunimentError:  # entry-not-held
            return None
        return WrittenRecord(encode_record(version), leaf, number, tuple(path))

    def _entry(self, row: ActRow) -> int | None:
        """The number of the entry of an act that was not rejected."""
        anchor = self._store.chain.block_at(row.block).anchor
        return self._store.entries.find_entered(row.id, *self._store.checkpoints.entries_of(anchor)) if anchor else None

    def _origin(self, name: str, record_id: bytes) -> Origin | None:
        """The act that created a record: its id proves the record's, so a paper can say the record's key."""
        record = self._store.state.present(record_id)
        first = [
            version for version in (record, *self._store.state.history(record_id)) if version and version.version == 1
        ]
        row = self._store.chain.act_by_prefix(first[0].last_act) if first else None
        if row is None:
            return None
        _, payload = self._held.stored(row.block)
        if payload is None:  # settled before this replica joined
            return None
        item, place = _find_place(payload, row.place)
        group = payload.items[item]
        assert isinstance(group, Group)
        number = next((n for n in range(MAX_CREATED) if new_record_id(row.id, n) == record_id), None)
        if number is None or len(group.transactions[place]) > MAX_ORIGIN_BYTES:
            return None
        return Origin(name, number, group.transactions[place])


def _refuse_withheld(*shown: Mapping[str, Value]) -> None:
    if any(isinstance(value, Withheld) for values in shown for value in values.values()):
        raise MunimentError("extract-not-for-role")


def _find_place(payload: Payload, place: int) -> tuple[int, int]:
    """(item, place in its group) of the act that is `place` in its block."""
    for number, item in enumerate(payload.items):
        if isinstance(item, Group):
            if place < len(item.transactions):
                return number, place
            place -= len(item.transactions)
    raise IndexError(place)
