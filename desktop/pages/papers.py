"""The scans of the act that is shown: open one, save a copy, or ask the other offices for it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from shutil import rmtree

from PySide6.QtCore import QTemporaryDir, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.data_folder import Folder
from core.errors import MunimentError
from core.papers import NamedPaper, papers_of, read_paper, want_paper
from core.store.files import write_durably
from desktop.desk import Desk
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.values import document_text, size_text

COPIES = "opened-scans"  # in the office's folder: copies for other programs, which cannot read the encrypted replica
# What programs for scans open; anything else is only saved, so that nothing is ever started by opening a scan.
_KINDS = (
    (b"%PDF-", ".pdf"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)


class PapersPanel(QWidget):
    """Hidden while the act names no document that may be seen."""

    failed = Signal(object)
    saved = Signal(str)  # the path

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._act = b""
        self._opened: QTemporaryDir | None = None  # inside COPIES; gone with this panel, and when the window is locked
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._content = QWidget(self)
        self._layout.addWidget(self._content)
        desk.locked.connect(self._forget_copies)
        self.hide()

    def show_act(self, act: bytes) -> None:
        self._act = act
        self.refresh()

    def refresh(self) -> None:
        act = self._act
        if act:
            self._desk.ask(self, lambda office: papers_of(office, act), partial(self._show, act), self.failed.emit)

    def _show(self, act: bytes, papers: Sequence[NamedPaper]) -> None:
        if act != self._act:
            return
        self._content.deleteLater()
        self._content = QWidget(self)
        self._layout.addWidget(self._content)
        grid = QGridLayout(self._content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(0, 1)
        for row, paper in enumerate(papers):
            words = document_text(paper.document)
            grid.addWidget(label(f"{words}\n{self._standing_words(paper)}", self._content), row, 0)
            grid.addLayout(self._buttons(paper, words), row, 1)
        self.setVisible(bool(papers))

    def _standing_words(self, paper: NamedPaper) -> str:
        known = paper.paper
        if known is None:
            return say("paper.not-here")
        if known.whole:
            return say("paper.here", size=size_text(known.size))
        if known.size:
            return say("paper.coming", held=size_text(known.held_bytes), size=size_text(known.size))
        return say("paper.wanted")

    def _buttons(self, paper: NamedPaper, words: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        known = paper.paper
        if known is not None and known.whole:
            choices = [("paper.open", self.open), ("paper.save", self._choose_saved)]
        elif known is not None and known.wanted:
            choices = [("paper.forget", self.forget)]
        else:
            choices = [("paper.want", self.want)]
        for key, then in choices:
            made = button(say(key), self._content)
            made.setAccessibleName(f"{say(key)}: {words}")
            made.clicked.connect(partial(then, paper.digest))
            row.addWidget(made)
        return row

    # -- what can be done -----------------------------------------------------------------------------------------

    def want(self, digest: bytes, *_checked: bool) -> None:
        """Whoever is met next and has it gives it."""
        act = self._act
        self._desk.ask(self, lambda office: want_paper(office, act, digest), self._done, self.failed.emit)

    def forget(self, digest: bytes, *_checked: bool) -> None:
        self._desk.ask(self, lambda office: office.papers.forget(digest), self._done, self.failed.emit)

    def open(self, digest: bytes, *_checked: bool) -> None:
        """A copy for whatever program shows such files; it is gone when the window is, or locked."""
        act = self._act
        self._desk.ask(self, lambda office: read_paper(office, act, digest), self._open_copy, self._damaged)

    def save(self, digest: bytes, path: str) -> None:
        act = self._act
        self._desk.ask(
            self,
            lambda office: read_paper(office, act, digest),
            lambda content: self._write(path, content),
            self._damaged,
        )

    def _choose_saved(self, digest: bytes, *_checked: bool) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("paper.save.title"))
        if path:
            self.save(digest, path)

    def _write(self, path: str, content: bytes) -> None:
        self._desk.background.run(
            self, lambda: write_durably(Path(path), content), lambda _none: self.saved.emit(path), self.failed.emit
        )

    def _open_copy(self, content: bytes) -> None:
        ending = kind_of(content)
        if ending is None:
            self.failed.emit(MunimentError("paper-of-unknown-kind"))
            return
        if self._opened is None:
            place = self._desk.folder.path / COPIES
            place.mkdir(mode=0o700, exist_ok=True)
            self._opened = QTemporaryDir(str(place / "XXXXXX"))
        path = Path(self._opened.path()) / f"scan{len(list(Path(self._opened.path()).iterdir())) + 1}{ending}"

        def show(_nothing: None) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

        self._desk.background.run(self, lambda: write_durably(path, content), show, self.failed.emit)

    def _forget_copies(self, _why: str) -> None:
        if self._opened is not None:
            self._opened.remove()
            self._opened = None

    def _damaged(self, error: MunimentError) -> None:
        self.failed.emit(error)
        self.refresh()

    def _done(self, _nothing: object) -> None:
        self.refresh()


def clear_copies(folder: Folder) -> None:
    """What was left in the clear by a process that was killed, or by a power cut."""
    rmtree(folder.path / COPIES, ignore_errors=True)


def kind_of(content: bytes) -> str | None:
    """The ending for a scan's file, by how it begins; None: of a kind that is only saved."""
    return next((ending for beginning, ending in _KINDS if content.startswith(beginning)), None)
