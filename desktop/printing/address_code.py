"""The QR code of an office's address, for the camera of another office: `muniment:` and its addresses, one a line.

Nothing secret and nothing to be trusted: who answers there proves which office it is.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import segno

from core.errors import MunimentError
from core.folder import read_bounded
from desktop.printing.reading import CODE_DPI, MAX_FILE_BYTES, is_pdf, open_pdf, open_picture, page_image, symbols_in
from sync.link import parse_address
from sync.meetings import DEFAULT_PORT

MAGIC = b"muniment:"
MAX_ADDRESSES = 8
PIXELS_A_MODULE = 6


def address_picture(addresses: Sequence[str]) -> bytes:
    """A PNG with these addresses (`host:port`), the first eight of them."""
    content = MAGIC + "\n".join(addresses[:MAX_ADDRESSES]).encode()
    picture = io.BytesIO()
    segno.make_qr(content, error="m", mode="byte", boost_error=False).save(picture, kind="png", scale=PIXELS_A_MODULE)
    return picture.getvalue()


def read_address_picture(path: Path) -> list[str]:
    """The addresses in a picture or a PDF. Raises `not-an-address-code`, `too-large`, `file-not-found`."""
    data = read_bounded(path, MAX_FILE_BYTES)
    try:
        found = _in_pdf(data) if is_pdf(data) else symbols_in(open_picture(data), MAGIC)
        if len(found) != 1:  # of two nobody knows which one is meant
            raise MunimentError("not-an-address-code")
        lines = found.pop().removeprefix(MAGIC).decode("ascii").split("\n")
        if not 0 < len(lines) <= MAX_ADDRESSES:
            raise MunimentError("not-an-address-code")
        for line in lines:
            parse_address(line, DEFAULT_PORT)
    except (MunimentError, UnicodeDecodeError):
        raise MunimentError("not-an-address-code", path=str(path)) from None
    return lines


def _in_pdf(data: bytes) -> set[bytes]:
    with open_pdf(data) as document:
        for dpi in CODE_DPI:
            pictures = (page_image(document, number, dpi, grey=True) for number in range(len(document)))
            if found := {content for picture in pictures for content in symbols_in(picture, MAGIC)}:
                return found
    return set()
