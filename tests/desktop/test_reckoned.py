"""What a law says of a field beyond its type, in the window: what follows from others, what is asked of a document."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.laws import check_law, parse_law
from core.laws.form import FormField
from core.laws.numbers import is_person_mistyped
from desktop.application import OpenOffice
from desktop.printing.law_page import law_page
from desktop.widgets.fields.compound import PartyEditor
from desktop.widgets.fields.editor import MoneyEditor
from desktop.widgets.fields.entering import is_complete
from desktop.wording.values import value_text
from tests.desktop.conftest import MadeNetwork, make_network
from tests.laws.counter import document
from tests.laws.test_walkthrough import EXAMPLE
from tests.ledger.building import party
from tests.stories.test_fees import BOATS

DEEDS = EXAMPLE.replace("law: boats", "law: deeds").replace(
    "owners: {type: list",
    "deed: {type: document, max_mb: 1, asks: [form, legalised, kept]}\n      owners: {type: list",
    1,
)


@pytest.fixture
def network(tmp_path: Path) -> MadeNetwork:
    return make_network(tmp_path, [parse_law(one).canonical for one in (BOATS, DEEDS)], names=("Dudzicki",))


@pytest.fixture
def desk(open_desk: Callable[..., OpenOffice]) -> OpenOffice:
    return open_desk(0)


def test_the_fee_follows_from_its_day_and_who_has_no_number_is_given_one(desk: OpenOffice, qtbot: QtBot) -> None:
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
    picture(desk, "fee")
    page.keeper.set(("owners",), [{**owner, "owner": {"kind": "unknown", "name": "Burial of 1790", "number": ""}}])
    settle()
    page.filling.review.click()
    settle()
    told = [one.text() for one in page.filling.findChildren(QLabel)]
    assert any(one.endswith("press “Give one”.") for one in told)
    qtbot.waitUntil(lambda: len(form.findChildren(PartyEditor)) == 1, timeout=20_000)  # the row of before is gone
    (person,) = form.findChildren(PartyEditor)
    picture(desk, "ungiven")
    assert not person.give.isHidden()
    person.give.click()
    settle()
    picture(desk, "given")
    assert person.give.isHidden()
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=20_000)
    assert page.reviewing is not None
    signed = page.reviewing._proposal.transaction.act
    assert signed["fee_due"] == [4500, "EUR"]
    (entered,) = signed["owners"]
    assert entered["owner"]["number"].startswith("P-")
    assert not is_person_mistyped(entered["owner"]["number"])


def test_a_name_has_room_beside_its_number_or_above_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    editor = PartyEditor(FormField("owner", "party", "Owner", "", True), window)
    QVBoxLayout(window).addWidget(editor)
    with qtbot.waitExposed(window):
        window.show()
    name, number = editor.findChildren(QLineEdit)
    for width, beside in ((1000, True), (600, False)):
        window.resize(width, 200)
        qtbot.waitUntil(lambda beside=beside: (name.y() == number.y()) is beside, timeout=5_000)
        qtbot.waitUntil(lambda: name.width() > 200, timeout=5_000)


def test_a_document_is_asked_for_what_the_law_asks_of_its_paper(desk: OpenOffice, qtbot: QtBot) -> None:
    def settle() -> None:
        qtbot.waitUntil(lambda: not desk.desk.background.busy(), timeout=20_000)

    page = desk.window.new_act
    desk.window.go("new")
    page.start("deeds.enter_boat")
    settle()
    assert page.filling is not None
    assert page.keeper is not None
    form, deed = page.filling.form, page.filling.form.editor("deed")
    (field,) = [one for one in form.fields if one.name == "deed"]
    whole = {**document(), "form": "translation", "legalised": "apostille", "kept": "Shelf 7"}
    page.keeper.set(("deed",), {**whole, "kept": None})
    settle()
    assert not is_complete(field, deed.value())
    page.keeper.set(("deed",), whole)
    settle()
    assert (deed.value(), form.act()["deed"]) == (whole, whole)
    assert is_complete(field, deed.value())
    picture(desk, "deed")
    told = value_text(whole, field, ["Dudzicki"])
    assert told == "deed No. 17 of 2026-03-01, Notary, Translation, Apostille, kept at Shelf 7"
    law = parse_law(DEEDS)
    assert "document with its scan; presented as; legalised; paper kept at" in law_page(law, check_law(law, {}))


def picture(desk: OpenOffice, name: str) -> None:
    if folder := os.environ.get("MUNIMENT_PICTURES"):
        desk.window.resize(1366, 768)
        desk.window.grab().save(str(Path(folder) / f"{name}.png"))
