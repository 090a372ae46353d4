"""The window as a command: at its gate, or unattended with a passphrase file, and driven by JSON lines if asked."""

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from desktop.application import OpenOffice, grab_pages, run
from desktop.commands.meeting import service_settings
from desktop.control import Control
from desktop.unlocking import Access

PICTURES_LIMIT_S = 120.0


def window_command(access: Access, controlled: bool, loopback: bool) -> dict[str, Any]:
    """Until the window is closed. With a passphrase file it opens without asking."""
    passphrase = access.passphrase if access.passphrase_file is not None else None

    def attach(office: OpenOffice) -> None:
        control = Control(access.folder, office.service)
        control.add("pictures", lambda asked: _pictures(office, asked))
        control.serve(lambda: office.desk.background.post(office.desk, lambda _none: QApplication.quit(), None))

    on_open = attach if controlled else None
    return {"exit": run(access.folder, passphrase, service_settings(controlled, loopback), on_open)}


def _pictures(office: OpenOffice, asked: Mapping[str, Any]) -> dict[str, Any]:
    """From the control's thread: pages of the real window as PNG files in `folder`."""
    done: Future[Mapping[str, Path]] = Future()
    record = bytes.fromhex(asked["record"]) if "record" in asked else None
    paper = Path(asked["paper"]) if "paper" in asked else None

    def take() -> None:
        pictures = grab_pages(office, Path(asked["folder"]))
        pictures.finished.connect(done.set_result)
        pictures.take(list(asked["pages"]), record, paper)

    office.desk.background.post(office.desk, lambda _none: take(), None)
    return {"files": {page: str(path) for page, path in done.result(PICTURES_LIMIT_S).items()}}
