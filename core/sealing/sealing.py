"""Sealed fields of acts as they are drawn up: what they bring is sealed, what they are to open is opened."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from core.laws.opening import VALUE, not_opened, nothing_sealed, open_for_rules
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.sealed import read_sealed_value
from core.ledger.transaction import RecordRef, Signer
from core.people.people import PREPARING, People
from core.reading_acts import HeldActs
from core.replica import Replica
from core.sealing.closing import Closing, Secret
from core.sealing.intake import gone_from, may_be_erased
from core.sealing.keys import SealedKeys
from core.store.working import WorkingState

MAX_DRAWN_UP = 64  # acts whose keys wait in memory for their signatures


class Sealing:
    """Of the acts of an office, whose number is `number`."""

    def __init__(
        self,
        replica: Replica,
        number: int,
        people: People,
        held: HeldActs,
        keys: SealedKeys,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._replica, self._number, self._people, self._held = replica, number, people, held
        self._keys, self._random_bytes = keys, random_bytes
        # Keys of acts drawn up here, by the act's id, until they are recorded or many later ones were drawn up.
        self._unrecorded = OrderedDict[bytes, list[Secret]]()

    def seal(
        self,
        working: WorkingState,
        law: str,
        procedure: str,
        references: Mapping[str, RecordRef],
        act: Mapping[str, Value],
        addressed_to: int | None,
    ) -> tuple[Mapping[str, Value], list[Secret]]:
        """The act as it is signed, and the keys of what is sealed in it. Raises what `Closing.close` raises."""
        known = self._replica.laws[law].procedures.get(procedure)
        if known is None or not known.sealed:
            return act, []
        records = (working.record(ref.record) for ref in references.values())
        keepers = {record.keeper for record in records if record is not None} | {addressed_to}
        named = frozenset(number for number in keepers if number is not None)
        network, roll = self._replica.network, self._replica.roll
        return Closing(network, self._number, named, roll, self._random_bytes).close(known, act)

    def open(
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
        known = self._replica.laws[rules[0]].procedures.get(rules[1])
        roles = self._people.roles if self._people.attended else {signer.role for signer in signers}
        filled, texts = dict(act), dict[str, Value]()
        for name, kind in known.openings.items() if known else ():
            record = working.record(references[kind.record].record) if kind.record in references else None
            sealed = read_sealed_value(record.fields.get(kind.column)) if record is not None else None
            if sealed is None or record is None:
                continue  # the law says what is wrong
            if name not in act and roles & set(kind.sealed.roles):
                opening = self._keys.opening(sealed)
                if opening is not None:
                    self._people.work_on(record.id, PREPARING)
                    filled[name] = opening
            if name in filled:
                with suppress(Refused):
                    opened = open_for_rules(self._replica.network, name, kind, record.fields[kind.column], filled[name])
                    texts.update({name: opened[VALUE]} if opened else {})
            elif known is not None and not known.fields[name].optional:
                raise not_opened(name)
        return filled, texts

    def check_erased_act(self, law: str, procedure: str, act: Mapping[str, Value]) -> None:
        """An act named for erasure has ended without a record, and this office, or one that has left, sealed something
        in it that is still there. Raises `FieldFault` (`nothing-sealed-in-act`): the order would be signed and come to
        nothing.
        """
        known = self._replica.laws[law].procedures.get(procedure)
        for effect in known.effects if known else ():
            name = effect.target.partition(".")[2]
            if effect.verb == "erase_act" and name in act and not self._reaches(act[name], law):
                raise nothing_sealed(name)

    def _reaches(self, named: Value, law: str) -> bool:
        row = self._replica.store.chain.act(named) if type(named) is bytes else None
        if row is None or not may_be_erased(self._replica.store, row.id):
            return False
        vertex = self._held.vertex(row)
        sealers, sealing = (self._number, *gone_from(self._replica.roll)), self._replica.store.sealing
        there = [one for office in sealers for one in sealing.of_act(row.id, law, office)]
        settled = self._replica.execution.anchor_of(vertex) or self._replica.lace.is_void(vertex)
        return bool(settled) and any(not one.erased for one in there)

    def await_recording(self, act_id: bytes, secrets: list[Secret]) -> None:
        if secrets:
            self._unrecorded[act_id] = secrets
            while len(self._unrecorded) > MAX_DRAWN_UP:
                self._unrecorded.popitem(last=False)

    def keep_keys(self, ids: Sequence[bytes]) -> None:
        """Before the block: the kept block of a crash is signed again, and must find them."""
        secrets = [secret for act_id in ids for secret in self._unrecorded.pop(act_id, ())]
        if secrets:
            self._keys.keep(secrets)
