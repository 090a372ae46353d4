"""Asking about records: lists, and one with its versions. Nothing here writes, but a search first indexes new words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.act_views import Acts
from core.clock import Clock
from core.errors import MunimentError
from core.laws.derived import derived_at
from core.laws.expression_days import Whole
from core.laws.placing import day_of
from core.ledger.encoding import encode
from core.ledger.record import RECORD_ID_BYTES, Record
from core.ledger.request import act_of
from core.people.showing import Showing
from core.reading_laws import LawReading
from core.replica import Replica
from core.store.pages import label
from core.views import Ladder, RecordRow, RecordView, TimelineEntry


def _today(clock: Clock) -> Whole:
    day = day_of(clock.now_ms())
    return day.year, day.month, day.day


class Records:
    """As the person signed in may see them."""

    def __init__(self, replica: Replica, acts: Acts, showing: Showing, rules: LawReading, clock: Clock) -> None:
        self._replica, self._acts, self._showing, self._rules, self._clock = replica, acts, showing, rules, clock
        self._store = replica.store

    def search(self, text: str, limit: int = 50) -> list[RecordRow]:
        """Records that match each word typed as a beginning of one of theirs.

        By words of what the person's roles may read at all: nothing is told by being found.
        """
        rows = (self.row(one) for one in self._store.pages.search(text, limit) if self._showing.finds(one, text))
        return [row for row in rows if row]

    def page(self, register: str, after: bytes | None = None, limit: int = 100) -> list[RecordRow]:
        """One page in the order of (label, id), after the record with this id."""
        return [self._record_row(record, pending) for record, pending in self._store.pages.page(register, after, limit)]

    def list_by_day(self, index: str, first: Whole, last: Whole, limit: int = 100) -> list[RecordRow]:
        """Records in the order of the days of such an index ("<law>.<index>"), both days counted."""
        found = self._store.pages.between(index, encode([list(first)]), encode([list(last)]), limit)
        return [row for row in (self.row(record_id) for record_id in found) if row]

    def count(self, register: str) -> int:
        return self._store.pages.count(register)

    def row(self, record_id: bytes) -> RecordRow | None:
        pending = self._store.state.overlaid(record_id)
        record = pending or self._store.state.agreed(record_id)
        return self._record_row(record, pending is not None) if record else None

    def _record_row(self, record: Record, pending: bool) -> RecordRow:
        """A summary has free texts only: the words of choices have labels, which belong to the window."""
        register = self._replica.register_of(record.register)
        fields, shown = register.fields.items() if register else (), self._showing.record(record).fields
        held = (shown.get(name) for name, field in fields if field.type.kind == "text")
        summary = " · ".join([said for said in held if type(said) is str][:2])  # what is withheld is no text
        ladder = self._ladder_of(record) if pending else None
        named = self._showing.label(record)
        return RecordRow(record.id, record.register, named, summary, record.state, record.keeper, ladder)

    def _ladder_of(self, record: Record) -> Ladder | None:
        """Of the act that made this version, which no anchor has executed yet."""
        row = self._store.chain.act_by_prefix(record.last_act)
        return self._acts.ladder_of(row) if row else None

    def view(self, record_id: bytes, day: Whole | None = None) -> RecordView:
        """The present version and what made each version, newest first. Raises `unknown-record`.

        With what follows from a day (UTC), which is this computer's unless another is asked for.
        """
        record = self._store.state.present(record_id)
        if record is None:
            raise MunimentError("unknown-record", record=record_id)
        earlier = [one for one in self._store.state.history(record_id) if one.version < record.version]
        versions = [record, *earlier]
        before: Sequence[Record | None] = [*earlier, None]
        entries = [self._timeline_entry(after, old) for after, old in zip(versions, before, strict=True)]
        view = RecordView(record, label(record), tuple(entry for entry in entries if entry))
        shown = self._showing.record_view(self._as_of(view, day or _today(self._clock)))
        return replace(shown, names=self._names(shown.record, shown.timeline))

    def _as_of(self, view: RecordView, day: Whole) -> RecordView:
        """What follows from a day follows by the rules of that day, whatever the register's rules are now."""
        rules = self._rules.on(view.record.register.partition(".")[0], day)
        register = rules.by_full_name.get(view.record.register) if rules is not None else None
        now = self._replica.register_of(view.record.register)
        if not any(one is not None and one.subject.derived for one in (register, now)):
            return view
        derived = derived_at(register, view.record, day) if register is not None else {}
        return replace(view, derived=derived, day=day, rules=rules)

    def _names(self, record: Record, timeline: Sequence[TimelineEntry]) -> dict[bytes, str]:
        """What the records are called that this one, as shown, leads to or led to; labels as in a list."""
        versions = [record, *(one for entry in timeline for one in (entry.before, entry.after) if one is not None)]
        values = (value for one in versions for value in (*one.key.values(), *one.fields.values()))
        return self.labels({value for value in values if type(value) is bytes and len(value) == RECORD_ID_BYTES})

    def _timeline_entry(self, after: Record, before: Record | None) -> TimelineEntry | None:
        row = self._store.chain.act_by_prefix(after.last_act)
        if row is None:
            return None
        view = self._acts.view_of(row)
        transaction = act_of(view.transaction)
        procedure = f"{transaction.law}.{transaction.procedure}"
        return TimelineEntry(row.id, procedure, view.transaction.claimed_ms, row.author, view.ladder, before, after)

    def labels(self, ids: Iterable[bytes]) -> dict[bytes, str]:
        """What records are called, as in a list; those that are not here are left out."""
        rows = (self.row(one) for one in ids)
        return {row.id: row.label for row in rows if row is not None}
