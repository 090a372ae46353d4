"""The QR code of an invitation, for a telephone picture or a print: the very bytes of the file (sync/invitation.py)."""

import io
from pathlib import Path

import segno
import zxingcpp
from PIL import Image

from core.errors import MunimentError
from core.folder import read_bounded
from desktop.printing.reading import CODE_DPI, MAX_FILE_BYTES, is_pdf, open_pdf, open_picture, page_image
from sync.invitation import MAGIC, Invitation, decode_invitation

PIXELS_A_MODULE = 6


def invitation_picture(invitation: Invitation) -> bytes:
    """A PNG."""
    picture = io.BytesIO()
    symbol = segno.make_qr(invitation.encoded, error="m", mode="byte", boost_error=False)
    symbol.save(picture, kind="png", scale=PIXELS_A_MODULE)
    return picture.getvalue()


def read_invitation_file(path: Path) -> Invitation:
    """The file itself, or a picture or PDF that shows its code.

    Raises `not-an-invitation`, `too-large`, `file-not-found`, `file-not-read`.
    """
    data = read_bounded(path, MAX_FILE_BYTES)
    if data.startswith(MAGIC):
        return decode_invitation(data)
    try:
        found = _in_pdf(data) if is_pdf(data) else _in_picture(open_picture(data))
    except MunimentError:
        raise MunimentError("not-an-invitation") from None
    if len(found) != 1:  # of two nobody knows which one is meant
        raise MunimentError("not-an-invitation")
    return decode_invitation(found.pop())


def _in_pdf(data: bytes) -> set[bytes]:
    with open_pdf(data) as document:
        for dpi in CODE_DPI:
            pictures = (page_image(document, number, dpi, grey=True) for number in range(len(document)))
            if found := {content for picture in pictures for content in _in_picture(picture)}:
                return found
    return set()


def _in_picture(picture: Image.Image) -> set[bytes]:
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return {bytes(code.bytes) for code in codes if code.valid and bytes(code.bytes).startswith(MAGIC)}
