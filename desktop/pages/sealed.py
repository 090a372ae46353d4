"""The sealed fields of the record that is shown: their text for whom may read it, else what has become of them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.office import Office
from core.views import SealedView
from desktop.desk import Desk
from desktop.widgets.texts import card, label
from desktop.wording import say
from desktop.wording.sealing import state_words
from desktop.wording.values import value_lines

Read = tuple[Sequence[SealedView], Mapping[str, Value]]


def _read(office: Office, record: bytes) -> Read:
    """On the office's thread: what is told of each field, and the text of those that are open to who is signed in."""
    views = office.sealed.of_record(record)
    try:
        texts = office.sealed.open_record(record) if views else {}
    except MunimentError as error:
        if error.code not in ("nobody-signed-in", "purpose-missing"):
            raise
        texts = {}
    return views, texts


class SealedPanel(QWidget):
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._record: Record | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 0)
        self._content: QWidget | None = None
        self.hide()

    def show_record(self, record: Record) -> None:
        self._record = record
        law = self._desk.laws.get(record.register.partition(".")[0])
        if law is None or not law.seals:
            self.hide()
            return
        self._desk.ask(self, lambda office: _read(office, record.id), lambda read: self._show(record, read), self._fail)

    def _fail(self, error: MunimentError) -> None:
        self.failed.emit(error)

    def _show(self, record: Record, read: Read) -> None:
        if self._record is None or self._record.id != record.id:
            return
        views, texts = read
        if self._content is not None:
            self._content.deleteLater()
        frame, layout = card(self)
        self._content = frame
        layout.addWidget(label(say("sealed.title"), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setColumnMinimumWidth(0, 110)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        for row, view in enumerate(views):
            name, lines = self._lines(record, view, texts)
            grid.addWidget(label(name, frame, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label("\n".join(lines), frame, selectable=True), row, 1)
        self._layout.addWidget(frame)
        self.setVisible(bool(views))

    def _lines(self, record: Record, view: SealedView, texts: Mapping[str, Value]) -> tuple[str, Sequence[str]]:
        field = next((one for one in self._desk.record_form(record.register) if one.name == view.field), None)
        name = field.label if field else view.field
        if field is not None and view.field in texts:
            return name, value_lines(texts[view.field], field, self._desk.offices)
        return name, state_words(view, self._desk.offices, self._desk.procedure_title(view.until or ""))
