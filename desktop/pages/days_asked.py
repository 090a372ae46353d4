"""Days that a reader asks for: as of which a record's page tells what follows from it, and by which a list is filtered.

A list is filtered by a day of which the rules keep an index, such as the last of a term.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from core.laws.field_checks import FieldFault, make_check
from core.laws.field_types import DayType
from core.laws.form import FormField
from core.ledger.encoding import Value
from desktop.desk import Desk
from desktop.models.record_list import Day
from desktop.widgets.fields.entering import read_typed
from desktop.widgets.texts import label, restyle
from desktop.wording import say

_DAY = FormField("day", "day", "", "", False, precise=True)
_check_day = make_check(DayType(precise=True))
_FIRST, _LAST = (1, 1, 1), (9999, 12, 31)


class DayLine(QLineEdit):
    """One whole day. Red while it cannot be read; `day` is then None, as it is while the line is empty."""

    day_edited = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText(say("placeholder.day"))
        self.setMaximumWidth(140)
        self.setAccessibleName(name)
        self.textEdited.connect(lambda _text: self._tell())

    @property
    def day(self) -> Day | None:
        value: Value = read_typed(_DAY, self.text())
        try:
            _check_day(value)
        except FieldFault:
            return None
        return value[0], value[1], value[2]

    def _tell(self) -> None:
        self.setProperty("wrong", "true" if self.text().strip() and self.day is None else "false")
        restyle(self)
        self.day_edited.emit()


class AsOf(QWidget):
    """Above the fields of a record from which something follows; empty: today."""

    asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.line = DayLine(say("record.as-of"), self)
        self.line.day_edited.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        caption = label(say("record.as-of"), self, "quiet", wrap=False)
        caption.setBuddy(self.line)
        row.addWidget(caption)
        row.addWidget(self.line)
        row.addStretch(1)
        self.hide()


class DayFilter(QWidget):
    """Two days, both counted; an empty one sets no bound. Hidden for a register without such an index."""

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._register = ""
        self.by = QComboBox(self)
        self.by.setAccessibleName(say("register.day", field=""))
        self.first, self.last = DayLine(say("register.day-from"), self), DayLine(say("register.day-to"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.by)
        for line, key in ((self.first, "register.day-from"), (self.last, "register.day-to")):
            line.day_edited.connect(self.changed)
            row.addWidget(label(say(key), self, "quiet", wrap=False))
            row.addWidget(line)
        row.addStretch(1)
        self.by.activated.connect(lambda _index: self.changed.emit())
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
        index, first, last = self.by.currentData(), self.first.day, self.last.day
        if index is None or (first is None and last is None):
            return None
        return index, first or _FIRST, last or _LAST
