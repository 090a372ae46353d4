"""The window with a law that seals: typed in the clear, read by its roles with a purpose, erased and listed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.folder import Folder, NewOfficer, create_office, enter_network, open_office, open_officer, read_bounded
from core.laws.form import procedure_form
from core.ledger.charter import decode_card, found
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office
from desktop.application import OpenOffice
from desktop.background import Background
from desktop.standing import read_standing
from desktop.wording.sealing import erasure_words, sealed_words
from sync.certificate import make_certificate
from sync.service import Service, Settings
from tests.desktop.looking import all_text
from tests.sealing.homes import NAME, REPORT, children_law, entry, meet

SECRETS = ("four quiet words here", "registrar's own words", "notary's other words")
QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)


@pytest.fixture
def folders(tmp_path: Path) -> list[Folder]:
    made, cards = [], []
    for name in ("Pinsk home", "Pinsk court"):
        folder = Folder(tmp_path / name)
        people = [
            NewOfficer(f"{name} registrar", frozenset({"registrar"}), SECRETS[1]),
            NewOfficer(f"{name} notary", frozenset({"notary"}), SECRETS[2]),
        ]
        create_office(folder, name, SECRETS[0], people, make_certificate, Cost.cheapest(), Cost.cheapest())
        made.append(folder)
        cards.append(decode_card(read_bounded(folder.card), verify))
    charter = found("Children of Pinsk", 1_700_000_000_000, cards, [children_law().canonical], {})
    for folder in made:
        enter_network(folder, charter.encoded, SECRETS[0])
    return made


def recorded(
    office: Office, folder: Folder, procedure: str, records: dict[str, bytes], act: dict[str, object]
) -> bytes:
    proposal = office.propose("children", procedure, records, act, [Signer(0, 0, "registrar")])
    key = open_officer(folder, 0, SECRETS[1])
    (view,) = office.record(Group((proposal.encoded,), (key.sign(office.signing_message([proposal.encoded])),)))
    return view.records[0]


@pytest.fixture
def children(folders: list[Folder]) -> list[bytes]:
    """Two files; that of the second is erased, and both offices have noted it."""
    offices = [open_office(folder, SECRETS[0], SystemClock()).office for folder in folders]
    made = [recorded(offices[0], folders[0], "enter", {}, entry(number)) for number in (1, 2)]
    while meet(*offices):
        pass
    order = {"ground": "court_order", "ordered_by": "Court of Pinsk, 2-17/2026"}
    recorded(offices[0], folders[0], "erase", {"child": made[1]}, order)
    while meet(*offices):
        pass
    for office in offices:
        office.close()
    return made


@contextmanager
def open_window(folder: Folder, qtbot: QtBot) -> Iterator[OpenOffice]:
    """The window of an office whose registrar is signed in."""
    service: Service[Office] = Service(lambda: open_office(folder, SECRETS[0], SystemClock()), QUIET)
    service.start()
    key = open_officer(folder, 0, SECRETS[1])
    service.call(service.office.people.attend).result()
    service.call(lambda: service.office.people.sign_in(0, key)).result()
    background = Background()
    office = OpenOffice(service, folder, service.call(lambda: read_standing(service.office)).result(), background)
    office.window.show()
    qtbot.waitExposed(office.window)
    yield office
    if isValid(office.window):
        office.window.close()
    background.stop()
    office.stop()


@pytest.fixture
def opened(folders: list[Folder], children: list[bytes], qtbot: QtBot) -> Iterator[OpenOffice]:  # made first
    with open_window(folders[0], qtbot) as office:
        yield office


def test_a_record_shows_its_sealed_text_only_after_a_purpose(
    opened: OpenOffice, children: list[bytes], qtbot: QtBot
) -> None:
    window = opened.window
    window.open_record(children[0])
    panel = window.register.record
    qtbot.waitUntil(lambda: "Sealed fields" in all_text(panel.sealed), timeout=10_000)
    assert REPORT not in all_text(panel)
    opened.service.call(lambda: opened.service.office.people.look(children[0], "check")).result()
    panel.refresh()
    qtbot.waitUntil(lambda: REPORT in all_text(panel.sealed), timeout=10_000)
    assert NAME in all_text(panel.sealed)
    qtbot.waitUntil(lambda: "Made before entry No." in all_text(panel), timeout=10_000)


def test_an_erased_record_names_the_order(opened: OpenOffice, children: list[bytes], qtbot: QtBot) -> None:
    opened.window.open_record(children[1])
    panel = opened.window.register.record
    qtbot.waitUntil(lambda: "Erased by order No." in all_text(panel.sealed), timeout=10_000)
    assert "of Pinsk home" in all_text(panel.sealed)


def test_the_list_of_erasures_tells_who_has_noted(opened: OpenOffice, children: list[bytes], qtbot: QtBot) -> None:
    window = opened.window
    window.go("erasures")
    qtbot.waitUntil(lambda: bool(window.erasures.orders), timeout=10_000)
    told = all_text(window.erasures)
    assert "Court of Pinsk, 2-17/2026" in told
    assert "2 offices have noted that they destroyed it: Pinsk home, Pinsk court." in told
    assert "Every office has noted it." in told
    assert "Backups made before" in told
    with qtbot.waitSignal(window.erasures.record_wanted) as wanted:
        window.erasures.record_wanted.emit(window.erasures.orders[0].record)
    assert wanted.args == [children[1]]


def test_an_order_that_needs_others_says_so_and_what_waits(
    opened: OpenOffice, children: list[bytes], qtbot: QtBot
) -> None:
    page = opened.window.erasures
    opened.window.go("erasures")
    qtbot.waitUntil(lambda: bool(page.orders), timeout=10_000)
    (order, *_) = page.orders
    page.show_orders([replace(order, register="", fields=0, noted=(0,), missing=(1,))])
    told = all_text(page)
    assert "One office has noted the order: Pinsk home." in told
    assert "By this order alone nothing is destroyed" in told
    assert "One office has not noted it yet: Pinsk court." in told
    waits = [waits for _, waits in erasure_words(replace(order, missing=(1,)), opened.desk.offices)]
    assert waits == [False, True]


def test_the_form_says_what_is_sealed_and_for_whom() -> None:
    fields = {field.name: field for field in procedure_form(children_law(), "enter")}
    assert fields["name"].type == "text"
    assert fields["name"].high == 200
    assert "read by: registrar" in sealed_words(fields["name"])
    (words,) = [field for field in procedure_form(children_law(), "declare") if field.name == "words"]
    assert "Sealed until the act “Opening of a sealed declaration”" in sealed_words(words)


def test_a_sealed_text_is_entered_again_as_it_was_typed(
    opened: OpenOffice, children: list[bytes], qtbot: QtBot
) -> None:
    window, office = opened.window, opened.service.office
    (entered,) = opened.service.call(lambda: office.records.view(children[0]).timeline).result()
    window._enter_again(opened.service.call(lambda: office.acts.view(entered.act)).result())
    qtbot.waitUntil(lambda: window.new_act.keeper is not None and window.page is window.new_act, timeout=10_000)
    form = window.new_act.filling
    assert form is not None
    qtbot.waitUntil(lambda: form.form.act().get("name") == NAME, timeout=10_000)
    assert form.form.act()["report"] == REPORT
    proposal = opened.service.call(
        lambda: office.propose("children", "enter", {}, {**entry(7), "court": 1}, [Signer(0, 0, "registrar")])
    ).result()
    assert proposal.typed == {"name": NAME, "report": REPORT}
