"""Bests: the first of a group in the declared order, exact whatever joins or leaves it."""

import pytest

from core.laws import LawError, check_law, parse_law
from core.laws.law_check import Reason
from core.ledger.encoding import Value
from core.ledger.record import Record
from tests.laws.counter import Counter

SALE = """
law: sale
version: 1
title: {en: Sale}
registers:
  bid:
    home: shared
    key: {no: {type: integer, min: 1, max: 1000}}
    fields: {lot: {type: integer, min: 1, max: 9}, amount: {type: money, currencies: [EUR], min: 0, max: 1000000},
             day: {type: day, precision: day}}
    states: {start: open, moves: {withdraw: {from: [open], to: withdrawn}}}
procedures:
  bid:
    title: {en: Bid}
    class: application
    creates: {bid: bid}
    signed_by: {all_of: [registrar]}
    fields: {no: {type: integer, min: 1, max: 1000}, lot: {type: integer, min: 1, max: 9},
             amount: {type: money, currencies: [EUR], min: 0, max: 1000000}, day: {type: day, precision: day}}
    effects: [{create: bid, key: {no: act.no}, set: {lot: act.lot, amount: act.amount, day: act.day}}]
  withdraw:
    title: {en: Withdraw}
    class: application
    changes: {bid: bid}
    in_state: {bid: [open]}
    signed_by: {all_of: [registrar]}
    effects: [{move_state: bid, move: withdraw}]
  award:
    title: {en: Award}
    class: decision
    changes: {bid: bid}
    in_state: {bid: [open]}
    signed_by: {all_of: [registrar]}
    fields: {place: {type: integer, min: 0, max: 9}}
    requires:
      - {code: not-best, article: "1", outcome: refuse, says: {en: Another bid is better.},
         rule: "size(best('highest', {'lot': bid.lot}).filter(b, b.id == bid.id)) == 1"}
    effects: [{set: bid.day, to: bid.day}]
bests:
  highest: {over: bid, by: [lot], where: "bid.state == 'open'", order: [-bid.amount, bid.day], keep: 2, max: 100}
"""
LAW = parse_law(SALE)
CLERK = (("registrar", 0),)


def bid(counter: Counter, no: int, amount: int, day: int = 1, lot: int = 1) -> Record:
    act: dict[str, Value] = {"no": no, "lot": lot, "amount": [amount, "EUR"], "day": [2026, 1, day]}
    return counter.enter("bid", act, signers=CLERK)


def best(counter: Counter, bids: list[Record]) -> set[int]:
    """Numbers of the bids that may be awarded."""
    able = set()
    for one in bids:
        verdict = counter.judge(counter.transaction("award", {"place": 0}, {"bid": one}, CLERK))
        if not hasattr(verdict, "code"):
            able.add(one.key["no"])
    return able


def test_the_first_of_a_group_and_who_follows_when_one_leaves() -> None:
    counter = Counter(LAW, homes={})
    bids = [bid(counter, 1, 50), bid(counter, 2, 70, day=2), bid(counter, 3, 70, day=1), bid(counter, 4, 99, lot=2)]
    assert best(counter, bids) == {2, 3, 4}
    counter.enter("withdraw", {}, {"bid": bids[2]}, CLERK)
    assert best(counter, [bids[0], bids[1], bids[3]]) == {1, 2, 4}


def test_what_is_equal_is_ordered_by_the_records_id() -> None:
    counter = Counter(LAW, homes={})
    bids = [bid(counter, no, 70) for no in range(1, 6)]
    first = sorted(bids, key=lambda one: one.id)[:2]
    assert best(counter, bids) == {one.key["no"] for one in first}


def test_reading_a_best_of_all_offices_waits() -> None:
    assert Reason("shared-register", "highest") in check_law(LAW, {}).waits["award"]
    homed = parse_law(SALE.replace("home: shared", "home: office"))
    assert Reason("index-of-other-keepers", "highest") in check_law(homed, {}).waits["award"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[-bid.amount, bid.day]", "[bid.state]", "no-order"),
        ("[-bid.amount, bid.day]", "[bid.price]", "unknown-field"),
        ("keep: 2", "keep: 200", "out-of-range"),
        (", max: 100", "", "unbounded"),
        ("best('highest'", "best('lowest'", "unknown-best"),
    ],
)
def test_what_the_checker_refuses(old: str, new: str, code: str) -> None:
    assert old in SALE
    with pytest.raises(LawError) as raised:
        parse_law(SALE.replace(old, new, 1))
    assert code in [problem.code for problem in raised.value.problems]
