"""What a law relies on in other laws: declared and checked alone, compared when laws are adopted together, waited for."""

import pytest

from core.errors import MunimentError
from core.laws import LawError, check_law, parse_law, procedure_form
from core.laws.law_check import Reason
from core.laws.relying import lacking
from core.ledger.constitution import Change
from core.office import Office
from tests.laws.relying_laws import PENSIONS, PEOPLE
from tests.ledger.building import make_network, party
from tests.offices import meet_until_quiet, open_in_memory, registrar, sign

LAWS = {"people": parse_law(PEOPLE), "pensions": parse_law(PENSIONS)}
OTHER = Reason("record-of-another-law", "people.person")


def refused(text: str) -> list[str]:
    with pytest.raises(LawError) as error:
        parse_law(text)
    return [problem.code for problem in error.value.problems]


def test_every_act_that_reads_another_law_waits_and_the_form_asks_for_the_record() -> None:
    report = check_law(LAWS["pensions"], {}, beside=LAWS)
    assert dict(report.waits) == {"grant": (OTHER,), "suspend": (OTHER,), "resume": (OTHER,)}
    assert (report.problems, report.alone, dict(report.may_wait)) == ((), (), {})
    form = {field.name: field for field in procedure_form(LAWS["pensions"], "suspend")}
    deceased = form["deceased"]
    assert (deceased.type, deceased.register, deceased.states) == ("subject", "people.person", ("dead",))
    assert (deceased.label, deceased.changes) == ("Person", False)
    assert set(LAWS["pensions"].registers) == {"pension"}


def test_a_law_may_come_before_the_one_that_it_relies_on() -> None:
    report = check_law(LAWS["pensions"], {}, beside={"pensions": LAWS["pensions"]})
    assert (report.alone, report.problems) == (("people.person",), ())
    assert lacking({"pensions": LAWS["pensions"]}) == {"pensions: people.person"}
    assert lacking(LAWS) == frozenset()


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("unknown-word", "reads: {deceased: people.person}", "reads: {deceased: people.book}"),
        ("other-law-read-only", "changes: {pension: pension}", "changes: {pension: pension, other: people.person}"),
        ("not-of-another-law", "  people.person:\n", "  pensions.person:\n"),
        ("not-of-another-law", "  people.person:\n", "  person:\n"),
        ("unknown-field", "deceased.age", "deceased.book"),
        ("unguarded", "rule: has(deceased.died)", 'rule: "deceased.died == deceased.died"'),
        ("home-with-no-record", "home: office", "home: {with: person}"),
        ("unknown-type", "age: {type: integer, min: 0, max: 200}", "age: {type: attestation, by: notary, answers: [old]}"),
        ("unknown-state", "deceased: [dead]", "deceased: [gone]"),
        ("unknown-register", "person: {type: record, of: people.person, opt", "person: {type: record, of: people.house, opt"),
        ("unknown-key", "    states: [alive, dead]", "    states: [alive, dead]\n    home: office"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_law_that_relies_on_another_is_found_in_its_own_file(
    code: str, old: str, new: str
) -> None:
    assert old in PENSIONS
    assert code in refused(PENSIONS.replace(old, new))


@pytest.mark.parametrize(
    ("detail", "old", "new"),
    [
        ("people.person", "  person:\n    home", "  human:\n    home"),
        ("people.person.states", "to: dead}", "to: dead}, sell: {from: [dead], to: sold}"),
        ("people.person.age", "age: {type: integer, min: 0, max: 150}", "age: {type: integer, min: -1, max: 150}"),
        ("people.person.age", "age: {type: integer, min: 0, max: 150}", "age: {type: integer, min: 0, max: 201}"),
        ("people.person.age", "age: {type: integer, min: 0, max: 150}", "age: {type: text, max_chars: 3}"),
        ("people.person.age", "max: 150}", "max: 150, optional: true}"),
        ("people.person.died", "died: {type: day, precision: day,", "died: {type: day,"),
        ("people.person.number", "number: {type: party, opt", "number: {type: party, sealed: {for: [notary]}, opt"),
    ],
)
def test_another_law_that_is_not_as_relied_on_is_refused_beside_it(detail: str, old: str, new: str) -> None:
    changed = PEOPLE[: PEOPLE.index("procedures:")].replace(old, new, 1).replace("over: person", "over: book")
    changed = changed.replace("by: [book]", "by: [mark]").replace(
        "human:\n    home: {with: book}", "human:\n    home: office"
    )
    other = parse_law(changed + "procedures: {}\n")
    (problem,) = check_law(LAWS["pensions"], {}, beside={"people": other}).problems
    assert (problem.code, problem.detail) == ("other-law-differs", detail)
    assert lacking({"people": other, "pensions": LAWS["pensions"]}) == {"pensions: people.person"}


def test_two_offices_read_each_others_records_and_the_order_decides() -> None:
    network = make_network(3, (LAWS["people"].canonical, LAWS["pensions"].canonical))
    offices = [open_in_memory(network, number) for number in range(3)]

    def act(office: Office, law: str, name: str, records: dict[str, bytes], **fields: object) -> list[bytes]:
        proposal = office.propose(law, name, records, fields, [registrar(office)])  # type: ignore[arg-type]  # values
        return list(office.record(sign(network, office, [proposal]))[0].records)

    (book,) = act(offices[0], "people", "open_book", {}, mark="A")
    (person,) = act(offices[0], "people", "enter", {"book": book}, mark="1", number=party("Ana", 1), age=70)
    meet_until_quiet(offices)
    (pension,) = act(offices[1], "pensions", "grant", {}, mark="P", holder=party("Ana", 1), person=person)
    (second,) = act(offices[1], "pensions", "grant", {}, mark="Q", holder=party("Ana", 1), person=person)
    assert offices[1].requests.competent_office("pensions", "suspend", {"pension": pension, "deceased": person}) is None
    meet_until_quiet(offices)
    with pytest.raises(MunimentError) as alive:
        act(offices[1], "pensions", "suspend", {"pension": pension, "deceased": person})
    assert alive.value.facts["reason"] == "not-in-state"
    act(offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    meet_until_quiet(offices)
    assert offices[2].requests.competent_office("pensions", "suspend", {"pension": pension, "deceased": person}) == 1
    # The keeper suspends on the death as it knows it; the death's office annuls it unseen: the order puts one first.
    pair = {"pension": pension, "deceased": person}
    proposal = offices[1].propose("pensions", "suspend", pair, {}, [registrar(offices[1])])
    suspended = offices[1].record(sign(network, offices[1], [proposal]))[0]
    assert suspended.ladder.shared
    act(offices[0], "people", "live", {"person": person})
    (after,) = act(offices[1], "pensions", "touch", {"pension": pension}, holder=party("Bea", 2))
    assert after == pension
    meet_until_quiet(offices)
    outcomes = {office.acts.view(suspended.id).ladder.outcome for office in offices}
    states = {office.records.view(pension).record.state for office in offices}
    assert (outcomes, states) in (({"entered"}, {"suspended"}), ({"rejected"}, {"paid"}))
    assert len({office.state_root() for office in offices}) == 1
    # An office may ask the keeper: the record of the other law is only read, whoever keeps it.
    act(offices[0], "people", "die", {"person": person}, died=[2026, 6, 1])
    meet_until_quiet(offices)
    pair = {"pension": second, "deceased": person}
    asked = offices[2].propose("pensions", "suspend", pair, {}, [registrar(offices[2])], addressed_to=1)
    request = offices[2].record(sign(network, offices[2], [asked]))[0]
    meet_until_quiet(offices)
    entered = offices[1].propose_decision(request.id, [registrar(offices[1])])
    offices[1].record(sign(network, offices[1], [entered]))
    meet_until_quiet(offices)
    assert {office.records.view(second).record.state for office in offices} == {"suspended"}


def test_a_register_that_no_rules_in_force_have_so_refuses_the_act() -> None:
    network = make_network(3, (LAWS["pensions"].canonical,))
    office = open_in_memory(network, 0)
    proposal = office.propose("pensions", "grant", {}, {"mark": "P", "holder": party("Ana", 1)}, [registrar(office)])
    with pytest.raises(MunimentError) as error:
        office.record(sign(network, office, [proposal]))
    assert error.value.facts["reason"] == "other-law-differs"
    assert error.value.facts["register"] == "people.person"


def test_a_vote_for_rules_that_do_not_fit_those_in_force_leads_nowhere() -> None:
    office = open_in_memory(make_network(3, (LAWS["people"].canonical,)), 0)
    misfit = parse_law(PENSIONS.replace("min: 0, max: 200", "min: 1, max: 200"))
    office.epochs.check(Change("law", bytes(16), None, LAWS["pensions"].canonical))
    with pytest.raises(LawError) as error:
        office.epochs.check(Change("law", bytes(16), None, misfit.canonical))
    assert [(one.code, one.detail) for one in error.value.problems] == [("other-law-differs", "people.person.age")]
    assert not office.epochs.may_apply(Change("law", bytes(16), None, misfit.canonical))
