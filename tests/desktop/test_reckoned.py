"""What follows from the other fields of an act is filled in by the window: the fee of the day, and nobody types it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.laws import parse_law
from desktop.application import OpenOffice
from desktop.widgets.fields.editor import MoneyEditor
from tests.desktop.conftest import MadeNetwork, make_network
from tests.ledger.building import party
from tests.stories.test_fees import BOATS


@pytest.fixture
def network(tmp_path: Path) -> MadeNetwork:
    return make_network(tmp_path, [parse_law(BOATS).canonical], names=("Dudzicki",))


@pytest.fixture
def desk(open_desk: Callable[..., OpenOffice]) -> OpenOffice:
    return open_desk(0)


def test_the_fee_follows_from_its_day_and_is_signed(desk: OpenOffice, qtbot: QtBot) -> None:
    def settle() -> None:
        qtbot.waitUntil(lambda: not desk.desk.background.busy(), timeout=20_000)

    page = desk.window.new_act
    desk.window.go("new")
    page.start("boats.enter_boat")
    settle()
    assert page.filling is not None
    assert page.keeper is not None
    form, due = page.filling.form, page.filling.form.editor("fee_due")
    assert isinstance(due, MoneyEditor)
    assert not due.isEnabled()
    assert "fee_due" not in form.act()
    page.filling.review.click()
    settle()
    told = [one.text() for one in page.filling.findChildren(QLabel)]
    assert "It follows from the other fields and is filled in with them." in told
    owner = {"owner": party("Ana", 1), "part": [1, 1]}
    for name, value in (("mark", "AB-12"), ("name", "Seagull"), ("owners", [owner]), ("fee_day", [2026, 5, 31])):
        page.keeper.set((name,), value)
    settle()
    assert (due.value(), form.act()["fee_due"]) == ([4000, "EUR"], [4000, "EUR"])
    page.keeper.set(("fee_day",), [2026, 6, 1])
    settle()
    assert (due.value(), form.act()["fee_due"]) == ([4500, "EUR"], [4500, "EUR"])
    if folder := os.environ.get("MUNIMENT_PICTURES"):
        desk.window.resize(1366, 768)
        page.filling.scroll.ensureWidgetVisible(due)
        desk.window.grab().save(str(Path(folder) / "fee.png"))
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=20_000)
    assert page.reviewing is not None
    assert page.reviewing._proposal.transaction.act["fee_due"] == [4500, "EUR"]
