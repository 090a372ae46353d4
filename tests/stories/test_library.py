"""Every story of every law that comes with the application, and every condition of each of those laws once.

No law is named here: a new law with its stories is tested as soon as its files are there.
"""

from functools import cache
from pathlib import Path

import pytest

from core.laws.law import Law
from core.laws.law_reading import parse_law
from desktop.library import library_laws
from desktop.stories.run import FOLDER, Told, laws_beside, never_failed, run_story, stories_of

LIBRARY = Path(__file__).parents[2] / "core" / "laws" / "library"
STORIES = sorted((path.parent.name, path.stem) for path in (LIBRARY / FOLDER).glob("*/*.yaml"))
# The ledger's own law: voting and officers have tests of their own (test_epochs, test_officers, simulation).
WITHOUT_STORIES = frozenset({"charter"})
LAWS = sorted(library_laws().keys() - WITHOUT_STORIES)

pytestmark = pytest.mark.usefixtures("qapp")


@cache
def law_of(name: str) -> Law:
    return parse_law(library_laws()[name])


@cache
def told(law: str, story: str) -> Told:
    text = stories_of(law, LIBRARY / FOLDER / law)[story]
    return run_story(story, text, law_of(law), laws_beside(LIBRARY / f"{law}.yaml"))


@pytest.mark.parametrize(("law", "story"), STORIES, ids=[f"{law}-{story}" for law, story in STORIES])
def test_a_story_goes_as_it_is_told(law: str, story: str) -> None:
    assert [seen for seen in told(law, story).seen if not seen.good] == []


@pytest.mark.parametrize("law", LAWS)
def test_every_condition_fails_once_with_its_own_outcome(law: str) -> None:
    stories = [told(owner, story) for owner, story in STORIES]  # a condition may fail in another law's story
    assert list(never_failed(law_of(law), stories)) == []


def test_every_story_belongs_to_a_law() -> None:
    assert {law for law, _ in STORIES} == set(LAWS)
