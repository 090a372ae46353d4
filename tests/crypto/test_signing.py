"""Signatures: RFC 8032's vectors, strictness, and verdicts that do not depend on threads."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.signing import SigningKey, public_key, sign, verify, verify_many

# RFC 8032 §7.1, TEST 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
SEED = bytes(range(32))
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc(seed: str, public: str, message: str, signature: str) -> None:
    assert public_key(bytes.fromhex(seed)).hex() == public
    assert sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    assert SigningKey(bytes.fromhex(seed)).sign(bytes.fromhex(message)).hex() == signature
    assert verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@given(st.binary(max_size=200), st.integers(0, 63), st.integers(1, 255))
def test_an_altered_signature_is_refused(message: bytes, position: int, mask: int) -> None:
    signature = bytearray(sign(SEED, message))
    assert verify(public_key(SEED), message, bytes(signature))
    assert not verify(public_key(SEED), message + b"x", bytes(signature))
    signature[position] ^= mask
    assert not verify(public_key(SEED), message, bytes(signature))


def test_a_second_encoding_of_the_same_signature_is_refused() -> None:
    signature = sign(SEED, b"act")
    shifted = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not verify(public_key(SEED), b"act", signature[:32] + shifted.to_bytes(32, "little"))


def test_keys_of_small_order_verify_nothing() -> None:
    identity = bytes([1]) + bytes(31)
    # R = identity and S = 0 satisfy the equation of RFC 8032 for the identity key and every message.
    assert not verify(identity, b"any", identity + bytes(32))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_wrong_lengths_are_just_not_valid(length: int) -> None:
    assert not verify(bytes(length), b"m", bytes(64))
    assert not verify(public_key(SEED), b"m", bytes(length if length != 64 else 65))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 50])
def test_many_verdicts_keep_their_order(threads: int, count: int) -> None:
    key = SigningKey(SEED)
    expected = [index % 3 != 1 for index in range(count)]
    items = [
        (key.public, b"%d" % index, key.sign(b"%d" % (index if good else -1))) for index, good in enumerate(expected)
    ]
    assert verify_many(items, threads) == expected


def test_a_key_shows_and_gives_away_only_its_public_half() -> None:
    key = SigningKey(SEED)
    assert repr(key) == f"SigningKey(public={public_key(SEED).hex()})"
    for give_away in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            give_away(key)
