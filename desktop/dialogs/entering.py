"""Entering a network: open its charter, compare its number with the others, give the passphrase."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import Folder, enter_network, read_bounded
from core.ledger.charter import Charter, decode_charter
from desktop.background import Background
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, card, label
from desktop.wording import say


class EnteringStage(Stage):
    entered = Signal(str)  # the passphrase, with which the office is opened at once

    def __init__(self, folder: Folder, background: Background, parent: QWidget, charter: str = "") -> None:
        super().__init__(say("entering.title"), say("entering.about"), parent)
        self._folder, self._background = folder, background
        self._charter: Charter | None = None
        self.path = QLineEdit(self.content)
        self.path.setAccessibleName(say("entering.path"))
        self.path.setPlaceholderText(say("entering.path"))
        self.path.returnPressed.connect(self._read)
        self.path.editingFinished.connect(self._read)
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        self.body.addLayout(row)
        frame, layout = card(self.content)
        self.network = label("", frame, "strong")
        self.offices = label("", frame)
        self.number = label("", frame, "large", selectable=True)
        self.compare = label(say("entering.compare"), frame, "quiet")
        for widget in (self.network, self.offices, self.number, self.compare):
            layout.addWidget(widget)
        self._facts = frame
        self._facts.hide()
        self.body.addWidget(frame)
        self.passphrase = QLineEdit(self.content)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(say("unlock.passphrase"))
        self.passphrase.returnPressed.connect(self._enter)
        caption = label(say("unlock.passphrase"), self.content, wrap=False)
        caption.setBuddy(self.passphrase)
        self.body.addWidget(caption)
        self.body.addWidget(self.passphrase)
        self.body.addWidget(label(say("entering.card", path=str(folder.card)), self.content, "quiet"))
        self.body.addStretch(1)
        self.enter = button(say("entering.enter"), self, main=True)
        self.enter.clicked.connect(self._enter)
        self.enter.setEnabled(False)
        self.foot.addWidget(self.enter)
        if charter:
            self.path.setText(charter)
            self._read()

    def focus_first(self) -> None:
        (self.passphrase if self.path.text() else self.path).setFocus()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("entering.path"))
        if path:
            self.path.setText(path)
            self._read()

    def _read(self) -> None:
        path = self.path.text().strip()
        if not path:
            return
        own = self._folder.card

        def work() -> Charter:
            charter = decode_charter(read_bounded(Path(path)), verify)
            if read_bounded(own) not in [one.encoded for one in charter.cards]:
                raise MunimentError("not-our-card", office=charter.name)
            return charter

        self._background.run(self, work, self._show, self._unreadable)

    def _show(self, charter: Charter) -> None:
        self._charter = charter
        self.notice.clear()
        self.network.setText(charter.name)
        names = ", ".join(one.name for one in charter.cards)
        self.offices.setText(say("entering.offices", count=len(charter.cards), names=names))
        self.number.setText(grouped_number(charter.network))
        self._facts.show()
        self.enter.setEnabled(True)

    def _unreadable(self, error: MunimentError) -> None:
        self._charter = None
        self._facts.hide()
        self.enter.setEnabled(False)
        self.tell_trouble(error)

    def _enter(self) -> None:
        charter, secret, folder = self._charter, self.passphrase.text(), self._folder
        if charter is None or not secret:
            self.focus_first()
            return
        self.setEnabled(False)
        self.busy.begin(say("entering.busy"))
        self._background.run(
            self,
            lambda: enter_network(folder, charter.encoded, secret),
            lambda _charter: self.entered.emit(secret),
            self.tell_trouble,
        )


def grouped_number(network: bytes) -> str:
    """The network's number as people read it to each other: groups of four."""
    text = network.hex()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))
