"""Unlocking: the passphrase of the office. What is wrong is said in place, and nothing else changes."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from core.errors import MunimentError
from core.folder import Folder
from desktop.background import Background
from desktop.dialogs.stage import Stage
from desktop.remembering import keyring_name
from desktop.widgets.texts import button, card, label
from desktop.wording import say


class UnlockStage(Stage):
    passphrase_given = Signal(str)
    restore_wanted = Signal()
    repair_wanted = Signal()
    forgotten = Signal()

    def __init__(self, folder: Folder, background: Background, parent: QWidget) -> None:
        super().__init__(say("unlock.title"), say("unlock.about"), parent, may_leave=False)
        frame, layout = card(self.content)
        self.passphrase = QLineEdit(frame)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(say("unlock.passphrase"))
        self.passphrase.returnPressed.connect(self._unlock)
        caption = label(say("unlock.passphrase"), frame, wrap=False)
        caption.setBuddy(self.passphrase)
        layout.addWidget(caption)
        layout.addWidget(self.passphrase)
        self.stay = QCheckBox(say("unlock.stay"), frame)
        self.stay.setEnabled(False)  # until the system has said that it can
        self._stay_about = label(say("unlock.stay.looking"), frame, "quiet")
        layout.addWidget(self.stay)
        layout.addWidget(self._stay_about)
        layout.addWidget(label(say("unlock.folder", path=str(folder.path)), frame, "quiet"))
        background.run(self, keyring_name, self._offer, self.tell_trouble)
        self.body.addWidget(frame)
        self.body.addStretch(1)
        forgotten = button(say("unlock.forgotten"), self)
        forgotten.clicked.connect(self.forgotten)
        self.foot.addWidget(forgotten)
        restore = button(say("unlock.restore"), self)
        restore.clicked.connect(self.restore_wanted)
        self.foot.addWidget(restore)
        self.repair = button(say("unlock.repair"), self)
        self.repair.clicked.connect(self.repair_wanted)
        self.foot.addWidget(self.repair)
        self.unlock = button(say("unlock.unlock"), self, main=True)
        self.unlock.clicked.connect(self._unlock)
        self.foot.addWidget(self.unlock)

    def focus_first(self) -> None:
        self.passphrase.setFocus()

    def _offer(self, keyring: str | None) -> None:
        self.stay.setEnabled(keyring is not None)
        self._stay_about.setText(say("unlock.stay.about", keyring=keyring) if keyring else say("unlock.stay.none"))

    def _unlock(self) -> None:
        if self.passphrase.text():
            self.notice.clear()
            self.setEnabled(False)
            self.busy.begin(say("unlock.busy"))
            self.passphrase_given.emit(self.passphrase.text())

    def tell_trouble(self, error: MunimentError) -> None:
        super().tell_trouble(error)
        self.passphrase.selectAll()
        self.passphrase.setFocus()
