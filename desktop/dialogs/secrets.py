"""A passphrase typed twice, with its floor told while it is typed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from core.crypto.passphrase import passphrase_weakness
from core.errors import MunimentError
from desktop.widgets.texts import label
from desktop.wording import catalogue, say
from desktop.wording.catalogue import Trouble


class NewPassphrase(QWidget):
    edited = Signal()

    def __init__(self, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.first, self.again = QLineEdit(self), QLineEdit(self)
        self._hint = label(say("passphrase.floor"), self, "quiet")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        for column, (line, words) in enumerate(((self.first, caption), (self.again, say("passphrase.again")))):
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAccessibleName(f"{caption} {say('passphrase.again')}" if column else caption)
            line.textEdited.connect(lambda _text: self._typed())
            name = label(words, self, wrap=False)
            name.setBuddy(line)
            grid.addWidget(name, 0, column)
            grid.addWidget(line, 1, column)
            grid.setColumnStretch(column, 1)
        grid.addWidget(self._hint, 2, 0, 1, 2)
        self.setFocusProxy(self.first)

    @property
    def text(self) -> str:
        return self.first.text()

    def clear(self) -> None:
        """Nothing of it stays in the window."""
        self.first.clear()
        self.again.clear()
        self._hint.setText(say("passphrase.floor"))

    def check(self) -> None:
        """Raises the passphrase's weakness, or `passphrases-differ`."""
        weakness = passphrase_weakness(self.first.text())
        if weakness is not None:
            raise MunimentError(weakness)
        if self.first.text() != self.again.text():
            raise MunimentError("passphrases-differ")

    def _typed(self) -> None:
        weakness = passphrase_weakness(self.first.text())
        if not self.first.text():
            words = say("passphrase.floor")
        elif weakness is not None:
            found = catalogue().outcome(weakness)
            words = found.happened if isinstance(found, Trouble) else say("passphrase.floor")
        elif self.again.text() and self.first.text() != self.again.text():
            words = say("passphrase.differ")
        else:
            words = say("passphrase.strong") if self.again.text() else say("passphrase.strong-again")
        self._hint.setText(words)
        self.edited.emit()
