"""An act may write what it read of others' records: what it wrote may differ from what was foreseen, its outcome not."""

from random import Random

import pytest

from core.laws import parse_law
from core.ledger.charter import found
from core.ledger.encoding import Value
from core.office import Office
from core.views import ActView
from tests.ledger.building import FOUNDED_MS, Network
from tests.offices import land_network, meet, meet_until_quiet, open_in_memory, registrar, sign

LAW = parse_law("""
law: shelf
version: 1
title: {en: Shelf}
registers:
  box:
    home: office
    key: {colour: {type: choice, of: [red, green]}}
    fields: {others: {type: integer, min: 0, max: 1000}, marks: {type: integer, min: 0, max: 1000}}
    states: {start: open}
procedures:
  pack:
    title: {en: Pack}
    class: decision
    creates: {box: box}
    signed_by: {all_of: [registrar]}
    fields: {colour: {type: choice, of: [red, green]}}
    effects:
      - {create: box, key: {colour: act.colour}, set: {others: 0, marks: 0}}
  tally:
    title: {en: Count}
    class: decision
    changes: {box: box}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar]}
    fields: {}
    effects:
      - {set: box.others, to: "count('all', {'colour': 'red'})"}
  mark:
    title: {en: Mark}
    class: decision
    changes: {box: box}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar]}
    fields: {}
    effects:
      - {set: box.marks, to: box.marks + 1}
indexes:
  all: {over: box, by: [colour], max: 900}
""")
HOMED = land_network()
NETWORK = Network(found("Shelves", FOUNDED_MS, HOMED.charter.cards, [LAW.canonical], {}), HOMED.nodes, HOMED.officers)


def enter(office: Office, procedure: str, act: dict[str, Value], box: bytes | None = None) -> ActView:
    proposal = office.propose("shelf", procedure, {"box": box} if box else {}, act, [registrar(office)])
    return office.record(sign(NETWORK, office, [proposal]))[0]


@pytest.mark.parametrize("more", [0, 1, 2])
def test_what_was_counted_without_the_others_does_not_stay(more: int) -> None:
    """`more`: acts on the same box that wait behind the count."""
    offices = [open_in_memory(NETWORK, number) for number in range(4)]
    first, second, *_ = offices
    (box,) = enter(first, "pack", {"colour": "green"}).records
    meet_until_quiet(offices)
    for _ in range(3):
        enter(second, "pack", {"colour": "red"})
    meet_until_quiet(offices[1:])  # a quorum executes them
    enter(first, "tally", {}, box)  # foreseen as none
    for _ in range(more):
        enter(first, "mark", {}, box)
    meet_until_quiet(offices)
    assert {office.records.view(box).record.fields["others"] for office in offices} == {3}
    enter(first, "mark", {}, box)
    meet_until_quiet(offices)
    agreed = [office.store.state.agreed(box) for office in offices]
    assert all(record is not None and record.fields == {"others": 3, "marks": more + 1} for record in agreed)
    assert len({(office.anchor, office.state_root()) for office in offices}) == 1


def test_what_was_foreseen_otherwise_is_no_ground_for_later_verdicts() -> None:
    """The office always has an act that waits, so nothing but the difference itself has the overlay folded anew."""
    draw = Random(1)
    offices = [open_in_memory(NETWORK, number) for number in range(4)]
    first, second, *_ = offices
    (box,) = enter(first, "pack", {"colour": "green"}).records
    meet_until_quiet(offices)
    for _ in range(3):
        enter(second, "pack", {"colour": "red"})
    meet_until_quiet(offices[1:])
    enter(first, "tally", {}, box)
    for number in range(25):
        enter(first, "pack", {"colour": "green"})
        for _ in range(2):
            meet(*draw.sample(offices, 2))
        if number > 15:
            enter(first, "mark", {}, box)
    meet_until_quiet(offices, 40)
    assert [office.finality_stopped for office in offices] == [None] * 4
    assert len({(office.anchor, office.state_root()) for office in offices}) == 1
