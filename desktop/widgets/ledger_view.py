"""The picture of the ledger: a lane for each office, its entries from left to right, lines to what each had seen.

Only what is in sight is painted (ledger_painting.py). What the mouse or the keyboard has chosen is told in words by
whoever listens. Keys: the arrows move along a lane and between lanes, Home and End to the first and the newest,
+ and - widen, Enter opens.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from core.views import BlockView
from desktop.models.ledger_layout import Layout, Placed
from desktop.widgets.ledger_margins import NAMES_WIDTH, RULER_HEIGHT, LaneNames, RoundRuler
from desktop.widgets.ledger_painting import paint_entry, paint_ground, paint_lines
from desktop.widgets.ledger_sight import LANE_HEIGHTS, STEPS, Sight
from desktop.wording import say

NEAR_EDGE = 12  # columns from an end at which more is asked for


class LedgerView(QAbstractScrollArea):
    chosen = Signal(object)  # BlockView: by mouse or keyboard
    pointed = Signal(object)  # BlockView under the mouse, or None
    opened = Signal(object)  # BlockView: Enter or a double click
    older_wanted = Signal()
    newer_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sight = Sight()
        self._current: Placed | None = None
        self._pointed: Placed | None = None
        self.painted = 0  # entries that the last painting drew
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say("ledger.picture"))
        self.setMinimumHeight(RULER_HEIGHT + 3 * LANE_HEIGHTS[0])
        self.setViewportMargins(NAMES_WIDTH, RULER_HEIGHT, 0, 0)
        self._names, self._ruler = LaneNames(self.sight, self), RoundRuler(self.sight, self)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # -- content ------------------------------------------------------------------------------------------------

    def show_layout(self, layout: Layout, offices: Sequence[str], wrote_twice: Sequence[int], follow: bool) -> None:
        """`offices`: names, a lane each. `follow`: keep the newest in sight; else what is there stays there."""
        kept = next(self.sight.placed_in(*self.sight.columns), None)
        before = self.sight.column_left(kept.column) if kept else 0
        self.sight.layout, self.sight.lanes = layout, len(offices)
        self._names.offices, self._names.wrote_twice = offices, frozenset(wrote_twice)
        self._pointed = None
        self._current = layout.find(self._current.block.id) if self._current else None
        self._fit()
        again = layout.find(kept.block.id) if kept else None
        bar = self.horizontalScrollBar()
        if follow:
            bar.setValue(bar.maximum())
        elif again is not None:
            bar.setValue(bar.value() + self.sight.column_left(again.column) - before)
        self._update()

    @property
    def current(self) -> BlockView | None:
        return self._current.block if self._current else None

    @property
    def at_newest(self) -> bool:
        bar = self.horizontalScrollBar()
        return bar.value() >= bar.maximum() - self.sight.step

    def choose(self, block: bytes) -> bool:
        """Choose an entry and bring it into sight; whether it is held."""
        placed = self.sight.layout.find(block)
        if placed is not None:
            self._choose(placed)
        return placed is not None

    def describe(self, text: str) -> None:
        """What a screen reader says of the entry that is chosen."""
        self.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, ratio = event.rect(), self.devicePixelRatioF()
        paint_ground(painter, rect, self.sight)
        paint_lines(painter, rect, self.sight, self._current)
        self.painted = 0
        for placed in self.sight.placed_in(*self.sight.columns_in(rect)):
            ring = 2 if placed is self._current else int(placed is self._pointed)
            paint_entry(painter, self.sight, placed, ring, ratio)
            self.painted += 1

    def _update(self) -> None:
        for widget in (self.viewport(), self._names, self._ruler):
            widget.update()

    def _fit(self) -> None:
        """The scroll bars to the picture."""
        size = self.sight.size = self.viewport().size()
        whole, horizontal, vertical = self.sight.whole, self.horizontalScrollBar(), self.verticalScrollBar()
        horizontal.setRange(0, max(0, whole.width() - size.width()))
        horizontal.setPageStep(max(1, size.width()))
        horizontal.setSingleStep(self.sight.step)
        vertical.setRange(0, max(0, whole.height() - size.height()))
        vertical.setPageStep(max(1, size.height()))
        vertical.setSingleStep(self.sight.lane_height // 2)

    def _scrolled(self, _value: int) -> None:
        self.sight.left, self.sight.top = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self._update()
        first, last = self.sight.columns
        if first < NEAR_EDGE:
            self.older_wanted.emit()
        if last > len(self.sight.layout.columns) - NEAR_EDGE:
            self.newer_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        follow, place = self.at_newest, self.viewport().geometry()
        self._names.setGeometry(place.left() - NAMES_WIDTH, place.top(), NAMES_WIDTH, place.height())
        self._ruler.setGeometry(place.left(), place.top() - RULER_HEIGHT, place.width(), RULER_HEIGHT)
        self._fit()
        if follow:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().maximum())

    # -- choosing -----------------------------------------------------------------------------------------------

    def _choose(self, placed: Placed) -> None:
        self._current = placed
        sight, across, down = self.sight, self.horizontalScrollBar(), self.verticalScrollBar()
        x, width, margin = sight.column_x(placed.column), sight.size.width(), 2 * sight.step
        if not margin <= x <= width - margin:
            across.setValue(across.value() + x - width // 2)
        top, height = sight.lane_top(placed.block.author), sight.size.height()
        if top < 0 or top + sight.lane_height > height:
            down.setValue(down.value() + top - (height - sight.lane_height) // 2)
        self._update()
        self.chosen.emit(placed.block)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.sight.layout.columns) - 1
        match event.key():
            case Qt.Key.Key_Left:
                self._move_along(-1)
            case Qt.Key.Key_Right:
                self._move_along(1)
            case Qt.Key.Key_Up:
                self._move_across(-1)
            case Qt.Key.Key_Down:
                self._move_across(1)
            case Qt.Key.Key_Home:
                self._choose_in(0)
            case Qt.Key.Key_End:
                self._choose_in(last)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.widen(1)
            case Qt.Key.Key_Minus:
                self.widen(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._current is not None:
                self.opened.emit(self._current.block)
            case _:
                super().keyPressEvent(event)

    def _move_along(self, by: int) -> None:
        if self._current is None:
            self._choose_in(len(self.sight.layout.columns) - 1)
            return
        lane = self.sight.layout.lane(self._current.block.author)
        place = lane.index(self._current) + by
        if 0 <= place < len(lane):
            self._choose(lane[place])
        else:
            (self.older_wanted if by < 0 else self.newer_wanted).emit()

    def _move_across(self, by: int) -> None:
        if self._current is None:
            self._choose_in(len(self.sight.layout.columns) - 1)
            return
        number, column = self._current.block.author + by, self._current.column
        while 0 <= number < self.sight.lanes:
            lane = self.sight.layout.lane(number)
            if lane:
                self._choose(min(lane, key=lambda one: abs(one.column - column)))
                return
            number += by

    def _choose_in(self, column: int) -> None:
        if 0 <= column < len(self.sight.layout.columns):
            self._choose(self.sight.layout.columns[column][0])

    def widen(self, by: int) -> None:
        """Wider or narrower columns; what is in the middle stays there."""
        sight, place = self.sight, STEPS.index(self.sight.step) + by
        if 0 <= place < len(STEPS):
            half = sight.size.width() / 2
            middle = (sight.left + half) / sight.step
            sight.step = STEPS[place]
            self._fit()
            self.horizontalScrollBar().setValue(round(middle * sight.step - half))
            self._update()

    # -- mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.sight.at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.sight.at(event.position().toPoint())
        if found is not None:
            self.opened.emit(found.block)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.sight.at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return bool(super().viewportEvent(event))

    def _point_at(self, placed: Placed | None) -> None:
        if placed is not self._pointed:
            self._pointed = placed
            self.viewport().update()
            self.pointed.emit(placed.block if placed else None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel moves along time; with Ctrl it widens."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.widen(1 if turned > 0 else -1)
        else:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - turned)
        event.accept()
