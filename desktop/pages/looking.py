"""Why somebody looks: asked above a record that is not public throughout, and kept before the rest is shown."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.laws.visibility import Withheld
from core.ledger.record import Record
from core.people.actions import Action
from core.people.exporting import export_looks
from core.people.people import PURPOSES
from core.store.looks import MAX_NOTE_CHARS, Look
from core.views import RecordView
from desktop.desk import Desk
from desktop.dialogs.who_looked import WhoLooked
from desktop.widgets.texts import button, label
from desktop.wording import say, sentence


class PurposeBar(QFrame):
    """Asks why: a purpose, who asks, and the button that goes on. `asked`: the purpose and the note."""

    asked = Signal(str, str)

    def __init__(self, about: str, go_on: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice-info")
        self.purpose, self.note = QComboBox(self), QLineEdit(self)
        for purpose in PURPOSES:
            self.purpose.addItem(say(f"purpose.{purpose}"), purpose)
        self.note.setMaxLength(MAX_NOTE_CHARS)
        self.note.setPlaceholderText(say("look.note"))
        self.note.setAccessibleName(say("look.note"))
        self.go_on = button(go_on, self)
        caption = label(say("look.purpose"), self, wrap=False)
        caption.setBuddy(self.purpose)
        self.purpose.setAccessibleName(say("look.purpose").replace("&", ""))
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.purpose)
        row.addWidget(self.note, 1)
        row.addWidget(self.go_on)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 10)
        layout.addWidget(label(about, self))
        layout.addLayout(row)
        self.go_on.clicked.connect(self._ask)
        self.note.returnPressed.connect(self._ask)
        self.hide()

    def _ask(self) -> None:
        self.asked.emit(self.purpose.currentData(), self.note.text().strip())


class LookBar(PurposeBar):
    """Hidden where nothing waits for a purpose, and from whoever may not look at all."""

    stated = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("look.about"), say("look.show"), parent)
        self._desk = desk
        self._record = b""
        self.show_all = self.go_on
        self.asked.connect(self._state)

    def ask_for(self, record: Record) -> None:
        """`record`: as it was shown."""
        if record.id != self._record:
            self._record = record.id
            self.note.clear()
        waits = any(value is Withheld.PURPOSE for value in record.fields.values())
        self.setVisible(waits and self._desk.may(Action.LOOK))

    def _state(self, purpose: str, note: str) -> None:
        record = self._record
        self._desk.ask(
            self,
            lambda office: office.people.look(record, purpose, note),
            lambda _none: self.stated.emit(),
            self.failed.emit,
        )


class WhoLookedButton(QPushButton):
    """For an auditor: who looked at the record shown, and all looks into a file."""

    told = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("look.who"), parent)
        self._desk = desk
        self._record, self._label = b"", ""
        self.setAutoDefault(True)
        self.clicked.connect(self._ask)
        self.hide()

    def ask_of(self, view: RecordView) -> None:
        self._record, self._label = view.record.id, view.label
        self.setVisible(self._desk.may(Action.READ_LOOKS))

    def _ask(self) -> None:
        record = self._record
        self._desk.ask(self, lambda office: office.people.looks_at(record), self._show, self.failed.emit)

    def _show(self, looks: Sequence[Look]) -> None:
        dialog = WhoLooked(self._label, looks, self)
        dialog.export_wanted.connect(self._choose_file)
        dialog.open()

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("looks.export.title"), "looks.jsonl", "JSON (*.jsonl)")
        if path:
            self.export(Path(path))

    def export(self, target: Path) -> None:
        def tell(count: int) -> None:
            self.told.emit(sentence("looks-exported", {"count": count, "path": str(target)}))

        self._desk.ask(self, lambda office: export_looks(office, target), tell, self.failed.emit)
