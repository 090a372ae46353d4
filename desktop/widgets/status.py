"""The steps of the ladder as shapes: a state is told by its word, its shape and its colour, never by colour alone."""

from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.views import Ladder, Step
from desktop.style import ACCENT, BAD, CARE, GOOD, INK, QUIET
from desktop.widgets.texts import label
from desktop.wording.ladder import WAITS_FOR_OFFICE, ladder_words


class Shape(Enum):
    DRAFT = "draft"
    RECORDED = "recorded"
    WITNESSED = "witnessed"
    SHARED = "shared"  # seen by the majority, waits for the common order
    CERTIFIED = "certified"
    FINAL = "final"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    HELD = "held"
    WAITING = "waiting"  # for another office's decision
    INFO = "info"
    ANCHOR = "anchor"  # a mark of the common order
    NEAR = "near"
    FAR = "far"


_COLOURS = {
    Shape.DRAFT: QUIET,
    Shape.RECORDED: QUIET,
    Shape.WITNESSED: ACCENT,
    Shape.SHARED: ACCENT,
    Shape.CERTIFIED: GOOD,
    Shape.FINAL: GOOD,
    Shape.REJECTED: BAD,
    Shape.SUSPENDED: CARE,
    Shape.HELD: CARE,
    Shape.WAITING: CARE,
    Shape.INFO: ACCENT,
    Shape.ANCHOR: INK,
    Shape.NEAR: ACCENT,
    Shape.FAR: QUIET,
}
_HANDS = {  # inside the circle: two bars of a pause, two hands of a clock
    Shape.SUSPENDED: [QLineF(6.3, 5.5, 6.3, 10.5), QLineF(9.7, 5.5, 9.7, 10.5)],
    Shape.WAITING: [QLineF(8, 4.6, 8, 8.3), QLineF(8, 8.3, 10.8, 9.9)],
}
_STEPS = {
    Step.RECORDED: Shape.RECORDED,
    Step.WITNESSED: Shape.WITNESSED,
    Step.CERTIFIED: Shape.CERTIFIED,
    Step.FINAL: Shape.FINAL,
    Step.REJECTED: Shape.REJECTED,
}


def step_shape(step: Step) -> Shape:
    return _STEPS[step]


def ladder_shape(ladder: Ladder) -> Shape:
    """The shape of where an act stands; what waits for somebody outranks how far it has climbed."""
    if ladder.outcome == "suspended":
        return Shape.SUSPENDED
    if ladder.outcome == "held":
        return Shape.HELD
    if ladder.outcome in WAITS_FOR_OFFICE and ladder.step is not Step.REJECTED:
        return Shape.WAITING
    if ladder.step is Step.CERTIFIED and ladder.shared:
        return Shape.SHARED
    return _STEPS[ladder.step]


@lru_cache(maxsize=512)
def shape_pixmap(shape: Shape, size: int, ratio: float = 1.0) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    _paint(painter, shape, QColor(_COLOURS[shape]))
    painter.end()
    return pixmap


def shape_icon(shape: Shape) -> QIcon:
    icon, pixmap = QIcon(), shape_pixmap(shape, 16, 2.0)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # a chosen row keeps the colours of its shapes
        icon.addPixmap(pixmap, mode)
    return icon


def _paint(painter: QPainter, shape: Shape, colour: QColor) -> None:
    """On a ground of 16 × 16."""
    circle = QRectF(2, 2, 12, 12)
    outline = QPen(colour, 1.8)
    white = QPen(QColor("white"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(outline)
    match shape:
        case Shape.DRAFT:
            painter.setPen(QPen(colour, 1.8, Qt.PenStyle.DotLine))
            painter.drawEllipse(circle)
        case Shape.RECORDED | Shape.FAR:
            painter.drawEllipse(circle)
        case Shape.NEAR:
            painter.setBrush(colour)
            painter.drawEllipse(circle)
        case Shape.WITNESSED:
            painter.drawEllipse(circle)
            painter.setBrush(colour)
            painter.drawPie(circle, 90 * 16, 180 * 16)
        case Shape.SHARED:
            painter.setBrush(colour)
            painter.drawEllipse(circle)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("white"))
            for x in (4.9, 8.0, 11.1):
                painter.drawEllipse(QPointF(x, 8), 1.05, 1.05)
        case Shape.CERTIFIED | Shape.FINAL:
            painter.setBrush(colour)
            painter.drawEllipse(circle) if shape is Shape.CERTIFIED else painter.drawRect(circle)
            painter.setPen(white)
            painter.drawPolyline(QPolygonF([QPointF(5, 8.3), QPointF(7.2, 10.5), QPointF(11, 6)]))
        case Shape.REJECTED:
            painter.setBrush(colour)
            painter.drawRect(circle)
            painter.setPen(white)
            painter.drawLine(QPointF(5.5, 5.5), QPointF(10.5, 10.5))
            painter.drawLine(QPointF(10.5, 5.5), QPointF(5.5, 10.5))
        case _:
            _paint_sign(painter, shape, circle)


def _paint_sign(painter: QPainter, shape: Shape, circle: QRectF) -> None:
    """What is no step of the ladder."""
    match shape:
        case Shape.SUSPENDED | Shape.WAITING:
            painter.drawEllipse(circle)
            painter.drawLines(_HANDS[shape])
        case Shape.HELD:
            painter.drawPolygon(QPolygonF([QPointF(8, 1.8), QPointF(14.5, 14), QPointF(1.5, 14)]))
            painter.drawLine(QPointF(8, 6.5), QPointF(8, 9.5))
            painter.drawPoint(QPointF(8, 12))
        case Shape.ANCHOR:
            painter.drawPolygon(QPolygonF([QPointF(8, 1), QPointF(15, 8), QPointF(8, 15), QPointF(1, 8)]))
        case Shape.INFO:
            painter.drawEllipse(circle)
            painter.drawLine(QPointF(8, 7.5), QPointF(8, 11))
            painter.drawPoint(QPointF(8, 5))


class StatusLine(QWidget):
    """A shape and its words."""

    def __init__(self, parent: QWidget, role: str = "", narrow: bool = False) -> None:
        """`narrow`: where the words need more lines than they would like."""
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._shape = QLabel(self)
        self._shape.setTextFormat(Qt.TextFormat.PlainText)
        self._words = label("", self, role)
        layout.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1, Qt.AlignmentFlag.AlignTop)
        height = QSizePolicy.Policy.Minimum if narrow else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, height)

    @property
    def text(self) -> str:
        return self._words.text()

    def show_ladder(self, ladder: Ladder, office_count: int) -> None:
        self.show_words(ladder_shape(ladder), ladder_words(ladder, office_count))

    def show_words(self, shape: Shape, words: str) -> None:
        self._shape.setPixmap(shape_pixmap(shape, 18, self.devicePixelRatioF()))
        self._words.setText(words)
        self._words.ensurePolished()
        self._shape.setFixedHeight(max(18, self._words.fontMetrics().height()))  # beside the first line
        self.setAccessibleName(words)
