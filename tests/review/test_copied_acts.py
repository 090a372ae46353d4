"""One signed act in the blocks of two nodes: it must count once, wherever it is folded."""

from itertools import combinations

import pytest

from core.laws import Accepted, Rejected, parse_law
from core.laws.law_check import check_law
from core.views import Step
from tests.laws.counter import Counter, DictState, placed
from tests.laws.test_land import first, right
from tests.offices import LIBRARY, land_network, make_offices, meet, meet_until_quiet, propose_registration, sign

OWN = "    creates: {parcel: parcel}\n    signed_by: {all_of: [registrar]}"


def test_a_creation_that_officers_of_any_office_may_sign_is_enclosed_by_that_of_the_first():
    text = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
    law = parse_law(text.replace(OWN, OWN.replace("[registrar]", "[registrar], offices: any"), 1))
    assert "first_registration" not in check_law(law, {}).waits
    one, two = (Counter(law, DictState(), number) for number in range(2))
    act = one.transaction("first_registration", first(right("ana", 1, 1)), signers=[("registrar", 0)])
    assert isinstance(one.put(act), Accepted)
    copy = two.put(act, placed())  # also where the first has been refused, or has never come
    assert isinstance(copy, Rejected)
    assert (copy.code, copy.shared) == ("signer-of-another-office", False)


def test_a_copy_in_the_block_of_another_node_is_rejected():
    network = land_network()
    office, *_ = make_offices()
    group = sign(network, office, [propose_registration(office, 1)])
    office.record(group)
    copy, _ = network.block(3, [group])
    office.receive(copy.header_bytes, copy.signature, copy.payload)
    assert office.store.chain.acts_of_block(2)[0].code == "signer-of-another-office"


def test_the_same_act_sent_a_thousand_times_is_one_act():
    """Handed in again and again at its office, and enclosed in a whole block of another."""
    network = land_network()
    office, *_ = make_offices()
    group = sign(network, office, [propose_registration(office, 1)])
    ids = {office.record(group)[0].id for _ in range(1_000)}
    assert (len(ids), office.standing.counts().acts, office.records.count("land.parcel")) == (1, 1, 1)
    copies, _ = network.block(3, [group] * 900)  # as many as a block holds
    office.receive(copies.header_bytes, copies.signature, copies.payload)
    assert {act.outcome for act in office.store.chain.acts_of_block(2)} == {"rejected"}
    assert office.records.count("land.parcel") == 1


def test_an_act_that_its_office_encloses_twice_runs_at_its_first_place():
    """Both blocks are executed by one anchor, at once and in portions, and judged there."""
    network = land_network()
    offices = make_offices()
    offices[1].acts_at_once = 1
    group = sign(network, offices[0], [propose_registration(offices[0], 1)])
    (act,) = offices[0].record(group)
    offices[0].hand.write_block((group,))
    while offices[1].entering() is None:
        for one, other in combinations(offices, 2):
            meet(one, other)
        for office in offices:
            office.execution._forget_foreseen()
    while offices[1].enter_in_order():
        pass
    meet_until_quiet(offices)
    for office in offices:
        places = [(row.outcome, row.code) for row in office.store.chain.places_of_act(act.id)]
        assert places == [("entered", None), ("rejected", "enclosed-twice")]
        assert office.acts.view(act.id).ladder.step is Step.FINAL
    assert len({office.state_root() for office in offices}) == 1


REGISTRAR = [("registrar", 0)]
SHELF = """
law: shelf
version: 1
title: {en: Shelf}
registers:
  box:
    home: shared
    key: {name: {type: text, max_chars: 9}}
    fields: {marks: {type: list, max_items: 9, of: {text: {type: text, max_chars: 9}}}}
    states: {start: open}
procedures:
  pack:
    title: {en: Pack}
    class: decision
    creates: {box: box}
    signed_by: {all_of: [registrar]}
    fields: {name: {type: text, max_chars: 9}}
    effects:
      - {create: box, key: {name: act.name}, set: {}}
  mark:
    title: {en: Mark}
    class: decision
    changes: {box: box}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar], offices: any}
    when_unseen: RULE
    fields: {text: {type: text, max_chars: 9}}
    effects:
      - {add: box.marks, entry: {text: act.text}}
"""


@pytest.mark.parametrize("rule", ["hold", "order", "equal_rank"])
def test_a_copy_of_an_act_on_a_shared_record_neither_counts_again_nor_holds_the_record(rule: str) -> None:
    """Whoever sees it on its way encloses it in a block that refers to nothing: neither has seen the other."""
    law = parse_law(SHELF.replace("RULE", rule))
    state = DictState()
    one, two = (Counter(law, state, number) for number in range(2))
    created = one.put(one.transaction("pack", {"name": "A"}, signers=REGISTRAR), placed())
    assert isinstance(created, Accepted)
    act = one.transaction("mark", {"text": "x"}, {"box": created.changes[0].new}, REGISTRAR)
    assert isinstance(one.put(act, placed()), Accepted)
    first = state.record(created.changes[0].new.id)
    assert first is not None
    copy = two.put(act, placed(first.last_act))
    assert isinstance(copy, Rejected)
    assert copy.code == "enclosed-twice"
    assert state.record(first.id) == first
