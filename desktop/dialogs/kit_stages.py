"""The recovery kit before an office is open: made at the first run, and used where the passphrase is forgotten."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.crypto.keyfile import Cost
from core.custody.passphrases import reset_passphrase
from core.errors import MunimentError
from core.folder import Folder
from desktop.background import Background
from desktop.dialogs.kit_entry import KitEntry
from desktop.dialogs.kit_form import KitForm
from desktop.dialogs.secrets import NewPassphrase
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say


class KitStage(Stage):
    """After an office was made. It may be put off: a forced step is done badly, and the page for keys reminds of it."""

    finished = Signal()

    def __init__(self, folder: Folder, background: Background, passphrase: str, parent: QWidget) -> None:
        super().__init__(say("kit.stage.title"), say("kit.stage.about"), parent, may_leave=False)
        self.form = KitForm(folder, background, lambda: passphrase, self.content)
        self.form.kept.connect(self._proved)
        self.body.addWidget(self.form)
        self.body.addWidget(label(say("kit.stage.officers"), self.content, "quiet"))
        self.body.addStretch(1)
        self.later = button(say("kit.stage.later"), self)
        self.later.clicked.connect(self.finished)
        self.go_on = button(say("kit.stage.go-on"), self, main=True)
        self.go_on.clicked.connect(self.finished)
        self.go_on.setEnabled(False)
        self.foot.addWidget(self.later)
        self.foot.addWidget(self.go_on)

    def focus_first(self) -> None:
        self.form.focus_first()

    def _proved(self) -> None:
        self.later.hide()
        self.go_on.setEnabled(True)
        self.go_on.setFocus()


class ForgottenStage(Stage):
    """The folder is whole, only its passphrase is not known any more."""

    opened = Signal(str)  # the new passphrase, with which the office is opened at once

    def __init__(
        self,
        folder: Folder,
        background: Background,
        choose_cost: Callable[[], Cost],
        floor: Cost | None,
        parent: QWidget,
    ) -> None:
        super().__init__(say("forgotten.title"), say("forgotten.about"), parent)
        self._folder, self._background = folder, background
        self._choose_cost, self._floor = choose_cost, floor
        self.kit = KitEntry(background, self.content)
        self.kit.failed.connect(self.tell_trouble)
        self.passphrase = NewPassphrase(say("forgotten.passphrase"), self.content)
        self.body.addWidget(self.kit)
        self.body.addWidget(self.passphrase)
        self.body.addWidget(label(say("unlock.folder", path=str(folder.path)), self.content, "quiet"))
        self.body.addStretch(1)
        self.unlock = button(say("forgotten.unlock"), self, main=True)
        self.unlock.clicked.connect(self._unlock)
        self.foot.addWidget(self.unlock)

    def focus_first(self) -> None:
        self.kit.setFocus()

    def _unlock(self) -> None:
        try:
            kit = self.kit.given()
            self.passphrase.check()
        except MunimentError as error:
            self.tell_trouble(error)
            return
        secret, folder, choose_cost, floor = self.passphrase.text, self._folder, self._choose_cost, self._floor
        self.notice.clear()
        self.setEnabled(False)
        self.busy.begin(say("unlock.busy"))
        self._background.run(
            self,
            lambda: reset_passphrase(folder, kit, secret, choose_cost, floor),
            lambda _keys: self._done(secret),
            self.tell_trouble,
        )

    def _done(self, secret: str) -> None:
        self.kit.forget()
        self.opened.emit(secret)
