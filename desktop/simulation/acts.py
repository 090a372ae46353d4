"""Acts as an office's people would draw them up: first registrations and sales of land, proposals and votes.

Every act is proposed by the real office, so it is drawn on the state that this office has.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office
from core.views import ActView
from desktop.simulation.founding import Network

LAW, CHARTER = "land", "charter"


@dataclass(frozen=True, slots=True)
class DrawnAct:
    """An act as an office has signed it."""

    id: bytes
    group: Group
    author: int
    versions: tuple[tuple[bytes, int], ...]  # (record, version) that it replaces


class Notary:
    """Draws up and signs acts; parcels and persons have numbers that never repeat in one world."""

    def __init__(self, network: Network, random: Random) -> None:
        self._network, self._random = network, random
        self._parcels = 0
        self._persons = 0
        self._proposals = 0

    def record(self, office: Office, drawn: DrawnAct) -> ActView:
        """Raises what `Office.record` raises."""
        return office.record(drawn.group)[0]

    def draw(self, office: Office) -> DrawnAct:
        """A sale of a parcel of this office, or a first registration."""
        own = [row.id for row in office.list_records(f"{LAW}.parcel") if row.keeper == office.number]
        if own and self._random.random() < 0.5:
            return self.sale(office, self._random.choice(own))
        return self.registration(office)

    def registration(self, office: Office) -> DrawnAct:
        self._parcels += 1
        act = {
            "cadastral": f"{self._parcels:010}",
            "basis": "systematic",
            "area_m2": 640,
            "rights": [{"kind": "ownership", "holder": self._person(), "part": [1, 1]}],
        }
        return self._drawn(office, "first_registration", {}, act, [Signer(office.number, 0, "registrar")])

    def sale(self, office: Office, parcel: bytes) -> DrawnAct:
        """The whole parcel to somebody new, on the version that this office holds."""
        record = office.record_view(parcel).record
        holder = record.fields["rights"][0]
        act = {
            "ground": "sale",
            "from": [{"entry": holder["id"], "part": [1, 1]}],
            "to": [{"holder": self._person(), "part": [1, 1]}],
            "price": [4_850_000, "EUR"],
            "deed": {
                "kind": "deed", "number": f"{self._persons}", "issuer": "notary", "day": [2026, 11, 23], "pages": 2,
                "digest": self._random.randbytes(32),
            },
            "spouse_consent": {"answer": "not_required", "by": [office.number, 1]},
        }  # fmt: skip
        signers = [Signer(office.number, 0, "registrar"), Signer(office.number, 1, "notary")]
        return self._drawn(office, "transfer", {"parcel": parcel}, act, signers)

    def proposal(self, office: Office, kind: str, member: int) -> DrawnAct:
        """A change of who belongs to the network or counts in it."""
        self._proposals += 1
        reference = f"S{office.number}-{self._proposals}"
        act = {"reference": reference, "kind": kind, "member": member, "content": [], "reason": "simulated"}
        return self._drawn(office, "propose", {}, act, [Signer(office.number, 2, "administrator")], CHARTER)

    def vote(self, office: Office, proposal: bytes) -> DrawnAct:
        """Yes to an entered proposal, named by its record."""
        act = {"proposal": proposal, "answer": "yes"}
        return self._drawn(office, "vote", {}, act, [Signer(office.number, 2, "administrator")], CHARTER)

    def _person(self) -> dict[str, Any]:
        self._persons += 1
        return {"kind": "natural", "name": f"Person {self._persons}", "number": f"{self._persons}"}

    def _drawn(
        self,
        office: Office,
        procedure: str,
        records: dict[str, bytes],
        act: dict[str, Any],
        signers: list[Signer],
        law: str = LAW,
    ) -> DrawnAct:
        proposal = office.propose(law, procedure, records, act, signers)
        group = self._network.sign(office, proposal.encoded, signers)
        changes = proposal.transaction.changes.values()
        return DrawnAct(proposal.id, group, office.number, tuple((ref.record, ref.version) for ref in changes))
