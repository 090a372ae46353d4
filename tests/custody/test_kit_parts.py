"""Words, boxes and codes of a kit: what fits together opens, everything else is told apart."""

from contextlib import suppress
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from core.crypto.keyfile import encode_secrets
from core.custody.box import MAGIC, KitKey, box_mark, box_number, content_mark, kit_number, seal_box
from core.custody.keys import unboxed
from core.custody.shares import SHARE_WORDS, join, share_of, split, tidied
from core.custody.sheet import CODE_BYTES, Sheet, pack_sheet, unpack_sheet
from core.errors import MunimentError

SEED = bytes(range(32))
SECRETS = {"node_seed": bytes([1] * 32), "database_key": bytes([2] * 32)}
# Written down once: what an office keeps on paper and in old backups must open for ever.
OLD_WORDS = (
    "moment again academic academic ajar extend cage forecast quiet sprinkle type demand viral birthday "
    "laser regular dismiss leaves acquire main coastal salary payment intimate security burden arena yelp "
    "carve unwrap short oral item "
)
OLD_BOX = (
    "6d756e696d656e74206b69740d0a1a0001018b89f258289743e9c212c39140dced6a2b9235962e44ad47b80265b54ab23fc15c5a"
    "02e2607fbeabfbe6f0aa78f28bc98ae8c7c7134758b6652dd2b1abcb68b108da29e1affba32e7ed0814fd965f233b763bbcb3833"
    "cdbc6c893419966202069e8a4df3d707a9a492484958904c2e45535aecc67800969efa7d5450d0d6748397bba85e1218fd97eda8"
    "7743767709c05f1780d18088434c5c2fca9c56326bab1c8cc594d57da14da6215392ad0be5a61bc1b334780be1cd269f7a287549"
    "3733c50957"
)


def code_of(call: object, *given: object) -> str:
    with pytest.raises(MunimentError) as caught:
        call(*given)  # type: ignore[operator]  # every case gives a function
    return caught.value.code


@pytest.mark.parametrize(("needed", "sheets"), [(1, 1), (2, 2), (2, 3), (3, 5), (16, 16)])
def test_enough_sheets_in_any_order_give_the_seed(needed: int, sheets: int) -> None:
    texts = split(SEED, needed, sheets)
    assert [len(text.split()) for text in texts] == [SHARE_WORDS] * sheets
    assert [share_of(text) for text in texts] == [(number + 1, needed) for number in range(sheets)]
    for chosen in list(combinations(texts, needed))[:4]:
        assert join(chosen[::-1]) == SEED
    assert join([*texts, *texts]) == SEED  # more than needed, and twice
    if needed > 1:
        assert code_of(join, texts[: needed - 1]) == "kit-sheets-missing"


@pytest.mark.parametrize(("needed", "sheets"), [(0, 1), (1, 2), (3, 2), (2, 17), (0, 0), (-1, 3)])
def test_shares_that_cannot_be(needed: int, sheets: int) -> None:
    assert code_of(split, SEED, needed, sheets) == "kit-shares-impossible"


def test_sheets_are_read_as_people_copy_them() -> None:
    one, two = split(SEED, 2, 2)
    numbered = "\n".join(f"{place:2}. {word.capitalize()}," for place, word in enumerate(one.split(), 1))
    assert tidied(numbered) == one
    assert join([numbered, two.upper()]) == SEED


def test_wrong_words_are_told_with_their_sheet() -> None:
    one, two = split(SEED, 2, 2)
    words = two.split()
    other = next(word for word in WORDLIST if word != words[9])
    for wrong in (" ".join([*words[:9], other, *words[10:]]), " ".join(words[:-1]), "", "ля ракі", "x" * 9000):
        with pytest.raises(MunimentError) as caught:
            join([one, wrong])
        assert (caught.value.code, caught.value.facts["sheet"]) == ("kit-words-wrong", 2)
    assert code_of(join, [one, split(SEED, 2, 2)[1]]) == "kit-sheets-differ"
    assert code_of(join, []) == "kit-sheets-missing"
    groups = generate_mnemonics(2, [(1, 1), (1, 1)], SEED)
    assert code_of(join, [groups[0][0]]) == "kit-words-wrong"  # good words, but of another kind of kit


def test_every_swap_of_two_words_and_every_changed_word_is_found() -> None:
    (text,) = split(SEED, 1, 1)
    words = text.split()
    for place in range(SHARE_WORDS - 1):
        swapped = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
        if swapped != words:
            assert code_of(join, [" ".join(swapped)]) == "kit-words-wrong"
        changed = [*words[:place], WORDLIST[(WORDLIST.index(words[place]) + 1) % 1024], *words[place + 1 :]]
        assert code_of(join, [" ".join(changed)]) == "kit-words-wrong"


def test_a_box_opens_for_its_kit_alone() -> None:
    key, other = KitKey(SEED), KitKey(bytes(32))
    box = seal_box(key.public, SECRETS)
    assert key.open(box) == SECRETS
    assert box_number(box) == kit_number(key.public)
    assert box_mark(box) == content_mark(key.public, SECRETS) != content_mark(other.public, SECRETS)
    assert seal_box(key.public, SECRETS) != box
    with pytest.raises(MunimentError) as caught:
        other.open(box)
    assert caught.value.code == "kit-of-another-box"
    assert caught.value.facts["box"].replace("-", "") == kit_number(key.public).hex()
    assert "seed" not in repr(key)
    assert SEED.hex() not in repr(key)


def test_a_box_of_today_opens_for_ever() -> None:
    """The secret half is the seed above; the bytes were written when the format was made."""
    assert KitKey(SEED).public.hex() == "4701d08488451f545a409fb58ae3e58581ca40ac3f7f114698cd71deac73ca01"
    assert KitKey(SEED).open(bytes.fromhex(OLD_BOX)) == SECRETS
    assert join([OLD_WORDS]) == SEED


def test_a_changed_bit_of_a_box_is_found() -> None:
    key = KitKey(SEED)
    box = seal_box(key.public, SECRETS)
    for place in range(len(box)):
        changed = bytearray(box)
        changed[place] ^= 1
        assert code_of(key.open, bytes(changed)) in ("not-a-kit-box", "kit-box-damaged")
    for cut in range(len(box)):
        assert code_of(key.open, box[:cut]) in ("not-a-kit-box", "kit-box-damaged")


def test_what_is_in_a_box_must_be_an_offices_keys() -> None:
    public = KitKey(SEED).public
    secrets, officers = unboxed({**SECRETS, "officer/1": b"file", "else": b""}, public)
    assert (secrets, officers) == ({**SECRETS, "kit_public": public}, {1: b"file"})
    hundred = encode_secrets({"officer/200": b"file", "officer/299": b"last"})
    _, officers = unboxed({**SECRETS, "officers/2": hundred, "officer/1": b"first"}, public)
    assert officers == {200: b"file", 299: b"last", 1: b"first"}
    assert code_of(unboxed, {**SECRETS, "officers/2": b"\x09"}, public) == "kit-box-damaged"
    for wrong in ({}, {"node_seed": bytes(32)}, {**SECRETS, "next_seed": b"short"}):
        assert code_of(unboxed, wrong, public) == "kit-box-damaged"


def test_a_sheets_code_holds_words_and_box() -> None:
    box = seal_box(KitKey(SEED).public, SECRETS)
    (words,) = split(SEED, 1, 1)
    assert unpack_sheet(pack_sheet(Sheet(words, box))) == Sheet(words, box)
    assert unpack_sheet(pack_sheet(Sheet(words))) == Sheet(words)
    long = seal_box(KitKey(SEED).public, {**SECRETS, "officer/1": bytes(CODE_BYTES)})
    assert unpack_sheet(pack_sheet(Sheet(words, long))) == Sheet(words)  # no room for it on paper


CODE = pack_sheet(Sheet(split(SEED, 2, 3)[0], seal_box(KitKey(SEED).public, SECRETS)))


@settings(max_examples=300)
@given(st.integers(0, len(CODE) - 1), st.binary(max_size=12), st.integers(0, 40))
def test_any_code_is_a_sheet_or_refused(place: int, value: bytes, removed: int) -> None:
    with suppress(MunimentError):  # refused: anything else that is raised fails
        sheet = unpack_sheet(CODE[:place] + value + CODE[place + removed :])
        assert share_of(sheet.words)[1] == 2


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_box_or_refused(content: bytes) -> None:
    for data in (content, MAGIC + content):
        assert code_of(KitKey(SEED).open, data) in ("not-a-kit-box", "kit-box-damaged")


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_any_text_is_a_share_or_refused(text: str) -> None:
    assert code_of(share_of, text) == "kit-words-wrong"
