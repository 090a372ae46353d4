"""For an office that joins: the copy of the register for it, and the two numbers that are handed over in person.

The numbers are those of the copy that was written here last; before that, of a copy that would be written now.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.people.actions import Action
from core.snapshot import SnapshotSummary, state_for_joining, write_snapshot
from core.snapshot_file import Given
from core.store.files import write_durably
from desktop.desk import Desk
from desktop.dialogs.entering import grouped_number
from desktop.pages.inviting import InvitingCard
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.tab_order import on_escape
from desktop.widgets.technical import Technical
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from desktop.wording.values import size_text


class NewcomerPanel(QWidget):
    left = Signal()
    written = Signal(object)  # SnapshotSummary
    printed = Signal(str)  # path

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._given: Given | None = None
        self._anchor = 0
        self._of_copy = False
        self.notice, self.busy = Notice(self), Busy(self)
        self.write = button(say("newcomer.write"), self, main=True)
        self.write.clicked.connect(self._choose_copy)
        self.print = button(say("newcomer.print"), self)
        self.print.clicked.connect(self._choose_paper)
        self.copy = button(say("newcomer.copy"), self)
        self.copy.clicked.connect(self._copy)
        back = button(say("fork.back"), self)
        back.clicked.connect(self.left)
        head = QHBoxLayout()
        head.addWidget(label(say("newcomer.title"), self, "heading"), 1)
        head.addWidget(back)
        self._state = label("", self, "strong")
        self._numbers, self._inside = card(self)
        self._inside.addWidget(label(say("newcomer.numbers"), self._numbers, "heading"))
        self._inside.addWidget(label(say("newcomer.numbers.about"), self._numbers))
        self._inside.addWidget(self._state)
        self._inside.addLayout(_row(self.print, self.copy))
        self.technical: Technical | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.notice)
        layout.addWidget(self.busy)
        self.inviting = InvitingCard(desk, self)
        layout.addWidget(self.inviting)
        layout.addWidget(self._part("file", self.write))
        layout.addWidget(self._numbers)
        layout.addStretch(1)
        on_escape(self, self.left.emit)
        self.setFocusProxy(self.write)

    def _part(self, key: str, *buttons: QPushButton) -> QFrame:
        frame, inside = card(self)
        inside.addWidget(label(say(f"newcomer.{key}"), frame, "heading"))
        inside.addWidget(label(say(f"newcomer.{key}.about"), frame))
        if buttons:
            inside.addLayout(_row(*buttons))
        return frame

    def show_state(self) -> None:
        """What a copy written now would be of."""
        self.notice.clear()
        self.inviting.show_awaited()
        self._of_copy = False
        self._take_state(None)
        self._desk.ask(self, state_for_joining, self._take_state, self.notice.tell_trouble)

    def _take_state(self, state: tuple[int, bytes] | None) -> None:
        if self._of_copy:
            return
        given = Given(self._desk.standing.network, state[1]) if state is not None else None
        self._show_numbers(given, state[0] if state is not None else 0)
        if not self._desk.may(Action.SNAPSHOT):
            self.write.setEnabled(False)
            self.notice.tell(say("newcomer.not-you"))

    def _show_numbers(self, given: Given | None, anchor: int) -> None:
        self._given, self._anchor = given, anchor
        for widget in (self.write, self.print, self.copy):
            widget.setEnabled(given is not None)
        if self.technical is not None:
            self.technical.deleteLater()
            self.technical = None
        if given is None:
            self._state.setText(say("newcomer.none"))
            return
        self._state.setText(say("newcomer.state.copy" if self._of_copy else "newcomer.state", number=anchor))
        facts = {
            say("newcomer.network"): grouped_number(given.network),
            say("newcomer.checkpoint", number=anchor): grouped_number(given.checkpoint),
        }
        self.technical = Technical(facts, self._numbers)
        self._inside.addWidget(self.technical)

    # -- the copy -----------------------------------------------------------------------------------------------

    def _choose_copy(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("newcomer.write.title"), say("newcomer.write.name"))
        if path:
            self.write_copy(path)

    def write_copy(self, path: str) -> None:
        """While it is written the office does nothing else, so that it is of one moment; it may be stopped."""
        self.notice.clear()
        watch = self._desk.background.watch(self, lambda far: self.busy.advance(*far))
        self.write.setEnabled(False)
        self.busy.begin(say("newcomer.writing"), watch.stop)
        self._desk.ask(
            self,
            lambda office: write_snapshot(office, Path(path), watch),
            lambda summary: self._copied(summary, path),
            self._not_copied,
        )

    def _copied(self, summary: SnapshotSummary, path: str) -> None:
        self.busy.end()
        self._of_copy = True
        self._show_numbers(Given(summary.network, summary.checkpoint), summary.anchor)
        size = size_text(summary.size_bytes)
        self.notice.tell(say("newcomer.written", path=path, number=summary.anchor, size=size), "done")
        self.print.setFocus()
        self.written.emit(summary)

    def _not_copied(self, error: MunimentError) -> None:
        self.busy.end()
        self.write.setEnabled(True)
        self.notice.tell_trouble(error)

    # -- the numbers --------------------------------------------------------------------------------------------

    def _choose_paper(self) -> None:
        name = say("newcomer.print.name", number=self._anchor)
        path, _ = QFileDialog.getSaveFileName(self, say("newcomer.print.title"), name, "PDF (*.pdf)")
        if path:
            self.print_numbers(path)

    def print_numbers(self, path: str) -> None:
        given, desk, anchor = self._given, self._desk, self._anchor
        if given is None:
            return
        today = datetime.now().astimezone().date()

        def work() -> None:
            from desktop.printing.joining_paper import JoiningPaper, make_joining_paper

            day = (today.year, today.month, today.day)
            paper = JoiningPaper(desk.standing.network_name, desk.office_name, given, anchor, day)
            write_durably(Path(path), make_joining_paper(paper))

        self._desk.background.run(self, work, lambda _none: self._told(path), self.notice.tell_trouble)

    def _told(self, path: str) -> None:
        self.notice.tell(sentence("joining-paper-written", {"path": path, "number": self._anchor}), "done")
        self.printed.emit(path)

    def _copy(self) -> None:
        if self._given is not None:
            numbers: Sequence[bytes] = (self._given.network, self._given.checkpoint)
            QGuiApplication.clipboard().setText("\n".join(grouped_number(one) for one in numbers))
            self.notice.tell(say("newcomer.copied"), "done")


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
