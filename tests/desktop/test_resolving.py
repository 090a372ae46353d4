"""From the page Today: what is missing is brought to a suspended act, and another is taken back with a reason."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.application import OpenOffice
from desktop.pages.resolving import Resolving
from tests.desktop.conftest import ALICE, NOTARY_SECRET, REGISTRAR_SECRET, first_registration, record_act
from tests.desktop.looking import all_text
from tests.ledger.building import document

CADASTRAL = "7000000123"
BARYS = {"kind": "natural", "name": "Barys Čyž", "number": "P-300"}
SALE = {
    "ground": "gift",
    "from": [{"entry": 1, "part": [1, 2]}],
    "to": [{"holder": BARYS, "part": [1, 2]}],
    "deed": document("Deed", "14"),
}


def wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


@pytest.fixture
def office(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> OpenOffice:
    office = open_desk(0)
    entry = first_registration(CADASTRAL, "1 Street", ALICE)
    parcel = record_act(office.service, office.desk.folder, "first_registration", {}, entry).records[0]
    record_act(office.service, office.desk.folder, "transfer", {"parcel": parcel}, SALE, ("registrar", "notary"))
    office.desk.tell_changed()
    wait(qtbot, office)
    return office


def open_act(qtbot: QtBot, office: OpenOffice) -> Resolving:
    page = office.window.today
    office.window.go("today")
    wait(qtbot, office)
    assert "One act is suspended or held" in all_text(page)
    (button,) = [one for one in page.findChildren(QPushButton) if one.text() == "&Decide…"]
    button.click()
    wait(qtbot, office)
    assert isinstance(page.deciding, Resolving)
    return page.deciding


def choose(resolving: Resolving, way: str, role: str, secret: str) -> None:
    resolving.way.setCurrentIndex(resolving.way.findData(way))
    places = [place for place in range(resolving.officer.count()) if resolving.officer.itemData(place)[1] == role]
    resolving.officer.setCurrentIndex(places[0])
    resolving.passphrase.setText(secret)


def test_what_is_missing_is_brought_at_the_counter(office: OpenOffice, qtbot: QtBot) -> None:
    resolving = open_act(qtbot, office)
    shown = all_text(resolving)
    assert "Suspended: The spouse's consent, or why none is needed, is missing." in resolving.standing.text
    assert "Barys Čyž (P-300) · 1/2" in shown
    assert [resolving.way.itemData(place) for place in range(resolving.way.count())] == [
        "#cure", "#set_aside", "#withdraw"
    ]  # fmt: skip
    assert "spouse_consent" in [field.name for field in resolving.form.fields]
    resolving.form.changed.emit(("spouse_consent",), {"answer": "given", "by": [0, 1]})
    choose(resolving, "#cure", "notary", NOTARY_SECRET)
    with qtbot.waitSignal(resolving.ended, timeout=20_000):
        resolving.sign.click()
    assert "Signed. The act is now: " in resolving.standing.text
    resolving.later.click()
    wait(qtbot, office)
    assert "suspended or held" not in all_text(office.window.today)
    found = office.service.call(lambda: office.service.office.records.search("Barys")).result()
    assert [one.label for one in found] == [CADASTRAL]


def test_an_act_is_taken_back_with_a_reason(office: OpenOffice, qtbot: QtBot) -> None:
    resolving = open_act(qtbot, office)
    choose(resolving, "#withdraw", "registrar", REGISTRAR_SECRET)
    resolving.sign.click()
    assert resolving.notice.text.startswith("Give a reason")
    resolving.reason.setPlainText("The parties do not want it any more.")
    with qtbot.waitSignal(resolving.ended, timeout=20_000):
        resolving.sign.click()
    assert "Withdrawn" in resolving.standing.text
    resolving.later.click()
    wait(qtbot, office)
    told = all_text(office.window.today)
    assert "suspended or held" not in told
    assert "Act withdrawn · Transfer of ownership" in told
    assert "2 acts of this office are on their way." in told
