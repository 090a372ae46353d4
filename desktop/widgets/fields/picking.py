"""Editors that point at something: a record of a register, an entry of a record, an office."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.laws.form import FormField
from core.laws.numbers import is_mistyped
from core.ledger.encoding import Value
from core.office import Office
from core.people.people import PREPARING
from core.views import RecordRow, RecordView
from desktop.desk import Desk
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.fields.editor import Editor
from desktop.widgets.texts import label
from desktop.wording import say, sentence
from desktop.wording.values import row_text

SEARCH_PAUSE_MS = 150
SHOWN = 6

RecordOf = Callable[[str], RecordView | None]  # name of a subject → the record picked for it


class RecordEditor(Editor):
    """Type part of a number, a place or a name; the arrow keys choose, Enter takes. Its value is the record's id."""

    known = Signal()  # the record's content has come

    def __init__(self, field: FormField, parent: QWidget, desk: Desk) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self._picked: RecordView | None = None
        self._wanted: bytes | None = None
        self._line = QLineEdit(self)
        self._line.setPlaceholderText(say("pick.placeholder"))
        self._line.setAccessibleName(field.label)
        self._line.setClearButtonEnabled(True)
        self._list = QListWidget(self)
        self._list.setAccessibleName(say("pick.list"))
        self._list.setFixedHeight(SHOWN * 26 + 4)
        self._list.hide()
        self._picked_line = label("", self, "strong")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self._line, self._list, self._picked_line):
            layout.addWidget(widget)
        self._picked_line.hide()
        self.setFocusProxy(self._line)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self._line.textEdited.connect(lambda _text: self._pause.start())
        self._line.returnPressed.connect(self._take_current)
        self._list.itemActivated.connect(lambda _item: self._take_current())
        self._list.itemClicked.connect(lambda _item: self._take_current())

    @property
    def picked(self) -> RecordView | None:
        """The record as it stands, once it is known."""
        return self._picked

    def offers(self) -> bool:
        """Whether records are shown to choose from."""
        return not self._list.isHidden()

    def value(self) -> Value:
        return self._wanted

    def is_being_edited(self) -> bool:
        """Only while something is typed: a draft begun on a record names it while the cursor waits in this field."""
        return self._line.isModified() and super().is_being_edited()

    def show_value(self, value: Value) -> None:
        if isinstance(value, bytes) and value != self._wanted:
            self._pick(value, announce=False)
        elif value is None and self._wanted is not None:
            self._wanted, self._picked = None, None
            self._picked_line.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or self._list.isHidden():
            super().keyPressEvent(event)
            return
        row = self._list.currentRow() + step
        self._list.setCurrentRow(min(max(row, 0), self._list.count() - 1))

    def _search(self) -> None:
        text, register = self._line.text(), self.field.register
        self._desk.ask(
            self,
            lambda office: [row for row in office.records.search(text, 50) if row.register == register][:SHOWN],
            self._offer,
            self._tell,
        )

    def _offer(self, rows: Sequence[RecordRow]) -> None:
        self._list.clear()
        for row in rows:
            item = QListWidgetItem(f"{row.label}   {row.summary}", self._list)
            item.setData(Qt.ItemDataRole.UserRole, row.id)
        self._list.setVisible(bool(rows))
        self._list.setCurrentRow(0)
        typed = self._line.text().strip()
        if not rows and typed:
            self._picked_line.setText(say("form.mistyped" if is_mistyped(typed) else "pick.nothing"))
            self._picked_line.show()

    def _take_current(self) -> None:
        item = self._list.currentItem()
        if item is not None and not self._list.isHidden():
            self._pick(item.data(Qt.ItemDataRole.UserRole), announce=True)

    def _pick(self, record_id: bytes, announce: bool) -> None:
        self._wanted = record_id
        self._list.hide()

        def work(office: Office) -> RecordView:
            office.people.work_on(record_id, PREPARING)
            return office.records.view(record_id)

        self._desk.ask(self, work, lambda view: self._taken(view, announce), self._tell)

    def _taken(self, view: RecordView, announce: bool) -> None:
        if view.record.id != self._wanted:
            return
        self._picked = view
        self._line.setText(view.label)
        state = self._desk.state_label(view.record.register, view.record.state)
        self._picked_line.setText(say("pick.picked", label=view.label, state=state))
        self._picked_line.show()
        self.known.emit()
        if announce:
            self.edited.emit()

    def _tell(self, error: Exception) -> None:
        self._picked_line.setText(sentence(getattr(error, "code", "unexpected"), getattr(error, "facts", {})))
        self._picked_line.show()


class EntryEditor(Editor):
    """One of the entries of a list in a record that the act changes: chosen by what it says, kept by its number."""

    def __init__(self, field: FormField, parent: QWidget, desk: Desk, record_of: RecordOf) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self._record_of = record_of
        self._box = ChoiceBox(self)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(24)
        self._box.activated.connect(lambda _index: self.edited.emit())
        self._hold(self._box)
        self.refresh()

    def refresh(self) -> None:
        """The record was picked or has changed."""
        chosen = self._box.currentData()
        self._box.clear()
        view = self._record_of(self.field.record)
        self._box.addItem(say("choice.entry") if view else say("choice.record-first"), None)
        for row in self._rows(view):
            self._box.addItem(row_text(row, self._columns()), row["id"])
        self.show_value(chosen)

    def value(self) -> Value:
        return self._box.currentData()

    def show_value(self, value: Value) -> None:
        place = self._box.findData(value)
        if place < 0 and value is not None:
            self._box.addItem(say("value.entry", number=value), value)
            place = self._box.count() - 1
        self._box.setCurrentIndex(max(0, place))

    def _rows(self, view: RecordView | None) -> Sequence[Mapping[str, Value]]:
        return view.record.fields.get(self.field.entries, []) if view else []

    def _columns(self) -> Sequence[FormField]:
        form = self._desk.record_form(self.field.register)
        return next((field.of for field in form if field.name == self.field.entries), ())


class OfficeEditor(Editor):
    def __init__(self, field: FormField, parent: QWidget, desk: Desk) -> None:
        super().__init__(field, parent)
        self._box = ChoiceBox(self)
        self._box.addItem(say("choice.none"), None)
        for number, name in enumerate(desk.offices):
            self._box.addItem(name, number)
        self._box.activated.connect(lambda _index: self.edited.emit())
        self._hold(self._box)
        self.layout().addStretch(1)

    def value(self) -> Value:
        return self._box.currentData()

    def show_value(self, value: Value) -> None:
        self._box.setCurrentIndex(max(0, self._box.findData(value)))
