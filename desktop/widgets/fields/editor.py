"""The base of all editors of a form, and those that are one line, one box or one choice."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from core.laws.form import FormField, typed_text
from core.ledger.encoding import Value
from desktop.widgets.fields.choice_box import ChoiceBox, choice_box
from desktop.widgets.fields.entering import (
    is_readable,
    read_money,
    read_typed,
    show_amount,
    show_typed,
)
from desktop.widgets.texts import restyle
from desktop.wording import say


class Editor(QWidget):
    """Shows one field's value and says when a person has changed it. Showing a value never counts as a change."""

    edited = Signal()

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field

    def value(self) -> Value:
        """What is in it now; None for nothing; see entering.py for what cannot be read."""
        raise NotImplementedError

    def show_value(self, value: Value) -> None:
        raise NotImplementedError

    def is_reading(self) -> bool:
        """Whether a value is on its way; `edited` tells when it has come, or will not."""
        return False

    def mark(self, wrong: bool) -> None:
        """Show, beside the words under the field, that it needs attention."""

    def is_being_edited(self) -> bool:
        """Whether a merge should leave it alone for now."""
        focus = self.window().focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus)) and not _is_button_like(focus)

    def _hold(self, *widgets: QWidget) -> None:
        """Lay the editor's widgets out side by side; the first takes the focus and the field's name."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for place, widget in enumerate(widgets):
            layout.addWidget(widget, 1 if place == 0 else 0)
            widget.setAccessibleName(self.field.label)
        self.setFocusProxy(widgets[0])


def _is_button_like(widget: QWidget) -> bool:
    return not isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox)


class LineEditor(Editor):
    """Text, integers, fractions, days, periods: whatever is typed on one line."""

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._line = QLineEdit(self)
        if field.type == "text" and field.high:
            self._line.setMaxLength(field.high)
        if field.type in ("fraction", "day", "period", "integer"):
            self._line.setPlaceholderText(say(f"placeholder.{field.type}"))
            self._line.setMaximumWidth(220)
        self._line.textEdited.connect(lambda _text: self._changed())
        self._hold(self._line)
        if field.type in ("fraction", "day", "period", "integer"):
            self.layout().addStretch(1)

    def value(self) -> Value:
        return read_typed(self.field, self._line.text())

    def show_value(self, value: Value) -> None:
        if value != self.value():
            self._line.setText(show_typed(self.field, value))
        self.mark(not is_readable(self.field, value))

    def mark(self, wrong: bool) -> None:
        self._line.setProperty("wrong", "true" if wrong else "false")
        restyle(self._line)

    def _changed(self) -> None:
        self.mark(not is_readable(self.field, self.value()))
        self.edited.emit()


class TextEditor(Editor):
    """Text of several lines. Tab goes on to the next field."""

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._text = QPlainTextEdit(self)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(84)
        self._text.textChanged.connect(self.edited)
        self._hold(self._text)

    def value(self) -> Value:
        return typed_text(self._text.toPlainText()) or None

    def show_value(self, value: Value) -> None:
        if value != self.value():
            blocked = self._text.blockSignals(True)
            self._text.setPlainText(value or "")
            self._text.blockSignals(blocked)


class ChoiceEditor(Editor):
    """One of the words that the law names; the first line is none of them."""

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._box = choice_box(field.choices, self)
        self._box.activated.connect(lambda _index: self.edited.emit())
        self._hold(self._box)
        self.layout().addStretch(1)

    def value(self) -> Value:
        return self._box.currentData()

    def show_value(self, value: Value) -> None:
        self._box.setCurrentIndex(max(0, self._box.findData(value)))


class YesNoEditor(Editor):
    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._box = QCheckBox(say("value.yes"), self)
        self._box.setTristate(not field.required)
        self._box.clicked.connect(lambda _checked: self.edited.emit())
        self._hold(self._box)

    def value(self) -> Value:
        state = self._box.checkState()
        return None if state == Qt.CheckState.PartiallyChecked else state == Qt.CheckState.Checked

    def show_value(self, value: Value) -> None:
        if value is None and not self.field.required:
            self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self._box.setCheckState(Qt.CheckState.Checked if value is True else Qt.CheckState.Unchecked)


class MoneyEditor(Editor):
    """An amount and one of the currencies that the law names."""

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._amount = QLineEdit(self)
        self._amount.setPlaceholderText(say("placeholder.money"))
        self._amount.setMaximumWidth(220)
        self._currency = ChoiceBox(self)
        self._currency.addItems(list(field.currencies))
        self._amount.textEdited.connect(lambda _text: self._changed())
        self._currency.activated.connect(lambda _index: self._changed())
        self._hold(self._amount, self._currency)
        self.layout().addStretch(1)

    def value(self) -> Value:
        return read_money(self._amount.text(), self._currency.currentText())

    def show_value(self, value: Value) -> None:
        if value == self.value():
            return
        amount, currency = value or ["", self._currency.currentText()]
        self._amount.setText(amount if isinstance(amount, str) else show_amount(amount))
        self._currency.setCurrentText(currency)
        self.mark(not is_readable(self.field, value))

    def mark(self, wrong: bool) -> None:
        self._amount.setProperty("wrong", "true" if wrong else "false")
        restyle(self._amount)

    def _changed(self) -> None:
        self.mark(not is_readable(self.field, self.value()))
        self.edited.emit()
