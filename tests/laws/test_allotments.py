"""Allotments: what a law may not say of a sum that an office holds, and that spending it waits for nobody."""

import pytest

from core.laws import Accepted, LawError, Rejected, parse_law
from core.laws.law_check import check_law
from core.ledger.encoding import Value
from tests.laws.counter import Counter, DictState

POOL = """
law: pool
version: 1
title: {en: A sum shared out}
registers:
  whole:
    home: office
    key: {no: {type: number}}
    fields: {rest: {type: integer, min: 0, max: 100}}
    states: {start: open}
  part:
    home: office
    key: {no: {type: number}}
    fields:
      held: {type: integer, min: 0, max: 1000}
      used: {type: integer, min: 0, max: 1000}
    states: {start: standing}
  rate:
    home: office
    key: {no: {type: number}}
    fields: {by: {type: integer, min: 1, max: 9}}
    states: {start: known}
procedures:
  open:
    title: {en: Open}
    class: decision
    creates: {whole: whole}
    signed_by: {all_of: [registrar]}
    effects: [{create: whole, set: {rest: 100}}]
  allot:
    title: {en: Allot}
    class: decision
    changes: {whole: whole}
    in_state: {whole: [open]}
    creates: {part: part}
    signed_by: {all_of: [registrar]}
    fields: {to: {type: office}, amount: {type: integer, min: 1, max: 1000}}
    effects:
      - {set: whole.rest, to: whole.rest - act.amount}
      - {create: part, set: {held: act.amount, used: 0}}
      - {release: part, to: act.to}
  spend:
    title: {en: Spend}
    class: decision
    changes: {part: part}
    in_state: {part: [standing]}
    signed_by: {all_of: [registrar]}
    fields: {amount: {type: integer, min: 1, max: 1000}}
    effects: [{set: part.used, to: part.used + act.amount}]
allotments:
  parts: {over: part, sum: held, used: used, code: above-part, article: "4", says: {en: That is more than is left.}}
"""
TIMED = """    requires:
      - {code: late, article: "1", outcome: hold, rule: placed.not_before <= placed.not_after, says: {en: Late.}}
    effects: [{set"""
REGISTRAR = (("registrar", 0),)


def test_within_its_sum_an_office_decides_alone_and_never_above_it() -> None:
    law, state = parse_law(POOL), DictState()
    here = Counter(law, state, 1, 1000, {})
    opened = here.put(here.transaction("open", {}, signers=REGISTRAR))
    assert isinstance(opened, Accepted)
    act: dict[str, Value] = {"to": 1, "amount": 70}  # to itself: it has it at once
    made = here.put(here.transaction("allot", act, {"whole": opened.changes[0].new}, signers=REGISTRAR))
    assert isinstance(made, Accepted)
    whole, part = (change.new for change in made.changes[:2])
    assert part.pending is None
    spent = here.put(here.transaction("spend", {"amount": 50}, {"part": part}, signers=REGISTRAR))
    assert isinstance(spent, Accepted)
    assert not spent.shared
    refused = here.put(here.transaction("spend", {"amount": 21}, {"part": spent.changes[0].new}, signers=REGISTRAR))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.article, refused.shared) == ("above-part", "4", False)
    report = check_law(law, {})
    assert "spend" not in {*report.waits, *report.may_wait}
    elsewhere = here.put(here.transaction("allot", {"to": 2, "amount": 9}, {"whole": whole}, signers=REGISTRAR))
    assert isinstance(elsewhere, Accepted)
    assert [change.new.pending for change in elsewhere.changes[:2]] == [None, {"to": 2}]
    over = here.put(
        here.transaction("allot", {"to": 2, "amount": 22}, {"whole": elsewhere.changes[0].new}, signers=REGISTRAR)
    )
    assert isinstance(over, Rejected)
    assert over.code == "out-of-bounds"


@pytest.mark.parametrize(
    ("code", "stated", "instead"),
    [
        ("not-an-allotment", "part:\n    home: office", "part:\n    home: shared"),
        ("not-an-allotment", "used: {type: integer, min: 0", "used: {type: integer, min: -1"),
        ("not-an-allotment", "held: {type: integer,", "held: {type: integer, optional: true,"),
        (
            "allotment-from-nothing",
            "    changes: {whole: whole}\n    in_state: {whole: [open]}\n    creates: {part: part}",
            "    creates: {part: part}",
        ),
        ("allotment-changed", "[{set: part.used, to: part.used + act.amount}]", "[{set: part.held, to: act.amount}]"),
        (
            "allotment-waits",
            "changes: {part: part}\n    in_state: {part: [standing]}",
            "changes: {part: part}\n    reads: {rate: rate}\n    in_state: {part: [standing], rate: [known]}",
        ),
        ("allotment-waits", "    effects: [{set", TIMED),
        ("mixed-types", "held: {type: integer, min: 0,", "held: {type: money, currencies: [EUR], min: 0,"),
    ],
)
def test_what_a_law_may_not_say_of_an_allotment(code: str, stated: str, instead: str) -> None:
    assert stated in POOL
    with pytest.raises(LawError) as refused:
        parse_law(POOL.replace(stated, instead, 1))
    assert code in {one.code for one in refused.value.problems}
