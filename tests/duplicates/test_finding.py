"""Possible duplicates in whole offices: by what a law declares, after imports and meetings, until somebody looked."""

import pytest

from core.duplicates.finding import Duplicates
from core.laws import LawError, law_from_canonical, parse_law
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office
from desktop.library import library_laws
from tests.ledger.building import make_network
from tests.offices import meet_until_quiet, open_in_memory, sign

LAW = """
law: births
version: 1
title: {en: Births}
registers:
  birth:
    home: office
    key: {entry: {type: number}}
    fields:
      name: {type: text, max_chars: 80, visible: public}
      born: {type: day}
      mother: {type: party}
    states: {start: entered, moves: {close: {from: [entered], to: closed}}}
    duplicates: {name: [name], day: [born], also: [mother]}
procedures:
  enter:
    title: {en: Entry of a birth}
    class: fact
    creates: {birth: birth}
    signed_by: {all_of: [registrar]}
    fields: {name: {type: text, max_chars: 80}, born: {type: day}, mother: {type: party}}
    effects:
      - {create: birth, set: {name: act.name, born: act.born, mother: act.mother}}
"""
NETWORK = make_network(4, (parse_law(LAW).canonical,))


def fields(name: str, *born: int) -> dict[str, Value]:
    return {"name": name, "born": list(born), "mother": {"kind": "natural", "name": "Ганна Сідорык", "number": "7"}}


def enter(office: Office, name: str, *born: int) -> bytes:
    proposal = office.propose("births", "enter", {}, fields(name, *born), [Signer(office.number, 0, "registrar")])
    return office.record(sign(NETWORK, office, [proposal]))[0].id


@pytest.fixture
def offices() -> list[Office]:
    return [open_in_memory(NETWORK, number) for number in range(4)]


def test_a_person_entered_at_two_offices_is_told_after_they_met(offices: list[Office]) -> None:
    first, second = offices[:2]
    enter(first, "Марыя Кавалёнак", 1912, 3, 4)
    enter(second, "Мария Коваленок", 1912, 3, 5)
    enter(second, "Пётр Кавалёнак", 1912, 3, 4)
    assert [Duplicates(one).catch_up() for one in (first, second)] == [0, 0]
    meet_until_quiet(offices)
    for office in offices:
        duplicates = Duplicates(office)
        assert duplicates.catch_up() == 1
        (pair,) = duplicates.pairs()
        assert pair.reasons == ("other_spelling", "day_near", "also_agrees")
        assert {pair.one.fields["name"], pair.other.fields["name"]} == {"Марыя Кавалёнак", "Мария Коваленок"}
    # What an office decided for itself, before there were acts for it, stays, also when the keys are made anew.
    looked = Duplicates(first)
    first.store.database.execute("UPDATE likeness_pair SET decided = 'different'")
    first.store.database.set_meta("likeness-declared", b"other rules")
    assert (looked.catch_up(), looked.pairs(), Duplicates(second).catch_up()) == (0, [], 1)


def test_before_signing_the_act_is_compared_too(offices: list[Office]) -> None:
    office = offices[0]
    enter(office, "Марыя Кавалёнак", 1912, 3, 4)
    before = office.standing.counts()
    ((record, reasons),) = Duplicates(office).like("births.birth", fields("Maryja Kavalionak", 1912))
    assert (record.fields["name"], reasons) == ("Марыя Кавалёнак", ("other_spelling", "day_imprecise", "also_agrees"))
    assert Duplicates(office).like("births.birth", fields("Пётр Гурын", 1912)) == []
    assert Duplicates(office).like("births.unknown", fields("Пётр Гурын", 1912)) == []
    assert office.standing.counts() == before


def test_what_an_anchor_enters_that_was_refused_here_is_looked_through_again(offices: list[Office]) -> None:
    office = offices[0]
    enter(office, "Марыя Кавалёнак", 1912, 3, 4)
    enter(office, "Мария Коваленок", 1912, 3, 5)
    assert Duplicates(office).catch_up() == 1
    chain = office.store.chain
    last = enter(office, "Марыя Кавалёнак", 1912, 3, 6)
    entered = chain.act(last)
    assert entered is not None
    database = office.store.database
    with database.atomic():  # as it stands where the act was refused first
        chain.set_outcomes([entered._replace(outcome="rejected", records=())])
    assert Duplicates(office).catch_up() == 1
    with database.atomic():
        chain.set_outcomes([entered])
    assert Duplicates(office).catch_up() == 2
    found = {side.id for pair in Duplicates(office).pairs() for side in (pair.one, pair.other)}
    assert entered.records[0] in found


def test_the_first_look_goes_in_steps_and_is_taken_up_where_it_stopped(
    offices: list[Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = offices[0]
    for day in (4, 5, 7, 8):
        enter(office, "Марыя Кавалёнак", 1912, 3, day)
    monkeypatch.setattr("core.duplicates.finding.PORTION", 1)
    steps = Duplicates(office).catch_up_in_steps()
    next(steps)
    next(steps)
    steps.close()
    assert sum(1 for _ in Duplicates(office).catch_up_in_steps()) == 2
    assert len(Duplicates(office).pairs()) == 2


def test_the_same_act_sent_a_thousand_times_is_one(offices: list[Office]) -> None:
    office = offices[0]
    proposal = office.propose("births", "enter", {}, fields("Марыя", 1912), [Signer(0, 0, "registrar")])
    group = sign(NETWORK, office, [proposal])
    acts = {office.record(group)[0].id for _ in range(1_000)}
    assert (len(acts), office.standing.counts().acts, office.standing.counts().blocks) == (1, 1, 1)
    meet_until_quiet(offices)
    for one in offices:
        assert (len(one.records.page("births.birth")), Duplicates(one).catch_up()) == (1, 0)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("{name: [colour]}", "unknown-field"), ("{day: [name]}", "mixed-types"), ("{name: [born]}", "mixed-types"),
        ("{who: [name]}", "unknown-key"), ("[name]", None),
    ],
)  # fmt: skip
def test_what_a_law_cannot_declare(declared: str, code: str | None) -> None:
    with pytest.raises(LawError) as caught:
        parse_law(LAW.replace("{name: [name], day: [born], also: [mother]}", declared))
    assert code is None or code in {problem.code for problem in caught.value.problems}


def test_the_declaration_is_part_of_the_law() -> None:
    law = parse_law(LAW)
    assert law_from_canonical(law.canonical).registers["birth"].duplicates == {
        "name": ("name",), "day": ("born",), "also": ("mother",),
    }  # fmt: skip


def test_a_shipped_law_tells_a_second_licence_under_a_mistyped_number() -> None:
    network = make_network(4, (parse_law(library_laws()["transport"]).canonical,))
    office = open_in_memory(network, 0)
    act: dict[str, Value] = {
        "number": "3120470",
        "holder": {"kind": "natural", "name": "Марыя Кавалёнак", "number": "3120470"},
        "born": [1990, 3, 4],
        "basis": "examination",
        "category": "b",
        "day": [2023, 11, 1],
        "ends": [2033, 11, 1],
        "medical": {"answer": "fit", "by": [0, 0]},
    }
    proposal = office.propose("transport", "issue_licence", {}, act, [Signer(0, 0, "registrar")])
    office.record(sign(network, office, [proposal]))
    again = {"holder": {"kind": "natural", "name": "Мария Коваленок", "number": "3120740"}, "born": [1990, 3, 4]}
    ((record, reasons),) = Duplicates(office).like("transport.licence", {"number": "3120740", **again})
    assert (record.key["number"], reasons) == ("3120470", ("other_spelling", "same_day"))
