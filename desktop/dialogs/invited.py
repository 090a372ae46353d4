"""Joining with an invitation: call, show six digits, and after the vote fetch the register from the same hands.

Which of the two comes next follows from the folder, so that days may lie between them.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.errors import MunimentError
from core.folder import Folder
from core.joining_folder import Joined
from core.newcomers import paired_file
from desktop.background import Background
from desktop.commands.pairing import fetch_register, pair_with, read_invitation
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.values import size_text

_DIGIT_STYLE = "font-size: 40pt; font-weight: bold; letter-spacing: 6px;"


class InvitedStage(Stage):
    joined = Signal(str)  # the passphrase, with which the office is opened at once
    shown = Signal(str)  # the code
    paired = Signal()

    def __init__(self, folder: Folder, background: Background, parent: QWidget) -> None:
        super().__init__(say("invited.title"), say("invited.about"), parent)
        self._folder, self._background = folder, background
        self._stop: Callable[[], object] | None = None
        self.path, self.passphrase = QLineEdit(self.content), QLineEdit(self.content)
        self.path.setAccessibleName(say("invited.path"))
        self.path.setPlaceholderText(say("invited.path"))
        self.path.textChanged.connect(self._show_step)
        self.browse = button(say("stage.browse"), self.content)
        self.browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        self.body.addLayout(row)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(say("unlock.passphrase"))
        caption = label(say("unlock.passphrase"), self.content, wrap=False)
        caption.setBuddy(self.passphrase)
        self.body.addWidget(caption)
        self.body.addWidget(self.passphrase)
        self.told = label("", self.content)
        self.digits = label("", self.content, wrap=False, selectable=True)
        self.digits.setStyleSheet(_DIGIT_STYLE)
        self.digits.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.body.addWidget(self.told)
        self.body.addWidget(self.digits)
        self.body.addStretch(1)
        self.call, self.fetch = (
            button(say("invited.call"), self, main=True),
            button(say("invited.fetch"), self, main=True),
        )
        self.call.clicked.connect(self._call)
        self.fetch.clicked.connect(self._fetch)
        self.foot.addWidget(self.call)
        self.foot.addWidget(self.fetch)
        self._show_step()

    def focus_first(self) -> None:
        (self.passphrase if self.fetch.isVisibleTo(self) or self.path.text().strip() else self.path).setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees the digits any more."""
        super().hideEvent(event)
        self._end_call()

    def _show_step(self) -> None:
        paired = paired_file(self._folder).exists()
        self.fetch.setVisible(paired)
        self.call.setVisible(not paired or bool(self.path.text().strip()))
        self.told.setText(say("invited.paired") if paired else "")

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("invited.path"))
        if path:
            self.path.setText(path)

    # -- pairing ------------------------------------------------------------------------------------------------

    def _call(self) -> None:
        path, secret, folder = self.path.text().strip(), self.passphrase.text(), self._folder
        if not (path and secret):
            self.focus_first()
            return
        post, stage = self._background.post, self

        def work() -> None:
            invitation = read_invitation(Path(path))
            pair_with(
                folder,
                invitation,
                secret,
                lambda code: post(stage, stage._show_digits, code),
                lambda stop: post(stage, stage._take_stop, stop),
            )

        self._begin(say("invited.calling"))
        self._background.run(self, work, self._paired, self.tell_trouble)

    def _take_stop(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        if not self.isVisible():
            self._end_call()

    def _show_digits(self, code: str) -> None:
        self.told.setText(say("invited.digits"))
        self.digits.setText(f"{code[:3]} {code[3:]}")
        self.shown.emit(code)

    def _paired(self, _none: None) -> None:
        self._done()
        self.path.clear()
        self.paired.emit()

    def _end_call(self) -> None:
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    # -- the register -------------------------------------------------------------------------------------------

    def _fetch(self) -> None:
        secret, folder = self.passphrase.text(), self._folder
        if not secret:
            self.passphrase.setFocus()
            return
        watch = self._background.watch(self, self._show_far)

        def work() -> Joined:
            return fetch_register(folder, secret, watch)

        self._begin(say("invited.fetching"), watch.stop)
        self._background.run(self, work, lambda _joined: self.joined.emit(secret), self.tell_trouble)

    def _show_far(self, far: tuple[int, int]) -> None:
        done, whole = far
        self.busy.advance(done, whole, say("joining.progress", done=size_text(done), whole=size_text(whole)))

    # -- one thing at a time ------------------------------------------------------------------------------------

    def _begin(self, what: str, stop: Callable[[], None] | None = None) -> None:
        self._enable(False)
        self.notice.clear()
        self.busy.begin(what, stop or self._end_call)

    def _done(self) -> None:
        self._stop = None
        self.busy.end()
        self.digits.clear()
        self._enable(True)

    def _enable(self, wanted: bool) -> None:
        """The digits stay readable."""
        for widget in (self.path, self.browse, self.passphrase, self.call, self.fetch):
            widget.setEnabled(wanted)

    def tell_trouble(self, error: MunimentError) -> None:
        self._done()
        self._show_step()
        super().tell_trouble(error)
