"""The extract, templates 1 to 6: where each fact of a receipt stands on A4.

An extract is set from a receipt alone, twice: once to be printed and again by whoever verifies it. The only words on
it that no signature covers stand in a box of their own which says so: how far the act had come on the day of printing,
since template 2 between what it was made, since 3 its number, since 4 what follows from its record on that day. A
verifier reads them back, sets the page with them and compares (desktop/printing/comparing.py).
Once a paper of a template has left an office, its layout and its words are fixed: a change is a new template.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.printing.code import QUIET_MODULES, Symbol
from desktop.printing.facts import Content, Row
from desktop.printing.following import Following, following_lines
from desktop.printing.typesetting import (
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Block,
    Code,
    Flow,
    Frame,
    Mark,
    Page,
    Rule,
    Style,
    Text,
    break_lines,
    shifted,
    text_width,
)
from desktop.wording_paper import bracket_text, day_text, ladder_text, say

MM = 72 / 25.4
ACCENT, QUIET, LINE, GROUND = "#1d5a85", "#55606a", "#cfd6dc", "#f5f6f8"
TITLE = Style(20, bold=True, leading=1.25)
SUBTITLE = Style(11, QUIET)
NETWORK = Style(9, QUIET)
HEADING = Style(9, ACCENT, bold=True)
LABEL = Style(8.5, QUIET, leading=1.5)
VALUE = Style(9.5)
NOTE = Style(8, QUIET)
STEP = Style(11.5, bold=True)
SMALL = Style(8.5, leading=1.4)
SMALL_HEADING = Style(8.5, bold=True, leading=1.5)
DIGITS = Style(8.5, leading=1.45)
TINY = Style(7, QUIET, leading=1.4)
LABEL_WIDTH = 118.0
VALUE_X = MARGIN + LABEL_WIDTH + 12
VALUE_WIDTH = PAGE_WIDTH - MARGIN - VALUE_X


@dataclass(frozen=True, slots=True)
class PrintedStep:
    """How far the act had come when the paper was printed, as the printing office knew it. Not proved."""

    step: str
    outcome: str
    seen: int
    day: tuple[int, int, int]
    bracket: "PrintedBracket | None" = None  # since template 2
    number: str = ""  # that the competent office gave what the act entered; since template 3
    follows: Following = ()  # from the record of the act on that day; since template 4


@dataclass(frozen=True, slots=True)
class PrintedBracket:
    """Between what the act was made, as the printing office knew it. Not proved. Offices count from 1."""

    state: int | None
    office: int | None
    seq: int | None
    moment: tuple[list[int], str] | None  # day and time of day, UTC, that this office's clock gave its block
    clock_wrong: bool

    def lines(self, language: str) -> list[str]:
        told = bracket_text(language, self.state, self.office, self.seq, self.moment)
        return [line for line in (told, say(language, "bracket-clock") if self.clock_wrong else "") if line]


def set_extract(
    content: Content, symbols: Sequence[Symbol], printed: PrintedStep, quorum: int, offices: int
) -> tuple[Page, ...]:
    """The pages of an extract."""
    flow, language = Flow(), content.language
    flow.place(_head(content))
    _place_rows(flow, say(language, "act"), content.act)
    _place_rows(flow, say(language, "signed-by"), (*content.signers, *content.kept))
    flow.place(_printed_box(language, printed, quorum, offices))
    flow.place_last(_proof(content, symbols))
    for number, symbol in enumerate(symbols[1:], 2):
        flow.place(_further_symbol(language, symbol, number, len(symbols)))
    pages = flow.pages()
    return tuple((*page, *_foot(content, n, len(pages))) for n, page in enumerate(pages, 1))


def _head(content: Content) -> Block:
    block = Block()
    block.add_paragraph(MARGIN, TEXT_WIDTH, content.network_name, NETWORK)
    block.space(4)
    block.add_paragraph(MARGIN, TEXT_WIDTH, content.title, TITLE)
    block.space(1)
    block.add_paragraph(MARGIN, TEXT_WIDTH, content.subtitle, SUBTITLE)
    block.space(8)
    block.marks.append(Rule(MARGIN, block.height, TEXT_WIDTH, 1.6, ACCENT))
    block.space(11)
    return block


def _place_rows(flow: Flow, heading: str, rows: Sequence[Row]) -> None:
    block = Block()
    block.add_lines(MARGIN, [heading], HEADING)
    block.space(3)
    flow.place(block, below=40)
    for row in rows:
        for piece in _row_blocks(row):
            flow.place(piece)
    flow.place(Block(height=9))


def _row_blocks(row: Row) -> list[Block]:
    """The row as one block, or, where a list is long, as one block an item."""
    pieces = []
    lines = (*row.lines, row.note) if row.note else row.lines
    for number, line in enumerate(lines):
        block = Block()
        if number == 0:
            block.marks.append(Rule(MARGIN, 0, TEXT_WIDTH, 0.5, LINE))
            block.space(2.5)
            label = Block(height=block.height + 0.5)
            label.add_paragraph(MARGIN, LABEL_WIDTH, row.label, LABEL)
            block.marks += label.marks
        block.add_paragraph(VALUE_X, VALUE_WIDTH, line, NOTE if line is row.note else VALUE)
        if number == 0:
            block.height = max(block.height, label.height)
        if number == len(lines) - 1:
            block.space(3)
        pieces.append(block)
    return pieces


def _printed_box(language: str, printed: PrintedStep, quorum: int, offices: int) -> Block:
    inner, inset = Block(height=6), MARGIN + 12
    width = TEXT_WIDTH - 24
    inner.add_paragraph(inset, width, say(language, "printed-heading"), Style(8.5, QUIET, bold=True))
    inner.space(2)
    step = ladder_text(language, printed.step, printed.outcome, printed.seen, quorum, offices)
    inner.add_paragraph(inset, width, step, STEP)
    day = day_text(language, list(printed.day))
    inner.add_paragraph(inset, width, say(language, "printed-day", day=day), SMALL)
    if printed.number:
        inner.space(3)
        inner.add_paragraph(inset, width, say(language, "printed-number", number=printed.number), STEP)
    for line in following_lines(language, printed.follows, printed.day):
        inner.add_paragraph(inset, width, line, SMALL)
    for line in printed.bracket.lines(language) if printed.bracket else ():
        inner.add_paragraph(inset, width, line, SMALL)
    inner.space(6)
    frame = Frame(MARGIN, 0, TEXT_WIDTH, inner.height, LINE, GROUND)
    return Block(inner.height + 12, [frame, *inner.marks])


def _proof(content: Content, symbols: Sequence[Symbol]) -> Block:
    """The code, what it proves beside it, and the technical details below."""
    language, symbol = content.language, symbols[0]
    side, quiet = symbol.side_mm * MM, _quiet(symbol)
    x = MARGIN + side + quiet + 6
    beside = _beside(content, x, PAGE_WIDTH - MARGIN - x)
    if len(symbols) > 1:
        beside.space(6)
        beside.add_lines(x, [say(language, "symbol", number=1, count=len(symbols))], SMALL_HEADING)
    top = 1.6 + quiet
    block = Block(top + max(beside.height, side) + quiet)
    block.marks += [Rule(MARGIN, 0, TEXT_WIDTH, 1.6, ACCENT), Code(MARGIN, top, side, symbol)]
    block.marks += [shifted(mark, top - 2) for mark in beside.marks]
    for row in content.technical:
        block.add_paragraph(
            MARGIN, TEXT_WIDTH, f"{row.label}: {' · '.join((*row.lines, row.note) if row.note else row.lines)}", TINY
        )
    return block


def _beside(content: Content, x: float, width: float) -> Block:
    language, block = content.language, Block()
    told = {"proves": content.proves, "open": content.leaves_open, "check": content.check}
    for key, text in told.items():
        block.add_paragraph(x, width, say(language, f"{key}-heading"), SMALL_HEADING)
        block.add_paragraph(x, width, text, SMALL)
        block.space(5)
    block.add_paragraph(x, width, say(language, "network-heading"), SMALL_HEADING)
    digits = content.network.split(" ")
    lines = [" ".join(digits[start : start + 8]) for start in range(0, len(digits), 8)]
    for line in lines:
        block.add_paragraph(x, width, line, DIGITS)
    return block


def _further_symbol(language: str, symbol: Symbol, number: int, count: int) -> Block:
    side, quiet = symbol.side_mm * MM, _quiet(symbol)
    block = Block()
    block.add_lines(MARGIN, [say(language, "symbol", number=number, count=count)], SMALL_HEADING)
    block.marks.append(Code(MARGIN, block.height + quiet, side, symbol))
    block.space(side + 2 * quiet)
    return block


def _foot(content: Content, number: int, count: int) -> list[Mark]:
    y = PAGE_HEIGHT - 28
    page = say(content.language, "page", number=number, count=count)
    act = break_lines(say(content.language, "footer-act", act=content.act_short), TEXT_WIDTH / 2, TINY)[0]
    return [
        Rule(MARGIN, y - 11, TEXT_WIDTH, 0.5, LINE),
        Text(MARGIN, y, act, TINY),
        Text(PAGE_WIDTH - MARGIN - text_width(page, TINY), y, page, TINY),
    ]


def _quiet(symbol: Symbol) -> float:
    return QUIET_MODULES * symbol.side_mm * MM / len(symbol.modules)
