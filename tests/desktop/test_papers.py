"""Scans in the window: the office that recorded an act has it, another asks for it, gets it, and saves a copy."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.application import OpenOffice
from desktop.pages.papers import clear_copies, kind_of
from tests.desktop.conftest import ALICE, first_registration, record_act
from tests.ledger.building import document

Open = Callable[..., OpenOffice]
SCAN = b"%PDF-1.7 a deed, scanned" * 9000


def _wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def _show(qtbot: QtBot, office: OpenOffice, record: bytes) -> None:
    office.window.open_record(record)
    _wait(qtbot, office)
    bar = office.window.register.record.look_bar
    if bar.isVisible():
        bar.show_all.click()
        _wait(qtbot, office)
        _wait(qtbot, office)


def _buttons(office: OpenOffice) -> dict[str, QPushButton]:
    panel = office.window.register.record.papers
    return {one.text(): one for one in panel.findChildren(QPushButton) if one.isVisible()}


def _words(office: OpenOffice) -> str:
    panel = office.window.register.record.papers
    return "\n".join(one.text() for one in panel.findChildren(QLabel) if one.isVisible())


def test_a_scan_is_asked_for_comes_with_the_next_meeting_and_is_saved(
    open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = open_desk(0), open_desk(1)
    digest = first.service.call(lambda: first.service.office.papers.add(SCAN)).result()
    act = first_registration("7000000077", "1 Street", ALICE)
    act["evidence"] = document("Deed of gift", "7-7") | {"digest": digest}
    record = record_act(first.service, first.desk.folder, "first_registration", {}, act).records[0]
    first.service.meet_address(f"127.0.0.1:{second.service.port}").result()
    _show(qtbot, second, record)
    qtbot.waitUntil(lambda: "The scan is not on this computer." in _words(second), timeout=20_000)
    assert "Deed of gift No. 7-7" in _words(second)
    _buttons(second)["Ask other offices"].click()
    qtbot.waitUntil(lambda: "Asked for" in _words(second), timeout=20_000)
    first.service.meet_address(f"127.0.0.1:{second.service.port}").result()
    qtbot.waitUntil(lambda: "The scan is on this computer (216 kB)." in _words(second), timeout=20_000)
    assert set(_buttons(second)) == {"Open", "Save a copy…"}
    saved = tmp_path / "deed.pdf"
    panel = second.window.register.record.papers
    with qtbot.waitSignal(panel.saved, timeout=10_000):
        panel.save(digest, str(saved))
    assert saved.read_bytes() == SCAN


class Viewer(QObject):
    """The program that shows scans on this computer."""

    given = Signal(str)

    @Slot(QUrl)
    def show_file(self, url: QUrl) -> None:
        self.given.emit(url.toLocalFile())


def test_a_copy_for_another_program_is_gone_when_the_window_is_locked_or_was_killed(
    open_desk: Open, qtbot: QtBot
) -> None:
    """In the clear on the disk only while somebody looks: neither a locked nor a stolen computer has it."""
    office, viewer = open_desk(0), Viewer()
    folder, panel = office.desk.folder, office.window.register.record.papers
    digest = office.service.call(lambda: office.service.office.papers.add(SCAN)).result()
    act = first_registration("7000000078", "2 Street", ALICE)
    act["evidence"] = document("Deed of gift", "7-8") | {"digest": digest}
    record = record_act(office.service, folder, "first_registration", {}, act).records[0]
    _show(qtbot, office, record)
    qtbot.waitUntil(lambda: "Open" in _buttons(office), timeout=20_000)
    QDesktopServices.setUrlHandler("file", viewer, "show_file")
    try:
        with qtbot.waitSignal(viewer.given, timeout=10_000) as shown:
            panel.open(digest)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    copy = Path(shown.args[0])
    assert copy.read_bytes() == SCAN
    assert folder.path in copy.parents
    assert copy.parent.parent.stat().st_mode & 0o077 == 0
    office.desk.lock("asked")
    qtbot.waitUntil(lambda: not copy.exists(), timeout=10_000)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(SCAN)  # as a kill leaves it
    clear_copies(folder)
    assert not copy.parent.parent.exists()


def test_only_kinds_that_are_looked_at_are_opened() -> None:
    assert kind_of(SCAN) == ".pdf"
    assert kind_of(b"\x89PNG\r\n\x1a\n") == ".png"
    assert kind_of(b"MZ\x90\0") is None
    assert kind_of(b"#!/bin/sh") is None
