"""Papers of requests: a slip that climbs to the decision without a reprint, the decision's extract, a refusal."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt, encode_receipt
from core.office import Office
from desktop.knowledge import knowledge_of_office
from desktop.printing.office_extract import extract_pdf
from desktop.verification import verify_file
from tests.offices import land_network, make_offices, meet_until_quiet, register
from tests.requesting import KEEPER, LAPTOP, ask, decide

DAY = (2026, 11, 23)
Save = Callable[..., Path]


def printed_by(office: Office, act: bytes) -> bytes:
    return extract_pdf(office, office.proofs.receipt(act), office.acts.view(act), DAY)


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


@pytest.fixture
def parcel(offices: list[Office]) -> bytes:
    (record,) = register(land_network(), offices[KEEPER], 1).records
    meet_until_quiet(offices)
    return record


def test_a_slip_shows_the_decision_later_without_a_reprint(offices: list[Office], parcel: bytes, save: Save) -> None:
    keeper, laptop = offices[KEEPER], offices[LAPTOP]
    request = ask(land_network(), laptop, parcel, 7)
    slip = save(printed_by(laptop, request.id), "slip.pdf")
    first = verify_file(slip, knowledge_of_office(laptop))
    told = dict(first.facts)
    assert (first.valid, first.code, first.as_printed[0].words) == (True, "valid", "Waiting for the competent office")
    assert told["Competent office"].startswith(f"{keeper.roll.members[KEEPER].office}\nThis paper is no extract")
    assert told["Parcel"].startswith("Cadastral number 0000000001")
    assert (first.outcome, first.waits_for) == ("requested", keeper.roll.members[KEEPER].office)
    meet_until_quiet(offices)
    # The request itself stands in the common order; that says nothing of the act.
    assert verify_file(slip, knowledge_of_office(keeper)).outcome == "requested"
    assert verify_file(save(printed_by(laptop, request.id))).as_printed[0].words == "Waiting for the competent office"
    decide(land_network(), keeper, request.id)
    meet_until_quiet(offices)
    later = verify_file(slip, knowledge_of_office(laptop))
    assert (later.valid, later.step, later.outcome, later.as_printed[0].words) == (
        True,
        "final",
        "entered",
        first.as_printed[0].words,
    )


def test_the_extract_of_the_decision_says_who_asked_and_what(offices: list[Office], parcel: bytes, save: Save) -> None:
    keeper, laptop = offices[KEEPER], offices[LAPTOP]
    request = ask(land_network(), laptop, parcel, 7)
    meet_until_quiet(offices)
    entered = decide(land_network(), keeper, request.id)
    for office in (keeper, laptop):
        meet_until_quiet(offices)
        result = verify_file(save(printed_by(office, entered.id)))
        told = dict(result.facts)
        assert (result.valid, result.code) == (True, "valid")
        assert (
            told["Requested by"].startswith("Пётр Сакович")
            or laptop.roll.members[LAPTOP].office in told["Requested by"]
        )
        assert "Buyer7" in told["Who takes it"]
        assert told["Parcel"].startswith("Cadastral number 0000000001")


def test_a_refusal_is_a_paper_of_its_own_and_no_extract(offices: list[Office], parcel: bytes, save: Save) -> None:
    keeper, laptop = offices[KEEPER], offices[LAPTOP]
    request = ask(land_network(), laptop, parcel, 7)
    slip = save(printed_by(laptop, request.id), "slip.pdf")
    meet_until_quiet(offices)
    refused = decide(land_network(), keeper, request.id, "The deed is not legible.")
    meet_until_quiet(offices)
    result = verify_file(save(printed_by(keeper, refused.id)))
    assert (result.valid, dict(result.facts)["Refused because"]) == (True, "The deed is not legible.")
    known = verify_file(slip, knowledge_of_office(laptop))
    assert (known.step, known.why) == ("rejected", "request-refused")


def test_a_decision_proves_the_signatures_of_those_who_asked(offices: list[Office], parcel: bytes) -> None:
    keeper = offices[KEEPER]
    request = ask(land_network(), offices[LAPTOP], parcel, 7)
    meet_until_quiet(offices)
    decision = decide(land_network(), keeper, request.id)
    receipt = decode_receipt(keeper.proofs.receipt(decision.id))
    facts = check_receipt(receipt, verify, keeper.network)
    assert [(one.signer.office, one.signer.role) for one in facts.signed_by] == [(KEEPER, "registrar")]
    assert [(one.signer.office, one.signer.role) for one in facts.requested_by] == [(LAPTOP, "notary")]
    without = {place: leaf for place, leaf in receipt.charter_leaves.items() if place != LAPTOP + 1}
    with pytest.raises(MunimentError):
        check_receipt(decode_receipt(encode_receipt(replace(receipt, charter_leaves=without))), verify, keeper.network)

    def refuse_notary(key: bytes, message: bytes, signature: bytes) -> bool:
        notary = keeper.roll.members[LAPTOP].officers[1].key
        return key != notary and verify(key, message, signature)

    with pytest.raises(MunimentError, match="bad-receipt-signature"):
        check_receipt(receipt, refuse_notary, keeper.network)
