"""Holding a presented PDF against the same extract set again from its receipt.

Both are drawn by the same renderer at 100 dpi, from the same fonts, with the same layout: the ink is equal to the
last pixel. So no region is masked and no shift is forgiven; TOLERANCE only absorbs rounding between systems and is
too faint to read. The box that no signature covers is compared as well: its words are read, must be words of the
ladder, and the page is set again with them.
The text is compared too, so that what a screen reader or a copy gives is what the eye sees.
"""

import re

import pypdfium2
from PIL import ImageChops

from core.laws.law import Law
from core.laws.numbers import is_number
from core.ledger.receipt import ReceiptFacts
from desktop.printing.extract import PrintedBracket, PrintedStep
from desktop.printing.following import read_following
from desktop.printing.reading import COMPARE_DPI, page_image, page_parts, page_text
from desktop.wording_paper import (
    LADDER,
    SIDE_STATES,
    STEPS,
    ladder_text,
    parse_bracket,
    parse_day,
    parse_number,
    printed_day_pattern,
)

TOLERANCE = 16  # of 255 levels a colour, in any single pixel
OUTCOMES = ("entered", *SIDE_STATES)


def find_difference(presented: pypdfium2.PdfDocument, again: pypdfium2.PdfDocument) -> str | None:
    """None, or what differs: "pages", "title", "text", "ink" or "parts"."""
    if len(presented) != len(again):
        return "pages"
    if _stated(presented) != _stated(again):
        return "title"
    for number in range(len(again)):
        if page_text(presented, number) != page_text(again, number):
            return "text"
    if any(_ink_differs(presented, again, number) for number in range(len(again))):
        return "ink"
    same = all(page_parts(presented, number) == page_parts(again, number) for number in range(len(again)))
    return None if same else "parts"


def read_printed_step(
    document: pypdfium2.PdfDocument, facts: ReceiptFacts, law: Law | None = None
) -> PrintedStep | None:
    """What the paper says of how far the act had come, or None when it uses no words of the ladder.

    `law`: of the act; without it nothing is read of what follows from its record.
    """
    language, quorum, offices = facts.language, facts.quorum, facts.offices
    text = " ".join(page_text(document, number) for number in range(len(document)))
    found = re.search(printed_day_pattern(language), text)
    day = parse_day(language, found["day"]) if found else None
    if found is None or day is None:
        return None
    before = text[: found.start()].rstrip()
    said = [
        (ladder_text(language, step, outcome, seen, quorum, offices), step, outcome, seen)
        for step in STEPS
        for outcome in OUTCOMES
        for seen in range(1, offices + 1)
        if seen == 1 or "{seen}" in LADDER["en"][step]
    ]
    fitting = [one for one in said if before.endswith(" ".join(one[0].split()))]
    if not fitting:
        return None
    _, step, outcome, seen = max(fitting, key=lambda one: len(one[0]))
    number, behind = parse_number(language, text[found.end() :].lstrip())
    if number and not is_number(number):
        return None
    follows, behind = read_following(law, facts.transaction, language, behind, day)
    return PrintedStep(step, outcome, seen, (day[0], day[1], day[2]), _read_bracket(behind, language), number, follows)


def _read_bracket(text: str, language: str) -> PrintedBracket | None:
    """What stands behind the day of printing on papers since template 2."""
    told = parse_bracket(language, text)
    state, office, seq, moment = told or (None, None, None, None)
    lines = PrintedBracket(state, office, seq, moment, True).lines(language)
    clock_wrong = text.startswith(" ".join(lines))
    return PrintedBracket(state, office, seq, moment, clock_wrong) if told or clock_wrong else None


def _stated(document: pypdfium2.PdfDocument) -> list[str]:
    """What a reader's window bar and properties show."""
    stated = document.get_metadata_dict()
    return [stated.get(key, "") for key in ("Title", "Author", "Subject", "Keywords")]


def _ink_differs(presented: pypdfium2.PdfDocument, again: pypdfium2.PdfDocument, number: int) -> bool:
    pages = [page_image(document, number, COMPARE_DPI).convert("RGB") for document in (presented, again)]
    if pages[0].size != pages[1].size:
        return True
    extremes = ImageChops.difference(*pages).getextrema()
    return any(highest > TOLERANCE for _, highest in extremes)
