"""The vectors of sealed fields, worked out once more without a line of the application; and bounded, strict parsers."""

import json
from hashlib import sha256
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
from nacl.signing import SigningKey as NaclKey
from nacl.signing import VerifyKey

from core.errors import MunimentError
from core.ledger.encoding import encode
from core.ledger.payload import ErasureNote, ShareRelease, decode_payload
from core.ledger.sealed import MAX_CONTENT_BYTES, close_box, open_box, read_sealed_value
from core.sealing.envelope import RELEASED, read_envelope
from tests.independent.auditing import blocks as formats
from tests.independent.auditing.blocks import Block
from tests.independent.auditing.values import tree_root

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sealed.json").read_text("utf-8"))
NETWORK, KEY = bytes.fromhex(VECTORS["network"]), bytes.fromhex(VECTORS["key"])
KINDS = {"sealed": 64, "until": 64, "padded": 512}  # and how long what is in the box is


def tagged(tag: str, *parts: bytes) -> bytes:
    return sha256(b"muniment/" + tag.encode() + b"/1\0" + b"".join(parts)).digest()


@pytest.mark.parametrize("kind", KINDS)
def test_the_box_the_commitment_and_the_name(kind: str) -> None:
    vector = {name: bytes.fromhex(one) if isinstance(one, str) else one for name, one in VECTORS[kind].items()}
    shares = [[n, tagged("sealed-share", NETWORK, bytes.fromhex(s))] for n, s in enumerate(vector.get("shares", []))]
    terms = cbor2.dumps([vector["by"], vector["offices"], vector.get("threshold", 0), shares], canonical=True)
    assert terms == vector["terms"]
    assert tagged("sealed-key", NETWORK, KEY, terms) == vector["commitment"]
    assert tagged("sealed-name", NETWORK, vector["commitment"], terms) == vector["name"]
    box, place = vector["box"], b"muniment/sealed-field/1\0" + NETWORK
    plain = crypto_aead_xchacha20poly1305_ietf_decrypt(box[24:], place, box[:24], KEY)
    length = int.from_bytes(plain[:4], "big")
    assert plain[4 : 4 + length] == vector["content"]
    assert len(plain) == KINDS[kind]
    assert set(plain[4 + length :]) <= {0}
    value = {"box": box, "by": vector["by"], "key": vector["commitment"], "offices": vector["offices"]}
    if shares:
        value |= {"threshold": vector["threshold"], "shares": shares}
    assert cbor2.dumps(value, canonical=True) == vector["value"]


def test_shares_are_values_of_a_polynomial() -> None:
    def times(one: int, other: int) -> int:
        product = 0
        while other:
            product ^= one if other & 1 else 0
            one = (one << 1) ^ (0x11B if one & 0x80 else 0)
            other >>= 1
        return product

    slope = bytes.fromhex(VECTORS["until"]["coefficient"])
    for number, share in enumerate(VECTORS["until"]["shares"], 1):
        assert bytes(k ^ times(c, number) for k, c in zip(KEY, slope, strict=True)).hex() == share


@pytest.mark.parametrize("kind", KINDS)
def test_the_application_reads_them(kind: str) -> None:
    value = cbor2.loads(bytes.fromhex(VECTORS[kind]["value"]))
    sealed = read_sealed_value(value)
    assert sealed is not None
    assert sealed.value == value
    assert sealed.name(NETWORK).hex() == VECTORS[kind]["name"]
    assert encode(open_box(NETWORK, KEY, sealed)).hex() == VECTORS[kind]["content"]
    with pytest.raises(MunimentError, match="sealed-key-differs"):
        open_box(NETWORK, bytes(32), sealed)


def test_a_new_box_is_padded() -> None:
    nonce, content = bytes.fromhex(VECTORS["nonce"]), cbor2.loads(bytes.fromhex(VECTORS["padded"]["content"]))
    assert close_box(NETWORK, KEY, content, nonce).hex() == VECTORS["padded"]["box"]


def test_boxes_have_eight_lengths() -> None:
    def length(content_bytes: int) -> int:  # of the box beyond its nonce and tag; 3 bytes say how long a text is
        return len(close_box(NETWORK, KEY, bytes(content_bytes - 3), bytes(24))) - 40

    whole = [length(2**power - 4) for power in range(9, 16)]
    assert whole == [512, 1024, 2048, 4096, 8192, 16384, 32768]
    assert [length(300), length(509), length(1021)] == [512, 1024, 2048]
    assert length(32765) == length(MAX_CONTENT_BYTES) == 49216


def test_payload_items() -> None:
    stated = VECTORS["payload"]
    encoded, order = bytes.fromhex(stated["encoded"]), bytes.fromhex(stated["order"])
    names = [bytes.fromhex(VECTORS[kind]["name"]) for kind in ("until", "sealed")]
    assert encoded == cbor2.dumps([[3, order], [4, names[0], True], [4, names[1], False]], canonical=True)
    items = decode_payload(encoded).items
    assert items == (ErasureNote(order), ShareRelease(names[0], True), ShareRelease(names[1], False))
    block = Block(bytes(32), None, [], [], set())  # type: ignore[arg-type]  # no item of these looks at a header
    leaves = [formats._read_item(None, block, item) for item in cbor2.loads(encoded)]  # type: ignore[arg-type]
    assert tree_root(leaves).hex() == stated["root"]


@pytest.mark.parametrize(
    "item", [[3, b""], [3, bytes(31)], [3, bytes(32), 0], [4, bytes(32)], [4, bytes(32), 1], [4, bytes(33), True], [5]]
)
def test_other_items_are_malformed(item: list[object]) -> None:
    with pytest.raises(MunimentError, match="malformed-payload"):
        decode_payload(encode([item]))


def test_an_envelope() -> None:
    data = bytes.fromhex(VECTORS["envelope"]["released"])
    envelope = read_envelope(data)
    assert (envelope.kind, envelope.content.hex()) == (RELEASED, VECTORS["until"]["shares"][1])
    *stated, signature = cbor2.loads(data)
    message = b"muniment/sealed-envelope/1\0" + NETWORK + cbor2.dumps(stated, canonical=True)
    key = NaclKey(bytes.fromhex(VECTORS["envelope"]["node_seed"])).verify_key
    assert VerifyKey(bytes(key)).verify(message, signature) == message


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.binary(max_size=80) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
    max_leaves=12,
)


@given(st.binary(max_size=600) | values.map(encode))
def test_any_bytes_are_an_envelope_or_refused_with_a_code(data: bytes) -> None:
    try:
        read = read_envelope(data).encoded
    except MunimentError as error:
        read = error.code.encode()
    assert read in {data, b"malformed-envelope", b"not-canonical", b"too-large", b"too-deep"}


@given(
    st.fixed_dictionaries(
        {"box": st.binary(max_size=120), "by": values, "key": st.binary(min_size=31, max_size=33), "offices": values},
        optional={"threshold": values, "shares": values, "more": values},
    )
    | values
)
def test_any_value_is_a_sealed_field_of_one_form_or_none(value: object) -> None:
    read = read_sealed_value(value)
    assert read is None or encode(read.value) == encode(value)
