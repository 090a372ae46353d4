"""The rules change while acts wait: suspended, asked of another office, lodged. Each ends as the new version says."""

from collections.abc import Callable

import pytest

from core.errors import MunimentError
from core.laws import LawError, check_law, parse_law
from core.laws.law import Law
from core.ledger.encoding import encode
from core.ledger.transaction import Signer
from core.office import Office
from core.replaying import replay
from core.store.working import WorkingState
from core.views import ActView
from desktop.printing.law_page import law_page
from desktop.standing import read_standing
from tests.independent.confirming import confirm
from tests.ledger.building import PEOPLE, make_network
from tests.offices import LIBRARY, open_in_memory, pass_days, registrar, sign
from tests.test_epochs import Town, pass_change
from tests.test_linking import AUTOMATIC, LINK, PROVED, one_person

PLOTS = """
law: plots
version: 1
title: {en: Plots}
requests: {decided_by: [registrar], term_days: 30, article: "26"}
registers:
  plot:
    home: office
    key: {no: {type: number}}
    fields: {owner: {type: text, max_chars: 40}, lodged: {type: day, precision: day}}
    states: {start: open, moves: {shut: {from: [open], to: shut}}}
procedures:
  lodge:
    title: {en: Lodge}
    class: decision
    creates: {plot: plot}
    signed_by: {all_of: [registrar]}
    fields: {lodged: {type: day, precision: day}}
    effects: [{create: plot, set: {owner: "'nobody'", lodged: act.lodged}}]
  move:
    title: {en: Move}
    class: decision
    changes: {plot: plot}
    in_state: {plot: [open]}
    signed_by: {all_of: [registrar]}
    fields:
      owner: {type: text, max_chars: 40}
      receipt: {type: text, max_chars: 40, optional: true}
      stamp: {type: text, max_chars: 40, optional: true}
    requires:
      - {code: unpaid, article: "3", outcome: suspend, cure: {days: 20}, rule: has(act.receipt), says: {en: No receipt.}}
    effects: [{set: plot.owner, to: act.owner}]
  shut:
    title: {en: Shut}
    class: decision
    changes: {plot: plot}
    in_state: {plot: [open]}
    signed_by: {all_of: [registrar]}
    fields: {stamp: {type: text, max_chars: 40, optional: true}}
    effects: [{move_state: plot, move: shut}]
"""
STAMPED = (
    '    requires:\n      - {{code: unstamped, article: "4", outcome: refuse, rule: "{}", says: {{en: No stamp.}}}}\n'
)


def second_version(stated: str) -> str:
    """A stamp is asked for from now on, of what is shut only if it was lodged from July on; owners can be looked up."""
    text = PLOTS.replace("version: 1\n", f"version: 2\n{stated}", 1)
    text = text.replace("procedures:\n", "indexes: {plots_of: {over: plot, by: [owner], max: 20}}\nprocedures:\n", 1)
    moved, rest = text.split("    requires:\n", 1)
    text = moved + STAMPED.format("has(act.stamp)") + rest
    shut, rest = text.split("    effects: [{move_state", 1)
    return shut + STAMPED.format("plot.lodged < day(2026, 7, 1) || has(act.stamp)") + "    effects: [{move_state" + rest


class Plots(Town):
    def __init__(self) -> None:
        charter_law = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
        people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
        laws = (parse_law(PLOTS).canonical, charter_law.canonical)
        self.network = make_network(4, laws, people_of_each=people)
        self.offices = [open_in_memory(self.network, number) for number in range(4)]

    def enter(self, office: Office, name: str, plot: bytes | None, **fields: object) -> ActView:
        records = {"plot": plot} if plot else {}
        proposal = office.propose("plots", name, records, fields, [registrar(office)])  # type: ignore[arg-type]  # values
        return office.record(sign(self.network, office, [proposal]))[0]

    def cure(self, office: Office, act: bytes, **fields: str) -> ActView:
        proposal = office.propose_resolving("#cure", act, [registrar(office)], fields=fields)
        return office.record(sign(self.network, office, [proposal]))[0]

    def decide(self, office: Office, request: bytes) -> ActView:
        return office.record(sign(self.network, office, [office.propose_decision(request, [registrar(office)])]))[0]


def transition(begun: str) -> str:
    return f'transition: {{begun: {begun}, article: "9", term_days: 30}}\n'


def owner(office: Office, plot: bytes) -> object:
    return office.records.view(plot).record.fields["owner"]


@pytest.mark.parametrize("begun", ["old", "new"])
def test_what_was_begun_is_finished_under_the_rules_that_the_new_version_names(begun: str) -> None:
    town = Plots()
    first, second, third, away = town.offices
    awake = town.offices[:3]
    (early,) = town.enter(first, "lodge", None, lodged=[2026, 5, 4]).records
    (late,) = town.enter(first, "lodge", None, lodged=[2026, 7, 1]).records
    (asked,) = town.enter(second, "lodge", None, lodged=[2026, 5, 4]).records
    (far,) = town.enter(away, "lodge", None, lodged=[2026, 5, 4]).records
    waiting = town.enter(first, "move", early, owner="Ana")
    assert waiting.ladder.outcome == "suspended"
    wish = {"owner": "Bob", "receipt": "r1"}
    proposal = town.propose(first, "law", None, parse_law(second_version(transition(begun))).canonical)
    town.settle()
    registrar_there = [Signer(third.number, 0, "registrar")]
    request = third.propose("plots", "move", {"plot": asked}, wish, registrar_there, addressed_to=second.number)
    (requested,) = third.record(sign(town.network, third, [request]))
    for office in awake:  # the fourth hears of nothing
        town.vote(office, proposal)
    town.settle(awake)
    assert {office.laws["plots"].version for office in awake} == {2}
    assert read_standing(first).finishing(waiting.transaction).version == (1 if begun == "old" else 2)  # of its window

    def refused(call: Callable[[], object]) -> str:
        with pytest.raises(MunimentError, match="rejected") as caught:
            call()
        return str(caught.value.facts["reason"])

    assert refused(lambda: town.enter(first, "move", late, owner="Eka", receipt="r2")) == "unstamped"
    assert refused(lambda: town.enter(first, "shut", late)) == "unstamped"  # lodged too late for the old rule
    unheard = town.enter(away, "move", far, owner="Ivo", receipt="r3")
    if begun == "old":
        cured, entered = town.cure(first, waiting.id, receipt="r0"), town.decide(second, requested.id)
    else:
        assert refused(lambda: town.cure(first, waiting.id, receipt="r0")) == "unstamped"
        assert refused(lambda: town.decide(second, requested.id)) == "unstamped"
        cured, entered = town.cure(first, waiting.id, receipt="r0", stamp="s0"), None
        town.settle(awake)
        for office in awake:  # and the term passes in which the fourth could have been heard
            pass_days(office, 40)
        town.enter(first, "lodge", None, lodged=[2026, 5, 4])
        town.settle(awake)
    assert town.enter(first, "shut", early).ladder.outcome == "entered"
    town.settle()
    assert [owner(office, early) for office in town.offices] == ["Ana"] * 4
    for office in town.offices:  # what the old rules finish belongs to the groups of the new ones, as if read anew
        state = WorkingState(office.store.state, None)
        assert state.find("plots.plots_of", encode(["Ana"]), 9) == [early]
        assert early not in state.find("plots.plots_of", encode(["nobody"]), 9)
    assert [owner(office, asked) for office in town.offices] == ["Bob" if entered else "nobody"] * 4
    ladders = [office.acts.view(unheard.id).ladder for office in town.offices]
    expected = ("entered", None) if begun == "old" else ("rejected", "law-not-in-force")
    assert {(one.outcome, one.code, one.shared) for one in ladders} == {(*expected, begun == "old")}
    assert len({office.state_root() for office in town.offices}) == 1
    judged = [act.id for act in (waiting, cured, entered) if act is not None]
    *_, found = replay(town.offices[3], set(judged))
    assert [found[act].law.version for act in judged] == ([1, 1, 1] if begun == "old" else [1, 2])
    confirm(town.offices[3])


def fault_of(law: Law) -> list[tuple[str, str]]:
    return [(one.code, one.detail) for one in check_law(law, {}, beside={"plots": parse_law(PLOTS)}).problems]


def test_a_new_version_says_what_becomes_of_what_was_begun() -> None:
    assert fault_of(parse_law(second_version(""))) == [("transition-missing", "plots")]
    old = second_version(transition("old"))
    assert fault_of(parse_law(old)) == []
    page = law_page(parse_law(old), check_law(parse_law(old), {}))
    assert "What was begun under earlier rules is finished under those (article 9)." in page
    other = old.replace("owner: {type: text, max_chars: 40}, lodged", "owner: {type: text, max_chars: 50}, lodged")
    assert fault_of(parse_law(other)) == [("transition-differs", "registers.plot")]
    assert fault_of(parse_law(other.replace("begun: old", "begun: new"))) == []
    with pytest.raises(LawError, match="bad-law"):
        parse_law(old.replace("begun: old", "begun: later"))
    with pytest.raises(LawError, match="bad-law"):
        parse_law(old.replace("day(2026, 7, 1)", "day(2026, 6, 31)"))


def test_what_the_old_rules_hand_over_brings_along_what_is_kept_with_it_under_the_new_ones() -> None:
    taking = """  give:
    title: {en: Hand over}
    class: decision
    changes: {plot: plot}
    in_state: {plot: [open]}
    signed_by: {all_of: [registrar]}
    fields: {to: {type: office}}
    effects: [{release: plot, to: act.to}]
  take:
    title: {en: Take over}
    class: decision
    changes: {plot: plot}
    in_state: {plot: [open]}
    signed_by: {all_of: [registrar]}
    fields: {receipt: {type: text, max_chars: 40, optional: true}}
    requires: [{code: unpaid, article: "3", outcome: hold, rule: has(act.receipt), says: {en: No receipt.}}]
    effects: [{accept: plot}]
"""
    fence = """  fence:
    home: {with: plot}
    key: {no: {type: number}}
    fields: {plot: {type: record, of: plot}}
    states: {start: open, moves: {}}
"""
    new = second_version('transition: {begun: old, article: "9"}\n').replace("indexes: {", f"{fence}indexes: {{", 1)
    before = parse_law(PLOTS + taking)
    # A fence that no index finds by its plot would stay behind, where `take` is finished under the old rules.
    assert [(one.code, one.detail) for one in check_law(parse_law(new), {}, beside={"plots": before}).problems] == [
        ("transition-differs", "fence: [plot]")
    ]


def test_a_sum_is_not_allotted_out_of_what_old_rules_may_still_enlarge() -> None:
    fields = "fields: {owner: {type: text, max_chars: 40}, lodged: {type: day, precision: day}}"
    sums = "held: {type: integer, min: 0, max: 9}, used: {type: integer, min: 0, max: 9}"
    summed = fields.replace("}}", "}, " + sums + "}")
    allotted = "allotments: {x: {over: plot, sum: held, used: used, code: above, article: '4', says: {en: More.}}}\n"
    made = "lodged: act.lodged"
    before, after = (
        text.replace(fields, summed, 1).replace(made, f"{made}, held: 1, used: 0", 1)
        for text in (PLOTS, second_version('transition: {begun: old, article: "9"}\n'))
    )
    after = after.replace(
        "    creates: {plot: plot}\n",
        "    creates: {plot: plot}\n    changes: {other: plot}\n    in_state: {other: [open]}\n",
        1,
    ).replace("procedures:\n", f"{allotted}procedures:\n", 1)
    found = check_law(parse_law(after), {}, beside={"plots": parse_law(before)}).problems
    assert [(one.code, one.detail) for one in found] == [("transition-differs", "allotments.x")]


class Families(Town):
    """A death asks that pensions be suspended, once it is proved."""

    def __init__(self) -> None:
        charter_law = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
        people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
        laws = (*(parse_law(text).canonical for text in (PROVED, AUTOMATIC)), charter_law.canonical)
        self.network = make_network(3, laws, people_of_each=people)
        self.offices = [open_in_memory(self.network, number) for number in range(3)]


def test_an_act_that_old_rules_finish_asks_as_they_did_where_the_new_ones_ask_nothing() -> None:
    town = Families()
    first = town.offices[0]
    person, (pension,) = one_person(town.network, town.offices)
    proposal = first.propose("people", "die", {"person": person}, {"died": [2026, 5, 1]}, [registrar(first)])
    (died,) = first.record(sign(town.network, first, [proposal]))
    assert died.ladder.outcome == "suspended"
    town.settle()
    silent = PROVED.replace(LINK, "").replace("version: 1\n", f"version: 2\n{transition('old')}", 1)
    pass_change(town, "law", None, parse_law(silent).canonical)
    assert not first.laws["people"].asks_others
    cure = first.propose_resolving("#cure", died.id, [registrar(first)], fields={"proof": True})
    first.record(sign(town.network, first, [cure]))
    town.settle()
    assert {office.records.view(pension).record.state for office in town.offices} == {"suspended"}
