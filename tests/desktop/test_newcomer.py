"""What an office that joins needs from a member's window; how long the disk lasts; papers put away."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.errors import MunimentError
from core.ledger.block import decode_header
from core.snapshot_file import SnapshotFile, read_beginning
from core.storage import DAYS_A_MONTH, LEAST_DAYS, StorageMeter, read_storage
from desktop.application import OpenOffice
from desktop.pages.newcomer import NewcomerPanel
from desktop.pages.storage import storage_words
from desktop.printing.joining_paper import read_joining_paper
from tests.desktop.conftest import MadeNetwork
from tests.desktop.writers import fill, fill_and_rest

Open = Callable[..., OpenOffice]
LONG_NUMBER = re.compile(r"([0-9a-f]{4} ?){16}")


def _visible(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def _wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def _panel(office: OpenOffice, qtbot: QtBot) -> NewcomerPanel:
    office.window.go("offices")
    _wait(qtbot, office)
    assert not LONG_NUMBER.search(_visible(office.window))
    office.window.offices.join.click()
    _wait(qtbot, office)
    return office.window.offices.newcomer


def test_the_copy_and_its_paper_belong_together(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    fill_and_rest(network)
    panel = _panel(open_desk(), qtbot)
    assert not LONG_NUMBER.search(_visible(panel))
    with qtbot.waitSignal(panel.written, timeout=20_000) as written:
        panel.write_copy(str(tmp_path / "copy"))
    (summary,) = written.args
    with qtbot.waitSignal(panel.printed, timeout=20_000):
        panel.print_numbers(str(tmp_path / "paper.pdf"))
    given = read_joining_paper(tmp_path / "paper.pdf")
    assert (given.network, given.checkpoint) == (summary.network, summary.checkpoint)
    with (tmp_path / "copy").open("rb") as stream:
        certificate, _, _ = read_beginning(SnapshotFile(stream), given)
    assert certificate.checkpoint.anchor == summary.anchor
    panel.copy.click()
    assert QApplication.clipboard().text().replace(" ", "") == f"{given.network.hex()}\n{given.checkpoint.hex()}"
    assert panel.technical is not None
    panel.technical.switch.click()
    assert len(LONG_NUMBER.findall(_visible(panel))) == 2
    with pytest.raises(MunimentError, match="not-a-joining-paper"):
        read_joining_paper(tmp_path / "copy")


def test_a_copy_that_is_stopped_leaves_nothing(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    fill_and_rest(network)
    office = open_desk()
    panel = _panel(office, qtbot)
    folder = tmp_path / "stick"
    folder.mkdir()
    held = threading.Event()
    office.service.call(held.wait)  # the office is at work: the copy waits its turn
    panel.write_copy(str(folder / "copy"))
    (stop,) = [one for one in panel.busy.findChildren(QPushButton) if one.isVisible()]
    stop.click()
    held.set()
    qtbot.waitUntil(lambda: bool(panel.notice.text), timeout=20_000)
    assert panel.notice.text.startswith("It was stopped.")
    assert not list(folder.iterdir())
    assert panel.write.isEnabled()


def test_before_anything_is_confirmed_nothing_is_handed_over(open_desk: Open, qtbot: QtBot) -> None:
    panel = _panel(open_desk(), qtbot)
    assert "not confirmed any state of the register yet" in _visible(panel)
    assert not any(one.isEnabled() for one in (panel.write, panel.print, panel.copy))


def test_settled_papers_go_into_the_archive(network: MadeNetwork, open_desk: Open, qtbot: QtBot) -> None:
    fill_and_rest(network, 16)
    office = open_desk()
    office.window.go("changes")
    _wait(qtbot, office)
    page = office.window.changes
    assert page.storage is not None
    assert "0 B in the archive" in _visible(page.storage)
    page.storage.prune.click()
    qtbot.waitUntil(lambda: bool(page.notice.text), timeout=20_000)
    assert page.notice.text.startswith("Put into the archive")
    _wait(qtbot, office)
    assert "0 B in the archive" not in _visible(page.storage)
    page.storage.prune.click()
    qtbot.waitUntil(lambda: page.notice.text.startswith("Nothing is settled for long enough"), timeout=20_000)


def test_the_meter_counts_what_came_lately(network: MadeNetwork, open_desk: Open) -> None:
    fill(network, 5, 4)
    office = open_desk()

    def measure(days: float) -> StorageMeter:
        store = office.service.office.store
        claims = [decode_header(header).claimed_ms for header, _, _ in store.chain.newest_sizes(100)]
        return read_storage(store, max(claims) + round(days * 86_400_000))

    young, old, past = (office.service.call(lambda days=days: measure(days)).result() for days in (1, 30, 365))
    assert young.acts == young.acts_lately == 9
    assert young.months_left is None
    assert old.days == pytest.approx(30, abs=0.1)
    assert old.months_left == pytest.approx(old.free / (9 * old.bytes_an_act) * 30 / DAYS_A_MONTH, rel=0.01)
    assert (past.acts, past.acts_lately, past.months_left) == (9, 0, None)


def test_the_meter_speaks_plainly() -> None:
    meter = StorageMeter(40_000_000, 2_000_000, 3_000_000, 10_000, LEAST_DAYS, 500, 6_720_000)
    words = storage_words(meter)
    assert words["storage.size"] == "40.0 MB, and 2.0 MB in the archive"
    assert words["storage.act"].startswith("4.2 kB with everything")
    assert "less than a month" in words["storage.free"]  # 500 acts a week, 4.2 kB each, on 3 MB
    assert words["storage.line"] == "a week of all offices takes at most 14 minutes (64 kbit/s)"
    assert "about 33 months" in storage_words(replace(meter, free=300_000_000))["storage.free"]
    assert "more than 10 years" in storage_words(replace(meter, free=10**12))["storage.free"]
    assert "after a week" in storage_words(replace(meter, days=LEAST_DAYS - 1))["storage.free"]
