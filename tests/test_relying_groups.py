"""A law reads indexes and totals of another: declared, compared, waited for, and the same at every office."""

import pytest

from core.laws import LawError, check_law, parse_law
from core.laws.law_check import Reason
from core.laws.relying import lacking
from core.office import Office
from desktop.printing.law_page import law_page
from tests.laws.relying_laws import PEOPLE
from tests.ledger.building import make_network, party
from tests.offices import meet_until_quiet, open_in_memory, registrar, sign

COUNTED = PEOPLE.replace(
    "procedures:\n",
    """totals:
  ages: {over: person, where: "person.state == 'alive'", by: {book: person.book}, add: {years: person.age, count: 1}}
bests:
  oldest: {over: person, by: [book], where: "person.state == 'alive'", order: [-person.age], keep: 5, max: 50}
procedures:
""",
    1,
)
CENSUS = """
law: census
version: 1
title: {en: Census}
relies_on:
  people.book:
    key: {mark: {type: text, max_chars: 20}}
    states: [kept, shut]
  people.person:
    fields: {book: {type: record, of: people.book}, age: {type: integer, min: 0, max: 200}}
    states: [alive, dead]
    bests: {oldest: {by: [book], order: [-person.age], keep: 1, max: 50}}
    indexes: {people_of: {by: [book], max: 50}}
    totals: {ages: {by: {book: book}, add: {years: integer, count: integer}}}
registers:
  count:
    home: office
    key: {no: {type: number}}
    fields: {persons: {type: integer, min: 0, max: 1000}, oldest: {type: integer, min: 0, max: 400}, years: {type: integer, min: 0, max: 100000}}
    states: {start: taken}
procedures:
  take:
    title: {en: Count}
    class: decision
    reads: {book: people.book}
    in_state: {book: [kept]}
    creates: {count: count}
    signed_by: {all_of: [registrar]}
    let:
      living: "total('people.ages', {'book': book.id}).count"
      ever: "count('people.people_of', {'book': book.id})"
    requires:
      - {code: some-dead, article: "1", outcome: hold, rule: living == ever, says: {en: "{living} of {ever} live."}}
    effects: [{create: count, set: {persons: ever, oldest: "sum(best('people.oldest', {'book': book.id}).map(p, p.age))", years: "total('people.ages', {'book': book.id}).years"}}]
"""


def test_counts_and_sums_of_another_law_are_read_where_the_order_puts_the_act() -> None:
    laws = {"people": parse_law(COUNTED), "census": parse_law(CENSUS)}
    report = check_law(laws["census"], {}, beside=laws)
    others = tuple(Reason("record-of-another-law", name) for name in ("people.book", "people.person"))
    assert (report.problems, dict(report.waits)) == ((), {"take": others})
    assert "people.people_of, people.oldest, people.ages" in law_page(laws["census"], report)
    network = make_network(3, [law.canonical for law in laws.values()])
    offices = [open_in_memory(network, number) for number in range(3)]

    def act(office: Office, law: str, name: str, records: dict[str, bytes], **fields: object) -> bytes:
        proposal = office.propose(law, name, records, fields, [registrar(office)])  # type: ignore[arg-type]  # values
        return office.record(sign(network, office, [proposal]))[0].id

    def made(act_id: bytes) -> bytes:
        return offices[0].acts.view(act_id).records[0]

    book = made(act(offices[0], "people", "open_book", {}, mark="A"))
    ana, bob = (
        made(act(offices[0], "people", "enter", {"book": book}, mark=name, number=party(name, number), age=age))
        for number, (name, age) in enumerate((("Ana", 70), ("Bob", 4)))
    )
    meet_until_quiet(offices)
    first = act(offices[1], "census", "take", {"book": book})
    act(
        offices[0], "people", "die", {"person": bob}, died=[2026, 5, 1]
    )  # unseen by who counts: the order puts one first
    assert offices[1].acts.view(first).ladder.shared
    meet_until_quiet(offices)
    second = act(offices[2], "census", "take", {"book": book})
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1
    for office in offices:
        assert office.records.view(ana).record.state == "alive"
        ladder = office.acts.view(first).ladder
        if ladder.outcome == "entered":
            counted = office.records.view(office.acts.view(first).records[0]).record.fields
            assert counted == {"persons": 2, "oldest": 70, "years": 74}
        held = office.acts.view(second).ladder
        assert (held.outcome, held.code, held.facts["living"], held.facts["ever"]) == ("held", "some-dead", 1, 2)


@pytest.mark.parametrize(
    ("detail", "old", "new"),
    [
        ("indexes.people_of", "people_of: {by: [book], max: 50}", "people_of: {by: [book], max: 49}"),
        ("bests.oldest", "order: [-person.age], keep: 1", "order: [person.age], keep: 1"),
        ("bests.oldest", "keep: 1, max: 50", "keep: 6, max: 50"),
        ("bests.oldest", "keep: 1, max: 50", "keep: 1, max: 49"),
        ("totals.ages", "add: {years: integer", "add: {years: EUR"),
        ("totals.ages", "by: {book: book}", "by: [book]"),
        ("totals.ages", "by: {book: book}", "by: {volume: book}"),
    ],
)
def test_groups_that_the_other_law_has_not_so_are_told(detail: str, old: str, new: str) -> None:
    text = CENSUS.replace(old, new).replace(
        "'book': book.id}).c", f"'{'volume' if 'volume' in new else 'book'}': book.id}}).c"
    )
    text = text.replace("'book': book.id}).years", f"'{'volume' if 'volume' in new else 'book'}': book.id}}).years")
    text = text.replace("}).years", "}).count") if "EUR" in new else text
    laws = {"people": parse_law(COUNTED), "census": parse_law(text)}
    (problem,) = check_law(laws["census"], {}, beside=laws).problems
    assert (problem.code, problem.detail) == ("other-law-differs", f"people.person.{detail}")
    assert lacking(laws) == {"census: people.person"}


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("unknown-field", "people_of: {by: [book]", "people_of: {by: [mark]"),
        ("unknown-field", "by: {book: book}", "by: {book: volume}"),
        ("unknown-word", "count: integer", "count: money"),
        ("unknown-index", "count('people.people_of'", "count('people.named'"),
        (
            "unknown-total",
            "total('people.ages', {'book': book.id}).count",
            "total('people.sums', {'book': book.id}).count",
        ),
        ("unknown-best", "best('people.oldest'", "best('people.youngest'"),
        ("no-order", "order: [-person.age]", "order: [person.book]"),
        ("name-twice", "bests: {oldest", "bests: {people_of"),
        ("out-of-range", "keep: 1, max: 50}", "keep: 1, max: 5000}"),
        ("out-of-range", "max: 50}", "max: 50000}"),
        ("unknown-key", "max: 50}", "max: 50, where: all}"),
    ],
)
def test_what_is_wrong_with_them_is_found_in_the_laws_own_file(code: str, old: str, new: str) -> None:
    assert old in CENSUS
    with pytest.raises(LawError) as refused:
        parse_law(CENSUS.replace(old, new))
    assert code in {one.code for one in refused.value.problems}
