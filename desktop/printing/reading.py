"""Opening a paper: a PDF, a scan, a picture; its QR codes read from pixels, whatever the file says about itself.

Everything is bounded before it is drawn: bytes, pages, pixels. A PDF whose pages show nothing but pictures (and the
invisible text that a scanner's character recognition adds) is a scan: there its text cannot be compared.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ctypes import c_float
from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image, UnidentifiedImageError
from pypdfium2 import raw

from core.errors import MunimentError
from desktop.printing.code import MAGIC

MAX_FILE_BYTES = 32 << 20
MAX_PAGES = 40
MAX_PIXELS = 50_000_000
COMPARE_DPI = 100
CODE_DPI = (200, 300, 120)
PICTURE_FORMATS = ("PNG", "JPEG")
# What shows or does something in one reader and not in another: scripts, actions on opening, layers.
FOREIGN_NAMES = (b"/OpenAction", b"/JavaScript", b"/OCProperties", b"/SetOCGState", b"/Launch")
INVISIBLE = 3  # text render mode (ISO 32000-1, table 106)
POINTS_PER_INCH = 72


class _Document(pypdfium2.PdfDocument):
    """Reads each page once: a page of ours has thousands of parts."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._read: dict[int, pypdfium2.PdfPage] = {}

    def get_page(self, index: int) -> pypdfium2.PdfPage:
        if index not in self._read:
            self._read[index] = super().get_page(index)
        return self._read[index]


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]


@contextmanager
def open_pdf(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF within the bounds. Raises `not-an-extract` (facts: why)."""
    try:
        document = _Document(data)
    except pypdfium2.PdfiumError:
        raise MunimentError("not-an-extract", why="damaged-pdf") from None
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise MunimentError("not-an-extract", why="pages", pages=len(document))
        for number in range(len(document)):
            width, height = document.get_page_size(number)
            inches = width * height / POINTS_PER_INCH**2
            if not 0 < inches * max(CODE_DPI) ** 2 <= MAX_PIXELS:
                raise MunimentError("not-an-extract", why="page-size")
        yield document
    except pypdfium2.PdfiumError:
        raise MunimentError("not-an-extract", why="damaged-pdf") from None
    finally:
        document.close()


def open_picture(data: bytes) -> Image.Image:
    """A PNG or JPEG in grey. Raises `not-an-extract` (facts: why)."""
    try:
        with Image.open(BytesIO(data), formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise MunimentError("not-an-extract", why="picture-size")
            return picture.convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise MunimentError("not-an-extract", why="damaged-picture") from None


def page_image(document: pypdfium2.PdfDocument, number: int, dpi: int, grey: bool = False) -> Image.Image:
    """A page as a reader sees it, with annotations and filled forms."""
    return document[number].render(scale=dpi / POINTS_PER_INCH, grayscale=grey).to_pil()


def page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    """The text of a page, whitespace normalised."""
    return " ".join(document[number].get_textpage().get_text_bounded().split())


def pdf_codes(document: pypdfium2.PdfDocument) -> set[bytes]:
    """The contents of our QR symbols on all pages."""
    found: set[bytes] = set()
    for dpi in CODE_DPI:
        for number in range(len(document)):
            found |= picture_codes(page_image(document, number, dpi, grey=True))
        if found and len(found) >= max(one[len(MAGIC) + 1] for one in found):
            break
    return found


def picture_codes(picture: Image.Image) -> set[bytes]:
    """The contents of our QR symbols in a picture."""
    return symbols_in(picture, MAGIC)


def symbols_in(picture: Image.Image, magic: bytes) -> set[bytes]:
    """The contents of the QR symbols in a picture that begin with these bytes."""
    symbols = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return {content for content in map(bytes, _contents(symbols)) if content.startswith(magic)}


def is_scan(document: pypdfium2.PdfDocument) -> bool:
    """Whether every page shows a picture and nothing else."""
    for number in range(len(document)):
        kinds = (_visible_kind(item) for item in document[number].get_objects(max_depth=8))
        visible = (kind for kind in kinds if kind is not None)
        # A page of ours has thousands of parts: the first that is no picture settles it.
        if next(visible, None) != raw.FPDF_PAGEOBJ_IMAGE or any(kind != raw.FPDF_PAGEOBJ_IMAGE for kind in visible):
            return False
    return True


def has_foreign_parts(document: pypdfium2.PdfDocument) -> bool:
    """Whether the file can look otherwise elsewhere: notes, form fields, scripts, layers. An extract has none."""
    return (
        document.get_formtype() != raw.FORMTYPE_NONE
        or raw.FPDFDoc_GetJavaScriptActionCount(document) != 0
        or any(raw.FPDFPage_GetAnnotCount(document[number]) for number in range(len(document)))
        or _holds_any(_written_plainly(document), FOREIGN_NAMES)
    )


def page_parts(document: pypdfium2.PdfDocument, number: int) -> list[tuple[int, ...]]:
    """Kind and place of everything on a page, drawn here or not: a layer may be off on this screen and on in print."""
    page = document[number]
    items = [raw.FPDFPage_GetObject(page, place) for place in range(raw.FPDFPage_CountObjects(page))]
    if any(raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM for item in items):  # what it holds counts, too
        items = [item.raw for item in page.get_objects()]
    return list(_parts(items))


def _parts(items: Iterable[object]) -> Iterator[tuple[int, ...]]:
    """Without the library's own objects, which would be made by the thousand."""
    left, bottom, right, top = edges = [c_float() for _ in range(4)]
    for item in items:
        if not raw.FPDFPageObj_GetBounds(item, *edges):
            raise pypdfium2.PdfiumError("Failed to locate pageobject.")
        at = (round(left.value), round(bottom.value), round(right.value), round(top.value))
        yield (raw.FPDFPageObj_GetType(item), *at)


def _holds_any(data: bytes, names: Iterable[bytes]) -> bool:
    return any(name in data for name in names)


def _written_plainly(document: pypdfium2.PdfDocument) -> bytes:
    """The file as the library writes it: no compressed objects, no escaped names."""
    plain = BytesIO()
    document.save(plain)
    return plain.getvalue()


def attachments(document: pypdfium2.PdfDocument, max_bytes: int) -> list[bytes]:
    """The files inside. Raises `embedded-data-differs` for one over `max_bytes`."""
    files = []
    for number in range(document.count_attachments()):
        content = bytes(document.get_attachment(number).get_data())
        if len(content) > max_bytes:
            raise MunimentError("embedded-data-differs")
        files.append(content)
    return files


def _visible_kind(item: pypdfium2.PdfObject) -> int | None:
    if item.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE:
        return None
    # What a form holds is listed after it.
    return None if item.type == raw.FPDF_PAGEOBJ_FORM else int(item.type)


def _contents(symbols: Iterable[zxingcpp.Barcode]) -> list[bytes]:
    return [symbol.bytes for symbol in symbols if symbol.valid]
