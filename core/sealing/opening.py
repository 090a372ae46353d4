"""Reading sealed fields, for the person signed in, and telling what became of them: open, waiting, withheld, erased.

A field is opened for a person of the roles that the law names, at an office that the law names, once a purpose was
stored for the record or act (core/people). The passphrase of an office alone opens none: it names no person.
"""

from collections.abc import Mapping

from core.act_views import Acts
from core.errors import MunimentError
from core.laws.field_checks import FieldFault, make_check
from core.laws.field_types import SealedType
from core.laws.law import Procedure
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.ledger.request import act_of
from core.ledger.sealed import Sealed, erased_by, open_box, sealed_values
from core.ledger.transaction import Transaction
from core.people.showing import Showing
from core.reading import Records
from core.reading_acts import HeldActs
from core.replica import Replica
from core.sealing.intake import REGISTER
from core.sealing.keys import SealedKeys
from core.store.sealing import ErasureRow, SealedRow
from core.views import ErasureView, RecordRow, SealedView

LEAST_SEARCHED, MAX_FOUND = 3, 50  # letters of a search; records that it shows
OPEN, KEY_MISSING, ELSEWHERE = "open", "key-missing", "elsewhere"
UNTIL, SHARES_MISSING, ERASED, UNREADABLE = "until", "shares-missing", "erased", "unreadable"


class SealedReading:
    """Used on the office's thread. `number`: of the office."""

    def __init__(
        self,
        replica: Replica,
        number: int,
        keys: SealedKeys,
        held: HeldActs,
        acts: Acts,
        records: Records,
        showing: Showing,
    ) -> None:
        self._replica, self._number, self._keys, self._store = replica, number, keys, replica.store.sealing
        self._held, self._acts, self._records, self._showing = held, acts, records, showing

    # -- what a page shows ----------------------------------------------------------------------------------------

    def of_record(self, record_id: bytes) -> list[SealedView]:
        """The sealed fields of a record's present version. Raises `unknown-record`."""
        record = self._record(record_id)
        register = self._replica.register_of(record.register)
        views = []
        for name, field in register.fields.items() if register else ():
            value = record.fields.get(name)
            order = erased_by(value)
            if isinstance(field.type, SealedType) and order is not None:
                full = self._replica.store.chain.act_by_prefix(order)
                whole = full.id if full else order
                views.append(SealedView(name, field.type.roles, (), ERASED, whole, self._order(whole)))
        views += [self._view(name, sealed) for name, sealed in sealed_values(record.fields)]
        return views

    def of_act(self, act_id: bytes) -> list[SealedView]:
        """The sealed fields of an act, whatever became of it. Raises `unknown-act`."""
        return [self._view(name, sealed) for name, sealed in sealed_values(self._act(act_id))]

    def _view(self, name: str, sealed: Sealed) -> SealedView:
        row = self._store.get(sealed.name(self._replica.network))
        roles = kind.roles if (kind := self._kind(row)) is not None else ()
        if row is None:
            return SealedView(name, roles, sealed.offices, KEY_MISSING)
        given = tuple(sorted(sealed.shares[place - 1][0] for place in self._keys.shares_given(row)))
        happened = row.event is not None and self._store.event_of(row) is not None
        said = self._store.releases(row.name)
        withheld = tuple(holder for holder, _ in sealed.shares if holder not in given and said.get(holder, True))
        return SealedView(
            name,
            roles,
            sealed.offices,
            self._state_of(sealed, row, happened),
            row.erased,
            self._order(row.erased) if row.erased else None,
            f"{row.law}.{row.event}" if row.event else None,
            sealed.threshold,
            given,
            withheld if happened else (),
            tuple(holder for holder, usable in said.items() if not usable),
        )

    def _state_of(self, sealed: Sealed, row: SealedRow, happened: bool) -> str:
        """As `_state`, where the box is at hand: its author may have sealed what is no value of the field."""
        state, key, kind = self._state(row, happened), self._store.key(row.name), self._kind(row)
        wrong = state == OPEN and key is not None and kind is not None and self._text(key, sealed, kind) is None
        return UNREADABLE if wrong else state

    def _state(self, row: SealedRow, happened: bool) -> str:
        if row.erased is not None:
            return ERASED
        if self._number not in row.sealed.offices:
            return ELSEWHERE
        if self._store.key(row.name) is not None:
            return OPEN
        if row.event is None:
            return KEY_MISSING
        return SHARES_MISSING if happened else UNTIL

    # -- reading --------------------------------------------------------------------------------------------------

    def open_record(self, record_id: bytes) -> dict[str, Value]:
        """What the sealed fields of a record say, to whom may read them; a field that nobody can open here, or that its
        author has sealed wrongly, is left out, and hides none of the others.

        Raises `unknown-record`, `nobody-signed-in`, `purpose-missing`.
        """
        return self._open(record_id, self._record(record_id).fields, ())

    def open_act(self, act_id: bytes) -> dict[str, Value]:
        """As `open_record`, of an act. Raises `unknown-act`, `nobody-signed-in`, `purpose-missing`."""
        view = self._acts.view(act_id)
        about = (*view.records, *(ref.record for ref in act_of(view.transaction).changes.values()))
        return self._open(act_id, self._act(act_id), about)

    def search(self, words: str, purpose: str, note: str) -> list[RecordRow]:
        """Records of which a sealed field, as the person signed in may read it here, holds all the words.

        The search is stored before anything is opened, then each record that it shows. Raises `search-too-short` and
        what `People.search` raises.
        """
        people, wanted = self._showing.people, words.casefold().split()
        if len("".join(wanted)) < LEAST_SEARCHED:
            raise MunimentError("search-too-short", least=LEAST_SEARCHED)
        people.search(words, purpose, note)
        found = dict[bytes, str]()
        for record_id, row in self._store.readable():
            record = self._replica.store.state.present(record_id)
            if record is not None and record_id not in found and len(found) < MAX_FOUND:
                opened = self._opened_of(record, row, people.roles)
                if opened is not None and all(one in opened for one in wanted):
                    found[record_id] = record.register
        for record_id, register in found.items():
            people.found(record_id, register, purpose, note)
        return [row for row in map(self._records.row, found) if row is not None]

    def _opened_of(self, record: Record, row: SealedRow, roles: frozenset[str]) -> str | None:
        """What a field of a record says, as one text to search in; None: not to these roles, or not in this version."""
        kind, key = self._kind(row), self._store.key(row.name)
        if kind is None or key is None or not roles & set(kind.roles) or self._state(row, True) != OPEN:
            return None
        for _, sealed in sealed_values(record.fields):
            if sealed.name(self._replica.network) == row.name:
                text = self._text(key, sealed, kind)
                return _flat(text[0]).casefold() if text else None
        return None

    def _open(self, subject: bytes, fields: Mapping[str, Value], about: tuple[bytes, ...]) -> dict[str, Value]:
        people = self._showing.people
        if people.present is None:
            raise MunimentError("nobody-signed-in")
        if not people.has_stated(subject, *about):
            raise MunimentError("purpose-missing")
        shown = {}
        for name, sealed in sealed_values(fields):
            row = self._store.get(sealed.name(self._replica.network))
            kind = self._kind(row)
            if row is not None and kind is not None and people.roles & set(kind.roles):
                key = self._store.key(row.name) if self._state(row, True) == OPEN else None
                text = self._text(key, sealed, kind) if key is not None else None
                if text is not None:
                    (shown[name],) = text
        return shown

    def _text(self, key: bytes, sealed: Sealed, kind: SealedType) -> tuple[Value] | None:
        """None for what its author has sealed wrongly: it could not be judged when it was signed."""
        try:
            value = open_box(self._replica.network, key, sealed)
            make_check(kind.of)(value)
        except (MunimentError, FieldFault):
            return None
        return (value,)

    # -- erasures -------------------------------------------------------------------------------------------------

    def erasures(self) -> list[ErasureView]:
        """Orders that the common order has executed, the newest first."""
        return [self._erasure(row) for row in self._store.erasures()]

    def _erasure(self, row: ErasureRow) -> ErasureView:
        noted = self._store.notes(row.act)
        epoch = self._replica.store.chain.anchors(row.anchor - 1, 1)[0].epoch
        then = {member.number for member in self._replica.epochs.constitutions[epoch].members if not member.removed}
        held = [member.number for member in self._replica.roll.members if not member.removed and member.number in then]
        record = self._replica.store.state.present(row.record)
        ground, ordered_by = self._told(row.act)
        return ErasureView(
            row.act,
            self._order(row.act) or (0, 0),
            row.anchor,
            record.register if record else "",
            row.record,
            self._showing.label(record) if record else "",
            ground,
            ordered_by,
            sum(one.erased == row.act for one in self._store.of_record(row.record)),
            tuple(number for number in held if number in noted),
            tuple(number for number in held if number not in noted),
        )

    def _order(self, act_id: bytes) -> tuple[int, int] | None:
        """Under which number which office recorded an order; None where the act is not here."""
        row = self._replica.store.chain.act(act_id)
        if row is None:
            return None
        return row.author, self._held.vertex(row).seq

    def _told(self, act_id: bytes) -> tuple[Value, Value]:
        """Why and by whose order, as the act says: the law asks that everybody can read it."""
        act = self._signed(act_id)
        procedure = self._procedure(act.law, act.procedure) if act else None
        told = next((effect.told for effect in procedure.effects if effect.erases), ()) if procedure else ()
        ground, ordered_by = (act.act.get(name) for name in told) if act and len(told) == 2 else (None, None)
        return ground, ordered_by

    # -- looking up -----------------------------------------------------------------------------------------------

    def _record(self, record_id: bytes) -> Record:
        record = self._replica.store.state.present(record_id)
        if record is None:
            raise MunimentError("unknown-record", record=record_id)
        return record

    def _act(self, act_id: bytes) -> Mapping[str, Value]:
        """Its fields as they were signed: what a view withholds is closed anyway."""
        signed = self._signed(act_id)
        return signed.act if signed else {}

    def _signed(self, act_id: bytes) -> Transaction | None:
        """An act as it was signed, of a decision what was asked for; None where its text is not here.

        For what nobody has to say why to read. Raises `unknown-act`.
        """
        _, signed = self._held.read(self._held.row(act_id))
        return act_of(signed) if signed is not None else None

    def _kind(self, row: SealedRow | None) -> SealedType | None:
        if row is None:
            return None
        if row.procedure.startswith(REGISTER):
            register = self._replica.register_of(f"{row.law}.{row.procedure.removeprefix(REGISTER)}")
            kind = register.fields[row.field].type if register and row.field in register.fields else None
            return kind if isinstance(kind, SealedType) else None
        procedure = self._procedure(row.law, row.procedure)
        return procedure.sealed.get(row.field) if procedure else None

    def _procedure(self, law: str, name: str) -> Procedure | None:
        known = self._replica.laws.get(law)
        return known.procedures.get(name) if known else None


def _flat(value: Value) -> str:
    """All words of a value."""
    if isinstance(value, dict):
        return " ".join(map(_flat, value.values()))
    if isinstance(value, list):
        return " ".join(map(_flat, value))
    return str(value)
