"""Every parser of bytes from outside, a few hundred inputs each: read, or refused with a code, and nothing else.

Hypothesis draws plain bytes and seeds of the mutations of valid inputs (tests/torture/parsers.py), which the long run
carries on with a thousand each (tests/torture/drawn.py) and millions, guided by coverage where atheris is installed.
"""

from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import example, given, settings

from tests.torture.drawn import DRAWN, read_or_refuse
from tests.torture.parsers import Parser, make_parsers

EXAMPLES = 150
PARSERS = make_parsers(Path(mkdtemp(prefix="parsers-")))


def test_there_are_at_least_twelve() -> None:
    assert len({parser.name for parser in PARSERS}) == len(PARSERS) >= 12


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name.replace(" ", "-"))
def test_whatever_comes_is_read_or_refused_with_a_code(parser: Parser) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(DRAWN)
    @example(b"")
    def read(drawn: int | bytes) -> None:
        read_or_refuse(parser, drawn)

    read()
