"""The paper for an office that joins: of which network and of which register state the copy must be, and a code.

It proves nothing and is no extract: it is handed over in person, and what it says is what the copy of the register is
verified against. The code holds `"MuJ"`, a version byte, the network's number and the state's, 32 bytes each.
"""

from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image

from core.errors import MunimentError
from core.folder import read_bounded
from core.snapshot_file import Given
from desktop.printing.code import draw_symbol
from desktop.printing.drawing import draw_pdf
from desktop.printing.extract import ACCENT, MM, NETWORK, SMALL, SUBTITLE, TITLE, VALUE
from desktop.printing.reading import CODE_DPI, MAX_FILE_BYTES, is_pdf, open_pdf, open_picture, page_image
from desktop.printing.typesetting import MARGIN, TEXT_WIDTH, Block, Code, Flow, Rule, Style
from desktop.wording_paper import day_text, say

MAGIC = b"MuJ\x01"
HASH_BYTES = 32
SIDE = 60 * MM
NUMBER = Style(14, bold=True, leading=1.6)
_GROUPS_A_LINE = 8


@dataclass(frozen=True)
class JoiningPaper:
    """What the paper says. `anchor`: number of the register state; `day`: of printing."""

    network_name: str
    office: str
    given: Given
    anchor: int
    day: tuple[int, int, int]


def make_joining_paper(paper: JoiningPaper, language: str = "en") -> bytes:
    """The PDF."""
    block = Block()
    block.add_paragraph(MARGIN, TEXT_WIDTH, paper.network_name, NETWORK)
    block.space(4)
    block.add_paragraph(MARGIN, TEXT_WIDTH, say(language, "joining-title"), TITLE)
    told = say(language, "joining-about", office=paper.office, day=day_text(language, list(paper.day)))
    block.add_paragraph(MARGIN, TEXT_WIDTH, told, SUBTITLE)
    block.space(8)
    block.marks.append(Rule(MARGIN, block.height, TEXT_WIDTH, 1.6, ACCENT))
    block.space(18)
    numbers = (("network-heading", paper.given.network), ("joining-state", paper.given.checkpoint))
    for key, number in numbers:
        block.add_paragraph(MARGIN, TEXT_WIDTH, say(language, key, number=paper.anchor), VALUE)
        block.add_lines(MARGIN, number_lines(number), NUMBER)
        block.space(14)
    code = Code(MARGIN, block.height, SIDE, draw_symbol(MAGIC + paper.given.network + paper.given.checkpoint))
    block.marks.append(code)
    block.space(SIDE + 18)
    for key in ("joining-how", "joining-keep"):
        block.add_paragraph(MARGIN, TEXT_WIDTH, say(language, key, number=paper.anchor), SMALL)
        block.space(6)
    flow = Flow()
    flow.place(block)
    return draw_pdf([tuple(page) for page in flow.pages()], say(language, "joining-title"))


def number_lines(number: bytes) -> list[str]:
    """As people read it to each other: groups of four digits, two lines."""
    digits = number.hex()
    groups = [digits[place : place + 4] for place in range(0, len(digits), 4)]
    return [" ".join(groups[first : first + _GROUPS_A_LINE]) for first in range(0, len(groups), _GROUPS_A_LINE)]


def read_joining_paper(path: Path) -> Given:
    """The numbers in the code of the paper: its PDF, a scan or a photograph.

    Raises `not-a-joining-paper`, `too-large`, `file-not-found`, `file-not-read`.
    """
    data = read_bounded(path, MAX_FILE_BYTES)
    try:
        found = _pdf_contents(data) if is_pdf(data) else _contents(open_picture(data))
    except MunimentError:
        raise MunimentError("not-a-joining-paper", path=str(path)) from None
    if len(found) != 1:  # of two papers nobody knows which one is meant
        raise MunimentError("not-a-joining-paper", path=str(path))
    (content,) = found
    rest = content[len(MAGIC) :]
    return Given(rest[:HASH_BYTES], rest[HASH_BYTES:])


def _pdf_contents(data: bytes) -> set[bytes]:
    with open_pdf(data) as document:
        for dpi in CODE_DPI:
            pictures = (page_image(document, number, dpi, grey=True) for number in range(len(document)))
            if found := {content for picture in pictures for content in _contents(picture)}:
                return found
    return set()


def _contents(picture: Image.Image) -> set[bytes]:
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    contents = {bytes(code.bytes) for code in codes if code.valid}
    return {one for one in contents if one.startswith(MAGIC) and len(one) == len(MAGIC) + 2 * HASH_BYTES}
