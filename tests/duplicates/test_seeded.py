"""2,000 seeded pairs from two public registers are found, and entering what is new raises hardly an alarm.

Found means both: the pair shares a key under which the index would bring it together, and comparing gives a reason.
"""

from collections import Counter, defaultdict

import pytest

from core.duplicates.comparing import compare
from core.duplicates.traits import Traits
from tests.duplicates.generator import HELD_OUT, KINDS, Source, baptisms, pairs, read, settlements

SEED = 2026


@pytest.fixture(scope="module")
def registers() -> dict[str, list[Source]]:
    return {
        "Peru": baptisms(read("peru_baptisms.csv.gz")),
        "Belarus": settlements(read("belarus_settlements.csv.gz")),
    }


def found(one: Traits, other: Traits) -> bool:
    return bool(one.keys() & other.keys() and compare(one, other))


def test_seeded_pairs_are_found(registers: dict[str, list[Source]]) -> None:
    made, hits = Counter[str](), Counter[str]()
    for sources in registers.values():
        for kind, source, written in pairs(sources, 1_000, SEED):
            made[kind] += 1
            hits[kind] += found(source.traits, written)
    assert made.total() == 2_000
    assert set(made) == {*KINDS, *HELD_OUT}
    assert len(HELD_OUT) * 3 >= len(made), "a third of the kinds is held out"
    seen, held = (sum(hits[kind] for kind in kinds) / sum(made[kind] for kind in kinds) for kinds in (KINDS, HELD_OUT))
    print({kind: f"{hits[kind]}/{made[kind]}" for kind in made}, f"seen {seen:.4f}", f"held out {held:.4f}")
    assert hits.total() / made.total() >= 0.99
    assert seen >= 0.99
    assert held >= 0.99


@pytest.mark.parametrize("name", ["Peru", "Belarus"])
def test_what_is_new_raises_hardly_an_alarm(registers: dict[str, list[Source]], name: str) -> None:
    """Each record as an act entered after all before it. The files hold real duplicates too, which count as alarms."""
    met: defaultdict[bytes, list[Traits]] = defaultdict(list)
    alarms = 0
    for source in registers[name]:
        traits = source.traits
        keys = traits.keys()
        alarms += any(compare(traits, other) for key in keys for other in met[key])
        for key in keys:
            met[key].append(traits)
    assert 0 < alarms / len(registers[name]) <= 0.02


@pytest.mark.parametrize("kind", [*KINDS, *HELD_OUT])
def test_each_kind_changes_what_it_says(registers: dict[str, list[Source]], kind: str) -> None:
    """The pairs are no copies: what is found is found in spite of the mistake."""
    made = [(one, other) for found_kind, one, other in pairs(registers["Peru"] + registers["Belarus"], 400, 7)
            if found_kind == kind]  # fmt: skip
    assert made
    assert all(one.traits != other for one, other in made)
