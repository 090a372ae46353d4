"""The editor of a field that names an act."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from core.laws.form import FormField
from core.ledger.encoding import Value
from core.views import RecordView
from desktop.desk import Desk
from desktop.naming import act_name
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.fields.editor import Editor
from desktop.widgets.fields.entering import is_readable, read_typed, show_typed
from desktop.widgets.texts import restyle
from desktop.wording import say


class ActEditor(Editor):
    """Acts that have changed a record of the form, by what they did; or any act's number, as its paper prints it."""

    def __init__(
        self, field: FormField, parent: QWidget, desk: Desk, records: Callable[[], Sequence[RecordView]]
    ) -> None:
        """`records`: those picked in the form."""
        super().__init__(field, parent)
        self._desk, self._records = desk, records
        self.box = ChoiceBox(self)
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.lineEdit().setPlaceholderText(say("choice.act"))
        self.box.lineEdit().textEdited.connect(lambda _text: self._changed())
        self.box.activated.connect(lambda _index: self._changed())
        self._hold(self.box)

    def refresh(self) -> None:
        """Records were picked."""
        chosen = self.value()
        self.box.clear()
        for entry in (entry for view in self._records() for entry in view.timeline):
            words = act_name(self._desk, entry.procedure, entry.claimed_ms, entry.author)
            self.box.addItem(words, entry.act)
        self.box.setCurrentIndex(-1)
        self.show_value(chosen)

    def value(self) -> Value:
        text, place = self.box.currentText(), self.box.currentIndex()
        chosen = place >= 0 and text == self.box.itemText(place)
        return self.box.itemData(place) if chosen else read_typed(self.field, text)

    def show_value(self, value: Value) -> None:
        if value == self.value():
            return
        place = self.box.findData(value) if value is not None else -1
        self.box.setCurrentIndex(place)
        if place < 0:
            self.box.setEditText(show_typed(self.field, value))
        self.mark(not is_readable(self.field, value))

    def mark(self, wrong: bool) -> None:
        line = self.box.lineEdit()
        line.setProperty("wrong", "true" if wrong else "false")
        restyle(line)

    def _changed(self) -> None:
        self.mark(not is_readable(self.field, self.value()))
        self.edited.emit()
