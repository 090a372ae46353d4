"""The head of *Today*: whether anything waits, who was not heard, who has written twice, and the last backup."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.backup import LastBackup
from core.clock import SystemClock
from core.people.actions import Action
from core.views import Today
from desktop.desk import Desk
from desktop.pages.backups import backup_words
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.values import claimed_text


class TodayHead(QWidget):
    new_act_wanted = Signal()
    offices_wanted = Signal()
    backup_wanted = Signal()
    fork_wanted = Signal(int)  # number of an office

    def __init__(
        self, desk: Desk, today: Today, count: int, to_decide: int, backup: LastBackup | None, parent: QWidget
    ) -> None:
        """`count`: of this office's own acts that are on their way; `to_decide`: what others ask of it."""
        super().__init__(parent)
        self._desk = desk
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        around.addWidget(frame)
        waiting = count > 0 or bool(today.forkers) or to_decide > 0
        now = claimed_text(SystemClock().now_ms())
        unheard = ", ".join(self._desk.offices[number] for number in today.not_heard if number != self._desk.number)
        line = StatusLine(frame, "large")
        if waiting:
            words = say("today.waits", count=count) if count else say("today.look")
            line.show_words(Shape.INFO if count else Shape.HELD, words)
        else:
            line.show_words(Shape.INFO, say("today.nothing", now=now))
        layout.addWidget(line)
        layout.addWidget(
            label(say("today.unheard", offices=unheard) if unheard else say("today.all-heard"), frame, "quiet")
        )
        for number in today.forkers:
            layout.addWidget(self._fork_line(frame, number))
        self._add_reminder(frame, layout, backup)
        row = QHBoxLayout()
        new_act = button(say("today.new-act"), frame, main=True)
        new_act.clicked.connect(self.new_act_wanted)
        meet = button(say("today.meet"), frame)
        meet.clicked.connect(self.offices_wanted)
        self.setFocusProxy(new_act)
        row.addWidget(new_act)
        row.addWidget(meet)
        row.addStretch(1)
        layout.addLayout(row)

    def _add_reminder(self, frame: QWidget, layout: QVBoxLayout, last: LastBackup | None) -> None:
        """When the last backup was written and where; who may write one is led there."""
        shape, words = backup_words(last, SystemClock().now_ms())
        if not self._desk.may(Action.BACKUP):
            layout.addWidget(label(words, frame, "quiet"))
            return
        line = QHBoxLayout()
        status = StatusLine(frame)
        status.show_words(shape, words)
        back_up = button(say("today.back-up"), frame)
        back_up.clicked.connect(self.backup_wanted)
        line.addWidget(status, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(back_up)
        layout.addLayout(line)

    def _fork_line(self, parent: QWidget, number: int) -> QWidget:
        line = QWidget(parent)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        status = StatusLine(line, "strong")
        status.show_words(Shape.REJECTED, say("today.forker", office=self._desk.offices[number]))
        told = button(say("fork.what-happened"), line)
        told.setAccessibleName(say("fork.what-happened.which", office=self._desk.offices[number]))
        told.clicked.connect(partial(self.fork_wanted.emit, number))
        layout.addWidget(status, 1)
        layout.addWidget(told, 0, Qt.AlignmentFlag.AlignTop)
        return line
