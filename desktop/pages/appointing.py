"""Appointing an officer: a name, roles and a passphrase of the officer's own, under which the key is made here."""

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.crypto.keyfile import calibrate
from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.folder import make_officer_key
from core.laws.form import typed_text
from core.ledger.charter import MAX_NAME_CHARS
from core.ledger.encoding import Value
from desktop.desk import Desk
from desktop.dialogs.office_form import ROLES
from desktop.dialogs.secrets import NewPassphrase
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, card, label
from desktop.wording import say


class AppointForm(QFrame):
    act_wanted = Signal(str, object)  # procedure, fields
    left = Signal()

    def __init__(self, desk: Desk, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._number = desk, number
        self.name = QLineEdit(self)
        self.name.setMaxLength(MAX_NAME_CHARS)
        self.name.setAccessibleName(say("officer.name"))
        self.roles = {role: QCheckBox(say(f"role.{role}").capitalize(), self) for role in ROLES}
        self.passphrase = NewPassphrase(say("officer.passphrase"), self)
        self.notice, self.busy = Notice(self), Busy(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(self)
        inside.addWidget(label(say("appoint.title"), frame, "heading"))
        inside.addWidget(label(say("appoint.about"), frame, "quiet"))
        caption = label(say("officer.name"), frame, wrap=False)
        caption.setBuddy(self.name)
        inside.addWidget(caption)
        inside.addWidget(self.name)
        row = QHBoxLayout()
        row.addWidget(label(say("officer.roles"), frame, wrap=False))
        for box in self.roles.values():
            row.addWidget(box)
        row.addStretch(1)
        inside.addLayout(row)
        for part in (self.passphrase, self.busy, self.notice):
            inside.addWidget(part)
        foot = QHBoxLayout()
        self.back, self.go_on = button(say("propose.back"), frame), button(say("appoint.go-on"), frame, main=True)
        self.back.clicked.connect(self.left)
        self.go_on.clicked.connect(self._make)
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.go_on)
        inside.addLayout(foot)
        layout.addWidget(frame)
        layout.addStretch(1)

    def focus_first(self) -> None:
        self.name.setFocus()

    def _make(self) -> None:
        name = typed_text(self.name.text())
        roles = [role for role, box in self.roles.items() if box.isChecked()]
        self.notice.clear()
        try:
            if not name or not roles:
                raise MunimentError("appointment-incomplete")
            self.passphrase.check()
        except MunimentError as error:
            self.notice.tell_trouble(error)
            return
        folder, number, secret = self._desk.folder, self._number, self.passphrase.text

        def made(key: SigningKey) -> None:
            self.busy.end()
            rows: list[Value] = [{"role": role} for role in roles]
            fields: dict[str, Value] = {"number": number, "name": name, "public_key": key.public.hex(), "roles": rows}
            self.act_wanted.emit("appoint", fields)

        self.go_on.setEnabled(False)
        self.busy.begin(say("appoint.busy"))
        self._desk.background.run(
            self, lambda: make_officer_key(folder, number, secret, calibrate(time.perf_counter)), made, self._failed
        )

    def _failed(self, error: MunimentError) -> None:
        self.busy.end()
        self.go_on.setEnabled(True)
        self.notice.tell_trouble(error)
