"""What stands in a window, and pressing what it says there, as a person sees both."""

from PySide6.QtWidgets import QLabel, QPushButton, QWidget


def texts(widget: QWidget) -> list[str]:
    """Of all labels that are shown, in the order in which they were made."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def all_text(widget: QWidget) -> str:
    """The same, a line each."""
    return "\n".join(texts(widget))


def press(widget: QWidget, words: str) -> None:
    """The one button that says so, or whose name for a screen reader it is."""
    found = [
        one for one in widget.findChildren(QPushButton) if words in (one.text().replace("&", ""), one.accessibleName())
    ]
    (button,) = found
    button.click()
