"""Restoring a backup: into an empty folder, or where an office is that does not open any more."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.folder import Folder
from core.restoring import restore_backup, restore_in_place
from desktop.background import Background
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say


class RestoringStage(Stage):
    restored = Signal(str)  # the passphrase, with which the office is opened at once
    kit_wanted = Signal()

    def __init__(self, folder: Folder, background: Background, parent: QWidget) -> None:
        self._in_place = folder.path.is_dir() and any(folder.path.iterdir())
        super().__init__(say("restore.title"), say("restore.about"), parent)
        self._folder, self._background = folder, background
        if self._in_place:
            self.body.addWidget(label(say("restore.about-in-place"), self.content))
        self.path = QLineEdit(self.content)
        self.path.setAccessibleName(say("restore.path"))
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        self.passphrase = QLineEdit(self.content)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(say("unlock.passphrase"))
        self.passphrase.returnPressed.connect(self._restore)
        for key, widget in (("restore.path", self.path), ("unlock.passphrase", self.passphrase)):
            caption = label(say(key), self.content, wrap=False)
            caption.setBuddy(widget)
            self.body.addWidget(caption)
            self.body.addLayout(row) if widget is self.path else self.body.addWidget(widget)
        self.body.addWidget(label(say("unlock.folder", path=str(folder.path)), self.content, "quiet"))
        self.body.addStretch(1)
        with_kit = button(say("restore.with-kit"), self)
        with_kit.clicked.connect(self.kit_wanted)
        self.foot.addWidget(with_kit)
        self.restore = button(say("restore.restore"), self, main=True)
        self.restore.clicked.connect(self._restore)
        self.foot.addWidget(self.restore)

    def focus_first(self) -> None:
        (self.passphrase if self.path.text() else self.path).setFocus()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("restore.choose.title"))
        if path:
            self.path.setText(path)
            self.passphrase.setFocus()

    def _restore(self) -> None:
        source, secret, folder = Path(self.path.text().strip()), self.passphrase.text(), self._folder
        if not self.path.text().strip() or not secret:
            self.focus_first()
            return
        in_place = self._in_place

        def work() -> None:
            if in_place:
                restore_in_place(source, folder, secret)
            else:
                restore_backup(source, folder, secret)

        self.notice.clear()
        self.setEnabled(False)
        self.busy.begin(say("restore.busy"))
        self._background.run(self, work, lambda _none: self.restored.emit(secret), self.tell_trouble)
