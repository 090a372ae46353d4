"""Making an office: its name, its passphrase, and its officers, each with roles and a passphrase of their own."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.crypto.keyfile import Cost
from core.errors import MunimentError
from core.folder import Folder, NewOfficer, create_office
from core.laws.form import typed_text
from core.ledger.charter import MAX_NAME_CHARS, OfficeCard
from desktop.background import Background
from desktop.dialogs.secrets import NewPassphrase
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from sync.certificate import make_certificate

ROLES = ("registrar", "notary", "clerk", "auditor", "administrator")


class OfficerForm(QFrame):
    unwanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.name = QLineEdit(self)
        self.name.setMaxLength(MAX_NAME_CHARS)
        self.roles = {role: QCheckBox(say(f"role.{role}").capitalize(), self) for role in ROLES}
        self.passphrase = NewPassphrase(say("officer.passphrase"), self)
        remove = button(say("officer.remove"), self)
        remove.clicked.connect(self.unwanted)
        caption = label(say("officer.name"), self, wrap=False)
        caption.setBuddy(self.name)
        self.name.setAccessibleName(say("officer.name"))
        head = QHBoxLayout()
        head.addWidget(caption)
        head.addWidget(self.name, 1)
        head.addWidget(remove)
        row = QHBoxLayout()
        row.addWidget(label(say("officer.roles"), self, wrap=False))
        for box in self.roles.values():
            row.addWidget(box)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addLayout(row)
        layout.addWidget(self.passphrase)

    def officer(self) -> NewOfficer:
        """Raises `office-incomplete` and the passphrase's weakness."""
        name, roles = typed_text(self.name.text()), {role for role, box in self.roles.items() if box.isChecked()}
        if not name or not roles:
            raise MunimentError("office-incomplete")
        self.passphrase.check()
        return NewOfficer(name, frozenset(roles), self.passphrase.text)


class OfficeStage(Stage):
    made = Signal(str)  # the office's passphrase, for its recovery kit

    def __init__(
        self,
        folder: Folder,
        background: Background,
        choose_cost: Callable[[], Cost],
        floor: Cost | None,
        founding: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(say("office.title"), say("office.about-founder" if founding else "office.about"), parent)
        self._folder, self._background = folder, background
        self._choose_cost, self._floor = choose_cost, floor
        self.name = QLineEdit(self.content)
        self.name.setMaxLength(MAX_NAME_CHARS)
        self.name.setPlaceholderText(say("office.name.example"))
        self.name.setAccessibleName(say("office.name"))
        self.passphrase = NewPassphrase(say("office.passphrase"), self.content)
        self.officers: list[OfficerForm] = []
        self._officers_layout = QVBoxLayout()
        self._officers_layout.setSpacing(8)
        self._lay_out()
        for usual in (("registrar", "administrator"), ("notary",)):  # without an administrator an office cannot vote
            form = self.add_officer()
            for role in usual:
                form.roles[role].setChecked(True)

    def _lay_out(self) -> None:
        frame, layout = card(self.content)
        grid = QGridLayout()
        caption = label(say("office.name"), frame, wrap=False)
        caption.setBuddy(self.name)
        grid.addWidget(caption, 0, 0)
        grid.addWidget(self.name, 0, 1)
        layout.addLayout(grid)
        layout.addWidget(self.passphrase)
        layout.addWidget(label(say("office.passphrase.about"), frame, "quiet"))
        self.body.addWidget(frame)
        self.body.addWidget(label(say("office.officers"), self.content, "heading"))
        self.body.addLayout(self._officers_layout)
        more = button(say("office.add-officer"), self.content)
        more.clicked.connect(lambda: self.add_officer().name.setFocus())
        self.body.addWidget(more)
        self.body.addStretch(1)
        self.make = button(say("office.make"), self, main=True)
        self.make.clicked.connect(self._make)
        self.foot.addWidget(self.make)

    def focus_first(self) -> None:
        self.name.setFocus()

    def add_officer(self) -> OfficerForm:
        form = OfficerForm(self.content)
        form.unwanted.connect(lambda: self._remove(form))
        self.officers.append(form)
        self._officers_layout.addWidget(form)
        return form

    def _remove(self, form: OfficerForm) -> None:
        if len(self.officers) > 1:
            self.officers.remove(form)
            form.hide()
            form.deleteLater()

    def _make(self) -> None:
        self.notice.clear()
        try:
            name = typed_text(self.name.text())
            if not name:
                raise MunimentError("office-incomplete")
            self.passphrase.check()
            people = [form.officer() for form in self.officers]
        except MunimentError as error:
            self.tell_trouble(error)
            return
        secret, folder, choose_cost, floor = self.passphrase.text, self._folder, self._choose_cost, self._floor

        def work() -> OfficeCard:
            return create_office(folder, name, secret, people, make_certificate, choose_cost(), floor)

        self.setEnabled(False)
        self.busy.begin(say("office.making"))
        self._background.run(self, work, lambda _card: self.made.emit(secret), self.tell_trouble)
