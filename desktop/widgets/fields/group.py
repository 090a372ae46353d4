"""The editor of a group: its fields below each other, its value all of them together."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from core.laws.form import FormField
from core.ledger.encoding import Value
from desktop.widgets.fields.editor import Editor
from desktop.widgets.texts import label
from desktop.wording import say


class GroupEditor(Editor):
    def __init__(self, field: FormField, parent: QWidget, make_editor: Callable[[FormField, QWidget], Editor]) -> None:
        super().__init__(field, parent)
        self._editors: dict[str, Editor] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, part in enumerate(field.of):
            editor = make_editor(part, self)
            words = part.label if part.required else say("form.optional", label=part.label)
            caption = label(words, self, "quiet", wrap=False)
            caption.setContentsMargins(0, 6, 0, 0)
            caption.setBuddy(editor)
            editor.edited.connect(self.edited)
            grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, row, 1)
            self._editors[part.name] = editor
        grid.setColumnStretch(1, 1)
        if field.of:
            self.setFocusProxy(self._editors[field.of[0].name])

    def value(self) -> Value:
        values = {name: editor.value() for name, editor in self._editors.items()}
        filled = {name: value for name, value in values.items() if value is not None}
        return filled or None

    def is_reading(self) -> bool:
        return any(editor.is_reading() for editor in self._editors.values())

    def show_value(self, value: Value) -> None:
        for name, editor in self._editors.items():
            editor.show_value((value or {}).get(name))
