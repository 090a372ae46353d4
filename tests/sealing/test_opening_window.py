"""The window where a sealed bid is opened: what an officer sees before the close and after, and nothing to be typed."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.folder import Folder, NewOfficer, create_office, enter_network, open_office, open_officer, read_bounded
from core.laws.law_reading import parse_law
from core.ledger.charter import decode_card, found
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office
from desktop.application import OpenOffice
from sync.certificate import make_certificate
from tests.desktop.looking import all_text
from tests.sealing.homes import meet
from tests.sealing.test_openings import TENDER
from tests.sealing.test_window import SECRETS, open_window


def recorded(
    office: Office, folder: Folder, procedure: str, records: Mapping[str, bytes], act: dict[str, Value]
) -> bytes:
    proposal = office.propose("tender", procedure, records, act, [Signer(0, 0, "registrar")])
    key = open_officer(folder, 0, SECRETS[1])
    (view,) = office.record(Group((proposal.encoded,), (key.sign(office.signing_message([proposal.encoded])),)))
    return view.records[0]


@pytest.fixture
def folders(tmp_path: Path) -> list[Folder]:
    made, cards = [], []
    for name in ("Pinsk harbour", "Pinsk town"):
        folder = Folder(tmp_path / name)
        people = [NewOfficer(f"{name} registrar", frozenset({"registrar"}), SECRETS[1])]
        create_office(folder, name, SECRETS[0], people, make_certificate, Cost.cheapest(), Cost.cheapest())
        made.append(folder)
        cards.append(decode_card(read_bounded(folder.card), verify))
    charter = found("Auctions of Pinsk", 1_700_000_000_000, cards, [parse_law(TENDER).canonical], {})
    for folder in made:
        enter_network(folder, charter.encoded, SECRETS[0])
    return made


@pytest.fixture
def offers(folders: list[Folder]) -> list[bytes]:
    """One offer whose event is entered everywhere, one that is still sealed."""
    offices = [open_office(folder, SECRETS[0], SystemClock()).office for folder in folders]
    made = [recorded(offices[0], folders[0], "place", {}, {"no": no, "price": 100 * no}) for no in (7, 8)]
    while meet(*offices):
        pass
    recorded(offices[0], folders[0], "close", {"offer": made[0]}, {})
    while meet(*offices):
        pass
    for office in offices:
        office.close()
    return made


@pytest.fixture
def opened(folders: list[Folder], offers: list[bytes], qtbot: QtBot) -> Iterator[OpenOffice]:  # made first
    with open_window(folders[0], qtbot) as office:
        yield office


def test_an_officer_opens_an_offer_without_typing_what_opens_it(
    opened: OpenOffice, offers: list[bytes], qtbot: QtBot
) -> None:
    window, page = opened.window, opened.window.new_act
    panel = window.register.record
    for offer, told in ((offers[1], "Sealed until"), (offers[0], "Readable here by: registrar")):
        window.open_record(offer)
        qtbot.waitUntil(lambda told=told: told in all_text(panel.sealed), timeout=60_000)
    _find_by_what_was_sealed(opened, qtbot)
    window.go("new")
    page.start("tender.open", panel.view)
    qtbot.waitUntil(lambda: page.filling is not None, timeout=60_000)
    assert page.filling is not None
    assert "Brought by this office" in all_text(page.filling)
    qtbot.waitUntil(lambda: page.filling.form.picked("offer") is not None, timeout=60_000)
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=60_000)
    assert page.reviewing is not None
    assert "700" in all_text(page.reviewing)
    page.reviewing.passphrases[0].setText(SECRETS[1])
    with qtbot.waitSignal(page.reviewing.recorded, timeout=60_000):
        page.reviewing.sign.click()
    record = opened.service.call(lambda: opened.service.office.records.view(offers[0]).record).result()
    assert record.fields["read"] == 700


def _find_by_what_was_sealed(opened: OpenOffice, qtbot: QtBot) -> None:
    page = opened.window.register
    opened.window.go("register")
    page.search.setText("700")
    qtbot.waitUntil(lambda: page.sealed_search.isVisibleTo(page) and page.model.rowCount() == 0, timeout=60_000)
    page.sealed_search.note.setText("File 12")
    page.sealed_search.go_on.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=60_000)
    looks = opened.service.call(lambda: opened.service.office.store.looks.newest(2)).result()
    assert {look.note for look in looks} == {"700 · File 12", "File 12"}
