"""What follows from a day follows by the rules of that day: a vote that changes them changes nothing of the days before."""

from datetime import UTC, date, datetime
from pathlib import Path

from core.laws import parse_law
from desktop.knowledge import knowledge_of_office
from desktop.printing.following import following
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import NEWEST
from desktop.verification import verify_file
from tests.ledger.building import PEOPLE, make_network
from tests.offices import LIBRARY, StepClock, open_in_memory, pass_days, registrar, sign
from tests.test_epochs import Town, pass_change

BOATS = """
law: boats
version: 1
title: {en: Boats}
registers:
  boat:
    home: office
    key: {mark: {type: text, max_chars: 20}}
    fields: {inspected: {type: day, precision: day}}
    derived: {sound: {rule: "today <= add_months(boat.inspected, 12)", visible: public, label: {en: Sound}}}
    states: {start: afloat}
procedures:
  enter:
    title: {en: Entry}
    class: decision
    creates: {boat: boat}
    signed_by: {all_of: [registrar]}
    fields: {mark: {type: text, max_chars: 20}, inspected: {type: day, precision: day}}
    effects: [{create: boat, key: {mark: act.mark}, set: {inspected: act.inspected}}]
  inspect:
    title: {en: Inspection}
    class: decision
    changes: {boat: boat}
    in_state: {boat: [afloat]}
    signed_by: {all_of: [registrar]}
    fields: {inspected: {type: day, precision: day}}
    effects: [{set: boat.inspected, to: act.inspected}]
"""
SECOND = BOATS.replace("version: 1\n", 'version: 2\ntransition: {begun: new, article: "1"}\n', 1)
RENAMED = SECOND.replace("changes: {boat: boat}", "changes: {hull: boat}").replace(
    "in_state: {boat:", "in_state: {hull:"
)
RENAMED = RENAMED.replace("set: boat.inspected", "set: hull.inspected").replace("{en: Sound}", "{en: Seaworthy}")
STRICTER = SECOND.replace(", 12)", ", 1)")


class Harbour(Town):
    """One office alone: what it enters is final at once."""

    def __init__(self) -> None:
        laws = [parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8")), parse_law(BOATS)]
        people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
        self.network = make_network(1, tuple(law.canonical for law in laws), people_of_each=people)
        self.offices = [open_in_memory(self.network, 0)]

    @property
    def today(self) -> date:
        clock = self.offices[0]._clock
        assert isinstance(clock, StepClock)
        return datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()


def whole(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def test_a_record_as_of_a_day_is_told_by_the_rules_of_that_day() -> None:
    town = Harbour()
    (office,) = town.offices
    inspected = town.today
    act = {"mark": "AB-12", "inspected": list(whole(inspected))}
    proposal = office.propose("boats", "enter", {}, act, [registrar(office)])
    (boat,) = office.record(sign(town.network, office, [proposal]))[0].records
    pass_days(office, 60)
    before = town.today
    assert office.records.view(boat).derived == {"sound": True}
    pass_days(office, 2)
    pass_change(town, "law", None, parse_law(STRICTER).canonical)
    assert office.laws["boats"].version == 2
    today = office.records.view(boat)
    assert (today.derived, today.rules and today.rules.version) == ({"sound": False}, 2)
    then = office.records.view(boat, whole(before))
    assert (then.derived, then.rules and then.rules.version) == ({"sound": True}, 1)
    # The day on which they changed has the rules with which it ended; so has every day to come.
    assert office.records.view(boat, whole(town.today)).derived == {"sound": False}
    again = open_in_memory(town.network, 0, office.store, office.hand.journal)
    assert again.records.view(boat, whole(before)).derived == {"sound": True}
    again.people.sign_in(0, town.network.officers[0][0])
    assert again.records.view(boat, whole(before)).derived == {"sound": True}


def test_a_paper_of_an_act_of_earlier_rules_is_set_by_those_that_the_act_names(tmp_path: Path) -> None:
    town = Harbour()
    (office,) = town.offices
    seen = list(whole(town.today))
    first = [registrar(office)]
    entered = office.propose("boats", "enter", {}, {"mark": "AB-12", "inspected": seen}, first)
    (boat,) = office.record(sign(town.network, office, [entered]))[0].records
    inspected = office.propose("boats", "inspect", {"boat": boat}, {"inspected": seen}, first)
    (act,) = office.record(sign(town.network, office, [inspected]))
    pass_change(town, "law", None, parse_law(RENAMED).canonical)  # calls the record and what follows from it otherwise
    view, paper = office.acts.view(act.id), tmp_path / "paper.pdf"
    told = following(office, view, whole(town.today), "en")
    receipt = office.proofs.receipt(act.id, "en", NEWEST)
    paper.write_bytes(extract_pdf(office, receipt, view, whole(town.today), follows=told))
    found = verify_file(paper, knowledge_of_office(office))
    assert (found.code, told) == ("valid", (("Sound", True),))
    assert [one.same for one in found.as_printed if one.of_day] == [True]
