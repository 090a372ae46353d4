"""The story on the page LAWS.md is played as it stands there, and stories that are wrong are told so, line by line."""

from pathlib import Path

import pytest

from core.laws.law import Law
from core.laws.law_reading import parse_law
from desktop.library import laws_beside
from desktop.stories.run import Told, never_failed, run_story

LIBRARY = Path(__file__).parents[2] / "core" / "laws" / "library"
BLOCKS = (LIBRARY.parent / "LAWS.md").read_text(encoding="utf-8").split("```yaml\n")[1:]
PIECES = [block.partition("```")[0] for block in BLOCKS]
LAW_TEXT = next(piece for piece in PIECES if "\nlaw: " in piece)
STORY = next(piece for piece in PIECES if piece.startswith("story: "))


@pytest.fixture(scope="module")
def law() -> Law:
    return parse_law(LAW_TEXT)


def play(law: Law, text: str) -> Told:
    return run_story("told", text, law, laws_beside(LIBRARY / "none.yaml"))


@pytest.mark.usefixtures("qapp")
def test_the_story_on_the_page_and_every_condition_of_its_law(law: Law) -> None:
    told = play(law, STORY)
    assert [seen for seen in told.seen if not seen.good] == []
    assert not list(never_failed(law, [told]))
    assert told.good


def wrong(law: Law, old: str, new: str) -> list[tuple[int, str]]:
    """What a story tells that is altered in one place; without its paper, which takes long."""
    paper = next(line for line in STORY.splitlines() if "extract:" in line)
    text = STORY.replace(paper + "\n", "")
    assert old in text
    return [(seen.line, seen.code) for seen in play(law, text.replace(old, new, 1)).seen if not seen.good]


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(STORY.splitlines(), 1) if text in line)


PLAYED = [
    ("rejected: key-taken", "rejected: no-such-mark", "story-other-outcome", "rejected: key-taken"),
    ("held: leaking", "held: [leaking, out-of-order]", "story-other-outcome", "held: leaking"),
    ('article: "3"', 'article: "4"', "story-other-article", 'article: "3"'),
    ("says: The owners' parts must", "says: Some parts must", "story-other-sentence", "says: The owners' parts"),
    ("at: Town, is: final", "at: Town, is: recorded", "story-other-value", "at: Town, is: final"),
    ("keeper: Harbour", "keeper: Town", "story-other-value", "- record: seagull"),
    ("state: none", "state: afloat", "story-other-value", "state: none"),
]


@pytest.mark.parametrize(("old", "new", "code", "at"), PLAYED, ids=[new for _, new, _, _ in PLAYED])
def test_what_comes_otherwise_is_told_with_its_line(law: Law, old: str, new: str, code: str, at: str) -> None:
    found = wrong(law, old, new)
    assert {one for _, one in found} == {code}
    assert all(abs(line - line_of(at)) <= 4 for line, _ in found)


UNREADABLE = [
    ("name: seagull", "nam: seagull", "unknown-key"),
    ("at: Harbour", "at: Arbour", "unknown-word"),
    ("- meet: all", "- {meet: all, offline: [Town]}", "not-one-step"),
    ("begins", "begin", "unknown-key"),
    ("Town: {}", "Town: {officers: {Ada: [king]}}", "unknown-role"),
    (", Village: {}, Town: {}", "", "out-of-range"),
    ("part: 1/2", "part: half", "not-a-value-of"),
    ("records: {boat: seagull}", "records: {boat: gull}", "unknown-name"),
    ("records: {boat: seagull}", "records: {ship: seagull}", "unknown-record"),
    ("sign: enter_boat", "sign: enter_ship", "unknown-name"),
    ("name: clean", "name: leaky", "name-twice"),
]


@pytest.mark.parametrize(("old", "new", "code"), UNREADABLE, ids=[code for _, _, code in UNREADABLE])
def test_what_cannot_be_played_is_refused_with_its_line(law: Law, old: str, new: str, code: str) -> None:
    if old == "begins":
        old, new = "offices:", "begin: 2026-01-01\noffices:"
    found = wrong(law, old, new)
    assert [one for _, one in found] == [code]
    assert found[0][0] > 0


def test_a_condition_that_never_failed_is_named(law: Law) -> None:
    told = play(law, STORY.replace("leaks: 2", "leaks: 0").replace("{held: leaking, says: ", "{held: leaking, says: "))
    assert "inspect.leaking" in list(never_failed(law, [told]))


def test_two_runs_of_a_story_are_the_same(law: Law) -> None:
    paper = next(line for line in STORY.splitlines() if "extract:" in line)
    text = STORY.replace(paper + "\n", "")
    assert play(law, text) == play(law, text)
