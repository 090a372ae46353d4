"""`muniment show` and `muniment erasures`, with a law that seals."""

from pathlib import Path

import pytest

from core.folder import Folder
from tests.commands.places import refused, run
from tests.sealing.homes import NAME, REPORT
from tests.sealing.test_window import SECRETS, children, folders

__all__ = ["children", "folders"]  # fixtures


@pytest.fixture
def access(folders: list[Folder], children: list[bytes], tmp_path: Path) -> tuple[str, ...]:
    assert len(children) == 2
    (tmp_path / "office").write_text(SECRETS[0], "utf-8")
    (tmp_path / "registrar").write_text(SECRETS[1], "utf-8")
    return "--data", str(folders[0].path), "--passphrase-file", str(tmp_path / "office")


def test_a_record_is_shown_and_what_is_sealed_only_to_an_officer_with_a_purpose(
    access: tuple[str, ...], tmp_path: Path
) -> None:
    said = run("show", "AB-1", *access, "--json")
    assert (said.exit_code, said.json["label"], said.json["fields"]["name"]) == (0, "AB-1", ["Sealed"])
    assert [one["state"] for one in said.json["sealed"]] == ["open", "open"]
    assert NAME not in said.out
    (entry,) = said.json["history"]
    assert (entry["step"], entry["clock"], entry["before"]["office"]) == ("final", "fits", 1)
    officer = ("--officer", f"0:registrar:{tmp_path / 'registrar'}")
    refused(run("show", "AB-1", *officer, *access, "--json"), 1, "purpose-missing")
    opened = run("show", "AB-1", *officer, "--purpose", "check", *access)
    assert f"Name: {NAME}" in opened.out
    assert f"Report: {REPORT}" in opened.out
    assert "Made before entry No." in opened.out
    refused(run("show", "AB-9", *access, "--json"), 1, "unknown-record")


def test_what_was_erased_is_told_with_its_order(access: tuple[str, ...]) -> None:
    said = run("show", "AB-2", *access, "--json")
    assert {one["state"] for one in said.json["sealed"]} == {"erased"}
    assert "Erased by order No." in said.json["message"]


def test_orders_of_erasure_are_listed_with_who_has_noted_them(access: tuple[str, ...]) -> None:
    said = run("erasures", *access, "--json")
    (order,) = said.json["erasures"]
    assert (order["label"], order["ground"], order["fields"]) == ("AB-2", "court_order", 2)
    assert (order["noted"], order["missing"]) == ([0, 1], [])
    assert "Every office has noted it." in run("erasures", *access).out
