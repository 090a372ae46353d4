"""What follows from a day, in the window: on the page of a record, and as a filter of its list; a mistyped number."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.folder import open_officer
from core.laws import parse_law
from core.laws.numbers import format_number
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from desktop.application import OpenOffice
from desktop.library import library_laws
from desktop.widgets.fields.editor import LineEditor
from tests.desktop.conftest import REGISTRAR_SECRET, MadeNetwork, make_network
from tests.desktop.looking import texts

MORE = ("transport", "intellectual_property")
LONG_AGO = (2001, 1, 31)


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> MadeNetwork:
    laws = [parse_law(library_laws()[name]).canonical for name in MORE]
    return make_network(tmp_path_factory.mktemp("vehicles"), laws)


def today() -> tuple[int, int, int]:
    now = datetime.now(UTC)
    return now.year, now.month, now.day


def inspect(office: OpenOffice, *vehicles: tuple[str, tuple[int, int, int]]) -> list[bytes]:
    """First inspections on these days, the next in a year; the ids of the records."""
    core, key = office.service.office, open_officer(office.desk.folder, 0, REGISTRAR_SECRET)

    def work() -> list[bytes]:
        found = []
        for vin, day in vehicles:
            act = {"vin": vin, "day": list(day), "odometer": 1, "next": "a_year"}
            signers = [Signer(core.number, 0, "registrar")]
            proposal = core.propose("transport", "first_inspection", {}, act, signers)
            message = core.signing_message([proposal.encoded])
            (view,) = core.record(Group((proposal.encoded,), (key.sign(message),)))
            found.append(view.records[0])
        return found

    return office.service.call(work).result()


def wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def picture(widget: QWidget, name: str) -> None:
    folder = os.environ.get("MUNIMENT_PICTURES")
    if folder:
        widget.grab().save(str(Path(folder) / f"{name}.png"))


def test_a_record_says_what_is_in_force_and_its_list_is_filtered_by_the_day(
    qtbot: QtBot, open_desk: Callable[..., OpenOffice]
) -> None:
    office = open_desk(0)
    this_day = today()
    old, new = inspect(office, ("1" * 17, LONG_AGO), ("2" * 17, this_day))
    page = office.window.register
    office.window.open_record(old)
    wait(qtbot, office)
    told = texts(page.record)
    assert told[told.index("Inspection in force") + 1] in {
        f"No, as of {y:04}-{m:02}-{d:02}" for y, m, d in (this_day, today())
    }
    picture(office.window, "record-as-of")
    for asked, answer in (("2002-01-31", "Yes, as of 2002-01-31"), ("2002-02-01", "No, as of 2002-02-01")):
        page.record.as_of.line.setText(asked)
        page.record.as_of.line.textEdited.emit(asked)
        wait(qtbot, office)
        assert answer in texts(page.record)
    picture(office.window, "record-as-of-another-day")
    view = office.service.call(lambda: office.service.office.records.view(old, (2002, 1, 31))).result()
    page.record._now.show_record(replace(view, rules=replace(view.rules, version=0)))
    assert "By the rules that were in force on 2002-01-31, version 0." in texts(page.record)
    picture(office.window, "record-under-older-rules")
    page.record._now.show_record(replace(view, rules=None, derived={}))
    assert "The rules that were in force on 2002-01-31 say nothing of this." in texts(page.record)
    office.window.open_record(new)
    wait(qtbot, office)
    assert page.record.as_of.line.text() == "", "another record is asked as of today"
    assert any(text.startswith("Yes, as of ") for text in texts(page.record))

    office.window.go("register")
    page.registers.setCurrentIndex(page.registers.findData("transport.vehicle"))
    wait(qtbot, office)
    assert page.days.isVisible()
    assert page.model.rowCount() == 2

    def filtered(first: str, last: str) -> list[bytes]:
        for line, text in ((page.days.first, first), (page.days.last, last)):
            line.setText(text)
            line.textEdited.emit(text)
        qtbot.waitUntil(lambda: not page._pause.isActive(), timeout=20_000)
        wait(qtbot, office)
        return [row.id for row in page.model._rows]

    with qtbot.waitSignal(page.model.answered, timeout=20_000):
        assert filtered("", "2002-01-31") is not None
    assert [row.id for row in page.model._rows] == [old]
    assert page.count.text() == "One record found"
    picture(office.window, "list-by-day")
    assert filtered("2002-02-01", "") == [new]
    assert filtered("2002-01-01", "2002-01-30") == []
    assert page.count.text() == "Nothing with such a day in this office's copy."
    assert page.days.first.property("wrong") == "false"
    assert filtered("31", "") == [old, new], "what is no day yet filters nothing"
    assert page.days.first.property("wrong") == "true"
    page.registers.setCurrentIndex(page.registers.findData("land.parcel"))
    wait(qtbot, office)
    assert not page.days.isVisible()


def test_a_mistyped_number_is_told_at_its_field(qtbot: QtBot, open_desk: Callable[..., OpenOffice]) -> None:
    office = open_desk(0)
    page = office.window.new_act
    office.window.go("new")
    page.start("intellectual_property.apply_for_right")
    wait(qtbot, office)
    assert page.filling is not None
    form = page.filling.form
    editor = form.editor("earlier_no")
    assert isinstance(editor, LineEditor)
    (line,) = editor.findChildren(QLineEdit)
    right = format_number(3, 2026, 17)
    for typed, wrong in ((right.replace("017", "071"), True), (right, False)):
        line.setText(typed)
        line.textEdited.emit(typed)
        assert line.property("wrong") == ("true" if wrong else "false")
        assert any(text.startswith("This number is mistyped") for text in texts(form)) is wrong
        if wrong:
            picture(office.window, "mistyped")
    wait(qtbot, office)

    register = office.window.register
    office.window.go("register")
    with qtbot.waitSignal(register.model.answered, timeout=20_000):
        register.search.setText(right.replace("017", "071"))
    wait(qtbot, office)
    assert register.count.text().startswith("This number is mistyped")
