"""The keys of this office: its passphrases, its recovery kit, the key of its copy, and what this computer remembers.

What is done here needs the office's passphrase again: whoever finds the window open must not get the keys.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from core.crypto.keyfile import Cost, calibrate
from core.custody.box import number_text
from core.custody.keys import kit_of_box
from core.custody.passphrases import change_officer_passphrase, change_passphrase
from core.custody.rekeying import ask_rekey
from core.errors import MunimentError
from core.people.actions import Action
from desktop.desk import Desk
from desktop.dialogs.kit_form import KitForm
from desktop.dialogs.secrets import NewPassphrase
from desktop.pages.backups import BackupCard
from desktop.pages.page import Page
from desktop.remembering import forget, remembered
from desktop.widgets.notice import Busy
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence

T = TypeVar("T")


class KeysPage(Page):
    def __init__(
        self,
        desk: Desk,
        parent: QWidget,
        choose_cost: Callable[[], Cost] = lambda: calibrate(time.perf_counter),
        floor: Cost | None = None,
    ) -> None:
        super().__init__(say("keys.title"), desk, parent)
        self._choose_cost, self._floor = choose_cost, floor
        self.busy = Busy(self)
        self.body.addWidget(self.busy)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget(scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        self.may_rekey = desk.may(Action.REKEY)
        layout.addWidget(self._passphrase_card(content))
        for make in (self._kit_card, self._copy_card, self._computer_card):
            made = make(content)
            made.setVisible(self.may_rekey)
            layout.addWidget(made)
        self.backups = BackupCard(desk, content)
        self.backups.setVisible(desk.may(Action.BACKUP))
        layout.addWidget(self.backups)
        layout.addStretch(1)
        scroll.setWidget(content)
        self.body.addWidget(scroll, 1)

    def enter(self) -> None:
        self.notice.clear()
        self.refresh()
        self.secret.setFocus()

    def refresh(self) -> None:
        self.backups.refresh()
        folder = self.desk.folder
        self.desk.background.run(self, lambda: kit_of_box(folder), self._tell_kit, self.tell_trouble)
        self.desk.background.run(self, lambda: remembered(folder.path) is not None, self._tell_kept, self.tell_trouble)

    # -- cards --------------------------------------------------------------------------------------------------

    def _passphrase_card(self, parent: QWidget) -> QFrame:
        frame, inside = card(parent)
        inside.addWidget(label(say("keys.passphrase"), frame, "heading"))
        inside.addWidget(label(say("keys.passphrase.about"), frame, "quiet"))
        self.whose = QComboBox(frame)
        self.whose.setAccessibleName(say("keys.passphrase.whose"))
        if self.may_rekey:
            self.whose.addItem(say("keys.passphrase.office"), None)
        for number, one in self.desk.standing.officers.items():
            if self.desk.folder.officer_key(number).exists():
                self.whose.addItem(one.name, number)
        self.secret = self._secret("keys.passphrase.old", frame)
        self.new = NewPassphrase(say("keys.passphrase.new"), frame)
        self.change = button(say("keys.passphrase.change"), frame)
        self.change.clicked.connect(self._change)
        row = QHBoxLayout()
        self.whose.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.whose)
        row.addWidget(self.secret, 1)
        row.addStretch(1)
        inside.addLayout(row)
        inside.addWidget(self.new)
        inside.addWidget(self.change)
        return frame

    def _kit_card(self, parent: QWidget) -> QFrame:
        frame, inside = card(parent)
        inside.addWidget(label(say("keys.kit"), frame, "heading"))
        self.kit_standing = label("", frame)
        self.kit_secret = self._secret("keys.office-passphrase", frame)
        self.kit = KitForm(self.desk.folder, self.desk.background, self.kit_secret.text, frame)
        self.kit.kept.connect(self._kit_kept)
        for widget in (self.kit_standing, self.kit_secret, self.kit):
            inside.addWidget(widget)
        return frame

    def _copy_card(self, parent: QWidget) -> QFrame:
        frame, inside = card(parent)
        inside.addWidget(label(say("keys.copy"), frame, "heading"))
        inside.addWidget(label(say("keys.copy.about"), frame, "quiet"))
        self.copy_secret = self._secret("keys.office-passphrase", frame)
        self.copy = button(say("keys.copy.change"), frame)
        self.copy.clicked.connect(self._rekey)
        row = QHBoxLayout()
        row.addWidget(self.copy_secret, 1)
        row.addWidget(self.copy)
        row.addStretch(1)
        inside.addLayout(row)
        return frame

    def _computer_card(self, parent: QWidget) -> QFrame:
        frame, inside = card(parent)
        inside.addWidget(label(say("keys.computer"), frame, "heading"))
        self.kept = label("", frame)
        self.forget = button(say("keys.computer.forget"), frame)
        self.forget.clicked.connect(self._forget)
        self.forget.hide()
        inside.addWidget(self.kept)
        inside.addWidget(self.forget)
        return frame

    def _secret(self, key: str, parent: QWidget) -> QLineEdit:
        line = QLineEdit(parent)
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setPlaceholderText(say(key))
        line.setAccessibleName(say(key))
        line.setMaximumWidth(420)
        return line

    # -- what they do -------------------------------------------------------------------------------------------

    def _change(self) -> None:
        number, old, folder = self.whose.currentData(), self.secret.text(), self.desk.folder
        if not old:
            self.secret.setFocus()
            return
        try:
            self.new.check()
        except MunimentError as error:
            self.tell_trouble(error)
            return
        new, choose_cost, floor = self.new.text, self._choose_cost, self._floor

        def work() -> None:
            if number is not None:
                change_officer_passphrase(folder, number, old, new, choose_cost, floor)
                return
            change_passphrase(folder, old, new, choose_cost, floor)
            forget(folder.path)

        done = "passphrase-changed" if number is None else "officer-passphrase-changed"
        self._do(work, lambda: self._changed(sentence(done, {"officer": number})), of_office=number is None)

    def _changed(self, told: str) -> None:
        self.secret.clear()
        self.new.clear()
        self._done(told)
        self.refresh()

    def _rekey(self) -> None:
        secret, folder = self.copy_secret.text(), self.desk.folder
        if not secret:
            self.copy_secret.setFocus()
            return
        self._do(lambda: ask_rekey(folder, secret), self._asked)

    def _asked(self) -> None:
        self.copy_secret.clear()
        self._done(sentence("rekey-asked", {}))

    def _kit_kept(self) -> None:
        self.kit_secret.clear()
        self.refresh()

    def _forget(self) -> None:
        folder = self.desk.folder.path
        self._do(lambda: forget(folder), self._forgotten)

    def _forgotten(self) -> None:
        self._done(sentence("passphrase-forgotten", {}))
        self.refresh()

    def _do(self, work: Callable[[], T], then: Callable[[], None], of_office: bool = True) -> None:
        """Ask whether whoever is signed in may, then do it off the GUI thread. One's own passphrase anybody changes."""
        self.notice.clear()
        self.busy.begin(say("keys.busy"))

        def allowed(_none: None) -> None:
            self.desk.background.run(self, work, lambda _result: then(), self.tell_trouble)

        if of_office:
            self.desk.ask(self, lambda office: office.people.require(Action.REKEY), allowed, self.tell_trouble)
        else:
            allowed(None)

    def _done(self, told: str) -> None:
        self.busy.end()
        self.notice.tell(told, "done")

    def tell_trouble(self, error: MunimentError) -> None:
        self.busy.end()
        super().tell_trouble(error)

    def _tell_kit(self, number: bytes | None) -> None:
        self.kit_standing.setText(say("keys.kit.is", kit=number_text(number)) if number else say("keys.kit.none"))

    def _tell_kept(self, kept: bool) -> None:
        self.kept.setText(say("keys.computer.kept") if kept else say("keys.computer.asks"))
        self.forget.setVisible(kept)
