"""The paper of a recovery kit: a page a sheet, with its words to be copied by hand and a code to be photographed."""

from dataclasses import dataclass
from datetime import datetime

from core.custody.making import DrawnKit
from core.custody.sheet import Sheet, pack_sheet, unpack_sheet
from desktop.printing.code import MODULE_MM, draw_symbol
from desktop.printing.drawing import draw_pdf
from desktop.printing.typesetting import (
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Block,
    Code,
    Frame,
    Page,
    Rule,
    Style,
    Text,
    shifted,
    text_width,
)
from desktop.wording import say
from desktop.wording.values import day_text

MM = 72 / 25.4
ACCENT, QUIET, LINE, GROUND = "#1d5a85", "#55606a", "#cfd6dc", "#f5f6f8"
TITLE = Style(20, bold=True, leading=1.25)
SUBTITLE = Style(12, QUIET)
HEADING = Style(10, ACCENT, bold=True, leading=1.6)
NORMAL = Style(9.5, leading=1.45)
NUMBER = Style(8.5, QUIET, leading=2.0)
WORD = Style(12.5, bold=True, leading=2.0)
SMALL = Style(8.5, QUIET, leading=1.4)
COLUMNS = 3
TOP = 52.0
CODE_SIDE_MM = 62.0
GAP = 22.0


@dataclass(frozen=True)
class KitPaper:
    """What stands on it beside the kit."""

    office: str
    day: str  # as a person writes it


def today() -> str:
    """By this computer's clock, as it is printed."""
    day = datetime.now().astimezone().date()
    return day_text((day.year, day.month, day.day))


def kit_pdf(kit: DrawnKit, paper: KitPaper) -> bytes:
    """The PDF of all sheets."""
    pages = [_page(kit, number, sheet, paper) for number, sheet in enumerate(kit.sheets, start=1)]
    return draw_pdf(pages, say("kit.paper.title", office=paper.office))


def _page(kit: DrawnKit, number: int, sheet: Sheet, paper: KitPaper) -> Page:
    block = Block()
    block.add_paragraph(MARGIN, TEXT_WIDTH, say("kit.paper.title", office=paper.office), TITLE)
    count = len(kit.sheets)
    which = say("kit.paper.sheet", number=number, all=count, needed=kit.needed) if count > 1 else say("kit.paper.one")
    block.add_paragraph(MARGIN, TEXT_WIDTH, which, SUBTITLE)
    block.space(10)
    block.add_paragraph(MARGIN, TEXT_WIDTH, say("kit.paper.several" if count > 1 else "kit.paper.secret"), NORMAL)
    block.space(14)
    _add_words(block, sheet.words.split())
    block.space(GAP)
    _add_code(block, sheet)
    foot = Block()
    facts = say("kit.paper.foot", kit=kit.number, day=paper.day)
    foot.add_paragraph(MARGIN, TEXT_WIDTH, facts, SMALL)
    down = PAGE_HEIGHT - TOP / 2 - foot.height
    return (*(shifted(mark, TOP) for mark in block.marks), *(shifted(mark, down) for mark in foot.marks))


def _add_words(block: Block, words: list[str]) -> None:
    """In columns, numbered, to be read from top to bottom."""
    rows, width = -(-len(words) // COLUMNS), TEXT_WIDTH / COLUMNS
    top, height = block.height, rows * WORD.line_height + 20
    block.marks.append(Frame(MARGIN, top, TEXT_WIDTH, height, LINE, GROUND))
    for place, word in enumerate(words):
        column, row = divmod(place, rows)
        x, y = MARGIN + 16 + column * width, top + 10 + row * WORD.line_height + WORD.size * 1.35
        label = f"{place + 1}"
        block.marks.append(Text(x + 16 - text_width(label, NUMBER), y, label, NUMBER))
        block.marks.append(Text(x + 26, y, word, WORD))
    for column in range(1, COLUMNS):
        block.marks.append(Rule(MARGIN + column * width, top + 12, 0.6, height - 24, LINE))
    block.height += height


def _add_code(block: Block, sheet: Sheet) -> None:
    """The code at the left, what to do with the sheet beside it."""
    content = pack_sheet(sheet)
    symbol = draw_symbol(content)
    side = max(CODE_SIDE_MM, len(symbol.modules) * MODULE_MM) * MM
    beside = Block()
    x = MARGIN + side + GAP
    holds = "kit.paper.code-keys" if unpack_sheet(content).box is not None else "kit.paper.code-words"
    for heading, text in (("kit.paper.keep", "kit.paper.keeping"), ("kit.paper.use", "kit.paper.using")):
        beside.add_paragraph(x, PAGE_WIDTH - MARGIN - x, say(heading), HEADING)
        beside.add_paragraph(x, PAGE_WIDTH - MARGIN - x, say(text), NORMAL)
        beside.space(8)
    beside.add_paragraph(x, PAGE_WIDTH - MARGIN - x, say("kit.paper.code"), HEADING)
    beside.add_paragraph(x, PAGE_WIDTH - MARGIN - x, say(holds), NORMAL)
    top = block.height
    block.marks.append(Code(MARGIN, top + 6, side, symbol))
    block.marks.extend(shifted(mark, top) for mark in beside.marks)
    block.height = top + max(side + 12, beside.height)
