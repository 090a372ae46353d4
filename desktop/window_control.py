"""What a script may ask of an open window besides what it may ask of an office (desktop/control.py): pictures of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from desktop.background import Then
from desktop.control import Control
from desktop.desk import Desk
from desktop.main_window import MainWindow
from desktop.pages_picture import PAGES, PagePictures

PICTURES_TIMEOUT_S = 60.0


def attach_control(desk: Desk, window: MainWindow, on_end: Callable[[], None]) -> None:
    """Answer standard input until it ends; `on_end` is then called on the GUI thread."""
    control = Control(desk.folder, desk.service)

    def pictures(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`folder`; `pages`: names, all by default; `record`: id in hex; `paper`: a file to verify."""
        wanted = [str(name) for name in asked.get("pages", PAGES)]
        record = bytes.fromhex(asked["record"]) if "record" in asked else None
        paper = Path(asked["paper"]) if "paper" in asked else None
        folder = Path(asked["folder"])

        def begin(then: Then[Mapping[str, Path]]) -> None:
            made = PagePictures(window, folder)
            made.finished.connect(then)
            made.take(wanted, record, paper, str(asked.get("procedure", "")))

        taken = desk.background.ask_window(window, begin, PICTURES_TIMEOUT_S)
        return {"pictures": {name: str(path) for name, path in taken.items()}}

    control.add("pictures", pictures)
    control.serve(lambda: desk.background.post(window, lambda _nothing: on_end(), None))
