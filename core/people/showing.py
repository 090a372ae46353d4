"""What an office shows to the person signed in: records and acts with what the law withholds replaced, not left out.

Keys are what a record is found and named by: whoever may read one reads it in lists as well. All else that is not
public waits until a purpose was stored for this very record or act (people.py). An unattended office, which is what a
command opens, shows everything, as its passphrase does.
"""

from collections.abc import Mapping
from dataclasses import replace

from core.laws.alike import DECIDING_ALIKE
from core.laws.field_types import REASON
from core.laws.law import Law, Register
from core.laws.questions import DISMISS
from core.laws.requests import DECISIONS
from core.laws.resolving import RESOLVING
from core.laws.undecided import undecided_id
from core.laws.visibility import Withheld, hides, mask_act, mask_record
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.ledger.transaction import Transaction
from core.people.people import People
from core.replica import Replica
from core.store.pages import is_found, label, words
from core.views import ActView, RecordView

HIDDEN_LABEL = "…"


class Showing:
    """Given what was read, to be shown; whatever an unattended office reads comes back as it is."""

    def __init__(self, replica: Replica, people: People) -> None:
        self._replica, self.people = replica, people
        self._store = replica.store

    # -- records ------------------------------------------------------------------------------------------------

    def record_view(self, view: RecordView) -> RecordView:
        if not self.people.attended:
            return view
        stated = self.people.has_stated(view.record.id)
        timeline = tuple(
            replace(
                entry,
                before=self._shown(entry.before, stated) if entry.before else None,
                after=self._shown(entry.after, stated),
            )
            for entry in view.timeline
        )
        return replace(
            view,
            record=self._shown(view.record, stated),
            label=self.label(view.record),
            timeline=timeline,
            derived=self._shown_derived(view, stated),
        )

    def _shown_derived(self, view: RecordView, stated: bool) -> dict[str, Value | Withheld]:
        """Withheld is also what the rules of today withhold."""
        reader, shown = self.people.reader(stated), dict[str, Value | Withheld](view.derived)
        if self._hides(view.record.id):
            return dict.fromkeys(shown, Withheld.ROLE)
        for law in (view.rules, self._replica.laws.get(view.record.register.partition(".")[0])):
            register = law.by_full_name.get(view.record.register) if law is not None else None
            for name, one in register.subject.derived.items() if register is not None else ():
                if name in shown:
                    shown[name] = reader.withholds(one.field) or shown[name]
        return shown

    def record(self, record: Record) -> Record:
        """In a list, or alone."""
        return self._shown(record, self.people.has_stated(record.id)) if self.people.attended else record

    def label(self, record: Record) -> str:
        """The record's key as the person signed in may read it."""
        if not self.people.attended:
            return label(record)
        register = self._replica.register_of(record.register)
        keys = mask_record(record.key, register, self.people.reader(stated=True))
        return HIDDEN_LABEL if any(isinstance(value, Withheld) for value in keys.values()) else label(record)

    def finds(self, record_id: bytes, text: str) -> bool:
        """Whether the words are among what the person's roles may read at all."""
        if not self.people.attended:
            return True
        record = self._store.state.present(record_id)
        return record is not None and is_found(words(self.readable(record)), text)

    def reason_about(self, reason: Value, *records: bytes) -> Value:
        """What an act says about records: `Withheld` until a purpose was stored, where one of them asks for it."""
        if not self.people.attended:
            return reason
        if any(map(self._hides, records)):
            return Withheld.ROLE
        shown = (self._shown(one, stated=False) for one in map(self._store.state.present, records) if one is not None)
        waits = (value is Withheld.PURPOSE for one in shown for value in one.fields.values())
        stated = self.people.has_stated(*records) or not any(waits)
        return self.people.reader(stated).withholds(REASON) or reason

    def readable(self, record: Record) -> Record:
        """What the person's roles may read at all, as if a purpose was stated."""
        return self._shown(record, stated=True)

    def _shown(self, record: Record, stated: bool) -> Record:
        register, fields = self._replica.register_of(record.register), record.fields
        hidden = register is not None and bool(register.withheld) and self._hides(record.id)
        return replace(
            record,
            key=mask_record(record.key, register, self.people.reader(stated=True)),
            fields=dict.fromkeys(fields, Withheld.ROLE) if hidden else self._masked(fields, register, stated),
        )

    def _masked(self, fields: Mapping[str, Value], register: Register | None, stated: bool) -> dict[str, Value]:
        return mask_record(fields, register, self.people.reader(stated))

    def _hides(self, record_id: bytes) -> bool:
        """Whether the state in which a record is now keeps all of it from the person, and the acts that made it so."""
        record = self._store.state.present(record_id)
        if record is None:
            return False
        return hides(self._replica.register_of(record.register), record.state, self.people.reader(stated=True))

    # -- acts ---------------------------------------------------------------------------------------------------

    def act(self, view: ActView) -> ActView:
        if not self.people.attended:
            return view
        transaction = view.transaction
        if transaction.procedure in DECISIONS or transaction.procedure == DISMISS:
            return view  # an answer to another office
        about = [ref.record for ref in transaction.changes.values()]
        if any(map(self._hides, (*view.records, *about))):
            return view._replace(transaction=replace(transaction, act=dict.fromkeys(transaction.act, Withheld.ROLE)))
        stated = self.people.has_stated(view.id, *view.records, *about)
        law = self._replica.laws.get(transaction.law)
        if transaction.procedure in RESOLVING:
            return view._replace(transaction=replace(transaction, act=self._shown_resolving(transaction, law, stated)))
        if transaction.procedure in DECIDING_ALIKE:
            return view._replace(transaction=replace(transaction, act=self._shown_alike(view)))
        procedure = law.procedures.get(transaction.procedure) if law is not None else None
        masked = mask_act(transaction.act, procedure, self.people.reader(stated))
        return view._replace(transaction=replace(transaction, act=masked))

    def _shown_alike(self, view: ActView) -> dict[str, Value]:
        act = view.transaction.act
        if "reason" not in act:  # of a refused act anything may be missing
            return dict(act)
        about = (value for value in act.values() if type(value) is bytes)
        return {**act, "reason": self.reason_about(act["reason"], view.id, *about)}

    def _shown_resolving(self, transaction: Transaction, law: Law | None, stated: bool) -> dict[str, Value]:
        """Of what is brought to an act, what that act's fields show."""
        shown = dict(transaction.act)
        if type(shown.get("fields")) is dict:
            record = self._store.state.present(undecided_id(shown["act"]))
            name = record.fields["procedure"] if record is not None else ""
            procedure = law.procedures.get(name) if law is not None else None
            shown["fields"] = mask_act(shown["fields"], procedure, self.people.reader(stated))
        return shown
