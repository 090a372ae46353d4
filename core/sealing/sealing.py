"""An office with sealed fields: it seals what its acts bring, keeps and passes on keys, says what it has destroyed."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from core.laws.opening import VALUE, not_opened, nothing_sealed, open_for_rules
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.payload import Item, ShareRelease
from core.ledger.record import Record
from core.ledger.request import act_of
from core.ledger.sealed import read_sealed_value
from core.ledger.transaction import RecordRef, Signer, Transaction, decode_transaction
from core.people.people import PREPARING
from core.people.showing import Showing
from core.sealing.closing import Closing, Secret
from core.sealing.intake import gone_from, may_be_erased
from core.sealing.keys import SealedKeys
from core.sealing.opening import SealedReading
from core.store.pages import label
from core.store.working import WorkingState
from core.views import RecordRow
from core.writing import Writing

MAX_DRAWN_UP = 64  # acts whose keys wait in memory for their signatures


class Sealing(Writing, Showing):
    @cached_property
    def keys(self) -> SealedKeys:
        return SealedKeys(self, self._key)

    @cached_property
    def sealed(self) -> SealedReading:
        """The sealed fields of records and acts, and the orders that erased some."""
        return SealedReading(self)

    @cached_property
    def _unrecorded(self) -> OrderedDict[bytes, list[Secret]]:
        """Keys of acts drawn up here, by the act's id, until they are recorded or many later ones were drawn up."""
        return OrderedDict()

    # -- acts ---------------------------------------------------------------------------------------------------

    def _seal(
        self,
        working: WorkingState,
        law: str,
        procedure: str,
        references: Mapping[str, RecordRef],
        act: Mapping[str, Value],
        addressed_to: int | None,
    ) -> tuple[Mapping[str, Value], list[Secret]]:
        """The act as it is signed, and the keys of what is sealed in it. Raises what `Closing.close` raises."""
        known = self.laws[law].procedures.get(procedure)
        if known is None or not known.sealed:
            return act, []
        records = (working.record(ref.record) for ref in references.values())
        keepers = {record.keeper for record in records if record is not None} | {addressed_to}
        named = frozenset(number for number in keepers if number is not None)
        return Closing(self.network, self.number, named, self.roll, self._random_bytes).close(known, act)

    def _open(
        self,
        working: WorkingState,
        rules: tuple[str, str],
        references: Mapping[str, RecordRef],
        act: Mapping[str, Value],
        signers: Sequence[Signer],
    ) -> tuple[Mapping[str, Value], dict[str, Value]]:
        """The act with what opens the sealed fields that it is to open, and the texts of those.

        What it brings itself stays. Of one that may be left out nothing is said where it is not open here, else raises
        `FieldFault` (`not-opened-yet`); nor is it opened for who may not read it.
        """
        known = self.laws[rules[0]].procedures.get(rules[1])
        roles = self.people.roles if self.people.attended else {signer.role for signer in signers}
        filled, texts = dict(act), dict[str, Value]()
        for name, kind in known.openings.items() if known else ():
            record = working.record(references[kind.record].record) if kind.record in references else None
            sealed = read_sealed_value(record.fields.get(kind.column)) if record is not None else None
            if sealed is None or record is None:
                continue  # the law says what is wrong
            if name not in act and roles & set(kind.sealed.roles):
                opening = self.keys.opening(sealed)
                if opening is not None:
                    self.people.work_on(record.id, PREPARING)
                    filled[name] = opening
            if name in filled:
                with suppress(Refused):
                    opened = open_for_rules(self.network, name, kind, record.fields[kind.column], filled[name])
                    texts.update({name: opened[VALUE]} if opened else {})
            elif known is not None and not known.fields[name].optional:
                raise not_opened(name)
        return filled, texts

    def _check_erased_act(self, law: str, procedure: str, act: Mapping[str, Value]) -> None:
        """An act named for erasure has ended without a record, and this office, or one that has left, sealed something
        in it that is still there. Raises `FieldFault` (`nothing-sealed-in-act`): the order would be signed and come to
        nothing.
        """
        known = self.laws[law].procedures.get(procedure)
        for effect in known.effects if known else ():
            name = effect.target.partition(".")[2]
            if effect.verb == "erase_act" and name in act and not self._reaches(act[name], law):
                raise nothing_sealed(name)

    def _reaches(self, named: Value, law: str) -> bool:
        row = self.store.chain.act(named) if type(named) is bytes else None
        if row is None or not may_be_erased(self.store, row.id):
            return False
        vertex = self.lace.vertices[self.store.chain.id_at(row.block)]
        sealers = (self.number, *gone_from(self.roll))
        there = [one for office in sealers for one in self.store.sealing.of_act(row.id, law, office)]
        settled = self.execution.anchor_of(vertex) or self.lace.is_void(vertex)
        return bool(settled) and any(not one.erased for one in there)

    def _await_recording(self, act_id: bytes, secrets: list[Secret]) -> None:
        if secrets:
            self._unrecorded[act_id] = secrets
            while len(self._unrecorded) > MAX_DRAWN_UP:
                self._unrecorded.popitem(last=False)

    def _keep_keys(self, ids: Sequence[bytes]) -> None:
        """Before the block: the kept block of a crash is signed again, and must find them."""
        secrets = [secret for act_id in ids for secret in self._unrecorded.pop(act_id, ())]
        if secrets:
            self.keys.keep(secrets)

    def _sealing_due(self) -> tuple[Item, ...]:
        return () if self.store.sealing.is_empty else self.keys.due()

    # -- meetings -----------------------------------------------------------------------------------------------

    def envelopes_of(self, block: bytes) -> list[bytes]:
        """The keys that travel with a block, each sealed to its recipient; encoded."""
        return [] if self.store.sealing.is_empty else self.keys.of_block(block)

    def wanted_keys(self) -> list[bytes]:
        """Names of the sealed fields whose key, or share of it, this office may have and lacks; bounded."""
        return [] if self.store.sealing.is_empty else self.keys.wanted()

    def envelopes_for(self, member: int, names: Sequence[bytes]) -> list[bytes]:
        """What can be given to a member that lacks these. May store a new envelope, durable on return."""
        return self.keys.answer(member, names)

    def take_envelopes(self, envelopes: Sequence[bytes]) -> int:
        """Keep what a neighbour brings; how many were new. What has no place here is passed over. Durable on return.

        Raises `malformed-envelope`, `too-large`, `not-canonical`: then nothing was kept.
        """
        return self.keys.take(envelopes)

    # -- asking -------------------------------------------------------------------------------------------------

    def signed_act(self, act_id: bytes) -> Transaction | None:
        """An act as it was signed, of a decision what was asked for; None where its text is not here.

        For what nobody has to say why to read. Raises `unknown-act`.
        """
        row = self._act_row(act_id)
        _, acts = self._opened(row.block)
        return act_of(decode_transaction(acts[row.place])) if acts else None

    def search_sealed(self, words: str, purpose: str, note: str) -> list[RecordRow]:
        """Records by what is sealed in them, for the person signed in. Raises what `SealedReading.find` raises."""
        found = self.sealed.find(words, purpose, note)
        return [row for row in map(self._row, found) if row is not None]

    def released_in(self, block: bytes) -> list[bytes]:
        """Names of the sealed fields of which the block says that its author's share is given out."""
        _, payload = self._stored(self.lace.vertices[block].position)
        items = payload.items if payload else ()
        return [item.sealed for item in items if isinstance(item, ShareRelease) and item.usable]

    def label_of(self, record: Record) -> str:
        """The record's key as the person signed in may read it."""
        return self._label(record, label(record)) if self.people.attended else label(record)
