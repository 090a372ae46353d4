"""A child process that opens one window offscreen, waits for what is to be seen, and prints its times as JSON.

`python -m tests.bench.window_child bare STARTED_NS ROWS` shows a bare table of so many rows;
`… office STARTED_NS FOLDER` shows Muniment's window on the office in that folder, waits until its first page is
filled and then opens the register. Times run from where the window begins to be built; `from_start_s` from STARTED_NS,
the monotonic time at which the parent started the child, so it counts the start of Python, every import and the
opening of the replica.
"Painted" means that the event loop has come back from a paint event.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView, QWidget

SIZE = (1366, 768)
POLL_MS = 2


class FirstPaint(QObject):
    """Calls `then` once, right after a widget (or any inside it) was painted for the first time from now on."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._then, self._seen = widget, then, False
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        painted = event.type() == QEvent.Type.Paint and isinstance(watched, QWidget)
        if not self._seen and painted and (watched is self._widget or self._widget.isAncestorOf(watched)):
            self._seen = True
            QApplication.instance().removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False


class BareRows(QAbstractTableModel):
    """The least that a model of so many rows can do."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008  # as Qt declares it
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008  # as Qt declares it
        return 0 if parent.isValid() else 5

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return f"{index.row()}.{index.column()}" if role == Qt.ItemDataRole.DisplayRole else None


def show_bare(started_ns: int, row_count: int) -> None:
    application = QApplication([])
    begun_ns = time.monotonic_ns()
    window = QMainWindow()
    table = QTableView(window)
    model = BareRows(row_count)
    table.setModel(model)
    window.setCentralWidget(table)
    window.resize(*SIZE)

    def painted() -> None:
        print(json.dumps({"from_start_s": _since(started_ns), "first_paint_s": _since(begun_ns)}))
        application.quit()

    FirstPaint(table.viewport(), painted)
    window.show()
    application.exec()


def show_office(started_ns: int, path: Path) -> None:
    from core.clock import SystemClock
    from core.folder import Folder, open_office, open_officer
    from desktop.application import OpenOffice
    from desktop.background import Background
    from desktop.qt_application import make_application
    from desktop.standing import read_standing
    from sync.service import Service, Settings
    from tests.bench.offices import PASSPHRASE

    application, folder, background = make_application(), Folder(path), Background()
    service = Service(lambda: open_office(folder, PASSPHRASE, SystemClock()), Settings(port=0, loopback_only=True))
    service.start()
    key = open_officer(folder, 0, PASSPHRASE)
    service.call(lambda: service.office.people.sign_in(0, key)).result()
    standing = service.call(lambda: read_standing(service.office)).result()
    times: dict[str, float] = {}

    def first_painted() -> None:
        times["from_start_s"], times["first_paint_s"] = _since(started_ns), _since(begun_ns)
        once_idle(lambda: open_register(office.window))

    def open_register(window: Any) -> None:
        times["filled_s"] = _since(begun_ns)
        clicked_ns = time.monotonic_ns()
        answered: list[bool] = []

        def shown(found: bool) -> None:
            if not answered:
                answered.append(found)
                FirstPaint(window.register.table.viewport(), lambda: register_painted(clicked_ns, window))

        window.register.model.answered.connect(shown)
        window.go("register")

    def register_painted(clicked_ns: int, window: Any) -> None:
        times["register_s"] = _since(clicked_ns)
        times["rows"] = window.register.model.rowCount()
        application.quit()

    def once_idle(then: Callable[[], None]) -> None:
        if background.busy():
            QTimer.singleShot(POLL_MS, lambda: once_idle(then))
        else:
            then()

    begun_ns = time.monotonic_ns()
    office = OpenOffice(service, folder, standing, background)
    FirstPaint(office.window, first_painted)
    office.window.show()
    application.exec()
    office.stop()
    background.stop()
    print(json.dumps(times))


def _since(started_ns: int) -> float:
    return (time.monotonic_ns() - started_ns) / 1e9


if __name__ == "__main__":
    kind, started, what = sys.argv[1:]
    if kind == "bare":
        show_bare(int(started), int(what))
    else:
        show_office(int(started), Path(what))
