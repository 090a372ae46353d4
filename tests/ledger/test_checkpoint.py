"""Checkpoints: one text, one quorum; what is not exactly so is refused. The text is read by a second reader as well."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.checkpoint import (
    MAX_NOTE_BYTES,
    Certificate,
    check_certificate,
    check_cosignature,
    checkpoint_text,
    decode_cosignature,
    encode_cosignature,
)
from core.ledger.encoding import decode, encode
from core.ledger.signed_note import decode_checkpoint, decode_note, encode_note
from tests.ledger.checkpoints import NETWORK, certified, checkpoint, cosigned, digest, node_key, witnesses

SEVEN = witnesses(7)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


# -- the text -------------------------------------------------------------------------------------------------------


def test_the_text_is_a_c2sp_checkpoint() -> None:
    lines = checkpoint_text(checkpoint()).decode().split("\n")
    assert lines[:2] == [f"muniment/{NETWORK.hex()}", "120"]
    assert b64decode(lines[2]) == digest("root")
    assert lines[3] == "state " + b64encode(digest("state")).decode()
    assert lines[4] == "anchor 0 12 1790000000012 " + b64encode(digest("block 12")).decode()
    assert lines[5:] == [""]


def test_a_text_has_one_reading() -> None:
    closing = replace(checkpoint(), following=digest("next"))
    later = replace(closing, epoch=1, constitution=digest("constitution"))
    for one in (checkpoint(), closing, later, replace(later, following=None)):
        assert decode_checkpoint(checkpoint_text(one)) == one
        note = encode_cosignature(cosigned(one, 3))
        assert decode_cosignature(NETWORK, note).checkpoint == one
        assert len(note) <= MAX_NOTE_BYTES
    for wrong in (replace(later, epoch=0), replace(later, constitution=None)):
        assert code_of(lambda wrong=wrong: decode_checkpoint(checkpoint_text(wrong))) == "malformed-checkpoint"  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + b"\n",
        lambda text: text + b"more\n",
        lambda text: text.replace(b"\n120\n", b"\n0120\n"),
        lambda text: text.replace(b"\n120\n", b"\n+120\n"),
        lambda text: text.replace(b"\n120\n", b"\n9999999999999999999\n"),
        lambda text: text.replace(b"anchor 0 12 ", b"anchor 0 0 "),
        lambda text: text.replace(b"state ", b"State "),
        lambda text: text.replace(b"=\nstate", b"\nstate"),
        lambda text: text.replace(b"=\nstate", b"A\nstate"),
        lambda text: text.replace(NETWORK.hex().encode(), NETWORK.hex().upper().encode()),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: b"",
    ],
)
def test_another_text_is_refused(change: Callable[[bytes], bytes]) -> None:
    assert code_of(lambda: decode_checkpoint(change(checkpoint_text(checkpoint())))) == "malformed-checkpoint"


def test_spare_bits_of_base64_are_refused() -> None:
    """A hash of 32 bytes leaves two bits of its last character free."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = checkpoint_text(checkpoint()).decode()
    root = text.split("\n")[2]
    other = root[:42] + alphabet[alphabet.index(root[42]) + 1] + "="
    assert b64decode(other) == b64decode(root)
    assert code_of(lambda: decode_checkpoint(text.replace(root, other).encode())) == "malformed-checkpoint"


# -- cosignatures ---------------------------------------------------------------------------------------------------


def test_a_cosignature_travels_as_a_short_note_and_holds() -> None:
    made = cosigned(checkpoint(), 3)
    note = encode_cosignature(made)
    assert len(note) < 210
    assert decode_cosignature(NETWORK, note) == made
    assert check_cosignature(made, SEVEN, verify) == SEVEN.members[3]


@pytest.mark.parametrize("name", ["epoch", "anchor", "consensus_ms", "size", "block", "root", "state_root", "network"])
def test_a_cosignature_of_another_checkpoint_does_not_hold(name: str) -> None:
    made = cosigned(checkpoint(), 3)
    value = getattr(made.checkpoint, name)
    other = replace(made.checkpoint, **{name: bytes(32) if isinstance(value, bytes) else value + 1})
    expected = "unknown-witness" if name == "epoch" else "bad-cosignature"
    assert code_of(lambda: check_cosignature(replace(made, checkpoint=other), SEVEN, verify)) == expected
    if name == "epoch":
        later = witnesses(7, 1)
        assert code_of(lambda: check_cosignature(replace(made, checkpoint=other), later, verify)) == "bad-cosignature"


def test_another_time_witness_or_signature_does_not_hold() -> None:
    made = cosigned(checkpoint(), 3)
    for other in (
        replace(made, timestamp_s=made.timestamp_s + 1),
        replace(made, witness=4),
        replace(made, signature=bytes(64)),
    ):
        assert code_of(lambda other=other: check_cosignature(other, SEVEN, verify)) == "bad-cosignature"  # type: ignore[misc]


def test_only_witnesses_of_the_epoch_cosign() -> None:
    nine = witnesses(9)
    check_cosignature(cosigned(checkpoint(), 6), nine, verify)
    assert code_of(lambda: check_cosignature(cosigned(checkpoint(), 7), nine, verify)) == "unknown-witness"
    assert code_of(lambda: check_cosignature(cosigned(checkpoint(), 9), nine, verify)) == "unknown-witness"
    assert code_of(lambda: check_cosignature(cosigned(checkpoint(), 1), witnesses(9, 1), verify)) == "unknown-witness"


def test_malformed_notes_are_refused() -> None:
    version, stated, witness, timestamp_s, signature = decode(encode_cosignature(cosigned(checkpoint(), 3)))
    epoch, anchor, block, *rest = stated
    for bad in (
        [version, stated, witness, timestamp_s],
        [version, stated, -1, timestamp_s, signature],
        [version, stated, witness, "now", signature],
        [version, stated, witness, timestamp_s, signature[:-1]],
        [version, stated[:-1], witness, timestamp_s, signature],
        [3, stated, witness, timestamp_s, signature],
        [2, [*stated, digest("next")], witness, timestamp_s, signature],
        [3, [*stated, digest("no"), digest("next")], witness, timestamp_s, signature],
        [version, [epoch, 0, block, *rest], witness, timestamp_s, signature],
        [version, [epoch, anchor, block[:-1], *rest], witness, timestamp_s, signature],
        [version, [epoch, True, block, *rest], witness, timestamp_s, signature],
        [version, ["", anchor, block, *rest, digest("no")], witness, timestamp_s, signature],
        [0, stated, witness, timestamp_s, signature],
        [True, stated, witness, timestamp_s, signature],
        7,
    ):
        assert code_of(lambda bad=bad: decode_cosignature(NETWORK, encode(bad))) == "malformed-cosignature"  # type: ignore[misc]
    assert code_of(lambda: decode_cosignature(NETWORK, encode([4, "what comes"]))) == "cosignature-too-new"
    assert code_of(lambda: decode_cosignature(NETWORK, bytes(MAX_NOTE_BYTES + 1))) == "too-large"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_code(data: bytes) -> None:
    for read in (lambda: decode_cosignature(NETWORK, data), lambda: decode_checkpoint(data)):
        with suppress(MunimentError):
            read()


# -- certificates ---------------------------------------------------------------------------------------------------


def test_a_quorum_of_distinct_witnesses_certifies() -> None:
    check_certificate(certified(checkpoint(), range(5)), SEVEN, verify)
    check_certificate(certified(checkpoint(), range(7)), SEVEN, verify)


def test_one_witness_less_or_one_twice_does_not() -> None:
    four = certified(checkpoint(), range(4))
    twice = Certificate(four.checkpoint, (*four.cosignatures, cosigned(checkpoint(), 3, late_s=1)))
    for certificate in (four, twice):
        with pytest.raises(MunimentError, match="certificate-below-quorum") as caught:
            check_certificate(certificate, SEVEN, verify)
        assert caught.value.facts == {"witnesses": 4, "quorum": 5}


def test_a_cosignature_of_another_checkpoint_certifies_nothing() -> None:
    four = certified(checkpoint(), range(4))
    other = cosigned(checkpoint(13), 4)
    mixed = Certificate(four.checkpoint, (*four.cosignatures, other))
    assert code_of(lambda: check_certificate(mixed, SEVEN, verify)) == "cosignature-of-another-checkpoint"
    forged = Certificate(four.checkpoint, (*four.cosignatures, replace(other, checkpoint=four.checkpoint)))
    assert code_of(lambda: check_certificate(forged, SEVEN, verify)) == "bad-cosignature"


# -- signed notes ---------------------------------------------------------------------------------------------------


def test_a_signed_note_comes_back_whole() -> None:
    made = certified(checkpoint(), (0, 2, 3, 5, 6))
    assert decode_note(encode_note(made, SEVEN), SEVEN, verify) == made


def test_a_second_reader_with_the_c2sp_rules_alone_verifies_it() -> None:
    text, signatures = encode_note(certified(checkpoint(), range(5)), SEVEN).decode().split("\n\n")
    assert text.split("\n")[0] == f"muniment/{NETWORK.hex()}"
    for number, line in enumerate(signatures.removesuffix("\n").split("\n")):
        dash, name, encoded = line.split(" ")
        data, public = b64decode(encoded), node_key(number).public
        assert (dash, name) == ("—", f"muniment/{NETWORK.hex()}/{number}")
        assert data[:4] == sha256(name.encode() + b"\n\x04" + public).digest()[:4]
        signed = f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n{text}\n".encode()
        VerifyKey(public).verify(signed, data[12:])
        with pytest.raises(BadSignatureError):
            VerifyKey(public).verify(signed + b"\n", data[12:])


def test_lines_of_unknown_keys_are_passed_over_and_those_of_known_ones_must_hold() -> None:
    note = encode_note(certified(checkpoint(), range(5)), SEVEN).decode()
    other = note.replace(f"/{4} ", "/44 ")  # a name that nobody has
    assert len(decode_note(other.encode(), SEVEN, verify).cosignatures) == 4
    swapped = note.replace(f"/{4} ", "/5 ")  # a name whose key has another id
    assert len(decode_note(swapped.encode(), SEVEN, verify).cosignatures) == 4
    foreign = note + "— example.org/log " + b64encode(b"1234" + bytes(9)).decode() + "\n"
    assert len(decode_note(foreign.encode(), SEVEN, verify).cosignatures) == 5
    line = note.rstrip("\n").split("\n")[-1]
    data = bytearray(b64decode(line.split(" ")[2]))
    data[-1] ^= 1
    altered = note.replace(line.split(" ")[2], b64encode(bytes(data)).decode())
    assert code_of(lambda: decode_note(altered.encode(), SEVEN, verify)) == "bad-cosignature"
    moved = note.replace("\n120\n", "\n121\n")
    assert code_of(lambda: decode_note(moved.encode(), SEVEN, verify)) == "bad-cosignature"


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note[:-1],
        lambda note: note.split("\n\n")[0] + "\n",
        lambda note: note.split("\n\n")[0] + "\n\n",
        lambda note: note + "\n",
        lambda note: note.replace("—", "-", 1),
        lambda note: note.replace("— ", "—  ", 1),
        lambda note: note[:-3] + "\n",
        lambda note: note + "— a b c\n",
        lambda note: note + "— a+b AAAAAAAA\n",
        lambda note: note + "— a AAAA\n",
    ],
)
def test_a_malformed_note_is_refused(change: Callable[[str], str]) -> None:
    note = encode_note(certified(checkpoint(), range(5)), SEVEN).decode()
    assert code_of(lambda: decode_note(change(note).encode(), SEVEN, verify)) == "malformed-checkpoint"


def test_notes_are_bounded() -> None:
    note = encode_note(certified(checkpoint(), range(5)), SEVEN)
    assert code_of(lambda: decode_note(note + b"x" * (1 << 20), SEVEN, verify)) == "too-large"
    many = note + "— a AAAAAAAA\n".encode() * 5000
    assert code_of(lambda: decode_note(many, SEVEN, verify)) == "malformed-checkpoint"
    assert code_of(lambda: decode_note(b"\xff" + note, SEVEN, verify)) == "malformed-checkpoint"
