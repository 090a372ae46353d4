"""Labels and buttons of the house. Every label shows plain text: what came from elsewhere is never markup or a link."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextLayout
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


def label(text: str, parent: QWidget, role: str = "", wrap: bool = True, selectable: bool = False) -> QLabel:
    """`role`: title, heading, quiet, strong, large or trouble (style.py)."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def tip(words: str) -> str:
    """For what stands under the mouse: Qt reads what looks like markup as markup there, and names come from outside."""
    return f"<span>{escape(words)}</span>" if words else ""


class NarrowName(QLabel):
    """A name in a narrow place, in so many lines at most: the whole is under the mouse and for screen readers."""

    def __init__(self, text: str, parent: QWidget, role: str, lines: int = 2) -> None:
        super().__init__(parent)
        self.whole, self._most = text, lines
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.contentsRect().width()
        layout = QTextLayout(self.whole, self.font())
        layout.beginLayout()
        lines, begun = [], 0
        for _ in range(self._most - 1):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            lines.append(self.whole[begun : begun + line.textLength()].strip())
            begun += line.textLength()
        layout.endLayout()
        rest = self.whole[begun:].strip()
        last = self.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, width)
        self.setText("\n".join(line for line in (*lines, last) if line))
        self.setToolTip(tip(self.whole) if last != rest else "")


def button(text: str, parent: QWidget, main: bool = False) -> QPushButton:
    """`main`: the one that goes on; at most one on a page. Enter presses whatever button has the focus."""
    made = QPushButton(text, parent)
    made.setAutoDefault(True)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if main:
        made.setProperty("role", "main")
    return made


def literal(text: str) -> str:
    """Text of others for a button or menu, where `&` would underline the next letter."""
    return text.replace("&", "&&")


def card(parent: QWidget) -> tuple[QFrame, QVBoxLayout]:
    """A sheet of paper on the page, and its layout."""
    frame = QFrame(parent)
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(18, 14, 18, 14)
    layout.setSpacing(8)
    return frame, layout


def restyle(widget: QWidget) -> None:
    """After a property that the style sheet looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
