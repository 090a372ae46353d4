"""Joining an existing network: the copy of its register, and the two numbers that were received in person."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.errors import MunimentError
from core.folder import Folder
from core.joining_folder import Joined, given_in_person, join_network
from desktop.background import Background
from desktop.dialogs.copy_numbers import CopyNumbers
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
        self.numbers = CopyNumbers(background, self.content)
        self.numbers.taken.connect(self._numbers_taken)
        self.numbers.failed.connect(self.notice.tell_trouble)
        self.network, self.checkpoint = self.numbers.network, self.numbers.checkpoint
        self.body.addWidget(self.numbers)
        self.passphrase = QLineEdit(self.content)
        self.passphrase.setAccessibleName(say("unlock.passphrase"))
        caption = label(say("unlock.passphrase"), self.content, wrap=False)
        caption.setBuddy(self.passphrase)
        self.body.addWidget(caption)
        self.body.addWidget(self.passphrase)
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

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("joining.path"))
        if path:
            self.path.setText(path)

    def _numbers_taken(self) -> None:
        self.notice.clear()
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
