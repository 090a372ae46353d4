"""Every story of every law that comes with the application, and every condition of each of those laws once.

No law is named here: a new law with its stories is tested as soon as its files are there.
"""

from pathlib import Path

import pytest

from core.laws.law import Law
from core.laws.law_reading import parse_law
from desktop.library import laws_beside, library_laws
from desktop.simulation.sharing import shared_work
from desktop.stories.run import FOLDER, never_failed, never_printed, never_taken, run_story, stories_of

LIBRARY = Path(__file__).parents[2] / "core" / "laws" / "library"
STORIES = sorted((path.parent.name, path.stem) for path in (LIBRARY / FOLDER).glob("*/*.yaml"))
LAWS = sorted(library_laws())

pytestmark = pytest.mark.usefixtures("qapp")


def law_of(name: str) -> Law:
    return parse_law(library_laws()[name])


@pytest.mark.parametrize("law", LAWS)
def test_the_stories_of_a_law_go_as_they_are_told_and_every_condition_fails_in_one(law: str) -> None:
    """One test a law: its stories are played once, on whichever core. What one office has verified or read, another and
    each that judges again at the end need not: it is the same bytes (desktop/simulation/sharing.py).
    """
    read, told = law_of(law), []
    for name, text in stories_of(law, LIBRARY / FOLDER / law).items():
        with shared_work():
            told.append(run_story(name, text, read, laws_beside(LIBRARY / f"{law}.yaml")))
        assert [seen for seen in told[-1].seen if not seen.good] == [], name
    assert list(never_failed(read, told)) == []
    assert list(never_taken(read, told)) == []
    assert list(never_printed(read, told)) == []


def test_every_story_belongs_to_a_law() -> None:
    assert {law for law, _ in STORIES} == set(LAWS)
