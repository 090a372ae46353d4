"""The address of this office as text and as a picture for another office's camera; and reading such a picture."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.store.files import write_durably
from desktop.desk import Desk
from desktop.printing.address_code import address_picture, read_address_picture
from desktop.widgets.notice import Notice
from desktop.widgets.tab_order import on_escape
from desktop.widgets.texts import button, card, label
from desktop.wording import say


class OwnAddressPanel(QWidget):
    left = Signal()
    was_read = Signal(list)  # addresses of another office

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._picture = b""
        self.notice = Notice(self)
        back = button(say("fork.back"), self)
        back.clicked.connect(self.left)
        head = QHBoxLayout()
        head.addWidget(label(say("own.title"), self, "heading"), 1)
        head.addWidget(back)
        frame, inside = card(self)
        self.addresses = label("", frame, "strong", selectable=True)
        self.picture = QLabel(frame)
        self.picture.setAccessibleName(say("own.picture"))
        self._about = label("", frame)
        for widget in (self._about, self.addresses, self.picture):
            inside.addWidget(widget)
        self.save = button(say("own.save"), frame)
        self.save.clicked.connect(self._choose_saved)
        self.read = button(say("own.read"), frame, main=True)
        self.read.clicked.connect(self._choose_read)
        row = QHBoxLayout()
        row.addWidget(self.read)
        row.addWidget(self.save)
        row.addStretch(1)
        inside.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.notice)
        layout.addWidget(frame)
        layout.addStretch(1)
        on_escape(self, self.left.emit)
        self.setFocusProxy(self.read)

    def show_addresses(self) -> None:
        """Those that this computer has now."""
        self.notice.clear()
        service = self._desk.service
        self._desk.ask(self, lambda _office: service.own_addresses(), self._show, self.notice.tell_trouble)

    def _show(self, addresses: Sequence[str]) -> None:
        self._about.setText(say("own.about") if addresses else say("own.none"))
        self.addresses.setText("\n".join(addresses))
        self._picture = address_picture(addresses) if addresses else b""
        shown = QPixmap()
        shown.loadFromData(self._picture)
        self.picture.setPixmap(shown)
        for widget in (self.addresses, self.picture, self.save):
            widget.setVisible(bool(addresses))

    def _choose_saved(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("own.save.title"), "muniment-address.png")
        if path:
            self.save_picture(Path(path))

    def save_picture(self, path: Path) -> None:
        self._desk.background.run(
            self,
            partial(write_durably, path, self._picture),
            lambda _none: self.notice.tell(say("own.saved"), "done"),
            self.notice.tell_trouble,
        )

    def _choose_read(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("own.read.title"))
        if path:
            self.read_picture(Path(path))

    def read_picture(self, path: Path) -> None:
        """A photograph, a scan, or the saved picture itself; then the office there is called."""
        self._desk.background.run(
            self, partial(read_address_picture, path), self.was_read.emit, self.notice.tell_trouble
        )
