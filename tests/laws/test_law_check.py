"""Which acts wait for the common order, and why; forms and sentences that follow from the law alone."""

from typing import Any

import pytest

from core.laws import (
    check_law,
    extract_form,
    parse_law,
    procedure_form,
    record_form,
    rule_sentence,
    typed_text,
)
from core.laws.law_check import Reason
from core.laws.sentences import show_value
from core.laws.verdict import Rejected
from tests.laws.counter import library_law
from tests.laws.test_execution import SHELF

LAND = library_law("land")


def test_an_office_that_keeps_its_parcels_decides_alone() -> None:
    report = check_law(LAND, {"land.parcel": "office"})
    inherited = report.waits["inherit"]
    assert {reason.code for reason in inherited} == {"record-of-another-law"}
    assert dict(report.waits) == {
        "inherit": inherited,
        "accept": (Reason("keeper-changes", "parcel"),),
        "lapse_lodging": (Reason("consensus-time", "surely_after"),),
        "reserve": (Reason("working-days", "BY"),),
        "end_notice": (Reason("consensus-time", "surely_after"),),
    }
    assert (dict(report.may_wait), report.problems) == ({}, ())
    report.raise_any()


def test_a_shared_register_makes_every_act_on_it_wait() -> None:
    report = check_law(LAND, {"land.parcel": "shared"})
    beside = {"take_up_price_list", "enter_price_notice"}  # a published list of prices touches no parcel
    assert set(report.waits) == set(LAND.procedures) - beside
    assert Reason("shared-register", "encumbrance") in report.waits["cancel_encumbrance"]
    report.raise_any()  # it waits, and is lawful


def test_what_a_charter_leaves_open_is_kept_by_its_office() -> None:
    assert check_law(LAND, {}) == check_law(LAND, {"land.parcel": "office"})


@pytest.mark.parametrize("homes", [{"land.encumbrance": "office"}, {"land.plot": "office"}, {"land.parcel": "moon"}])
def test_a_charter_chooses_only_what_the_law_leaves_open(homes: dict[str, str]) -> None:
    assert [problem.code for problem in check_law(LAND, homes).problems] == ["home-not-asked"]
    assert not check_law(LAND, {"boats.boat": "shared"}).problems


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("home: {with: box}", "home: office", Reason("index-of-other-keepers", "tags_of")),
        ("{'box': box.id}", "{'box': act.other}", Reason("index-of-other-keepers", "tags_of")),
        (
            "reds < 2 || act.colour != 'red'",
            "has(act.like) && act.like.colour == 'red'",
            Reason("record-of-another-keeper", "tag"),
        ),
        ("home: {with: box}", "home: shared", Reason("shared-register", "tag")),
    ],
)
def test_what_another_keeper_may_change_makes_an_act_wait(old: str, new: str, reason: Reason) -> None:
    text = SHELF.replace(
        "colour: {type: choice, of: [red, green]}, like",
        "other: {type: record, of: box}, colour: {type: choice, of: [red, green]}, like",
    )
    assert old in text
    report = check_law(parse_law(text.replace(old, new)), {"shelf.box": "office"})
    assert reason in report.waits["paint"]


def test_following_a_record_to_the_one_it_is_kept_with_does_not_wait() -> None:
    law = parse_law(
        SHELF.replace("procedures:", PEEL.strip("\n").replace("\n", "\n  ").join(["procedures:\n  ", ""]), 1)
    )
    assert "peel" not in check_law(law, {"shelf.box": "office"}).waits


PEEL = """
peel:
  title: {en: Peel}
  class: decision
  changes: {tag: tag}
  in_state: {tag: [fixed]}
  signed_by: {all_of: [clerk]}
  requires: [{code: shut, article: "9", outcome: refuse, rule: "tag.box.state == 'open'", says: {en: Shut.}}]
  effects: [{set: tag.colour, to: green}]
"""


# -- forms -----------------------------------------------------------------------------------------------------------


def test_a_form_asks_for_records_then_fields_in_the_laws_order() -> None:
    form = procedure_form(LAND, "transfer")
    assert [field.name for field in form][:4] == ["parcel", "ground", "from", "to"]
    parcel, ground, given = form[:3]
    assert (parcel.type, parcel.register, parcel.states, parcel.changes) == (
        "subject",
        "land.parcel",
        ("registered",),
        True,
    )
    assert (ground.choices[0].word, ground.choices[0].label) == ("sale", "Sale")
    assert (given.type, given.low, given.high, given.unique_by) == ("list", 1, 50, "entry")
    entry, part = given.of
    assert (entry.type, entry.record, entry.entries, entry.register) == ("entry_of", "parcel", "rights", "land.parcel")
    assert (part.type, part.above, part.high) == ("fraction", 0, 1)
    price = next(field for field in form if field.name == "price")
    assert (price.required, price.currencies[0], price.low) == (False, "BYN", 0)


def test_every_field_of_the_land_law_has_a_label() -> None:
    for procedure in LAND.procedures.values():
        assert all(field.label for field in procedure.fields.values()), procedure.name
        for field in procedure_form(LAND, procedure.name):
            assert field.label
            assert all(column.label != column.name for column in field.of)
    for register in LAND.registers.values():
        assert all(field.label for field in register.subject.members.values())


def test_a_language_that_the_law_lacks_falls_back_to_english() -> None:
    register = next(name for name in LAND.registers if name.startswith("enc"))
    assert [field.label for field in record_form(LAND, register, "ro")] == [
        field.label for field in record_form(LAND, f"land.{register}")
    ]


def test_an_extract_shows_its_fields_in_order() -> None:
    shown = extract_form(LAND, LAND.extracts["title"])
    assert [field.name for field in shown][:3] == ["cadastral", "state", "address"]
    assert [choice.label for choice in shown[1].choices] == ["In the register", "Ended"]


def test_typed_text_is_composed_and_trimmed() -> None:
    assert typed_text("  Cafe\u0301 ") == "Caf\u00e9"


# -- sentences -------------------------------------------------------------------------------------------------------


def test_a_sentence_of_the_law_with_its_facts() -> None:
    rejected = Rejected("parts-differ", "transfer.parts-differ", "12(1)", {"given": [1, 2], "taken": [1, 1]})
    assert rule_sentence(LAND, rejected) == "1/2 is given, 1 is taken."
    assert rule_sentence(LAND, rejected, "ka") == "1/2 is given, 1 is taken."
    assert rule_sentence(LAND, Rejected("overtaken")) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([1, 4], "1/4"),
        ([-1250, "EUR"], "-12.50 EUR"),
        ([2026, 3, 1], "2026-03-01"),
        ({"kind": "natural", "name": "Ana", "number": "1"}, "Ana"),
        (None, "–"),
        (7, "7"),
    ],
)
def test_values_in_sentences(value: Any, shown: str) -> None:
    assert show_value(value) == shown
