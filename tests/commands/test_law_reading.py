"""`law test`, `law explain`, `law diff` and `law replay`, as a jurist and an auditor use them."""

from pathlib import Path

import pypdfium2
import pytest

from desktop.library import library_laws
from tests.commands.places import found_network, refused, run
from tests.stories.test_walkthrough import LAW_TEXT, STORY
from tests.test_linking import AUTOMATIC, LINKED

WITHOUT_PAPER = LAW_TEXT.partition("extracts:\n")[0].replace("    extract: boat\n", "")
PAPER = next(line for line in STORY.splitlines() if "extract:" in line) + "\n"


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A law with its story beside it, in a folder of its own; the story without its paper, which takes long."""
    folder = tmp_path / "stories" / "boats"
    folder.mkdir(parents=True)
    (folder / "scrapping.yaml").write_text(STORY.replace(PAPER, ""), "utf-8")
    file = tmp_path / "boats.yaml"
    file.write_text(LAW_TEXT, "utf-8")
    return file


def test_stories_beside_a_law_are_played_and_told(law: Path) -> None:
    law.write_text(WITHOUT_PAPER, "utf-8")
    ended = run("law", "test", law)
    assert ended.exit_code == 0
    assert "Harbour: Inspection (leaky) – held leaking 2 leaks: the harbour master decides." in ended.out
    assert "every condition failed once" in ended.out
    answer = run("law", "test", law, "--json").json
    assert answer["stories"][0]["failed"]["boats"]["inspect.leaking"] == ["held"]


def test_a_story_that_goes_otherwise_or_leaves_a_condition_out_fails(law: Path) -> None:
    story = law.parent / "stories" / "boats" / "scrapping.yaml"
    told = story.read_text("utf-8")
    story.write_text(told.replace("rejected: key-taken", "rejected: never-inspected"), "utf-8")
    answer = run("law", "test", law, "--json")
    refused(answer, 1, "stories-broken", "boats")
    without = told.replace(
        "{sign: inspect, like: clean, fields: {day: 2025-05-01}, expect: {warned: out-of-order}}", "meet: all"
    )
    story.write_text(without.replace("inspected: 2025-05-01", "inspected: 2026-05-01"), "utf-8")
    law.write_text(LAW_TEXT, "utf-8")
    refused(run("law", "test", law, "--json"), 1, "stories-incomplete", "inspect.out-of-order, extracts.boat")
    story.unlink()
    refused(run("law", "test", law, "--json"), 3, "no-stories", "boats")


def test_a_law_is_explained_as_a_page(law: Path, tmp_path: Path) -> None:
    page = tmp_path / "boats.html"
    assert run("law", "explain", law, "--out", page).exit_code == 0
    told = page.read_text("utf-8")
    for piece in (
        "Register of boats, version 1",
        "Article 9",
        "A boat is inspected before it is scrapped.",
        "Scrapping",
    ):
        assert piece in told
    assert "Each row of the stated “Owners” becomes a new entry of “Owners” of Boat" in told
    refused(run("law", "explain", law, "--out", page, "--json"), 3, "file-exists", "boats.html")


def test_what_a_law_asks_of_another_is_told_on_its_page(tmp_path: Path) -> None:
    for name, content, told in (
        (
            "people",
            LINKED,
            "Where has(person.number): The offices that keep the records found are asked for pensions.suspend",
        ),
        ("pensions", AUTOMATIC, "the computer of the office that keeps the record enters it by itself"),
    ):
        (tmp_path / f"{name}.yaml").write_text(content, "utf-8")
        assert told in run("law", "explain", tmp_path / f"{name}.yaml").out


@pytest.mark.usefixtures("qapp")
def test_a_page_is_a_pdf_that_shows_the_same(law: Path, tmp_path: Path) -> None:
    paper = tmp_path / "boats.pdf"
    assert run("law", "explain", law, "--out", paper).exit_code == 0
    with pypdfium2.PdfDocument(paper) as document:
        text = " ".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    assert "Register of boats, version 1" in text
    assert "A boat is inspected before it is scrapped." in " ".join(text.split())


@pytest.mark.parametrize("name", sorted(library_laws()))
def test_every_law_that_ships_can_be_explained(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_text(library_laws()[name], "utf-8")
    assert run("law", "explain", file).exit_code == 0


def test_what_a_version_changes_is_told_by_procedure_and_condition(law: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(
        law.read_text("utf-8").replace("version: 1", "version: 2").replace("max: 100}", "max: 50}"), "utf-8"
    )
    ended = run("law", "diff", law, newer)
    assert ended.exit_code == 0
    assert "Changed – procedures › inspect › fields › leaks › max: 100 → 50" in ended.out
    changes = run("law", "diff", law, newer, "--json").json["changes"]
    assert [one["place"] for one in changes] == ["version", "procedures › inspect › fields › leaks › max"]
    assert run("law", "diff", law, law, "--json").json["changes"] == []


def test_an_act_is_judged_again_with_every_step(tmp_path: Path) -> None:
    founded = found_network(tmp_path, count=2)
    place, other = founded.places
    (act,) = place.record(7)
    founded.hand_over(0, 1)
    answers = [run("law", "replay", act.id.hex(), *one.access, "--json").json for one in (place, other)]
    assert answers[0] == answers[1]
    assert (answers[0]["outcome"], answers[0]["codes"]) == ("entered", [])
    assert {step["value"] for step in answers[0]["trace"] if step["rule"].endswith("area-missing")} == {"True"}
    assert "Place in the common order" in run("law", "replay", act.id.hex(), *place.access).out
    refused(run("law", "replay", "00" * 32, *place.access, "--json"), 1, "unknown-act")
    refused(run("law", "replay", "no act", *place.access, "--json"), 1, "unknown-act")
