"""The fields of a record: names and values as it stands, or before and after of one act."""

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from core.laws.form import FormField, derived_form
from core.ledger.encoding import Value
from core.ledger.record import HELD_ACTS, RELEASED_TO, Record
from core.views import RecordView, TimelineEntry
from desktop.desk import Desk
from desktop.pages.when_made import WhenMade
from desktop.widgets.status import StatusLine
from desktop.widgets.texts import label
from desktop.wording import say
from desktop.wording.values import value_lines

_UNSHOWN = frozenset({"act"})
_STATE, _KEEPER = "#state", "#keeper"  # shown beside the fields that a law names


class RecordFields(QScrollArea):
    """Names and values of a record; or before and after of one act. Plain text, selectable."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._names: Mapping[bytes, str] = {}
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_record(self, view: RecordView) -> None:
        """The record as it stands, and what follows from it on the day that was asked for."""
        content, grid = self._fresh()
        record, self._names = view.record, view.names
        told = [(field.label, self._lines(_value(record, field), field, record)) for field in self._form(record)]
        told += [(field.label, self._derived_lines(view, field)) for field in self._derived_form(view)]
        told += [("", [words]) for words in self._rules_words(view)]
        for row, (name, lines) in enumerate(told):
            grid.addWidget(label(name, content, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            value = label("\n".join(lines), content, selectable=True)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        self._finish(content, grid, grid.rowCount())

    def _derived_form(self, view: RecordView) -> Sequence[FormField]:
        """By the rules of the day that was asked for."""
        known = view.rules is not None and view.record.register in view.rules.by_full_name
        return derived_form(view.rules, view.record.register) if view.rules is not None and known else ()

    def _rules_words(self, view: RecordView) -> Iterator[str]:
        """Where they are not the rules of today."""
        if view.day is None:
            return
        if not view.derived:
            yield say("record.derived-none", day=list(view.day))
        now = self._desk.laws.get(view.record.register.partition(".")[0])
        if view.rules is not None and now is not None and view.rules.version != now.version:
            yield say("record.rules-of-day", day=list(view.day), version=view.rules.version)

    def _derived_lines(self, view: RecordView, field: FormField) -> Sequence[str]:
        value, day = view.derived.get(field.name), list(view.day or ())
        if isinstance(value, bool):
            return [say("record.derived-yes" if value else "record.derived-no", day=day)]
        if value is None:
            return [say("record.derived-open", day=day)]
        return value_lines(value, field, self._desk.offices)

    def show_change(self, entry: TimelineEntry, office_count: int, names: Mapping[bytes, str]) -> None:
        """`names`: of the record's view."""
        self._names = names
        content, grid = self._fresh(3)
        status = StatusLine(content)
        status.show_ladder(entry.ladder, office_count)
        grid.addWidget(status, 0, 0, 1, 3)
        for column, key in enumerate(("record.field", "record.before", "record.after")):
            grid.addWidget(label(say(key), content, "strong"), 1, column)
        row = 2
        for field in self._form(entry.after):
            before = _value(entry.before, field) if entry.before else None
            after = _value(entry.after, field)
            if before == after:
                continue
            grid.addWidget(label(field.label, content, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            for column, value in ((1, before), (2, after)):
                lines = self._lines(value, field, entry.after)
                grid.addWidget(
                    label("\n".join(lines), content, selectable=True), row, column, Qt.AlignmentFlag.AlignTop
                )
            row += 1
        grid.addWidget(WhenMade(self._desk, entry.act, content), row, 0, 1, 3)
        self._finish(content, grid, row + 1)

    def _lines(self, value: Value, field: FormField, record: Record) -> Sequence[str]:
        if value is not None and field.name == _STATE:
            state, pending = value
            return [self._desk.state_label(record.register, state), *self._pending_lines(pending)]
        if value is not None and field.name == _KEEPER:
            (keeper,) = value
            return [say("register.shared") if keeper is None else self._desk.offices[keeper]]
        return value_lines(value, field, self._desk.offices, names=self._names)

    def _pending_lines(self, pending: Mapping[str, Value] | None) -> Sequence[str]:
        if pending is None:
            return ()
        if RELEASED_TO in pending:
            number: int = pending[RELEASED_TO]
            known = number < len(self._desk.offices)
            return [say("record.released", office=self._desk.offices[number] if known else number)]
        return [say("record.held", acts=pending[HELD_ACTS])]

    def _form(self, record: Record) -> Sequence[FormField]:
        own = [field for field in self._desk.record_form(record.register) if field.type not in _UNSHOWN]
        state = FormField(_STATE, "text", say("record.state"), "", True)
        return [*own, state, FormField(_KEEPER, "text", say("record.keeper"), "", True)]

    def _fresh(self, columns: int = 2) -> tuple[QWidget, QGridLayout]:
        content = QWidget(self)
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 4, 12, 4)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 130)
        for column in range(1, columns):
            grid.setColumnStretch(column, 1)
        return content, grid

    def _finish(self, content: QWidget, grid: QGridLayout, rows: int) -> None:
        grid.setRowStretch(rows, 1)
        self.setWidget(content)


def _value(record: Record, field: FormField) -> Value:
    if field.name == _STATE:
        return (record.state, record.pending)
    if field.name == _KEEPER:
        return (record.keeper,)
    return record.key.get(field.name, record.fields.get(field.name))
