"""Files on a stick, on one screen: for whom one is written, what a file that was read brought, and the answer to it.

And what a slow or paid connection is spared: how fast this office sends, and whether scans travel.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.store.encounters import Line
from desktop.background import Task
from desktop.desk import Desk
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.tab_order import on_escape
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from desktop.wording.meetings import brought_words, carried_words
from desktop.wording.values import size_text
from sync.events import CourierProgress, Event

LINES = (Line(0, True), Line(32_000, True), Line(8_000, False))  # bytes per second, whether scans travel
COLUMNS = 3
NAMES_WIDTH = 1050  # of the page on the narrowest screen: longer names take fewer columns


class SticksPanel(QWidget):
    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._task: Task | None = None
        self.notice, self.busy = Notice(self), Busy(self)
        back = button(say("fork.back"), self)
        back.clicked.connect(self.left)
        head = QHBoxLayout()
        head.addWidget(label(say("sticks.title"), self, "heading"), 1)
        head.addWidget(back)
        self.recipients: dict[int, QCheckBox] = {}
        self.whole = QCheckBox(say("sticks.whole"), self)
        self.write = button(say("sticks.write"), self, main=True)
        self.write.clicked.connect(self._choose_written)
        self.read = button(say("sticks.read"), self)
        self.read.clicked.connect(self._choose_read)
        self._sender = desk.number  # of the file that was read last
        self.answer = button("", self)
        self.answer.clicked.connect(self._choose_answer)
        self.answer.hide()
        self.line = ChoiceBox(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(head)
        for widget in (self.notice, self.busy, self._writing(), self._reading(), self._connection()):
            layout.addWidget(widget)
        layout.addStretch(1)
        on_escape(self, self.left.emit)
        self.setFocusProxy(self.write)

    def _writing(self) -> QWidget:
        frame, inside = card(self)
        inside.addWidget(label(say("sticks.writing"), frame, "heading"))
        inside.addWidget(label(say("sticks.writing.about"), frame))
        grid = QGridLayout()
        others = [number for number in range(len(self._desk.offices)) if number != self._desk.number]
        longest = max((frame.fontMetrics().horizontalAdvance(self._desk.offices[one]) for one in others), default=0)
        columns = max(1, min(COLUMNS, NAMES_WIDTH // (longest + 40)))
        for place, number in enumerate(others):
            box = QCheckBox(self._desk.offices[number].replace("&", "&&"), frame)
            box.setChecked(True)
            box.toggled.connect(self._enable)
            grid.addWidget(box, place // columns, place % columns)
            self.recipients[number] = box
        inside.addLayout(grid)
        row = QHBoxLayout()
        row.addWidget(self.write)
        row.addWidget(self.whole, 1)
        inside.addLayout(row)
        return frame

    def _reading(self) -> QWidget:
        frame, inside = card(self)
        inside.addWidget(label(say("sticks.reading"), frame, "heading"))
        inside.addWidget(label(say("sticks.reading.about"), frame))
        row = QHBoxLayout()
        row.addWidget(self.read)
        row.addWidget(self.answer)
        row.addStretch(1)
        inside.addLayout(row)
        return frame

    def _connection(self) -> QWidget:
        frame, inside = card(self)
        inside.addWidget(label(say("line.title"), frame, "heading"))
        for place in range(len(LINES)):
            self.line.addItem(say(f"line.{place}"), place)
        caption = label(say("line.caption"), frame, wrap=False)
        caption.setBuddy(self.line)
        self.line.setAccessibleName(caption.text())
        self.line.activated.connect(self._limit)
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.line)
        row.addStretch(1)
        inside.addLayout(row)
        return frame

    def show_line(self) -> None:
        """Which connection this office was told that it has."""

        def show(line: Line) -> None:
            self.line.setCurrentIndex(LINES.index(line) if line in LINES else 0)

        self._desk.ask(self, lambda office: office.encounters.line, show, self.notice.tell_trouble)

    def _limit(self, place: int) -> None:
        line = LINES[place]
        self._desk.background.follow(
            self,
            self._desk.service.limit(line),
            lambda _none: self.notice.tell(sentence("line-kept", {}), "done"),
            self.notice.tell_trouble,
        )

    # -- writing --------------------------------------------------------------------------------------------------

    def chosen(self) -> list[int]:
        """Numbers of the offices that the next file is for."""
        return [number for number, box in self.recipients.items() if box.isChecked()]

    def _enable(self) -> None:
        self.write.setEnabled(bool(self.chosen()))

    def _choose_written(self) -> None:
        self._choose_for(self.chosen(), self.whole.isChecked())

    def _choose_answer(self) -> None:
        self._choose_for([self._sender], False)

    def _choose_for(self, recipients: Sequence[int], whole: bool) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("offices.write.title"), "muniment.courier")
        if path:
            self.write_courier(path, recipients, whole)

    def write_courier(self, path: str, recipients: Sequence[int], whole: bool = False) -> None:
        """One file for these offices; whoever carries it need be none of them, and cannot read it."""
        self._begin(say("offices.writing"))
        self._follow(self._desk.service.write_courier(Path(path), recipients, whole), self._written)

    def _written(self, report: Any) -> None:
        names = ", ".join(self._desk.offices[number] for number in report["recipients"])
        facts = {"path": report["file"], "offices": names, "size": size_text(report["bytes"])}
        self.notice.tell(sentence("courier-written-for", facts), "done")

    # -- reading --------------------------------------------------------------------------------------------------

    def _choose_read(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("offices.read.title"))
        if path:
            self.read_courier(path)

    def read_courier(self, path: str) -> None:
        self._begin(say("offices.reading"))
        self._follow(self._desk.service.read_courier(Path(path)), self._was_read)

    def _was_read(self, report: Any) -> None:
        sender = report["sender"]
        facts = {"blocks": report["blocks_new"], "office": self._desk.offices[sender]}
        told = [sentence("courier-read-from", facts), *brought_words(report)]
        self.notice.tell(" ".join(told), "done")
        self.answer.setText(say("sticks.answer", office=self._desk.offices[sender]))
        self._sender = sender
        self.answer.show()
        self._desk.tell_changed()

    # -- under way ------------------------------------------------------------------------------------------------

    def take_event(self, event: Event) -> None:
        if isinstance(event, CourierProgress) and self._task is not None:
            self.busy.advance(event.done, event.whole, carried_words(event) if event.acts else "")

    def _begin(self, what: str) -> None:
        self.notice.clear()
        self.busy.begin(what, self._cancel)

    def _follow(self, future: Any, then: Any) -> None:
        def done(report: Any) -> None:
            self._task = None
            self.busy.end()
            then(report)

        self._task = self._desk.background.follow(self, future, done, self._failed)

    def _failed(self, error: MunimentError) -> None:
        self._task = None
        self.busy.end()
        self.notice.tell_trouble(error)

    def _cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            self.notice.tell(say("offices.cancelled"))
