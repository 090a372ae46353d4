"""The land law at the counter: its stories, and each refusal once (8-practice 11–16, 42)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.laws import Accepted, Law, rule_sentence
from core.ledger.encoding import Value
from core.ledger.record import Record, encode_record
from tests.laws.counter import Counter, document, library_law, party

REGISTRAR = [("registrar", 0)]
Act = dict[str, Value]


@pytest.fixture(scope="module")
def law() -> Law:
    return library_law("land")


@pytest.fixture(params=["office", "shared"])
def counter(law: Law, request: pytest.FixtureRequest) -> Counter:
    """Every story runs both ways: parcels kept by their office, and by all offices together."""
    return Counter(law, homes={"land.parcel": request.param})


@pytest.fixture
def homed(law: Law) -> Counter:
    return Counter(law)


def attested(answer: str) -> Act:
    return {"answer": answer, "by": [0, 1]}


def right(holder: str, numerator: int, denominator: int, kind: str = "ownership") -> Act:
    return {"kind": kind, "holder": party(holder), "part": [numerator, denominator]}


def first(*rights: Act, cadastral: str = "0000000001", **other: Value) -> Act:
    return {"cadastral": cadastral, "basis": "systematic", "area_m2": 640, "rights": list(rights), **other}


def deed(given: list[Act], taken: list[Act], **other: Value) -> Act:
    """A complete deed of sale; `None` leaves a field out."""
    act: Act = {
        "ground": "sale",
        "from": given,
        "to": taken,
        "price": [12_000_000, "EUR"],
        "deed": document(),
        "spouse_consent": attested("given"),
        **other,
    }
    return {name: value for name, value in act.items() if value is not None}


def giving(entry: int, numerator: int, denominator: int) -> Act:
    return {"entry": entry, "part": [numerator, denominator]}


def taking(holder: str, numerator: int, denominator: int) -> Act:
    return {"holder": party(holder), "part": [numerator, denominator]}


def registered(counter: Counter, *rights: Act, **other: Any) -> Record:
    return counter.enter("first_registration", first(*(rights or (right("ana", 1, 1),)), **other), signers=REGISTRAR)


def holdings(parcel: Record) -> list[tuple[int, str, list[int]]]:
    return [(entry["id"], entry["holder"]["number"], entry["part"]) for entry in parcel.fields["rights"]]


def sales(**other: Value) -> Act:
    return {
        "cadastral": "5013500240",
        "sale_reference": "2010-41",
        "sale_day": [2010, 1, 2],
        "price": [30_000_000, "USD"],
        "use": "sfr",
        "assessor_area": 48,
        "seller": {"kind": "unknown", "name": "Seller of sale 2010-41", "number": "2010-41/seller"},
        "buyer": {"kind": "unknown", "name": "Buyer of sale 2010-41", "number": "2010-41/buyer"},
        **other,
    }


def encumbrance(**other: Value) -> Act:
    return {
        "kind": "mortgage",
        "effect": "needs_consent",
        "holder": party("bank", "legal"),
        "amount": [5_000_000, "EUR"],
        "basis": document("m-1"),
        "owner_consent": attested("given"),
        **other,
    }


# -- stories ------------------------------------------------------------------------------------------------------


def test_a_chain_of_title_over_four_sales(counter: Counter) -> None:
    parcel = registered(counter)
    for number, (seller, buyer) in enumerate([("ana", "bob"), ("bob", "eka"), ("eka", "ion"), ("ion", "ola")], 1):
        assert holdings(parcel) == [(number, seller, [1, 1])]
        parcel = counter.enter("transfer", deed([giving(number, 1, 1)], [taking(buyer, 1, 1)]), {"parcel": parcel})
    assert holdings(parcel) == [(5, "ola", [1, 1])]
    assert parcel.version == 5
    assert parcel.state == "registered"


def test_many_givers_and_many_takers_in_one_deed(counter: Counter) -> None:
    parcel = registered(counter, right("ana", 1, 2), right("bob", 1, 2))
    act = deed([giving(1, 1, 2), giving(2, 1, 2)], [taking("eka", 1, 3), taking("ion", 2, 3)])
    assert holdings(counter.enter("transfer", act, {"parcel": parcel})) == [(3, "eka", [1, 3]), (4, "ion", [2, 3])]


def test_a_part_of_an_entry_leaves_the_rest_with_its_holder(counter: Counter) -> None:
    parcel = registered(counter)
    act = deed([giving(1, 1, 4)], [taking("bob", 1, 4)])
    assert holdings(counter.enter("transfer", act, {"parcel": parcel})) == [(1, "ana", [3, 4]), (2, "bob", [1, 4])]


def test_a_seller_with_two_entries_sells_from_one_only(counter: Counter) -> None:
    parcel = registered(counter, right("ana", 1, 4), right("ana", 1, 4), right("bob", 1, 2))
    act = deed([giving(2, 1, 4)], [taking("eka", 1, 4)], co_owners_waiver=attested("waived"))
    entered = counter.enter("transfer", act, {"parcel": parcel})
    assert holdings(entered) == [(1, "ana", [1, 4]), (3, "bob", [1, 2]), (4, "eka", [1, 4])]


def test_an_entry_bought_later_is_never_merged_with_one_held_before(counter: Counter) -> None:
    parcel = registered(counter, right("ana", 1, 2), right("bob", 1, 2))
    act = deed([giving(1, 1, 4)], [taking("bob", 1, 4)], co_owners_waiver=attested("not_required"))
    entered = counter.enter("transfer", act, {"parcel": parcel})
    assert holdings(entered) == [(1, "ana", [1, 4]), (2, "bob", [1, 2]), (3, "bob", [1, 4])]


def test_every_entry_names_the_act_that_made_it(counter: Counter) -> None:
    parcel = registered(counter)
    transaction = counter.transaction("transfer", deed([giving(1, 1, 1)], [taking("bob", 1, 1)]), {"parcel": parcel})
    verdict = counter.put(transaction)
    assert isinstance(verdict, Accepted)
    entered = verdict.changes[0].new
    assert entered.fields["rights"][0]["ground"] == counter.context(transaction).transaction_id
    assert entered.last_act == counter.context(transaction).transaction_id[:16]


def test_a_chain_of_sales_whose_source_names_no_parties(counter: Counter) -> None:
    parcel = counter.enter("register_from_sales_list", sales(), signers=REGISTRAR)
    assert parcel.fields["parties_published"] is False
    assert parcel.fields["rights"][0]["holder"]["name"] == "Buyer of sale 2010-41"
    later = {**sales(sale_reference="2014-7", sale_day=[2014, 5, 1], price=[45_000_000, "USD"])}
    later["buyer"] = {"kind": "unknown", "name": "Buyer of sale 2014-7", "number": "2014-7/buyer"}
    del later["cadastral"]
    parcel = counter.enter("note_sale", later, {"parcel": parcel}, REGISTRAR)
    assert holdings(parcel) == [(2, "2014-7/buyer", [1, 1])]
    assert parcel.fields["rights"][0]["kind"] == "unestablished"
    assert (parcel.fields["sale_day"], parcel.fields["sale_price"]) == ([2014, 5, 1], [45_000_000, "USD"])


def test_a_mortgage_needs_consent_and_its_cancellation_frees_the_parcel(counter: Counter) -> None:
    parcel = registered(counter)
    mortgage = counter.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR)
    assert mortgage.key["entry_no"].startswith("0/2026/000001-")
    act = deed([giving(1, 1, 1)], [taking("bob", 1, 1)])
    assert outcome(counter, "transfer", act, {"parcel": parcel}) == ("suspended", ["creditor-consent"])
    act["creditor_consent"] = attested("given")
    assert outcome(counter, "transfer", act, {"parcel": parcel}) == ("entered", [])
    cancel = {"ground": "holder_consents", "basis": document("c"), "holder_consent": attested("given")}
    ended = counter.enter("cancel_encumbrance", cancel, {"entry": mortgage}, REGISTRAR)
    assert (ended.state, ended.fields["ended_ground"]) == ("cancelled", "holder_consents")
    del act["creditor_consent"]
    assert outcome(counter, "transfer", act, {"parcel": parcel}) == ("entered", [])


def test_what_follows_the_land_is_said_and_does_not_stop_the_sale(counter: Counter) -> None:
    parcel = registered(counter)
    for _ in range(2):
        lease = encumbrance(kind="lease", effect="follows")
        del lease["amount"]
        counter.enter("encumber", lease, {"parcel": parcel}, REGISTRAR)
    verdict = counter.put(
        counter.transaction("transfer", deed([giving(1, 1, 1)], [taking("bob", 1, 1)]), {"parcel": parcel})
    )
    assert isinstance(verdict, Accepted)
    assert verdict.outcome == "warned"
    assert verdict.changes
    said = [(finding.code, rule_sentence(counter.law, finding)) for finding in verdict.findings]
    assert said == [("encumbrances-follow", "2 encumbrances follow the land to the new holder.")]


def test_numbers_run_without_a_gap_for_each_year(counter: Counter) -> None:
    parcel = registered(counter)
    years_ms = [1_750_000_000_000, 1_750_000_000_001, 1_780_000_000_000]
    numbers = [
        counter.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR, claimed_ms=claimed).key["entry_no"]
        for claimed in years_ms
    ]
    assert [number.rpartition("-")[0] for number in numbers] == ["0/2025/000001", "0/2025/000002", "0/2026/000001"]


def outcome(counter: Counter, procedure: str, act: Act, changes: Mapping[str, Record], **other: Any) -> Any:
    """The outcome and the codes of what failed, without entering anything."""
    verdict = counter.judge(counter.transaction(procedure, act, changes, **other))
    assert isinstance(verdict, Accepted), verdict
    return verdict.outcome, [finding.code for finding in verdict.findings]


# -- refusals of the law ---------------------------------------------------------------------------------------------

OWN = [giving(1, 1, 1)]
BOB = [taking("bob", 1, 1)]
TRANSFERS: list[tuple[str, Act]] = [
    ("parts-differ", deed(OWN, [taking("bob", 1, 2)])),
    ("not-holder", deed([giving(2, 1, 2)], [taking("bob", 1, 2)])),
    ("not-ownership", deed([giving(3, 1, 1)], BOB)),
    ("same-person", deed([giving(1, 1, 2)], [taking("ana", 1, 2)])),
    ("price-missing", deed([giving(1, 3, 4)], [taking("bob", 3, 4)], price=None)),
]


@pytest.mark.parametrize(("code", "act"), TRANSFERS, ids=[code for code, _ in TRANSFERS])
def test_transfer_refuses(counter: Counter, code: str, act: Act) -> None:
    parcel = registered(counter, right("ana", 3, 4), right("eka", 1, 4), right("ion", 1, 1, "use"))
    refused = counter.refuse("transfer", act, {"parcel": parcel})
    assert (refused.code, refused.rule) == (code, f"transfer.{code}")
    assert refused.article
    assert rule_sentence(counter.law, refused)


def test_an_attachment_forbids_any_disposal_until_a_court_lifts_it(counter: Counter) -> None:
    parcel = registered(counter)
    attachment = encumbrance(kind="attachment", effect="forbids")
    entry = counter.enter("encumber", attachment, {"parcel": parcel}, REGISTRAR)
    sale = deed(OWN, BOB)
    assert counter.refuse("transfer", sale, {"parcel": parcel}).code == "disposal-forbidden"
    assert counter.refuse("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR).code == "disposal-forbidden"
    own = {"ground": "holder_consents", "basis": document("l"), "holder_consent": attested("given")}
    assert counter.refuse("cancel_encumbrance", own, {"entry": entry}, REGISTRAR).code == "order-needed"
    counter.enter("cancel_encumbrance", {"ground": "court_order", "basis": document("l")}, {"entry": entry}, REGISTRAR)
    assert counter.enter("transfer", sale, {"parcel": parcel}).version == 2


@pytest.mark.parametrize(
    ("code", "left_out"), [("spouse-consent", "spouse_consent"), ("pre-emption-open", "co_owners_waiver")]
)
def test_what_can_still_be_brought_suspends(counter: Counter, code: str, left_out: str) -> None:
    parcel = registered(counter, right("ana", 1, 2), right("bob", 1, 2))
    others = {"co_owners_waiver": attested("waived"), left_out: None}
    act = deed([giving(1, 1, 2)], [taking("eka", 1, 2)], **others)
    transaction = counter.transaction("transfer", act, {"parcel": parcel})
    verdict = counter.put(transaction)
    assert isinstance(verdict, Accepted)
    assert (verdict.outcome, [finding.code for finding in verdict.findings]) == ("suspended", [code])
    assert [change.new.register for change in verdict.changes] == ["#undecided", "#precedence"]
    assert counter.state.record(parcel.id) == parcel
    assert counter.law.rules[verdict.findings[0].rule].cure


def test_a_case_about_the_parcel_is_warned_of(counter: Counter) -> None:
    parcel = registered(counter)
    note = encumbrance(kind="litigation_note", effect="warns")
    counter.enter("encumber", note, {"parcel": parcel}, REGISTRAR)
    assert outcome(counter, "transfer", deed(OWN, BOB), {"parcel": parcel}) == ("warned", ["warned-of"])


FIRSTS: list[tuple[str, Act]] = [
    ("shares-not-whole", first(right("ana", 1, 2), right("bob", 1, 4))),
    ("shares-not-whole", first(right("ana", 1, 1, "use"))),
    ("area-missing", {key: value for key, value in first(right("ana", 1, 1)).items() if key != "area_m2"}),
    ("old-reference-missing", first(right("ana", 1, 1), basis="old_book")),
]


@pytest.mark.parametrize(("code", "act"), FIRSTS)
def test_first_registration_refuses(counter: Counter, code: str, act: Act) -> None:
    refused = counter.refuse("first_registration", act, signers=REGISTRAR)
    assert refused.code == code
    assert rule_sentence(counter.law, refused)


def test_an_application_without_its_document_waits(counter: Counter) -> None:
    act = first(right("ana", 1, 1), basis="application")
    assert outcome(counter, "first_registration", act, {}, signers=REGISTRAR) == ("suspended", ["evidence-missing"])


def test_old_books_bring_owners_who_are_not_established(counter: Counter) -> None:
    parcel = registered(counter, right("heirs", 1, 1, "unestablished"), basis="old_book", old_reference="II/3/17")
    refused = counter.refuse("transfer", deed(OWN, BOB), {"parcel": parcel})
    assert refused.code == "not-ownership"


def test_one_cadastral_number_is_one_parcel(counter: Counter) -> None:
    parcel = registered(counter)
    refused = counter.refuse("first_registration", first(right("bob", 1, 1)), signers=REGISTRAR)
    assert (refused.code, refused.winner) == ("key-taken", parcel.last_act)


def test_the_number_of_an_ended_parcel_is_free_again(counter: Counter) -> None:
    parcel = registered(counter)
    counter.enter("end_parcel", {"ground": "entered_twice", "basis": document()}, {"parcel": parcel})
    assert registered(counter).id != parcel.id


@pytest.mark.parametrize(
    ("procedure", "act"),
    [("transfer", deed(OWN, BOB)), ("end_parcel", {"ground": "split", "basis": document()})],
)
def test_nothing_can_be_done_with_an_ended_parcel(counter: Counter, procedure: str, act: Act) -> None:
    parcel = registered(counter)
    ended = counter.enter("end_parcel", {"ground": "merged", "basis": document()}, {"parcel": parcel})
    refused = counter.refuse(procedure, act, {"parcel": ended})
    assert (refused.code, refused.facts["state"]) == ("not-in-state", "ended")
    assert refused.winner == ended.last_act


def test_a_parcel_with_encumbrances_does_not_end(counter: Counter) -> None:
    parcel = registered(counter)
    counter.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR)
    refused = counter.refuse("end_parcel", {"ground": "merged", "basis": document()}, {"parcel": parcel})
    assert refused.code == "encumbrances-stand"


NAMED = {"kind": "natural", "name": "Ana", "number": "ana"}
SALES: list[tuple[str, Act]] = [
    ("not-a-placeholder", sales(buyer=NAMED)),
    ("same-person", sales(buyer=sales()["seller"])),
]


@pytest.mark.parametrize(("code", "act"), SALES)
def test_a_list_of_sales_refuses(counter: Counter, code: str, act: Act) -> None:
    assert counter.refuse("register_from_sales_list", act, signers=REGISTRAR).code == code


@pytest.mark.parametrize(("code", "act"), SALES)
def test_a_further_sale_refuses(counter: Counter, code: str, act: Act) -> None:
    parcel = counter.enter("register_from_sales_list", sales(), signers=REGISTRAR)
    act = {name: value for name, value in act.items() if name != "cadastral"}
    assert counter.refuse("note_sale", act, {"parcel": parcel}, REGISTRAR).code == code


def test_a_list_of_sales_never_touches_an_established_owner(counter: Counter) -> None:
    parcel = registered(counter)
    act = {name: value for name, value in sales().items() if name != "cadastral"}
    assert counter.refuse("note_sale", act, {"parcel": parcel}, REGISTRAR).code == "owner-established"


def test_a_sale_noted_after_a_later_one_is_warned_of(counter: Counter) -> None:
    parcel = counter.enter("register_from_sales_list", sales(), signers=REGISTRAR)
    act = {name: value for name, value in sales(sale_day=[2009, 12, 31]).items() if name != "cadastral"}
    assert outcome(counter, "note_sale", act, {"parcel": parcel}, signers=REGISTRAR) == ("warned", ["older-sale"])


ENCUMBRANCES: list[tuple[str, Act]] = [
    ("effect-not-of-kind", encumbrance(effect="forbids")),
    ("effect-not-of-kind", encumbrance(kind="attachment", effect="warns")),
    ("use-follows", encumbrance(kind="lease", effect="warns")),
    ("amount-missing", {name: value for name, value in encumbrance().items() if name != "amount"}),
]


@pytest.mark.parametrize(("code", "act"), ENCUMBRANCES)
def test_encumber_refuses(counter: Counter, code: str, act: Act) -> None:
    parcel = registered(counter)
    refused = counter.refuse("encumber", act, {"parcel": parcel}, REGISTRAR)
    assert refused.code == code
    assert rule_sentence(counter.law, refused)


def test_encumber_waits_for_the_owners_consent(counter: Counter) -> None:
    parcel = registered(counter)
    act = {name: value for name, value in encumbrance().items() if name != "owner_consent"}
    assert outcome(counter, "encumber", act, {"parcel": parcel}, signers=REGISTRAR) == (
        "suspended",
        ["owner-consent"],
    )


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("cancel-without-authority", {"ground": "holder_consents", "basis": document()}),
        ("term-not-stated", {"ground": "term_ended", "basis": document()}),
    ],
)
def test_cancel_refuses(counter: Counter, code: str, act: Act) -> None:
    parcel = registered(counter)
    entry = counter.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR)
    assert counter.refuse("cancel_encumbrance", act, {"entry": entry}, REGISTRAR).code == code


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("decision-differs", {"decision": "second_instead"}),
        ("decision-differs", {"decision": "first_stands", "from": [giving(1, 1, 1)], "to": [taking("bob", 1, 1)]}),
        ("parts-differ", {"from": [giving(1, 1, 1)], "to": [taking("bob", 1, 2)]}),
        ("not-holder", {"from": [giving(2, 1, 2)], "to": [taking("bob", 1, 2)]}),
        ("not-ownership", {"from": [giving(3, 1, 2)], "to": [taking("bob", 1, 2)]}),
    ],
)
def test_a_decision_on_a_held_parcel_refuses(law: Law, code: str, other: Act) -> None:
    counter = Counter(law, homes={"land.parcel": "shared"})
    rights = [right("ana", 3, 4), right("bob", 1, 4), right("eka", 1, 1, "use")]
    held = held_parcel(counter, registered(counter, *rights))
    act: Act = {"decision": "neither", "from": [], "to": [], "basis": document("court"), **other}
    refused = counter.refuse("decide_held", act, {"parcel": held})
    assert refused.code == code
    assert rule_sentence(counter.law, refused)


def held_parcel(counter: Counter, parcel: Record) -> Record:
    """The parcel as it stands after two acts have met on it."""
    held = replace(parcel, version=2, pending={"acts": [b"\1" * 16, b"\2" * 16]}, last_act=b"\2" * 16)
    counter.state.records[parcel.id] = encode_record(held)
    return held


# -- refusals of the engine on this law ------------------------------------------------------------------------------

FIELDS: list[tuple[str, str, Act]] = [
    ("out-of-bounds", "from[0].part", deed([giving(1, -1, 1)], [taking("bob", -1, 1)])),
    ("out-of-bounds", "to[0].part", deed(OWN, [taking("bob", 2, 1), taking("eka", -1, 1)])),
    ("out-of-bounds", "from[0].part", deed([giving(1, 0, 1)], [taking("bob", 0, 1)])),
    ("list-too-short", "from", deed([], BOB)),
    ("list-too-short", "to", deed(OWN, [])),
    ("named-twice", "from[1].entry", deed([giving(1, 1, 2), giving(1, 1, 2)], BOB)),
    ("fraction-not-reduced", "from[0].part", deed([giving(1, 2, 2)], BOB)),
    ("fraction-too-fine", "from[0].part", deed([giving(1, 1, 2**53)], BOB)),
    ("field-missing", "deed", deed(OWN, BOB, deed=None)),
    ("field-unknown", "witness", deed(OWN, BOB, witness="x")),
    ("not-a-choice", "ground", deed(OWN, BOB, ground="theft")),
    ("not-a-currency", "price", deed(OWN, BOB, price=[1, "XAU"])),
    ("wrong-kind", "price", deed(OWN, BOB, price=5)),
    ("no-such-entry", "from.[].entry", deed([giving(9, 1, 1)], BOB)),
]


@pytest.mark.parametrize(("code", "field", "act"), FIELDS)
def test_fields_are_checked_before_anything_else(counter: Counter, code: str, field: str, act: Act) -> None:
    parcel = registered(counter)
    refused = counter.refuse("transfer", act, {"parcel": parcel})
    assert (refused.code, refused.facts["field"], refused.rule) == (code, field, "")


@pytest.mark.parametrize(
    ("code", "signers"),
    [
        ("role-missing", [("registrar", 0)]),
        ("role-not-held", [("registrar", 0), ("notary", 0)]),
        ("one-person-two-roles", [("registrar", 2), ("notary", 2)]),
        ("role-not-asked", [("registrar", 0), ("notary", 1), ("clerk", 3)]),
        ("signer-twice", [("registrar", 0), ("notary", 1), ("notary", 1)]),
        ("role-not-held", [("registrar", 0), ("notary", 77)]),
    ],
)
def test_two_roles_are_two_persons_who_hold_them(counter: Counter, code: str, signers: list[tuple[str, int]]) -> None:
    parcel = registered(counter)
    assert counter.refuse("transfer", deed(OWN, BOB), {"parcel": parcel}, signers).code == code


def test_only_the_notary_attests(counter: Counter) -> None:
    parcel = registered(counter)
    act = deed(OWN, BOB, spouse_consent={"answer": "given", "by": [0, 0]})
    refused = counter.refuse("transfer", act, {"parcel": parcel})
    assert (refused.code, refused.facts["field"]) == ("role-not-held", "spouse_consent")


def test_another_offices_parcel_names_its_keeper(law: Law, homed: Counter) -> None:
    parcel = registered(homed)
    other = Counter(law, homed.state, author=1)
    refused = other.refuse("transfer", deed(OWN, BOB), {"parcel": parcel})
    assert (refused.code, refused.facts["office"]) == ("not-keeper", 0)
    refused = other.refuse("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR)
    assert (refused.code, refused.facts["office"]) == ("not-keeper", 0)


def test_a_sale_of_what_was_sold_is_overtaken(counter: Counter) -> None:
    parcel = registered(counter)
    sold = counter.enter("transfer", deed(OWN, BOB), {"parcel": parcel})
    refused = counter.refuse("transfer", deed(OWN, [taking("eka", 1, 1)]), {"parcel": parcel})
    assert (refused.code, refused.winner) == ("overtaken", sold.last_act)


def test_an_encumbrance_is_kept_with_its_parcel(counter: Counter) -> None:
    parcel = registered(counter)
    kept = None if counter.homes["land.parcel"] == "shared" else 0
    assert counter.enter("encumber", encumbrance(), {"parcel": parcel}, REGISTRAR).keeper == parcel.keeper == kept
