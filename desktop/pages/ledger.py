"""The ledger: its picture, one entry read beside it, and a way to the newest entry or to an act of a record."""

from PySide6.QtCore import Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.office import Office
from core.views import BlockView
from desktop.desk import Desk
from desktop.models.ledger_blocks import LedgerBlocks
from desktop.pages.ledger_entry import EntryPanel
from desktop.pages.page import Page
from desktop.widgets.ledger_sight import BARE_SIZE
from desktop.widgets.ledger_view import LedgerView
from desktop.widgets.status import Shape, shape_pixmap
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.entries import entry_line

LEGEND = ("recorded", "witnessed", "certified", "final", "rejected", "anchor")


class LedgerPage(Page):
    record_wanted = QtSignal(bytes)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("ledger.title"), desk, parent)
        self.model = LedgerBlocks(desk, self)
        self.view = LedgerView(self)
        self.entry = EntryPanel(desk, self)
        self.find = QLineEdit(self)
        self.find.setPlaceholderText(say("ledger.find"))
        self.find.setAccessibleName(say("ledger.find"))
        self.find.setClearButtonEnabled(True)
        self.count = label("", self, "quiet", wrap=False)
        self.pointed = label("", self, "quiet")
        self._lay_out()
        self._connect()
        self._wanted = b""  # an entry to choose once it is held
        self._follow = True

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(10)
        self.newest = button(say("ledger.newest"), self)
        self.narrower, self.wider = button("−", self), button("+", self)
        for made, key in ((self.narrower, "ledger.narrower"), (self.wider, "ledger.wider")):
            made.setAccessibleName(say(key))
            made.setFixedWidth(44)
        bar.addWidget(self.find, 1)
        for widget in (self.newest, self.narrower, self.wider):
            bar.addWidget(widget)
        picture = QVBoxLayout()
        picture.setSpacing(6)
        picture.addWidget(self.view, 1)
        told = QHBoxLayout()
        told.addWidget(self.pointed, 1)
        told.addWidget(self.count)
        picture.addLayout(told)
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addLayout(picture, 1)
        both.addWidget(self.entry)
        self.body.addWidget(label(say("ledger.about"), self, "quiet"))
        self.body.addLayout(bar)
        self.body.addLayout(both, 1)
        self.body.addWidget(self._legend())

    def _legend(self) -> QFrame:
        frame = QFrame(self)
        frame.setAccessibleName(say("ledger.legend"))
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        for place, name in enumerate((*LEGEND, "bare")):
            shape = Shape.WITNESSED if name == "bare" else Shape(name)
            mark = QLabel(frame)
            mark.setTextFormat(Qt.TextFormat.PlainText)
            mark.setPixmap(shape_pixmap(shape, BARE_SIZE if name == "bare" else 16, self.devicePixelRatioF()))
            mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
            mark.setFixedWidth(18)
            row, column = divmod(place, 4)
            grid.addWidget(mark, row, 2 * column)
            grid.addWidget(label(say(f"ledger.legend.{name}"), frame, "quiet"), row, 2 * column + 1)
            grid.setColumnStretch(2 * column + 1, 1)
        return frame

    def _connect(self) -> None:
        self.model.laid_out.connect(self._show)
        self.model.failed.connect(self.tell_trouble)
        self.view.older_wanted.connect(self.model.older)
        self.view.newer_wanted.connect(self.model.newer)
        self.view.chosen.connect(self._read)
        self.view.pointed.connect(self._point)
        self.view.opened.connect(self._open)
        self.entry.record_wanted.connect(self.record_wanted)
        self.entry.failed.connect(self.tell_trouble)
        self.find.returnPressed.connect(self._find)
        self.newest.clicked.connect(self.show_newest)
        self.wider.clicked.connect(lambda: self.view.widen(1))
        self.narrower.clicked.connect(lambda: self.view.widen(-1))

    # -- moves --------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        super().enter()
        self.view.setFocus()

    def refresh(self) -> None:
        self._follow = self.view.at_newest
        self.model.ask_again()

    def show_newest(self) -> None:
        self._follow = True
        self.model.show_newest()
        self.view.setFocus()

    def show_entry(self, block: bytes) -> None:
        """Choose an entry, wherever in the ledger it stands."""
        self.notice.clear()
        if not self.view.choose(block):
            self._wanted, self._follow = block, False
            self.model.show_around(block)

    def show_act(self, act: bytes) -> None:
        """Choose the entry that holds an act."""
        self.desk.ask(self, lambda office: office.acts.view(act).block, self.show_entry, self.tell_trouble)

    def _find(self) -> None:
        """The newest act of the first record that matches."""
        text = self.find.text().strip()

        def look(office: Office) -> bytes | None:
            for row in office.records.search(text, 1):
                for entry in office.records.view(row.id).timeline[:1]:
                    return office.acts.view(entry.act).block
            return None

        def take(block: bytes | None) -> None:
            if block is None:
                self.notice.tell(say("ledger.not-found", text=text))
            else:
                self.show_entry(block)
                self.view.setFocus()

        if text:
            self.desk.ask(self, look, take, self.tell_trouble)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        model, extent = self.model, self.model.extent
        self.view.show_layout(model.layout, self.desk.offices, extent.forkers, self._follow)
        self._follow = False
        if model.holds_oldest and model.holds_newest:
            words = say("ledger.shown", count=extent.blocks) if extent.blocks else say("ledger.empty")
        else:
            words = say("ledger.shown-part", shown=model.count, count=extent.blocks)
        self.count.setText(words)
        wanted, self._wanted = self._wanted, b""
        if wanted:
            self.view.choose(wanted)
        elif self.view.current is not None:
            self._read(self.view.current)

    def _read(self, block: BlockView) -> None:
        parents = [found.block for parent in block.parents if (found := self.model.layout.find(parent))]
        self.entry.show_entry(block, parents)
        self.view.describe(entry_line(block, self.desk.offices, self.desk.standing.quorum))

    def _point(self, block: BlockView | None) -> None:
        self.pointed.setText(entry_line(block, self.desk.offices, self.desk.standing.quorum) if block else "")

    def _open(self, block: BlockView) -> None:
        """The record that the first act of an entry made or changed."""

        def look(office: Office) -> bytes | None:
            return next((record for act in office.ledger.block_detail(block.id).acts for record in act.records), None)

        def take(record: bytes | None) -> None:
            if record is not None:
                self.record_wanted.emit(record)

        self.desk.ask(self, look, take, self.tell_trouble)
