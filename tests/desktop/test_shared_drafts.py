"""A draft that is shared with an officer of another office: seen there, filled in there, and seen here again."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.application import OpenOffice
from desktop.drafting import DraftKeeper

Open = Callable[..., OpenOffice]


def _keeper(qtbot: QtBot, office: OpenOffice) -> DraftKeeper:
    page = office.window.new_act
    qtbot.waitUntil(lambda: page.keeper is not None and not office.desk.background.busy(), timeout=20_000)
    assert page.keeper is not None
    return page.keeper


def _value(office: OpenOffice, field: str) -> object:
    filling = office.window.new_act.filling
    assert filling is not None
    return filling.form.editor(field).value()


def test_a_draft_is_shared_from_the_form_and_filled_in_at_both_offices(open_desk: Open, qtbot: QtBot) -> None:
    first, second = open_desk(0), open_desk(1)
    first.window.go("new")
    first.window.new_act.start("land.first_registration")
    keeper = _keeper(qtbot, first)
    with qtbot.waitSignal(keeper.saved, timeout=20_000):
        keeper.set(("address",), "Garden Street 5")
    filling = first.window.new_act.filling
    assert filling is not None
    names = [action.text() for action in filling.share.menu().actions()]
    assert names == [name for number, name in enumerate(first.desk.offices) if number != 0]
    with qtbot.waitSignal(keeper.shared, timeout=20_000):
        filling.share.menu().actions()[0].trigger()
    told = f"{first.desk.offices[1]} can fill in this draft too."
    qtbot.waitUntil(lambda: any(one.text().startswith(told) for one in filling.findChildren(QLabel)), timeout=10_000)
    address = f"127.0.0.1:{second.service.port}"
    first.service.meet_address(address).result()

    (draft,) = second.service.call(second.service.office.drafts.all).result()
    second.window.go("new")
    second.window.new_act.go_on(draft)
    theirs = _keeper(qtbot, second)
    qtbot.waitUntil(lambda: _value(second, "address") == "Garden Street 5", timeout=20_000)
    with qtbot.waitSignal(theirs.saved, timeout=20_000):
        theirs.set(("use",), "Garden")
    first.service.meet_address(address).result()
    qtbot.waitUntil(lambda: _value(first, "use") == "Garden", timeout=20_000)
    assert _value(first, "address") == "Garden Street 5"
