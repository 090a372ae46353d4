"""Extracts of real acts of real offices: printed early, verified later, at any step, by anybody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws import parse_law
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.record_receipt import check_record_receipt
from core.office import Office
from core.views import ActView, Step
from desktop.knowledge import knowledge_of_charter, knowledge_of_office
from desktop.library import library_laws
from desktop.printing.comparing import read_printed_step
from desktop.printing.office_extract import extract_pdf, printed_bracket
from desktop.printing.paper import BRACKETED
from desktop.printing.reading import open_pdf, page_text
from desktop.verification import verify_file
from tests.ledger.building import Network, make_network
from tests.offices import land_network, make_offices, meet, meet_until_quiet, open_in_memory, pass_days, register, sell

DAY = (2026, 11, 23)
Save = Callable[..., Path]


def printed_by(office: Office, act: bytes, language: str = "en") -> bytes:
    return extract_pdf(office, office.proofs.receipt(act, language), office.acts.view(act), DAY)


def registered_and_sold(network: Network, office: Office, number: int = 1, buyers: int = 1) -> ActView:
    act = register(network, office, number)
    (parcel,) = act.records
    for buyer in range(buyers):
        act = sell(network, office, parcel, buyer)
    return act


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def test_a_sale_names_its_parcel_however_often_it_was_sold(offices: list[Office], save: Save) -> None:
    act = registered_and_sold(land_network(), offices[0], 4100200, buyers=4)
    result = verify_file(save(printed_by(offices[0], act.id)))
    assert (result.valid, result.code, result.as_printed[0].words) == (
        True,
        "valid",
        "Signed and kept at this office only",
    )
    assert dict(result.facts)["Parcel"].startswith("Cadastral number 0004100200\n")


def test_a_paper_printed_early_verifies_later_at_its_higher_step(offices: list[Office], save: Save) -> None:
    act = registered_and_sold(land_network(), offices[0])
    paper = save(printed_by(offices[0], act.id))
    assert verify_file(paper, knowledge_of_office(offices[0])).step == "recorded"
    assert verify_file(paper, knowledge_of_office(offices[1])).step is None
    meet(offices[0], offices[1])
    result = verify_file(paper, knowledge_of_office(offices[1]))
    assert (result.step, len(result.witnesses)) == ("witnessed", 2)
    meet_until_quiet(offices)
    result = verify_file(paper, knowledge_of_office(offices[3]))
    assert (result.valid, result.step, result.as_printed[0].words) == (
        True,
        "final",
        "Signed and kept at this office only",
    )
    assert set(result.witnesses) >= {"Шацк", "Телеханы"}


def test_any_office_prints_any_act(offices: list[Office], save: Save) -> None:
    act = registered_and_sold(land_network(), offices[0])
    meet_until_quiet(offices)
    result = verify_file(save(printed_by(offices[2], act.id)), knowledge_of_charter(land_network().charter))
    assert (result.valid, result.network_known) == (True, True)
    assert result.as_printed[0].words == "Entered in the common register"


@pytest.mark.parametrize("language", ["be", "ru", "ro", "ka"])
def test_a_language_that_lacks_words_falls_back_and_still_compares(
    offices: list[Office], save: Save, language: str
) -> None:
    act = registered_and_sold(land_network(), offices[0])
    meet_until_quiet(offices)
    assert verify_file(save(printed_by(offices[0], act.id, language))).valid


def test_the_law_may_hold_the_paper_back(save: Save) -> None:
    text = library_laws()["land"].replace("paper_from: recorded", "paper_from: certified")
    network = make_network(4, [parse_law(text).canonical])
    offices = [open_in_memory(network, number) for number in range(4)]
    act = registered_and_sold(network, offices[0])
    with pytest.raises(MunimentError) as caught:
        printed_by(offices[0], act.id)
    assert (caught.value.code, caught.value.facts) == ("paper-not-yet", {"step": "recorded", "needed": "certified"})
    meet_until_quiet(offices)
    result = verify_file(save(printed_by(offices[0], act.id)))
    assert (result.valid, result.code) == (True, "valid")


@pytest.mark.parametrize("paper_from", ["recorded", "certified"])
def test_what_the_common_order_decides_is_not_confirmed_by_the_majority(save: Save, paper_from: str) -> None:
    text = library_laws()["land"].replace("paper_from: recorded", f"paper_from: {paper_from}")
    network = make_network(4, [parse_law(text).canonical])
    office = open_in_memory(network, 0)
    act = registered_and_sold(network, office)
    view = act._replace(ladder=act.ladder._replace(step=Step.CERTIFIED, shared=True))
    if paper_from == "certified":
        with pytest.raises(MunimentError) as caught:
            extract_pdf(office, office.proofs.receipt(act.id), view, DAY)
        assert caught.value.facts == {"step": "shared", "needed": "certified"}
        return
    result = verify_file(save(extract_pdf(office, office.proofs.receipt(act.id), view, DAY)))
    assert (result.valid, result.as_printed[0].words) == (True, "Seen by the majority, waits for the common register")


def test_an_unknown_act_has_no_paper(offices: list[Office]) -> None:
    with pytest.raises(MunimentError, match="unknown-act"):
        offices[0].proofs.receipt(bytes(32))


# -- final ----------------------------------------------------------------------------------------------------------


def test_a_final_paper_proves_the_register_without_any_replica(offices: list[Office], save: Save) -> None:
    act = registered_and_sold(land_network(), offices[0])
    meet_until_quiet(offices)
    paper = save(printed_by(offices[2], act.id))
    result = verify_file(paper)
    assert (result.valid, result.step, result.proved, result.outcome) == (True, "final", True, "entered")
    assert result.checkpoint == f"Register state No. {offices[0].proofs.register_state(act.id)}"
    assert len(result.witnesses) == 3
    said = dict(result.facts)["Common register"]
    assert said.startswith(f"{result.checkpoint}, entry 1: Entered in the common register\nPut in order on ")
    assert "countersigned by 3 of 4 offices" in said
    named = verify_file(paper, knowledge_of_charter(land_network().charter))
    assert set(named.witnesses) <= {card.name for card in land_network().charter.cards}


def test_a_paper_printed_early_learns_the_register_state_from_a_replica(offices: list[Office], save: Save) -> None:
    act = registered_and_sold(land_network(), offices[0])
    paper = save(printed_by(offices[0], act.id))
    assert verify_file(paper, knowledge_of_office(offices[0])).checkpoint is None
    meet_until_quiet(offices)
    result = verify_file(paper, knowledge_of_office(offices[1]))
    assert not result.proved
    assert (result.step, result.checkpoint) == (
        "final",
        f"Register state No. {offices[1].proofs.register_state(act.id)}",
    )
    assert verify_file(paper).step is None


def test_every_office_proves_the_same_state(offices: list[Office]) -> None:
    act = registered_and_sold(land_network(), offices[0])
    meet_until_quiet(offices)
    (parcel,) = act.records
    for office in offices:
        final = check_receipt(decode_receipt(office.proofs.receipt(act.id)), verify, office.network).final
        assert final is not None
        assert final.checkpoint.anchor == offices[0].proofs.register_state(act.id)
        facts = check_record_receipt(office.proofs.record_receipt(parcel), verify, office.network)
        assert facts.record.id == parcel
        assert facts.checkpoint.state_root == office.state_root()


def test_what_is_not_certified_yet_has_no_proof_of_a_record(offices: list[Office]) -> None:
    act = registered_and_sold(land_network(), offices[0])
    with pytest.raises(MunimentError, match="register-not-certified"):
        offices[0].proofs.record_receipt(act.records[0])
    assert offices[0].proofs.register_state(act.id) is None
    with pytest.raises(MunimentError, match="unknown-act"):
        offices[0].proofs.receipt(bytes(32))


def bracketed(office: Office, act: bytes) -> bytes:
    return extract_pdf(
        office, office.proofs.receipt(act, "en", BRACKETED), office.acts.view(act), DAY, office.bracketing.of_act(act)
    )


def test_a_paper_says_between_what_the_act_was_made(offices: list[Office], save: Save) -> None:
    network = land_network()
    register(network, offices[0], 1)
    meet_until_quiet(offices)
    second = register(network, offices[0], 2)
    with open_pdf(bracketed(offices[0], second.id)) as paper:
        state = offices[0].bracketing.of_act(second.id).state
        assert f"Made after register state No. {state}; no other office" in page_text(paper, 0)
    meet(offices[0], offices[2])
    paper_file = save(bracketed(offices[0], second.id))
    with open_pdf(paper_file.read_bytes()) as paper:
        assert "of office No. 3, which that office’s clock dates" in page_text(paper, 0)
        facts = check_receipt(decode_receipt(offices[0].proofs.receipt(second.id)), verify, offices[0].network)
        printed = read_printed_step(paper, facts)
        assert printed is not None
        assert printed.bracket == printed_bracket(offices[0].bracketing.of_act(second.id))
    assert verify_file(paper_file).code == "valid"


def test_a_bracket_on_a_paper_of_the_first_template_is_an_alteration(offices: list[Office], save: Save) -> None:
    act = register(land_network(), offices[0], 1)
    meet(offices[0], offices[1])
    receipt, view, bracket = (
        offices[0].proofs.receipt(act.id),
        offices[0].acts.view(act.id),
        offices[0].bracketing.of_act(act.id),
    )
    assert verify_file(save(extract_pdf(offices[0], receipt, view, DAY, bracket))).code == "text-differs"


def test_a_wrong_clock_is_told_on_paper(offices: list[Office], save: Save) -> None:
    pass_days(offices[0], 20 * 365)
    act = register(land_network(), offices[0], 1)
    meet_until_quiet(offices)
    paper = save(bracketed(offices[1], act.id))
    with open_pdf(paper.read_bytes()) as document:
        assert "The clock of the computer that recorded it was wrong" in page_text(document, 0)
    assert verify_file(paper).code == "valid"
