"""What opens a sealed field: the office brings it when the act is drawn up, so there is nothing to enter."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.laws.form import FormField
from core.ledger.encoding import Value
from desktop.widgets.fields.editor import Editor
from desktop.widgets.texts import label
from desktop.wording import say


class OpeningEditor(Editor):
    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(label(say("form.opening"), self))

    def value(self) -> Value:
        return None

    def show_value(self, value: Value) -> None:
        """Nothing: a draft never holds it."""
