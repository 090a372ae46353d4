"""A card below the fields of the record that is shown, with a line for each thing to say; none without any."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.office import Office
from desktop.desk import Desk
from desktop.widgets.texts import card, label
from desktop.wording import say

SHOWN = 3  # beside the record, which is what one has come for
T = TypeVar("T")


class AboutRecord(QWidget, Generic[T]):
    """A panel says by `line` how one thing is shown."""

    failed = Signal(object)

    def __init__(self, desk: Desk, heading: str, parent: QWidget) -> None:
        """`heading`: in words."""
        super().__init__(parent)
        self._desk, self._heading = desk, heading
        self.record = b""  # that is shown
        self._content: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 0)
        self.hide()

    def line(self, thing: T, parent: QWidget) -> QWidget:
        raise NotImplementedError

    def ask(self, record: bytes, work: Callable[[Office], Sequence[T]]) -> None:
        """`work`: what there is to say about the record."""
        if record != self.record:  # what is said of another must not stand beside it until the answer comes
            self.hide()
        self.record = record
        self._desk.ask(self, work, lambda found: self._show(record, found), self.failed.emit)

    def _show(self, record: bytes, found: Sequence[T]) -> None:
        if record != self.record:
            return
        if self._content is not None:
            self._content.hide()
            self._content.deleteLater()
        frame, layout = card(self)
        self._content = frame
        layout.addWidget(label(self._heading, frame, "heading"))
        for thing in found[:SHOWN]:
            layout.addWidget(self.line(thing, frame))
        if len(found) > SHOWN:
            layout.addWidget(label(say("today.more", count=len(found) - SHOWN), frame, "quiet"))
        self._layout.addWidget(frame)
        frame.show()  # now, not when Qt lays out next: what stands there must be of this record
        self.setVisible(bool(found))
