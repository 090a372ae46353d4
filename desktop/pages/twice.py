"""What may be entered twice, after imports and meetings: each pair side by side, until an act says what it is."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.duplicates.finding import Duplicates
from core.laws.form import FormField
from core.ledger.record import Record
from core.office import Office
from core.views import RecordView
from desktop.desk import Desk, nothing
from desktop.pages.alike import DecidingAlike, Question
from desktop.pages.page import Page
from desktop.pages.perhaps_entered import why
from desktop.widgets.texts import button, card, label, literal
from desktop.wording import say
from desktop.wording.values import value_lines

SHOWN = 20


class Sides(NamedTuple):
    """Of one pair, as the person signed in may see them."""

    one: RecordView
    other: RecordView
    reasons: Sequence[str]


class TwicePage(Page):
    record_wanted = Signal(bytes)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("duplicates.title"), desk, parent)
        self._stack = QStackedWidget(self)
        self._scroll = QScrollArea(self._stack)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack.addWidget(self._scroll)
        self.body.addWidget(self._stack, 1)
        self.deciding: DecidingAlike | None = None
        self.pairs: Sequence[Sides] = ()

    def enter(self) -> None:
        self.notice.clear()
        self.refresh()

    def refresh(self) -> None:
        self.desk.ask_in_steps(self, _look, nothing, self.show_pairs, self.tell_trouble)

    def show_pairs(self, pairs: Sequence[Sides]) -> None:
        self.pairs = pairs
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label(say("duplicates.same" if pairs else "duplicates.none"), content, "quiet"))
        for pair in pairs:
            layout.addWidget(self._pair(content, pair))
        if len(pairs) == SHOWN:
            layout.addWidget(label(say("duplicates.more"), content, "quiet"))
        layout.addStretch(1)
        self._scroll.setWidget(content)

    def _pair(self, parent: QWidget, pair: Sides) -> QFrame:
        frame, layout = card(parent)
        register = pair.one.record.register
        title = dict(self.desk.registers()).get(register, register)
        layout.addWidget(label(say("duplicates.heading", register=title, why=why(pair.reasons)), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 150)
        for column, side in enumerate((pair.one, pair.other), start=1):
            grid.setColumnStretch(column, 1)
            show = button(say("duplicates.open", label=literal(side.label)), frame)
            show.clicked.connect(partial(self.record_wanted.emit, side.record.id))
            grid.addWidget(show, 0, column, Qt.AlignmentFlag.AlignLeft)
        for row, field in enumerate(self.desk.record_form(register), start=1):
            self._compare(frame, grid, row, field.label, [self._told(side.record, field) for side in pair[:2]])
        states = [self.desk.state_label(register, side.record.state) for side in pair[:2]]
        self._compare(frame, grid, grid.rowCount(), say("duplicates.state"), states)
        layout.addLayout(grid)
        row_of_answers = QHBoxLayout()
        row_of_answers.addStretch(1)
        sides, labels = (pair.one.record.id, pair.other.record.id), (pair.one.label, pair.other.label)
        for answer in ("same", "different"):
            made = button(say(f"duplicates.answer.{answer}"), frame)
            made.setAccessibleName(say(f"duplicates.answer.{answer}.which", one=labels[0], other=labels[1]))
            made.clicked.connect(partial(self.decide, Question(sides, labels, register, answer == "same")))
            row_of_answers.addWidget(made)
        layout.addLayout(row_of_answers)
        return frame

    def _compare(self, frame: QFrame, grid: QGridLayout, row: int, caption: str, told: Sequence[str]) -> None:
        """What differs stands out, by weight and not by colour alone."""
        grid.addWidget(label(caption, frame, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
        role = "strong" if told[0] != told[1] else ""
        for column, text in enumerate(told, start=1):
            grid.addWidget(label(text, frame, role, selectable=True), row, column, Qt.AlignmentFlag.AlignTop)

    def _told(self, record: Record, field: FormField) -> str:
        value = record.key.get(field.name, record.fields.get(field.name))
        return "\n".join(value_lines(value, field, self.desk.offices))

    # -- deciding -----------------------------------------------------------------------------------------------

    def decide(self, question: Question) -> None:
        """Show what is to be said about two records, to be signed."""
        self.leave_question()
        deciding = self.deciding = DecidingAlike(self.desk, question, self._stack)
        deciding.left.connect(self.leave_question)
        self._stack.addWidget(deciding)
        self._stack.setCurrentWidget(deciding)
        deciding.focus_first()

    def leave_question(self) -> None:
        deciding, self.deciding = self.deciding, None
        if deciding is not None:
            self._stack.removeWidget(deciding)
            deciding.deleteLater()
            self.refresh()


def _look(office: Office) -> Iterator[Sequence[Sides]]:
    """On the office's thread; the last step is the answer."""
    duplicates = Duplicates(office)
    for _ in duplicates.catch_up_in_steps():
        yield ()
    yield [
        Sides(office.records.view(pair.one.id), office.records.view(pair.other.id), pair.reasons)
        for pair in duplicates.pairs(SHOWN)
    ]
