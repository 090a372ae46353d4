"""The engine by itself: effects, outcomes, homes, indexes, numbers, signers, traces; the same verdict everywhere."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.hashing import tagged_hash
from core.laws import Accepted, Context, Rejected, execute, key_group, parse_law
from core.laws.indexing import groups_of
from core.laws.numbers import NUMBERS_REGISTER, Pool
from core.laws.verdict import TraceStep
from core.ledger.encoding import encode
from core.ledger.record import new_record_id
from core.ledger.transaction import RecordRef, Signer, Transaction
from tests.laws.counter import HOMES, NETWORK, Counter, DictState, library_law, party
from tests.laws.test_land import deed, first, giving, right, taking

SHELF = """
law: shelf
version: 3
calendar: BY
title: {en: Shelf}
registers:
  box:
    home: by_charter
    key:
      code: {type: text, pattern: "[a-z]{1,3}", unique_while: "box.state == 'open'"}
    fields:
      owner: {type: party, optional: true}
      weight: {type: integer, min: 0, max: 100}
      things:
        type: list
        max_items: 3
        unique_by: name
        of: {name: {type: text, max_chars: 9}, count: {type: integer, min: 1, max: 9}, by: {type: act, optional: true}}
    states: {start: open, moves: {close: {from: [open], to: closed}}}
    always:
      - {code: too-heavy, article: "1", rule: "box.weight <= 50", says: {en: Too heavy.}}
  tag:
    home: {with: box}
    key: {no: {type: number}}
    fields: {box: {type: record, of: box}, colour: {type: choice, of: [red, green]}}
    states: {start: fixed}
procedures:
  pack:
    title: {en: Pack}
    class: decision
    creates: {box: box, label: tag}
    signed_by: {any_of: [clerk, registrar]}
    fields:
      code: {type: text, pattern: "[a-z]{1,3}"}
      weight: {type: integer, min: 0, max: 100}
      owner: {type: party, optional: true}
    effects:
      - {create: box, key: {code: act.code}, set: {weight: act.weight, owner: act.owner}}
      - {create: label, set: {box: box.id, colour: red}}
  rearrange:
    title: {en: Rearrange}
    class: decision
    changes: {box: box}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar]}
    fields:
      new: {type: list, max_items: 5, of: {name: {type: text, max_chars: 9}, count: {type: integer, min: 1, max: 9}}}
      out: {type: list, max_items: 5,
            of: {thing: {type: entry_of, list: box.things}, count: {type: integer, min: 1, max: 9}}}
      lost: {type: entry_of, list: box.things, optional: true}
      drop: {type: text, max_chars: 9, optional: true}
      weight: {type: integer, min: -5, max: 500}
      owner: {type: party, optional: true}
    let:
      heavy: "act.weight > 40"
    requires:
      - {code: light, article: "2", outcome: refuse, rule: "act.weight != 1", says: {en: "{act.weight} is too light."}}
      - {code: heavy, article: "3", outcome: warn, rule: "!heavy", says: {en: "Heavy: {heavy}."}}
      - {code: odd, article: "4", outcome: hold, rule: "act.weight != 3", says: {en: Three.}}
      - {code: late, article: "5", outcome: suspend, cure: {working_days: 5}, rule: "act.weight in [0, 2, 41, 60, -1]",
         says: {en: Late.}}
      - {code: presented, article: "6", outcome: without_effect, rule: "act.weight != 2", says: {en: Two.}}
      - {code: last, article: "7", outcome: refuse, rule: "act.weight != 4", says: {en: Four.}}
    effects:
      - {take: box.things, entries: act.out}
      - {give: box.things, entries: act.new, by: act}
      - {remove: box.things, each: t, where: "has(act.drop) && t.name == act.drop"}
      - {change: box.things, each: t, where: "t.count == 9", set: {count: t.count - 1}}
      - {set: box.weight, to: act.weight}
      - {set: box.owner, to: act.owner}
  lose:
    title: {en: Lose}
    class: decision
    changes: {box: box}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar], offices: any}
    fields: {thing: {type: entry_of, list: box.things}}
    effects: [{end: box.things, entry: act.thing}]
  shut:
    title: {en: Shut}
    class: decision
    changes: {box: box}
    in_state: {box: [open, closed]}
    signed_by: {all_of: [registrar]}
    effects: [{move_state: box, move: close}]
  paint:
    title: {en: Paint}
    class: decision
    reads: {box: box}
    creates: {tag: tag}
    in_state: {box: [open]}
    signed_by: {all_of: [registrar]}
    fields: {colour: {type: choice, of: [red, green]}, like: {type: record, of: tag, optional: true}}
    let:
      reds: "size(indexed('tags_of', {'box': box.id}).filter(t, t.colour == 'red'))"
    requires:
      - {code: red-enough, article: "8", outcome: refuse, rule: "reds < 2 || act.colour != 'red'",
         says: {en: "{reds} are red."}}
    effects: [{create: tag, set: {box: box.id, colour: act.colour}}]
indexes:
  tags_of: {over: tag, by: [box], max: 4}
"""
REGISTRAR = [("registrar", 0)]


@pytest.fixture(scope="module")
def law() -> Any:
    return parse_law(SHELF)


@pytest.fixture
def counter(law: Any) -> Counter:
    return Counter(law, homes={"shelf.box": "office"})


def pack(counter: Counter, code: str = "a", **other: Any) -> Any:
    return counter.enter("pack", {"code": code, "weight": 0, **other}, signers=[("clerk", 3)])


def arranged(weight: int = 0, new: Any = (), out: Any = (), **other: Any) -> dict[str, Any]:
    return {"weight": weight, "new": list(new), "out": list(out), **other}


def thing(name: str, count: int) -> dict[str, Any]:
    return {"name": name, "count": count}


def rearrange(counter: Counter, box: Any, **act: Any) -> Any:
    return counter.enter("rearrange", arranged(**act), {"box": box}, REGISTRAR)


def names(box: Any) -> list[tuple[int, str, int]]:
    return [(row["id"], row["name"], row["count"]) for row in box.fields["things"]]


# -- effects ---------------------------------------------------------------------------------------------------------


def test_create_sets_ids_numbers_keepers_and_links(counter: Counter) -> None:
    transaction = counter.transaction("pack", {"code": "a", "weight": 7}, signers=[("clerk", 3)])
    verdict = counter.put(transaction)
    assert isinstance(verdict, Accepted)
    box, tag, numbers = (change.new for change in verdict.changes)
    act_id = counter.context(transaction).transaction_id
    assert (box.id, tag.id) == (new_record_id(act_id, 0), new_record_id(act_id, 1))
    assert (box.register, box.state, box.keeper, box.version, box.last_act) == ("shelf.box", "open", 0, 1, act_id[:16])
    assert box.fields == {"weight": 7, "things": []}
    assert tag.fields == {"box": box.id, "colour": "red"}
    assert (tag.keeper, tag.key["no"].partition("-")[0]) == (0, "0/2026/000001")
    assert (numbers.register, numbers.id) == (NUMBERS_REGISTER, Pool(0, 2026).counter_id("shelf.tag.no"))
    assert numbers.fields == {"last": 1}


def test_entries_keep_their_ids_for_ever(counter: Counter) -> None:
    box = rearrange(counter, pack(counter), new=[thing("nut", 3), thing("oil", 5)])
    assert names(box) == [(1, "nut", 3), (2, "oil", 5)]
    box = rearrange(counter, box, out=[{"thing": 1, "count": 3}, {"thing": 2, "count": 1}], new=[thing("nut", 2)])
    assert names(box) == [(2, "oil", 4), (3, "nut", 2)]
    box = rearrange(counter, box, drop="nut", new=[thing("tin", 9)])
    assert names(box) == [(2, "oil", 4), (4, "tin", 9)]
    assert rearrange(counter, box).fields["things"][1]["count"] == 8
    assert box.next_entry == 5


def test_conditions_of_effects_read_the_state_before(counter: Counter) -> None:
    """`remove` finds the entry that was there, not the one of the same name that this act brings."""
    box = rearrange(counter, pack(counter), new=[thing("nut", 3)])
    assert names(rearrange(counter, box, drop="nut", new=[thing("nut", 4)])) == [(2, "nut", 4)]


def test_an_optional_field_goes_as_it_came(counter: Counter) -> None:
    box = rearrange(counter, pack(counter), owner=party("ana"))
    assert box.fields["owner"] == party("ana")
    assert "owner" not in rearrange(counter, box).fields


def test_an_entry_can_end(counter: Counter) -> None:
    box = rearrange(counter, pack(counter), new=[thing("nut", 3)])
    assert names(counter.enter("lose", {"thing": 1}, {"box": box}, REGISTRAR)) == []


@pytest.mark.parametrize(
    ("code", "field", "act"),
    [
        ("entry-too-small", "box.things", arranged(out=[{"thing": 1, "count": 4}])),
        ("list-too-long", "box.things", arranged(new=[thing(name, 1) for name in "abc"])),
        ("named-twice", "box.things.[1].name", arranged(new=[thing("nut", 1)])),
        ("out-of-bounds", "box.weight", arranged(weight=-1)),
    ],
)
def test_declared_bounds_hold_after_the_act(counter: Counter, code: str, field: str, act: dict[str, Any]) -> None:
    box = rearrange(counter, pack(counter), new=[thing("nut", 3)])
    refused = counter.refuse("rearrange", act, {"box": box}, REGISTRAR)
    assert (refused.code, refused.facts["field"].replace("things[", "things.[")) == (code, field)


@pytest.mark.parametrize("counts", [(2, 2), (3, 1)])
def test_two_rows_of_one_act_take_no_more_than_the_entry_holds(counter: Counter, counts: tuple[int, int]) -> None:
    box = rearrange(counter, pack(counter), new=[thing("nut", 3)])
    out = [{"thing": 1, "count": count} for count in counts]
    refused = counter.refuse("rearrange", arranged(out=out), {"box": box}, REGISTRAR)
    assert (refused.code, refused.facts["entry"]) == ("entry-too-small", 1)
    assert names(rearrange(counter, box, out=out[1:])) == ([(1, "nut", 2)] if counts[1] == 1 else [(1, "nut", 1)])


def test_always_is_checked_on_the_state_after(counter: Counter) -> None:
    refused = counter.refuse("rearrange", arranged(weight=60), {"box": pack(counter)}, REGISTRAR)
    assert (refused.code, refused.rule, refused.article) == ("too-heavy", "box.always.too-heavy", "1")
    assert counter.refuse("pack", {"code": "b", "weight": 51}, signers=[("clerk", 3)]).code == "too-heavy"


def test_a_move_from_another_state_is_refused(counter: Counter) -> None:
    box = counter.enter("shut", {}, {"box": pack(counter)}, REGISTRAR)
    assert counter.refuse("shut", {}, {"box": box}, REGISTRAR).facts["state"] == "closed"


# -- outcomes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "outcome", "codes"),
    [
        (0, "entered", []),
        (41, "warned", ["heavy"]),
        (5, "suspended", ["late"]),
        (2, "without_effect", ["presented"]),
        (3, "held", ["odd", "late"]),
        (45, "suspended", ["heavy", "late"]),
    ],
)
def test_the_gravest_condition_gives_the_outcome(counter: Counter, weight: int, outcome: str, codes: list[str]) -> None:
    box = pack(counter)
    verdict = counter.put(counter.transaction("rearrange", arranged(weight), {"box": box}, REGISTRAR))
    assert isinstance(verdict, Accepted)
    assert (verdict.outcome, [finding.code for finding in verdict.findings]) == (outcome, codes)
    kept = counter.state.record(box.id)
    assert kept is not None
    assert kept.version == (2 if outcome in ("entered", "warned") else 1)


def test_a_refusal_ends_the_act_even_after_one_that_suspends(counter: Counter) -> None:
    refused = counter.refuse("rearrange", arranged(4), {"box": pack(counter)}, REGISTRAR)
    assert (refused.code, refused.rule, refused.article) == ("last", "rearrange.last", "7")


def test_facts_are_what_the_sentence_inserts(counter: Counter) -> None:
    refused = counter.refuse("rearrange", arranged(1), {"box": pack(counter)}, REGISTRAR)
    assert refused.facts == {"act.weight": 1}


# -- records and homes -----------------------------------------------------------------------------------------------


def test_shared_records_have_no_keeper(law: Any) -> None:
    shared = Counter(law, homes={"shelf.box": "shared"})
    box = pack(shared)
    assert box.keeper is None
    other = Counter(law, shared.state, author=1, homes=shared.homes)
    assert other.enter("shut", {}, {"box": box}, REGISTRAR).keeper is None


def test_records_are_named_exactly(counter: Counter) -> None:
    box = pack(counter)
    assert counter.refuse("shut", {}, {}, REGISTRAR).code == "records-differ"
    assert counter.refuse("shut", {}, {"box": box, "more": box}, REGISTRAR).code == "records-differ"
    tag = counter.state.record(counter.state.find("shelf.tags_of", encode([box.id]), 1)[0])
    assert tag is not None
    assert counter.refuse("shut", {}, {"box": tag}, REGISTRAR).code == "no-such-record"


def test_the_version_and_the_act_that_wrote_it_must_both_be_those_seen(counter: Counter) -> None:
    """On the other branch of a fork the version number is the same; the act is not."""
    box = pack(counter)
    transaction = counter.transaction("shut", {}, {"box": box}, REGISTRAR)
    for ref in (RecordRef(box.id, 2, box.last_act), RecordRef(box.id, 1, bytes(16))):
        forged = Transaction(**{**fields_of(transaction), "changes": {"box": ref}})
        verdict = counter.judge(forged)
        assert isinstance(verdict, Rejected)
        assert (verdict.code, verdict.winner) == ("overtaken", box.last_act)


def fields_of(transaction: Transaction) -> dict[str, Any]:
    return {name: getattr(transaction, name) for name in Transaction.__dataclass_fields__}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("law-not-in-force", {"law": "shelves"}),
        ("law-not-in-force", {"law_version": 2}),
        ("unknown-procedure", {"procedure": "burn"}),
        ("requests-not-asked", {"requests": (b"x",)}),
        ("no-such-record", {"changes": {"box": RecordRef(bytes(16), 1, bytes(16))}}),
    ],
)
def test_what_fits_no_law_is_rejected(counter: Counter, code: str, change: dict[str, Any]) -> None:
    transaction = counter.transaction("shut", {}, {"box": pack(counter)}, REGISTRAR)
    verdict = counter.judge(Transaction(**{**fields_of(transaction), **change}))
    assert isinstance(verdict, Rejected)
    assert verdict.code == code


def test_a_reference_to_a_record_must_exist(counter: Counter) -> None:
    box = pack(counter)
    act = {"colour": "green", "like": bytes(16)}
    assert counter.refuse("paint", act, {"box": box}, REGISTRAR).code == "no-such-record"
    act["like"] = box.id
    assert counter.refuse("paint", act, {"box": box}, REGISTRAR).code == "no-such-record"


def test_any_of_and_offices(law: Any, counter: Counter) -> None:
    act = {"code": "b", "weight": 0}
    assert counter.refuse("pack", act, signers=[("notary", 1)]).code == "role-not-asked"
    box = rearrange(counter, pack(counter), new=[thing("nut", 3)])
    transaction = counter.transaction("shut", {}, {"box": box}, REGISTRAR)
    away = Transaction(**{**fields_of(transaction), "signers": (Signer(1, 0, "registrar"),)})
    verdict = counter.judge(away)
    assert isinstance(verdict, Rejected)
    assert (verdict.code, verdict.facts["office"]) == ("signer-of-another-office", 1)
    lost = counter.transaction("lose", {"thing": 1}, {"box": box}, REGISTRAR)
    signers = (Signer(0, 0, "registrar"), Signer(1, 0, "registrar"))
    assert isinstance(counter.judge(Transaction(**{**fields_of(lost), "signers": signers})), Accepted)
    foreign = counter.judge(Transaction(**{**fields_of(lost), "signers": signers[::-1]}))  # the other's to enclose
    assert isinstance(foreign, Rejected)
    assert foreign.code == "signer-of-another-office"


# -- indexes, keys, numbers ------------------------------------------------------------------------------------------


def test_a_full_index_refuses_one_more(counter: Counter) -> None:
    box = pack(counter)
    for _ in range(3):
        counter.enter("paint", {"colour": "green"}, {"box": box}, REGISTRAR)
    refused = counter.refuse("paint", {"colour": "green"}, {"box": box}, REGISTRAR)
    assert (refused.code, refused.facts) == ("index-full", {"index": "shelf.tags_of", "most": 4})


def test_readers_see_the_state_before_the_act(counter: Counter) -> None:
    box = pack(counter)
    counter.enter("paint", {"colour": "red"}, {"box": box}, REGISTRAR)
    refused = counter.refuse("paint", {"colour": "red"}, {"box": box}, REGISTRAR)
    assert (refused.code, refused.facts) == ("red-enough", {"reds": 2})


def test_a_unique_key_holds_for_each_keeper(law: Any, counter: Counter) -> None:
    box = pack(counter)
    refused = counter.refuse("pack", {"code": "a", "weight": 0}, signers=[("clerk", 3)])
    assert (refused.code, refused.winner, refused.facts["value"]) == ("key-taken", box.last_act, "a")
    pack(Counter(law, counter.state, author=1, homes=counter.homes))
    assert counter.state.find("shelf.box.code", key_group(0, "a"), 5) == [box.id]


def test_indexes_by_delta_equal_indexes_from_scratch(law: Any, counter: Counter) -> None:
    boxes = [pack(counter, code) for code in "abc"]
    for box in boxes[:2]:
        counter.enter("paint", {"colour": "green"}, {"box": box}, REGISTRAR)
    counter.enter("shut", {}, {"box": boxes[0]}, REGISTRAR)
    scratch: dict[tuple[str, bytes], set[bytes]] = {}
    for record_id in counter.state.records:
        record = counter.state.record(record_id)
        assert record is not None
        if record.register != NUMBERS_REGISTER:
            for index, group in groups_of(law.by_full_name[record.register], record):
                scratch.setdefault((index, encode(group)), set()).add(record_id)
    assert {group: ids for group, ids in counter.state.groups.items() if ids} == scratch


def test_each_keeper_counts_its_own_numbers(law: Any, counter: Counter) -> None:
    pack(counter)
    other = Counter(law, counter.state, author=1, homes=counter.homes)
    pack(other)
    tags = [
        record
        for record in map(counter.state.record, counter.state.records)
        if record and record.register.endswith("tag")
    ]
    assert sorted(tag.key["no"].partition("-")[0] for tag in tags) == ["0/2026/000001", "1/2026/000001"]


def test_a_year_that_no_calendar_has_gives_no_number(counter: Counter) -> None:
    act = {"code": "a", "weight": 0}
    assert counter.refuse("pack", act, signers=[("clerk", 3)], claimed_ms=2**62).code == "impossible-time"


# -- traces and determinism ------------------------------------------------------------------------------------------


def test_the_trace_tells_lets_pieces_and_verdicts(counter: Counter) -> None:
    box = pack(counter)
    verdict = counter.judge(counter.transaction("rearrange", arranged(4), {"box": box}, REGISTRAR), trace=True)
    assert isinstance(verdict, Rejected)
    assert verdict.trace[:4] == (
        TraceStep("let", "heavy", False),
        TraceStep("rearrange.light", "act.weight", 4),
        TraceStep("rearrange.light", "act.weight != 1", True),
        TraceStep("rearrange.heavy", "heavy", False),
    )
    assert verdict.trace[-1] == TraceStep("rearrange.last", "act.weight != 4", False)
    encode([[step.rule, step.text, step.value] for step in verdict.trace])


def test_a_trace_changes_no_verdict(counter: Counter) -> None:
    box = pack(counter)
    for weight in (0, 1, 3, 4, 5, 41, 60):
        transaction = counter.transaction("rearrange", arranged(weight), {"box": box}, REGISTRAR)
        plain, traced = counter.judge(transaction), counter.judge(transaction, trace=True)
        assert type(plain) is type(traced)
        if isinstance(plain, Accepted) and isinstance(traced, Accepted):
            assert (plain.outcome, plain.changes, plain.findings) == (traced.outcome, traced.changes, traced.findings)


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.laws.test_execution import fingerprint
print(fingerprint().hex())
"""


def fingerprint() -> bytes:
    """The hash of everything that a short story leaves behind."""
    counter = Counter(parse_law(SHELF), homes={"shelf.box": "office"})
    box = rearrange(counter, pack(counter, owner=party("ana")), new=[thing("nut", 3), thing("oil", 9)])
    for colour in ("green", "red"):
        counter.enter("paint", {"colour": colour}, {"box": box}, REGISTRAR)
    refused = counter.judge(counter.transaction("rearrange", arranged(1), {"box": box}, REGISTRAR), trace=True)
    records = [counter.state.records[record] for record in sorted(counter.state.records)]
    groups = sorted([index, group, *sorted(ids)] for (index, group), ids in counter.state.groups.items())
    said = [refused.code, [[step.rule, step.text, step.value] for step in refused.trace]]
    return tagged_hash("test", encode([records, groups, said]))


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_the_same_story_leaves_the_same_bytes_in_every_process(seed: str) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root)],
        env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Tbilisi"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == fingerprint().hex()


INNER_NAMES = st.sampled_from(["kind", "name", "number", "answer", "by", "entry", "part", "digest"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5) | st.binary(max_size=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER_NAMES, inner, max_size=4),
    max_leaves=8,
)
LAND = library_law("land")
FIELD_NAMES = sorted({name for procedure in LAND.procedures.values() for name in procedure.fields})


@settings(max_examples=150)
@given(st.sampled_from(sorted(LAND.procedures)), st.dictionaries(st.sampled_from(FIELD_NAMES), VALUES, max_size=6))
def test_no_act_makes_execution_raise(procedure: str, act: dict[str, Any]) -> None:
    """Whatever a received block holds comes to a verdict."""
    refs = {name: RecordRef(bytes(16), 1, bytes(16)) for name in LAND.procedures[procedure].referenced}
    signers = (Signer(0, 0, "registrar"),)
    transaction = Transaction("land", 1, procedure, refs, act, signers, 0, bytes(8))
    context = Context(NETWORK, 0, 0, bytes(32), Counter.roles, HOMES)
    assert isinstance(execute(DictState(), transaction, LAND, context, trace=True), Rejected)


DEED = deed([giving(1, 1, 2), giving(2, 1, 4)], [taking("eka", 1, 2), taking("ion", 1, 4)], co_owners_waiver=None)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The way to every value inside an act."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(), *((step, *rest) for step, inner in steps for rest in places(inner))]


def altered(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = altered(value[place[0]], place[1:], new)
    return copy


@settings(max_examples=200)
@given(st.sampled_from(places(DEED)[1:]), VALUES)
def test_no_alteration_of_a_good_act_makes_execution_raise(place: tuple[Any, ...], new: Any) -> None:
    counter = Counter(LAND)
    rights = [right("ana", 1, 2), right("bob", 1, 2)]
    parcel = counter.enter("first_registration", first(*rights), signers=REGISTRAR)
    transaction = counter.transaction("transfer", DEED, {"parcel": parcel})
    forged = Transaction(**{**fields_of(transaction), "act": altered(DEED, place, new)})
    verdict = counter.judge(forged)
    if isinstance(verdict, Accepted):
        for change in verdict.changes:
            assert change.new.version == 2
            assert sum(Fraction(*entry["part"]) for entry in change.new.fields["rights"]) == 1
