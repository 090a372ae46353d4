"""A damaged copy is repaired from the window: found while the office is open, closed, put together anew, opened again."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.crypto.keyfile import Cost, open_keys
from core.data_folder import Folder, read_bounded
from core.store.database import Database
from desktop.application import Application
from desktop.dialogs.repairing import RepairingStage
from desktop.dialogs.unlock import UnlockStage
from tests.desktop.conftest import (
    ALICE,
    OFFICE_SECRET,
    QUIET,
    MadeNetwork,
    first_registration,
    record_act,
    sign_in,
)
from tests.desktop.looking import press

PARCELS = 3


@pytest.fixture
def application(network: MadeNetwork, qtbot: QtBot) -> Iterator[Application]:
    """Of an office whose newest entry is not on the disk as it was signed."""
    service = network.open(0)
    for number in range(PARCELS):
        fields = first_registration(f"700000000{number}", "1 Street", ALICE)
        record_act(service, network.folders[0], "first_registration", {}, fields)
    service.stop()
    damage(network.folders[0])
    made = Application(network.folders[0], QUIET, Cost.cheapest, Cost.cheapest())
    yield made
    for window in (made.gate, made.office.window if made.office else None):
        if window is not None and isValid(window):
            window.close()
    made.stop()


def damage(folder: Folder) -> None:
    key = open_keys(read_bounded(folder.node_key), OFFICE_SECRET).secrets["database_key"]
    database = Database(folder.replica, key)
    database.execute("UPDATE block SET signature = zeroblob(64) WHERE position = (SELECT max(position) FROM block)")
    database.close()


def repair(stage: RepairingStage, qtbot: QtBot) -> None:
    qtbot.waitUntil(stage.repair.isEnabled, timeout=20_000)
    stage.passphrase.setText("not the passphrase")
    stage.repair.click()
    qtbot.waitUntil(lambda: "passphrase" in stage.notice.text, timeout=20_000)
    stage.passphrase.setText(OFFICE_SECRET)
    stage.repair.click()
    qtbot.waitUntil(lambda: not stage.open.isHidden(), timeout=20_000)
    assert f"with {PARCELS - 1} acts" in stage.notice.text
    assert "Parts that could not be read any more: 1;" in stage.notice.text


def opened(application: Application, qtbot: QtBot, click: Callable[[], None]) -> None:
    with qtbot.waitSignal(application.opened, timeout=20_000):
        click()


def test_damage_that_is_found_is_repaired_and_the_office_goes_on(application: Application, qtbot: QtBot) -> None:
    opened(application, qtbot, lambda: application.open(OFFICE_SECRET))
    office = application.office
    assert office is not None
    sign_in(qtbot, office)
    qtbot.waitUntil(lambda: office.desk.condition.quarantine is not None, timeout=20_000)
    window = office.window
    window.go("condition")
    words = "\n".join(label.text() for label in window.condition.findChildren(QLabel))
    assert "By repairing the copy" in words
    press(window.condition, "Repair this copy…")
    assert application.office is None
    assert application.gate is not None
    stage = application.gate.stage
    assert isinstance(stage, RepairingStage)
    repair(stage, qtbot)
    opened(application, qtbot, stage.open.click)
    again = application.office
    assert again is not None
    # What it signed last stands beside the copy until the next act: the same block is signed again.
    assert again.desk.condition.quarantine is None
    assert again.service.call(lambda: again.service.office.standing.counts().acts).result() == PARCELS
    assert (application.folder.path / "before-repair-1" / "replica.db").exists()


def test_the_gate_leads_to_the_repair(application: Application, qtbot: QtBot) -> None:
    application.show_gate()
    gate = application.gate
    assert gate is not None
    assert isinstance(gate.stage, UnlockStage)
    gate.stage.repair.click()
    assert isinstance(gate.stage, RepairingStage)
    gate.stage.left.emit()
    assert isinstance(gate.stage, UnlockStage)
