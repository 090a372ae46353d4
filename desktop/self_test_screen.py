"""The self-test's steps that need Qt: print a paper and read it back from its pixels, and show a window."""

from pathlib import Path

from PySide6.QtCore import QTimer

from core.crypto.keyfile import Cost
from core.errors import MunimentError
from core.folder import Folder
from core.office import Office
from desktop.background import Background
from desktop.dialogs.gate import Gate
from desktop.knowledge import knowledge_of_office
from desktop.printing.office_extract import extract_pdf
from desktop.qt_application import make_unseen_application
from desktop.verification import verify_file

SHOWN_LIMIT_MS = 15_000


def print_and_read(office: Office, act: bytes, path: Path) -> None:
    """Raises `self-test-failed`."""
    make_unseen_application()
    path.write_bytes(extract_pdf(office, office.proofs.receipt(act), office.acts.view(act), (2026, 1, 1)))
    if not verify_file(path, knowledge_of_office(office)).valid:
        raise MunimentError("self-test-failed", step="paper")


def show_window(folder: Path) -> None:
    """The first window of a new installation, shown until it is painted. Raises `self-test-failed`."""
    application = make_unseen_application()
    background = Background(application)
    gate = Gate(Folder(folder), background, Cost.floor)
    gate.show()
    painted = []

    def look() -> None:
        picture = gate.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        painted.append(len(colours) > 1)
        application.quit()

    QTimer.singleShot(0, gate, look)
    QTimer.singleShot(SHOWN_LIMIT_MS, application, application.quit)
    application.exec()
    background.stop()
    gate.close()
    if painted != [True]:
        raise MunimentError("self-test-failed", step="window")
