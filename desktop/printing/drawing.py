"""Drawing set pages into a PDF: text as text in embedded subsets of the vendored fonts, codes as filled bars.

Qt writes a new document id and date into every file, so two files of one extract differ in bytes and not in ink:
signatures are on the data, never on the file.
"""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF
from PySide6.QtGui import QColor, QGlyphRun, QPageSize, QPainter, QPdfWriter, QPen

from desktop.fonts import EM, paper_faces
from desktop.printing.typesetting import Code, Frame, Page, Rule, Text, runs

DOTS_PER_INCH = 1200
CORNER = 3.0


def draw_pdf(pages: Sequence[Page], title: str, attachments: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """The PDF of the pages. `attachments`: (file name, content)."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(title)
    writer.setCreator("Muniment")
    for name, content in attachments:
        writer.addFileAttachment(name, QByteArray(content), "application/cbor")
    painter = QPainter(writer)
    for number, page in enumerate(pages):
        if number:
            writer.newPage()
        draw_page(painter, page, DOTS_PER_INCH / 72)
    painter.end()
    buffer.close()
    return bytes(data.data())


def draw_page(painter: QPainter, page: Page, scale: float) -> None:
    """Draw a page's marks; `scale`: device units a point."""
    painter.save()
    painter.scale(scale, scale)
    for mark in page:
        match mark:
            case Text():
                _draw_text(painter, mark)
            case Rule(x, y, width, height, color):
                painter.fillRect(QRectF(x, y, width, height), QColor(color))
            case Frame():
                _draw_frame(painter, mark)
            case Code():
                _draw_code(painter, mark)
    painter.restore()


def _draw_text(painter: QPainter, mark: Text) -> None:
    """One glyph run a face, at EM pixels, where every advance is a whole number."""
    painter.save()
    painter.setPen(QColor(mark.style.color))
    painter.translate(mark.x, mark.y)
    painter.scale(mark.style.size / EM, mark.style.size / EM)
    x, faces = 0.0, paper_faces(mark.style.bold)
    for number, text in runs(mark.text, mark.style.bold):
        face = faces[number]
        glyphs = face.glyphIndexesForString(text)
        positions = []
        for step in face.advancesForGlyphIndexes(glyphs):
            positions.append(QPointF(x, 0))
            x += step.x()
        run = QGlyphRun()
        run.setRawFont(face)
        run.setGlyphIndexes(glyphs)
        run.setPositions(positions)
        painter.drawGlyphRun(QPointF(0, 0), run)
    painter.restore()


def _draw_frame(painter: QPainter, mark: Frame) -> None:
    painter.save()
    painter.setPen(QPen(QColor(mark.border), 0.8))
    painter.setBrush(QColor(mark.ground))
    painter.drawRoundedRect(QRectF(mark.x, mark.y, mark.width, mark.height), CORNER, CORNER)
    painter.restore()


def _draw_code(painter: QPainter, mark: Code) -> None:
    """Dark modules side by side are one bar: no hairline between them at any resolution of a printer."""
    module = mark.side / len(mark.symbol.modules)
    black = QColor("black")
    for row, modules in enumerate(mark.symbol.modules):
        column = 0
        while column < len(modules):
            start = column
            while column < len(modules) and modules[column]:
                column += 1
            if column > start:
                bar = QRectF(mark.x + start * module, mark.y + row * module, (column - start) * module, module)
                painter.fillRect(bar, black)
            column += 1
