"""The demonstration from the window: the public command in a process of its own, its progress, and what it made."""

import json
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from core.errors import MunimentError
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say, sentence

MAX_LINES = 500


class DemonstrationStage(Stage):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(say("demonstration.title"), say("demonstration.about"), parent)
        self.out = QLineEdit(str(Path.home() / "muniment-demonstration"), self.content)
        self.out.setAccessibleName(say("demonstration.out"))
        caption = label(say("demonstration.out"), self.content, wrap=False)
        caption.setBuddy(self.out)
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.out, 1)
        row.addWidget(browse)
        self.body.addLayout(row)
        self._said = QPlainTextEdit(self.content)
        self._said.setReadOnly(True)
        self._said.setMaximumBlockCount(MAX_LINES)
        self._said.setAccessibleName(say("demonstration.progress"))
        self.body.addWidget(self._said, 1)
        self._open = button(say("demonstration.open"), self)
        self._open.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(self.out.text())))
        self._open.hide()
        self.start = button(say("demonstration.start"), self, main=True)
        self.start.clicked.connect(self._start)
        self.foot.addWidget(self._open)
        self.foot.addWidget(self.start)
        self._answer = b""
        self._process = QProcess(self)
        self._process.readyReadStandardError.connect(self._hear)
        self._process.readyReadStandardOutput.connect(self._collect)
        self._process.finished.connect(self._finished)
        self.left.connect(self._stop)
        self.destroyed.connect(self._process.kill)

    def focus_first(self) -> None:
        self.start.setFocus()

    def _choose(self) -> None:
        path = QFileDialog.getExistingDirectory(self, say("demonstration.out"))
        if path:
            self.out.setText(path)

    def _start(self) -> None:
        self.notice.clear()
        self._answer = b""
        self.start.setEnabled(False)
        self.busy.begin(say("demonstration.busy"), self._stop)
        program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop.cli"]
        self._process.start(program[0], [*program[1:], "demo", "--out", self.out.text(), "--json"])

    def _stop(self) -> None:
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.terminate()

    def _hear(self) -> None:
        said = self._process.readAllStandardError().data().decode("utf-8", "replace")
        self._said.appendPlainText(said.rstrip("\n"))

    def _collect(self) -> None:
        self._answer += self._process.readAllStandardOutput().data()

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        self.busy.end()
        self.start.setEnabled(True)
        self._open.setVisible(code == 0)
        if code == 0:
            self.notice.tell(sentence("demonstration-finished", {"path": self.out.text()}), "done")
        else:
            self.tell_trouble(MunimentError("demonstration-failed", step="demo", why=self._message()))

    def _message(self) -> str:
        try:
            return str(json.loads(self._answer)["message"])
        except (ValueError, KeyError, TypeError):
            return ""
