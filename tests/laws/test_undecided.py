"""Suspended and held acts: cured, confirmed, set aside, withdrawn, lapsed; places kept; each refusal once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.laws import Accepted, LawError, Order, Rejected, check_law, parse_law
from core.laws.indexing import groups_of
from core.laws.placing import DAY_MS
from core.laws.undecided import OPEN_INDEX, find_undecided, groups_of_undecided, open_group
from core.ledger.encoding import Value, encode
from core.ledger.record import Record
from core.ledger.transaction import Transaction
from tests.laws.counter import BOTH, YEAR_2026_MS, Counter, DictState, placed

REGISTRAR, NOTARY, CLERK, SECOND = (("registrar", 0),), (("notary", 1),), (("clerk", 3),), (("registrar", 2),)
LAW = """
law: mills
version: 1
title: {en: Mills}
decisions: {by: [registrar], second_person: true, article: "30"}
registers:
  mill:
    home: by_charter
    key: {code: {type: text, pattern: "[a-z]", unique_while: "mill.state == 'turning'"}}
    fields:
      sluices: {type: integer, min: 0, max: 9}
      by: {type: text, max_chars: 20, optional: true}
    states: {start: turning, moves: {stop: {from: [turning], to: stopped}}}
procedures:
  enter:
    title: {en: Enter}
    class: decision
    creates: {mill: mill}
    signed_by: {all_of: [registrar]}
    fields: {code: {type: text, pattern: "[a-z]"}}
    effects: [{create: mill, key: {code: act.code}, set: {sluices: 1}}]
  widen:
    title: {en: Widen}
    class: application
    changes: {mill: mill}
    in_state: {mill: [turning]}
    signed_by: {all_of: [registrar], any_of: [notary]}
    fields:
      n: {type: integer, min: 0, max: 9}
      plan: {type: text, max_chars: 20, optional: true}
      seen: {type: attestation, by: notary, answers: [yes_seen], optional: true}
    requires:
      - {code: too-many, article: "3", outcome: refuse, rule: "mill.sluices + act.n <= 9", says: {en: Too many.}}
      - {code: no-plan, article: "4", outcome: suspend, cure: {days: 10}, rule: has(act.plan), says: {en: No plan.}}
      - {code: doubtful, article: "5", outcome: hold, rule: "act.n < 5", says: {en: Somebody looks at it.}}
    effects:
      - {set: mill.sluices, to: mill.sluices + act.n}
      - {set: mill.by, to: act.plan}
  flood:
    title: {en: Flood}
    class: fact
    changes: {mill: mill}
    in_state: {mill: [turning]}
    signed_by: {all_of: [clerk]}
    fields: {deep: {type: integer, min: 0, max: 9}}
    requires: [{code: deep, article: "6", outcome: hold, rule: "act.deep < 3", says: {en: Deep.}}]
    effects: [{move_state: mill, move: stop}]
"""
SIGNED = (("registrar", 0), ("notary", 1))


class Mill:
    """One mill at office 0, and acts put to it at a place in the order."""

    def __init__(self, home: str) -> None:
        self.counter = Counter(parse_law(LAW), homes={"mills.mill": home})
        self.id = self.counter.enter("enter", {"code": "a"}, signers=REGISTRAR).id
        self.order: Order | None = placed()
        self.ids: list[bytes] = []

    @property
    def record(self) -> Record:
        record = self.counter.state.record(self.id)
        assert record is not None
        return record

    def put(
        self, procedure: str, act: Mapping[str, Value], signers: Sequence[tuple[str, int]], names: bool = True
    ) -> Any:
        transaction = self.counter.transaction(procedure, act, {"mill": self.record} if names else {}, signers)
        self.ids.append(self.counter.context(transaction).transaction_id)
        return self.counter.put(transaction, self.order)

    def widen(self, n: int = 2, **fields: Value) -> Any:
        return self.put("widen", {"n": n, **fields}, SIGNED)

    def cure(self, act: bytes, signers: Sequence[tuple[str, int]] = NOTARY, **fields: Value) -> Any:
        return self.put("#cure", {"act": act, "fields": fields} if fields else {"act": act}, signers)

    def decide(self, way: str, act: bytes, signers: Sequence[tuple[str, int]] = SECOND) -> Any:
        return self.put(way, {"act": act, "reason": "looked at"}, signers, names=way == "#confirm")

    def state_of(self, act: bytes) -> str:
        undecided = find_undecided(self.counter.state, act)
        assert undecided is not None
        return undecided.record.state

    def waiting(self) -> int:
        return sum(self.counter.state.count(OPEN_INDEX, open_group(keeper)) for keeper in (0, None))


@pytest.fixture(params=["office", "shared"])
def mill(request: pytest.FixtureRequest) -> Mill:
    return Mill(request.param)


def code(verdict: Accepted | Rejected) -> str:
    assert isinstance(verdict, Rejected), verdict
    return verdict.code


def test_what_is_missing_is_brought_and_the_act_is_entered(mill: Mill) -> None:
    before = mill.record
    verdict = mill.widen()
    assert (verdict.outcome, verdict.shared, mill.record) == ("suspended", True, before)
    act = mill.ids[-1]
    still = mill.cure(act)  # nothing brought, and nothing has come to stand in the register
    assert (still.outcome, mill.state_of(act), mill.waiting()) == ("suspended", "suspended", 1)
    cured = mill.cure(act, plan="p7")
    assert (cured.outcome, cured.changes[0].new.fields) == ("entered", {"sluices": 3, "by": "p7"})
    assert (mill.state_of(act), mill.waiting()) == ("entered", 0)
    assert mill.record.last_act == mill.ids[-1][:16]
    assert code(mill.cure(act, plan="p8")) == "already-decided"


def test_a_cure_fills_only_what_was_left_out_and_is_judged_like_the_act(mill: Mill) -> None:
    mill.widen()
    act = mill.ids[-1]
    assert code(mill.cure(act, n=3)) == "field-brought-before"
    assert code(mill.cure(act, plum="x")) == "field-unknown"
    assert code(mill.cure(act, plan="x" * 21)) == "text-too-long"
    assert code(mill.cure(act, seen={"answer": "yes_seen", "by": [0, 3]})) == "role-not-held"
    assert code(mill.cure(act, CLERK, plan="p")) == "role-missing"
    assert code(mill.put("#cure", {"act": bytes(32)}, NOTARY)) == "no-such-undecided"
    assert code(mill.put("#cure", {"act": act, "fields": 1}, NOTARY)) == "wrong-kind"
    assert code(mill.put("#cure", {"act": act}, NOTARY, names=False)) == "records-differ"
    stale = mill.counter.transaction("#cure", {"act": act, "fields": {"plan": "p"}}, {"mill": mill.record}, NOTARY)
    mill.put("flood", {"deep": 0}, CLERK)  # a fact waits for no turn
    assert code(mill.counter.put(stale, mill.order)) == "overtaken"
    assert code(mill.cure(act, plan="p")) == "not-in-state"  # the rules of the record as it stands now
    assert mill.state_of(act) == "suspended"


@pytest.mark.parametrize(
    ("day", "not_before", "outcome"),
    [(10, 9, "entered"), (12, 12, "act-lapsed"), (12, 3, "held")],
)
def test_the_term_runs_in_the_common_order(mill: Mill, day: int, not_before: int, outcome: str) -> None:
    mill.widen()
    act = mill.ids[-1]
    mill.order = placed(at_ms=YEAR_2026_MS + day * DAY_MS, not_before_ms=YEAR_2026_MS + not_before * DAY_MS)
    verdict = mill.cure(act, plan="p")
    assert (verdict.outcome if isinstance(verdict, Accepted) else verdict.code) == outcome
    if outcome == "act-lapsed":
        assert (mill.widen(plan="q").outcome, mill.record.fields["sluices"]) == ("entered", 3)  # nobody in front
        assert mill.decide("#set_aside", act).outcome == "entered"  # that it lapsed may be noted
    if outcome == "held":  # who was in time does not lose because offices met late
        assert [finding.code for finding in verdict.findings] == ["time-undecided"]
        assert mill.decide("#confirm", act).outcome == "entered"
        assert mill.record.fields == {"sluices": 3, "by": "p"}


def test_a_suspended_act_keeps_its_place(mill: Mill) -> None:
    mill.widen()
    first = mill.ids[-1]
    behind = mill.widen(1, plan="q")
    assert (behind.outcome, [one.code for one in behind.findings]) == ("held", ["earlier-act"])
    second = mill.ids[-1]
    assert code(mill.decide("#confirm", second)) == "earlier-act"  # nobody decides it past the first
    third = mill.widen(1, plan="r")
    assert third.findings[0].facts["winner"] == first[:16]
    assert mill.cure(first, plan="p").outcome == "entered"
    assert code(mill.decide("#confirm", mill.ids[-2])) == "earlier-act"  # the third, behind the second
    confirmed = mill.decide("#confirm", second)
    assert (confirmed.outcome, mill.record.fields) == ("entered", {"sluices": 4, "by": "q"})


def test_what_is_held_counts_once_somebody_decides(mill: Mill) -> None:
    held = mill.widen(6, plan="p")
    act = mill.ids[-1]
    assert (held.outcome, mill.record.fields["sluices"]) == ("held", 1)
    assert mill.widen(1, plan="q").outcome == "entered"  # what is held keeps no record busy
    assert code(mill.decide("#confirm", act, CLERK)) == "role-missing"
    assert code(mill.decide("#confirm", act, REGISTRAR)) == "decided-by-signer"
    assert code(mill.put("#confirm", {"act": act}, SECOND)) == "field-missing"
    confirmed = mill.decide("#confirm", act)
    assert (confirmed.outcome, [one.code for one in confirmed.findings]) == ("warned", ["doubtful"])
    assert (mill.record.fields["sluices"], mill.state_of(act), mill.waiting()) == (8, "warned", 0)
    assert code(mill.decide("#set_aside", act)) == "already-decided"


def test_a_decision_lifts_the_hold_and_nothing_else(mill: Mill) -> None:
    mill.widen(6)  # held, and its plan is missing
    act = mill.ids[-1]
    assert mill.decide("#confirm", act).outcome == "suspended"
    assert code(mill.decide("#confirm", act)) == "act-not-held"
    assert mill.cure(act, plan="p").outcome == "warned"  # decided once is decided


def test_effects_know_whether_the_act_was_confirmed(mill: Mill) -> None:
    told = "\"confirmed() ? 'decided' : 'counted'\""
    text = LAW.replace("{set: mill.by, to: act.plan}", f"{{set: mill.by, to: {told}}}")
    mill.counter.law = parse_law(text)
    mill.widen(1, plan="p")
    assert mill.record.fields["by"] == "counted"
    mill.widen(5)  # held, and its plan is missing
    act = mill.ids[-1]
    assert (mill.decide("#confirm", act).outcome, mill.cure(act, plan="p").outcome) == ("suspended", "warned")
    assert mill.record.fields["by"] == "decided"
    with pytest.raises(LawError) as error:
        parse_law(text.replace("mill.state == 'turning'", "!confirmed()"))
    assert {problem.code for problem in error.value.problems} == {"only-of-an-act"}


def test_whatever_the_rules_refuse_no_decision_enters(mill: Mill) -> None:
    mill.widen(6, plan="p")
    act = mill.ids[-1]
    assert mill.widen(4, plan="q").outcome == "entered"
    assert (code(mill.decide("#confirm", act)), mill.state_of(act)) == ("too-many", "held")


def test_set_aside_and_withdrawn_acts_are_told_and_forgotten(mill: Mill) -> None:
    for way, signers in (("#set_aside", SECOND), ("#withdraw", SIGNED)):
        mill.widen()
        act = mill.ids[-1]
        assert mill.decide(way, act, signers).outcome == "entered"
        undecided = find_undecided(mill.counter.state, act)
        assert undecided is not None
        assert (undecided.record.state, undecided.fields) == ({"#set_aside": "set_aside"}.get(way, "withdrawn"), {})
        assert mill.widen(1, plan="p").outcome == "entered"  # its place is free
    assert mill.waiting() == 0


def test_what_happened_is_held_or_set_aside_but_not_taken_back(mill: Mill) -> None:
    assert mill.put("flood", {"deep": 5}, CLERK).outcome == "held"
    act = mill.ids[-1]
    assert code(mill.decide("#withdraw", act, CLERK)) == "fact-not-withdrawn"
    assert mill.decide("#confirm", act).outcome == "warned"
    assert mill.record.state == "stopped"


def test_another_office_decides_only_what_all_keep(mill: Mill) -> None:
    mill.widen(6, plan="p")
    act = mill.ids[-1]
    shared = mill.record.keeper is None
    mill.counter.author = 1
    taken_back = mill.decide("#withdraw", act, REGISTRAR)
    assert code(taken_back) == ("act-of-another-office" if shared else "not-keeper")
    verdict = mill.decide("#confirm", act)
    assert (isinstance(verdict, Accepted), verdict.shared) == (shared, shared)
    assert shared or code(verdict) == "not-keeper"


def test_a_decision_is_an_act_of_the_same_rules_and_carries_nothing_else(mill: Mill) -> None:
    mill.widen(6, plan="p")
    act = {"act": mill.ids[-1], "reason": "r"}
    other = Counter(parse_law(LAW.replace("law: mills", "law: wells")), mill.counter.state)
    assert code(other.put(other.transaction("#set_aside", act, {}, SECOND))) == "act-of-another-law"
    asked = replace(mill.counter.transaction("#set_aside", act, {}, SECOND), addressed_to=1)
    assert code(mill.counter.put(asked)) == "requests-not-asked"


def test_what_waits_is_found_by_the_same_groups_from_scratch(mill: Mill) -> None:
    mill.widen()
    mill.widen(6, plan="p")
    mill.decide("#set_aside", mill.ids[0])
    state: DictState = mill.counter.state
    found: dict[tuple[str, bytes], set[bytes]] = {}
    for record in map(state.record, state.records):
        assert record is not None
        register = mill.counter.law.by_full_name.get(record.register)
        for index, group in groups_of(register, record) if register else groups_of_undecided(record):
            found.setdefault((index, encode(group)), set()).add(record.id)
    assert found == {place: records for place, records in state.groups.items() if records}


def test_an_act_in_the_pool_of_a_waiting_one_waits_with_it() -> None:
    mill = Mill("office")
    mill.order = None
    verdict = mill.widen()
    assert isinstance(verdict, Accepted)
    cure = mill.counter.transaction(
        "#cure", {"act": mill.ids[-1], "fields": {"plan": "p"}}, {"mill": mill.record}, BOTH
    )
    judged = mill.counter.judge(cure, waiting=verdict.touched)
    assert isinstance(judged, Accepted)
    assert (judged.outcome, judged.shared) == ("entered", True)
    set_aside: Transaction = mill.counter.transaction("#set_aside", {"act": mill.ids[-1], "reason": "r"}, {}, SECOND)
    assert mill.counter.judge(set_aside, waiting=verdict.touched).shared


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("cure: {days: 10}", "cure: {days: 10, months: 1}", "key-missing"),
        ("cure: {days: 10}", "cure: {weeks: 1}", "key-missing"),
        ("by: [registrar], second", "by: [judge], second", "unknown-role"),
        ("version: 1", "version: 1\ncalendar: by", "bad-name"),
        ("cure: {days: 10}", "cure: {working_days: 10}", "calendar-not-named"),
    ],
)
def test_faults_of_a_law_are_named(old: str, new: str, fault: str) -> None:
    with pytest.raises(LawError) as error:
        parse_law(LAW.replace(old, new, 1))
    assert fault in {problem.code for problem in error.value.problems}
    assert not check_law(parse_law(LAW), {}).problems
