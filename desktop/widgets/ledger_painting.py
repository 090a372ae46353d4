"""Painting what is in sight of the ledger: rounds as bands, lanes, lines to what each entry had seen, the entries.

A fork shows as a second branch with red lines and red frames; an anchor as a diamond on a dashed line through all
lanes. No state is told by colour alone (widgets/status.py).
"""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.views import BlockView, Step
from desktop.models.ledger_layout import Placed
from desktop.style import ACCENT, ACCENT_SOFT, BAD, INK, LINE, PAPER
from desktop.widgets.ledger_sight import ACTS_SIZE, Sight
from desktop.widgets.status import Shape, shape_pixmap, step_shape

REACH = 40  # columns beyond the right edge whose lines are drawn as well
BAND, EDGE, SEEN, OWN = QColor("#f7f9fa"), QColor("#e3e8ec"), QColor("#c3ccd4"), QColor("#8a97a3")


def entry_shape(block: BlockView) -> Shape:
    """The shape of how far an entry has come; its single acts may stand elsewhere."""
    return Shape.REJECTED if block.forked and block.step is not Step.CERTIFIED else step_shape(block.step)


def paint_ground(painter: QPainter, rect: QRect, sight: Sight) -> None:
    """Rounds, lanes, and the marks of the common order through all of them."""
    first, last = sight.columns_in(rect)
    painter.fillRect(rect, QColor(PAPER))
    for number, band in sight.bands_in(first, last):
        left = sight.column_left(band.start)
        if number % 2:
            painter.fillRect(QRect(left, rect.top(), band.width * sight.step, rect.height()), BAND)
        painter.setPen(QPen(OWN, 2) if sight.begins_period(number) else QPen(EDGE, 1))
        painter.drawLine(left, rect.top(), left, rect.bottom())
    painter.setPen(QPen(QColor(LINE), 1))
    for lane in range(sight.lanes):
        middle = sight.lane_top(lane) + sight.lane_height // 2
        painter.drawLine(rect.left(), middle, rect.right(), middle)
    painter.setPen(QPen(QColor(INK), 1, Qt.PenStyle.DashLine))
    for placed in sight.placed_in(first, last):
        if placed.block.anchor:
            x = sight.column_x(placed.column)
            painter.drawLine(x, rect.top(), x, rect.bottom())


def paint_lines(painter: QPainter, rect: QRect, sight: Sight, current: Placed | None) -> None:
    """What each entry had seen; those of the chosen one above all others."""
    first, last = sight.columns_in(rect)
    seen, own, branch = QPen(SEEN, 1), QPen(OWN, 2), QPen(QColor(BAD), 2)
    for placed in sight.placed_in(first, last + REACH):
        for parent in sight.parents(placed):
            if parent.column >= last:
                continue
            if parent.block.author != placed.block.author:
                painter.setPen(seen)
            else:
                painter.setPen(branch if placed.branch else own)
            painter.drawLine(sight.middle(parent), sight.middle(placed))
    if current is not None:
        painter.setPen(QPen(QColor(ACCENT), 2))
        for parent in sight.parents(current):
            painter.drawLine(sight.middle(parent), sight.middle(current))


def paint_entry(painter: QPainter, sight: Sight, placed: Placed, ring: int, ratio: float) -> None:
    """`ring`: how thick a ring stands around it; 0: none."""
    block, middle = placed.block, sight.middle(placed)
    size, most = sight.size_of(block), min(ACTS_SIZE, sight.step)
    painter.setPen(QPen(QColor(ACCENT), ring) if ring else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ACCENT_SOFT if ring else PAPER))  # a ground, so that no line shows through an open shape
    ground = most * 0.74 if ring else size * 0.5
    painter.drawEllipse(middle, ground, ground)
    pixmap = shape_pixmap(entry_shape(block), size, ratio)
    painter.drawPixmap(QPointF(middle.x() - size / 2, middle.y() - size / 2), pixmap)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if block.anchor:
        half = most * 0.9
        painter.setPen(QPen(QColor(INK), 1.6))
        corners = ((0.0, -half), (half, 0.0), (0.0, half), (-half, 0.0))
        painter.drawPolygon(QPolygonF([middle + QPointF(x, y) for x, y in corners]))
    if block.forked:
        half = size * 0.5 + 3
        painter.setPen(QPen(QColor(BAD), 1.6))
        painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))
