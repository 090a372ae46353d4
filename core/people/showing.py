"""What an office shows to the person signed in: records and acts with what the law withholds replaced, not left out.

Keys are what a record is found and named by: whoever may read one reads it in lists as well. All else that is not
public waits until a purpose was stored for this very record or act (people.py). An unattended office, which is what a
command opens, shows everything, as its passphrase does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from core.clock import Clock
from core.errors import MunimentError
from core.laws.alike import DECIDING_ALIKE
from core.laws.derived import derived_at
from core.laws.expression_days import Whole
from core.laws.field_types import REASON
from core.laws.law import Law, Register
from core.laws.placing import day_of
from core.laws.questions import DISMISS
from core.laws.requests import DECISIONS
from core.laws.resolving import RESOLVING
from core.laws.undecided import undecided_id
from core.laws.visibility import Withheld, mask_act, mask_record
from core.ledger.encoding import Value
from core.ledger.receipt_making import TEMPLATE
from core.ledger.record import RECORD_ID_BYTES, Record
from core.ledger.transaction import Transaction
from core.people.actions import Action
from core.people.people import EXTRACT, People
from core.reading_ledger import LedgerReading
from core.store.chain import ActRow
from core.store.pages import is_found, words
from core.undecided import UndecidedActs
from core.views import ActView, RecordRow, RecordView, TimelineEntry

HIDDEN_LABEL = "…"


def _today(clock: Clock) -> Whole:
    day = day_of(clock.now_ms())
    return day.year, day.month, day.day


class Showing(LedgerReading, UndecidedActs):
    """Reading, for a person."""

    _clock: Clock
    _random_bytes: Callable[[int], bytes]

    @cached_property
    def people(self) -> People:
        """Who is signed in here, and what that person may do."""
        return People(self, self._clock, self._random_bytes)

    # -- records ------------------------------------------------------------------------------------------------

    def record_view(self, record_id: bytes, day: Whole | None = None) -> RecordView:
        """As of anybody; with what follows from a day (UTC), which is this computer's unless another is asked for."""
        view = self._as_of(super().record_view(record_id), day or _today(self._clock))
        if not self.people.attended:
            return replace(view, names=self._names(view.record, view.timeline))
        stated = self.people.has_stated(record_id)
        timeline = tuple(
            replace(
                entry,
                before=self._shown(entry.before, stated) if entry.before else None,
                after=self._shown(entry.after, stated),
            )
            for entry in view.timeline
        )
        record = self._shown(view.record, stated)
        return replace(
            view,
            record=record,
            label=self._label(view.record, view.label),
            timeline=timeline,
            derived=self._shown_derived(view, stated),
            names=self._names(record, timeline),
        )

    def _names(self, record: Record, timeline: Sequence[TimelineEntry]) -> dict[bytes, str]:
        """What the records are called that this one, as shown, leads to or led to; labels as in a list."""
        versions = [record, *(one for entry in timeline for one in (entry.before, entry.after) if one is not None)]
        values = (value for one in versions for value in (*one.key.values(), *one.fields.values()))
        return self.labels({value for value in values if type(value) is bytes and len(value) == RECORD_ID_BYTES})

    def labels(self, ids: Iterable[bytes]) -> dict[bytes, str]:
        """What records are called, as in a list; those that are not here are left out."""
        rows = (self._row(one) for one in ids)
        return {row.id: row.label for row in rows if row is not None}

    def _as_of(self, view: RecordView, day: Whole) -> RecordView:
        """What follows from a day follows by the rules of that day, whatever the register's rules are now."""
        rules = self.law_on(view.record.register.partition(".")[0], day)
        register = rules.by_full_name.get(view.record.register) if rules is not None else None
        now = self.register_of(view.record.register)
        if not any(one is not None and one.subject.derived for one in (register, now)):
            return view
        derived = derived_at(register, view.record, day) if register is not None else {}
        return replace(view, derived=derived, day=day, rules=rules)

    def _shown_derived(self, view: RecordView, stated: bool) -> dict[str, Value | Withheld]:
        """Withheld is also what the rules of today withhold."""
        reader, shown = self.people.reader(stated), dict[str, Value | Withheld](view.derived)
        for law in (view.rules, self.laws.get(view.record.register.partition(".")[0])):
            register = law.by_full_name.get(view.record.register) if law is not None else None
            for name, one in register.subject.derived.items() if register is not None else ():
                if name in shown:
                    shown[name] = reader.withholds(one.field) or shown[name]
        return shown

    def _record_row(self, record: Record, pending: bool) -> RecordRow:
        if not self.people.attended:
            return super()._record_row(record, pending)
        shown = self._shown(record, self.people.has_stated(record.id))
        row = super()._record_row(replace(record, fields=shown.fields), pending)
        return replace(row, label=self._label(record, row.label))

    def search(self, text: str, limit: int = 50) -> list[RecordRow]:
        """By words of what the person's roles may read at all: nothing is told by being found."""
        rows = super().search(text, limit)
        return [row for row in rows if self._finds(row.id, text)] if self.people.attended else rows

    def _finds(self, record_id: bytes, text: str) -> bool:
        record = self.store.state.present(record_id)
        return record is not None and is_found(words(self._shown(record, stated=True)), text)

    def reason_about(self, reason: Value, *records: bytes) -> Value:
        """What an act says about records: `Withheld` until a purpose was stored, where one of them asks for it."""
        if not self.people.attended:
            return reason
        shown = (self._shown(one, stated=False) for one in map(self.store.state.present, records) if one is not None)
        waits = (value is Withheld.PURPOSE for one in shown for value in one.fields.values())
        stated = self.people.has_stated(*records) or not any(waits)
        return self.people.reader(stated).withholds(REASON) or reason

    def _label(self, record: Record, label: str) -> str:
        keys = mask_record(record.key, self.register_of(record.register), self.people.reader(stated=True))
        return HIDDEN_LABEL if any(isinstance(value, Withheld) for value in keys.values()) else label

    def _shown(self, record: Record, stated: bool) -> Record:
        register = self.register_of(record.register)
        return replace(
            record,
            key=mask_record(record.key, register, self.people.reader(stated=True)),
            fields=mask_record(record.fields, register, self.people.reader(stated)),
        )

    def register_of(self, full_name: str) -> Register | None:
        """Of the laws in force."""
        law = self.laws.get(full_name.partition(".")[0])
        return law.by_full_name.get(full_name) if law is not None else None

    def record_receipt(self, record_id: bytes) -> bytes:
        """As of anybody; besides raises `extract-not-for-role`: the proof holds every field of the record."""
        self.people.require(Action.PRINT)
        if self.people.attended:
            self.people.work_on(record_id, EXTRACT)
            present = self.store.state.present(record_id)
            shown = self._shown(present, stated=True) if present is not None else None
            if shown is not None and any(
                isinstance(one, Withheld) for one in (*shown.key.values(), *shown.fields.values())
            ):
                raise MunimentError("extract-not-for-role")
        return super().record_receipt(record_id)

    # -- acts ---------------------------------------------------------------------------------------------------

    def _view(self, row: ActRow) -> ActView:
        view = super()._view(row)
        if not self.people.attended:
            return view
        transaction = view.transaction
        if transaction.procedure in DECISIONS or transaction.procedure == DISMISS:
            return view  # an answer to another office
        about = (ref.record for ref in transaction.changes.values())
        stated = self.people.has_stated(view.id, *view.records, *about)
        law = self.laws.get(transaction.law)
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
            record = self.store.state.present(undecided_id(shown["act"]))
            name = record.fields["procedure"] if record is not None else ""
            procedure = law.procedures.get(name) if law is not None else None
            shown["fields"] = mask_act(shown["fields"], procedure, self.people.reader(stated))
        return shown

    def receipt(self, act_id: bytes, language: str = "en", template: int = TEMPLATE) -> bytes:
        """As of anybody; besides raises `extract-not-for-role`: the proof holds every field of the act."""
        self.people.require(Action.PRINT)
        if self.people.attended:
            self.people.work_on(act_id, EXTRACT)
            act = self.act_view(act_id).transaction.act
            if any(isinstance(value, Withheld) for value in act.values()):
                raise MunimentError("extract-not-for-role")
        return super().receipt(act_id, language, template)
