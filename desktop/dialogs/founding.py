"""Founding a network: its name, the cards of its offices, the rules that come with Muniment; out comes the charter."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from core.clock import SystemClock
from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import Folder, read_bounded
from core.laws.form import typed_text
from core.laws.law_reading import parse_law
from core.ledger.charter import MAX_NAME_CHARS, Charter, OfficeCard, decode_card, found
from core.store.files import write_durably
from desktop.background import Background
from desktop.dialogs.stage import Stage
from desktop.library import library_laws
from desktop.widgets.texts import button, label
from desktop.wording import say


class FoundingStage(Stage):
    founded = Signal(str)  # path of the charter

    def __init__(self, folder: Folder, background: Background, parent: QWidget) -> None:
        super().__init__(say("founding.title"), say("founding.about"), parent)
        self._folder, self._background = folder, background
        self._paths: list[Path] = [folder.card]
        self.name = QLineEdit(self.content)
        self.name.setMaxLength(MAX_NAME_CHARS)
        self.name.setPlaceholderText(say("founding.name.example"))
        self.cards = QListWidget(self.content)
        self.cards.setAccessibleName(say("founding.cards"))
        self.cards.setMinimumHeight(150)
        self.out = QLineEdit(str(Path.home() / "muniment.charter"), self.content)
        self._lay_out()
        self._read([])

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose_out)
        out_row = QHBoxLayout()
        out_row.setSpacing(10)
        out_row.addWidget(self.out, 1)
        out_row.addWidget(browse)
        for row, (key, widget) in enumerate((("founding.name", self.name), ("founding.out", self.out))):
            caption = label(say(key), self.content, wrap=False)
            caption.setBuddy(widget)
            widget.setAccessibleName(say(key))
            grid.addWidget(caption, row, 0)
            grid.addWidget(widget, 0, 1) if row == 0 else grid.addLayout(out_row, 1, 1)
        self.body.addLayout(grid)
        self.body.addWidget(label(say("founding.cards"), self.content, "heading"))
        self.body.addWidget(self.cards)
        self._tolerance = label("", self.content, "quiet")
        add = button(say("founding.add"), self.content)
        add.clicked.connect(self._choose_cards)
        remove = button(say("founding.remove"), self.content)
        remove.clicked.connect(self._remove)
        row_layout = QHBoxLayout()
        row_layout.addWidget(add)
        row_layout.addWidget(remove)
        row_layout.addStretch(1)
        self.body.addLayout(row_layout)
        self.body.addWidget(self._tolerance)
        self.body.addWidget(label(say("founding.own-card", path=str(self._folder.card)), self.content, "quiet"))
        self.body.addStretch(1)
        self.found = button(say("founding.found"), self, main=True)
        self.found.clicked.connect(self._found)
        self.foot.addWidget(self.found)

    def focus_first(self) -> None:
        self.name.setFocus()

    # -- cards --------------------------------------------------------------------------------------------------

    def add_cards(self, paths: Sequence[Path]) -> None:
        """Cards that other offices have written; each is checked before it is listed."""
        self._read([path for path in paths if path not in self._paths])

    def _choose_cards(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, say("founding.add.title"), "", say("founding.card-files"))
        if paths:
            self.add_cards([Path(path) for path in paths])

    def _read(self, new: Sequence[Path]) -> None:
        """All are read together. An answer to an earlier question, which may come later, is not the list any more."""
        paths = self._paths = [*self._paths, *new]
        self.notice.clear()
        self._background.run(
            self,
            lambda: [decode_card(read_bounded(path), verify) for path in paths],
            lambda cards: self._list(paths, cards),
            lambda error: self._not_read(new, error),
        )

    def _not_read(self, new: Sequence[Path], error: MunimentError) -> None:
        left = [path for path in self._paths if path not in new]
        if left and new:  # with what was asked for meanwhile
            self._paths = left
            self._read([])
        self.tell_trouble(error)

    def _list(self, paths: list[Path], cards: Sequence[OfficeCard]) -> None:
        if paths is not self._paths:
            return
        self.cards.clear()
        for path, one in zip(paths, cards, strict=True):
            people = ", ".join(officer.name for officer in one.officers)
            item = QListWidgetItem(say("founding.card", office=one.name, people=people), self.cards)
            item.setData(Qt.ItemDataRole.UserRole, str(path))
        few = len(cards) < 4
        self._tolerance.setText(say("founding.few" if few else "founding.enough", count=len(cards)))

    def _remove(self) -> None:
        row = self.cards.currentRow()
        if row > 0:  # the first is this office's own
            del self._paths[row]
            self._read([])

    # -- the charter --------------------------------------------------------------------------------------------

    def _choose_out(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("founding.out"), self.out.text())
        if path:
            self.out.setText(path)

    def _found(self) -> None:
        name, out, paths = typed_text(self.name.text()), Path(self.out.text().strip()), list(self._paths)
        if not name:
            self.notice.tell(say("founding.name-missing"), "care")
            self.name.setFocus()
            return

        def work() -> Charter:
            cards = [decode_card(read_bounded(path), verify) for path in paths]
            laws = [parse_law(text).canonical for text in library_laws().values()]
            charter = found(name, SystemClock().now_ms(), cards, laws, {})
            write_durably(out, charter.encoded)
            return charter

        self.busy.begin(say("founding.busy"))
        self._background.run(self, work, lambda _charter: self.founded.emit(str(out)), self.tell_trouble)
