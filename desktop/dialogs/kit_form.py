"""Making a recovery kit: how many sheets, the paper, and two of its words typed back. Before that nothing changes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.custody.making import DrawnKit, draw_kit, keep_kit, office_name
from core.data_folder import Folder
from core.errors import MunimentError
from core.store.files import write_durably
from desktop.background import Background
from desktop.printing.kit import KitPaper, kit_pdf, today
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, label, restyle
from desktop.wording import say, sentence

KINDS = ((1, 1), (2, 3), (3, 5))  # (needed, sheets)


class KitForm(QWidget):
    kept = Signal()

    def __init__(self, folder: Folder, background: Background, passphrase: Callable[[], str], parent: QWidget) -> None:
        """`passphrase` gives the office's when a step needs it; empty: it is not there yet."""
        super().__init__(parent)
        self._folder, self._background, self._passphrase = folder, background, passphrase
        self._kit: DrawnKit | None = None
        self._path = Path()
        self.notice, self.busy = Notice(self), Busy(self)
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(say("kit.form.kind"))
        for needed, sheets in KINDS:
            self.kind.addItem(say("kit.form.one") if sheets == 1 else say("kit.form.some", all=sheets, needed=needed))
        self.write_paper = button(say("kit.form.write"), self, main=True)
        self.write_paper.clicked.connect(self._choose)
        self._proof = QWidget(self)
        self.words = [QLineEdit(self._proof), QLineEdit(self._proof)]
        self._asked = [label("", self._proof, wrap=False), label("", self._proof, wrap=False)]
        self.open_paper = button(say("kit.form.open"), self._proof)
        self.keep = button(say("kit.form.keep"), self._proof, main=True)
        self._lay_out()
        self.open_paper.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path))))
        self.keep.clicked.connect(self._keep)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        caption = label(say("kit.form.kind"), self, wrap=False)
        caption.setBuddy(self.kind)
        for widget in (caption, self.kind, self.write_paper):
            first.addWidget(widget)
        first.addStretch(1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for row, (asked, line) in enumerate(zip(self._asked, self.words, strict=True)):
            asked.setBuddy(line)
            line.setMaximumWidth(260)
            line.returnPressed.connect(self._keep)
            grid.addWidget(asked, row, 0)
            grid.addWidget(line, row, 1)
        grid.setColumnStretch(2, 1)
        last = QHBoxLayout()
        last.addWidget(self.open_paper)
        last.addWidget(self.keep)
        last.addStretch(1)
        proof = QVBoxLayout(self._proof)
        proof.setContentsMargins(0, 0, 0, 0)
        proof.addWidget(label(say("kit.form.prove"), self._proof))
        proof.addLayout(grid)
        proof.addLayout(last)
        self._proof.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(first)
        for part in (self.busy, self.notice, self._proof):
            layout.addWidget(part)

    def focus_first(self) -> None:
        (self.words[0] if self._kit is not None else self.kind).setFocus()

    def _choose(self) -> None:
        if not self._passphrase():
            self.notice.tell_trouble(MunimentError("passphrase-missing"))
            return
        path, _ = QFileDialog.getSaveFileName(self, say("kit.form.title"), say("kit.form.name"))
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Draw a kit and write its paper there."""
        needed, sheets = KINDS[self.kind.currentIndex()]
        folder, secret = self._folder, self._passphrase()

        def work() -> DrawnKit:
            kit = draw_kit(folder, secret, needed, sheets)
            write_durably(path, kit_pdf(kit, KitPaper(office_name(folder), today())))
            return kit

        self._begin(say("kit.form.writing"))
        self._background.run(self, work, lambda kit: self._ask(kit, path), self._failed)

    def _ask(self, kit: DrawnKit, path: Path) -> None:
        self._kit, self._path = kit, path
        self._end()
        self.notice.tell(sentence("kit-written", {"path": str(path)}))
        for asked, text, line in zip(kit.asked, self._asked, self.words, strict=True):
            words = say("kit.ask", place=asked.place, sheet=asked.sheet)
            text.setText(words)
            line.setAccessibleName(words)
            line.clear()
        self._proof.show()
        self.write_paper.setProperty("role", "")  # the one that goes on is now the other
        restyle(self.write_paper)
        self.words[0].setFocus()

    def _keep(self) -> None:
        kit, typed, secret = self._kit, [line.text() for line in self.words], self._passphrase()
        if kit is None or not self.keep.isEnabled():
            return
        for line in self.words:
            if not line.text().strip():
                line.setFocus()
                return
        self._begin(say("kit.form.keeping"))
        folder = self._folder
        self._background.run(
            self, lambda: keep_kit(folder, secret, kit, typed), lambda _none: self._done(), self._failed
        )

    def _done(self) -> None:
        kit, self._kit = self._kit, None
        self._end()
        self._proof.hide()
        for line in self.words:
            line.clear()
        self.notice.tell(sentence("kit-kept", {"kit": kit.number if kit else "", "path": str(self._path)}), "done")
        self.kept.emit()

    def _begin(self, what: str) -> None:
        self.notice.clear()
        self.busy.begin(what)
        self.keep.setEnabled(False)
        self.write_paper.setEnabled(False)

    def _end(self) -> None:
        self.busy.end()
        self.keep.setEnabled(True)
        self.write_paper.setEnabled(True)

    def _failed(self, error: MunimentError) -> None:
        self._end()
        self.notice.tell_trouble(error)
