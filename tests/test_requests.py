"""Whole offices: a notary's laptop asks by courier, the keeper decides, and the notary's act climbs the ladder."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.receipt_format import decode_receipt
from core.ledger.request import SignedRequest, decode_request, encode_request
from core.ledger.transaction import MAX_REQUEST_BYTES, Signer, encode_transaction
from core.office import Office
from core.requests import acted
from core.views import Step
from tests.ledger.building import Network, document
from tests.offices import (
    hand_over,
    land_network,
    make_offices,
    meet,
    meet_until_quiet,
    pass_days,
    register,
    registrar,
    sell,
    sign,
)
from tests.requesting import KEEPER, LAPTOP, ask, carry, decide, propose_request, sale
from tests.test_office import twin_of


@pytest.fixture
def network() -> Network:
    return land_network()


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def settle(offices: Sequence[Office]) -> None:
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def refusal_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    assert caught.value.code == "rejected"
    return str(caught.value.facts["reason"])


# -- the story ------------------------------------------------------------------------------------------------------


def test_a_notary_asks_by_courier_and_the_act_climbs_the_ladder(network: Network, offices: list[Office]) -> None:
    keeper, laptop, third, _ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    before = laptop.records.view(parcel).record

    # At home with a client, nobody near: the request is signed and kept, the parcel is as it was.
    request = ask(network, laptop, parcel, 7)
    assert (request.ladder.step, request.ladder.outcome, request.ladder.shared) == (Step.RECORDED, "requested", True)
    assert request.ladder.facts["office"] == keeper.roll.members[KEEPER].office
    assert request.records == ()
    assert laptop.records.view(parcel).record == before
    slip = laptop.proofs.receipt(request.id)

    # A stick goes to the competent office.
    assert keeper.requests.for_me() == []
    assert carry(laptop, keeper) == 1
    (waiting,) = keeper.requests.for_me()
    assert (waiting.act.id, waiting.by, waiting.to, waiting.label) == (request.id, LAPTOP, KEEPER, "0000000001")
    assert third.requests.for_me() == []

    # Its registrar enters it. There the parcel has changed at once, and nothing waits any more.
    entered = decide(network, keeper, request.id)
    assert (entered.ladder.step, entered.ladder.outcome, entered.records) == (Step.RECORDED, "entered", (parcel,))
    assert keeper.requests.for_me() == []
    assert keeper.records.view(parcel).record.fields["rights"][0]["holder"]["name"] == "Buyer7"
    newest = keeper.records.view(parcel).timeline[0]
    assert (newest.act, newest.procedure) == (entered.id, "land.transfer")
    assert acted(entered.transaction) == request.transaction

    # The stick comes back: the notary's own act now stands where the keeper's act stands.
    carry(keeper, laptop)
    known = laptop.acts.view(request.id)
    assert (known.ladder.decision, known.ladder.outcome, known.records) == (entered.id, "entered", (parcel,))
    assert known.ladder.step is laptop.acts.view(entered.id).ladder.step
    steps = [known.ladder.step]
    for one, other in combinations(offices, 2):
        meet(one, other)
        steps.append(laptop.acts.view(request.id).ladder.step)
    settle(offices)
    steps.append(laptop.acts.view(request.id).ladder.step)
    order = [Step.RECORDED, Step.WITNESSED, Step.CERTIFIED, Step.FINAL]
    assert steps == sorted(steps, key=order.index)
    assert steps[-1] is Step.FINAL
    for office in offices:
        assert office.records.view(parcel).record.fields["rights"][0]["holder"]["name"] == "Buyer7"
        assert office.acts.view(request.id).ladder.decision == entered.id
        assert office.store.chain.requests_to(KEEPER) == []
    # What was signed and printed first is what is proved now; the proof that it is entered stands in place of its block.
    early, late = decode_receipt(slip), decode_receipt(laptop.proofs.receipt(request.id))
    unplaced = replace(early, payload=None, header=None, signature=None, checkpoint=None)
    assert unplaced == replace(late, checkpoint=None)
    (made,) = laptop.requests.made()
    assert (made.act.id, made.act.ladder.decision) == (request.id, entered.id)


def test_a_refusal_reaches_the_office_that_asked_with_its_reason(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    request = ask(network, laptop, parcel, 7)
    settle(offices)
    assert keeper.requests.for_me()[0].ends_ms is not None
    assert laptop.acts.view(request.id).ladder.outcome == "requested"
    refused = decide(network, keeper, request.id, "The deed is not legible.")
    assert (refused.ladder.outcome, refused.records) == ("entered", ())
    settle(offices)
    ladder = laptop.acts.view(request.id).ladder
    assert (ladder.step, ladder.code, ladder.decision) == (Step.REJECTED, "request-refused", refused.id)
    assert ladder.facts["reason"] == "The deed is not legible."
    assert refusal_of(lambda: decide(network, keeper, request.id)) == "already-decided"
    # The same may be asked again, and entered.
    again = ask(network, laptop, parcel, 7)
    settle(offices)
    decide(network, keeper, again.id)
    settle(offices)
    assert laptop.acts.view(again.id).ladder.step is Step.FINAL


def test_a_request_lapses_everywhere_by_the_common_time(network: Network, offices: list[Office]) -> None:
    keeper, laptop, third, _ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    request = ask(network, laptop, parcel, 7)
    settle(offices)
    drawn_up = keeper.propose_decision(request.id, [registrar(keeper)])
    for office in offices:
        pass_days(office, 31)
    register(network, third, 2)
    settle(offices)
    for office in offices:
        ladder = office.acts.view(request.id).ladder
        assert (ladder.outcome, ladder.code) == ("lapsed", "request-lapsed")
    assert keeper.propose_decision(request.id, [registrar(keeper)]).verdict.code == "request-expired"  # type: ignore[union-attr]
    # Signed all the same, it is the order that refuses it.
    late = keeper.record(sign(network, keeper, [drawn_up]))[0]
    settle(offices)
    for office in offices:
        refused = office.acts.view(late.id).ladder
        assert (refused.step, refused.code) == (Step.REJECTED, "request-expired")
        assert office.acts.view(request.id).ladder.outcome == "lapsed"
    decide(network, keeper, request.id, "Too late.")
    settle(offices)
    assert laptop.acts.view(request.id).ladder.code == "request-refused"


def test_a_decision_stands_although_the_office_that_asked_has_signed_twice(
    network: Network, offices: list[Office]
) -> None:
    """The decision carries the request: it needs nothing of the chain of the office that asked."""
    keeper, laptop, third, fourth = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    twin = twin_of(network, laptop)
    request = ask(network, laptop, parcel, 7)
    carry(laptop, keeper)
    entered = decide(network, keeper, request.id)
    register(network, twin, 3)
    hand_over(twin, fourth)
    honest = [keeper, third, fourth]
    settle(honest)
    for office in honest:
        assert office.lace.forkers >> LAPTOP & 1
        assert office.acts.view(entered.id).ladder.step is Step.FINAL
        assert office.acts.view(request.id).ladder.decision == entered.id
        assert office.records.view(parcel).record.fields["rights"][0]["holder"]["name"] == "Buyer7"


# -- two at once ----------------------------------------------------------------------------------------------------


def test_a_second_request_is_refused_here_and_the_later_one_of_two_unseen_everywhere(
    network: Network, offices: list[Office]
) -> None:
    keeper, laptop, other, fourth = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    first = ask(network, laptop, parcel, 7)
    unseen = ask(network, other, parcel, 8)
    hand_over(laptop, fourth)
    assert refusal_of(lambda: ask(network, fourth, parcel, 9)) == "already-requested"
    settle(offices)
    ladders = [office.acts.view(act.id).ladder for act in (first, unseen) for office in offices]
    assert {ladder.code for ladder in ladders} == {"waiting-for-keeper", "already-requested"}
    refused = next(ladder for ladder in ladders if ladder.step is Step.REJECTED)
    (winner,) = [act.id for act in (first, unseen) if keeper.acts.view(act.id).ladder.step is not Step.REJECTED]
    assert refused.facts["winner"] == winner[:16]
    (waiting,) = keeper.requests.for_me()
    assert waiting.act.id == winner


def test_what_the_keeper_has_entered_stands_even_if_the_order_puts_another_request_first(
    network: Network, offices: list[Office]
) -> None:
    """The keeper decides on what it holds; the order of two requests only says which one may go on waiting."""
    keeper, laptop, other, _ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    requests = [ask(network, office, parcel, 7 + office.number) for office in (laptop, other)]
    carry(other, keeper)
    entered = decide(network, keeper, requests[1].id)
    settle(offices)
    for office in offices:
        ladder = office.acts.view(requests[1].id).ladder
        assert (ladder.step, ladder.decision) == (Step.FINAL, entered.id)
        assert office.acts.view(requests[0].id).ladder.step is Step.REJECTED
        assert office.acts.view(requests[0].id).ladder.code in ("request-overtaken", "already-requested", "overtaken")
    assert keeper.requests.for_me() == []


def test_an_act_of_the_keeper_overtakes_a_request(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    request = ask(network, laptop, parcel, 7)
    carry(laptop, keeper)
    own = sell(network, keeper, parcel, 9)
    assert refusal_of(lambda: decide(network, keeper, request.id)) == "overtaken"
    settle(offices)
    for office in offices:
        ladder = office.acts.view(request.id).ladder
        assert (ladder.step, ladder.facts["winner"]) == (Step.REJECTED, own.id[:16])
    assert keeper.requests.for_me() == []


# -- one act on records of two offices ------------------------------------------------------------------------------


def test_a_parcel_offered_in_an_exchange_and_sold_unseen_goes_one_way_at_every_office(
    network: Network, offices: list[Office]
) -> None:
    keeper, laptop, *_ = offices
    (theirs,), (ours,) = (register(network, office, 1 + office.number).records for office in (keeper, laptop))
    settle(offices)
    holders = [laptop.records.view(one).record.fields["rights"][0]["holder"] for one in (ours, theirs)]
    act: dict[str, Value] = {
        "first_given": [{"entry": 1, "part": [1, 1]}],
        "first_taken": [{"holder": holders[1], "part": [1, 1]}],
        "second_given": [{"entry": 1, "part": [1, 1]}],
        "second_taken": [{"holder": holders[0], "part": [1, 1]}],
        "deed": document("Deed of exchange", "3"),
        "consents": {"answer": "complete", "by": [LAPTOP, 1]},
    }
    signers = [registrar(laptop), Signer(LAPTOP, 1, "notary")]
    proposal = laptop.propose("land", "exchange", {"first": ours, "second": theirs}, act, signers, addressed_to=KEEPER)
    asked = laptop.record(sign(network, laptop, [proposal]))[0]
    assert (asked.ladder.outcome, laptop.requests.made()[0].withdrawable) == ("requested", True)
    settle(offices)
    assert [view.act.id for view in keeper.requests.on(ours)] == [asked.id]
    sold = sell(network, laptop, ours, 9)
    entered = decide(network, keeper, asked.id)
    assert (sold.ladder.shared, entered.ladder.shared) == (True, True)
    settle(offices)
    ladders = [[office.acts.view(act.id).ladder for office in offices] for act in (sold, entered)]
    stands = [{ladder.step is Step.FINAL and ladder.outcome == "entered" for ladder in one} for one in ladders]
    assert stands in ([{True}, {False}], [{False}, {True}])
    after = [keeper.records.view(one).record.last_act for one in (ours, theirs)]
    assert (after[0] == after[1]) == (stands == [{False}, {True}])
    assert keeper.requests.on(ours) == []


# -- bad input ------------------------------------------------------------------------------------------------------


def test_a_request_is_recorded_by_the_office_whose_officers_signed_it(network: Network, offices: list[Office]) -> None:
    keeper, laptop, other, _ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    group = sign(network, laptop, [propose_request(laptop, parcel, 7)])
    assert refusal_of(lambda: other.record(group)) == "signer-of-another-office"
    assert refusal_of(lambda: keeper.record(group)) == "request-to-oneself"
    assert laptop.record(group)[0].ladder.outcome == "requested"


def test_a_request_to_an_office_that_is_not_there(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    assert propose_request(laptop, parcel, 7, to=99).verdict.code == "unknown-office-asked"  # type: ignore[union-attr]
    assert propose_request(laptop, parcel, 7, to=2).verdict.code == "not-keeper"  # type: ignore[union-attr]


def test_requests_are_signed_one_by_one(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    parcels = [register(network, keeper, number).records[0] for number in (1, 2)]
    settle(offices)
    group = sign(network, laptop, [propose_request(laptop, parcel, 7) for parcel in parcels])
    assert code_of(lambda: laptop.record(group)) == "request-in-a-batch"


@pytest.mark.parametrize("place", ["transaction", "signature"])
def test_a_carried_request_that_nobody_signed_is_refused_by_everybody(
    network: Network, offices: list[Office], place: str
) -> None:
    """A keeper cannot put words into a notary's mouth: its own signature does not cover what the notary never signed."""
    keeper, laptop, *_ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    request = ask(network, laptop, parcel, 7)
    carry(laptop, keeper)
    proposal = keeper.propose_decision(request.id, [registrar(keeper)])
    signed = decode_request(proposal.transaction.requests[0])
    if place == "signature":
        forged = SignedRequest(signed.transaction, (bytes(64),))
    else:
        cheaper = {**request.transaction.act, "price": [1, "BYN"]}
        forged = SignedRequest(encode_transaction(replace(request.transaction, act=cheaper)), signed.signatures)
    transaction = replace(proposal.transaction, requests=(encode_request(forged),))
    encoded = encode_transaction(transaction)
    message = keeper.signing_message([encoded])
    group = Group((encoded,), (network.officers[KEEPER][0].sign(message),))
    assert code_of(lambda: keeper.record(group)) == "bad-signature"


def test_unknown_requests_are_not_decided(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    own = register(network, keeper, 1)
    for unknown in (bytes(32), own.id):
        assert (
            code_of(lambda unknown=unknown: keeper.propose_decision(unknown, [registrar(keeper)])) == "unknown-request"
        )  # type: ignore[misc]
        assert code_of(lambda unknown=unknown: laptop.requests.view(unknown)) == "unknown-request"  # type: ignore[misc]


def test_a_request_that_is_too_long_to_be_carried_is_not_drawn_up(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    act = {**sale(laptop, parcel, 7), "note": "x" * MAX_REQUEST_BYTES}
    notary = Signer(LAPTOP, 1, "notary")
    assert (
        code_of(lambda: laptop.propose("land", "transfer", {"parcel": parcel}, act, [notary], addressed_to=KEEPER))
        == "malformed-request"
    )


def test_who_is_competent(network: Network, offices: list[Office]) -> None:
    keeper, laptop, *_ = offices
    (parcel,) = register(network, keeper, 1).records
    settle(offices)
    assert laptop.requests.competent_office("land", "transfer", {"parcel": parcel}) == KEEPER
    assert keeper.requests.competent_office("land", "transfer", {"parcel": parcel}) is None
    assert laptop.requests.competent_office("land", "gift", {"parcel": parcel}) is None
    assert laptop.requests.competent_office("boats", "transfer", {"parcel": parcel}) is None
    assert laptop.requests.competent_office("land", "first_registration", {}) is None
