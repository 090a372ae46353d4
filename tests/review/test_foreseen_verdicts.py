"""What is applied from the verdicts kept until their anchor is what whoever judges anew there comes to.

Histories by chance of two or three offices, or four and a twin, under two laws: acts that are suspended, held, cured, confirmed,
set aside and withdrawn, terms that lapse, keys and numbers taken, on records of one keeper and of all. Each kept verdict
is compared at its anchor with one judged anew on the same state, and in the end the offices with each other. With one of
the reasons taken away for which a verdict is not kept, or one part of what it is kept under, the comparison fails.
More of them: `python -m tests.review.test_foreseen_verdicts FIRST END`.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations
from random import Random
from typing import Any

import pytest

import core.executing
import core.replica
from core.errors import MunimentError
from core.executing import Execution
from core.folding import Ran
from core.laws import parse_law
from core.ledger.anchors import Anchor
from core.ledger.charter import found
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.ledger.vertex import Vertex
from core.office import Office, Proposal
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from tests.ledger.building import FOUNDED_MS, Network, make_network
from tests.offices import DATABASE_KEY, StepClock, meet, pass_days, sign

SEEDS, STEPS = 16, 40
KEPT_BY_OFFICES = 0  # a seed by which each office keeps its own mills
LAWS = ("mills", "weirs")
LAW = """
law: NAME
version: 1
title: {en: NAME}
decisions: {by: [notary], article: "30"}
registers:
  mill:
    home: by_charter
    key:
      no: {type: number}
      code: {type: text, pattern: "[a-c]", unique_while: "mill.state == 'turning'"}
    fields: {sluices: {type: integer, min: 0, max: 9}, by: {type: text, max_chars: 20, optional: true}}
    states: {start: turning, moves: {stop: {from: [turning], to: stopped}}}
  gate:
    home: {with: mill}
    key: {no: {type: number}}
    fields: {mill: {type: record, of: mill}, high: {type: integer, min: 0, max: 9}}
    states: {start: open}
indexes:
  gates: {over: gate, by: [mill], max: 4}
totals:
  heights: {over: gate, by: [mill], add: {sum: gate.high, count: 1}}
procedures:
  enter:
    title: {en: Enter}
    class: decision
    creates: {mill: mill}
    signed_by: {all_of: [registrar]}
    fields: {code: {type: text, pattern: "[a-c]"}, n: {type: integer, min: 0, max: 9}}
    requires:
      - {code: unsure, article: "1", outcome: hold, rule: "act.n != 7", says: {en: Somebody looks at it.}}
    effects: [{create: mill, key: {code: act.code}, set: {sluices: act.n}}]
  widen:
    title: {en: Widen}
    class: application
    changes: {mill: mill}
    in_state: {mill: [turning]}
    signed_by: {all_of: [registrar], any_of: [notary]}
    fields: {n: {type: integer, min: 0, max: 9}, plan: {type: text, max_chars: 20, optional: true}}
    requires:
      - {code: too-many, article: "3", outcome: refuse, rule: "mill.sluices + act.n <= 9", says: {en: Too many.}}
      - {code: no-plan, article: "4", outcome: suspend, cure: {days: 3}, rule: "act.n < 3 || has(act.plan)", says: {en: No.}}
      - {code: doubtful, article: "5", outcome: hold, rule: "act.n != 2 && act.n != 5", says: {en: Somebody looks at it.}}
    effects: [{set: mill.sluices, to: mill.sluices + act.n}, {set: mill.by, to: act.plan}]
  build:
    title: {en: Build a gate}
    class: application
    reads: {mill: mill}
    in_state: {mill: [turning]}
    creates: {gate: gate}
    signed_by: {all_of: [registrar]}
    fields: {n: {type: integer, min: 0, max: 9}}
    requires:
      - {code: too-high, article: "6", outcome: warn, rule: "total('heights', {'mill': mill.id}).sum < 12", says: {en: High.}}
      - {code: many, article: "7", outcome: hold, rule: "count('gates', {'mill': mill.id}) < 3", says: {en: Many.}}
    effects: [{create: gate, set: {mill: mill.id, high: act.n}}]
  flood:
    title: {en: Flood}
    class: fact
    changes: {mill: mill}
    in_state: {mill: [turning]}
    signed_by: {all_of: [registrar]}
    fields: {n: {type: integer, min: 0, max: 9}}
    requires: [{code: deep, article: "8", outcome: hold, rule: "act.n > 2", says: {en: Deep.}}]
    effects: [{move_state: mill, move: stop}]
  free:
    title: {en: Decide what stands held}
    class: decision
    changes: {mill: mill}
    in_state: {mill: [turning, stopped]}
    signed_by: {all_of: [registrar]}
    effects: [{settle: mill}]
"""
CURE, ENDINGS = "#cure", ("#confirm", "#confirm", "#set_aside", "#withdraw", "#cure")
PEOPLE = (Signer(0, 0, "registrar"), Signer(0, 1, "notary"))
RECORDED_NOT = {"rejected", "unknown-record", "no-such-undecided", "quarantine"}  # a twin is found and signs no more
WAYS: Mapping[str, int] = {"enter": 2, "widen": 9, "build": 6, "flood": 1, "resolve": 9, "meet": 3, "days": 2}


class Compared(Execution):
    """Judges anew whatever is applied from the kept verdicts, on the same state and at the same place."""

    def begin(self, anchor: Anchor) -> None:
        self._at = anchor
        super().begin(anchor)

    def _as_foreseen(self, working: WorkingState, vertex: Vertex) -> list[Ran] | None:
        anew = copied(working)
        applied = super()._as_foreseen(working, vertex)
        if applied is not None:
            row = self.store.chain.block_at(vertex.position)
            judged = self._execute_block(anew, self._at, vertex, row)
            assert [told(one) for one in judged] == [told(one) for one in applied]
            APPLIED.append(len(applied))
        return applied


def told(ran: Ran) -> tuple[object, ...]:
    """Without the position of the block: an own act is judged before its block has one."""
    return ran.row._replace(block=0), ran.verdict


APPLIED: list[int] = []  # acts whose kept verdict was applied


def copied(working: WorkingState) -> WorkingState:
    copy = WorkingState(working._store, None)
    for name, value in vars(working).items():
        if isinstance(value, dict):
            value = {key: dict(one) if isinstance(one, dict) else one for key, one in value.items()}
        setattr(copy, name, list(value) if isinstance(value, list) else value)
    return copy


@cache
def network(count: int, *homes: str) -> Network:
    laws = [parse_law(LAW.replace("NAME", name)).canonical for name in LAWS]
    made = make_network(count, laws, people_of_each=(("Anna", ("registrar", "notary")), ("Peter", ("notary",))))
    chosen = {f"{name}.mill": home for name, home in zip(LAWS, homes, strict=True)}
    charter = found("Drawn", FOUNDED_MS, made.charter.cards, made.charter.laws, chosen)
    return Network(charter, made.nodes, made.officers)


class World:
    def __init__(self, number: int) -> None:
        self.draw = Random(number)
        count = self.draw.choice([2, 2, 2, 3, 3, 4])
        self.network = network(count, *(self.draw.choice(["office", "office", "shared"]) for _ in LAWS))
        self._nonces = Random(f"nonces {number}")
        self.offices = [self._opened(one) for one in [*range(count), 3][: count + count // 4]]
        self.mills: list[tuple[str, bytes]] = []

    def _opened(self, number: int) -> Office:
        store, node = ReplicaStore(Database(IN_MEMORY, DATABASE_KEY)), self.network.nodes[number]
        clock, nonces = StepClock(), self._nonces.randbytes
        return Office(store, self.network.charter, number, node, MemoryJournal(), clock, nonces)

    def live(self) -> None:
        for _ in range(STEPS):
            way: Callable[[Office], None] = getattr(self, self.draw.choices(list(WAYS), list(WAYS.values()))[0])
            try:
                way(self.draw.choice(self.offices))
            except MunimentError as error:
                if error.code not in RECORDED_NOT:
                    raise
        pairs = list(combinations(self.offices, 2))
        while sum(meet(*pair) for pair in pairs):
            pass
        assert self.offices[0].forkers() or not any(office.lace.open_acts for office in self.offices)
        assert len({office.state_root() for office in self.offices}) == 1

    def record(self, office: Office, proposal: Proposal) -> tuple[bytes, ...]:
        return office.record(sign(self.network, office, [proposal]))[0].records

    def _sign(self, office: Office, procedure: str, act: dict[str, Value], roles: str = "registrar") -> None:
        kept = ((law, office.store.state.present(mill)) for law, mill in self.mills)
        mine = [(law, mill.id) for law, mill in kept if mill is not None and mill.keeper in (None, office.number)]
        law, mill = self.draw.choice(mine) if mine else ("mills", bytes(16))
        people = [Signer(office.number, place, role) for place, role in enumerate(roles.split())]
        self.record(office, office.propose(law, procedure, {"mill": mill}, act, people))

    def enter(self, office: Office) -> None:
        law, code = self.draw.choice(LAWS), self.draw.choice("abc")
        act: dict[str, Value] = {"code": code, "n": self.draw.choice([0, 0, 1, 7])}
        people = [Signer(office.number, 0, "registrar")]
        self.mills += [(law, one) for one in self.record(office, office.propose(law, "enter", {}, act, people))]

    def widen(self, office: Office) -> None:
        plan: dict[str, Value] = {"plan": "p"} if self.draw.random() < 0.4 else {}
        self._sign(office, "widen", {"n": self.draw.randrange(7), **plan}, "registrar notary")

    def build(self, office: Office) -> None:
        self._sign(office, "build", {"n": self.draw.randrange(9)})

    def flood(self, office: Office) -> None:
        self._sign(office, "flood", {"n": self.draw.randrange(9)})

    def resolve(self, _: Office) -> None:
        """Cures, confirms, sets aside or withdraws an act that an office may end."""
        views = [(one, view) for one in self.offices for view in one.undecided.acts()]
        if views:
            (office, view), way = self.draw.choice(views), self.draw.choice(ENDINGS)
            if "no-plan" in view.codes and self.draw.random() < 0.6:
                way = CURE
            fields: dict[str, Value] = {"plan": "q"} if way == CURE and "no-plan" in view.codes else {}
            people = [Signer(office.number, 0, "registrar"), Signer(office.number, 1, "notary")]
            self.record(office, office.propose_resolving(way, view.act.id, people, "why", fields))
            law = view.act.transaction.law  # what comes next on the same mill hangs on what becomes of this
            self.record(office, office.propose(law, "widen", view.records, {"n": 1}, people))

    def meet(self, office: Office) -> None:
        meet(office, self.draw.choice([one for one in self.offices if one is not office]))

    def days(self, office: Office) -> None:
        for one in self.draw.choice([[office], self.offices]):
            pass_days(one, self.draw.choice([1, 2, 4]))


def live_compared(numbers: Iterable[int]) -> int:
    """How many acts were applied as they had been foreseen."""
    APPLIED.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.replica, "Execution", Compared)
        for number in numbers:
            World(number).live()
    return sum(APPLIED)


def test_kept_verdicts_are_those_of_whoever_judges_anew() -> None:
    assert live_compared(range(SEEDS)) > 10 * SEEDS


def keep_shared(self: Execution, vertex: Vertex, ran: list[Ran]) -> None:
    self._foreseen[vertex.id] = ran
    self._foreseen_acts += len(ran)


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Execution, "_foresee", keep_shared)
    with pytest.raises(AssertionError):
        live_compared(range(SEEDS))


@pytest.mark.parametrize("other", [{"version": 9}, {"last_act": bytes(16)}, {"id": bytes(16)}])
def test_a_verdict_is_applied_to_the_very_versions_that_it_was_given_on(other: dict[str, Any]) -> None:
    world = World(KEPT_BY_OFFICES)
    office = world.offices[0]
    act: dict[str, Value] = {"code": "a", "n": 1}
    (mill,) = world.record(office, office.propose("mills", "enter", {}, act, PEOPLE[:1]))
    world.record(office, office.propose("mills", "widen", {"mill": mill}, {"n": 1}, PEOPLE))
    first, second = list(office.execution._foreseen.items())
    working = WorkingState(office.store.state, None)
    assert office.execution._as_foreseen(working, office.vertex(first[0])) == first[1]
    present = working.record(mill)
    assert present is not None
    working._present[mill] = replace(present, **other) if "id" not in other else None
    assert office.execution._as_foreseen(working, office.vertex(second[0])) is None


if __name__ == "__main__":
    for one in range(*map(int, sys.argv[1:3])):
        print(one, live_compared([one]), flush=True)
