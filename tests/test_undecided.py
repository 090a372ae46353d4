"""Whole offices: what is suspended or held is cured and decided, and the act's own page shows what came of it."""

import pytest

from core.errors import MunimentError
from core.ledger.transaction import Signer
from core.office import Office
from core.views import Step
from desktop.printing.office_extract import extract_pdf
from tests.ledger.building import Network, document, party
from tests.offices import land_network, make_offices, meet_until_quiet, register, registrar, sign


@pytest.fixture
def network() -> Network:
    return land_network()


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def suspended_sale(network: Network, office: Office, parcel: bytes) -> bytes:
    """A sale without the attestation of the spouse's consent; its id."""
    held = office.records.view(parcel).record.fields["rights"]
    act = {
        "ground": "sale",
        "from": [{"entry": held[0]["id"], "part": [1, 1]}],
        "to": [{"holder": party("Buyer", 1001), "part": [1, 1]}],
        "price": [4_850_000, "BYN"],
        "deed": document("Deed of sale", "2-1"),
    }
    signers = [registrar(office), Signer(office.number, 1, "notary")]
    proposal = office.propose("land", "transfer", {"parcel": parcel}, act, signers)
    (view,) = office.record(sign(network, office, [proposal]))
    assert (view.ladder.outcome, view.records) == ("suspended", ())
    return view.id


def test_a_cured_act_climbs_the_ladder_of_its_cure(network: Network, offices: list[Office]) -> None:
    keeper = offices[0]
    parcel = register(network, keeper, 1).records[0]
    act = suspended_sale(network, keeper, parcel)
    (waiting,) = keeper.undecided.acts()
    assert (waiting.act.id, waiting.state, waiting.codes) == (act, "suspended", ("spouse-consent",))
    assert [one.id for one in keeper.standing.today().needs_decision] == [act]
    meet_until_quiet(offices)
    assert offices[1].undecided.acts() == []  # its keeper decides

    consent = {"spouse_consent": {"answer": "given", "by": [keeper.number, 1]}}
    notary = [Signer(keeper.number, 1, "notary")]
    cure = keeper.propose_resolving("#cure", act, notary, fields=consent)
    (cured,) = keeper.record(sign(network, keeper, [cure]))
    assert (cured.ladder.outcome, cured.records) == ("entered", (parcel,))
    assert (keeper.undecided.acts(), keeper.standing.today().counts["needs_decision"]) == ([], 0)
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1
    for office in offices:
        view = office.acts.view(act)
        assert (view.ladder.step, view.ladder.outcome, view.ladder.decision) == (Step.FINAL, "entered", cured.id)
        assert view.records == (parcel,)
        assert office.records.view(parcel).record.fields["rights"][0]["holder"]["name"] == "Buyer"
        assert office.records.view(parcel).timeline[0].procedure == "land.#cure"
    for one in (act, cured.id):  # the paper of the act says what came of it, that of the cure what was entered
        receipt, view = keeper.proofs.receipt(one), keeper.acts.view(one)
        assert extract_pdf(keeper, receipt, view, (2026, 3, 1)).startswith(b"%PDF")
    with pytest.raises(MunimentError, match="no-such-undecided"):
        keeper.undecided.view(act)


def test_a_withdrawn_act_is_told_as_not_entered_and_a_new_one_takes_its_place(
    network: Network, offices: list[Office]
) -> None:
    keeper = offices[0]
    parcel = register(network, keeper, 1).records[0]
    act = suspended_sale(network, keeper, parcel)
    signers = [registrar(keeper), Signer(keeper.number, 1, "notary")]
    (view,) = keeper.record(sign(network, keeper, [keeper.propose_resolving("#withdraw", act, signers, "mistake")]))
    meet_until_quiet(offices)
    ladder = offices[2].acts.view(act).ladder
    assert (ladder.step, ladder.code, ladder.decision) == (Step.REJECTED, "act-withdrawn", view.id)
    suspended_sale(network, keeper, parcel)
