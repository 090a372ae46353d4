"""The first run joins an existing network, with numbers that are typed or read from the paper."""

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.folder import Folder
from core.joining_folder import join_network
from desktop.application import Application
from desktop.dialogs.entering import grouped_number
from desktop.dialogs.joining import JoiningStage
from desktop.dialogs.repairing import RepairingStage
from desktop.dialogs.unlock import UnlockStage
from desktop.dialogs.welcome import WelcomeStage
from desktop.printing.joining_paper import JoiningPaper, make_joining_paper
from tests.desktop.test_first_run import _stage, start
from tests.folders import OFFICE_SECRET
from tests.test_joining_folder import arrival

__all__ = ["start"]


def test_an_admitted_office_joins(
    start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:  # the fixture
    arrived = arrival(tmp_path, "admit")
    application = start(arrived.folder)
    welcome = _stage(application, WelcomeStage, qtbot)
    assert isinstance(welcome, WelcomeStage)
    welcome.buttons["join"].click()
    stage = _stage(application, JoiningStage, qtbot)
    assert isinstance(stage, JoiningStage)
    stage.path.setText(str(arrived.file))
    stage.network.setText(grouped_number(arrived.given.network))
    stage.checkpoint.setText(grouped_number(bytes(32)))
    stage.passphrase.setText(OFFICE_SECRET)
    stage.join.click()
    qtbot.waitUntil(lambda: bool(stage.notice.text), timeout=10_000)
    assert stage.notice.text.startswith("This copy is of another register state")
    stage.network.clear()
    paper = JoiningPaper("Town", "Dudzicki", arrived.given, 3, (2026, 3, 5))
    (tmp_path / "paper.pdf").write_bytes(make_joining_paper(paper))
    stage.numbers.read_paper(str(tmp_path / "paper.pdf"))
    qtbot.waitUntil(lambda: bool(stage.network.text()), timeout=10_000)
    assert stage.checkpoint.text() == grouped_number(arrived.given.checkpoint)
    stage.join.click()
    qtbot.waitUntil(lambda: application.office is not None, timeout=20_000)
    assert arrived.folder.standing() == "member"


def test_a_damaged_copy_that_began_with_anothers_joins_again(
    start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    arrived = arrival(tmp_path, "admit")
    join_network(arrived.folder, arrived.file, arrived.given, OFFICE_SECRET)
    application = start(arrived.folder)
    unlock = _stage(application, UnlockStage, qtbot)
    assert isinstance(unlock, UnlockStage)
    unlock.repair.click()
    stage = _stage(application, RepairingStage, qtbot)
    assert isinstance(stage, RepairingStage)
    stage.passphrase.setText(OFFICE_SECRET)
    stage.repair.click()
    qtbot.waitUntil(lambda: "began with another office's copy" in stage.notice.text, timeout=20_000)
    assert stage.numbers.isHidden()
    stage.path.setText(str(arrived.file))
    assert (stage.numbers.isHidden(), stage.repair.text()) == (False, "&Join again and repair")
    stage.repair.click()
    qtbot.waitUntil(lambda: "it has 64 digits" in stage.notice.text, timeout=20_000)
    stage.numbers.checkpoint.setText(grouped_number(arrived.given.checkpoint))
    stage.repair.click()
    qtbot.waitUntil(lambda: not stage.open.isHidden(), timeout=20_000)
    stage.open.click()
    qtbot.waitUntil(lambda: application.office is not None, timeout=20_000)
    assert (arrived.folder.path / "before-repair-1" / "replica.db").exists()
