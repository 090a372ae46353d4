"""Inputs for each parser as Hypothesis draws them, on and on; every run of the tests does a thousand each.

Ten to an example: what Hypothesis does around an example takes thirty times as long as the parser.
"""

from pathlib import Path
from random import Random

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from core.errors import MunimentError
from tests.torture.parsers import Parser, make_parsers
from tests.torture.part import Part

PLANNED, AT_ONCE = 1_000_000, 100  # inputs
TO_AN_EXAMPLE = 10
DRAWN = st.lists(  # the seed of a mutation, or plain bytes
    st.one_of(st.integers(0, 2**64), st.binary(max_size=300)), min_size=TO_AN_EXAMPLE, max_size=TO_AN_EXAMPLE
)


def read_or_refuse(parser: Parser, inputs: list[int | bytes]) -> None:
    """Whatever comes is read, and then stands for one value alone, or refused with a code."""
    for drawn in inputs:
        _read_or_refuse(parser, drawn)


def _read_or_refuse(parser: Parser, drawn: int | bytes) -> None:
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
    part = Part(f"drawn by Hypothesis, {AT_ONCE} at once", planned=len(parsers) * PLANNED // AT_ONCE)

    def one(number: int) -> None:
        parser = parsers[number % len(parsers)]

        @seed(number)
        @settings(max_examples=AT_ONCE // TO_AN_EXAMPLE, deadline=None, database=None)
        @given(DRAWN)
        def read(drawn: list[int | bytes]) -> None:
            read_or_refuse(parser, drawn)

        read()

    part.repeat(one, first_seed, until_s)
    return [part]
