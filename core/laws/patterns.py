"""The pattern of a text field: a declaration, not a program.

Always anchored, ASCII, letters and classes with counts only ("[0-9]{10}", "[A-Z]{2}-[0-9]{1,6}"). No stars,
groups or alternatives: matching takes one step per letter, and the longest text that fits is known when the
law is checked.
"""

import re
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<what>\[(?:[A-Za-z0-9 _./:,+#-])+\]|[A-Za-z0-9 _/:,#-]|\\[.+])"
    r"(?:\{(?P<low>[0-9]{1,4})(?:,(?P<high>[0-9]{1,4}))?\})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    regex: re.Pattern[str]
    max_chars: int


def parse_pattern(text: str) -> Pattern | None:
    """None when the text is no such pattern."""
    position = max_chars = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None or "--" in piece["what"]:  # which a later Python may read as a difference of classes
            return None
        low = int(piece["low"] or 1)
        high = int(piece["high"] or low)
        if high < low or high == 0:
            return None
        max_chars += high
        position = piece.end()
    if not text or max_chars > 1_000:
        return None
    try:
        return Pattern(text, re.compile(text, re.ASCII), max_chars)
    except re.error:  # a class that runs backwards, "[9-0]"
        return None
