"""The form of an act, generated from the law: one line a field, in the law's order, with its help and what is wrong.

The form holds nothing: it shows what the draft says and tells what a person changed, a little after the last key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from core.casefile.view import FieldPath, View
from core.laws.form import FormField
from core.laws.numbers import is_mistyped
from core.ledger.encoding import Value
from core.views import RecordView
from desktop.desk import Desk
from desktop.drafting import path_of
from desktop.widgets.fields.compound import AttestationEditor, DocumentEditor, PartyEditor
from desktop.widgets.fields.editor import ChoiceEditor, Editor, LineEditor, MoneyEditor, TextEditor, YesNoEditor
from desktop.widgets.fields.enclosed import EnclosedEditor
from desktop.widgets.fields.entering import (
    clean_value,
    is_complete,
    is_mistyped_party,
    is_readable,
    unreadable_part,
)
from desktop.widgets.fields.group import GroupEditor
from desktop.widgets.fields.opening import OpeningEditor
from desktop.widgets.fields.picking import EntryEditor, OfficeEditor, RecordEditor
from desktop.widgets.fields.picking_act import ActEditor
from desktop.widgets.fields.rows import RowsEditor
from desktop.widgets.tab_order import step
from desktop.widgets.texts import label
from desktop.wording import say
from desktop.wording.sealing import sealed_words
from desktop.wording.values import is_enclosure, row_text, value_text

_ALONE: Mapping[str, Callable[[FormField, QWidget], Editor]] = {
    "party": PartyEditor,
    "choice": ChoiceEditor,
    "boolean": YesNoEditor,
    "money": MoneyEditor,
}
_WITH_DESK: Mapping[str, Callable[[FormField, QWidget, Desk], Editor]] = {
    "document": DocumentEditor,
    "attestation": AttestationEditor,
    "office": OfficeEditor,
}
PAUSE_MS = 300
CAPTION_WIDTH = 190


class ActForm(QWidget):
    changed = Signal(object, object)  # path, value
    row_wanted = Signal(str)
    row_unwanted = Signal(str, str)

    def __init__(self, fields: Sequence[FormField], desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.fields = fields
        self._desk = desk
        self._editors: dict[str, Editor | RowsEditor] = {}
        self._hints: dict[str, QLabel] = {}
        self._view = View({}, {}, ())
        self._pending: dict[FieldPath, Editor] = {}
        self.next_stop: QWidget | None = None  # where Tab goes after the last field
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnMinimumWidth(0, CAPTION_WIDTH)
        grid.setColumnStretch(1, 1)
        for place, field in enumerate(fields):
            self._put_in(field, grid, place)
        grid.setRowStretch(len(fields), 1)

    # -- what it says -------------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """What the draft says now. An editor that somebody is typing in is left as it is."""
        self._view = view
        for field in self.fields:
            editor, path = self._editors[field.name], path_of(field)
            value = self._value_of(field)
            if isinstance(editor, RowsEditor):
                editor.show_rows(view.rows.get(field.name, ()), value if isinstance(value, list) else [], self._pending)
            elif path not in self._pending and not editor.is_being_edited():
                editor.show_value(value)
        self._tell_conflicts()

    def records(self) -> dict[str, bytes]:
        """Ids of the records picked, by the procedure's names."""
        picked = {field.name: self._value_of(field) for field in self.fields if field.type == "subject"}
        return {name: value for name, value in picked.items() if isinstance(value, bytes)}

    def act(self) -> dict[str, Value]:
        """The fields as an act carries them."""
        values = {
            field.name: clean_value(field, self._value_of(field)) for field in self.fields if field.type != "subject"
        }
        return {name: value for name, value in values.items() if value is not None}

    def mark_incomplete(self) -> list[str]:
        """Mark the fields that are empty or cannot be read; their labels. The first takes the focus."""
        wrong = [field for field in self.fields if not is_complete(field, self._value_of(field))]
        for field in self.fields:
            self._hint(field, self._fault_words(field) if field in wrong else "")
        if wrong:
            self._editors[wrong[0].name].setFocus()
        return [field.label for field in wrong]

    def mark_field(self, name: str, words: str) -> None:
        """What a rule says about one field; `name` may lead into a row."""
        for field in self.fields:
            if field.name == name.partition(".")[0].partition("[")[0]:
                self._hint(field, words)
                self._editors[field.name].setFocus()

    def has_pending(self) -> bool:
        """Whether something was typed, or is being read, that the draft has not been told yet."""
        return bool(self._pending) or any(editor.is_reading() for editor in self._all_editors())

    def editor(self, name: str) -> Editor | RowsEditor:
        """The editor of a field."""
        return self._editors[name]

    def picked(self, subject: str) -> RecordView | None:
        """The record picked under a name of the procedure, once it is known."""
        return self._record_of(subject)

    def entry_words(self, field: FormField, entry: Value) -> str | None:
        """What an entry of a picked record says."""
        view = self._record_of(field.record)
        rows = view.record.fields.get(field.entries, []) if view else []
        form = self._desk.record_form(field.register)
        columns = next((one.of for one in form if one.name == field.entries), ())
        return next((row_text(row, columns) for row in rows if row["id"] == entry), None)

    def flush(self) -> None:
        """Tell at once what was typed last."""
        pending, self._pending = self._pending, {}
        self._pause.stop()
        for path, editor in pending.items():
            self.changed.emit(path, editor.value())

    def focusNextPrevChild(self, forward: bool) -> bool:
        return step(self, forward, self.next_stop) or super().focusNextPrevChild(forward)

    def focus_first(self) -> None:
        if self.fields:
            self._editors[self.fields[0].name].setFocus()

    # -- inside -------------------------------------------------------------------------------------------------

    def _put_in(self, field: FormField, grid: QGridLayout, row: int) -> None:
        named = field.required or field.opens  # what opens a field nobody leaves out: the office brings it
        caption = label(field.label if named else say("form.optional", label=field.label), self)
        editor = self._make(field)
        caption.setBuddy(editor)
        caption.setContentsMargins(0, 6, 0, 0)
        hint = label(_help(field), self, "quiet")
        hint.setVisible(bool(hint.text()))
        cell = QVBoxLayout()
        cell.setSpacing(2)
        cell.addWidget(editor)
        cell.addWidget(hint)
        grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(cell, row, 1)
        self._editors[field.name], self._hints[field.name] = editor, hint

    def _make(self, field: FormField) -> Editor | RowsEditor:
        path = path_of(field)
        if is_enclosure(field):
            return EnclosedEditor(field, self)
        if field.type == "list":
            rows = RowsEditor(field, self, self._make_editor)
            rows.row_edited.connect(lambda key, name: self._note((field.name, key, name), rows.editors()[key, name]))
            rows.row_wanted.connect(lambda: self._want_row(rows))
            rows.row_unwanted.connect(lambda key: self.row_unwanted.emit(field.name, key))
            return rows
        editor = self._make_editor(field, self)
        editor.edited.connect(lambda: self._note(path, editor))
        editor.setDisabled(field.reckoned is not None)
        return editor

    def _make_editor(self, field: FormField, parent: QWidget) -> Editor:
        if field.opens:
            return OpeningEditor(field, parent)
        if field.type in _ALONE:
            return _ALONE[field.type](field, parent)
        if field.type in _WITH_DESK:
            return _WITH_DESK[field.type](field, parent, self._desk)
        match field.type:
            case "subject" | "record":
                return self._make_record_editor(field, parent)
            case "entry_of":
                return EntryEditor(field, parent, self._desk, self._record_of)
            case "act":
                return ActEditor(field, parent, self._desk, self._picked)
            case "group":
                return GroupEditor(field, parent, self._make_editor)
            case "text" if field.multiline:
                return TextEditor(field, parent)
        return LineEditor(field, parent)

    def _make_record_editor(self, field: FormField, parent: QWidget) -> RecordEditor:
        editor = RecordEditor(field, parent, self._desk)
        if field.type == "subject":  # lists of entries and of acts follow the record
            editor.known.connect(self._refresh_lists)
        return editor

    def _want_row(self, rows: RowsEditor) -> None:
        rows.expect_new_row()
        self.row_wanted.emit(rows.field.name)

    def _note(self, path: FieldPath, editor: Editor) -> None:
        self._pending[path] = editor
        self._pause.start()
        if editor.field.type == "number" and len(path) == 1:  # told while the paper is still in the hand
            self._hint(editor.field, say("form.mistyped") if is_mistyped(str(editor.value())) else "")

    def _record_of(self, subject: str) -> RecordView | None:
        editor = self._editors.get(subject)
        return editor.picked if isinstance(editor, RecordEditor) else None

    def _all_editors(self) -> Iterator[Editor]:
        """Those in rows too."""
        for editor in self._editors.values():
            yield from editor.editors().values() if isinstance(editor, RowsEditor) else (editor,)

    def _picked(self) -> Sequence[RecordView]:
        found = (self._record_of(field.name) for field in self.fields if field.type == "subject")
        return [view for view in found if view is not None]

    def _refresh_lists(self) -> None:
        for editor in self._all_editors():
            if isinstance(editor, EntryEditor | ActEditor):
                editor.refresh()

    def _value_of(self, field: FormField) -> Value:
        if field.reckoned is not None:
            return field.reckoned(self._typed())
        return self._view.fields.get(path_of(field)[0])

    def _typed(self) -> dict[str, Value]:
        """The fields that are not reckoned, as an act carries them."""
        typed = [field for field in self.fields if field.type != "subject" and field.reckoned is None]
        values = {field.name: clean_value(field, self._value_of(field)) for field in typed}
        return {name: value for name, value in values.items() if value is not None}

    def _fault_words(self, field: FormField) -> str:
        value = self._value_of(field)
        if value in (None, []) or is_readable(field, value):
            return say("form.empty" if field.reckoned is None else "form.reckoned")
        wrong, part = unreadable_part(field, value)
        if wrong.type == "party" and not is_mistyped_party(part):
            return say("form.party")
        return say("form.mistyped" if wrong.type in ("number", "party") else "form.unreadable")

    def _hint(self, field: FormField, wrong: str) -> None:
        hint = self._hints[field.name]
        hint.setProperty("role", "trouble" if wrong else "quiet")
        hint.style().unpolish(hint)
        hint.style().polish(hint)
        hint.setText(wrong or _help(field))
        hint.setVisible(bool(hint.text()))

    def _tell_conflicts(self) -> None:
        by_field: Mapping[str, FormField] = {path_of(field)[0]: field for field in self.fields}
        for path, values in self._view.conflicts:
            field = by_field.get(path[0])
            if field is None:
                continue
            column = next((one for one in field.of if len(path) == 3 and one.name == path[2]), field)
            words = [value_text(value, column, self._desk.offices) for value in values]
            self._hint(field, say("form.conflict", values=" / ".join(words)))


def _help(field: FormField) -> str:
    if field.reckoned is not None:
        return f"{field.help} {say('form.reckoned')}".strip()
    return f"{field.help} {sealed_words(field)}".strip() if field.sealed_for or field.opens else field.help
