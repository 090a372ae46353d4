"""Sealed boxes: the draft's vector, and that nothing opens but the box itself in its own place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.sealing import NONCE_BYTES, TAG_BYTES, open_sealed, seal
from core.errors import MunimentError

KEY = bytes(range(0x80, 0xA0))


def test_the_vector_of_the_draft() -> None:
    """draft-irtf-cfrg-xchacha-03, A.3.1."""
    content = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    associated = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    nonce = bytes(range(0x40, 0x58))
    box = seal(KEY, content, associated, nonce)
    assert box[:NONCE_BYTES] == nonce
    assert box[NONCE_BYTES:].hex() == (
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
    )
    assert open_sealed(KEY, box, associated) == content


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_was_sealed_opens_again(content: bytes, associated: bytes) -> None:
    box = seal(KEY, content, associated)
    assert len(box) == NONCE_BYTES + len(content) + TAG_BYTES
    assert open_sealed(KEY, box, associated) == content


def test_two_boxes_of_one_content_differ() -> None:
    assert seal(KEY, b"same", b"") != seal(KEY, b"same", b"")


def test_every_altered_byte_and_every_cut_is_refused() -> None:
    box = seal(KEY, b"a draft", b"draft 7")
    altered = [box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :] for at in range(len(box))]
    cut = [box[:length] for length in range(len(box))]
    for wrong in [*altered, *cut, box + b"\0"]:
        with pytest.raises(MunimentError, match="not-opened"):
            open_sealed(KEY, wrong, b"draft 7")


def test_another_place_or_another_key_does_not_open() -> None:
    box = seal(KEY, b"a draft", b"draft 7")
    for key, associated in ((KEY, b"draft 8"), (bytes(32), b"draft 7")):
        with pytest.raises(MunimentError, match="not-opened"):
            open_sealed(key, box, associated)
