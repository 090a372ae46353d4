"""Whether two records mean one person or thing: signing an act that says so, and what was decided about a record."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.duplicates.deciding import Decided, decisions_about
from core.laws.alike import decided_by
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.people.actions import Action
from core.views import ActView
from desktop.desk import Desk
from desktop.pages.about_record import AboutRecord
from desktop.pages.ending import Ending
from desktop.widgets.status import Shape
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.duplicates import decided_words


class Question(NamedTuple):
    """What is to be decided about two records."""

    sides: tuple[bytes, bytes]
    labels: tuple[str, str]
    register: str  # "<law>.<register>"
    same: bool  # what the act will say
    instead_of: bytes | None = None  # the act that is taken back

    @classmethod
    def back(cls, decided: Decided) -> "Question":
        """The other answer."""
        return cls(decided.sides, decided.labels, decided.register, not decided.same, decided.act)


class DecidingAlike(Ending):
    def __init__(self, desk: Desk, question: Question, parent: QWidget) -> None:
        self._question = question
        law, answer = desk.laws[question.register.partition(".")[0]], "same" if question.same else "different"
        super().__init__(desk, law, say("alike.sign"), say("alike.reason"), parent)
        title = dict(desk.registers())[question.register]
        one, other = question.labels
        self.standing.show_words(Shape.WAITING, say(f"alike.{answer}", register=title, one=one, other=other))
        self.standing_card.addWidget(label(say(f"alike.means.{answer}"), self, "quiet"))
        if question.instead_of is not None:
            self.standing_card.addWidget(label(say("alike.back.means"), self, "quiet"))
        caption = label(say("alike.reason"), self, "strong")
        caption.setBuddy(self.reason)
        self.reason.setFixedHeight(96)
        for widget in (caption, self.reason):
            self.choices.addWidget(widget)
        self.offer(decided_by(law, law.by_full_name[question.register]))
        self.lay_out()

    def focus_first(self) -> None:
        self.reason.setFocus()

    def proposing(self, signer: Signer, reason: str) -> Callable[[Office], Proposal]:
        (one, other), same, instead_of = self._question.sides, self._question.same, self._question.instead_of
        return lambda office: office.propose_alike(one, other, same, reason, [signer], instead_of)

    def words_of(self, view: ActView) -> str:
        return say("alike.done", seq=view.seq)


class AlikePanel(AboutRecord[Decided]):
    """What was decided about the record that is shown; each can be taken back."""

    back_wanted = Signal(object)  # Question

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, say("alike.heading"), parent)

    def show_record(self, record: bytes) -> None:
        self.ask(record, lambda office: decisions_about(office, record))

    def line(self, thing: Decided, parent: QWidget) -> QWidget:
        line = QWidget(parent)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        other = thing.labels[thing.sides[0] == self.record]
        row.addWidget(label(decided_words(thing, other, self._desk.offices), line, selectable=True), 1)
        back = button(say("alike.back"), line)
        back.setAccessibleName(say("alike.back.which", label=other))
        back.clicked.connect(partial(self.back_wanted.emit, Question.back(thing)))
        back.setVisible(thing.register in dict(self._desk.registers()) and self._desk.may(Action.DRAW_UP))
        row.addWidget(back, 0, Qt.AlignmentFlag.AlignTop)
        return line
