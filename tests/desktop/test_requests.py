"""A request from the first window to the other office's: asked for, decided, refused, and seen on both pages Today."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.ledger.encoding import Value
from core.views import RecordView, Step
from desktop.application import OpenOffice
from desktop.pages.deciding import Deciding
from desktop.pages.new_act import NewActPage
from desktop.pages.taking_back import TakingBack
from tests.desktop.conftest import (
    ALICE,
    NAMES,
    NOTARY_SECRET,
    REGISTRAR_SECRET,
    first_registration,
    record_act,
    sign_in_turn,
)
from tests.desktop.looking import all_text
from tests.desktop.typing_keys import press, write
from tests.ledger.building import document

CADASTRAL = "7000000123"
OWN = "7000000124"
KEEPER, LAPTOP = NAMES[0], NAMES[1]
BARYS = {"kind": "natural", "name": "Barys Čyž", "number": "P-300"}


def wait(qtbot: QtBot, *offices: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not any(office.desk.background.busy() for office in offices), timeout=20_000)


def carry(giver: OpenOffice, taker: OpenOffice) -> None:
    """Everything that the taker lacks, as a stick brings it."""
    known = taker.service.call(lambda: [tip.id for tip in taker.service.office.vector()]).result()
    office = giver.service.office
    blocks = giver.service.call(lambda: [office.block(one) for one in office.newer_than(known)]).result()
    taker.service.call(lambda: [taker.service.office.receive(*block) for block in blocks]).result()
    taker.desk.tell_changed()


@pytest.fixture
def keeper(open_desk: Callable[..., OpenOffice]) -> OpenOffice:
    office = open_desk(0)
    record_act(
        office.service, office.desk.folder, "first_registration", {}, first_registration(CADASTRAL, "1 Street", ALICE)
    )
    return office


@pytest.fixture
def laptop(open_desk: Callable[..., OpenOffice], keeper: OpenOffice, qtbot: QtBot) -> OpenOffice:
    office = open_desk(1)
    carry(keeper, office)
    wait(qtbot, keeper, office)
    return office


def fill_transfer(qtbot: QtBot, laptop: OpenOffice) -> NewActPage:
    """A transfer of the other office's parcel, ready for review."""
    service = laptop.service

    def parcel() -> RecordView:
        (row,) = service.office.records.search(CADASTRAL)
        return service.office.records.view(row.id)

    page = laptop.window.new_act
    laptop.window.go("new")
    page.start("land.transfer", service.call(parcel).result())
    wait(qtbot, laptop)
    assert page.keeper is not None
    act = {
        "ground": "gift",
        "from": [{"entry": 1, "part": [1, 2]}],
        "to": [{"holder": BARYS, "part": [1, 2]}],
        "deed": document("Deed", "14"),
        "spouse_consent": {"answer": "given", "by": [1, 1]},
    }
    for name, value in act.items():
        page.keeper.set((name,), value)
    wait(qtbot, laptop)
    return page


def ask(qtbot: QtBot, laptop: OpenOffice) -> NewActPage:
    page = fill_transfer(qtbot, laptop)
    assert page.filling is not None
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=10_000)
    assert page.reviewing is not None
    refused = page.reviewing
    assert not refused.may_sign
    assert refused.request.text() == f"&Request it from {KEEPER}"
    assert f"{KEEPER} is the competent office for this record." in all_text(refused)
    refused.request.click()
    qtbot.waitUntil(lambda: page.reviewing is not refused, timeout=10_000)
    wait(qtbot, laptop)
    reviewing = page.reviewing
    assert reviewing is not None
    assert reviewing.may_sign
    assert f"Requested from\n{KEEPER}" in all_text(reviewing)
    with qtbot.waitSignal(page.recorded, timeout=20_000):
        sign_in_turn(qtbot, reviewing, (REGISTRAR_SECRET, NOTARY_SECRET))
    wait(qtbot, laptop)
    return page


def open_request(qtbot: QtBot, keeper: OpenOffice) -> Deciding:
    page = keeper.window.today
    keeper.window.go("today")
    wait(qtbot, keeper)
    assert "One request waits for this office" in all_text(page)
    assert f"Transfer of ownership · {CADASTRAL} · from {LAPTOP}" in all_text(page)
    (button,) = [one for one in page.findChildren(QPushButton) if one.text() == "De&cide…"]
    button.click()
    wait(qtbot, keeper)
    assert page.deciding is not None
    return page.deciding


def test_a_request_is_signed_here_and_entered_there(keeper: OpenOffice, laptop: OpenOffice, qtbot: QtBot) -> None:
    page = ask(qtbot, laptop)
    view = page.done.view
    assert view is not None
    assert (view.ladder.step, view.ladder.outcome) == (Step.RECORDED, "requested")
    assert page.done.status.text.startswith(f"Waiting for the competent office ({KEEPER})")
    assert page.done.print.text() == "&Print slip…"
    carry(laptop, keeper)
    wait(qtbot, keeper)
    deciding = open_request(qtbot, keeper)
    shown = all_text(deciding)
    assert "The rules of the register allow this act" in shown
    assert "Barys Čyž (P-300) · 1/2" in shown
    assert "Alice Żak (P-100)" in shown  # the entry that is given, by what it says
    assert f"{LAPTOP} notary, notary" in shown
    assert [role for role, _, _ in deciding.signers] == ["registrar"]
    keeper.window.activateWindow()
    qtbot.waitUntil(keeper.window.isActiveWindow)
    deciding.focus_first()
    with qtbot.waitSignal(deciding.decided, timeout=20_000):
        write(REGISTRAR_SECRET)
        press(Qt.Key.Key_Return)
    assert f"{LAPTOP} learns of it at the next meeting" in all_text(deciding)
    deciding.close_button.click()
    wait(qtbot, keeper)
    assert "waits for this office" not in all_text(keeper.window.today)
    carry(keeper, laptop)
    laptop.window.go("today")
    wait(qtbot, laptop)
    shown = all_text(laptop.window.today)
    assert f"Transfer of ownership · {CADASTRAL} · to {KEEPER}" in shown
    assert f"Decided by {KEEPER}" in shown
    assert "Waiting for the competent office" not in shown
    assert shown.count(CADASTRAL) == 1
    row = laptop.service.call(lambda: laptop.service.office.records.search("Barys")).result()
    assert [one.label for one in row] == [CADASTRAL]


def test_a_refusal_needs_a_reason_that_the_other_office_reads(
    keeper: OpenOffice, laptop: OpenOffice, qtbot: QtBot
) -> None:
    ask(qtbot, laptop)
    carry(laptop, keeper)
    wait(qtbot, keeper)
    deciding = open_request(qtbot, keeper)
    deciding.refuse.click()
    deciding.signers[0][2].setText(REGISTRAR_SECRET)
    deciding.sign_refusal.click()
    assert deciding.notice.text.startswith("Give a reason")
    deciding.reason.setPlainText("The deed is not legible.")
    with qtbot.waitSignal(deciding.decided, timeout=20_000):
        deciding.sign_refusal.click()
    assert "The request is refused" in all_text(deciding)
    wait(qtbot, keeper)
    carry(keeper, laptop)
    laptop.window.go("today")
    wait(qtbot, laptop)
    assert "The competent office has refused the request: The deed is not legible." in all_text(laptop.window.today)
    timeline = laptop.service.call(lambda: laptop.service.office.records.search("Barys")).result()
    assert timeline == []


def test_a_wrong_passphrase_decides_nothing(keeper: OpenOffice, laptop: OpenOffice, qtbot: QtBot) -> None:
    ask(qtbot, laptop)
    carry(laptop, keeper)
    wait(qtbot, keeper)
    deciding = open_request(qtbot, keeper)
    deciding.signers[0][2].setText(NOTARY_SECRET)
    deciding.enter.click()
    qtbot.waitUntil(lambda: bool(deciding.notice.text), timeout=10_000)
    assert deciding.notice.text.startswith("This passphrase does not open the key.")
    assert deciding.signers[0][2].text() == ""
    assert len(keeper.service.call(keeper.service.office.requests.for_me).result()) == 1
    deciding.later.click()
    wait(qtbot, keeper)
    assert "One request waits for this office" in all_text(keeper.window.today)


def test_what_cannot_be_entered_any_more_can_only_be_refused(
    keeper: OpenOffice, laptop: OpenOffice, qtbot: QtBot
) -> None:
    ask(qtbot, laptop)
    carry(laptop, keeper)
    wait(qtbot, keeper)
    parcel = keeper.service.call(lambda: keeper.service.office.records.search(CADASTRAL)[0].id).result()
    act = {
        "ground": "gift",
        "from": [{"entry": 1, "part": [1, 1]}],
        "to": [{"holder": BARYS, "part": [1, 1]}],
        "deed": document("Deed", "15"),
        "spouse_consent": {"answer": "given", "by": [0, 1]},
    }
    record_act(keeper.service, keeper.desk.folder, "transfer", {"parcel": parcel}, act, ("registrar", "notary"))
    deciding = open_request(qtbot, keeper)
    assert "This request cannot be entered. The record was changed meanwhile by another act." in all_text(deciding)
    assert not deciding.enter.isEnabled()
    assert deciding.refuse.isEnabled()


def test_an_act_on_two_parcels_of_two_offices_shows_both_and_is_taken_back(
    keeper: OpenOffice, laptop: OpenOffice, qtbot: QtBot
) -> None:
    registered = first_registration(OWN, "2 Street", BARYS)
    (ours,) = record_act(laptop.service, laptop.desk.folder, "first_registration", {}, registered).records
    carry(laptop, keeper)
    parcel = laptop.service.call(lambda: laptop.service.office.records.search(CADASTRAL)[0].id).result()
    whole = [{"entry": 1, "part": [1, 1]}]
    act: dict[str, Value] = {
        "first_given": whole,
        "first_taken": [{"holder": ALICE, "part": [1, 1]}],
        "second_given": whole,
        "second_taken": [{"holder": BARYS, "part": [1, 1]}],
        "deed": document("Deed", "16"),
        "consents": {"answer": "complete", "by": [1, 1]},
    }
    both = {"first": ours, "second": parcel}
    record_act(laptop.service, laptop.desk.folder, "exchange", both, act, ("registrar", "notary"), addressed_to=0)
    carry(laptop, keeper)
    words = f"Exchange of two parcels · {OWN} · {CADASTRAL}"
    for office, record in ((laptop, ours), (keeper, parcel)):
        office.window.open_record(record)
        wait(qtbot, office)
        shown = all_text(office.window.register)
        assert f"{words}: asked by {LAPTOP}" in shown
        assert f"waits for {KEEPER}" in shown
    page = keeper.window.today
    keeper.window.go("today")
    wait(qtbot, keeper)
    (button,) = [one for one in page.findChildren(QPushButton) if one.text() == "De&cide…"]
    button.click()
    wait(qtbot, keeper)
    deciding = page.deciding
    assert isinstance(deciding, Deciding)
    shown = all_text(deciding)
    assert f"{OWN}, kept by {LAPTOP}" in shown
    assert f"{CADASTRAL}\n" in shown
    assert deciding.enter.isEnabled()
    page = laptop.window.today
    laptop.window.go("today")
    wait(qtbot, laptop)
    (button,) = [one for one in page.findChildren(QPushButton) if one.text() == "&Take back…"]
    assert words in button.accessibleName()
    button.click()
    stage = page.deciding
    assert isinstance(stage, TakingBack)
    stage.reason.setPlainText("Both have changed their minds.")
    stage.passphrase.setText(REGISTRAR_SECRET)
    with qtbot.waitSignal(stage.ended, timeout=20_000):
        stage.sign.click()
    assert f"if {KEEPER} has not entered it before" in all_text(stage)
    carry(laptop, keeper)
    keeper.window.go("today")
    wait(qtbot, keeper)
    assert "waits for this office" not in all_text(keeper.window.today)
