"""The first run joins an existing network, with numbers that are typed or read from the paper."""

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.folder import Folder
from desktop.application import Application
from desktop.dialogs.entering import grouped_number
from desktop.dialogs.joining import JoiningStage
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
    stage.read_paper(str(tmp_path / "paper.pdf"))
    qtbot.waitUntil(lambda: bool(stage.network.text()), timeout=10_000)
    assert stage.checkpoint.text() == grouped_number(arrived.given.checkpoint)
    stage.join.click()
    qtbot.waitUntil(lambda: application.office is not None, timeout=20_000)
    assert arrived.folder.standing() == "member"
