"""What opens a sealed field inside the ledger: one text for one signed value, whoever brings it, however it was sealed."""

import cbor2
import pytest

from core.crypto.shamir import divide
from core.errors import MunimentError
from core.laws import LawError, parse_law
from core.laws.verdict import Accepted
from core.ledger.encoding import Value, decode
from core.ledger.opening import Opening, deal, open_with, read_opening
from core.ledger.record import Record
from core.ledger.sealed import Sealed, close_box, commit, sealed_values, share_digest
from tests.laws.counter import NETWORK, Counter
from tests.sealing.homes import act, make_homes, settle
from tests.sealing.test_sealed_vectors import KEY, VECTORS, tagged
from tests.sealing.test_sealed_vectors import NETWORK as VECTOR_NETWORK

OTHER, NONCE = bytes(range(32)), bytes(24)
OFFICES, THRESHOLD = (0, 1, 2, 3), 2

TENDER = """
law: tender
version: 1
title: {en: Tender}
registers:
  offer:
    home: office
    key: {no: {type: integer, min: 1, max: 100}}
    fields:
      price: {type: integer, min: 1, max: 1000, sealed: {until: close, for: [registrar]}}
      read: {type: integer, min: 1, max: 1000, optional: true}
    states: {start: placed, moves: {close: {from: [placed], to: closed}, strike: {from: [closed], to: struck}}}
procedures:
  place:
    title: {en: Place}
    class: application
    creates: {offer: offer}
    signed_by: {all_of: [registrar]}
    fields:
      no: {type: integer, min: 1, max: 100}
      price: {type: integer, min: 1, max: 1000, sealed: {until: close, for: [registrar]}}
    effects: [{create: offer, key: {no: act.no}, set: {price: act.price}}]
  close:
    title: {en: Close}
    class: decision
    changes: {offer: offer}
    in_state: {offer: [placed]}
    signed_by: {all_of: [registrar]}
    effects: [{move_state: offer, move: close}]
  open:
    title: {en: Open}
    class: decision
    changes: {offer: offer}
    in_state: {offer: [closed]}
    signed_by: {all_of: [registrar]}
    fields: {opened: {type: opening, of: offer.price}}
    requires:
      - {code: no-price, article: "1", outcome: refuse, rule: has(act.opened.value), says: {en: It is no price.}}
    effects: [{set: offer.read, to: act.opened.value}]
"""
LAW = parse_law(TENDER)
CLERK = (("registrar", 0),)


def seal(key: bytes, shares: list[bytes], content: Value, by: int = 0) -> Sealed:
    """As an office seals, or pretends to: shares and text need not be those of the key."""
    digests = tuple((office, share_digest(NETWORK, share)) for office, share in enumerate(shares))
    terms = Sealed(b"", by, b"", OFFICES, THRESHOLD, digests).terms
    return Sealed(close_box(NETWORK, key, content, NONCE), by, commit(NETWORK, key, terms), OFFICES, THRESHOLD, digests)


def dealt(key: bytes) -> list[bytes]:
    return deal(NETWORK, key, THRESHOLD, len(OFFICES))


def brought(opening: Opening) -> Value:
    return opening if isinstance(opening, bytes) else [[number, share] for number, share in opening.items()]


def offered(counter: Counter, sealed: Sealed) -> Record:
    """The offer after the close."""
    made = counter.enter("place", {"no": 1, "price": sealed.value}, signers=CLERK)
    return counter.enter("close", {}, {"offer": made}, CLERK)


def opened(sealed: Sealed, opening: Opening) -> str | int:
    """What a rule reads of it: the price that the record has afterwards, or the code of the refusal."""
    counter = Counter(LAW, homes={})
    offer = offered(counter, sealed)
    verdict = counter.put(counter.transaction("open", {"opened": brought(opening)}, {"offer": offer}, CLERK))
    if not isinstance(verdict, Accepted):
        return verdict.code
    price: int = verdict.changes[0].new.fields["read"]
    return price


def pairs(shares: list[bytes]) -> list[Opening]:
    """The openings by shares that two holders can bring."""
    numbered = dict(enumerate(shares, 1))
    return [{one: numbered[one], two: numbered[two]} for one in numbered for two in numbered if one < two]


def test_the_key_and_any_shares_open_the_same_price() -> None:
    sealed = seal(KEY, dealt(KEY), 700)
    assert {opened(sealed, one) for one in (KEY, *pairs(dealt(KEY)))} == {700}


def test_a_bidder_who_has_prepared_two_keys_or_two_sets_of_shares_is_left_no_choice() -> None:
    """He shares out one key to some and another to the others, to let the auction open what suits him after the close."""
    assert opened(seal(KEY, dealt(KEY), 700), OTHER) == "opening-differs"
    mixed = [*dealt(KEY)[:2], *dealt(OTHER)[2:]]
    assert {opened(seal(KEY, mixed, 700), one) for one in (KEY, *pairs(mixed))} == {"no-price"}
    consistent = divide(KEY, THRESHOLD, len(OFFICES), lambda length: bytes(length - 1) + b"\1")
    assert {opened(seal(KEY, consistent, 700), one) for one in (KEY, *pairs(consistent))} == {"no-price"}


@pytest.mark.parametrize("content", [0, 1001, "700", [700, "EUR"], None])
def test_a_text_that_is_no_value_of_its_type_is_opened_and_no_price(content: Value) -> None:
    assert opened(seal(KEY, dealt(KEY), content), KEY) == "no-price"


def test_a_box_that_its_key_does_not_open_is_no_price() -> None:
    sealed = seal(KEY, dealt(KEY), 700)
    other = Sealed(
        close_box(NETWORK, OTHER, 700, NONCE), 0, sealed.commitment, OFFICES, sealed.threshold, sealed.shares
    )
    assert opened(other, KEY) == "no-price"


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ({1: OTHER, 2: dealt(KEY)[1]}, "opening-differs"),  # not the share that was committed to
        ({1: dealt(KEY)[0], 2: dealt(KEY)[1], 3: dealt(KEY)[2]}, "opening-differs"),  # more than are needed
        ({1: dealt(KEY)[0], 9: dealt(KEY)[1]}, "opening-differs"),
        (KEY[:31], "wrong-kind"),
    ],
)
def test_what_opens_nothing_is_refused(opening: Opening, code: str) -> None:
    assert opened(seal(KEY, dealt(KEY), 700), opening) == code


@pytest.mark.parametrize("value", [[], [[1, KEY]], [[2, KEY], [1, KEY]], [[1, KEY], [1, KEY]], [[0, KEY], [1, KEY]], 7])
def test_an_opening_has_one_form(value: Value) -> None:
    assert read_opening(value) is None


def test_offices_prove_together_that_shares_make_up_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office that seals gives every holder a share that fits its digest, and no two of them make up the key."""
    homes = make_homes()
    monkeypatch.setattr("core.sealing.closing.deal", lambda network, key, *counts: deal(network, key[::-1], *counts))
    (paper,) = act(homes[0], "declare", {}, {"number": "1", "words": "To my niece"}).records
    settle(homes, verify=False)
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes, verify=False)
    for office in homes:
        ((_, sealed),) = sealed_values(office.records.view(paper).record.fields)
        opening = read_opening(office.keys.opening(sealed))
        assert isinstance(opening, dict)
        with pytest.raises(MunimentError, match="sealed-differs"):
            open_with(office.network, sealed, opening)


def test_the_vector() -> None:
    """Worked out without the application: each coefficient is the hash of the key and its number."""
    vector = VECTORS["opening"]

    def times(one: int, other: int) -> int:
        product = 0
        while other:
            product ^= one if other & 1 else 0
            one = (one << 1) ^ (0x11B if one & 0x80 else 0)
            other >>= 1
        return product

    first, second = (tagged("sealed-coefficient", VECTOR_NETWORK, KEY, bytes([number])) for number in (1, 2))
    for number, share in enumerate(vector["shares"], 1):
        square = times(number, number)
        made = bytes(k ^ times(a, number) ^ times(b, square) for k, a, b in zip(KEY, first, second, strict=True))
        assert made.hex() == share
    value = cbor2.loads(bytes.fromhex(vector["value"]))
    sealed = Sealed(
        value["box"], value["by"], value["key"], tuple(value["offices"]), 3, tuple(map(tuple, value["shares"]))
    )
    for one in ("by_key", "by_shares"):
        opening = read_opening(decode(bytes.fromhex(vector[one])))
        assert opening is not None
        assert open_with(VECTOR_NETWORK, sealed, opening) == "My house to my niece"
        with pytest.raises(MunimentError, match="sealed-key-differs"):
            open_with(NETWORK, sealed, opening)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("of: offer.price}", "of: offer.read}", "opens-nothing-sealed"),
        ("of: offer.price}", "of: bid.price}", "opens-nothing-sealed"),
        ("of: offer.price}", "of: price}", "opens-nothing-sealed"),
        ("rule: has(act.opened.value)", "rule: act.opened.value > 1", "unguarded"),
        ("rule: has(act.opened.value)", "rule: offer.price > 1", "sealed-not-read"),
        (
            "read: {type: integer, min: 1, max: 1000, optional",
            "read: {type: opening, of: offer.price, optional",
            "unknown-type",
        ),
    ],
)
def test_what_the_checker_refuses(old: str, new: str, code: str) -> None:
    assert old in TENDER
    with pytest.raises(LawError) as raised:
        parse_law(TENDER.replace(old, new, 1))
    assert code in [problem.code for problem in raised.value.problems]
