"""The promises at a story's end can be broken: each is told when a replica is made to differ."""

from contextlib import closing

import pytest

from core.laws.law import Law
from core.laws.law_reading import parse_law
from desktop.stories.ending import end
from desktop.stories.network import Network
from desktop.stories.playing import Play
from desktop.stories.reading import parse_story
from desktop.stories.signing import sign
from tests.stories.test_walkthrough import LAW_TEXT, STORY

HEAD = STORY.partition("steps:")[0]
ENTRY = "steps:" + STORY.partition("steps:")[2].partition("  - {sign: enter_boat, like")[0]


@pytest.fixture(scope="module")
def law() -> Law:
    return parse_law(LAW_TEXT)


def broken(law: Law, statement: str) -> set[str]:
    """What is told at the end when one office's disk was changed behind its back."""
    story = parse_story(HEAD + ENTRY, law.name)
    play = Play(story, [law], Network(story, [law]))
    with closing(play.network):
        sign(play, story.steps[0])
        play.network.meet_until_quiet(range(len(play.network.offices)))
        play.network.offices[0].store.database.execute(statement)
        end(play)
    return {seen.code for seen in play.seen if not seen.good}


def test_nothing_is_told_of_what_holds(law: Law) -> None:
    assert broken(law, "DELETE FROM draft") == set()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM index_entry", "story-indexes-right-not"),
        ("UPDATE act SET outcome = 'held'", "story-same-outcomes-not"),
    ],
)
def test_what_was_changed_behind_an_office_is_found(law: Law, statement: str, code: str) -> None:
    assert broken(law, statement) == {code}
