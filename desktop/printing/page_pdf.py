"""A page of text (HTML) as a PDF on A4, in the vendored letters."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PySide6.QtGui import QFont, QPageSize, QPdfWriter, QTextDocument

from desktop.qt_application import make_application

POINTS = 9


def page_pdf(html: str) -> bytes:
    """The PDF of a page that names no file, picture or address."""
    make_application()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))  # the document leaves 2 cm itself
    writer.setCreator("Muniment")
    document = QTextDocument()
    font = QFont(document.defaultFont())
    font.setPointSizeF(POINTS)
    document.setDefaultFont(font)
    document.setHtml(html)
    document.print_(writer)
    buffer.close()
    return bytes(data.data())
