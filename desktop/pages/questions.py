"""What other registers ask about the record that is shown, what acts on it ask of others, and what came of each."""

from PySide6.QtWidgets import QWidget

from core.questions import QuestionView
from core.views import ActView
from desktop.desk import Desk
from desktop.pages.about_record import AboutRecord
from desktop.widgets.texts import label
from desktop.wording import say
from desktop.wording.questions import question_words


class QuestionsPanel(AboutRecord[QuestionView]):
    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, say("record.questions"), parent)

    def show_record(self, record: bytes) -> None:
        if any(law.asks_others for law in self._desk.laws.values()):
            self.ask(record, lambda office: office.questions.about(record))
        else:
            self.hide()

    def line(self, thing: QuestionView, parent: QWidget) -> QWidget:
        words = question_words(thing, self._desk.offices, self._act_title, self._desk.procedure_title)
        return label(words, parent, selectable=True)

    def _act_title(self, view: ActView) -> str:
        return self._desk.act_title(view.transaction)
