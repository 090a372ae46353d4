"""`snapshot` and `join` by the public command: an office whose computer died comes back from a neighbour's copy."""

from pathlib import Path

import pytest

from tests.commands.places import Founded, refused, run, untouched


def test_an_office_takes_a_copy_only_of_what_was_confirmed(founded: Founded, tmp_path: Path) -> None:
    place = founded.places[0]
    with untouched(place):
        refused(run("snapshot", tmp_path / "copy", *place.access, "--json"), 1, "nothing-certified", "confirmed")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("number", ["12", "x" * 64])
def test_numbers_are_typed_whole(founded: Founded, tmp_path: Path, number: str) -> None:
    place = founded.places[0]
    said = run("join", tmp_path / "copy", "--network", number, "--checkpoint", "0" * 64, *place.access, "--json")
    refused(said, 2, "not-a-hash", "64 digits")


def test_a_member_does_not_join(founded: Founded, tmp_path: Path) -> None:
    place = founded.places[0]
    with untouched(place):
        said = run("join", tmp_path / "copy", "--network", "0" * 64, "--checkpoint", "0" * 64, *place.access, "--json")
        refused(said, 1, "already-a-member")


def test_a_copy_for_a_repair_is_named_with_its_number(founded: Founded, tmp_path: Path) -> None:
    place, repairing = founded.places[0], ("repair", "--copy", tmp_path / "copy", "--checkpoint")
    with untouched(place):
        refused(run(*repairing, "12", *place.access, "--json"), 2, "not-a-hash", "64 digits")
        refused(run(*repairing, "0" * 64, *place.access, "--json"), 3, "file-not-found")


def test_nothing_is_put_away_that_is_not_settled(founded: Founded) -> None:
    place = founded.places[0]
    refused(run("prune", *place.access, "--json"), 1, "nothing-to-prune", "settled")
