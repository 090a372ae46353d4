"""What a replica does with sealed fields as blocks come in and anchors execute them; it needs no key for that.

An act is linked to every record that it names or creates, with the version that it had seen. Another act that repeats
the same sealed value is linked to nothing: an order about its record would erase the first, or its event open it. An
erasure executed at an anchor destroys what acts sealed about its record up to the version that the order had seen,
entered or not; what arrives later and had seen no more is erased as it comes. An act that made no record is about none:
an order of the office that sealed names it by its id (`erase_act`); where that office has left the network, orders of
as many offices as decide a change. All of it is inside the transaction of the block
that decided.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.errors import MunimentError
from core.laws.field_types import SealedType
from core.laws.law import Law, Procedure, Register
from core.laws.offering import decision_record_id
from core.laws.resolving import CONFIRM, CURE
from core.laws.undecided import undecided_id
from core.ledger.anchors import Anchor
from core.ledger.block import Block
from core.ledger.encoding import encode
from core.ledger.payload import ErasureNote, Payload, ShareRelease, decode_payload
from core.ledger.record import RECORD_ID_BYTES, Record, decode_record, new_record_id
from core.ledger.request import act_of, decode_request
from core.ledger.roll import Roll
from core.ledger.sealed import read_sealed_value, sealed_values
from core.ledger.transaction import Transaction, decode_transaction, transaction_id
from core.store.replica import ReplicaStore
from core.store.sealing import ErasureRow, SealedRow

REGISTER = "#"  # before the name of a register, where the procedure of the act is not known
RECORDS_A_STEP = 500
STANDING = ("entered", "warned")
NO_RECORD = ("rejected", "without_effect", "set_aside", "withdrawn", "refused")  # how an act ended that made none
_BOX, _OFFICES = encode("box"), encode("offices")
Links = list[tuple[bytes, int]]


@dataclass(frozen=True)
class Intake:
    """`laws` and `roll`: those in force when it is asked."""

    store: ReplicaStore
    network: bytes
    laws: Mapping[str, Law]
    roll: Roll

    @property
    def needed(self) -> bool:
        return any(law.seals for law in self.laws.values()) or not self.store.sealing.is_empty

    def take_block(self, block: Block, payload: Payload) -> None:
        """The sealed fields that a block brings, and what its author says of others."""
        for act_id, transaction in _transactions(self.network, payload, _brings_sealed):
            for row, links in self._rows(act_id, transaction, block):
                known = self.store.sealing.get(row.name)
                if known is None or known.act == row.act:
                    self.store.sealing.add(row, links)
        for item in payload.items:
            if isinstance(item, ErasureNote):
                self.store.sealing.add_note(item.order, block.header.author)
            elif isinstance(item, ShareRelease):
                known = self.store.sealing.get(item.sealed)
                if known is not None and known.sealed.holds_share(block.header.author) is not None:
                    self.store.sealing.add_release(item.sealed, block.header.author, item.usable)

    def _rows(self, act_id: bytes, transaction: Transaction, block: Block) -> Iterator[tuple[SealedRow, Links]]:
        law, inner = self.laws.get(transaction.law), _inner(transaction)
        procedure = law.procedures.get(inner.procedure) if law and inner else None
        if inner is None or procedure is None:
            return
        origin = act_id if inner is transaction else decode_request(transaction.requests[0]).id(self.network)
        for field, kind in procedure.sealed.items():
            sealed = read_sealed_value(inner.act.get(field))
            if sealed is None or sealed.by != inner.signers[0].office:
                continue  # it will be rejected, and what another office sealed must not hang on this act
            links = [(ref.record, ref.version) for ref in inner.changes.values()]
            links += [(new_record_id(act_id, number), 0) for number in range(len(procedure.creates))]
            erased = (self.store.sealing.erased_up_to(record, version) for record, version in links)
            yield (
                SealedRow(
                    sealed.name(self.network),
                    origin,
                    block.id,
                    block.header.author,
                    field,
                    sealed,
                    transaction.law,
                    inner.procedure,
                    kind.until or None,
                    _event_record(act_id, transaction, inner, procedure, kind),
                    next((order for order in erased if order is not None), None),
                ),
                links,
            )

    def take_state(self) -> None:
        """The sealed fields of records whose acts are not here: to a snapshot their text was settled.

        So a new computer of an office can ask for the keys of what the office may read.
        """
        for law in self.laws.values() if self.needed else ():
            for register in law.registers.values():
                kinds = {n: field.type for n, field in register.fields.items() if isinstance(field.type, SealedType)}
                after = 0
                while kinds and (rows := self.store.state.agreed_of(register.full_name, after, RECORDS_A_STEP)):
                    after = rows[-1][0]
                    with self.store.database.atomic():
                        for record in (decode_record(body) for _, body in rows):
                            if record.register == register.full_name:
                                self._take_record(law, register, kinds, record)

    def _take_record(self, law: Law, register: Register, kinds: Mapping[str, SealedType], record: Record) -> None:
        for field, sealed in sealed_values(record.fields):
            name, kind = sealed.name(self.network), kinds[field]
            if self.store.sealing.get(name) is not None:
                continue
            event = record.fields.get(kind.on) if kind.on else record.id
            event_record = event if kind.until and type(event) is bytes else None
            act = record.last_act + bytes(32 - len(record.last_act))  # the act itself is not known
            row = SealedRow(
                name, act, bytes(32), sealed.by, field, sealed, law.name, REGISTER + register.name,
                kind.until or None, event_record, None,
            )  # fmt: skip
            self.store.sealing.add(row, [(record.id, record.version - 1)])

    def pass_anchor(self, anchor: Anchor) -> None:
        """After an anchor was executed: the events and erasures among its acts."""
        names = [encode(law.name) for law in self.laws.values() if law.unsealing]
        for vertex in anchor.batch if names else ():
            row = self.store.chain.block_at(vertex.position) if vertex.has_acts else None
            if row is None or row.block.payload is None or not any(name in row.block.payload for name in names):
                continue
            stands = {act.id for act in self.store.chain.acts_of_block(row.position) if act.outcome in STANDING}
            payload = decode_payload(row.block.payload)
            for act_id, transaction in _transactions(self.network, payload, lambda act: any(n in act for n in names)):
                law, inner = self.laws.get(transaction.law), _inner(transaction)
                procedure = self._executed(law, inner) if law and inner and act_id in stands else None
                if law is not None and inner is not None and procedure is not None:
                    self._happen(act_id, inner, law, procedure, anchor.number)

    def _executed(self, law: Law, act: Transaction) -> Procedure | None:
        """What was executed by an act: of one that ends a held or suspended act, that act's procedure."""
        if act.procedure not in (CURE, CONFIRM):
            return law.procedures.get(act.procedure)
        record = self.store.state.agreed(undecided_id(act.act["act"]))
        return law.procedures.get(record.fields["procedure"]) if record is not None else None

    def _happen(self, act_id: bytes, act: Transaction, law: Law, procedure: Procedure, anchor: int) -> None:
        sealing = self.store.sealing
        if procedure.name in law.events:
            for ref in act.changes.values():
                sealing.add_event(law.name, procedure.name, ref.record, act_id)
        for effect in procedure.effects:
            if effect.verb == "erase":
                ref = act.changes[effect.target]
                sealing.add_erasure(ErasureRow(act_id, ref.record, ref.version, anchor, False))
                self._discard_drafts(ref.record)
                sealing.destroy(ref.record, ref.version, act_id)
            elif effect.verb == "erase_act":
                named = act.act[effect.target.partition(".")[2]]
                if may_be_erased(self.store, named):
                    sealing.add_erasure(ErasureRow(act_id, named, 0, anchor, False))
                    for office in (act.signers[0].office, *self._left_to_all(named)):
                        sealing.link_act(named, law.name, office)
                    sealing.destroy(named, 0, act_id)

    def _left_to_all(self, named: bytes) -> list[int]:
        """Offices that order nothing any more, because they have left, where a quorum has ordered what they sealed."""
        rows = map(self.store.chain.act, self.store.sealing.orders_about(named))
        ordering = {row.author for row in rows if row is not None and self.roll.member(row.author) is not None}
        return gone_from(self.roll) if len(ordering) >= self.roll.quorum else []

    def _discard_drafts(self, record: bytes) -> None:
        """Drafts about the record in which somebody may have typed what is erased."""
        for draft in self.store.drafts_about(record):
            law = self.laws.get(draft.law)
            procedure = law.procedures.get(draft.procedure) if law else None
            if procedure is not None and procedure.sealed:
                self.store.discard_draft(draft.id)


def gone_from(roll: Roll) -> list[int]:
    """The numbers of those that have left the network."""
    return [number for number, member in enumerate(roll.members) if member.removed]


def may_be_erased(store: ReplicaStore, act_id: bytes) -> bool:
    """Whether, as far as anchors have come, an act has made no record of the law's and is not about to: it was
    rejected, kept without effect, set aside, withdrawn or refused; or no anchor has taken it up, and an order of its
    own office stands behind it in the same chain, so none will.
    """
    row = store.chain.act(act_id)
    if row is None or not store.chain.block_at(row.block).anchor or row.outcome in NO_RECORD:
        return True
    undecided = store.state.agreed(undecided_id(act_id))
    if undecided is not None:
        return undecided.state in NO_RECORD
    decision = store.state.agreed(decision_record_id(act_id))
    return decision is not None and decision.fields["outcome"] in NO_RECORD


def _transactions(
    network: bytes, payload: Payload, may_matter: Callable[[bytes], bool]
) -> Iterator[tuple[bytes, Transaction]]:
    """Decoded are only the acts whose bytes hold what is looked for: of most blocks none."""
    for group in payload.groups:
        for encoded in filter(may_matter, group.transactions):
            try:
                yield transaction_id(network, encoded), decode_transaction(encoded)
            except MunimentError:
                continue  # rejected for its form


def _brings_sealed(encoded: bytes) -> bool:
    """Whether a sealed value can stand in an act's bytes: it has these keys, and every value has one encoding."""
    return _BOX in encoded and _OFFICES in encoded


def _inner(transaction: Transaction) -> Transaction | None:
    """Of a decision, what was asked for."""
    try:
        return act_of(transaction)
    except MunimentError:
        return None


def _event_record(
    act_id: bytes, transaction: Transaction, inner: Transaction, procedure: Procedure, kind: SealedType
) -> bytes | None:
    """The record on which the event has to happen that opens a field; None while a request is not decided."""
    if not kind.until:
        return None
    if kind.on:
        named = inner.act.get(kind.on)
        if type(named) is bytes and len(named) == RECORD_ID_BYTES:
            return named
        return inner.changes[kind.on].record if kind.on in inner.changes else None
    if procedure.creates:
        return None if transaction.addressed_to is not None else new_record_id(act_id, 0)
    return next((ref.record for name, ref in inner.changes.items() if name in procedure.changes), None)
