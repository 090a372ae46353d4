"""The letters of screens and papers: Noto Sans for Latin and Cyrillic, Noto Sans Georgian, the same everywhere.

The vendored files are given a family name of our own when they are loaded: a system may have another version of
Noto Sans, and a paper that is set again years later must meet the same letters. No other font ever takes part on
paper: a character that these files lack is spelled out as its code point, so no box and no stranger's glyph is
printed. Font tables: OpenType 1.9, "name" and the table directory.
"""

import struct
import threading
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QRawFont

FOLDER = Path(__file__).parent / "fonts"
EM = 1000  # units in which advances are whole numbers: both families have 1000 units per em
FACES = {
    ("Muniment Sans", False): "NotoSans-Regular.ttf",
    ("Muniment Sans", True): "NotoSans-Bold.ttf",
    ("Muniment Sans Georgian", False): "NotoSansGeorgian-Regular.ttf",
    ("Muniment Sans Georgian", True): "NotoSansGeorgian-Bold.ttf",
}
_here = threading.local()
FAMILIES = tuple(dict.fromkeys(family for family, _ in FACES))


@cache
def load_fonts() -> tuple[str, ...]:
    """Register the vendored files, once a process; the families, in the order in which to try them.

    Without a window (the command) Qt is started here, off the screen. Raises FileNotFoundError when the application
    is incomplete.
    """
    _start_qt()
    for (family, bold), file in FACES.items():
        data = rename_family((FOLDER / file).read_bytes(), family, "Bold" if bold else "Regular")
        if QFontDatabase.addApplicationFontFromData(QByteArray(data)) < 0:
            raise FileNotFoundError(file)
    return FAMILIES


def paper_faces(bold: bool) -> tuple[QRawFont, ...]:
    """The faces for text on paper, in the order in which to try them, unhinted, at EM pixels.

    Each thread has its own: Qt frees what a raw font draws with when the thread that made it ends (QRawFont's manual).
    """
    faces: dict[bool, tuple[QRawFont, ...]] = _here.__dict__.setdefault("faces", {})
    if bold not in faces:
        faces[bold] = tuple(_face(family, bold) for family in load_fonts())
    return faces[bold]


def missing_characters(text: str) -> set[str]:
    """Characters for which the vendored fonts have no letter, in either weight."""
    return {
        character
        for character in text
        for bold in (False, True)
        if not any(face.supportsCharacter(ord(character)) for face in paper_faces(bold))
    }


@cache
def _start_qt() -> QCoreApplication:
    """Letters need an application object; kept by the cache as long as the process lives."""
    return QGuiApplication.instance() or QGuiApplication(["muniment", "-platform", "offscreen"])


def rename_family(font: bytes, family: str, style: str) -> bytes:
    """The same font under another name: a new `name` table stands at the end, the directory points to it."""
    table = _name_table(family, style)
    padded = font + bytes(-len(font) % 4)
    count = struct.unpack_from(">H", font, 4)[0]
    for entry in range(12, 12 + 16 * count, 16):
        if font[entry : entry + 4] == b"name":
            words = struct.unpack(f">{len(table) // 4}I", table)
            place = struct.pack(">III", sum(words) & 0xFFFFFFFF, len(padded), len(table))
            return padded[: entry + 4] + place + padded[entry + 16 :] + table
    raise ValueError("a font has a name table")


def _name_table(family: str, style: str) -> bytes:
    """Format 0, Windows platform, US English: family, style, unique name, full name, PostScript name."""
    full = f"{family} {style}"
    names = {1: family, 2: style, 3: full, 4: full, 6: full.replace(" ", "")}
    records, strings = b"", b""
    for name_id, name in names.items():
        text = name.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, name_id, len(text), len(strings))
        strings += text
    table = struct.pack(">3H", 0, len(names), 6 + len(records)) + records + strings
    return table + bytes(-len(table) % 4)


def _face(family: str, bold: bool) -> QRawFont:
    font = QFont(family)
    font.setPixelSize(EM)
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    face = QRawFont.fromFont(font)
    if face.familyName() != family:
        raise FileNotFoundError(family)
    return face
