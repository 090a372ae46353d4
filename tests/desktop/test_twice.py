"""Possible duplicates in the window: told before signing, side by side afterwards, and only what a role may read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.duplicates.finding import Duplicates
from core.folder import open_officer
from core.laws import parse_law
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from desktop.application import OpenOffice
from desktop.pages.reviewing import Reviewing
from tests.desktop.conftest import REGISTRAR_SECRET, MadeNetwork, make_network, sign_in_turn
from tests.desktop.looking import all_text, press
from tests.duplicates.test_finding import LAW, fields

# Who the mother is only notaries read: for a registrar she has no part in what is alike.
HIDDEN_MOTHER = LAW.replace("born: {type: day}\n", "born: {type: day, visible: public}\n", 1).replace(
    "mother: {type: party}\n", "mother: {type: party, visible: {roles: [notary]}}\n", 1
)


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> MadeNetwork:
    return make_network(tmp_path_factory.mktemp("births"), [parse_law(HIDDEN_MOTHER).canonical])


def wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def enter(office: OpenOffice, name: str, *born: int) -> bytes:
    """As the registrar, without the window; the id of the record."""
    core, key = office.service.office, open_officer(office.desk.folder, 0, REGISTRAR_SECRET)

    def work() -> bytes:
        proposal = core.propose("births", "enter", {}, fields(name, *born), [Signer(core.number, 0, "registrar")])
        message = core.signing_message([proposal.encoded])
        (view,) = core.record(Group((proposal.encoded,), (key.sign(message),)))
        return view.records[0]

    record = office.service.call(work).result()
    office.desk.tell_changed()
    return record


def review(qtbot: QtBot, office: OpenOffice, name: str, *born: int) -> Reviewing:
    page = office.window.new_act
    office.window.go("new")
    page.start_with("births.enter", fields(name, *born))
    wait(qtbot, office)
    assert page.filling is not None
    page.filling.review.click()
    wait(qtbot, office)
    assert page.reviewing is not None, page.notice.text
    return page.reviewing


def picture(widget: QWidget, name: str) -> None:
    folder = os.environ.get("MUNIMENT_PICTURES")
    if folder:
        widget.grab().save(str(Path(folder) / f"{name}.png"))


def test_before_signing_what_is_alike_is_told_and_hinders_nobody(
    qtbot: QtBot, open_desk: Callable[..., OpenOffice]
) -> None:
    office = open_desk(0)
    record = enter(office, "Марыя Кавалёнак", 1912, 3, 4)
    reviewing = review(qtbot, office, "Мария Коваленок", 1912, 3, 4)
    told = all_text(reviewing.perhaps)
    assert reviewing.perhaps.isVisible()
    assert "Perhaps already entered: Birth" in told
    assert "because of the same name, spelt otherwise, the same day." in told
    assert "what goes with it" not in told, "a registrar may not read who the mother is"
    assert "Сідорык" not in told
    picture(office.window, "perhaps-entered")
    press(reviewing.perhaps, "Show")
    wait(qtbot, office)
    assert office.window.pages.shown == "register"
    office.window.go("new")
    wait(qtbot, office)
    assert reviewing.isVisible(), "the act under review is where it was"
    sign_in_turn(qtbot, reviewing, [REGISTRAR_SECRET])
    wait(qtbot, office)
    rows = office.service.call(lambda: office.service.office.records.page("births.birth")).result()
    assert len(rows) == 2
    assert record in {row.id for row in rows}


def test_nothing_is_told_where_nothing_is_alike(qtbot: QtBot, open_desk: Callable[..., OpenOffice]) -> None:
    office = open_desk(0)
    enter(office, "Марыя Кавалёнак", 1912, 3, 4)
    assert not review(qtbot, office, "Пётр Гурын", 1950, 7, 1).perhaps.isVisible()
    # The day is near but not the same: only the mother would speak for it, and she may not be read here.
    assert not review(qtbot, office, "Марыя Кавалёнка", 1912, 3, 5).perhaps.isVisible()
    enter(office, "Марыя Кавалёнка", 1912, 3, 5)
    assert office.service.call(lambda: Duplicates(office.service.office).catch_up()).result() == 1
    office.window.go("duplicates")
    wait(qtbot, office)
    assert office.window.twice.pairs == [], "who may read the mother is told, others are not"


def test_the_pairs_stand_side_by_side_until_somebody_has_looked(
    qtbot: QtBot, open_desk: Callable[..., OpenOffice]
) -> None:
    office = open_desk(0)
    for name in ("Марыя Кавалёнак", "Мария Коваленок", "Пётр Гурын", "Петр Гурин"):
        enter(office, name, 1912 if name[0] == "М" else 1950, 3, 4)
    office.window.go("duplicates")
    page = office.window.twice
    wait(qtbot, office)
    assert len(page.pairs) == 2
    told = all_text(page)
    for words in ("Марыя Кавалёнак", "Мария Коваленок", "the same name, spelt otherwise, the same day"):
        assert words in told
    assert "Сідорык" not in told
    picture(office.window, "side-by-side")
    first, second = page.pairs
    press(page, f"{first.one.label} and {first.other.label} are different")
    sign(qtbot, office, "Two sisters.")
    press(page.deciding, "Close")
    wait(qtbot, office)
    assert [pair.one.record.id for pair in page.pairs] == [second.one.record.id]
    # It stands on the pages of both, and is taken back from there.
    office.window.open_record(first.other.record.id)
    wait(qtbot, office)
    panel = office.window.register.record.alike
    assert f"Different from {first.one.label}" in all_text(panel)
    assert "Two sisters." in all_text(panel)
    picture(office.window, "decided-on-the-page")
    press(panel, f"Take back what was decided about this and {first.one.label}")
    assert office.window.pages.shown == "duplicates"
    assert "What was decided before is taken back by this." in all_text(page)
    picture(office.window, "taking-back")
    sign(qtbot, office, "One passport.")
    office.window.open_record(first.one.record.id)
    qtbot.waitUntil(lambda: f"The same as {first.other.label}" in all_text(panel), timeout=20_000)
    assert office.service.call(lambda: Duplicates(office.service.office).catch_up()).result() == 1


def sign(qtbot: QtBot, office: OpenOffice, reason: str) -> None:
    """What is to be said about two records, as the registrar."""
    deciding = office.window.twice.deciding
    assert deciding is not None
    deciding.sign.click()
    assert "reason" in deciding.notice.text
    deciding.reason.setPlainText(reason)
    deciding.passphrase.setText(REGISTRAR_SECRET)
    picture(office.window, "deciding")
    deciding.sign.click()
    wait(qtbot, office)
    assert "All offices learn of it" in all_text(deciding), deciding.notice.text


def test_the_page_is_there_only_where_a_law_looks_for_duplicates(
    qtbot: QtBot, open_desk: Callable[..., OpenOffice]
) -> None:
    office = open_desk(0)
    assert office.window.side.offers("duplicates")
    assert "duplicates" in office.window.pages
    enter(office, "Марыя Кавалёнак", 1912, 3, 4)
    record = enter(office, "Мария Коваленок", 1912, 3, 4)
    office.window.go("duplicates")
    wait(qtbot, office)
    (pair,) = office.window.twice.pairs
    side = pair.one if pair.one.record.id == record else pair.other
    press(office.window.twice, f"Open {side.label}")
    wait(qtbot, office)
    assert office.window.pages.shown == "register"
