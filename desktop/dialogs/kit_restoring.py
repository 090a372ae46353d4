"""Restoring an office with its recovery kit: on a backup, or on what another office gives."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.crypto.keyfile import Cost
from core.custody.passphrases import GivenKit
from core.custody.restoring import FromNeighbour, NewPassphrase, kind_of, restore_from_kit, with_kit
from core.errors import MunimentError
from core.folder import Folder
from core.joining_folder import given_in_person
from core.restoring import restore_backup, restore_in_place
from desktop.background import Background
from desktop.dialogs.copy_numbers import CopyNumbers
from desktop.dialogs.kit_entry import KitEntry
from desktop.dialogs.secrets import NewPassphrase as PassphraseEntry
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say


class KitRestoringStage(Stage):
    restored = Signal(str)  # the passphrase, with which the office is opened at once

    def __init__(
        self,
        folder: Folder,
        background: Background,
        choose_cost: Callable[[], Cost],
        floor: Cost | None,
        parent: QWidget,
    ) -> None:
        super().__init__(say("kit.restore.title"), say("kit.restore.about"), parent)
        self._folder, self._background = folder, background
        self._choose_cost, self._floor = choose_cost, floor
        self._in_place = folder.path.is_dir() and any(folder.path.iterdir())
        self.kit = KitEntry(background, self.content)
        self.kit.failed.connect(self.tell_trouble)
        self.path = QLineEdit(self.content)
        self.path.textChanged.connect(lambda _text: self._look())
        self._numbers = CopyNumbers(background, self.content)
        self._numbers.failed.connect(self.tell_trouble)
        self.network, self.checkpoint = self._numbers.network, self._numbers.checkpoint
        self.passphrase = PassphraseEntry(say("forgotten.passphrase"), self.content)
        self._lay_out()
        self.restore = button(say("restore.restore"), self, main=True)
        self.restore.clicked.connect(self._restore)
        self.foot.addWidget(self.restore)

    def _lay_out(self) -> None:
        self.body.addWidget(self.kit)
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        caption = label(say("kit.restore.path"), self.content, wrap=False)
        caption.setBuddy(self.path)
        self.path.setAccessibleName(say("kit.restore.path"))
        self.body.addWidget(caption)
        self.body.addLayout(row)
        self._numbers.hide()
        self.body.addWidget(self._numbers)
        self.body.addWidget(self.passphrase)
        self.body.addWidget(label(say("unlock.folder", path=str(self._folder.path)), self.content, "quiet"))
        self.body.addStretch(1)

    def focus_first(self) -> None:
        self.kit.setFocus()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("kit.restore.path"))
        if path:
            self.path.setText(path)

    def _look(self) -> None:
        """Another office's copy needs the two numbers that were received in person."""
        path = Path(self.path.text().strip())
        self._numbers.setVisible(path.is_file() and kind_of(path) == "snapshot")

    def _restore(self) -> None:
        self.notice.clear()
        if not self.path.text().strip():
            self.path.setFocus()
            return
        try:
            kit = self.kit.given()
            self.passphrase.check()
            source = Path(self.path.text().strip())
            kind = kind_of(source)
            given = given_in_person(self.network.text(), self.checkpoint.text()) if kind == "snapshot" else None
        except MunimentError as error:
            self.tell_trouble(error)
            return
        new = NewPassphrase(self.passphrase.text, self._choose_cost, self._floor)
        self.setEnabled(False)
        self.busy.begin(say("restore.busy"))
        work = self._work(source, kit, FromNeighbour(source, given) if kind != "backup" else None, new)
        self._background.run(self, work, lambda _none: self._done(new.text), self.tell_trouble)

    def _work(
        self, source: Path, kit: GivenKit, neighbour: FromNeighbour | None, new: NewPassphrase
    ) -> Callable[[], None]:
        folder, in_place = self._folder, self._in_place

        def work() -> None:
            if neighbour is not None:
                restore_from_kit(folder, kit, neighbour, new)
            elif in_place:
                restore_in_place(source, folder, new.text, with_kit(kit, new))
            else:
                restore_backup(source, folder, new.text, with_kit(kit, new))

        return work

    def _done(self, secret: str) -> None:
        self.kit.forget()
        self.restored.emit(secret)
