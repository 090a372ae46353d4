"""The numbers by which another office's copy of the register is verified, typed or read from the paper."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from core.snapshot_file import Given
from desktop.background import Background
from desktop.dialogs.entering import grouped_number
from desktop.widgets.texts import button, label
from desktop.wording import say


class CopyNumbers(QWidget):
    taken = Signal()  # both, from a paper
    failed = Signal(object)  # MunimentError

    def __init__(self, background: Background, parent: QWidget, network: bool = True) -> None:
        """`network`: its number is asked for too, where this office does not know it."""
        super().__init__(parent)
        self._background = background
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)
        self.network = self._entry("joining.network", network)
        self.checkpoint = self._entry("joining.checkpoint")
        paper = button(say("joining.paper"), self)
        paper.clicked.connect(self._choose_paper)
        self._layout.addWidget(paper)

    def _entry(self, key: str, shown: bool = True) -> QLineEdit:
        entry = QLineEdit(self)
        entry.setAccessibleName(say(key))
        caption = label(say(key), self, wrap=False)
        caption.setBuddy(entry)
        for widget in (caption, entry):
            widget.setVisible(shown)
            self._layout.addWidget(widget)
        return entry

    def _choose_paper(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("joining.paper.title"))
        if path:
            self.read_paper(path)

    def read_paper(self, path: str) -> None:
        """The numbers from the code on the paper, or a picture of it."""

        def work() -> Given:
            from desktop.printing.joining_paper import read_joining_paper

            return read_joining_paper(Path(path))

        self._background.run(self, work, self._take, self.failed.emit)

    def _take(self, given: Given) -> None:
        self.network.setText(grouped_number(given.network))
        self.checkpoint.setText(grouped_number(given.checkpoint))
        self.taken.emit()
