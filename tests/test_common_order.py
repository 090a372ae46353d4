"""Whole offices: one parcel sold at two of them out of reach of each other, and a parcel that moves to another office."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from core.errors import MunimentError
from core.laws import parse_law
from core.ledger.charter import found
from core.ledger.transaction import Signer
from core.office import Office
from core.views import Step
from desktop.wording.ladder import ladder_words
from tests.ledger.building import FOUNDED_MS, Network, document, party
from tests.offices import (
    LIBRARY,
    hand_over,
    land_network,
    make_offices,
    meet,
    meet_until_quiet,
    open_in_memory,
    propose_sale,
    register,
    registrar,
    sell,
    sign,
)

LAND = (LIBRARY / "land.yaml").read_text(encoding="utf-8")


def shared_network(when_unseen: str) -> Network:
    """Four offices that keep the parcels together."""
    law = parse_law(LAND.replace("when_unseen: hold", f"when_unseen: {when_unseen}"))
    homed = land_network()
    cards = homed.charter.cards
    charter = found("Shared parcels", FOUNDED_MS, cards, [law.canonical], {"land.parcel": "shared"})
    return Network(charter, homed.nodes, homed.officers)


def settle(offices: Sequence[Office]) -> None:
    meet_until_quiet(offices)
    assert len({(office.anchor, office.state_root()) for office in offices}) == 1


def decide(network: Network, office: Office, parcel: bytes, decision: str, buyer: int | None = None) -> bytes:
    """The parcel goes to "Buyer<buyer>" instead; None: the first act stands."""
    (entry,) = office.records.view(parcel).record.fields["rights"]
    act = {"decision": decision, "from": [], "to": [], "basis": document("Judgment", "77")}
    if buyer is not None:
        act["from"] = [{"entry": entry["id"], "part": [1, 1]}]
        act["to"] = [{"holder": party(f"Buyer{buyer}", 1000 + buyer), "part": [1, 1]}]
    signers = [registrar(office), Signer(office.number, 1, "notary")]
    proposal = office.propose("land", "decide_held", {"parcel": parcel}, act, signers)
    return office.record(sign(network, office, [proposal]))[0].id


def holder_of(office: Office, parcel: bytes) -> str:
    (entry,) = office.records.view(parcel).record.fields["rights"]
    return str(entry["holder"]["name"])


@pytest.mark.parametrize("when_unseen", ["hold", "order"])
def test_a_parcel_sold_at_two_offices_ends_the_same_way_everywhere(when_unseen: str) -> None:
    network = shared_network(when_unseen)
    offices = [open_in_memory(network, number) for number in range(4)]
    (parcel,) = register(network, offices[0], 1).records
    settle(offices)
    sales = [sell(network, offices[number], parcel, number).id for number in (1, 2)]
    for office, sale in zip(offices[1:3], sales, strict=True):
        ladder = office.acts.view(sale).ladder
        assert (ladder.step, ladder.outcome, ladder.shared) == (Step.RECORDED, "entered", True)
    settle(offices)
    told = [[office.acts.view(sale).ladder for sale in sales] for office in offices]
    assert all(ladders == told[0] for ladders in told)
    first, second = sorted(told[0], key=lambda ladder: ladder.outcome != "entered")
    assert (first.step, first.outcome) == (Step.FINAL, "entered")
    winner = sales[told[0].index(first)]
    assert (second.facts["winner"], second.facts["unseen"]) == (winner[:16], True)
    records = {office.records.view(parcel).record.last_act for office in offices}
    assert len(records) == 1
    assert len({holder_of(office, parcel) for office in offices}) == 1
    if when_unseen == "order":
        assert (second.step, second.code) == (Step.REJECTED, "overtaken")
        assert "neither office had seen the other" in ladder_words(second, 4)
        return
    assert (second.step, second.outcome, second.code) == (Step.FINAL, "held", "held-together")
    held = offices[3].records.view(parcel).record
    assert held.pending == {"acts": [winner[:16], sales[1 - told[0].index(first)][:16]]}
    with pytest.raises(MunimentError) as refused:
        sell(network, offices[3], parcel, 9)
    assert refused.value.facts["reason"] == "record-held"
    decision = decide(network, offices[3], parcel, "second_instead", 5)
    settle(offices)
    assert {holder_of(office, parcel) for office in offices} == {"Buyer5"}
    assert all(office.acts.view(decision).ladder.step is Step.FINAL for office in offices)
    assert all(office.records.view(parcel).record.pending is None for office in offices)


def test_three_sales_out_of_reach_are_told_alike_whoever_meets_whom_first() -> None:
    for turn in permutations(range(1, 4)):
        network = shared_network("hold")
        offices = [open_in_memory(network, number) for number in range(4)]
        (parcel,) = register(network, offices[0], 1).records
        settle(offices)
        sales = [sell(network, offices[number], parcel, number).id for number in (1, 2, 3)]
        for number in turn:
            hand_over(offices[number], offices[0])
        settle(offices)
        outcomes = sorted(offices[0].acts.view(sale).ladder.outcome for sale in sales)
        assert outcomes == ["entered", "held", "held"]
        assert len({tuple(office.records.view(parcel).record.pending["acts"]) for office in offices}) == 1


def test_who_had_seen_the_first_sale_cannot_record_a_second() -> None:
    network = shared_network("hold")
    offices = [open_in_memory(network, number) for number in range(4)]
    (parcel,) = register(network, offices[0], 1).records
    settle(offices)
    stale = propose_sale(offices[2], parcel, 2)
    sell(network, offices[1], parcel, 1)
    meet(offices[1], offices[2])
    with pytest.raises(MunimentError) as refused:
        offices[2].record(sign(network, offices[2], [stale]))
    assert refused.value.facts["reason"] == "overtaken"


def test_a_parcel_moves_to_another_office_once_its_release_is_in_the_common_register() -> None:
    network, offices = land_network(), make_offices()
    old, new = offices[0], offices[1]
    (parcel,) = register(network, old, 1).records
    settle(offices)

    release = old.propose("land", "release", {"parcel": parcel}, {"to": 1}, [registrar(old)])
    released = old.record(sign(network, old, [release]))[0]
    assert (released.ladder.outcome, released.ladder.shared) == ("entered", False)
    with pytest.raises(MunimentError) as refused:
        sell(network, old, parcel, 1)
    assert refused.value.facts["reason"] == "record-released"

    hand_over(old, new)  # seen, and not yet in the common register
    accept = new.propose("land", "accept", {"parcel": parcel}, {}, [registrar(new)])
    early = new.record(sign(network, new, [accept]))[0]
    assert (early.ladder.outcome, early.ladder.shared) == ("entered", True)
    settle(offices)
    for office in offices:
        ladder = office.acts.view(early.id).ladder
        assert (ladder.step, ladder.code) == (Step.REJECTED, "release-not-final")
        assert office.records.view(parcel).record.keeper == 0

    again = new.propose("land", "accept", {"parcel": parcel}, {}, [registrar(new)])
    accepted = new.record(sign(network, new, [again]))[0]
    after = sell(network, new, parcel, 7)
    assert after.ladder.shared  # it waits with the acceptance that it builds on
    settle(offices)
    for office in offices:
        assert office.acts.view(accepted.id).ladder.step is office.acts.view(after.id).ladder.step is Step.FINAL
        assert office.records.view(parcel).record.keeper == 1
    assert not sell(network, new, parcel, 8).ladder.shared
    with pytest.raises(MunimentError) as refused:
        sell(network, old, parcel, 9)
    assert refused.value.facts["reason"] == "not-keeper"
