"""The edges of the ledger's picture that stay in sight: the offices beside their lanes, the rounds above them."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.style import BAD, GROUND, INK, LINE, PAPER, QUIET
from desktop.widgets.ledger_sight import Sight
from desktop.wording import say

NAMES_WIDTH = 160
RULER_HEIGHT = 44


class LaneNames(QWidget):
    def __init__(self, sight: Sight, parent: QWidget) -> None:
        super().__init__(parent)
        self._sight = sight
        self.offices: Sequence[str] = ()
        self.wrote_twice: frozenset[int] = frozenset()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(GROUND))
        height = self._sight.lane_height
        for number, name in enumerate(self.offices):
            box = QRect(8, self._sight.lane_top(number), self.width() - 18, height)
            if number in self.wrote_twice:
                upper, lower = box.adjusted(0, 0, 0, -height // 2), box.adjusted(0, height // 2, 0, 0)
                _write(painter, upper, name, INK, Qt.AlignmentFlag.AlignBottom)
                _write(painter, lower, say("ledger.wrote-twice"), BAD, Qt.AlignmentFlag.AlignTop)
            else:
                _write(painter, box, name, INK, Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(LINE))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())


class RoundRuler(QWidget):
    """Rounds in the upper row, marks of the common order in the lower."""

    def __init__(self, sight: Sight, parent: QWidget) -> None:
        super().__init__(parent)
        self._sight = sight

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(GROUND))
        small = QFont(painter.font())
        small.setPointSizeF(small.pointSizeF() * 0.82)
        painter.setFont(small)
        self._paint_rounds(painter)
        self._paint_marks(painter)
        painter.setPen(QColor(LINE))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def _paint_rounds(self, painter: QPainter) -> None:
        metrics, sight = painter.fontMetrics(), self._sight
        painter.setPen(QColor(QUIET))
        for number, band in sight.bands_in(*sight.columns):
            left = sight.column_left(band.start)
            right = left + band.width * sight.step
            shown = max(left, 0)  # the words stay in sight while their round is
            key = "ledger.period" if sight.begins_period(number) else "ledger.round"
            for words in (say(key, round=band.round, period=band.epoch + 1), str(band.round)):
                if metrics.horizontalAdvance(words) + 6 <= right - shown:
                    box = QRect(shown + 3, 0, right - shown, self.height() // 2)
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
                    break

    def _paint_marks(self, painter: QPainter) -> None:
        metrics, sight = painter.fontMetrics(), self._sight
        for placed in sight.placed_in(*sight.columns):
            if placed.block.anchor:
                words = str(placed.block.anchor)
                width = metrics.horizontalAdvance(words) + 10
                half = self.height() // 2
                flag = QRectF(sight.column_x(placed.column) - width / 2, half - 1, width, half - 2)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(INK))
                painter.drawRoundedRect(flag, 3, 3)
                painter.setPen(QColor(PAPER))
                painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, words)


def _write(painter: QPainter, box: QRect, text: str, colour: str, align: Qt.AlignmentFlag) -> None:
    painter.setPen(QColor(colour))
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, align, words)
