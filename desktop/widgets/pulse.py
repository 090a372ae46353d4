"""A bar for work of which nobody knows how far it is.

Not a QProgressBar without an end: as one is taken away Qt 6.11 may still read its animation, which is deleted by then
(`QCommonStylePrivate::removeAnimation`), and the window is gone without a word. Nothing here outlives the widget, and
nothing moves while it is hidden.
"""

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

HEIGHT = 10
STEP_MS = 60
STEPS = 50  # from one end to the other
SHARE = 0.25  # of the width, that moves


class Pulse(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._move)

    @property
    def moving(self) -> bool:
        return self._timer.isActive()

    def _move(self) -> None:
        self._step = (self._step + 1) % (2 * STEPS)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        width = self.width() * SHARE
        at = min(self._step, 2 * STEPS - self._step) / STEPS * (self.width() - width)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.palette().base())
            painter.fillRect(QRectF(at, 0, width, self.height()), self.palette().highlight())
            painter.setPen(self.palette().mid().color())  # the frame that the other bars have
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
