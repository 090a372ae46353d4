"""Totals and uniques: kept by delta, equal to what adding up from nothing gives, and read before and after the act."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from core.laws import Accepted, LawError, check_law, parse_law, rule_sentence
from core.laws.indexing import groups_from_nothing
from core.laws.law import Law
from core.laws.law_check import Reason
from core.laws.totals import add_up
from core.ledger.encoding import Value, encode
from core.ledger.record import IndexChange, Record, TotalChange, decode_record
from tests.laws.counter import Counter, DictState, party, placed

BUDGET = """
law: purse
version: 1
title: {en: Purse}
registers:
  line:
    home: office
    key: {code: {type: text, pattern: "[a-z]{1,8}", unique_while: "line.state == 'open'"}}
    fields: {limit: {type: money, currencies: [EUR], min: 0, max: 1000000000}}
    states: {start: open, moves: {close: {from: [open], to: closed}}}
    always:
      - {code: above-limit, article: "4", rule: "total('spent_on', {'line': line.id}).amount <= line.limit",
         says: {en: More is spent than the line has.}}
  spending:
    home: {with: line}
    key: {no: {type: integer, min: 1, max: 1000000}}
    fields:
      line: {type: record, of: line}
      section: {type: choice, of: [roads, schools]}
      year: {type: integer, min: 2000, max: 2100}
      amount: {type: money, currencies: [EUR], min: 0, max: 1000000000}
      price: {type: money, currencies: [EUR, USD], min: 0, max: 1000000000, optional: true}
      payee: {type: party}
    states: {start: open, moves: {undo: {from: [open], to: undone}}}
procedures:
  open:
    title: {en: Open}
    class: decision
    creates: {line: line}
    signed_by: {all_of: [registrar]}
    fields: {code: {type: text, pattern: "[a-z]{1,8}"}, limit: {type: money, currencies: [EUR], min: 0, max: 1000000000}}
    effects: [{create: line, key: {code: act.code}, set: {limit: act.limit}}]
  spend:
    title: {en: Spend}
    class: decision
    changes: {line: line}
    creates: {spending: spending}
    in_state: {line: [open]}
    signed_by: {all_of: [registrar]}
    fields:
      no: {type: integer, min: 1, max: 1000000}
      section: {type: choice, of: [roads, schools]}
      year: {type: integer, min: 2000, max: 2100}
      amount: {type: money, currencies: [EUR], min: 0, max: 1000000000}
      price: {type: money, currencies: [EUR, USD], min: 0, max: 1000000000, optional: true}
      payee: {type: party}
    requires:
      - {code: many, article: "5", outcome: refuse, rule: "total('spent_on', {'line': line.id}).count < 20",
         says: {en: Twenty are enough.}}
    effects:
      - {create: spending, key: {no: act.no}, set: {line: line.id, section: act.section, year: act.year,
         amount: act.amount, price: act.price, payee: act.payee}}
  correct:
    title: {en: Correct}
    class: decision
    changes: {line: line, spending: spending}
    in_state: {line: [open], spending: [open]}
    signed_by: {all_of: [registrar]}
    fields: {year: {type: integer, min: 2000, max: 2100}, amount: {type: money, currencies: [EUR], min: 0, max: 1000000000}}
    effects: [{set: spending.year, to: act.year}, {set: spending.amount, to: act.amount}]
  undo:
    title: {en: Undo}
    class: decision
    changes: {spending: spending}
    in_state: {spending: [open]}
    signed_by: {all_of: [registrar]}
    effects: [{move_state: spending, move: undo}]
  report:
    title: {en: Report}
    class: decision
    changes: {line: line}
    in_state: {line: [open]}
    signed_by: {all_of: [registrar]}
    fields: {most: {type: integer, min: 0, max: 1000000000}}
    requires:
      - {code: too-much, article: "6", outcome: warn, rule: "total('by_section', {'section': 'roads'}).amount.amount <= act.most",
         says: {en: Much.}}
totals:
  spent_on:
    over: spending
    where: "spending.state == 'open'"
    by: {line: spending.line}
    add: {amount: spending.amount, count: 1}
  by_section:
    over: spending
    where: "spending.state == 'open'"
    by: [section, year]
    add: {amount: spending.amount, count: 1}
  by_payee:
    over: spending
    where: "spending.state == 'open' && has(spending.price)"
    by: {payee: spending.payee, currency: spending.price.currency}
    add: {price: spending.price}
indexes:
  paid_once:
    over: spending
    by: [payee, year]
    unique_while: "spending.state == 'open'"
    code: paid-before
    article: "7"
    says: {en: This payee was paid in that year.}
"""
LAW = parse_law(BUDGET)
CLERK = (("registrar", 0),)


def from_scratch(law: Law, state: DictState) -> tuple[dict[tuple[str, bytes], set[bytes]], object]:
    """Every index and total of a state, put together from its records alone."""
    records = [decode_record(body) for body in state.records.values()]
    found = [
        change
        for record in records
        if record.register in law.by_full_name
        for change in groups_from_nothing(law.by_full_name[record.register], record)
    ]
    groups: dict[tuple[str, bytes], set[bytes]] = {}
    for change in found:
        if isinstance(change, IndexChange):
            groups.setdefault((change.index, change.group), set()).add(change.record)
    return groups, add_up(found)


def kept(state: DictState) -> tuple[dict[tuple[str, bytes], set[bytes]], object]:
    groups = {place: records for place, records in state.groups.items() if records}
    return groups, {place: sums for place, sums in state.sums.items() if sums}


def spending(no: int, amount: int, payee: str = "", **more: Value) -> dict[str, Value]:
    given = {"no": no, "section": "roads", "year": 2026, "amount": [amount, "EUR"], "payee": party(payee or str(no))}
    return {**given, **more}


def opened(limit: int = 1000, state: DictState | None = None) -> tuple[Counter, Record]:
    counter = Counter(LAW, state or DictState(), homes={})
    return counter, counter.enter("open", {"code": "a", "limit": [limit, "EUR"]}, signers=CLERK)


def spend(counter: Counter, line: Record, act: Mapping[str, Value]) -> tuple[Record, Record]:
    verdict = counter.put(counter.transaction("spend", act, {"line": line}, CLERK))
    assert isinstance(verdict, Accepted), verdict
    return verdict.changes[0].new, verdict.changes[1].new


def test_a_chain_of_acts_keeps_what_adding_up_from_nothing_gives() -> None:
    counter, line = opened(10**9)
    rng, open_ones = random.Random(5), list[Record]()
    for no in range(1, 19):
        price: dict[str, Value] = {"price": [no, rng.choice(["EUR", "USD"])]} if no % 2 else {}
        more = {"year": rng.choice([2025, 2026]), "section": rng.choice(["roads", "schools"]), **price}
        line, made = spend(counter, line, spending(no, rng.randrange(100), **more))
        open_ones.append(made)
        if no % 3 == 0:
            old = open_ones.pop(rng.randrange(len(open_ones)))
            act = {"year": 2027 + no, "amount": [rng.randrange(100), "EUR"]}
            verdict = counter.put(counter.transaction("correct", act, {"line": line, "spending": old}, CLERK))
            assert isinstance(verdict, Accepted), verdict
            line = verdict.changes[0].new
        if no % 4 == 0:
            counter.enter("undo", {}, {"spending": open_ones.pop()}, CLERK)
        assert kept(counter.state) == from_scratch(LAW, counter.state)
    whole = counter.state.total("purse.by_section", encode([]))
    assert whole["count"] == counter.state.total("purse.spent_on", encode([line.id]))["count"] == 14


def test_each_beginning_of_a_group_has_its_own_sums() -> None:
    counter, line = opened()
    line, _ = spend(counter, line, spending(1, 10))
    spend(counter, line, spending(2, 5, year=2025))
    sums = {tuple(group): counter.state.total("purse.by_section", encode(group)).get("amount") for group in GROUPS}
    assert sums == {(): 15, ("roads",): 15, ("roads", 2025): 5, ("roads", 2026): 10, ("schools",): None}


GROUPS: list[list[Value]] = [[], ["roads"], ["roads", 2025], ["roads", 2026], ["schools"]]


def test_requires_sees_the_totals_before_the_act_and_always_with_it() -> None:
    counter, line = opened(limit=10)
    line, first = spend(counter, line, spending(1, 10))
    refused = counter.refuse("spend", spending(2, 1), {"line": line}, CLERK)
    assert (refused.code, refused.rule, refused.article) == ("above-limit", "line.always.above-limit", "4")
    correction = {"year": 2026, "amount": [11, "EUR"]}
    changes = {"line": line, "spending": first}
    assert counter.refuse("correct", correction, changes, CLERK).code == "above-limit"
    counter.enter("undo", {}, {"spending": first}, CLERK)
    for no in range(3, 23):
        line, _ = spend(counter, line, spending(no, 0))
    assert counter.refuse("spend", spending(99, 0), {"line": line}, CLERK).code == "many"


def test_one_in_a_group_is_refused_with_the_laws_own_words() -> None:
    counter, line = opened()
    line, first = spend(counter, line, spending(1, 1, "x"))
    refused = counter.refuse("spend", spending(2, 1, "x"), {"line": line}, CLERK)
    told = (refused.code, refused.rule, refused.article, refused.winner)
    assert told == ("paid-before", "spending.paid_once.paid-before", "7", first.last_act)
    assert rule_sentence(LAW, refused) == "This payee was paid in that year."
    counter.enter("undo", {}, {"spending": first}, CLERK)
    spend(counter, line, spending(3, 1, "x"))


def test_which_acts_wait_for_what_others_add() -> None:
    report = check_law(LAW, {})
    assert report.waits["report"] == (Reason("total-of-other-keepers", "by_section"),)
    assert "undo" in report.waits  # the index of payees is one of all offices
    alone = parse_law(BUDGET[: BUDGET.index("indexes:")])
    assert set(check_law(alone, {}).waits) == {"report"}
    shared = parse_law(BUDGET[: BUDGET.index("indexes:")].replace("home: office", "home: shared"))
    assert Reason("shared-register", "by_section") in check_law(shared, {}).waits["report"]


def test_two_that_had_not_seen_each_other_in_one_group_are_held() -> None:
    text = BUDGET.replace("home: office", "home: shared").replace("home: {with: line}", "home: shared")
    law = parse_law(text)
    counter = Counter(law, homes={})
    lines = [counter.enter("open", {"code": code, "limit": [9, "EUR"]}, signers=CLERK) for code in ("a", "b")]
    first = counter.transaction("spend", spending(1, 1, "x"), {"line": lines[0]}, CLERK)
    assert isinstance(counter.put(first, placed()), Accepted)
    made = next(one for one in map(decode_record, counter.state.records.values()) if one.register == "purse.spending")
    second = counter.transaction("spend", spending(2, 1, "x"), {"line": lines[1]}, CLERK)
    verdict = counter.judge(second, order=placed(made.last_act))
    assert isinstance(verdict, Accepted), verdict
    assert (verdict.outcome, verdict.changes[0].new.id) == ("held", made.id)


def test_the_trace_tells_what_a_total_came_to() -> None:
    counter, line = opened()
    verdict = counter.judge(counter.transaction("spend", spending(1, 1), {"line": line}, CLERK), trace=True)
    assert isinstance(verdict, Accepted)
    piece = "total('spent_on', {'line': line.id}).amount"
    assert [step.value for step in verdict.trace if step.text == piece] == [[1, "EUR"]]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            "over: spending\n    where: \"spending.state == 'open'\"\n    by: {line",
            "over: payment\n    by: {line",
            "unknown-word",
        ),
        ("add: {price: spending.price}", "add: {price: spending.price.amount / 2}", "not-exact"),
        (", currency: spending.price.currency}", "}", "several-currencies"),
        ("{payee: spending.payee, ", "{payee: spending.absent, ", "unknown-field"),
        (" && has(spending.price)", "", "unguarded"),
        ("by: {line: spending.line}", "by: {line: spending.line.code}", "cannot-follow"),
        ("by: {line: spending.line}", "by: {line: spending.amount}", "cannot-group"),
        ("{'section': 'roads'}", "{'year': 2026}", "wrong-arguments"),
        ("'by_section', {'section", "'by_colour', {'section", "unknown-total"),
        (
            "rule: \"total('spent_on', {'line': line.id}).count < 20\"",
            "rule: \"total('spent_on', {'line': line.id}).sum < 20\"",
            "unknown-field",
        ),
        ("{'line': line.id}).amount <= line", "{'line': 'a'}).amount <= line", "mixed-types"),
        (
            "    unique_while: \"spending.state == 'open'\"\n    code",
            "    unique_while: \"spending.state == 'open'\"\n    max: 2\n    code",
            "one-in-a-group",
        ),
    ],
)
def test_what_the_checker_refuses(old: str, new: str, code: str) -> None:
    assert old in BUDGET
    with pytest.raises(LawError) as raised:
        parse_law(BUDGET.replace(old, new, 1))
    assert code in [problem.code for problem in raised.value.problems]


@pytest.mark.parametrize(
    "seeded",
    [
        pytest.param(lambda moves: [m for m in moves if not isinstance(m, TotalChange)], id="a total forgotten"),
        pytest.param(
            lambda moves: [
                replace(m, added={n: abs(a) for n, a in m.added.items()}) if isinstance(m, TotalChange) else m
                for m in moves
            ],
            id="a total never less",
        ),
        pytest.param(
            lambda moves: [m for m in moves if not isinstance(m, TotalChange) or m.group != encode([])],
            id="the whole forgotten",
        ),
        pytest.param(lambda moves: [m for m in moves if isinstance(m, TotalChange) or m.add], id="an index never left"),
    ],
)
def test_a_seeded_bug_is_caught_by_adding_up(seeded: Callable[[tuple[object, ...]], list[object]]) -> None:
    counter, line = opened()
    line, made = spend(counter, line, spending(1, 7))
    transaction = counter.transaction("undo", {}, {"spending": made}, CLERK)
    verdict = counter.judge(transaction)
    assert isinstance(verdict, Accepted)
    counter.state.take(replace(verdict, index_changes=tuple(seeded(verdict.index_changes))))  # type: ignore[arg-type]
    assert kept(counter.state) != from_scratch(LAW, counter.state)


def test_sums_have_no_bound() -> None:
    counter, line = opened()
    counter.state.sums[("purse.spent_on", encode([line.id]))] = {"amount": 1 << 80, "count": 1}
    assert counter.refuse("spend", spending(1, 1), {"line": line}, CLERK).code == "above-limit"
