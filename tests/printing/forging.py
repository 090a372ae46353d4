"""What a forger does to a PDF: cover, repaint, paste, annotate, attach, scan. With the tools a forger would use."""

import ctypes
from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from PIL import Image
from pypdfium2 import raw
from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from desktop.fonts import EM, paper_faces
from desktop.printing.typesetting import advance

WHITE, BLACK = (255, 255, 255), (28, 35, 41)


def covered_and_repainted(pdf: bytes, old: str, new: str) -> bytes:
    """White over the first place that says `old`, and outlines of `new` in the same size at the same place."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    left, bottom, right, top = _place(page, old)
    cover = raw.FPDFPageObj_CreateNewRect(left - 1, bottom - 1, right - left + 2, top - bottom + 2)
    _insert(page, cover, WHITE)
    _insert_outlines(page, new, left, bottom + 0.2, 9.5)
    return _saved(document, page)


def with_text_as_outlines(pdf: bytes, lines: Sequence[str]) -> bytes:
    """All text taken away; some lines painted as outlines, so that the page still reads well."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    for item in list(page.get_objects()):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            page.remove_obj(item)
    for number, line in enumerate(lines):
        _insert_outlines(page, line, 54, 700 - 14 * number, 9.5)
    return _saved(document, page)


def with_invisible_text(pdf: bytes, text: str) -> bytes:
    """The page as it is, and under it text that only a copy or a screen reader meets."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    font = raw.FPDFText_LoadStandardFont(document, b"Helvetica")
    item = raw.FPDFPageObj_CreateTextObj(document, font, 9.0)
    encoded = (text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(item, ctypes.cast(ctypes.create_string_buffer(encoded), ctypes.POINTER(ctypes.c_ushort)))
    raw.FPDFTextObj_SetTextRenderMode(item, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 100, 100)
    raw.FPDFPage_InsertObject(page, item)
    return _saved(document, page)


def with_note(pdf: bytes) -> bytes:
    """A square annotation: some readers draw it, some do not."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    note = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_SQUARE)
    raw.FPDFAnnot_SetRect(note, raw.FS_RECTF(100, 500, 200, 400))
    raw.FPDFPage_CloseAnnot(note)
    return _saved(document, page)


def with_attachment(pdf: bytes, name: str, content: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    document.new_attachment(name).set_data(content)
    return written(document)


def without_attachments(pdf: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    for number in reversed(range(document.count_attachments())):
        document.del_attachment(number)
    return written(document)


def with_page(pdf: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    document.new_page(595, 842)
    return written(document)


def scanned(pdf: bytes, dpi: int, degrees: float = 0) -> Image.Image:
    """The first page through an office scanner: grey, a little turned."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72, grayscale=True).to_pil()
    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)


def as_bytes(picture: Image.Image, kind: str, dpi: int = 200) -> bytes:
    out = BytesIO()
    options = {"resolution": dpi} if kind == "PDF" else {"quality": 60} if kind == "JPEG" else {}
    picture.save(out, kind, **options)
    return out.getvalue()


def _place(page: pypdfium2.PdfPage, text: str) -> tuple[float, float, float, float]:
    textpage = page.get_textpage()
    start, count = textpage.search(text).get_next()
    boxes = [textpage.get_charbox(start + step) for step in range(count)]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _insert(page: pypdfium2.PdfPage, item: object, color: tuple[int, int, int]) -> None:
    raw.FPDFPageObj_SetFillColor(item, *color, 255)
    raw.FPDFPath_SetDrawMode(item, raw.FPDF_FILLMODE_WINDING, 0)
    raw.FPDFPage_InsertObject(page, item)


def _insert_outlines(page: pypdfium2.PdfPage, text: str, x: float, y: float, size: float) -> None:
    face = paper_faces(False)[0]
    for character in text:
        outline = face.pathForGlyph(face.glyphIndexesForString(character)[0])
        for polygon in outline.toSubpathPolygons(QTransform.fromScale(size / EM, -size / EM)):
            points = [point + QPointF(x, y) for point in polygon]
            _insert(page, _path(points), BLACK)
        x += advance(character, False) * size / EM


def _path(points: Sequence[QPointF]) -> object:
    path = raw.FPDFPageObj_CreateNewPath(points[0].x(), points[0].y())
    for point in points[1:]:
        raw.FPDFPath_LineTo(path, point.x(), point.y())
    raw.FPDFPath_Close(path)
    return path


def _saved(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> bytes:
    page.gen_content()
    return written(document)


def written(document: pypdfium2.PdfDocument) -> bytes:
    out = BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()
