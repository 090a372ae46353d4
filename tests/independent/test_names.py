"""Names of networks, offices and officers: both implementations take the same ones, by tables that no Python changes."""

import sys
from random import Random
from unicodedata import combining, decomposition

from core.ledger.charter import is_name
from tests.independent.auditing.charter import named

NAMES = 20_000
EDGES = " \t\n\u200b\u200c\u200d\u202e\ufeff\U00011099\U000110ba"


def test_both_implementations_take_the_same_names() -> None:
    letters = [chr(one) for one in range(sys.maxunicode + 1) if not 0xD800 <= one < 0xE000]
    composing = [one for one in letters if combining(one) or decomposition(one)]
    draw, taken = Random(0), 0
    for _ in range(NAMES):
        sources = draw.choices(("Aeo", EDGES, composing, letters), (6, 1, 4, 2), k=draw.randint(1, 4))
        name = "".join(draw.choice(source) for source in sources)
        assert is_name(name) == named(name), ascii(name)
        taken += is_name(name)
    assert NAMES // 10 < taken < NAMES * 9 // 10
    for length, right in ((0, False), (120, True), (121, False)):
        assert is_name("x" * length) == named("x" * length) == right
