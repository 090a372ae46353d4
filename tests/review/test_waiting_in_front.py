"""What stands in front of an act, and what ends it, is told alike by whoever judges it at once and whoever does later.

A verdict that is not shared is kept until the anchor and applied there as it is: one that only the common order can
tell must never be such a verdict, or an office that has restarted judges anew and comes to another state.
"""

from dataclasses import replace

import pytest

from core.laws import Accepted, Rejected, parse_law
from core.laws.placing import DAY_MS
from core.laws.undecided import MAX_IN_PLACE, MAX_OF_KEEPER, MAX_OF_OFFICE
from core.ledger.record import encode_record
from tests.laws.counter import YEAR_2026_MS, Counter, placed
from tests.laws.test_undecided import LAW, REGISTRAR, SIGNED, Mill, code

LATE_MS = YEAR_2026_MS + 30 * DAY_MS


def test_whether_the_act_in_front_has_lapsed_only_the_order_tells() -> None:
    mill = Mill("office")
    mill.widen()
    late = mill.counter.transaction("widen", {"n": 1, "plan": "q"}, {"mill": mill.record}, SIGNED, claimed_ms=LATE_MS)
    foreseen = mill.counter.judge(late)
    agreed = mill.counter.judge(late, order=placed(at_ms=YEAR_2026_MS + DAY_MS))  # its clock was far ahead
    assert isinstance(agreed, Accepted)
    assert agreed.outcome == "held"
    assert foreseen.shared  # else it was kept as entered


def test_an_act_behind_a_resolving_one_waits_with_it() -> None:
    mill = Mill("office")
    mill.widen()
    act = mill.ids[-1]
    cure = mill.counter.transaction("#cure", {"act": act, "fields": {"plan": "p"}}, {"mill": mill.record}, SIGNED[1:])
    verdict = mill.counter.judge(cure)
    assert isinstance(verdict, Accepted)
    assert verdict.shared
    assert mill.id in verdict.touched  # what comes next on the mill is not certain before this is


def test_a_cure_that_may_have_come_too_late_is_decided_by_nobody_but_who_decides() -> None:
    mill = Mill("office")
    mill.widen()
    act = mill.ids[-1]
    mill.order = placed(at_ms=YEAR_2026_MS + 12 * DAY_MS, not_before_ms=YEAR_2026_MS + 3 * DAY_MS)
    assert mill.cure(act, plan="p").outcome == "held"
    mill.order = placed(at_ms=LATE_MS, not_before_ms=LATE_MS - DAY_MS)  # surely after the term
    assert mill.cure(act).outcome == "held"
    assert mill.record.fields == {"sluices": 1}
    assert mill.decide("#confirm", act).outcome == "entered"


def test_what_is_brought_late_is_of_the_form_that_the_act_asks_for() -> None:
    mill = Mill("office")
    mill.widen()
    act = mill.ids[-1]
    mill.order = placed(at_ms=YEAR_2026_MS + 12 * DAY_MS, not_before_ms=YEAR_2026_MS + 3 * DAY_MS)
    assert code(mill.cure(act, plan="x" * 21)) == "text-too-long"


@pytest.mark.parametrize("way", ["#withdraw", "#set_aside"])
def test_what_waits_is_ended_under_a_law_that_has_changed(way: str) -> None:
    mill = Mill("office")
    mill.widen()
    act = mill.ids[-1]
    one = "changes: {mill: mill}\n    in_state: {mill: [turning]}\n    signed_by: {all_of: [registrar], any_of"
    two = one.replace("mill: mill", "mill: mill, other: mill").replace("[turning]", "[turning], other: [turning]")
    changed = LAW.replace(one, two).replace(
        "- {set: mill.by, to: act.plan}", "- {set: mill.by, to: act.plan}\n      - {set: other.sluices, to: 1}"
    )
    assert changed != LAW
    mill.counter = replace(mill.counter, law=parse_law(changed))
    signers = REGISTRAR if way == "#withdraw" else (("registrar", 2),)
    assert mill.decide(way, act, signers).outcome == "entered"
    assert mill.counter.state.record(mill.id) is not None


def test_cures_bring_no_more_than_a_record_holds() -> None:
    mill = Mill("office")
    names = ("w", "x", "y", "z")
    field = "{type: text, max_chars: 10000, optional: true}"
    more = "".join(f"      {name}: {field}\n" for name in names)
    seen = "      seen: {type: attestation"
    mill.counter = replace(mill.counter, law=parse_law(LAW.replace(seen, more + seen)))
    mill.widen()
    act = mill.ids[-1]
    told = [mill.cure(act, **{name: "\U0001f4dc" * 10_000}) for name in names]
    assert [getattr(one, "code", "kept") for one in told] == ["kept"] * 3 + ["record-too-large"]
    assert mill.cure(act, plan="p").outcome == "entered"


def test_a_late_cure_keeps_others_waiting_so_long_and_no_longer() -> None:
    mill = Mill("office")
    mill.widen()
    act = mill.ids[-1]
    mill.order = placed(at_ms=YEAR_2026_MS + 12 * DAY_MS, not_before_ms=YEAR_2026_MS + 3 * DAY_MS)
    assert mill.cure(act, plan="p").outcome == "held"
    mill.order = placed(at_ms=YEAR_2026_MS + 40 * DAY_MS, not_before_ms=YEAR_2026_MS + 40 * DAY_MS)
    assert mill.cure(act).outcome == "held"  # a second one changes nothing of it
    assert mill.widen(1, plan="q").outcome == "held"
    assert mill.decide("#set_aside", mill.ids[-1]).outcome == "entered"
    mill.order = placed(at_ms=YEAR_2026_MS + 60 * DAY_MS, not_before_ms=YEAR_2026_MS + 43 * DAY_MS)
    assert mill.widen(1, plan="q").outcome == "entered"
    assert mill.decide("#confirm", act).outcome == "entered"  # its place is lost, not its right


def full(verdict: object) -> str:
    assert isinstance(verdict, Rejected)
    assert verdict.shared  # who has lapsed by then, only the order tells
    return verdict.code


@pytest.mark.parametrize(("home", "most"), [("office", MAX_OF_KEEPER), ("shared", MAX_OF_OFFICE)])
def test_no_office_takes_all_places_at_a_record_from_the_others(home: str, most: int) -> None:
    mill = Mill(home)
    for _ in range(most):
        assert isinstance(mill.widen(), Accepted)
    refused = mill.widen()
    assert full(refused) == "office-queue-full"
    assert mill.id in refused.touched
    if home == "shared":
        mill.counter.author = 1
        assert isinstance(mill.widen(), Accepted)


class ManyOffices(Counter):
    @staticmethod
    def roles(office: int, officer: int) -> frozenset[str]:
        return Counter.roles(0, officer)


def test_places_end_for_all_together() -> None:
    mill = Mill("shared")
    offices = MAX_IN_PLACE // MAX_OF_OFFICE
    mill.counter = ManyOffices(mill.counter.law, mill.counter.state, homes=mill.counter.homes)
    for office in range(offices):
        mill.counter.author = office
        for _ in range(MAX_OF_OFFICE):
            assert isinstance(mill.widen(), Accepted)
    mill.counter.author = offices
    assert full(mill.widen()) == "queue-full"


def test_who_keeps_a_record_no_more_stands_in_front_of_nobody() -> None:
    mill = Mill("office")
    for _ in range(MAX_OF_KEEPER):  # with no term: no calendar is known, and its author ends none of them
        mill.widen()
    state, counter = mill.counter.state, mill.counter
    moved = replace(mill.record, keeper=1, version=9)  # as a record is that an order gave to another office
    state.records[mill.id] = encode_record(moved)
    mill.counter = replace(counter, author=1)
    act = mill.counter.transaction("widen", {"n": 1, "plan": "q"}, {"mill": moved}, SIGNED)
    assert mill.counter.judge(act, order=mill.order).outcome == "entered"
    assert mill.widen().outcome == "suspended"  # and takes a place that was full of them
    assert mill.widen(1, plan="q").outcome == "held"  # behind this keeper's own
