"""The effect `request`: an act asks the keepers of other records, of its own law, for an act of theirs."""

from core.laws import check_law, parse_law
from core.laws.law import Law
from core.laws.questions import ASKED_REGISTER, read_asked
from core.ledger.record import decode_record
from core.office import Office
from desktop.printing.law_page import law_page
from tests.ledger.building import Network, make_network
from tests.offices import meet_until_quiet, open_in_memory, registrar, sign

STREET = """
law: street
version: 1
title: {en: Doors of a street}
registers:
  gate:
    home: office
    key: {street: {type: text, max_chars: 20}}
    states: {start: open, moves: {shut: {from: [open], to: shut}}}
  door:
    home: office
    key: {no: {type: number}}
    fields: {street: {type: text, max_chars: 20}, why: {type: text, max_chars: 40, optional: true}}
    states: {start: open, moves: {shut: {from: [open], to: shut}}}
indexes:
  doors_of: {over: door, by: [street], max: 50}
procedures:
  build_gate:
    title: {en: Gate}
    class: decision
    creates: {gate: gate}
    signed_by: {all_of: [registrar]}
    fields: {street: {type: text, max_chars: 20}}
    effects: [{create: gate, key: {street: act.street}}]
  build_door:
    title: {en: Door}
    class: decision
    creates: {door: door}
    signed_by: {all_of: [registrar]}
    fields: {street: {type: text, max_chars: 20}}
    effects: [{create: door, set: {street: act.street}}]
  shut_gate:
    title: {en: Closing of a gate}
    class: decision
    changes: {gate: gate}
    in_state: {gate: [open]}
    signed_by: {all_of: [registrar]}
    fields: {why: {type: text, max_chars: 40}}
    effects:
      - {move_state: gate, move: shut}
      - request: street.shut_door
        when: act.why != 'paint'
        find: {door: {index: street.doors_of, of: {street: gate.street}}}
        fields: {why: act.why}
        max: 10
  shut_door:
    title: {en: Closing of a door}
    class: decision
    automatic: true
    changes: {door: door}
    in_state: {door: [open]}
    signed_by: {all_of: [registrar]}
    fields: {why: {type: text, max_chars: 40}}
    effects: [{move_state: door, move: shut}, {set: door.why, to: act.why}]
"""


def act(net: Network, office: Office, name: str, records: dict[str, bytes], **fields: str) -> bytes:
    proposal = office.propose("street", name, records, fields, [registrar(office)])
    return office.record(sign(net, office, [proposal]))[0].records[0]


def test_an_act_asks_the_keepers_of_records_of_its_own_law() -> None:
    law: Law = parse_law(STREET)
    net = make_network(3, [law.canonical])
    offices = [open_in_memory(net, number) for number in range(3)]
    gates = [act(net, offices[0], "build_gate", {}, street=street) for street in ("North", "South")]
    doors = [act(net, office, "build_door", {}, street="North") for office in offices[1:]]
    meet_until_quiet(offices)
    act(net, offices[0], "shut_gate", {"gate": gates[1]}, why="South has no door")
    act(net, offices[0], "shut_gate", {"gate": gates[0]}, why="flood")
    meet_until_quiet(offices)
    for office in offices:
        found = [office.records.view(door).record for door in doors]
        assert [(one.state, one.fields["why"], one.keeper) for one in found] == [
            ("shut", "flood", 1),
            ("shut", "flood", 2),
        ]
    page = law_page(law, check_law(law, {}))
    assert "<li>Where act.why != &#x27;paint&#x27;: The offices that keep the records found are asked" in page


def test_what_it_asks_of_its_own_law_is_there() -> None:
    for stated, instead in (
        ("of: {street: gate.street}", "of: {lane: gate.street}"),
        ("{why: act.why}", "{who: act.why}"),
    ):
        problems = check_law(parse_law(STREET.replace(stated, instead, 1)), {}).problems
        assert [one.code for one in problems] == ["link-differs"]


def test_a_law_with_more_links_than_a_record_holds_stops_nobody() -> None:
    name, records = "a" * 40, ", ".join(f"{number:02}{'b' * 38}: gate" for number in range(18))
    link = f"{{request: {name}.{name}, find: {{{name}: {{index: {name}.{name}, of: {{s: gate.street}}}}}}, records: "
    many = f"      - {link}{{{records}}}, max: 1}}\n" * 120
    effect = "      - {move_state: gate, move: shut}\n"
    net = make_network(2, [parse_law(STREET.replace(effect, effect + many, 1)).canonical])
    offices = [open_in_memory(net, number) for number in range(2)]
    gate = act(net, offices[0], "build_gate", {}, street="North")
    act(net, offices[0], "shut_gate", {"gate": gate}, why="flood")
    meet_until_quiet(offices)
    assert [office.records.view(gate).record.state for office in offices] == ["shut", "shut"]
    asked = offices[1].store.state.agreed_of(ASKED_REGISTER, 0, 9)
    assert [len(read_asked(decode_record(body)).asks) < 120 for _, body in asked] == [True]
