"""Real offices on disk, a real service, real windows without a screen. Key files cost almost nothing here."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

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
from core.store.computer import computer_identity
from core.store.intent import IntentLog
from core.views import ActView
from desktop.application import OpenOffice
from desktop.background import Background
from desktop.library import library_laws
from desktop.pages.reviewing import Reviewing
from desktop.qt_application import make_application
from desktop.standing import read_standing
from sync.certificate import make_certificate
from sync.service import Service, Settings

QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)
OFFICE_SECRET = "four quiet words here"
REGISTRAR_SECRET = "registrar's own words"
NOTARY_SECRET = "notary's other words"
LAWS = ("charter", "land")  # what these tests are about; the library may grow
NAMES = ("Dudzicki", "Astrašycki", "Vialikija", "Kupałaŭski")

ALICE = {"kind": "natural", "name": "Alice Żak", "number": "P-100"}
MARKUP = {"kind": "natural", "name": '<a href="http://x">Bob</a> & <b>Co</b>', "number": "P-200"}


@dataclass
class MadeNetwork:
    """Folders of four offices of one network; officer 0 is the registrar, officer 1 the notary."""

    folders: Sequence[Folder]

    def open(self, number: int) -> Service[Office]:
        service: Service[Office] = Service(
            lambda: open_office(self.folders[number], OFFICE_SECRET, SystemClock()), QUIET
        )
        service.start()
        return service


def make_network(place: Path, more_laws: Sequence[bytes] = (), names: Sequence[str] = NAMES) -> MadeNetwork:
    folders, cards = [], []
    for name in names:
        folder = Folder(place / name)
        people = [
            NewOfficer(f"{name} registrar", frozenset({"registrar", "administrator"}), REGISTRAR_SECRET),
            NewOfficer(f"{name} notary", frozenset({"notary"}), NOTARY_SECRET),
        ]
        create_office(folder, name, OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())
        folders.append(folder)
        cards.append(decode_card(read_bounded(folder.card), verify))
    laws = [*(parse_law(library_laws()[name]).canonical for name in LAWS), *more_laws]
    charter = found("Test district", 1_700_000_000_000, cards, laws, {})
    for folder in folders:
        enter_network(folder, charter.encoded, OFFICE_SECRET)
    return MadeNetwork(folders)


def record_act(
    service: Service[Office],
    folder: Folder,
    procedure: str,
    records: dict[str, bytes],
    act: dict[str, Value],
    roles: Sequence[str] = ("registrar",),
    addressed_to: int | None = None,
) -> ActView:
    """Record one act of the land law as the officers of the folder."""
    secrets = {"registrar": (0, REGISTRAR_SECRET), "notary": (1, NOTARY_SECRET)}
    office = service.office
    signers = [Signer(office.number, secrets[role][0], role) for role in roles]

    def work() -> ActView:
        proposal = office.propose("land", procedure, records, act, signers, addressed_to=addressed_to)
        message = office.signing_message([proposal.encoded])
        keys = [open_officer(folder, *secrets[role]) for role in roles]
        for signer, key in zip(signers, keys, strict=True):
            if office.people.present is not None and signer.officer != office.people.present.number:
                office.people.open_review(signer.officer, key, proposal.encoded)
        (view,) = office.record(Group((proposal.encoded,), tuple(key.sign(message) for key in keys)))
        return view

    return service.call(work).result()


def first_registration(cadastral: str, address: str, holder: dict[str, str]) -> dict[str, Value]:
    return {
        "cadastral": cadastral,
        "basis": "systematic",
        "address": address,
        "area_m2": 612,
        "rights": [{"kind": "ownership", "holder": holder, "part": [1, 1]}],
    }


def sign_in(qtbot: QtBot, office: OpenOffice, officer: int = 0, secret: str = REGISTRAR_SECRET) -> None:
    """At the window, with the officer's own passphrase."""
    page = office.window.signing_in
    assert page is not None
    page.choose(officer)
    page.passphrase.setText(secret)
    with qtbot.waitSignal(office.desk.signed_in, timeout=10_000):
        page.go_on.click()


def sign_in_turn(qtbot: QtBot, reviewing: Reviewing, secrets: Sequence[str]) -> None:
    """Each person gives the own passphrase; who is not signed in opens the text with it, and signs then."""
    for number, (line, secret) in enumerate(zip(reviewing.passphrases, secrets, strict=True)):
        qtbot.waitUntil(line.isEnabled, timeout=10_000)
        line.setText(secret)
        reviewing.sign.click()
        if number or reviewing.signing.is_guest:
            qtbot.waitUntil(lambda: reviewing.signing.has_opened and reviewing.sign.isEnabled(), timeout=10_000)
            reviewing.sign.click()


@pytest.fixture(autouse=True)
def _dressed(qapp: object) -> None:
    """The application as the window's own start makes it: style, letters, colours."""
    make_application()


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> MadeNetwork:
    """Nobody opens these folders: every test has a copy."""
    return make_network(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def network(founded_once: MadeNetwork, tmp_path: Path) -> MadeNetwork:
    """With intent files of their own: that of a copied folder would say so (core/store/intent.py)."""
    folders = [Folder(tmp_path / made.path.name) for made in founded_once.folders]
    for made, folder in zip(founded_once.folders, folders, strict=True):
        shutil.copytree(made.path, folder.path)
        folder.intent.unlink()
        card = decode_card(read_bounded(folder.card), verify)
        IntentLog.create(folder.intent, card.node_key, computer_identity()).close()
    return MadeNetwork(folders)


@pytest.fixture
def open_desk(network: MadeNetwork, qtbot: QtBot) -> Iterator[Callable[[int], OpenOffice]]:
    """Open an office of the network with its window; all are closed at the end, threads first."""
    opened: list[tuple[OpenOffice, Background]] = []

    def open_one(number: int = 0, officer: int | None = 0) -> OpenOffice:
        """`officer`: who is signed in (0: the registrar); None: nobody is, and the window asks."""
        service = network.open(number)
        service.call(service.office.people.attend).result()
        if officer is not None:
            key = open_officer(network.folders[number], officer, (REGISTRAR_SECRET, NOTARY_SECRET)[officer])
            service.call(lambda: service.office.people.sign_in(officer, key)).result()
        background = Background()
        standing = service.call(lambda: read_standing(service.office)).result()
        office = OpenOffice(service, network.folders[number], standing, background)
        office.window.show()
        office.window.activateWindow()
        qtbot.waitUntil(office.window.isActiveWindow)
        opened.append((office, background))
        return office

    yield open_one
    for office, background in opened:
        if isValid(office.window):
            office.window.close()
        background.stop()
        office.stop()
