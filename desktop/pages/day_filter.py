"""The line above a list that filters it by a day of which the rules keep an index, such as the last of a term."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from core.laws.form import FormField
from desktop.desk import Desk
from desktop.models.record_list import Day
from desktop.widgets.fields.entering import read_typed
from desktop.widgets.texts import label, restyle
from desktop.wording import say

_DAY = FormField("day", "day", "", "", False, precise=True)
_FIRST, _LAST = (1, 1, 1), (9999, 12, 31)


class DayFilter(QWidget):
    """Two days, both counted; an empty one sets no bound. Hidden for a register without such an index."""

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._register = ""
        self.by = QComboBox(self)
        self.by.setAccessibleName(say("register.day", field=""))
        self.first, self.last = QLineEdit(self), QLineEdit(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.by)
        for line, key in ((self.first, "register.day-from"), (self.last, "register.day-to")):
            line.setPlaceholderText(say("placeholder.day"))
            line.setMaximumWidth(140)
            line.setAccessibleName(say(key))
            line.textEdited.connect(lambda _text: self._edited())
            row.addWidget(label(say(key), self, "quiet", wrap=False))
            row.addWidget(line)
        row.addStretch(1)
        self.by.activated.connect(lambda _index: self._edited())
        self.hide()

    def offer(self, register: str) -> None:
        """Show what days the list of this register can be filtered by; "": none."""
        if register == self._register:
            return
        self._register = register
        self.by.clear()
        for index, words in self._desk.day_indexes(register).items() if register else ():
            self.by.addItem(words, index)
        self.first.clear()
        self.last.clear()
        self.setVisible(self.by.count() > 0)

    def asked(self) -> tuple[str, Day, Day] | None:
        """The index, the first and the last day; None where nothing is asked for, or cannot be read yet."""
        index, first, last = self.by.currentData(), self._day(self.first), self._day(self.last)
        if index is None or (first is None and last is None):
            return None
        return index, first or _FIRST, last or _LAST

    def _day(self, line: QLineEdit) -> Day | None:
        value = read_typed(_DAY, line.text())
        if isinstance(value, list) and len(value) == 3:
            return value[0], value[1], value[2]
        return None

    def _edited(self) -> None:
        for line in (self.first, self.last):
            line.setProperty("wrong", "true" if line.text().strip() and self._day(line) is None else "false")
            restyle(line)
        self.changed.emit()
