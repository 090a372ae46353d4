"""A file that the act encloses, such as an office's card or rules: brought by the page that drew the act up."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.laws.form import FormField
from core.ledger.encoding import Value
from desktop.widgets.fields.editor import Editor
from desktop.widgets.texts import label
from desktop.wording.values import value_lines


class EnclosedEditor(Editor):
    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._value: Value = None
        self._words = label("", self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self._words)

    def value(self) -> Value:
        return self._value

    def show_value(self, value: Value) -> None:
        self._value = value
        self._words.setText("\n".join(value_lines(value, self.field)))
