"""Offices on a disk, as `muniment` founds and opens them; only the passphrases are cheap to try."""

from dataclasses import dataclass
from pathlib import Path

from core.crypto.keyfile import Cost
from core.folder import Folder, NewOfficer, OpenedOffice, create_office, enter_network, open_office, open_officer
from core.ledger.charter import Charter, OfficeCard, found
from core.ledger.payload import Group
from core.office import Office
from core.views import ActView
from sync.certificate import make_certificate
from tests.ledger.building import FOUNDED_MS
from tests.offices import StepClock, land_law, land_network, propose_registration

OFFICE_SECRET = "a lamp in the mill"
OFFICER_SECRET = "a mill by the lake"
CHEAP = Cost.cheapest()


@dataclass(frozen=True)
class OnDisk:
    """One office of a network whose other cards are those of tests/offices.py."""

    folder: Folder
    charter: Charter

    def open(self, passphrase: str = OFFICE_SECRET) -> OpenedOffice:
        return open_office(self.folder, passphrase, StepClock())


def make_office(path: Path, name: str = "Desk") -> OfficeCard:
    """A folder with keys and a card, in no network yet."""
    registrar = NewOfficer("Anna", frozenset({"registrar"}), OFFICER_SECRET)
    return create_office(Folder(path), name, OFFICE_SECRET, [registrar], make_certificate, CHEAP, floor=CHEAP)


def make_charter(card: OfficeCard) -> Charter:
    others = land_network().charter.cards[1:]
    return found("Folders", FOUNDED_MS, [card, *others], [land_law().canonical], {"land.parcel": "office"})


def make_member(path: Path) -> OnDisk:
    charter = make_charter(make_office(path))
    enter_network(Folder(path), charter.encoded, OFFICE_SECRET)
    return OnDisk(Folder(path), charter)


def register(folder: Folder, office: Office, number: int, officer: int = 0) -> ActView:
    """Record the first registration of a parcel, signed with the key in the folder."""
    proposal = propose_registration(office, number, officer)
    signature = open_officer(folder, officer, OFFICER_SECRET).sign(office.signing_message([proposal.encoded]))
    return office.record(Group((proposal.encoded,), (signature,)))[0]
