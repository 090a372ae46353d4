"""Every parser of bytes from outside, a thousand inputs each: read, or refused with a code, and nothing else.

Hypothesis draws plain bytes and seeds of the mutations of valid inputs (tests/torture/parsers.py), which the long run
carries on (tests/torture/drawn.py), guided by coverage where atheris is installed.
"""

from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import example, given, settings

from tests.torture.drawn import DRAWN, TO_AN_EXAMPLE, read_or_refuse
from tests.torture.parsers import Parser, make_parsers

INPUTS = 1_000
PARSERS = make_parsers(Path(mkdtemp(prefix="parsers-")))


def test_there_are_at_least_twelve() -> None:
    assert len({parser.name for parser in PARSERS}) == len(PARSERS) >= 12


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name.replace(" ", "-"))
def test_whatever_comes_is_read_or_refused_with_a_code(parser: Parser) -> None:
    @settings(max_examples=INPUTS // TO_AN_EXAMPLE, database=None)
    @given(DRAWN)
    @example([b""])
    def read(drawn: list[int | bytes]) -> None:
        read_or_refuse(parser, drawn)

    read()
