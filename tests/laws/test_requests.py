"""Requests in the engine: a notary asks, the keeper enters or refuses; each refusal once; terms and queues."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MunimentError
from core.laws import Accepted, Law, Order, Rejected, execute, parse_law
from core.laws.offering import decision_record_id, request_record_id
from core.laws.placing import DAY_MS
from core.laws.requests import ENTER, REFUSE, place_record_id
from core.ledger.encoding import encode
from core.ledger.record import Record, encode_record
from core.ledger.request import SignedRequest, act_of, decode_request, encode_request
from core.ledger.transaction import (
    MAX_REQUEST_BYTES,
    Signer,
    Transaction,
    decode_transaction,
    encode_transaction,
    transaction_id,
)
from tests.laws.counter import LIBRARY, NETWORK, YEAR_2026_MS, Counter, DictState, library_law
from tests.laws.test_land import deed, encumbrance, first, giving, right, taking

KEEPER, NOTARY_OFFICE, OTHER_OFFICE = 0, 1, 2
REGISTRAR = (("registrar", 0),)
NOTARY = (("notary", 1),)
FORGED = bytes(64)  # signatures are verified where groups are (core/folding.py), not here


@pytest.fixture(scope="module")
def law() -> Law:
    return library_law("land")


def land_law(requests: str) -> Law:
    """The land law with another line `requests:`; without one for ""."""
    lines = (LIBRARY / "land.yaml").read_text(encoding="utf-8").splitlines()
    kept = [requests if line.startswith("requests:") else line for line in lines]
    return parse_law("\n".join(kept))


def sale(seller_entry: int = 1, buyer: str = "bob", **other: Any) -> dict[str, Any]:
    consent = {"answer": "given", "by": [NOTARY_OFFICE, 1]}
    return deed([giving(seller_entry, 1, 1)], [taking(buyer, 1, 1)], spouse_consent=consent, **other)


class Offices:
    """Three counters on one state; what one puts down all others see."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.state = DictState()
        self.counters = [Counter(law, self.state, author, acts=1000 * author) for author in range(3)]
        self.order: Order | None = None

    def register(self, **other: Any) -> Record:
        return self.counters[KEEPER].enter("first_registration", first(right("ana", 1, 1), **other), signers=REGISTRAR)

    def request(
        self,
        parcel: Record | None,
        act: Mapping[str, Any] | None = None,
        office: int = NOTARY_OFFICE,
        procedure: str = "transfer",
        signers: tuple[tuple[str, int], ...] = NOTARY,
        addressed_to: int = KEEPER,
    ) -> Transaction:
        counter = self.counters[office]
        records = {"parcel": parcel} if parcel else {}
        made = counter.transaction(procedure, sale() if act is None else act, records, signers)
        return replace(made, addressed_to=addressed_to)

    def decision(
        self,
        request: Transaction,
        procedure: str = ENTER,
        office: int = KEEPER,
        signers: tuple[tuple[str, int], ...] = REGISTRAR,
        **fields: Any,
    ) -> Transaction:
        made = self.counters[office].transaction(procedure, fields, {}, signers)
        signed = SignedRequest(encode_transaction(request), (FORGED,) * len(request.signers))
        return replace(made, requests=(encode_request(signed),))

    def judge(self, transaction: Transaction, office: int | None = None) -> Accepted | Rejected:
        """In its exact bytes, at the place of the order that is set."""
        author = transaction.signers[0].office if office is None else office
        transaction = decode_transaction(encode_transaction(transaction))
        counter = self.counters[author]
        context = counter.context(transaction)._replace(order=self.order)
        return execute(self.state, transaction, self.law, context)

    def put(self, transaction: Transaction, office: int | None = None) -> Accepted:
        verdict = self.judge(transaction, office)
        assert isinstance(verdict, Accepted), verdict
        self.state.take(verdict)
        return verdict

    def refuse(self, transaction: Transaction, office: int | None = None) -> Rejected:
        verdict = self.judge(transaction, office)
        assert isinstance(verdict, Rejected), verdict
        return verdict

    def at(self, day: int, not_before: int | None = None, spread_ms: int = 0) -> None:
        """From now on acts are executed at anchors of this day, their blocks written on it too."""
        earliest = (day if not_before is None else not_before) * DAY_MS
        self.order = Order(day, day * DAY_MS, spread_ms, _never, _never, lambda: earliest)


def _never(_act: bytes) -> bool:
    return False


def id_of(transaction: Transaction) -> bytes:
    return transaction_id(NETWORK, encode_transaction(transaction))


@pytest.fixture
def offices(law: Law) -> Offices:
    return Offices(law)


# -- stories --------------------------------------------------------------------------------------------------------


def test_a_notary_requests_and_the_keeper_enters(offices: Offices) -> None:
    parcel = offices.register()
    request = offices.request(parcel)
    asked = offices.put(request)
    assert (asked.outcome, asked.shared) == ("requested", True)
    assert asked.findings[0].code == "waiting-for-keeper"
    assert asked.findings[0].facts == {"office": KEEPER}
    assert offices.state.record(parcel.id) == parcel
    decision = offices.decision(request)
    entered = offices.put(decision)
    after = offices.state.record(parcel.id)
    assert after is not None
    assert (entered.outcome, after.version, after.keeper) == ("entered", 2, KEEPER)
    # The deciding act has written it: its id stands in the record and in the new entry.
    assert after.last_act == id_of(decision)[:16]
    assert after.fields["rights"][0]["ground"] == id_of(decision)
    assert after.fields["rights"][0]["holder"]["number"] == "bob"
    decided = offices.state.record(decision_record_id(id_of(request)))
    assert decided is not None
    assert (decided.keeper, decided.last_act, decided.fields) == (KEEPER, after.last_act, {"outcome": "entered"})
    assert act_of(decision) == request


def test_the_decision_can_be_executed_without_the_request_itself(offices: Offices) -> None:
    parcel = offices.register()
    assert offices.put(offices.decision(offices.request(parcel))).outcome == "entered"


def test_a_request_that_comes_after_its_decision_changes_nothing(offices: Offices) -> None:
    request = offices.request(offices.register())
    offices.put(offices.decision(request))
    late = offices.put(request)
    assert (late.outcome, late.changes) == ("requested", ())


def test_a_refusal_ends_the_request_and_frees_its_place(offices: Offices) -> None:
    parcel = offices.register()
    request = offices.request(parcel)
    offices.put(request)
    refused = offices.put(offices.decision(request, REFUSE, reason="The deed is not legible."))
    assert (refused.outcome, refused.shared, len(refused.changes)) == ("entered", False, 1)
    assert refused.changes[0].new.fields == {"outcome": "refused"}
    assert offices.state.record(parcel.id) == parcel
    again = offices.refuse(offices.decision(request))
    assert (again.code, again.winner) == ("already-decided", refused.changes[0].new.last_act)
    second = offices.request(parcel, sale(buyer="eka"), OTHER_OFFICE)
    assert offices.put(second).outcome == "requested"


def test_a_second_request_on_the_same_version_is_refused_naming_the_first(offices: Offices) -> None:
    parcel = offices.register()
    first_request = offices.request(parcel)
    offices.put(first_request)
    second = offices.refuse(offices.request(parcel, sale(buyer="eka"), OTHER_OFFICE))
    assert (second.code, second.winner) == ("already-requested", id_of(first_request)[:16])


def test_a_request_whose_record_has_moved_on_is_refused_naming_the_winner(offices: Offices) -> None:
    parcel = offices.register()
    request = offices.request(parcel)
    offices.put(request)
    own = offices.counters[KEEPER].enter("transfer", deed([giving(1, 1, 1)], [taking("ion", 1, 1)]), {"parcel": parcel})
    overtaken = offices.refuse(offices.decision(request))
    assert (overtaken.code, overtaken.winner) == ("overtaken", own.last_act)
    assert offices.put(offices.decision(request, REFUSE, reason="Sold meanwhile.")).outcome == "entered"


def test_an_encumbrance_is_requested_where_its_parcel_is_kept(offices: Offices) -> None:
    """It only reads the parcel, so two of them may wait side by side; each gets the keeper's number."""
    parcel = offices.register()
    acts = [encumbrance(owner_consent={"answer": "given", "by": [NOTARY_OFFICE, 1]}) for _ in range(2)]
    requests = [offices.request(parcel, act, procedure="encumber") for act in acts]
    for request in requests:  # a notary hands in what a registrar signs
        assert offices.put(request).outcome == "requested"
    numbers = [offices.put(offices.decision(request)).changes[0].new.key["entry_no"] for request in requests]
    assert [number.split("-")[0] for number in numbers] == ["0/2026/000001", "0/2026/000002"]


def test_a_new_parcel_is_requested_and_kept_by_the_office_that_enters_it(offices: Offices) -> None:
    request = offices.request(None, first(right("ana", 1, 1)), procedure="first_registration")
    offices.put(request)
    entered = offices.put(offices.decision(request))
    assert entered.changes[0].new.keeper == KEEPER


def test_a_suspended_act_ends_its_request_too(offices: Offices) -> None:
    parcel = offices.register()
    request = offices.request(parcel, deed([giving(1, 1, 1)], [taking("bob", 1, 1)], spouse_consent=None))
    asked = offices.put(request)
    assert [finding.code for finding in asked.findings] == ["waiting-for-keeper", "spouse-consent"]
    decided = offices.put(offices.decision(request))
    written = [change.new.register for change in decided.changes]
    assert (decided.outcome, written) == ("suspended", ["#undecided", "#precedence", "#decisions"])
    assert offices.refuse(offices.decision(request)).code == "already-decided"
    assert offices.put(offices.request(parcel)).outcome == "requested"


# -- the term -------------------------------------------------------------------------------------------------------


def test_a_request_lapses_by_the_common_time_of_its_own_place(offices: Offices) -> None:
    parcel = offices.register()
    request = offices.request(parcel)
    offices.at(100)
    offices.put(request)
    assert offices.state.record(request_record_id(id_of(request))).fields["asked_ms"] == 100 * DAY_MS  # type: ignore[union-attr]
    offices.at(130)
    assert offices.judge(offices.decision(request)).shared
    offices.at(132)
    late = offices.refuse(offices.decision(request))
    assert (late.code, late.article, late.facts) == ("request-expired", "26", {"term_days": 30})
    # It holds nobody up any longer, and can still be refused.
    assert offices.put(offices.request(parcel, sale(buyer="eka"), OTHER_OFFICE)).outcome == "requested"
    assert offices.put(offices.decision(request, REFUSE, reason="Too late.")).outcome == "entered"


@pytest.mark.parametrize(("not_before", "spread_ms"), [(129, 0), (100, 5 * DAY_MS)])
def test_what_is_neither_surely_in_time_nor_surely_late_is_held(
    offices: Offices, not_before: int, spread_ms: int
) -> None:
    parcel = offices.register()
    request = offices.request(parcel)
    offices.at(100)
    offices.put(request)
    offices.at(131, not_before, spread_ms)
    held = offices.put(offices.decision(request))
    assert (held.outcome, held.findings[0].code, len(held.changes)) == ("held", "time-undecided", 1)
    assert offices.state.record(parcel.id) == parcel


def test_before_the_order_is_known_nothing_has_lapsed(offices: Offices) -> None:
    request = offices.request(offices.register())
    offices.put(request)
    offices.at(9999)
    assert offices.put(offices.decision(request)).outcome == "entered"


def test_without_a_term_the_decision_waits_for_nobody() -> None:
    offices = Offices(land_law('requests: {decided_by: [registrar], article: "26"}'))
    parcel = offices.register()
    request = offices.request(parcel)
    offices.at(100)
    offices.put(request)
    offices.at(5000)
    entered = offices.put(offices.decision(request))
    assert (entered.outcome, entered.shared) == ("entered", False)


# -- the queue ------------------------------------------------------------------------------------------------------


def test_with_a_queue_the_second_waits_behind_the_first() -> None:
    offices = Offices(land_law("requests: {decided_by: [registrar], term_days: 30, second: queue}"))
    parcel = offices.register()
    ahead, behind = offices.request(parcel), offices.request(parcel, sale(buyer="eka"), OTHER_OFFICE)
    for request in (ahead, behind):
        assert offices.put(request).outcome == "requested"
    place = offices.state.record(place_record_id(ahead.changes["parcel"]))
    assert place is not None
    assert place.fields == {"requests": [id_of(ahead), id_of(behind)]}
    early = offices.refuse(offices.decision(behind))
    assert (early.code, early.winner) == ("earlier-request", id_of(ahead)[:16])
    offices.put(offices.decision(ahead, REFUSE, reason="Not legible."))
    entered = offices.put(offices.decision(behind))
    assert (entered.outcome, entered.shared) == ("entered", True)


def test_a_queue_has_an_end() -> None:
    offices = Offices(land_law("requests: {decided_by: [registrar], second: queue}"))
    parcel = offices.register()
    for _ in range(16):
        offices.put(offices.request(parcel))
    assert offices.refuse(offices.request(parcel)).code == "queue-full"


# -- refusals of a request ------------------------------------------------------------------------------------------


def test_a_law_without_the_line_knows_no_requests() -> None:
    offices = Offices(land_law(""))
    parcel = offices.register()
    assert offices.refuse(offices.request(parcel)).code == "requests-not-known"
    assert offices.refuse(offices.decision(offices.request(parcel))).code == "requests-not-known"


Make = Callable[[Offices, Record], Transaction]
REQUESTS_REFUSED: list[tuple[str, Make]] = [
    ("request-to-oneself", lambda o, p: replace(o.request(p), addressed_to=NOTARY_OFFICE)),
    ("not-keeper", lambda o, p: o.request(p, addressed_to=OTHER_OFFICE)),
    ("not-keeper", lambda o, p: replace(o.request(p), addressed_to=None)),
    ("signer-of-another-office", lambda o, p: replace(o.request(p), signers=(Signer(OTHER_OFFICE, 1, "notary"),))),
    ("role-not-held", lambda o, p: o.request(p, signers=(("notary", 3),))),
    ("overtaken", lambda o, p: o.request(replace(p, version=7))),
    ("not-ownership", lambda o, p: o.request(o.register(cadastral="0000000002", rights=[_unknown()]))),
    ("unknown-procedure", lambda o, p: replace(o.request(p), procedure="gift")),
    ("law-not-in-force", lambda o, p: replace(o.request(p), law_version=2)),
]


def _unknown() -> dict[str, Any]:
    return {**right("ana", 1, 1, "unestablished")}


@pytest.mark.parametrize(("code", "make"), REQUESTS_REFUSED)
def test_requests_that_do_not_stand(offices: Offices, code: str, make: Make) -> None:
    parcel = offices.register()
    assert offices.refuse(make(offices, parcel), NOTARY_OFFICE).code == code


def test_where_no_office_is_the_competent_one_none_is_asked(law: Law) -> None:
    offices = Offices(law)
    parcel = offices.register()
    shared = replace(parcel, keeper=None)
    offices.state.records[parcel.id] = encode_record(shared)
    assert offices.refuse(offices.request(shared)).code == "request-not-needed"


# -- refusals of a decision -----------------------------------------------------------------------------------------


def _carrying(offices: Offices, request: Transaction, *carried: bytes) -> Transaction:
    return replace(offices.decision(request), requests=carried)


def _signed(request: Transaction, count: int = 1) -> bytes:
    return encode_request(SignedRequest(encode_transaction(request), (FORGED,) * count))


DECISIONS_REFUSED: list[tuple[str, Callable[[Offices, Transaction], Transaction]]] = [
    ("one-request-each", lambda o, r: _carrying(o, r)),
    ("one-request-each", lambda o, r: _carrying(o, r, _signed(r), _signed(r))),
    ("records-differ", lambda o, r: replace(o.decision(r), changes=r.changes)),
    ("one-request-each", lambda o, r: replace(_carrying(o, r), addressed_to=KEEPER)),
    ("field-unknown", lambda o, r: o.decision(r, note="x")),
    ("field-missing", lambda o, r: o.decision(r, REFUSE)),
    ("text-empty", lambda o, r: o.decision(r, REFUSE, reason="")),
    ("text-too-long", lambda o, r: o.decision(r, REFUSE, reason="x" * 501)),
    ("malformed-request", lambda o, r: _carrying(o, r, b"\x80")),
    ("malformed-request", lambda o, r: _carrying(o, r, b"no cbor at all")),
    ("malformed-request", lambda o, r: _carrying(o, r, _signed(r, 2))),
    ("malformed-request", lambda o, r: _carrying(o, r, _signed(replace(r, addressed_to=None)))),
    ("request-of-another-law", lambda o, r: o.decision(replace(r, law="boats"))),
    ("request-to-another-office", lambda o, r: o.decision(replace(r, addressed_to=OTHER_OFFICE))),
    ("request-to-another-office", lambda o, r: o.decision(r, office=OTHER_OFFICE)),
    ("role-missing", lambda o, r: o.decision(r, signers=NOTARY)),
    ("role-not-held", lambda o, r: o.decision(r, signers=(("registrar", 1),))),
    ("role-not-asked", lambda o, r: o.decision(r, signers=(("registrar", 0), ("clerk", 3)))),
    ("role-not-held", lambda o, r: o.decision(replace(r, signers=(Signer(NOTARY_OFFICE, 0, "notary"),)))),
    ("signer-of-another-office", lambda o, r: o.decision(_with_stranger(r))),
    ("law-not-in-force", lambda o, r: o.decision(replace(r, law_version=2))),
    ("unknown-procedure", lambda o, r: o.decision(replace(r, procedure="gift"))),
]


def _with_stranger(request: Transaction) -> Transaction:
    return replace(request, signers=(*request.signers, Signer(OTHER_OFFICE, 0, "registrar")))


@pytest.mark.parametrize(("code", "make"), DECISIONS_REFUSED)
def test_decisions_that_do_not_stand(
    offices: Offices, code: str, make: Callable[[Offices, Transaction], Transaction]
) -> None:
    request = offices.request(offices.register())
    made = make(offices, request)
    assert offices.refuse(made, made.signers[0].office).code == code


def test_an_act_of_a_law_carries_no_request(offices: Offices) -> None:
    parcel = offices.register()
    own = offices.counters[KEEPER].transaction("transfer", sale(), {"parcel": parcel})
    carrying = replace(own, requests=(_signed(offices.request(parcel)),))
    assert offices.refuse(carrying).code == "requests-not-asked"


def test_what_has_happened_is_neither_refused_nor_does_it_lapse() -> None:
    facts = Offices(parse_law(FACTS))
    counter = facts.counters[KEEPER]
    thing = counter.enter("found", {}, signers=REGISTRAR)
    seen = replace(facts.counters[NOTARY_OFFICE].transaction("see", {}, {"thing": thing}, NOTARY), addressed_to=KEEPER)
    facts.at(1)
    facts.put(seen)
    facts.at(500)
    assert facts.refuse(facts.decision(seen, REFUSE, reason="No.")).code == "fact-not-refused"
    assert facts.put(facts.decision(seen)).outcome == "entered"


FACTS = """
law: facts
version: 1
title: {en: Facts}
requests: {decided_by: [registrar], term_days: 3}
registers:
  thing:
    home: office
    key: {no: {type: number}}
    fields: {seen: {type: boolean, optional: true}}
    states: {start: found}
procedures:
  found:
    title: {en: Found}
    class: decision
    creates: {thing: thing}
    signed_by: {all_of: [registrar]}
    effects: [{create: thing, set: {}}]
  see:
    title: {en: Seen}
    class: fact
    changes: {thing: thing}
    in_state: {thing: [found]}
    signed_by: {all_of: [notary]}
    effects: [{set: thing.seen, to: true}]
"""


# -- bytes ----------------------------------------------------------------------------------------------------------


def test_a_request_has_one_form(offices: Offices) -> None:
    request = offices.request(offices.register())
    encoded = encode_transaction(request)
    assert decode_transaction(encoded) == request
    plain = encode_transaction(replace(request, addressed_to=None))
    assert len(encoded) == len(plain) + 1
    for wrong in (b"\xf6", b"\x20", b"\xf5"):  # null, a negative number, a boolean
        with pytest.raises(MunimentError, match="malformed-transaction"):
            decode_transaction(b"\x8b" + plain[1:] + wrong)
    with pytest.raises(MunimentError, match="malformed-request"):
        decode_transaction(encode_transaction(replace(request, requests=(b"x",))))
    long = replace(request, act={"note": "x" * MAX_REQUEST_BYTES})
    with pytest.raises(MunimentError, match="malformed-request"):
        decode_transaction(encode_transaction(long))


def test_a_signed_request_has_one_form(offices: Offices) -> None:
    signed = SignedRequest(encode_transaction(offices.request(offices.register())), (FORGED,))
    assert decode_request(encode_request(signed)) == signed
    for wrong in ([signed.transaction, []], [signed.transaction, [b"short"]], [signed.transaction], ["text", [FORGED]]):
        with pytest.raises(MunimentError, match="malformed-request"):
            decode_request(encode(wrong))


def test_the_longest_request_finds_room_in_its_decision() -> None:
    room = MAX_REQUEST_BYTES - 100
    filler = Transaction("land", 1, "x", {}, {"t": "x" * room}, (Signer(0, 0, "notary"),) * 8, 0, bytes(8), (), 1)
    encoded = encode_transaction(
        replace(filler, act={"t": "x" * (room - len(encode_transaction(filler)) + room + 100)})
    )
    assert len(encoded) == MAX_REQUEST_BYTES
    carried = encode_request(SignedRequest(encoded, (FORGED,) * 8))
    assert decode_request(carried).read().addressed_to == 1
    decision = Transaction(
        "land", 1, REFUSE, {}, {"reason": "x" * 500}, filler.signers, YEAR_2026_MS, bytes(8), (carried,)
    )
    assert decode_transaction(encode_transaction(decision)) == decision


# -- whatever a decision carries ------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.data())
def test_whatever_a_decision_carries_it_gets_a_verdict(law: Law, data: st.DataObject) -> None:
    """Execution never raises, and no altered request is taken for another that the same people have signed."""
    offices = Offices(law)
    request = offices.request(offices.register())
    carried = bytearray(_signed(request))
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(carried) - 1))
        carried[place] ^= data.draw(st.integers(1, 255))
    else:
        carried = bytearray(data.draw(st.binary(max_size=60)))
    procedure = data.draw(st.sampled_from([ENTER, REFUSE]))
    fields = {"reason": "No."} if procedure == REFUSE else {}
    decision = replace(offices.decision(request, procedure, **fields), requests=(bytes(carried),))
    verdict = offices.judge(decision)
    if isinstance(verdict, Accepted):
        decided = next(change.new for change in verdict.changes if change.new.register == "#decisions")
        assert decided.key["request"] == decode_request(bytes(carried)).id(NETWORK)


def test_who_attests_signs_the_request_or_the_act_that_enters_it_or_the_cure() -> None:
    text, consent = (
        (LIBRARY / "land.yaml").read_text(encoding="utf-8"),
        "      spouse_consent:\n        {type: attestation, ",
    )
    assert consent in text
    offices = Offices(parse_law(text.replace(consent, f"{consent}signs: true, ")))
    parcel = offices.register()
    keepers = {**sale(), "spouse_consent": {"answer": "given", "by": [KEEPER, 1]}}
    direct = offices.counters[KEEPER].transaction(
        "transfer", keepers, {"parcel": parcel}, (("registrar", 0), ("notary", 2))
    )
    refused = offices.refuse(direct)
    assert (refused.code, refused.facts["field"]) == ("attestation-not-signed", "spouse_consent")
    asked = offices.request(parcel, keepers)
    assert offices.put(asked).outcome == "requested", "the keeper's notary may sign what enters it"
    assert offices.refuse(offices.decision(asked)).code == "attestation-not-signed"
    assert offices.put(offices.decision(asked, signers=(*REGISTRAR, ("notary", 1)))).outcome == "entered"
    # Left out at first: whoever signs the cure attests what it brings.
    other = offices.counters[KEEPER].enter(
        "first_registration", first(right("ana", 1, 1), cadastral="0000000007"), signers=REGISTRAR
    )
    act = {name: value for name, value in keepers.items() if name != "spouse_consent"}
    late = offices.counters[KEEPER].transaction("transfer", act, {"parcel": other}, (("registrar", 0), ("notary", 2)))
    offices.at(20_000)
    assert offices.put(late).outcome == "suspended"
    for notary, outcome in ((2, "attestation-not-signed"), (1, "entered")):
        said = {"act": id_of(late), "fields": {"spouse_consent": keepers["spouse_consent"]}}
        cure = offices.counters[KEEPER].transaction("#cure", said, {"parcel": other}, (("notary", notary),))
        verdict = offices.judge(cure)
        assert (verdict.outcome if isinstance(verdict, Accepted) else verdict.code) == outcome
