"""The QR code of an extract: a receipt, compressed, in one symbol or a few.

A symbol holds `"Mu"`, a version byte, its number and the count of symbols, the first 4 bytes of SHA-256 of the whole
stream, then its share of the zlib stream (RFC 1950) of the receipt. Hashes and keys do not shrink, names and origins
do: a transfer with its parcel's origin goes from 1,680 to 1,420 bytes.
Level M where one symbol holds it, else L, else several symbols of level M: everything stays on the paper, no part of
the proof hides in the PDF file. Read symbols are printed again byte for byte, never compressed again.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import segno

from core.errors import MunimentError
from core.ledger.receipt_format import MAX_RECEIPT_BYTES

MAGIC = b"Mu\x01"
HEAD_BYTES = len(MAGIC) + 2 + 4
ONE_M_BYTES, ONE_L_BYTES = 2331, 2953  # version 40, byte mode (ISO/IEC 18004:2015, table 7)
SHARE_BYTES = 1500  # of one symbol among several: version 32, still easy for a telephone
MAX_SYMBOLS = 8
KEPT_SYMBOLS = 2 * MAX_SYMBOLS  # a paper is drawn to be printed and again to be compared; some 250 KB each
SIDE_MM = 70.0
MODULE_MM = 0.5  # below this an office printer and a cheap camera lose modules
QUIET_MODULES = 4


@dataclass(frozen=True, slots=True)
class Symbol:
    """One QR symbol: rows of modules without quiet zone, True is dark."""

    modules: tuple[tuple[bool, ...], ...]

    @property
    def side_mm(self) -> float:
        """Printed size without the quiet zone."""
        return max(SIDE_MM, len(self.modules) * MODULE_MM)


def pack(receipt: bytes) -> tuple[bytes, ...]:
    """The contents of the symbols of a receipt. Raises `receipt-too-large-for-paper`."""
    stream = zlib.compress(receipt, 9)
    if HEAD_BYTES + len(stream) <= ONE_L_BYTES:
        shares = [stream]
    else:
        shares = [stream[start : start + SHARE_BYTES] for start in range(0, len(stream), SHARE_BYTES)]
    if len(shares) > MAX_SYMBOLS:
        raise MunimentError("receipt-too-large-for-paper", bytes=len(receipt))
    group = sha256(stream).digest()[:4]
    return tuple(MAGIC + bytes((n, len(shares))) + group + share for n, share in enumerate(shares))


def unpack(contents: Iterable[bytes]) -> tuple[bytes, tuple[bytes, ...]]:
    """The receipt of the symbols found on a paper, and these symbols in order; foreign symbols are passed over.

    Raises `not-an-extract` (no symbol of ours), `symbols-missing` (facts: found, of), `several-receipts`,
    `damaged-symbol`.
    """
    ours = {one for one in contents if one.startswith(MAGIC) and len(one) > HEAD_BYTES}
    if not ours:
        raise MunimentError("not-an-extract")
    if len({one[len(MAGIC) + 1 : HEAD_BYTES] for one in ours}) > 1:
        raise MunimentError("several-receipts")
    ordered = tuple(sorted(ours))
    count = ordered[0][len(MAGIC) + 1]
    if [one[len(MAGIC)] for one in ordered] != list(range(count)):
        raise MunimentError("symbols-missing", found=len(ordered), of=count)
    return _inflate(b"".join(one[HEAD_BYTES:] for one in ordered)), ordered


@lru_cache(maxsize=KEPT_SYMBOLS)
def draw_symbol(content: bytes) -> Symbol:
    """The symbol in the smallest version that holds the content. Weighing its masks takes a third of a second."""
    level = "m" if len(content) <= ONE_M_BYTES else "l"
    code = segno.make_qr(content, error=level, mode="byte", boost_error=False)
    return Symbol(tuple(tuple(bool(module) for module in row) for row in code.matrix))


def draw_symbols(contents: Sequence[bytes]) -> tuple[Symbol, ...]:
    return tuple(draw_symbol(content) for content in contents)


def _inflate(stream: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        receipt = inflater.decompress(stream, MAX_RECEIPT_BYTES)
    except zlib.error:
        raise MunimentError("damaged-symbol") from None
    if not inflater.eof or inflater.unused_data:
        raise MunimentError("damaged-symbol")
    return receipt
