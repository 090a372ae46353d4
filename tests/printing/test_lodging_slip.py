"""The slip of an application: its number stands on it, read back by whoever verifies it, and never one that may change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import MunimentError
from core.laws.numbers import format_number
from core.ledger.encoding import Value
from core.office import Office
from core.views import ActView
from desktop.knowledge import Knowledge, knowledge_of_office
from desktop.printing.following import given_number
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import BRACKETED, NUMBERED
from desktop.printing.reading import open_pdf, page_text
from desktop.verification import verify_file
from tests.laws.counter import document, party
from tests.offices import land_network, make_offices, register, registrar, sign

DAY = (2026, 11, 23)
Save = Callable[..., Path]


@pytest.fixture
def office() -> Office:
    return make_offices()[0]


@pytest.fixture
def lodged(office: Office) -> ActView:
    network = land_network()
    (parcel,) = register(network, office, 1).records
    act: dict[str, Value] = {
        "asked": "ownership",
        "applicant": party("Bob"),
        "papers": document("1"),
        "fee_day": [2026, 11, 23],
        "fee_settled": "paid",
        "fee_reference": "Slip 1",
        "handed_in": [2026, 11, 23],
    }
    proposal = office.propose("land", "lodge", {"parcel": parcel}, act, [registrar(office)])
    return office.record(sign(network, office, [proposal]))[0]


def slip(office: Office, act: ActView, template: int, number: str) -> bytes:
    receipt = office.proofs.receipt(act.id, "en", template)
    return extract_pdf(office, receipt, act, DAY, office.bracketing.of_act(act.id), number)


def test_the_number_stands_on_the_slip_and_is_read_back(office: Office, lodged: ActView, save: Save) -> None:
    number = given_number(office, lodged)
    assert number.partition("-")[0].endswith("/000001")
    paper = save(slip(office, lodged, NUMBERED, number))
    with open_pdf(paper.read_bytes()) as document_:
        assert f"Number given by the competent office: {number}" in page_text(document_, 0)
    for knowledge, same in ((Knowledge(), None), (knowledge_of_office(office), True)):
        result = verify_file(paper, knowledge)
        step, told = result.as_printed[:2]
        assert (result.code, step.same, told.same) == ("valid", same, same)
        assert told.words == f"Number given by the competent office: {number}"


def test_a_number_that_no_office_gave_is_an_alteration(office: Office, lodged: ActView, save: Save) -> None:
    number = given_number(office, lodged)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert verify_file(save(slip(office, lodged, NUMBERED, wrong))).code == "text-differs"
    assert verify_file(save(slip(office, lodged, BRACKETED, number))).code == "text-differs"
    other = format_number(0, 2026, 77)
    forged = verify_file(save(slip(office, lodged, NUMBERED, other)), knowledge_of_office(office))
    assert forged.code == "valid"  # the box is not the proof; but this office knows which number it gave
    assert (forged.as_printed[1].same, forged.as_printed[1].judgement) == (False, "verify.printed-differs")


def test_no_slip_leaves_while_the_order_could_still_change_its_number(office: Office, lodged: ActView) -> None:
    waiting = lodged._replace(ladder=lodged.ladder._replace(shared=True))
    with pytest.raises(MunimentError, match="paper-not-yet") as caught:
        slip(office, waiting, NUMBERED, given_number(office, lodged))
    assert caught.value.facts["needed"] == "final"
