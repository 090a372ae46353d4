"""Random bytes of offices in memory: the same in every run of a test, alone or beside others.

An act's nonce makes its id, and ids break ties in the common order: with bytes that are drawn anew a test that hangs on
a hash fails once in some runs, and nobody can repeat it.
"""

from random import Random

_source = Random("muniment")


def begin(name: str) -> None:
    """A test begins: what it draws follows from its name."""
    _source.seed(name)


def draw(count: int) -> bytes:
    return _source.randbytes(count)
