"""Acts as an office's people would draw them up: first registrations and sales of land, and how any act is signed.

Every act is proposed by the real office, so it is drawn on the state that this office has.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from core import officers
from core.laws.requests import REFUSE
from core.ledger.payload import Group
from core.ledger.request import act_of
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.store.working import WorkingState
from core.views import ActView
from desktop.simulation.founding import CHARTER, LAND, Network, officer_of


@dataclass(frozen=True, slots=True)
class DrawnAct:
    """An act as an office has signed it."""

    id: bytes
    group: Group
    author: int
    versions: tuple[tuple[bytes, int], ...]  # (record, version) that it replaces
    asks: bool = False  # a request: another office decides
    decides: bytes | None = None  # the request that it enters or refuses


@dataclass
class Recorded:
    """An act of an honest office, and how far it has come as its author knows."""

    drawn: DrawnAct
    block: bytes
    meeting: int  # how many meetings had been held
    records: tuple[bytes, ...] = ()  # which it wrote at the counter
    certified: int | None = None
    second_level: int | None = None
    final: int | None = None
    quiet: int | None = None  # nobody awake had anything left to say of it
    rejected: bool = False


class Notary:
    """Draws up and signs acts; parcels and persons have numbers that never repeat in one world."""

    def __init__(self, network: Network, random: Random, people_change: bool = False) -> None:
        """`people_change`: offices appoint and end officers, so who signs is asked each time."""
        self.network, self.random, self._people_change = network, random, people_change
        self._parcels = 0
        self._persons = 0

    def record(self, office: Office, drawn: DrawnAct) -> ActView:
        """Raises what `Office.record` raises."""
        return office.record(drawn.group)[0]

    def draw(self, office: Office) -> DrawnAct:
        """A sale of a parcel of this office, or a first registration."""
        own = [row.id for row in office.records.page(f"{LAND}.parcel") if row.keeper == office.number]
        if own and self.random.random() < 0.5:
            return self.sale(office, self.random.choice(own))
        return self.registration(office)

    def registration(self, office: Office, law: str = LAND, cadastral: int | None = None) -> DrawnAct:
        """`cadastral`: a number that somebody else may give too."""
        self._parcels += 1
        act = {
            "cadastral": f"{self._parcels if cadastral is None else cadastral:010}",
            "basis": "systematic",
            "area_m2": 640,
            "rights": [{"kind": "ownership", "holder": self.person(), "part": [1, 1]}],
        }
        return self.drawn(office, "first_registration", {}, act, self.signers(office, "registrar"), law)

    def sale(self, office: Office, parcel: bytes, law: str = LAND, attesting: int | None = None) -> DrawnAct:
        """The whole parcel to somebody new, on the version that this office holds.

        `attesting`: the office whose notary attests the spouse's consent, its own by default.
        """
        act = self.terms_of_sale(office, parcel, office.number if attesting is None else attesting)
        return self.drawn(office, "transfer", {"parcel": parcel}, act, self.signers(office, "registrar", "notary"), law)

    def terms_of_sale(self, office: Office, parcel: bytes, attesting: int) -> dict[str, Any]:
        """The fields of a sale to somebody new."""
        holder = office.records.view(parcel).record.fields["rights"][0]
        return {
            "ground": "sale",
            "from": [{"entry": holder["id"], "part": holder["part"]}],
            "to": [{"holder": self.person(), "part": holder["part"]}],
            "price": [4_850_000, "EUR"],
            "deed": self.document(),
            "spouse_consent": {
                "answer": "not_required",
                "by": [attesting, officer_of(office.roll.members[attesting], "notary")],
            },
        }

    def vote(self, office: Office, proposal: bytes, answer: str = "yes") -> DrawnAct:
        """On an entered proposal, named by its record."""
        act = {"proposal": proposal, "answer": answer}
        return self.drawn(office, "vote", {}, act, self.signers(office, "administrator"), CHARTER)

    # -- how it is signed ---------------------------------------------------------------------------------------

    def signers(self, office: Office, *roles: str) -> list[Signer]:
        """Officers of this office in these roles."""
        return [Signer(office.number, self._serving(office, role), role) for role in roles]

    def _serving(self, office: Office, role: str) -> int:
        """Who has the role now; whoever had it first, where nobody has."""
        first = officer_of(office.roll.members[office.number], role)
        if not self._people_change or role == "administrator":
            return first
        state = WorkingState(office.store.state, office.number)
        people = officers.officers_of(state, office.roll, office.number)
        serving = [one.number for one in people if role in one.roles]
        return self.random.choice(serving) if serving else first

    def drawn(
        self,
        office: Office,
        procedure: str,
        records: dict[str, bytes],
        act: dict[str, Any],
        signers: list[Signer],
        law: str = LAND,
        addressed_to: int | None = None,
    ) -> DrawnAct:
        return self.signed(office, office.propose(law, procedure, records, act, signers, addressed_to=addressed_to))

    def signed(self, office: Office, proposal: Proposal, decides: bytes | None = None) -> DrawnAct:
        """An act that the office has drawn up."""
        transaction = proposal.transaction
        group = self.network.sign(office, proposal.encoded, transaction.signers)
        act = act_of(transaction)
        changes = () if transaction.procedure == REFUSE else office.laws[act.law].procedures[act.procedure].changes
        versions = tuple((act.changes[name].record, act.changes[name].version) for name in changes)
        asks = transaction.addressed_to is not None
        return DrawnAct(proposal.id, group, office.number, versions, asks, decides)

    def person(self) -> dict[str, Any]:
        """A natural person nobody has met before."""
        self._persons += 1
        return {"kind": "natural", "name": f"Person {self._persons}", "number": f"{self._persons}"}

    def document(self) -> dict[str, Any]:
        return {
            "kind": "deed", "number": f"{self._persons}", "issuer": "notary", "day": [2026, 11, 23], "pages": 2,
            "digest": self.random.randbytes(32),
        }  # fmt: skip
