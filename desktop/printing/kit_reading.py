"""Reading a kit's sheets back: words as text, codes from a PDF, a scan or a photograph. Bounded before it is drawn."""

from pathlib import Path

from core.custody.shares import SHARE_WORDS, tidied
from core.custody.sheet import MAGIC, Sheet, unpack_sheet
from core.errors import MunimentError
from core.folder import read_bounded
from desktop.printing.reading import CODE_DPI, MAX_FILE_BYTES, is_pdf, open_pdf, open_picture, page_image, symbols_in

MAX_TEXT_BYTES = 64 << 10
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets in a file: a PDF, a picture, or a text with their words.

    Raises `file-not-found`, `file-not-read`, `too-large`, `not-a-kit-sheet`, and the refusals of `unpack_sheet`.
    """
    data = read_bounded(path, MAX_FILE_BYTES)
    if is_pdf(data) or data.startswith(_PICTURES):
        found = [unpack_sheet(content) for content in sorted(_codes(data))]
    else:
        found = typed_sheets(data[:MAX_TEXT_BYTES].decode("utf-8", "replace"))
    if not found:
        raise MunimentError("not-a-kit-sheet", path=str(path))
    return found


def typed_sheets(text: str) -> list[Sheet]:
    """Every 33 words are a sheet, however they are broken into lines and numbered.

    What is wrong with them, or missing at the end, is found when sheets are put together.
    """
    words = tidied(text, MAX_TEXT_BYTES).split()
    return [Sheet(" ".join(words[start : start + SHARE_WORDS])) for start in range(0, len(words), SHARE_WORDS)]


def _codes(data: bytes) -> set[bytes]:
    """Contents of the sheets' codes on all pages. Raises `not-a-kit-sheet`."""
    try:
        if not is_pdf(data):
            return symbols_in(open_picture(data), MAGIC)
        with open_pdf(data) as document:
            for dpi in CODE_DPI:
                pages = range(len(document))
                if found := {
                    code for page in pages for code in symbols_in(page_image(document, page, dpi, grey=True), MAGIC)
                }:
                    return found
    except MunimentError as error:
        raise MunimentError("not-a-kit-sheet", why=error.code) from None
    return set()
