"""Whole offices in memory: real store, real law, real signatures, fixed keys; they meet by handing blocks over."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.exchange import Received
from core.laws import Law, parse_law
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.store.database import IN_MEMORY, Database
from core.store.journal import Journal, MemoryJournal
from core.store.replica import ReplicaStore
from core.views import ActView
from tests.drawing import draw
from tests.independent.confirming import confirm
from tests.ledger.building import FOUNDED_MS, Network, document, make_network, party

LIBRARY = Path(__file__).parents[1] / "core" / "laws" / "library"
DATABASE_KEY = bytes(32)
BLOCKS_A_SIDE = 4


class StepClock:
    """A second passes whenever it is asked."""

    def __init__(self) -> None:
        self._now_ms = FOUNDED_MS

    def now_ms(self) -> int:
        self._now_ms += 1000
        return self._now_ms

    def pass_days(self, days: int) -> None:
        self._now_ms += days * 86_400_000


@cache
def land_law() -> Law:
    return parse_law((LIBRARY / "land.yaml").read_text(encoding="utf-8"))


@cache
def land_network(office_count: int = 4) -> Network:
    return make_network(office_count, (land_law().canonical,))


def open_in_memory(
    network: Network, number: int, store: ReplicaStore | None = None, journal: Journal | None = None
) -> Office:
    """An office on the given store (an empty one in memory) with its node's key."""
    return Office(
        store or ReplicaStore(Database(IN_MEMORY, DATABASE_KEY)),
        network.charter,
        number,
        network.nodes[number],
        journal or MemoryJournal(),
        StepClock(),
        draw,
    )


def make_offices(office_count: int = 4) -> list[Office]:
    network = land_network(office_count)
    return [open_in_memory(network, number) for number in range(office_count)]


def sign(network: Network, office: Office, proposals: Sequence[Proposal]) -> Group:
    """One group of these acts with the signatures of their officers."""
    message = office.signing_message([proposal.encoded for proposal in proposals])
    signers = proposals[0].transaction.signers
    signatures = tuple(network.officers[signer.office][signer.officer].sign(message) for signer in signers)
    return Group(tuple(proposal.encoded for proposal in proposals), signatures)


def registration(number: int) -> dict[str, Value]:
    """The fields of a first registration: one owner, "Owner<number>"."""
    return {
        "cadastral": f"{number:010}",
        "basis": "systematic",
        "area_m2": 640,
        "address": f"Garden Street {number}",
        "rights": [{"kind": "ownership", "holder": party(f"Owner{number}", number), "part": [1, 1]}],
    }


def registrar(office: Office, officer: int = 0) -> Signer:
    return Signer(office.number, officer, "registrar")


def propose_registration(office: Office, number: int, officer: int = 0) -> Proposal:
    return office.propose("land", "first_registration", {}, registration(number), [registrar(office, officer)])


def register(network: Network, office: Office, number: int) -> ActView:
    """Record the first registration of a parcel."""
    return office.record(sign(network, office, [propose_registration(office, number)]))[0]


def propose_sale(office: Office, parcel: bytes, buyer: int, entry: int | None = None) -> Proposal:
    """The whole parcel to "Buyer<buyer>"; `entry`: the seller's (the only one of the present version)."""
    held = office.records.view(parcel).record.fields["rights"]
    signers = [registrar(office), Signer(office.number, 1, "notary")]
    act = {
        "ground": "sale",
        "from": [{"entry": entry or held[0]["id"], "part": [1, 1]}],
        "to": [{"holder": party(f"Buyer{buyer}", 1000 + buyer), "part": [1, 1]}],
        "price": [4_850_000, "BYN"],
        "deed": document("Deed of sale", f"2-{buyer}"),
        "spouse_consent": {"answer": "not_required", "by": [office.number, 1]},
    }
    return office.propose("land", "transfer", {"parcel": parcel}, act, signers)


def sell(network: Network, office: Office, parcel: bytes, buyer: int) -> ActView:
    return office.record(sign(network, office, [propose_sale(office, parcel, buyer)]))[0]


def pass_days(office: Office, days: int) -> None:
    """From now on the office's clock stands so much later."""
    assert isinstance(office._clock, StepClock)
    office._clock.pass_days(days)


def hand_over(giver: Office, taker: Office) -> int:
    """Everything that the taker lacks; how many blocks it took."""
    lacking = giver.newer_than([tip.id for tip in taker.vector()])
    took = [taker.receive(*giver.block(block)) for block in lacking]
    return took.count(Received.ACCEPTED)


def meet(one: Office, other: Office) -> int:
    """A meeting: exchange, then write in turn until neither has a reason; how many blocks were written."""
    written = 0
    hand_over(one, other)
    hand_over(other, one)
    for _ in range(BLOCKS_A_SIDE):
        wrote = 0
        for writer, reader in ((one, other), (other, one)):
            wrote += writer.write() is not None
            hand_over(writer, reader)
        written += wrote
        if not wrote:
            break
    return written


def meet_until_quiet(offices: Sequence[Office], most_rounds: int = 20) -> int:
    """Everybody meets everybody, again and again; how many blocks were written before nobody had a reason.

    What the first then holds is verified by a second implementation.
    """
    total = 0
    for _ in range(most_rounds):
        before = total
        for index, one in enumerate(offices):
            for other in offices[index + 1 :]:
                total += meet(one, other)
        if total == before and all(one.vector() == offices[0].vector() for one in offices):
            confirm(offices[0])
            return total
    raise AssertionError("the offices do not come to rest")
