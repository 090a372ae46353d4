"""A thousand inputs for each parser as Hypothesis draws them, a few in turn; what every run of the tests does in small."""

from pathlib import Path
from random import Random

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from core.errors import MunimentError
from tests.torture.parsers import Parser, make_parsers
from tests.torture.part import Part

EXAMPLES, AT_ONCE = 1_000, 25
DRAWN = st.one_of(st.integers(0, 2**64), st.binary(max_size=300))  # the seed of a mutation, or plain bytes


def read_or_refuse(parser: Parser, drawn: int | bytes) -> None:
    """Whatever comes is read, and then stands for one value alone, or refused with a code."""
    if isinstance(drawn, int):
        parser.try_one(Random(drawn))
        return
    try:
        value = parser.read(drawn)
    except MunimentError:
        return
    assert parser.write is None or parser.write(value) == drawn


def torture_drawn(work: Path, first_seed: int, until_s: float) -> list[Part]:
    """`until_s`: monotonic."""
    folder = work / "drawn"
    folder.mkdir()
    parsers = make_parsers(folder)
    part = Part("drawn by Hypothesis, 25 at once", planned=len(parsers) * EXAMPLES // AT_ONCE)

    def one(number: int) -> None:
        parser = parsers[number % len(parsers)]

        @seed(number)
        @settings(max_examples=AT_ONCE, deadline=None, database=None)
        @given(DRAWN)
        def read(drawn: int | bytes) -> None:
            read_or_refuse(parser, drawn)

        read()

    part.repeat(one, first_seed, until_s)
    return [part]
