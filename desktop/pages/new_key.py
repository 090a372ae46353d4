"""A new key for this office: an officer signs its card, and the file goes to an administrator of another office."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from core.crypto.keyfile import OpenedKeys, open_keys
from core.errors import MunimentError
from core.folder import read_bounded
from core.ledger.charter import OfficeCard
from core.ledger.roll import Member
from core.officers import FIRST_NUMBER
from core.renewing import make_new_key, note_new_key
from core.store.files import write_durably
from desktop.desk import Desk
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, label
from desktop.wording import say
from sync.certificate import make_certificate


class NewKeyForm(QFrame):
    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.officer = QComboBox(self)
        for number, one in desk.standing.officers.items():
            if number < FIRST_NUMBER and desk.folder.officer_key(number).exists():
                self.officer.addItem(one.name, number)
        self.office_secret, self.officer_secret = QLineEdit(self), QLineEdit(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        rows = (
            ("condition.key.officer", self.officer),
            ("condition.key.officer-secret", self.officer_secret),
            ("condition.key.office-secret", self.office_secret),
        )
        for row, (key, widget) in enumerate(rows):
            if isinstance(widget, QLineEdit):
                widget.setEchoMode(QLineEdit.EchoMode.Password)
            widget.setAccessibleName(say(key))
            widget.setMaximumWidth(420)
            caption = label(say(key), self, wrap=False)
            caption.setBuddy(widget)
            grid.addWidget(caption, row, 0)
            grid.addWidget(widget, row, 1)
        grid.setColumnMinimumWidth(1, 420)
        grid.setColumnStretch(2, 1)
        self.make = button(say("condition.key.make"), self)
        self.make.clicked.connect(self._choose)
        self.notice, self.busy = Notice(self), Busy(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        for part in (self.make, self.busy, self.notice):
            layout.addWidget(part)

    def _choose(self) -> None:
        if not self.office_secret.text() or not self.officer_secret.text():
            (self.officer_secret if self.office_secret.text() else self.office_secret).setFocus()
            return
        path, _ = QFileDialog.getSaveFileName(self, say("condition.key.title"), "new-key.office")
        if path:
            self.write(path)

    def write(self, path: str) -> None:
        """Make the key and put its card there: first the key on the disk, then what remembers it, then the card.

        All of it is done even if the page goes meanwhile: half of it would be found at the next try only.
        """
        desk, officer = self._desk, self.officer.currentData()
        if officer is None:
            return
        secrets = self.office_secret.text(), self.officer_secret.text()

        def make(member: Member) -> None:
            def work() -> tuple[OfficeCard, OpenedKeys]:
                card = make_new_key(desk.folder, member, secrets[0], officer, secrets[1], make_certificate)
                return card, open_keys(read_bounded(desk.folder.node_key), secrets[0])

            desk.background.run(desk, work, remember, self._failed)

        def remember(made: tuple[OfficeCard, OpenedKeys]) -> None:
            card, keys = made
            desk.ask(
                desk, lambda office: note_new_key(office, card.node_key), lambda _none: show(card, keys), self._failed
            )

        def show(card: OfficeCard, keys: OpenedKeys) -> None:
            """Once it is in force the others know this one alone."""
            known = desk.service.know_new_key(keys)
            desk.background.follow(desk, known, lambda _none: save(card), self._failed)

        def save(card: OfficeCard) -> None:
            desk.background.run(
                desk, lambda: write_durably(Path(path), card.encoded), lambda _none: self._done(path), self._failed
            )

        self.notice.clear()
        self.busy.begin(say("condition.key.busy"))
        desk.ask(desk, lambda office: office.roll.members[office.number], make, self._failed)

    def _done(self, path: str) -> None:
        if not isValid(self):
            return
        self.busy.end()
        self.office_secret.clear()
        self.officer_secret.clear()
        self.notice.tell(say("condition.key.done", path=path), "done")

    def _failed(self, error: MunimentError) -> None:
        if not isValid(self):
            return
        self.busy.end()
        self.notice.tell_trouble(error)
