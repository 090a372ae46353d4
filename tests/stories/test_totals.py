"""A total in a story: the sums of a group at every office, and what was kept otherwise is found at the end."""

from contextlib import closing

from desktop.library import laws_beside
from desktop.stories.asking import ask_total
from desktop.stories.ending import end
from desktop.stories.network import Network
from desktop.stories.playing import Play
from desktop.stories.reading import parse_story
from desktop.stories.run import run_story
from desktop.stories.signing import sign
from tests.stories.test_ending import ENTRY, HEAD
from tests.stories.test_walkthrough import LAW_TEXT, LIBRARY, parse_law

LAW = parse_law(
    LAW_TEXT + "totals:\n  fleet: {over: boat, by: [state], where: \"boat.state == 'afloat'\", add: {count: 1}}\n"
)
ASKED = [
    "  - meet: all",
    "  - {total: fleet, of: {state: afloat}, is: 1}",
    "  - {total: fleet, is: {count: 1}}",
    "  - {total: fleet, of: {state: afloat}, is: 2}",
    "  - {total: fleet, of: {mark: AB-12}, is: 1}",
]


def test_sums_are_told_and_compared() -> None:
    told = run_story("told", HEAD + ENTRY + "\n".join(ASKED), LAW, laws_beside(LIBRARY / "none.yaml"))
    assert [seen.code for seen in told.seen if not seen.good] == ["story-other-value"] * 3 + ["unknown-field"]
    assert [seen.facts["value"] for seen in told.seen if seen.code == "story-is"] == ["1"] * 6


def test_a_total_that_was_changed_behind_an_office_is_found() -> None:
    story = parse_story(HEAD + ENTRY + "\n".join(ASKED[1:2]), LAW.name)
    play = Play(story, [LAW], Network(story, [LAW]))
    with closing(play.network):
        sign(play, story.steps[0])
        play.network.meet_until_quiet(range(len(play.network.offices)))
        office = play.network.offices[0]
        office.store.database.execute("DELETE FROM total")
        ask_total(play, story.steps[1])
        end(play)
    assert {seen.code for seen in play.seen if not seen.good} == {"story-other-value", "story-totals-right-not"}
