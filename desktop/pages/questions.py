"""What other registers ask about the record that is shown, what acts on it ask of others, and what came of each."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.errors import MunimentError
from core.questions import QuestionView
from core.views import ActView
from desktop.desk import Desk
from desktop.widgets.texts import card, label
from desktop.wording import say
from desktop.wording.questions import question_words

SHOWN = 3  # beside the record, which is what one has come for


class QuestionsPanel(QWidget):
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._record = b""
        self._content: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 0)
        self.hide()

    def show_record(self, record: bytes) -> None:
        if record != self._record:  # what was asked about another must not stand beside it meanwhile
            self.hide()
        self._record = record
        if not any(law.asks_others for law in self._desk.laws.values()):
            return
        self._desk.ask(
            self, lambda office: office.questions_about(record), lambda views: self._show(record, views), self._fail
        )

    def _fail(self, error: MunimentError) -> None:
        self.failed.emit(error)

    def _show(self, record: bytes, views: Sequence[QuestionView]) -> None:
        if record != self._record:
            return
        if self._content is not None:
            self._content.deleteLater()
        frame, layout = card(self)
        self._content = frame
        layout.addWidget(label(say("record.questions"), frame, "heading"))
        for view in views[:SHOWN]:
            words = question_words(view, self._desk.offices, self._act_title, self._desk.procedure_title)
            layout.addWidget(label(words, frame, selectable=True))
        if len(views) > SHOWN:
            layout.addWidget(label(say("today.more", count=len(views) - SHOWN), frame, "quiet"))
        self._layout.addWidget(frame)
        self.setVisible(bool(views))

    def _act_title(self, view: ActView) -> str:
        return self._desk.act_title(view.transaction)
