"""Joining an existing network: the copy of its register, and the two numbers that were received in person."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.errors import MunimentError
from core.folder import Folder
from core.joining_folder import Joined, given_in_person, join_network
from core.snapshot_file import Given
from desktop.background import Background
from desktop.dialogs.entering import grouped_number
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.values import size_text


class JoiningStage(Stage):
    joined = Signal(str)  # the passphrase, with which the office is opened at once

    def __init__(self, folder: Folder, background: Background, parent: QWidget) -> None:
        super().__init__(say("joining.title"), say("joining.about"), parent)
        self._folder, self._background = folder, background
        self.path = QLineEdit(self.content)
        self.path.setAccessibleName(say("joining.path"))
        self.path.setPlaceholderText(say("joining.path"))
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        self.body.addLayout(row)
        self.network = self._entry("joining.network")
        self.checkpoint = self._entry("joining.checkpoint")
        paper = button(say("joining.paper"), self.content)
        paper.clicked.connect(self._choose_paper)
        self.body.addWidget(paper)
        self.passphrase = self._entry("unlock.passphrase")
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.returnPressed.connect(self._join)
        self.body.addWidget(label(say("joining.card", path=str(folder.card)), self.content, "quiet"))
        self.body.addStretch(1)
        self.join = button(say("joining.join"), self, main=True)
        self.join.clicked.connect(self._join)
        self.foot.addWidget(self.join)

    def focus_first(self) -> None:
        empty = (one for one in (self.path, self.network, self.checkpoint, self.passphrase) if not one.text().strip())
        next(empty, self.path).setFocus()

    def _entry(self, key: str) -> QLineEdit:
        entry = QLineEdit(self.content)
        entry.setAccessibleName(say(key))
        caption = label(say(key), self.content, wrap=False)
        caption.setBuddy(entry)
        self.body.addWidget(caption)
        self.body.addWidget(entry)
        return entry

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("joining.path"))
        if path:
            self.path.setText(path)

    def _choose_paper(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("joining.paper.title"))
        if path:
            self.read_paper(path)

    def read_paper(self, path: str) -> None:
        """Both numbers from the code on the paper, or a picture of it."""

        def work() -> Given:
            from desktop.printing.joining_paper import read_joining_paper

            return read_joining_paper(Path(path))

        self.notice.clear()
        self._background.run(self, work, self._take_numbers, self.notice.tell_trouble)

    def _take_numbers(self, given: Given) -> None:
        self.network.setText(grouped_number(given.network))
        self.checkpoint.setText(grouped_number(given.checkpoint))
        self.focus_first()

    def _join(self) -> None:
        path, secret, folder = self.path.text().strip(), self.passphrase.text(), self._folder
        network, checkpoint = self.network.text(), self.checkpoint.text()
        if not (path and secret and network.strip() and checkpoint.strip()):
            self.focus_first()
            return

        watch = self._background.watch(self, self._show_far)

        def work() -> Joined:
            copy = Path(path)
            whole = copy.stat().st_size if copy.is_file() else 0
            given = given_in_person(network, checkpoint)
            return join_network(folder, copy, given, secret, lambda taken: watch(taken, whole))

        self.content.setEnabled(False)
        self.join.setEnabled(False)
        self.notice.clear()
        self.busy.begin(say("joining.busy"), watch.stop)
        self._background.run(self, work, lambda _joined: self.joined.emit(secret), self.tell_trouble)

    def _show_far(self, far: tuple[int, int]) -> None:
        done, whole = far
        self.busy.advance(done, whole, say("joining.progress", done=size_text(done), whole=size_text(whole)))

    def tell_trouble(self, error: MunimentError) -> None:
        self.content.setEnabled(True)
        self.join.setEnabled(True)
        super().tell_trouble(error)
