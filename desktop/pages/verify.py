"""Verify: drop a paper, a picture of one or a proof file here, and read what it proves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.errors import MunimentError
from desktop.checking_paper import PaperCheck, check_paper
from desktop.desk import Desk
from desktop.pages.page import Page
from desktop.widgets.notice import Busy
from desktop.widgets.status import StatusLine
from desktop.widgets.texts import button, card, label, restyle
from desktop.wording import say


class DropPlace(QFrame):
    """Where a file can be dropped; with the keyboard the path is typed or chosen."""

    dropped = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setProperty("role", "card")
        self.setMinimumHeight(96)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._light("notice-info")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light("card")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light("card")
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.dropped.emit(url.toLocalFile())
                return

    def _light(self, role: str) -> None:
        self.setProperty("role", role)
        restyle(self)


class VerifyPage(Page):
    checked = Signal(bool)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("verify.title"), desk, parent)
        self.body.addWidget(label(say("verify.what"), self))
        place = DropPlace(self)
        place.dropped.connect(self.check)
        self.path = QLineEdit(place)
        self.path.setPlaceholderText(say("verify.path"))
        self.path.setAccessibleName(say("verify.path"))
        self.path.returnPressed.connect(lambda: self.check(self.path.text().strip()))
        choose = button(say("verify.choose"), place, main=True)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(choose)
        inside = QVBoxLayout(place)
        inside.setContentsMargins(18, 14, 18, 14)
        inside.addWidget(label(say("verify.drop"), place, "quiet"))
        inside.addLayout(row)
        self.busy = Busy(self)
        self._result = QScrollArea(self)
        self._result.setWidgetResizable(True)
        self._result.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(place)
        self.body.addWidget(self.busy)
        self.body.addWidget(self._result, 1)

    def enter(self) -> None:
        self.path.setFocus()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("verify.choose.title"))
        if path:
            self.check(path)

    def check(self, path: str) -> None:
        if not path:
            return
        self.path.setText(path)
        self.notice.clear()
        self._clear()
        task = self.desk.background.run(
            self, lambda: check_paper(Path(path), self.desk.service), self._show, self._failed
        )
        self.busy.begin(say("verify.busy"), task.cancel)

    def _failed(self, error: MunimentError) -> None:
        self.busy.end()
        self.tell_trouble(error)
        self.checked.emit(False)

    def _show(self, check: PaperCheck) -> None:
        self.busy.end()
        doubted = any(differs for _, differs in check.as_printed)
        self.notice.tell(check.message, "trouble" if not check.valid else "care" if doubted else "done")
        content = QWidget(self._result)
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(content)
        if check.step:
            status = StatusLine(frame, "large")
            status.show_words(check.shape, check.step)
            layout.addWidget(status)
        if check.seen_by:
            layout.addWidget(label(f"{say('verify.seen-by')}: {check.seen_by}", frame))
        layout.addWidget(label(say("verify.facts"), frame, "heading"))
        layout.addLayout(_facts_grid(frame, check.facts))
        if check.as_printed:
            layout.addWidget(label(say("verify.box"), frame, "heading"))
        for words, differs in check.as_printed:
            layout.addWidget(label(words, frame, "trouble" if differs else ""))
        if check.technical:
            layout.addWidget(label(say("verify.technical"), frame, "heading"))
            layout.addLayout(_facts_grid(frame, check.technical))
        outer.addWidget(frame)
        outer.addStretch(1)
        self._result.setWidget(content)
        self.checked.emit(check.valid)

    def _clear(self) -> None:
        self._result.setWidget(QWidget(self._result))


def _facts_grid(parent: QWidget, facts: Mapping[str, Any]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    for row, (name, value) in enumerate(facts.items()):
        grid.addWidget(label(name, parent, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(str(value), parent, selectable=True), row, 1)
    grid.setColumnMinimumWidth(0, 200)
    grid.setColumnStretch(1, 1)
    return grid
