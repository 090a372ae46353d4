"""Where a recovery kit is brought back: its words are typed, or its codes are read from files."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.custody.passphrases import GivenKit, given_kit
from core.custody.shares import SHARE_WORDS
from core.custody.sheet import Sheet
from core.errors import MunimentError
from desktop.background import Background
from desktop.printing.kit_reading import read_sheets, typed_sheets
from desktop.widgets.texts import button, label
from desktop.wording import say

LINES_SHOWN = 5


class KitEntry(QWidget):
    failed = Signal(object)  # MunimentError of a file that was read

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self._background = background
        self._read: list[Sheet] = []
        self.words = QPlainTextEdit(self)
        self.words.setTabChangesFocus(True)
        self.words.setAccessibleName(say("kit.entry.words"))
        self.words.setPlaceholderText(say("kit.entry.example"))
        self.words.setFixedHeight(self.words.fontMetrics().lineSpacing() * LINES_SHOWN + 16)
        self.words.textChanged.connect(self._count)
        self.found = label("", self, "quiet")
        self.scan = button(say("kit.entry.file"), self)
        self.scan.clicked.connect(self._choose)
        caption = label(say("kit.entry.words"), self, wrap=False)
        caption.setBuddy(self.words)
        row = QHBoxLayout()
        row.addWidget(self.scan)
        row.addWidget(self.found, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(caption)
        layout.addWidget(self.words)
        layout.addLayout(row)
        self.setFocusProxy(self.words)
        self._count()

    @property
    def is_empty(self) -> bool:
        return not self._read and not self.words.toPlainText().strip()

    def given(self) -> GivenKit:
        """Raises the refusals of `given_kit`."""
        return given_kit([*self._read, *typed_sheets(self.words.toPlainText())])

    def forget(self) -> None:
        """Nothing of the kit stays in the window."""
        self._read = []
        self.words.clear()

    def take_files(self, paths: Sequence[Path]) -> None:
        """Read sheets from these files, off the GUI thread."""
        self._background.run(
            self, lambda: [sheet for path in paths for sheet in read_sheets(path)], self._take, self._refuse
        )

    def _take(self, sheets: list[Sheet]) -> None:
        self._read += [sheet for sheet in sheets if sheet not in self._read]
        self._count()

    def _refuse(self, error: MunimentError) -> None:
        self.failed.emit(error)

    def _choose(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, say("kit.entry.file"), "", say("kit.entry.files"))
        if paths:
            self.take_files([Path(path) for path in paths])

    def _count(self) -> None:
        typed = sum(len(sheet.words.split()) for sheet in typed_sheets(self.words.toPlainText()))
        read = len(self._read)
        self.found.setText(say("kit.entry.found", count=read, typed=typed, words=SHARE_WORDS))
