"""Every format of the ledger: round trips, and nothing malformed gets past a parser or makes it raise anything else.

The property behind most refusals: what a parser takes, encodes to the very bytes that came in. Two byte forms of one
thing would be two ids of one act, or two payloads under one root.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import normalize

import libipld
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.block import MAX_HEADER_BYTES, Header, Reference, decode_header, encode_header
from core.ledger.charter import (
    MAX_CARD_BYTES,
    MAX_OFFICERS,
    OfficeCard,
    decode_card,
    decode_charter,
    decode_head,
    decode_office_leaf,
    found,
    office_leaf,
    sign_card,
)
from core.ledger.encoding import decode, encode
from core.ledger.forks import decode_evidence_file, encode_evidence_file
from core.ledger.payload import (
    MAX_PAYLOAD_BYTES,
    Cosignature,
    Evidence,
    Group,
    Payload,
    decode_payload,
    payload_root,
)
from core.ledger.record import MAX_RECORD_BYTES, Record, decode_record, encode_record
from core.ledger.roll import Member, Officer
from core.ledger.transaction import (
    MAX_TRANSACTION_BYTES,
    RecordRef,
    Signer,
    Transaction,
    decode_transaction,
    encode_transaction,
)
from tests.ledger.building import FOUNDED_MS, LAW, make_network, registration, seed, transfer
from tests.ledger.values import one_place_wrong, values

NETWORK = make_network(2)
CARD = NETWORK.charter.cards[0]
TRANSACTION = transfer(NETWORK.id, registration())
HEADER = Header(
    0,
    1,
    0,
    7,
    seed("prev"),
    (Reference(0, 3, seed("a")), Reference(2, 1, seed("b"))),
    2,
    1,
    FOUNDED_MS,
    (seed("root"), 99),
)
EVIDENCE = Evidence(encode_header(HEADER), bytes(64), encode_header(replace(HEADER, round=3)), bytes(64))
PAYLOAD = Payload((NETWORK.sign_group([TRANSACTION]), Cosignature(b"a note"), EVIDENCE))
RECORD = Record(
    "land.parcel", seed("r")[:16], 1, 0, 3, seed("act")[:16], "registered", {"cadastral": "1"}, {"area": 2}, 5
)


def again_evidence(data: bytes) -> bytes:
    network, evidence = decode_evidence_file(data)
    return encode_evidence_file(network, evidence)


def again_leaf(data: bytes) -> bytes:
    member = decode_office_leaf(data)
    return office_leaf(member.number, OfficeCard(member.office, member.key, b"", member.officers))


def again_head(data: bytes) -> bytes:
    head = decode_head(data)
    digests = list(head.law_digests)
    offices = [head.offices, head.nodes]
    return encode([1, head.name, head.founded_ms, head.quorum, dict(head.homes), digests, *offices])


def any_signature(_key: bytes, _message: bytes, signature: bytes) -> bool:
    """Lets the form be looked at; wrong lengths are never a signature."""
    return len(signature) == 64


@dataclass(frozen=True)
class Format:
    name: str
    right: bytes
    again: Callable[[bytes], bytes]  # decode and encode
    most_bytes: int
    own_code: str


FORMATS = [
    Format("transaction", encode_transaction(TRANSACTION), lambda data: encode_transaction(decode_transaction(data)),
           MAX_TRANSACTION_BYTES, "malformed-transaction"),
    Format("payload", PAYLOAD.encoded, lambda data: decode_payload(data).encoded, MAX_PAYLOAD_BYTES,
           "malformed-payload"),
    Format("header", encode_header(HEADER), lambda data: encode_header(decode_header(data)), MAX_HEADER_BYTES,
           "malformed-header"),
    Format("record", encode_record(RECORD), lambda data: encode_record(decode_record(data)), MAX_RECORD_BYTES,
           "malformed-record"),
    Format("card", CARD.encoded, lambda data: decode_card(data, any_signature).encoded, MAX_CARD_BYTES,
           "not-an-office-card"),
    Format("charter", NETWORK.charter.encoded, lambda data: decode_charter(data, any_signature).encoded, 16 << 20,
           "not-a-charter"),
    Format("head", NETWORK.charter.head, again_head, 1 << 20, "not-a-charter"),
    Format("office leaf", office_leaf(1, CARD), again_leaf, MAX_CARD_BYTES, "malformed-office-leaf"),
    Format("evidence file", encode_evidence_file(NETWORK.id, EVIDENCE), again_evidence, 256 << 10, "not-fork-evidence"),
]  # fmt: skip
every_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)

# Whatever else a parser may say of bytes that are canonical but not right.
FURTHER_CODES = {
    "bad-card-signature", "bad-quorum", "same-key-twice", "same-name-twice", "no-offices", "not-an-office-card",
    "not-canonical", "too-deep", "too-large",
}  # fmt: skip


def taken(again: Callable[[bytes], bytes], data: bytes) -> bytes | str:
    """What comes out again, or the code of the refusal."""
    try:
        return again(data)
    except MunimentError as refused:
        return refused.code


def refusal(form: Format, data: bytes) -> str:
    with pytest.raises(MunimentError) as caught:
        form.again(data)
    return caught.value.code


@every_format
def test_it_comes_back_as_it_was(form: Format) -> None:
    assert form.again(form.right) == form.right


@every_format
def test_cut_and_longer_bytes_are_refused(form: Format) -> None:
    step = max(1, len(form.right) // 60)
    for length in range(0, len(form.right), step):
        assert refusal(form, form.right[:length]) == "not-canonical"
    assert refusal(form, form.right + b"\x00") == "not-canonical"
    assert refusal(form, bytes(form.most_bytes + 1)) == "too-large"


@every_format
@pytest.mark.parametrize(
    "other", [None, 0, "text", b"bytes", [], {}, [[]], [0] * 12, ["muniment-charter", b"", [], []]]
)
def test_other_values_are_refused(form: Format, other: Any) -> None:
    assert refusal(form, encode(other)) in {form.own_code, *FURTHER_CODES}


@every_format
def test_one_place_wrong_is_refused_or_is_the_one_form_of_its_bytes(form: Format) -> None:
    right = decode(form.right, form.most_bytes)

    @settings(max_examples=300, database=None)
    @given(one_place_wrong(right))
    def check(data: bytes) -> None:
        assert taken(form.again, data) in (data, form.own_code, *FURTHER_CODES)

    check()


@every_format
def test_any_value_is_refused_or_is_the_one_form_of_its_bytes(form: Format) -> None:
    @settings(max_examples=100, database=None)
    @given(st.one_of(values.map(encode), st.binary(max_size=80)))
    def check(data: bytes) -> None:
        again = taken(form.again, data)
        assert again == data or isinstance(again, str)

    check()


def places_in(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a value."""
    inside = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for name, item in inside:
        yield (*place, name)
        yield from places_in(item, (*place, name))


def with_at(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """The value with another one at a place."""
    if not place:
        return other
    changed = value.copy()
    changed[place[0]] = with_at(value[place[0]], place[1:], other)
    return changed


@every_format
def test_a_float_or_too_deep_a_list_is_told_as_such_wherever_it_stands(form: Format) -> None:
    right = decode(form.right, form.most_bytes)
    deep: list[Any] = []
    for _ in range(20):
        deep = [deep]
    for place in places_in(right):
        assert refusal(form, libipld.encode_dag_cbor(with_at(right, place, 0.5))) == "not-canonical", place
        assert refusal(form, libipld.encode_dag_cbor(with_at(right, place, deep))) == "too-deep", place


def test_a_charter_inside_out_is_refused_or_is_the_one_form_of_its_bytes() -> None:
    """The head and the card bodies are bytes within bytes."""
    tag, head, laws, cards = decode(NETWORK.charter.encoded)

    @settings(max_examples=200, database=None)
    @given(one_place_wrong(decode(head)), one_place_wrong(decode(CARD.body)), st.booleans())
    def check(other_head: bytes, other_body: bytes, in_head: bool) -> None:
        other_card = encode(["muniment-office-card", other_body, list(CARD.signatures)])
        changed = [tag, other_head, laws, cards] if in_head else [tag, head, laws, [other_card, *cards[1:]]]
        data = encode(changed)
        again = taken(lambda charter: decode_charter(charter, any_signature).encoded, data)
        assert again in (data, "not-a-charter", *FURTHER_CODES)

    check()


# -- round trips of the values --------------------------------------------------------------------------------------

ids = st.binary(min_size=32, max_size=32)
short_ids = st.binary(min_size=16, max_size=16)
naturals = st.one_of(st.integers(0, 300), st.integers(0, (1 << 63) - 1))
facts = st.dictionaries(st.text(max_size=8), values, max_size=4)

transactions = st.builds(
    Transaction,
    st.text(max_size=10),
    naturals,
    st.text(max_size=10),
    st.dictionaries(st.text(max_size=8), st.builds(RecordRef, short_ids, naturals, short_ids), max_size=3),
    facts,
    st.lists(st.builds(Signer, naturals, naturals, st.text(max_size=8)), min_size=1, max_size=8).map(tuple),
    naturals,
    st.binary(min_size=8, max_size=8),
    st.lists(st.binary(max_size=20), max_size=16).map(tuple),
)
headers = st.builds(
    Header,
    naturals,
    naturals,
    naturals,
    st.integers(2, (1 << 63) - 1),
    ids,
    st.lists(st.builds(Reference, naturals, naturals, ids), max_size=5, unique=True).map(
        lambda refs: tuple(sorted(refs))
    ),
    naturals,
    st.sampled_from((0, 1)),
    naturals,
    st.one_of(st.none(), st.tuples(ids, naturals)),
    st.one_of(st.none(), ids),
)
records = st.builds(
    Record,
    st.text(max_size=12),
    short_ids,
    st.one_of(st.none(), naturals),
    naturals,
    st.integers(1, 1 << 40),
    short_ids,
    st.text(max_size=8),
    facts,
    facts,
    naturals,
)
signatures = st.binary(min_size=64, max_size=64)
groups = st.builds(
    Group,
    st.lists(st.binary(max_size=40), min_size=1, max_size=4).map(tuple),
    st.lists(signatures, min_size=1, max_size=8).map(tuple),
)
evidences = st.builds(Evidence, st.binary(max_size=40), signatures, st.binary(max_size=40), signatures)
payloads = st.builds(
    Payload,
    st.lists(st.one_of(groups, st.builds(Cosignature, st.binary(max_size=40)), evidences), min_size=1, max_size=4).map(
        tuple
    ),
)


@settings(max_examples=150)
@given(transactions, headers, records, payloads)
def test_values_come_back_as_they_were(
    transaction: Transaction, header: Header, record: Record, payload: Payload
) -> None:
    assert decode_transaction(encode_transaction(transaction)) == transaction
    assert decode_header(encode_header(header)) == header
    assert decode_record(encode_record(record)) == record
    assert decode_payload(payload.encoded) == payload


# -- single rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0},
        {"seq": 1},
        {"prev": None},
        {"prev": bytes(31)},
        {"flags": 2},
        {"flags": True},
        {"round": -1},
        {"author": 1 << 63},
        {"claimed_ms": -1},
        {"refs": (Reference(2, 1, seed("b")), Reference(0, 3, seed("a")))},
        {"refs": (Reference(0, 3, seed("a")),) * 2},
        {"payload": (bytes(31), 1)},
        {"payload": (bytes(32), -1)},
        {"closing_anchor": b""},
    ],
    ids=str,
)
def test_a_header_keeps_its_rules(change: dict[str, Any]) -> None:
    with pytest.raises(MunimentError, match="malformed-header"):
        decode_header(encode_header(replace(HEADER, **change)))


def test_only_a_first_block_has_none_before_it() -> None:
    first = replace(HEADER, seq=1, prev=None)
    assert decode_header(encode_header(first)) == first


@pytest.mark.parametrize(
    "change",
    [
        {"signers": ()},
        {"signers": (Signer(0, 0, "clerk"),) * 9},
        {"signers": (Signer(-1, 0, "clerk"),)},
        {"nonce": bytes(7)},
        {"law_version": True},
        {"claimed_ms": 1 << 63},
        {"requests": (b"",) * 17},
        {"answers": bytes(31)},
        {"answers": bytes(32), "requests": (b"", b"")},
        {"answers": bytes(32), "addressed_to": 1},
        {"changes": {"parcel": RecordRef(bytes(15), 1, bytes(16))}},
    ],
    ids=str,
)
def test_a_transaction_keeps_its_rules(change: dict[str, Any]) -> None:
    with pytest.raises(MunimentError, match="malformed-transaction"):
        decode_transaction(encode_transaction(replace(TRANSACTION, **change)))


@pytest.mark.parametrize(
    "item",
    [
        Group((), (bytes(64),)),
        Group((b"act",), ()),
        Group((b"act",), (bytes(63),)),
        Group((b"act",), (bytes(64),) * 9),
    ],
    ids=str,
)
def test_a_group_has_acts_and_one_to_eight_signatures(item: Group) -> None:
    with pytest.raises(MunimentError, match="malformed-payload"):
        decode_payload(Payload((item,)).encoded)


def test_an_empty_payload_is_none() -> None:
    with pytest.raises(MunimentError, match="malformed-payload"):
        decode_payload(encode([]))


def test_one_payload_has_one_form_under_its_root() -> None:
    """`false` is no 0: otherwise two payloads of one length would share a root."""
    other = encode([[False, [b"act"], [bytes(64)]]])
    assert len(other) == len(Payload((Group((b"act",), (bytes(64),)),)).encoded)
    with pytest.raises(MunimentError, match="malformed-payload"):
        decode_payload(other)


def test_the_payload_root_changes_with_anything_in_it() -> None:
    group = NETWORK.sign_group([registration(1), registration(2)])
    roots = {
        payload_root(NETWORK.id, Payload(items))
        for items in (
            (group,),
            (group, group),
            (replace(group, transactions=group.transactions[::-1]),),
            (replace(group, transactions=group.transactions[:1]),),
            (replace(group, signatures=(bytes(64),)),),
            (Cosignature(b""), group),
        )
    }
    assert len(roots) == 6
    assert payload_root(bytes(32), Payload((group,))) not in roots


# -- cards and charters ---------------------------------------------------------------------------------------------


def card_refusal(card: OfficeCard) -> str:
    with pytest.raises(MunimentError) as caught:
        decode_card(card.encoded, verify)
    return caught.value.code


def test_a_card_is_signed_by_its_node_and_by_every_officer() -> None:
    assert decode_card(CARD.encoded, verify) == CARD
    for place in range(len(CARD.signatures)):
        forged = list(CARD.signatures)
        forged[place] = bytes(64)
        assert card_refusal(replace(CARD, signatures=tuple(forged))) == "bad-card-signature"
    assert card_refusal(replace(CARD, signatures=CARD.signatures[:-1])) == "bad-card-signature"
    assert card_refusal(replace(CARD, name="Another office")) == "bad-card-signature"
    stranger = Officer("Nobody", seed("stranger"), frozenset({"clerk"}))
    assert card_refusal(replace(CARD, officers=(*CARD.officers, stranger))) == "bad-card-signature"


def signed_card(number: int, **change: Any) -> OfficeCard:
    signers = [NETWORK.nodes[number].sign, *(key.sign for key in NETWORK.officers[number])]
    return sign_card(replace(NETWORK.charter.cards[number], **change), signers)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "Cafe\u0301"},
        {"officers": ()},
        {"officers": (Officer("Anna", bytes(31), frozenset({"clerk"})),)},
        {"officers": (Officer("Anna", bytes(32), frozenset({"emperor"})),)},
        {"officers": tuple(Officer("Anna", seed(n), frozenset()) for n in range(MAX_OFFICERS + 1))},
        {"node_key": bytes(31)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_card_keeps_its_rules(change: dict[str, Any]) -> None:
    assert card_refusal(signed_card(0, **change)) == "not-an-office-card"


def test_a_name_is_judged_by_the_same_tables_under_every_python() -> None:
    """Unicode composes these two since 5.2; a Python with other tables must not refuse what this one takes."""
    card = signed_card(0, name="Office \U00011099\U000110ba")
    assert decode_card(card.encoded, verify).name == card.name
    assert normalize("NFC", card.name) != card.name


def test_a_charter_refuses_what_would_make_its_network_unsafe() -> None:
    cards = make_network(4).charter.cards

    def code(*args: Any, **named: Any) -> str:
        with pytest.raises(MunimentError) as caught:
            found("Network", FOUNDED_MS, *args, **named)
        return caught.value.code

    assert code(cards, [LAW], {}, quorum=2) == "bad-quorum"
    assert code(cards, [LAW], {}, quorum=5) == "bad-quorum"
    assert found("Network", FOUNDED_MS, cards, [LAW], {}, quorum=4).quorum == 4
    assert code([], [LAW], {}) == "no-offices"
    assert code([cards[0], cards[0]], [LAW], {}) == "same-key-twice"
    assert code([cards[0], replace(cards[1], name=cards[0].name)], [LAW], {}) == "same-name-twice"
    assert code(cards, [], {}) == "not-a-charter"
    assert code(cards, [LAW], {"land.parcel": "everywhere"}) == "not-a-charter"


def test_the_network_id_commits_to_everything_that_a_charter_founds() -> None:
    charter = NETWORK.charter
    ids = {
        replace(charter, **change).network
        for change in (
            {},
            {"name": "Other"},
            {"founded_ms": 1},
            {"quorum": 1},
            {"homes": {"land.parcel": "shared"}},
            {"laws": (b"\xa1",)},
            {"cards": charter.cards[::-1]},
            {"cards": charter.cards[:1]},
            {"cards": (replace(charter.cards[0], officers=charter.cards[0].officers[:1]), charter.cards[1])},
        )
    }
    assert len(ids) == 9


def test_an_office_leaf_gives_the_member_that_the_roll_has() -> None:
    member = decode_office_leaf(office_leaf(1, NETWORK.charter.cards[1]))
    in_roll = NETWORK.charter.roll.members[1]
    assert member == replace(in_roll, certificate=b"")
    assert isinstance(member, Member)
