"""What a script may ask of an open window besides what it may ask of an office (desktop/control.py): pictures of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from core.errors import MunimentError
from core.people.actions import Action
from desktop.background import Then
from desktop.control import Control
from desktop.desk import Desk
from desktop.main_window import MainWindow
from desktop.pages_picture import PAGES, PagePictures
from desktop.unlocking import parse_signing_officer, read_passphrase

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
        office = desk.service.office

        def look() -> None:
            office.people.require(Action.LOOK)
            if record is not None:
                office.people.look(record, "check")

        desk.service.call(look).result()

        def begin(then: Then[Mapping[str, Path]]) -> None:
            made = PagePictures(window, folder)
            made.finished.connect(then)
            made.take(wanted, record, paper, str(asked.get("procedure", "")))

        taken = desk.background.ask_window(window, begin, PICTURES_TIMEOUT_S)
        return {"pictures": {name: str(path) for name, path in taken.items()}}

    def sign_in(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`officer`: NUMBER:ROLE:PASSPHRASE-FILE; from then on this window is that officer's, until it locks."""
        officer = parse_signing_officer(asked["officer"])
        passphrase = read_passphrase(officer.passphrase_file)

        def begin(then: Then[MunimentError | None]) -> None:
            desk.signed_in.connect(lambda: then(None), Qt.ConnectionType.SingleShotConnection)
            desk.sign_in(window, officer.number, passphrase, then)

        error = desk.background.ask_window(window, begin, PICTURES_TIMEOUT_S)
        if error is not None:
            raise error
        return {"officer": officer.number}

    def used() -> None:
        desk.background.post(window, lambda _nothing: desk.auto_lock.restart(), None)

    control.before = used
    control.add("pictures", pictures)
    control.add("sign-in", sign_in)
    control.serve(lambda: desk.background.post(window, lambda _nothing: on_end(), None))
