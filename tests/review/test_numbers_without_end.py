"""Numbers of conditions have no bound, what is kept of an act has: a verdict comes of it, and no office stops over it."""

from collections.abc import Mapping

import pytest

from core.errors import MunimentError
from core.folding import act_row
from core.laws import parse_law
from core.laws.sentences import rule_sentence
from core.ledger.encoding import decode, encode
from tests.laws.counter import Counter, DictState

MOST = (1 << 63) - 1
LAW = """
law: heaps
version: 1
title: {en: Heaps}
registers:
  heap:
    home: office
    key: {code: {type: text, pattern: "[a-z]"}}
    fields:
      n: {type: integer, min: 0, max: 9223372036854775807}
    states: {start: open, moves: {shut: {from: [open], to: shut}}}
procedures:
  pile:
    title: {en: Pile}
    class: decision
    creates: {heap: heap}
    signed_by: {all_of: [registrar]}
    fields:
      code: {type: text, pattern: "[a-z]"}
      n: {type: integer, min: 0, max: 9223372036854775807}
    let: {all: "LET"}
    requires:
      - {code: much, article: "1", outcome: OUTCOME, rule: "all < 100", says: {en: "It comes to {all}."}}
    effects: [{create: heap, key: {code: act.code}, set: {n: act.n}}]
totals:
  every: {over: heap, by: {square: "BY"}, add: {n: heap.n}}
"""


@pytest.mark.parametrize("outcome", ["refuse", "warn", "hold"])
@pytest.mark.parametrize(
    ("by", "let", "told"),
    [
        pytest.param("heap.n", "act.n * act.n", str(MOST**2), id="a fact"),
        pytest.param("heap.n", "act.n / 2 * act.n * act.n", f"{MOST**3} 2", id="a fraction"),
        pytest.param("heap.n * heap.n", "act.n", str(MOST), id="a group that is joined"),
        pytest.param("heap.n", "total('every', {'square': act.n * act.n}).n", None, id="a group that is read"),
    ],
)
def test_a_number_beyond_what_is_kept_stops_nobody(by: str, let: str, told: str | None, outcome: str) -> None:
    law = parse_law(LAW.replace("BY", by).replace("LET", let).replace("OUTCOME", outcome))
    counter = Counter(law)
    pile = counter.transaction("pile", {"code": "a", "n": MOST}, {}, (("registrar", 0),))
    verdict = counter.put(pile)
    row = act_row(verdict, bytes(32), 1, 0, 0)
    assert decode(encode(row.facts)) == row.facts
    if told is None or (by != "heap.n" and outcome == "warn"):
        assert row.code == "rule-undecided"
        return
    failed = verdict if row.outcome == "rejected" else verdict.findings[0]
    assert rule_sentence(law, failed) == f"It comes to {told}."


class BrokenState(DictState):
    def total(self, total: str, group: bytes) -> Mapping[str, int]:
        raise MunimentError("disk-failed")


def test_a_disk_that_fails_is_no_verdict() -> None:
    let = "total('every', {'square': act.n}).n"
    law = parse_law(LAW.replace("BY", "heap.n").replace("LET", let).replace("OUTCOME", "refuse"))
    counter = Counter(law, BrokenState())
    pile = counter.transaction("pile", {"code": "a", "n": 1}, {}, (("registrar", 0),))
    with pytest.raises(MunimentError, match="disk-failed"):
        counter.judge(pile)
