"""One office asks another: signed by its notary, carried by a stick, decided by the other's registrar."""

import io

from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.views import ActView
from sync import courier_file
from sync.courier import CourierReader, CourierWriter
from tests.ledger.building import Network, document, party, seed
from tests.offices import registrar, sign

NETWORK_NAME = "Muniment of the tests"
KEEPER, LAPTOP = 0, 1


def sale(office: Office, parcel: bytes, buyer: int) -> dict[str, Value]:
    held = office.records.view(parcel).record.fields["rights"]
    return {
        "ground": "sale",
        "from": [{"entry": held[0]["id"], "part": [1, 1]}],
        "to": [{"holder": party(f"Buyer{buyer}", 1000 + buyer), "part": [1, 1]}],
        "price": [4_850_000, "BYN"],
        "deed": document("Deed of sale", f"2-{buyer}"),
        "spouse_consent": {"answer": "not_required", "by": [office.number, 1]},
    }


def propose_request(office: Office, parcel: bytes, buyer: int, to: int = KEEPER) -> Proposal:
    """The notary of one office asks another to enter a sale."""
    notary = Signer(office.number, 1, "notary")
    act = sale(office, parcel, buyer)
    return office.propose("land", "transfer", {"parcel": parcel}, act, [notary], addressed_to=to)


def ask(network: Network, office: Office, parcel: bytes, buyer: int) -> ActView:
    return office.record(sign(network, office, [propose_request(office, parcel, buyer)]))[0]


def decide(network: Network, office: Office, request: bytes, reason: str | None = None) -> ActView:
    proposal = office.propose_decision(request, [registrar(office)], reason)
    return office.record(sign(network, office, [proposal]))[0]


def carry(giver: Office, taker: Office) -> int:
    """A courier file from one to the other; how many blocks it brought."""
    node_seeds = [seed(NETWORK_NAME, office.number, "node") for office in (giver, taker)]
    file = io.BytesIO(b"".join(CourierWriter(giver, node_seeds[0], [taker.number]).frames()))
    reader = CourierReader(file, courier_file.scan(file))
    reader.check(taker, node_seeds[1])
    list(reader.blocks(taker))
    return reader.carried.blocks_new
