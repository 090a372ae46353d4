"""What follows from an act's record on the day of printing: on the paper, read back, and worked out anew."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office
from core.views import ActView
from desktop.knowledge import knowledge_of_office
from desktop.printing.following import following
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import FOLLOWING, NUMBERED
from desktop.printing.reading import open_pdf, page_text
from desktop.verification import verify_file
from desktop.verify_result import AsPrinted
from tests.laws.counter import library_law, party
from tests.ledger.building import Network, make_network
from tests.offices import open_in_memory, sign

LAST_DAY, DAY_AFTER = (2024, 5, 4), (2024, 5, 5)
Save = Callable[..., Path]


@cache
def network() -> Network:
    return make_network(3, (library_law("documents").canonical,))


@pytest.fixture
def office() -> Office:
    return open_in_memory(network(), 0)


@pytest.fixture
def power(office: Office) -> ActView:
    act: dict[str, Value] = {
        "reference": "SH-2024-1",
        "principal": party("Ana"),
        "attorney": party("Bob"),
        "may": [{"what": "sell"}],
        "given": [2023, 11, 1],
        "ends": list(LAST_DAY),
        "may_sub_delegate": False,
        "identity": {"answer": "document", "by": [0, 1]},
    }
    proposal = office.propose("documents", "grant", {}, act, [Signer(0, 1, "notary")])
    return office.record(sign(network(), office, [proposal]))[0]


def paper(
    office: Office, act: ActView, day: tuple[int, int, int], template: int = FOLLOWING, turned: bool = False
) -> bytes:
    follows = following(office, act, day, "en")
    if turned:
        follows = tuple((label, not value) for label, value in follows)
    return extract_pdf(office, office.proofs.receipt(act.id, "en", template), act, day, follows=follows)


@pytest.mark.parametrize(("day", "line"), [(LAST_DAY, "yes, as of 4 May 2024"), (DAY_AFTER, "no, as of 5 May 2024")])
def test_the_paper_says_what_follows_on_its_day(
    office: Office, power: ActView, save: Save, day: tuple[int, int, int], line: str
) -> None:
    file = save(paper(office, power, day))
    with open_pdf(file.read_bytes()) as document:
        assert f"In force: {line}" in page_text(document, 0)
    found = verify_file(file, knowledge_of_office(office))
    step, told = found.as_printed
    assert (found.code, step.same, told) == ("valid", True, AsPrinted(f"In force: {line}", True, of_day=True))
    assert told.judgement == "verify.follows-same"
    # A stranger is told that nothing proves it.
    judged = [one.judgement for one in verify_file(file).as_printed]
    assert judged == ["verify.printed-unknown", "verify.follows-unknown"]


def test_a_replica_says_what_the_paper_should_have_said(office: Office, power: ActView, save: Save) -> None:
    found = verify_file(save(paper(office, power, LAST_DAY, turned=True)), knowledge_of_office(office))
    told = found.as_printed[1]
    assert (found.code, told) == ("valid", AsPrinted("In force: no, as of 4 May 2024", False, of_day=True))
    assert told.judgement == "verify.follows-differs"


def test_a_paper_of_an_older_template_says_nothing_of_it(office: Office, power: ActView, save: Save) -> None:
    assert verify_file(save(paper(office, power, LAST_DAY, NUMBERED))).code == "text-differs"
    bare = extract_pdf(office, office.proofs.receipt(power.id, "en", NUMBERED), power, LAST_DAY)
    assert verify_file(save(bare)).code == "valid"


def test_nothing_follows_from_an_act_that_has_had_no_effect(office: Office, power: ActView) -> None:
    assert following(office, power._replace(records=()), LAST_DAY, "en") == ()
