"""QR symbols: what goes in comes out, in one symbol or in several."""

import zlib
from io import BytesIO
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import MunimentError
from desktop.printing.code import (
    HEAD_BYTES,
    MAGIC,
    MODULE_MM,
    ONE_L_BYTES,
    ONE_M_BYTES,
    SIDE_MM,
    draw_symbol,
    pack,
    unpack,
)
from desktop.printing.reading import picture_codes
from tests.ledger.building import seed
from tests.printing.conftest import Printed


def noise(length: int) -> bytes:
    """Bytes that do not compress."""
    return b"".join(seed(number) for number in range(length // 32 + 1))[:length]


@given(st.binary(min_size=1, max_size=4000), st.randoms())
def test_what_goes_in_comes_out(receipt: bytes, random: Random) -> None:
    symbols = list(pack(receipt))
    random.shuffle(symbols)
    assert unpack([*symbols, b"https://example.org"]) == (receipt, tuple(sorted(symbols)))


@pytest.mark.parametrize("length", [1300, ONE_M_BYTES - 40, ONE_L_BYTES - 40, 5000])
def test_symbols_are_read_back_from_pixels(length: int) -> None:
    receipt = noise(length)
    read: set[bytes] = set()
    for content in pack(receipt):
        modules = draw_symbol(content).modules
        picture = Image.new("L", (len(modules) + 8, len(modules) + 8), 255)
        for y, row in enumerate(modules):
            for x, dark in enumerate(row):
                picture.putpixel((x + 4, y + 4), 0 if dark else 255)
        read |= picture_codes(picture.resize((picture.width * 3, picture.height * 3), Image.Resampling.NEAREST))
    assert unpack(read)[0] == receipt


def test_level_l_only_where_m_does_not_hold_it() -> None:
    assert len(draw_symbol(noise(ONE_M_BYTES)).modules) == 177
    assert len(draw_symbol(noise(ONE_M_BYTES + 1)).modules) < 177
    assert len(draw_symbol(noise(ONE_L_BYTES)).modules) == 177


def test_a_transfer_is_one_symbol_of_level_m_large_enough_to_photograph(sale: Printed) -> None:
    (content,) = sale.symbols
    symbol = draw_symbol(content)
    assert len(content) <= 1500
    assert symbol.side_mm >= SIDE_MM
    assert symbol.side_mm / len(symbol.modules) >= MODULE_MM


def test_refusals() -> None:
    first, second = pack(noise(4000))[:2]
    whole = pack(b"receipt")[0]
    for contents, code in (
        ([], "not-an-extract"),
        ([b"https://example.org", MAGIC], "not-an-extract"),
        ([first], "symbols-missing"),
        ([first, whole], "several-receipts"),
        ([whole[:-1]], "damaged-symbol"),
        ([whole + b"x"], "damaged-symbol"),
        ([whole[:HEAD_BYTES] + b"no stream"], "damaged-symbol"),
        ([second], "symbols-missing"),
    ):
        with pytest.raises(MunimentError, match=code):
            unpack(contents)
    with pytest.raises(MunimentError, match="receipt-too-large-for-paper"):
        pack(noise(20_000))


def test_a_bomb_is_not_inflated() -> None:
    bomb = MAGIC + bytes((0, 1)) + bytes(4) + zlib.compress(bytes(5 << 20))
    with pytest.raises(MunimentError, match="damaged-symbol"):
        unpack([bomb])


def test_a_picture_file_is_read(sale: Printed) -> None:
    out = BytesIO()
    modules = draw_symbol(sale.symbols[0]).modules
    picture = Image.new("1", (len(modules) + 8,) * 2, 1)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            picture.putpixel((x + 4, y + 4), not dark)
    picture.resize((picture.width * 4,) * 2).save(out, "PNG")
    assert picture_codes(Image.open(out).convert("L")) == set(sale.symbols)
