"""Pictures of a window's pages, each grabbed once what it shows has come: for the demonstration and for manuals.

`take` goes through the pages on the GUI thread without blocking it; `finished` brings the paths by page.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.main_window import SIZE, MainWindow

SETTLE_MS = 250
PAGES = ("today", "register", "record", "new_act", "offices", "ledger", "verify")


class PagePictures(QObject):
    finished = Signal(object)  # name of the page → path

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self._paths: dict[str, Path] = {}
        self._steps: list[tuple[str, Callable[[], None]]] = []

    def take(
        self, wanted: Sequence[str], record: bytes | None = None, paper: Path | None = None, procedure: str = ""
    ) -> None:
        """`wanted`: of PAGES. `record`: to open; `procedure`: "<law>.<name>" to begin on it; `paper`: to verify."""
        window = self._window
        steps: dict[str, Callable[[], None]] = {
            "today": lambda: window.go("today"),
            "register": lambda: window.go("register"),
            "record": lambda: window.open_record(record or b""),
            "new_act": lambda: self._show_form(procedure),
            "offices": lambda: window.go("offices"),
            "ledger": self._show_ledger,
            "verify": lambda: self._show_paper(paper),
        }
        window.resize(*SIZE)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._steps = [(name, steps[name]) for name in wanted]
        self._next()

    def _show_form(self, procedure: str) -> None:
        self._window.go("new")
        view = self._window.register.record.view
        if view is not None:
            possible = self._window.register.record.procedures()
            self._window.new_act.start(procedure if procedure in possible else possible[0], view)

    def _show_ledger(self) -> None:
        self._window.go("ledger")
        view = self._window.register.record.view
        if view is not None and view.timeline:
            self._window.ledger.show_act(view.timeline[0].act)

    def _show_paper(self, paper: Path | None) -> None:
        self._window.go("verify")
        if paper is not None:
            self._window.verify.check(str(paper))

    def _next(self) -> None:
        if not self._steps:
            self.finished.emit(dict(self._paths))
            return
        name, show = self._steps.pop(0)
        show()
        self._settle(name)

    def _settle(self, name: str) -> None:
        """Grab once nothing that was asked is still under way."""
        if self._window.desk.background.busy():
            QTimer.singleShot(SETTLE_MS, self, lambda: self._settle(name))
        else:
            QTimer.singleShot(SETTLE_MS, self, lambda: self._grab(name))

    def _grab(self, name: str) -> None:
        path = self._folder / f"{name}.png"
        self._window.grab().save(str(path))
        self._paths[name] = path
        self._next()
