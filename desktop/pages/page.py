"""What every page has: a title, a place for messages, and the moment when it is shown or the office has news."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.errors import MunimentError
from desktop.desk import Desk
from desktop.widgets.notice import Notice
from desktop.widgets.texts import label


class Page(QWidget):
    def __init__(self, title: str, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(28, 20, 28, 16)
        self.body.setSpacing(12)
        self.title = label(title, self, "title")
        self.notice = Notice(self)
        self.body.addWidget(self.title)
        self.body.addWidget(self.notice)

    def enter(self) -> None:
        """The page was chosen: ask again and put the cursor where work begins."""
        self.refresh()

    def refresh(self) -> None:
        """The replica has changed, or the page is shown again."""

    def tell_trouble(self, error: MunimentError) -> None:
        self.notice.tell_trouble(error)
