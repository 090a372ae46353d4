"""Setting text: measured, broken into lines and placed on pages, all as plain values.

Units are points (1/72 inch) from the page's upper left corner; `y` of text is its baseline. Advances come from the
vendored fonts as whole thousandths of the size, without kerning and without the system's text layout: the same words
stand at the same places on every system and after every update, which is what a later comparison needs.
A character without a letter is spelled out, like [U+202E]: no box, and no hidden or reordering character on paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from desktop.fonts import EM, paper_faces
from desktop.printing.code import Symbol

PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0  # A4
MARGIN, TOP, BOTTOM = 54.0, 46.0, 50.0  # the footer stands in the bottom margin
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN


@dataclass(frozen=True, slots=True)
class Style:
    size: float
    color: str = "#1c2329"
    bold: bool = False
    leading: float = 1.36

    @property
    def line_height(self) -> float:
        return self.size * self.leading


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Rule:
    """A filled bar; a hairline is a thin one."""

    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass(frozen=True, slots=True)
class Frame:
    x: float
    y: float
    width: float
    height: float
    border: str
    ground: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR symbol without its quiet zone, which the layout keeps free."""

    x: float
    y: float
    side: float
    symbol: Symbol


Mark = Text | Rule | Frame | Code
Page = tuple[Mark, ...]


@dataclass
class Block:
    """Marks placed from (0, 0) that stay together on one page."""

    height: float = 0.0
    marks: list[Mark] = field(default_factory=list)

    def add_lines(self, x: float, lines: Sequence[str], style: Style) -> None:
        """Lines below what is there."""
        for line in lines:
            self.marks.append(Text(x, self.height + style.size * 1.05, line, style))
            self.height += style.line_height

    def add_paragraph(self, x: float, width: float, text: str, style: Style) -> None:
        self.add_lines(x, break_lines(text, width, style), style)

    def space(self, height: float) -> None:
        self.height += height


class Flow:
    """Blocks one below the other, on as many pages as they need."""

    def __init__(self) -> None:
        self._pages: list[list[Mark]] = [[]]
        self._y = TOP

    def place(self, block: Block, below: float = 0.0) -> None:
        """`below`: room that must be left under it on the same page, so that a heading keeps its first row."""
        if self._y + block.height + below > PAGE_HEIGHT - BOTTOM and self._pages[-1]:
            self._pages.append([])
            self._y = TOP
        self._pages[-1].extend(shifted(mark, self._y) for mark in block.marks)
        self._y += block.height

    def place_last(self, block: Block) -> None:
        """At the foot of a page."""
        room = PAGE_HEIGHT - BOTTOM - self._y - block.height
        if room > 0:
            self._y += room
        self.place(block)

    def pages(self) -> list[list[Mark]]:
        return self._pages


def shifted(mark: Mark, down: float) -> Mark:
    match mark:
        case Text(x, y, text, style):
            return Text(x, y + down, text, style)
        case Rule(x, y, width, height, color):
            return Rule(x, y + down, width, height, color)
        case Frame(x, y, width, height, border, ground):
            return Frame(x, y + down, width, height, border, ground)
        case Code(x, y, side, symbol):
            return Code(x, y + down, side, symbol)


def text_width(text: str, style: Style) -> float:
    """Width in points of printable text."""
    return sum(advance(character, style.bold) for character in text) * style.size / EM


def break_lines(text: str, width: float, style: Style) -> list[str]:
    """Lines of at most `width` points, broken at spaces; a longer word is cut. At least one line."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            tried = f"{line} {word}" if line else word
            if text_width(printable(tried), style) <= width:
                line = tried
                continue
            if line:
                lines.append(line)
            *whole, line = _cut(word, width, style)
            lines.extend(whole)
        lines.append(line)
    return [printable(line) for line in lines]


def printable(text: str) -> str:
    """The text with every character that has no letter here spelled out."""
    return "".join(one if one == " " or face_number(one, bold=False) is not None else _spelled(one) for one in text)


def runs(text: str, bold: bool) -> Iterator[tuple[int, str]]:
    """(number of the face, characters) of printable text in one face after the other."""
    run, current = "", 0
    for character in text:
        number = face_number(character, bold)
        if number is None or number == current or character == " ":
            run += character
            continue
        if run:
            yield current, run
        run, current = character, number
    if run:
        yield current, run


@cache
def face_number(character: str, bold: bool) -> int | None:
    """The first of `paper_faces(bold)` that has a letter for a visible character, or None."""
    if not (character.isprintable() or character in "\u00a0"):
        return None
    faces = paper_faces(bold)
    return next((n for n, face in enumerate(faces) if face.supportsCharacter(ord(character))), None)


@cache
def advance(character: str, bold: bool) -> float:
    """Width of a character in thousandths of the size."""
    face = paper_faces(bold)[face_number(character, bold) or 0]
    return float(face.advancesForGlyphIndexes(face.glyphIndexesForString(character))[0].x())


def _cut(word: str, width: float, style: Style) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(printable(pieces[-1] + character), style) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _spelled(character: str) -> str:
    return f"[U+{ord(character):04X}]"
