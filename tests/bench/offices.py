"""Real offices on a real disk for measuring: founded, sealed and opened as `muniment` does it.

Only the passphrases are cheap (libsodium's least cost): unlocking is not what is measured here. The network has four
offices (n = 4, f = 1, q = 3) under the land law of the library; parcels are made up, the same in every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import SigningKey
from core.folder import Folder, NewOfficer, OpenedOffice, create_office, enter_network, open_office, open_officer
from core.laws.law_reading import parse_law
from core.ledger.charter import Charter, found
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office
from sync.certificate import make_certificate

PASSPHRASE = "four offices measure this"
OFFICERS = ((0, "registrar"), (1, "notary"), (2, "administrator"))
FOUNDED_MS = 1_790_000_000_000
LIBRARY = Path(__file__).parents[2] / "core" / "laws" / "library"


@dataclass(frozen=True)
class Place:
    """One office's data folder and its number in the network."""

    folder: Folder
    number: int

    def open(self) -> OpenedOffice:
        return open_office(self.folder, PASSPHRASE, SystemClock())

    @cached_property
    def officers(self) -> list[SigningKey]:
        return [open_officer(self.folder, number, PASSPHRASE) for number, _ in OFFICERS]

    def signers(self, *roles: str) -> tuple[Signer, ...]:
        return tuple(Signer(self.number, officer, role) for officer, role in OFFICERS if role in roles)


@dataclass(frozen=True)
class Network:
    charter: Charter
    places: Sequence[Place]


def found_network(path: Path, office_count: int = 4, parcels_home: str = "office") -> Network:
    """Folders of so many offices that have entered one network; `path` must not exist."""
    places = [Place(Folder(path / f"office-{number}"), number) for number in range(office_count)]
    cards = []
    for place in places:
        people = [NewOfficer(f"Officer {place.number}.{n}", frozenset({role}), PASSPHRASE) for n, role in OFFICERS]
        name, cheap = f"Office {place.number}", Cost.cheapest()
        cards.append(create_office(place.folder, name, PASSPHRASE, people, make_certificate, cheap, floor=cheap))
    laws = [parse_law((LIBRARY / name).read_text(encoding="utf-8")).canonical for name in ("land.yaml", "charter.yaml")]
    charter = found("Bench", FOUNDED_MS, cards, laws, {"land.parcel": parcels_home})
    for place in places:
        enter_network(place.folder, charter.encoded, PASSPHRASE)
    return Network(charter, places)


def registration(number: int) -> dict[str, Value]:
    """The fields of `land.first_registration` for the made-up parcel of that number, with two owners."""
    return {
        "cadastral": f"{number:010}",
        "basis": "systematic",
        "address": f"{number % 120 + 1} Garden Street, village {number // 120 % 400}",
        "area_m2": 400 + number % 1900,
        "use": "Single family",
        "rights": [{"kind": "ownership", "holder": person(2 * number + part), "part": [1, 2]} for part in (0, 1)],
    }


def sale(number: int, notary: Signer) -> dict[str, Value]:
    """The fields of `land.transfer` by which the first owner of that parcel sells half of it."""
    return {
        "ground": "sale",
        "from": [{"entry": 1, "part": [1, 2]}],
        "to": [{"holder": person(1_000_000_000 + number), "part": [1, 2]}],
        "price": [4_850_000, "BYN"],
        "deed": {
            "digest": number.to_bytes(32, "big"),
            "kind": "Deed of sale",
            "number": f"2-{number}",
            "issuer": "Notary",
            "day": [2026, 11, 23],
            "pages": 3,
        },
        "spouse_consent": {"answer": "not_required", "by": [notary.office, notary.officer]},
        "co_owners_waiver": {"answer": "waived", "by": [notary.office, notary.officer]},
    }


def person(number: int) -> dict[str, Value]:
    return {"kind": "natural", "name": f"Person {number}", "number": f"P-{number:010}"}


def numbered_parcels(office: Office, count: int) -> list[tuple[int, bytes]]:
    """(number, id) of the first parcels in the order of the list."""
    return [(int(row.label), row.id) for row in office.records.page("land.parcel", None, count)]
