"""What an act of another register asks of this office: told on Today, prepared there, gone once an officer has answered."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.folder import open_officer
from core.laws import parse_law
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from desktop.application import OpenOffice
from desktop.pages.dismissing import Dismissing
from desktop.pages.today_reading import SHOWN
from tests.desktop.conftest import REGISTRAR_SECRET, MadeNetwork, make_network, sign_in_turn
from tests.desktop.looking import all_text
from tests.ledger.building import party
from tests.test_linking import BY_HAND, LINKED


@pytest.fixture
def network(tmp_path: Path) -> MadeNetwork:
    """One office alone: what it enters is final at once."""
    return make_network(
        tmp_path,
        [parse_law(text).canonical for text in (LINKED.replace("max: 3", "max: 20"), BY_HAND)],
        names=("Dudzicki",),
    )


@pytest.fixture
def desk(open_desk: Callable[..., OpenOffice]) -> OpenOffice:
    return open_desk(0)


def enter(desk: OpenOffice, law: str, name: str, records: dict[str, bytes], **fields: object) -> bytes:
    """An act of the registrar; the id of its first record."""
    office, key = desk.service.office, open_officer(desk.desk.folder, 0, REGISTRAR_SECRET)

    def work() -> bytes:
        proposal = office.propose(law, name, records, fields, [Signer(0, 0, "registrar")])  # type: ignore[arg-type]
        signature = key.sign(office.signing_message([proposal.encoded]))
        return office.record(Group((proposal.encoded,), (signature,)))[0].records[0]

    return desk.service.call(work).result()


def leave_all_but(desk: OpenOffice, record: bytes) -> None:
    office, key = desk.service.office, open_officer(desk.desk.folder, 0, REGISTRAR_SECRET)

    def work() -> None:
        for view in office.questions.to_us():
            if view.record != record:
                proposal = office.propose_dismissal(
                    view.act.id, view.record, "Another Ana.", [Signer(0, 0, "registrar")]
                )
                office.record(Group((proposal.encoded,), (key.sign(office.signing_message([proposal.encoded])),)))

    desk.service.call(work).result()


def test_what_a_death_asks_is_prepared_on_today_and_signed(desk: OpenOffice, qtbot: QtBot) -> None:
    def settle() -> None:
        qtbot.waitUntil(lambda: not desk.desk.background.busy(), timeout=20_000)

    book = enter(desk, "people", "open_book", {}, mark="A")
    person = enter(desk, "people", "enter", {"book": book}, mark="Ana of the mill", number=party("Ana", 1), age=70)
    pension = enter(desk, "pensions", "grant", {}, mark="Pension 7", holder=party("Ana", 1))
    enter(desk, "people", "die", {"person": person}, died=[2026, 5, 1])
    today = desk.window.today
    desk.window.go("today")
    settle()
    told = all_text(today)
    assert "An act of another register asks something of this office" in told
    assert "Suspension · Pension 7" in told
    assert "Because of: Death, Dudzicki" in told
    (prepare,) = [one for one in today.findChildren(QPushButton) if one.text() == "Prepare the act…"]
    prepare.click()
    settle()
    page = desk.window.new_act
    assert page.filling is not None
    assert "Person" in all_text(page.filling)
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None and page.reviewing.may_sign, timeout=10_000)
    assert page.reviewing is not None
    with qtbot.waitSignal(page.recorded, timeout=20_000):
        sign_in_turn(qtbot, page.reviewing, (REGISTRAR_SECRET,))
    settle()
    office = desk.service.office
    assert desk.service.call(lambda: office.records.view(pension).record.state).result() == "suspended"
    desk.window.go("today")
    settle()
    assert "asks something of this office" not in all_text(today)


def test_much_is_asked_and_one_is_left_with_a_reason_which_both_records_show(desk: OpenOffice, qtbot: QtBot) -> None:
    def settle() -> None:
        qtbot.waitUntil(lambda: not desk.desk.background.busy(), timeout=20_000)

    book = enter(desk, "people", "open_book", {}, mark="A")
    person = enter(desk, "people", "enter", {"book": book}, mark="Ana of the mill", number=party("Ana", 1), age=70)
    pension = enter(desk, "pensions", "grant", {}, mark="Pension 7", holder=party("Ana", 1))
    for number in range(SHOWN + 1):
        enter(desk, "pensions", "grant", {}, mark=f"Pension 7{number}", holder=party("Ana", 1))
    enter(desk, "people", "die", {"person": person}, died=[2026, 5, 1])
    today = desk.window.today
    desk.window.go("today")
    settle()
    picture(desk.window, "asked")
    assert all_text(today).count("Because of: Death, Dudzicki") == SHOWN
    (more,) = [one for one in today.findChildren(QPushButton) if one.text() == "Show more (2 left)"]
    more.click()
    settle()
    picture(desk.window, "more")
    assert all_text(today).count("Because of: Death, Dudzicki") == SHOWN + 2
    assert not [one for one in today.findChildren(QPushButton) if "left)" in one.text()]
    leave_all_but(desk, pension)
    today.refresh()
    settle()
    (leave,) = [one for one in today.findChildren(QPushButton) if one.text() == "Leave it…"]
    leave.click()
    page = today.deciding
    assert isinstance(page, Dismissing)
    page.sign.click()
    assert "1 to 500" in all_text(page) or "reason" in all_text(page).lower()
    page.reason.setPlainText("Another Ana: born in 1931.")
    page.passphrase.setText(REGISTRAR_SECRET)
    picture(desk.window, "leaving")
    with qtbot.waitSignal(page.ended, timeout=20_000):
        page.sign.click()
    settle()
    assert "The office whose act asks learns of it" in all_text(page)
    page.later.click()
    settle()
    assert "asks something of this office" not in all_text(today)
    panel = desk.window.register.record.questions
    for record in (person, pension):
        desk.window.open_record(record)
        qtbot.waitUntil(lambda: "left by Dudzicki" in all_text(panel), timeout=20_000)
        settle()
    assert "Suspension · Pension 7, because of Death (Dudzicki, " in all_text(panel)
    # What the reason says is shown like the rest of the record: to whom said why they look.
    assert "Another Ana" not in all_text(panel)
    desk.service.call(lambda: desk.service.office.people.look(pension, "application")).result()
    desk.window.register.record.refresh()
    qtbot.waitUntil(lambda: "Reason: Another Ana: born in 1931." in all_text(panel), timeout=20_000)
    # The record that it leads to, by its name.
    desk.service.call(lambda: desk.service.office.people.look(person, "application")).result()
    desk.window.open_record(person)
    qtbot.waitUntil(lambda: "\nBook\nA\n" in all_text(desk.window.register.record), timeout=20_000)
    assert book.hex() not in all_text(desk.window.register.record)
    picture(desk.window, "left")


def picture(widget: QWidget, name: str) -> None:
    folder = os.environ.get("MUNIMENT_PICTURES")
    if folder:
        widget.resize(1366, 768)
        widget.grab().save(str(Path(folder) / f"{name}.png"))
