"""A message in place: what happened, whether anything was lost, what to do next. And a sign that work is under way."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.errors import MunimentError
from desktop.widgets.pulse import HEIGHT, Pulse
from desktop.widgets.status import Shape, shape_pixmap
from desktop.widgets.texts import button, label, restyle
from desktop.wording import say, sentence

NOTICE_SHAPES = {"info": Shape.INFO, "done": Shape.CERTIFIED, "care": Shape.HELD, "trouble": Shape.REJECTED}


class Notice(QFrame):
    """Hidden until something is to be said."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(12)
        self._shape = QLabel(self)
        self._shape.setTextFormat(Qt.TextFormat.PlainText)
        self._text = label("", self, selectable=True)
        layout.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text() if not self.isHidden() else ""

    def tell(self, text: str, kind: str = "info") -> None:
        """`kind`: info, done, care or trouble."""
        self.setProperty("role", f"notice-{kind}")
        restyle(self)
        self._shape.setPixmap(shape_pixmap(NOTICE_SHAPES[kind], 18, self.devicePixelRatioF()))
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()

    def tell_trouble(self, error: MunimentError) -> None:
        self.tell(sentence(error.code, error.facts), "trouble")

    def clear(self) -> None:
        self.hide()


class Busy(QFrame):
    """What is being done, how far it is, and a way to stop it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._what = label("", self)
        row = QHBoxLayout()
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(HEIGHT)
        self._bar.setRange(0, 1000)
        self._pulse = Pulse(self)
        self._cancel: QPushButton = button(say("busy.cancel"), self)
        self._cancel.clicked.connect(self._cancelled)
        row.addWidget(self._bar, 1)
        row.addWidget(self._pulse, 1)
        row.addWidget(self._cancel)
        layout.addWidget(self._what)
        layout.addLayout(row)
        self._on_cancel: Callable[[], None] | None = None
        self.hide()

    def begin(self, what: str, cancel: Callable[[], None] | None = None) -> None:
        self._what.setText(what)
        self.advance(0, 0)
        self._on_cancel = cancel
        self._cancel.setVisible(cancel is not None)
        self.show()

    def advance(self, done: int, whole: int, what: str = "") -> None:
        """`whole` 0: how much there is to do is not known."""
        self._bar.setVisible(whole > 0)
        self._pulse.setVisible(whole == 0)
        self._bar.setValue(min(1000, done * 1000 // whole) if whole else 0)
        if what:
            self._what.setText(what)

    def end(self) -> None:
        self._on_cancel = None
        self.hide()

    def _cancelled(self) -> None:
        cancel, self._on_cancel = self._on_cancel, None
        self.hide()
        if cancel is not None:
            cancel()
