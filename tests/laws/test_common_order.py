"""The common order at the counter: acts that had not seen each other, what waits for it, and records that move."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from core.errors import MunimentError
from core.laws import Accepted, Law, Rejected, check_law, fits, parse_law
from core.laws.indexing import groups_of
from core.laws.law_check import Reason
from core.ledger.encoding import decode, encode
from core.ledger.record import MAX_HELD_ACTS, Record, decode_record, encode_record
from core.ledger.transaction import Transaction
from tests.laws.counter import LIBRARY, Counter, DictState, document, library_law, placed
from tests.laws.test_execution import SHELF
from tests.laws.test_land import (
    BOB,
    OWN,
    REGISTRAR,
    attested,
    deed,
    encumbrance,
    first,
    giving,
    holdings,
    registered,
    right,
    taking,
)

LAND_TEXT = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
LAND = library_law("land")
BY_ORDER = parse_law(LAND_TEXT.replace("when_unseen: hold", "when_unseen: order"))
SHARED = {"land.parcel": "shared"}
CLERK = [("clerk", 3)]
CANCEL = {"ground": "court_order", "basis": document("c")}


def offices(law: Law = LAND, homes: Any = None) -> tuple[Counter, Counter, Counter]:
    """Three offices over one state."""
    state = DictState()
    one, two, three = (Counter(law, state, number, number * 1000, homes or SHARED) for number in range(3))
    return one, two, three


def sale(office: Counter, parcel: Record, buyer: str, **other: Any) -> Transaction:
    act = deed(OWN, [taking(buyer, 1, 1)], **{"spouse_consent": {"answer": "given", "by": [office.author, 1]}, **other})
    return office.transaction("transfer", act, {"parcel": parcel})


def id_of(office: Counter, act: Transaction) -> bytes:
    return office.context(act).transaction_id


def ended(verdict: Accepted | Rejected) -> tuple[str, bool]:
    """What became of an act, and whether only an anchor decides it."""
    return (verdict.outcome if isinstance(verdict, Accepted) else verdict.code, verdict.shared)


# -- one parcel sold at two offices ---------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [(0, 1), (1, 0)])
def test_two_sales_that_had_not_seen_each_other_are_both_held(turn: tuple[int, int]) -> None:
    one, two, _ = offices()
    parcel = registered(one)
    sales = [(one, sale(one, parcel, "bob")), (two, sale(two, parcel, "eka"))]
    (office, act), (other, late) = sales[turn[0]], sales[turn[1]]
    assert ended(office.put(act, placed(id_of(other, late)))) == ("entered", True)
    held = other.put(late, placed(id_of(office, act)))
    assert isinstance(held, Accepted)
    assert (*ended(held), [finding.code for finding in held.findings]) == ("held", True, ["held-together"])
    assert held.findings[0].facts == {"record": "parcel", "winner": id_of(office, act)[:16], "unseen": True}
    present = one.state.record(parcel.id)
    assert present is not None
    assert present.pending == {"acts": [id_of(office, act)[:16], id_of(other, late)[:16]]}
    assert (present.version, present.last_act) == (3, id_of(other, late)[:16])
    assert holdings(present) == [(2, ["bob", "eka"][turn[0]], [1, 1])]


@pytest.mark.parametrize("turn", [(0, 1), (1, 0)])
def test_where_the_law_lets_the_order_decide_the_second_is_overtaken(turn: tuple[int, int]) -> None:
    one, two, _ = offices(BY_ORDER)
    parcel = registered(one)
    sales = [(one, sale(one, parcel, "bob")), (two, sale(two, parcel, "eka"))]
    (office, act), (other, late) = sales[turn[0]], sales[turn[1]]
    office.put(act, placed())
    refused = other.put(late, placed(id_of(office, act)))
    assert isinstance(refused, Rejected)
    assert (*ended(refused), refused.winner) == ("overtaken", True, id_of(office, act)[:16])
    assert refused.facts["unseen"] is True
    assert one.state.record(parcel.id).version == 2  # type: ignore[union-attr]  # it is there


def test_who_had_seen_the_first_is_overtaken_and_holds_nothing() -> None:
    one, two, _ = offices()
    parcel = registered(one)
    act, late = sale(one, parcel, "bob"), sale(two, parcel, "eka")
    one.put(act, placed())
    for order in (placed(), None):  # an act that has no place yet is only predicted
        refused = two.put(late, order)
        assert isinstance(refused, Rejected)
        assert (*ended(refused), "unseen" in refused.facts) == ("overtaken", True, False)


def test_an_act_that_its_signers_could_not_make_holds_nothing() -> None:
    one, two, _ = offices()
    parcel = registered(one)
    act = sale(one, parcel, "bob")
    late = two.transaction("transfer", sale(two, parcel, "eka").act, {"parcel": parcel}, REGISTRAR)
    one.put(act, placed())
    assert ended(two.put(late, placed(id_of(one, act)))) == ("role-missing", True)


def test_every_order_of_three_unseen_sales_ends_in_one_entered_and_two_held() -> None:
    for turns in permutations(range(3)):
        counters = offices()
        parcel = registered(counters[0])
        acts = [sale(office, parcel, f"buyer-{office.author}") for office in counters]
        ids = [id_of(office, act) for office, act in zip(counters, acts, strict=True)]
        outcomes = [ended(counters[number].put(acts[number], placed(*ids)))[0] for number in turns]
        assert outcomes == ["entered", "held", "held"]
        present = counters[0].state.record(parcel.id)
        assert present is not None
        assert present.pending == {"acts": [ids[number][:16] for number in turns]}
        assert holdings(present) == [(2, f"buyer-{turns[0]}", [1, 1])]


def test_so_many_acts_are_held_together_and_no_more() -> None:
    one, two, _ = offices()
    parcel = registered(one)
    acts = [sale(two, parcel, f"buyer-{number}") for number in range(MAX_HELD_ACTS + 1)]
    ids = [id_of(two, act) for act in acts]
    outcomes = [ended(two.put(act, placed(*ids)))[0] for act in acts]
    assert outcomes == ["entered", *["held"] * (MAX_HELD_ACTS - 1), "overtaken"]


def held_parcel(one: Counter, two: Counter) -> Record:
    parcel = registered(one)
    act = sale(one, parcel, "bob")
    one.put(act, placed())
    held = two.put(sale(two, parcel, "eka"), placed(id_of(one, act)))
    assert isinstance(held, Accepted)
    return held.changes[0].new


def test_nothing_disposes_of_a_held_parcel_until_it_is_decided() -> None:
    one, two, three = offices()
    parcel = held_parcel(one, two)
    again = three.transaction("transfer", deed([giving(2, 1, 1)], [taking("ion", 1, 1)]), {"parcel": parcel})
    refused = three.put(again, placed())
    assert isinstance(refused, Rejected)
    assert (*ended(refused), refused.winner) == ("record-held", True, parcel.last_act)
    assert refused.facts["acts"] == parcel.pending["acts"]  # type: ignore[index]  # it is held
    assert three.refuse("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR).code == "record-held"


@pytest.mark.parametrize(
    ("decision", "given", "taken", "left"),
    [
        ("first_stands", [], [], [(2, "bob")]),
        ("second_instead", [giving(2, 1, 1)], [taking("eka", 1, 1)], [(3, "eka")]),
        ("neither", [giving(2, 1, 1)], [taking("ana", 1, 1)], [(3, "ana")]),
    ],
)
def test_a_decision_ends_the_hold(decision: str, given: Any, taken: Any, left: list[tuple[int, str]]) -> None:
    one, two, _ = offices()
    parcel = held_parcel(one, two)
    act = {"decision": decision, "from": given, "to": taken, "basis": document("court")}
    decided = one.enter("decide_held", act, {"parcel": parcel})
    assert (decided.pending, decided.version) == (None, 4)
    assert [(number, holder) for number, holder, _ in holdings(decided)] == left
    assert one.refuse("decide_held", act, {"parcel": decided}).code == "not-held"
    (number, _) = left[0]
    assert one.enter("transfer", deed([giving(number, 1, 1)], [taking("ion", 1, 1)]), {"parcel": decided}).version == 5


def test_two_first_registrations_of_one_parcel_are_held() -> None:
    one, two, _ = offices(parse_law(LAND_TEXT))
    mine = one.transaction("first_registration", first(right("ana", 1, 1)), signers=REGISTRAR)
    other = two.transaction("first_registration", first(right("eka", 1, 1)), signers=REGISTRAR)
    entered = one.put(mine, placed())
    assert isinstance(entered, Accepted)
    held = two.put(other, placed(id_of(one, mine)))
    assert isinstance(held, Accepted)
    assert (ended(held), held.changes[0].new.id) == (("held", True), entered.changes[0].new.id)
    assert held.changes[0].new.pending == {"acts": [id_of(one, mine)[:16], id_of(two, other)[:16]]}
    seen = two.transaction("first_registration", first(right("ion", 1, 1)), signers=REGISTRAR)
    assert ended(two.put(seen, placed())) == ("key-taken", True)


def test_whoever_had_seen_a_registration_does_not_hold_it_by_its_later_sale() -> None:
    one, two, _ = offices()
    parcel = registered(one)
    act = sale(one, parcel, "bob")
    one.put(act, placed())
    again = two.transaction("first_registration", first(right("eka", 1, 1)), signers=REGISTRAR)
    assert ended(two.put(again, placed(id_of(one, act)))) == ("key-taken", True)


# -- equal rank -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mortgage_first", [True, False])
def test_a_mortgage_and_a_sale_that_had_not_seen_each_other_both_stand(mortgage_first: bool) -> None:
    one, two, _ = offices()
    parcel = registered(one)
    act = sale(one, parcel, "bob")
    owner = {"answer": "given", "by": [1, 1]}
    mortgage = two.transaction("encumber", encumbrance(owner_consent=owner), {"parcel": parcel}, REGISTRAR)
    if mortgage_first:
        assert ended(two.put(mortgage, placed(id_of(one, act)))) == ("entered", True)
        act_again = one.put(act, placed(id_of(two, mortgage)))
        assert ended(act_again) == ("suspended", True)  # the creditor's consent: the mortgage is there
        return
    assert ended(one.put(act, placed(id_of(two, mortgage)))) == ("entered", True)
    entered = two.put(mortgage, placed(id_of(one, act)))
    assert isinstance(entered, Accepted)
    assert (ended(entered), [finding.code for finding in entered.findings]) == (("warned", True), ["equal-rank"])
    assert entered.findings[0].facts["winner"] == id_of(one, act)[:16]
    assert entered.changes[0].new.fields["parcel"] == parcel.id


HOLDS = "    class: order\n    changes: {parcel: parcel}\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("when_unseen: hold", "when_unseen: equal_rank", "equal-rank-of-what"),
        (HOLDS, HOLDS.replace("order", "fact") + "    when_unseen: order\n", "fact-refused"),
        ("{release: parcel, to: act.to}", "{release: parcel, to: parcel.id}", "mixed-types"),
        ("home: by_charter", "home: shared", "keeper-not-moved"),
        ("  all_on: {over: encumbrance, by: [parcel], max: 1000}", "", "kept-with-not-indexed"),
        ("{settle: parcel}", "{settle: nothing}", "unknown-record"),
    ],
)
def test_a_law_is_refused_that_says_what_cannot_be(old: str, new: str, code: str) -> None:
    assert old in LAND_TEXT
    with pytest.raises(MunimentError) as refused:
        parse_law(LAND_TEXT.replace(old, new))
    assert code in {error["code"] for error in refused.value.facts["errors"]}


# -- what waits -----------------------------------------------------------------------------------------------------


def test_a_keepers_act_waits_for_nobody_and_a_shared_one_does() -> None:
    for homes, shared in (({"land.parcel": "office"}, False), (SHARED, True)):
        one, _, _ = offices(homes=homes)
        parcel = registered(one)
        verdict = one.judge(sale(one, parcel, "bob"))
        assert (verdict.shared, verdict.touched == frozenset()) == (shared, not shared)
        overtaken = one.judge(sale(one, replace(parcel, version=7), "bob"))
        assert ended(overtaken) == ("overtaken", shared)
    assert ended(one.judge(one.transaction("transfer", {}, {"parcel": parcel}))) == ("field-missing", False)


def test_what_hangs_on_another_office_is_not_decided_before_the_order() -> None:
    one, two, _ = offices(homes={"land.parcel": "office"})
    parcel = registered(one)
    assert ended(two.judge(sale(two, parcel, "bob"))) == ("not-keeper", True)
    nowhere = replace(parcel, id=b"\7" * 16)
    assert ended(one.judge(sale(one, nowhere, "bob"))) == ("no-such-record", True)


def test_a_later_act_of_the_chain_waits_with_what_it_builds_on() -> None:
    one, _, _ = offices(homes={"land.parcel": "office"})
    parcel, other = registered(one), registered(one, cadastral="0000000002")
    entry = one.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR)
    waiting = frozenset({parcel.id})
    assert one.judge(sale(one, parcel, "bob"), waiting=waiting).touched >= waiting
    assert one.judge(one.transaction("cancel_encumbrance", CANCEL, {"entry": entry}, REGISTRAR), waiting=waiting).shared
    assert not one.judge(sale(one, other, "bob"), waiting=waiting).shared
    numbers = frozenset({b"land.encumbrance"})  # an entry that may yet not come to be leaves no number free
    mortgage = one.transaction("encumber", encumbrance(), {"parcel": other}, REGISTRAR)
    assert one.judge(mortgage, waiting=numbers).shared
    assert not one.judge(sale(one, other, "bob"), waiting=numbers).shared


def test_an_index_of_many_keepers_makes_those_wait_who_write_it() -> None:
    text = SHELF.replace("indexes:\n", "indexes:\n  by_weight: {over: box, by: [weight], max: 3}\n")
    counter = Counter(parse_law(text), homes={"shelf.box": "office"})
    act = counter.transaction("pack", {"code": "a", "weight": 0}, signers=[("clerk", 3)])
    assert counter.judge(act).shared
    assert [why.name for why in counter.law.procedures["rearrange"].reasons] == ["by_weight"]
    assert not counter.law.procedures["shut"].reasons


WEIGH = """
  weigh:
    title: {en: Weigh}
    class: decision
    changes: {own: box}
    reads: {other: box}
    in_state: {own: [open], other: [open]}
    signed_by: {all_of: [registrar]}
    effects: [{set: own.weight, to: other.weight}]
indexes:
"""


def test_a_thing_of_another_keeper_may_be_read() -> None:
    law = parse_law(SHELF.replace("\nindexes:\n", WEIGH))
    state = DictState()
    one, two = (Counter(law, state, number, number * 1000, {"shelf.box": "office"}) for number in range(2))
    mine, same = (one.enter("pack", {"code": code, "weight": 0}, signers=CLERK) for code in ("a", "c"))
    other = two.enter("pack", {"code": "b", "weight": 7}, signers=CLERK)
    for box, shared in ((other, True), (same, False)):
        verdict = one.judge(one.transaction("weigh", {}, {"own": mine, "other": box}, REGISTRAR))
        assert ended(verdict) == ("entered", shared)
    assert check_law(law, {}).may_wait["weigh"] == (Reason("read-elsewhere", "other"),)
    assert ended(two.judge(two.transaction("weigh", {}, {"own": mine, "other": other}, REGISTRAR))) == (
        "not-keeper",
        True,
    )


# -- a record that is held and a fact -------------------------------------------------------------------------------


def test_a_fact_on_a_held_record_is_held_too() -> None:
    text = SHELF.replace("title: {en: Shut}\n    class: decision", "title: {en: Shut}\n    class: fact")
    state = DictState()
    one, two, three = (Counter(parse_law(text), state, number, homes={"shelf.box": "shared"}) for number in range(3))
    box = one.enter("pack", {"code": "a", "weight": 0}, signers=[("clerk", 3)])
    mine = one.transaction("shut", {}, {"box": box}, REGISTRAR)
    other = two.transaction("shut", {}, {"box": box}, REGISTRAR, claimed_ms=1)
    assert ended(one.put(mine, placed())) == ("entered", True)
    held = two.put(other, placed(id_of(one, mine)))
    assert isinstance(held, Accepted)
    third = three.put(three.transaction("shut", {}, {"box": held.changes[0].new}, REGISTRAR), placed())
    assert isinstance(third, Accepted)
    assert (ended(third), third.findings[0].code) == (("held", True), "record-held")
    assert [change.new.register for change in third.changes] == ["#undecided"]  # the record is untouched


# -- from keeper to keeper ------------------------------------------------------------------------------------------


def moved(one: Counter, cadastral: str = "0000000001") -> tuple[Record, list[Record]]:
    """A parcel released by its office, with a standing and a cancelled entry."""
    parcel = registered(one, cadastral=cadastral)
    entries = [one.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR) for _ in range(2)]
    entries[1] = one.enter("cancel_encumbrance", CANCEL, {"entry": entries[1]}, REGISTRAR)
    released = one.put(one.transaction("release", {"to": 1}, {"parcel": parcel}, REGISTRAR))
    assert isinstance(released, Accepted)
    assert (ended(released), released.changes[0].new.pending) == (("entered", False), {"to": 1})
    return released.changes[0].new, entries


def test_a_parcel_passes_to_another_office_with_all_that_stands_on_it() -> None:
    one, two, three = offices(homes={"land.parcel": "office"})
    parcel, entries = moved(one)
    accept = two.transaction("accept", {}, {"parcel": parcel}, REGISTRAR)
    assert ended(two.judge(accept)) == ("entered", True)  # predicted
    assert ended(two.judge(accept, order=placed(settled=False))) == ("release-not-final", True)
    assert ended(three.judge(three.transaction("accept", {}, {"parcel": parcel}, REGISTRAR))) == ("not-keeper", True)
    accepted = two.put(accept, placed())
    assert isinstance(accepted, Accepted)
    assert {change.new.id for change in accepted.changes} == {parcel.id, *(entry.id for entry in entries)}
    for change in accepted.changes:
        assert change.old is not None
        assert (change.new.keeper, change.new.pending, change.new.version) == (1, None, change.old.version + 1)
    assert_indexes_whole(one)
    now = accepted.changes[0].new
    assert one.refuse("release", {"to": 1}, {"parcel": now}, REGISTRAR).code == "not-keeper"
    act = deed(OWN, BOB, creditor_consent=attested("given"))
    assert one.refuse("transfer", act, {"parcel": now}).code == "not-keeper"
    act = deed(OWN, BOB, creditor_consent=attested("given"))
    assert ended(two.put(two.transaction("transfer", act, {"parcel": now}))) == ("entered", False)


def assert_indexes_whole(counter: Counter) -> None:
    """The indexes are what all records together give."""
    found: dict[tuple[str, bytes], set[bytes]] = {}
    for record_id in counter.state.records:
        record = counter.state.record(record_id)
        assert record is not None
        register = counter.law.by_full_name.get(record.register)
        for index, group in groups_of(register, record) if register else ():
            found.setdefault((index, encode(group)), set()).add(record_id)
    assert {group: held for group, held in counter.state.groups.items() if held} == found


def test_what_is_on_its_way_is_written_by_nobody() -> None:
    one, two, _ = offices(homes={"land.parcel": "office"})
    parcel, entries = moved(one)
    for procedure, act, named in (
        ("transfer", deed(OWN, BOB), {"parcel": parcel}),
        ("encumber", encumbrance(), {"parcel": parcel}),
        ("cancel_encumbrance", CANCEL, {"entry": entries[0]}),
    ):
        signers = [("registrar", 0), ("notary", 1)] if procedure == "transfer" else REGISTRAR
        refused = one.refuse(procedure, act, named, signers)
        assert (refused.code, refused.facts["office"]) == ("record-released", 1)
    assert two.refuse("cancel_encumbrance", CANCEL, {"entry": entries[0]}, REGISTRAR).code == "not-keeper"
    back = one.put(one.transaction("release", {"to": 0}, {"parcel": parcel}, REGISTRAR))
    assert isinstance(back, Accepted)
    # Whether the other office has accepted before, only the common order tells.
    assert (ended(back), back.changes[0].new.pending) == (("entered", True), None)
    now = back.changes[0].new
    assert two.refuse("accept", {}, {"parcel": now}, REGISTRAR).code == "not-keeper"
    assert one.refuse("accept", {}, {"parcel": now}, REGISTRAR).code == "not-released"
    assert one.refuse("release", {"to": 0}, {"parcel": now}, REGISTRAR).code == "already-keeper"


def test_a_shared_parcel_has_no_keeper_to_move() -> None:
    one, _, _ = offices()
    assert one.refuse("release", {"to": 1}, {"parcel": registered(one)}, REGISTRAR).code == "kept-by-all"


def test_a_number_that_the_new_office_has_given_already_stops_the_move() -> None:
    one, two, _ = offices(homes={"land.parcel": "office"})
    parcel, _ = moved(one)
    registered(two)
    assert two.refuse("accept", {}, {"parcel": parcel}, REGISTRAR).code == "key-taken"


def test_whether_a_number_is_free_again_hangs_on_the_office_that_accepts() -> None:
    one, two, _ = offices(homes={"land.parcel": "office"})
    again = one.transaction("first_registration", first(right("ana", 1, 1)), signers=REGISTRAR)
    registered(one)
    assert ended(one.judge(again)) == ("key-taken", False)
    parcel, _ = moved(one, "0000000002")
    again = one.transaction("first_registration", first(right("ana", 1, 1), cadastral="0000000002"), signers=REGISTRAR)
    assert ended(one.judge(again)) == ("key-taken", True)
    two.put(two.transaction("accept", {}, {"parcel": parcel}, REGISTRAR), placed())
    assert ended(one.judge(again)) == ("entered", False)


AT_ONCE = {"note_sale", "transfer", "inherit", "encumber", "split_parcel", "end_parcel", "release"}
BY_DAY_BOOK = {"lodge", "lodge_reserved", "reserve", "enter_transfer", "enter_encumbrance"}
PUT_RIGHT = {"annul", "decide_later_right"} | {
    f"correct_{road}" for road in ("slip", "with_consent", "by_authority", "by_court")
}


def test_what_may_be_done_with_a_record_as_it_stands() -> None:
    one, _, _ = offices(homes={"land.parcel": "office"})
    released, _ = moved(one)
    held = replace(released, keeper=None, pending={"acts": [bytes(16), b"\1" * 16]})
    for record, office, possible in (
        (replace(released, pending=None), 0, AT_ONCE | BY_DAY_BOOK | PUT_RIGHT),
        (released, 0, {"release"}),
        (released, 1, {"accept"}),
        (held, 1, {"decide_held"}),
        (replace(held, state="ended"), 1, set()),
    ):
        found = {name for name, one in LAND.procedures.items() if fits(one, "parcel", record, office)}
        assert found == possible


# -- time -----------------------------------------------------------------------------------------------------------

TIMELY = """
law: timely
version: 1
calendar: BY
title: {en: Terms}
registers:
  file:
    home: office
    key: {code: {type: text, pattern: "[a-z]{1,3}"}}
    fields: {until: {type: day, precision: day}}
    states: {start: open}
procedures:
  open:
    title: {en: Open}
    class: decision
    creates: {file: file}
    signed_by: {any_of: [clerk]}
    fields: {code: {type: text, pattern: "[a-z]{1,3}"}, until: {type: day, precision: day}, n: {type: integer, min: -9, max: 9}}
    effects: [{create: file, key: {code: act.code}, set: {until: "add_months(act.until, act.n)"}}]
  lodge:
    title: {en: Lodge}
    class: decision
    changes: {file: file}
    in_state: {file: [open]}
    signed_by: {any_of: [clerk]}
    requires:
      - {code: too-late, article: "1", outcome: refuse, rule: "surely_by(file.until)", says: {en: Too late.}}
  amend:
    title: {en: Amend}
    class: decision
    changes: {file: file}
    in_state: {file: [open]}
    signed_by: {any_of: [clerk]}
    requires:
      - {code: stand-still, article: "2", outcome: suspend, cure: {working_days: 5},
         rule: "!surely_by(add_days(file.until, -1)) && surely_after(file.until)", says: {en: Wait.}}
"""
DAY = 86_400_000
ALWAYS = """states: {start: open}
    always: [{code: a, article: "1", rule: "surely_by(file.until)", says: {en: A.}}]"""
LET = """    let: {late: "surely_after(file.until)"}
    requires:
      - {code: too-late"""
UNTIL = 20_000 * DAY  # 2024-10-04 begins


@pytest.mark.parametrize(
    ("bounds", "spread", "outcome"),
    [
        ((UNTIL, UNTIL + DAY - 1), 0, "entered"),
        ((0, UNTIL + DAY), 0, "held"),
        ((UNTIL + DAY - 1, UNTIL + DAY), 0, "held"),
        ((UNTIL + DAY, UNTIL + 2 * DAY), 0, "too-late"),
        ((UNTIL, UNTIL), DAY + 1, "held"),
        ((UNTIL + 9 * DAY, UNTIL + 9 * DAY), DAY + 1, "held"),
    ],
)
def test_a_term_has_three_answers(bounds: tuple[int, int], spread: int, outcome: str) -> None:
    counter = Counter(parse_law(TIMELY), homes={})
    file = counter.enter("open", {"code": "a", "until": [2024, 10, 4], "n": 0}, signers=CLERK)
    order = placed(at_ms=bounds[1], not_before_ms=bounds[0], spread_ms=spread)
    verdict = counter.judge(counter.transaction("lodge", {}, {"file": file}, CLERK), True, order)
    assert ended(verdict) == (outcome, True)
    assert verdict.trace[-1].value == {"entered": True, "too-late": False}.get(outcome)
    if isinstance(verdict, Accepted) and outcome == "held":
        (finding,) = verdict.findings
        assert (finding.code, finding.facts) == ("time-undecided", {"rule": "lodge.too-late"})
        assert [change.new.register for change in verdict.changes] == ["#undecided"]


def test_what_can_be_cured_is_suspended_while_the_time_is_undecided() -> None:
    counter = Counter(parse_law(TIMELY), homes={})
    file = counter.enter("open", {"code": "a", "until": [2024, 10, 4], "n": 0}, signers=CLERK)
    act = counter.transaction("amend", {}, {"file": file}, CLERK)
    for order, outcome in (
        (placed(at_ms=UNTIL + DAY, not_before_ms=0), "suspended"),
        (placed(at_ms=UNTIL - 1), "suspended"),
        (placed(at_ms=UNTIL + 2 * DAY, not_before_ms=UNTIL + DAY), "entered"),
    ):
        assert ended(counter.judge(act, order=order)) == (outcome, True)


@pytest.mark.parametrize(("claimed", "outcome"), [(UNTIL + DAY - 1, "entered"), (UNTIL + DAY, "too-late")])
def test_before_its_place_is_known_an_act_is_taken_at_its_word(claimed: int, outcome: str) -> None:
    counter = Counter(parse_law(TIMELY), homes={})
    file = counter.enter("open", {"code": "a", "until": [2024, 10, 4], "n": 0}, signers=CLERK)
    act = counter.transaction("lodge", {}, {"file": file}, CLERK, claimed_ms=claimed)
    assert ended(counter.judge(act)) == (outcome, True)


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        ([2024, 1, 31], 1, [2024, 2, 29]),
        ([2023, 1, 31], 1, [2023, 2, 28]),
        ([2024, 3, 31], -1, [2024, 2, 29]),
        ([2024, 12, 15], 1, [2025, 1, 15]),
        ([2024, 1, 1], -1, [2023, 12, 1]),
        ([2024, 8, 31], 3, [2024, 11, 30]),
    ],
)
def test_months_end_on_the_same_numbered_day_or_the_last_one(day: list[int], months: int, end: list[int]) -> None:
    counter = Counter(parse_law(TIMELY), homes={})
    file = counter.enter("open", {"code": "a", "until": day, "n": months}, signers=CLERK)
    assert file.fields["until"] == end


def test_a_day_beyond_the_calendar_decides_nothing() -> None:
    counter = Counter(parse_law(TIMELY), homes={})
    refused = counter.refuse("open", {"code": "a", "until": [9999, 12, 1], "n": 1}, signers=CLERK)
    assert (refused.code, refused.facts["why"]) == ("rule-undecided", "value-missing")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("surely_by(file.until)", "surely_by(act.day)", "unknown-field"),
        ("until: {type: day, precision: day}}\n    states", "until: {type: day}}\n    states", "day-without-precision"),
        ('"add_months(act.until, act.n)"', '"add_months(act.until, 1/2)"', "mixed-types"),
        ('"add_months(act.until, act.n)"', '"add_months(act.until)"', "wrong-arguments"),
        ("states: {start: open}", ALWAYS, "no-time-here"),
        ("    requires:\n      - {code: too-late", LET, "no-time-here"),
    ],
)
def test_only_the_conditions_of_a_procedure_ask_for_time(old: str, new: str, code: str) -> None:
    assert old in TIMELY
    with pytest.raises(MunimentError) as refused:
        parse_law(TIMELY.replace(old, new))
    assert code in {error["code"] for error in refused.value.facts["errors"]}


# -- the record ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pending",
    [None, {}, {"to": -1}, {"to": "1"}, {"acts": []}, {"acts": [bytes(16)]}, {"acts": [bytes(15), bytes(16)]},
     {"acts": [bytes(16)] * 17}, {"to": 1, "acts": [bytes(16), bytes(16)]}, {"other": 1}, [1]],
)  # fmt: skip
def test_a_record_is_pending_in_one_of_two_ways(pending: Any) -> None:
    parts = decode(encode_record(Record("land.parcel", bytes(16), None, 0, 1, bytes(16), "registered", {}, {})))
    with pytest.raises(MunimentError) as refused:
        decode_record(encode([*parts, pending]))
    assert refused.value.code == "malformed-record"
    for right_one in ({"to": 3}, {"acts": [bytes(16), b"\1" * 16]}):
        assert decode_record(encode([*parts, right_one])).pending == right_one
