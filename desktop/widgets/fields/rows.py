"""The editor of a list: one line of editors a row, each row with its own key, so that two people can edit apart."""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.casefile.view import FieldPath
from core.laws.form import FormField
from core.ledger.encoding import Value
from desktop.widgets.fields.editor import Editor
from desktop.widgets.texts import button, label
from desktop.wording import say

MakeEditor = Callable[[FormField, QWidget], Editor]


class RowsEditor(QWidget):
    """Shows the rows it is given; changes are told, and shown once the draft says so."""

    row_edited = Signal(str, str)  # row key, column
    row_wanted = Signal()
    row_unwanted = Signal(str)

    def __init__(self, field: FormField, parent: QWidget, make_editor: MakeEditor) -> None:
        super().__init__(parent)
        self.field = field
        self._make_editor = make_editor
        self._editors: dict[tuple[str, str], Editor] = {}
        self._frames: dict[str, QFrame] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._add: QPushButton = button(say("rows.add", what=field.label), self)
        self._add.clicked.connect(self.row_wanted)
        self._layout.addWidget(self._add)
        self._focus_new = False

    @property
    def keys(self) -> Sequence[str]:
        return list(self._frames)

    def editors(self) -> Mapping[tuple[str, str], Editor]:
        """By row key and column."""
        return self._editors

    def show_rows(
        self, keys: Sequence[str], rows: Sequence[Mapping[str, Value]], untold: Collection[FieldPath] = ()
    ) -> None:
        """`untold`: paths of what was typed here and the draft has not been told yet."""
        for gone in [key for key in self._frames if key not in keys]:
            self._take_out(gone)
        for key, row in zip(keys, rows, strict=False):
            fresh = key not in self._frames
            if fresh:
                self._put_in(key)
            for column in self.field.of:
                editor = self._editors[key, column.name]
                path = (self.field.name, key, column.name)
                if fresh or not (path in untold or editor.is_being_edited()):
                    editor.show_value(row.get(column.name))
            if fresh and self._focus_new:
                self._editors[key, self.field.of[0].name].setFocus()
                self._focus_new = False
        self._add.setEnabled(self.field.high is None or len(keys) < self.field.high)

    def expect_new_row(self) -> None:
        """The row that comes next was asked for here: the cursor goes into it."""
        self._focus_new = True

    def _put_in(self, key: str) -> None:
        frame = QFrame(self)
        frame.setProperty("role", "card")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        for place, column in enumerate(self.field.of):
            words = column.label if column.required else say("form.optional", label=column.label)
            caption = label(words, frame, "quiet", wrap=False)
            caption.setContentsMargins(0, 6, 0, 0)
            editor = self._make_editor(column, frame)
            caption.setBuddy(editor)
            editor.edited.connect(lambda key=key, name=column.name: self.row_edited.emit(key, name))
            grid.addWidget(caption, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, place, 1)
            self._editors[key, column.name] = editor
        grid.setColumnStretch(1, 1)
        remove = button(say("rows.remove"), frame)
        remove.setAccessibleName(say("rows.remove.which", what=self.field.label))
        remove.clicked.connect(lambda: self.row_unwanted.emit(key))
        line = QHBoxLayout(frame)
        line.setContentsMargins(12, 8, 12, 8)
        line.addLayout(grid, 1)
        line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        self._frames[key] = frame
        self._layout.insertWidget(self._layout.count() - 1, frame)
        frame.show()  # a layout shows it one turn later: a Tab typed before that would not find the row it stands in

    def _take_out(self, key: str) -> None:
        frame = self._frames.pop(key)
        for cell in [cell for cell in self._editors if cell[0] == key]:
            del self._editors[cell]
        frame.hide()
        frame.deleteLater()
