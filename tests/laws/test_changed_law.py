"""Records that an earlier version of the law wrote: a list that came since is empty, and what does not fit is a verdict.

An act on one that raised would stop every office at the block that carries it, and whoever signs acts could write it.
"""

from typing import Any

import pytest

from core.laws import Accepted, parse_law
from core.ledger.encoding import Value
from tests.laws.counter import Counter

REGISTRAR = (("registrar", 0),)
BEFORE = """
law: boxes
version: 1
title: {en: Boxes}
registers:
  box:
    home: office
    key: {code: {type: text, pattern: "[a-z]"}}
    fields: {least: {type: integer, min: 0, max: 9}, size: {type: text, max_chars: 9}}
    states: {start: open}
procedures:
  enter:
    title: {en: Enter}
    class: decision
    creates: {box: box}
    signed_by: {all_of: [registrar]}
    fields: {code: {type: text, pattern: "[a-z]"}}
    effects: [{create: box, key: {code: act.code}, set: {least: 0, size: act.code}}]
"""
AFTER = """
law: boxes
version: 2
title: {en: Boxes}
registers:
  box:
    home: HOME
    key: {code: {type: text, pattern: "[a-z]"}}
    fields:
      least: {type: integer, min: 1, max: 9}
      size: {type: integer, min: 0, max: 9}
      in_box: {type: record, of: box}
      things: {type: list, max_items: 9, of: {name: {type: text, max_chars: 9}, n: {type: integer, min: 1, max: 9}}}
    states: {start: open}
indexes:
  sized: {over: box, by: [least], where: "box.size > 2", max: 10}
totals:
  sizes: {over: box, by: [size], add: {sum: box.size}}
procedures:
  change:
    title: {en: Change}
    class: decision
    changes: {box: box}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar]}
    fields:
      n: {type: integer, min: 0, max: 9}
      thing: {type: entry_of, list: box.things, optional: true}
      things: {type: list, max_items: 3, of: {name: {type: text, max_chars: 9}, n: {type: integer, min: 1, max: 9}}}
    requires:
      - {code: odd, article: "1", outcome: warn, rule: "RULE", says: {en: Odd.}}
    effects: [EFFECT]
"""
SET = "{set: box.least, to: 3}"


def changed(rule: str = "act.n >= 0", effect: str = SET, home: str = "office", **fields: Value) -> Any:
    counter = Counter(parse_law(BEFORE), homes={})
    box = counter.enter("enter", {"code": "a"}, signers=REGISTRAR)
    counter.law = parse_law(AFTER.replace("RULE", rule).replace("EFFECT", effect).replace("HOME", home))
    act = {"n": 1, "things": [{"name": "a", "n": 1}], **fields}
    transaction = counter.transaction("change", act, {"box": box}, REGISTRAR)
    traced, verdict = counter.judge(transaction, trace=True), counter.judge(transaction)
    assert type(traced) is type(verdict)
    return verdict.changes[0].new.fields if isinstance(verdict, Accepted) else verdict.code


@pytest.mark.parametrize(
    "asked",
    [
        {"rule": "act.n / box.least > 0"},
        {"rule": "box.size + 1 > 0"},
        {"rule": "box.in_box.size == 1"},
        {"rule": "count('sized', {'least': box.size + 1}) == 0"},
        {"effect": "{set: box.least, to: box.size + 1}"},
        {"effect": SET},  # whether it is in the index now
    ],
)
def test_a_value_that_does_not_fit_is_a_verdict(asked: dict[str, str]) -> None:
    assert changed(**asked) == "rule-undecided"


def test_a_list_that_came_since_is_empty_and_is_filled() -> None:
    fill = "{give: box.things, entries: act.things}, {set: box.size, to: 3}"
    assert changed(rule="size(box.things) == 0 && box.things.all(x, x.n > 1)", effect=fill)["things"] == [
        {"id": 1, "name": "a", "n": 1}
    ]
    remove = "{remove: box.things, each: x, where: x.n > 1}, {set: box.size, to: 3}"
    assert changed(effect=remove)["things"] == []
    assert changed(thing=1) == "no-such-entry"
    assert changed(rule="!has(act.thing) || act.thing.n > 1", thing=1) == "no-such-entry"


def test_a_field_that_came_since_or_changed_its_type_keeps_nothing_from_being_put_right() -> None:
    assert changed(effect="{set: box.size, to: 3}")["size"] == 3


def test_a_record_that_was_kept_alone_is_kept_with_none() -> None:
    assert changed(home="{with: in_box}", effect="{set: box.size, to: 3}")["size"] == 3
