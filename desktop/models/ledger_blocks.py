"""The blocks that the picture of the ledger holds: a stretch of the order of arrival, asked for page by page.

The newest stretch comes first; older and newer ones are asked for as one goes there, and never more than MOST are
held. The place of each block is worked out off the GUI thread; a layout is swapped in whole. Answers to a question
that is no longer asked are dropped.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from core.errors import MunimentError
from core.office import Office
from core.views import BlockView, LedgerExtent
from desktop.desk import Desk
from desktop.models.ledger_layout import Layout, lay_out

PAGE = 250  # blocks that the office is asked for at once
STRETCH = 1000  # blocks that are added at an end
MOST = 20_000

Gathered = Callable[[int, list[BlockView]], None]  # the number of the question, and what was found


class LedgerBlocks(QObject):
    laid_out = Signal()  # there is a new layout
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._blocks: list[BlockView] = []
        self._question = 0
        self._busy = False
        self._stale = False  # the replica has changed while something was asked
        self.layout = Layout()
        self.extent = LedgerExtent(0, ())

    @property
    def count(self) -> int:
        return len(self._blocks)

    @property
    def holds_oldest(self) -> bool:
        return not self._blocks or self._blocks[0].position == 1

    @property
    def holds_newest(self) -> bool:
        return not self._blocks or self._blocks[-1].position >= self.extent.blocks

    # -- what is asked ------------------------------------------------------------------------------------------

    def show_newest(self) -> None:
        self._ask_extent(lambda extent: self._load(max(1, extent.blocks - STRETCH + 1), extent.blocks))

    def show_around(self, block: bytes) -> None:
        """The stretch that holds a block. `failed` tells `unknown-block`."""

        def look(office: Office) -> tuple[LedgerExtent, int]:
            return office.ledger.extent(), office.vertex(block).position

        def take(answer: tuple[LedgerExtent, int]) -> None:
            if self._current(question):
                self.extent, position = answer
                self._load(max(1, position - STRETCH // 2), min(self.extent.blocks, position + STRETCH // 2))

        question = self._begin()
        self._desk.ask(self, look, take, self._fail)

    def ask_again(self) -> None:
        """The replica has changed: blocks have climbed, and new ones follow where the newest were shown."""
        if self._busy:
            self._stale = True
        elif not self._blocks:
            self.show_newest()
        else:
            first, last, at_end = self._blocks[0].position, self._blocks[-1].position, self.holds_newest
            self._ask_extent(lambda extent: self._load(first, extent.blocks if at_end else last))

    def older(self) -> None:
        """A stretch before the first one held."""
        if not self._busy and not self.holds_oldest:
            first = self._blocks[0].position
            self._extend(max(1, first - STRETCH), first - 1, before=True)

    def newer(self) -> None:
        """A stretch after the last one held."""
        if not self._busy and not self.holds_newest:
            last = self._blocks[-1].position
            self._extend(last + 1, min(self.extent.blocks, last + STRETCH), before=False)

    # -- pages --------------------------------------------------------------------------------------------------

    def _ask_extent(self, then: Callable[[LedgerExtent], None]) -> None:
        question = self._begin()

        def take(extent: LedgerExtent) -> None:
            if self._current(question):
                self.extent = extent
                then(extent)

        self._desk.ask(self, lambda office: office.ledger.extent(), take, self._fail)

    def _load(self, first: int, last: int) -> None:
        """Read a stretch anew, at most MOST blocks, the newest of them."""
        self._gather(self._begin(), max(first, last - MOST + 1), last, [], self._lay_out)

    def _extend(self, first: int, last: int, before: bool) -> None:
        held = self._blocks

        def join(question: int, found: list[BlockView]) -> None:
            self._lay_out(question, (found + held)[:MOST] if before else (held + found)[-MOST:])

        self._gather(self._begin(), first, last, [], join)

    def _gather(self, question: int, first: int, last: int, found: list[BlockView], then: Gathered) -> None:
        """Ask for page after page, so that meetings go on in between."""
        missing = last - first + 1 - len(found)
        if missing <= 0:
            then(question, found)
            return
        after, count = first - 1 + len(found), min(PAGE, missing)

        def take(page: list[BlockView]) -> None:
            if self._current(question):
                found.extend(page)
                self._gather(question, first, last if page else after, found, then)

        self._desk.ask(self, lambda office: office.ledger.blocks(after, count), take, self._fail)

    def _lay_out(self, question: int, blocks: list[BlockView]) -> None:
        def take(layout: Layout) -> None:
            if not self._current(question):
                return
            self._blocks, self.layout, self._busy = blocks, layout, False
            self.laid_out.emit()
            if self._stale:
                self._stale = False
                self.ask_again()

        self._desk.background.run(self, lambda: lay_out(blocks), take, self._fail)

    # -- questions ----------------------------------------------------------------------------------------------

    def _begin(self) -> int:
        self._question += 1
        self._busy = True
        return self._question

    def _current(self, question: int) -> bool:
        return question == self._question

    def _fail(self, error: MunimentError) -> None:
        self._busy = False
        self.failed.emit(error)
