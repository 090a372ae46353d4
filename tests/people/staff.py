"""Two offices with one officer for each role, and one who holds none any more; the first has a parcel."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.crypto.signing import SigningKey
from core.laws import parse_law
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.transaction import Signer, Transaction
from core.office import Office
from tests.ledger.building import Network, make_network
from tests.offices import LIBRARY, land_law, open_in_memory, registration

ROLES = ("clerk", "registrar", "notary", "auditor", "administrator", "registrar")
CLERK, REGISTRAR, NOTARY, AUDITOR, ADMINISTRATOR, ENDED = range(6)
HOLDER = "Owner1"


@cache
def staffed_network() -> Network:
    charter = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
    people = [(f"Person {number}", (role,)) for number, role in enumerate(ROLES)]
    return make_network(2, (land_law().canonical, charter.canonical), "Staffed", people)


@dataclass(frozen=True)
class Staffed:
    office: Office
    parcel: bytes
    act: bytes  # that registered it
    network: Network

    def key(self, number: int, office: int = 0) -> SigningKey:
        return self.network.officers[office][number]

    def sign_in(self, number: int) -> None:
        self.office.people.sign_in(number, self.key(number))

    def group(self, transaction: Transaction) -> Group:
        return self.network.sign_group([transaction])


def staffed_office() -> Staffed:
    """With a parcel of HOLDER's; the last officer's powers have ended. Nobody is signed in yet."""
    network = staffed_network()
    office = open_in_memory(network, 0)
    proposal = office.propose("land", "first_registration", {}, registration(1), [Signer(0, REGISTRAR, "registrar")])
    (view,) = office.record(network.sign_group([proposal.transaction]))
    act: dict[str, Value] = {"number": ENDED, "name": f"Person {ENDED}", "roles": [], "reason": "left"}
    ended = office.propose("charter", "restate", {}, act, [Signer(0, ADMINISTRATOR, "administrator")])
    office.record(network.sign_group([ended.transaction]))
    return Staffed(office, view.records[0], view.id, network)


def nowhere(tmp_path: Path) -> Path:
    """A file that stands already: whatever writes to it is refused there, and only there."""
    file = tmp_path / "there.already"
    file.write_bytes(b"")
    return file
