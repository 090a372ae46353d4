"""How every command ends: one JSON object or one sentence, the exit code, and never a traceback."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.errors import MunimentError
from desktop.outcome import BAD_INPUT, DAMAGED, DONE, LOCKED, REFUSED, USAGE, conclude, exit_code, guarded
from tests.commands.places import Founded, refused, run, start


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("wrong-passphrase", LOCKED),
        ("replica-in-use", LOCKED),
        ("replica-damaged", DAMAGED),
        ("quarantine", DAMAGED),
        ("intent-damaged", DAMAGED),
        ("courier-cut", BAD_INPUT),
        ("other-network", BAD_INPUT),
        ("columns-missing", BAD_INPUT),
        ("malformed-header", BAD_INPUT),
        ("not-a-backup", BAD_INPUT),
        ("rejected", REFUSED),
        ("disk-full", REFUSED),
        ("a-code-of-tomorrow", REFUSED),
        ("bad-officer", USAGE),
    ],
)
def test_exit_codes(code: str, wanted: int) -> None:
    assert exit_code(code) == wanted


def test_success_as_json_and_as_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"message": "Well done.", "blocks": 2, "id": b"\x01\x02", "names": {"b", "a"}}
    assert conclude(lambda: facts, True) == DONE
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {
        "ok": True, "code": "done", "message": "Well done.", "blocks": 2, "id": "0102", "names": ["a", "b"],
    }  # fmt: skip
    assert shown.err == ""
    assert conclude(lambda: facts, False) == DONE
    assert capsys.readouterr() == ("Well done.\n", "")


def test_an_invalid_answer_is_an_error_too(capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"message": "It does not hold.", "code": "text-differs", "exit": REFUSED, "valid": False}
    assert conclude(lambda: facts, True) == REFUSED
    shown = capsys.readouterr()
    assert json.loads(shown.out)["ok"] is False
    assert shown.err == "It does not hold.\n"
    assert conclude(lambda: facts, False) == REFUSED
    assert capsys.readouterr() == ("", "It does not hold.\n")


def test_what_nobody_foresaw(capsys: pytest.CaptureFixture[str]) -> None:
    """Kind and place only: the message might hold what nobody may read."""

    def fail() -> Mapping[str, Any]:
        raise RuntimeError("the passphrase is hunter2")

    assert conclude(fail, True) == REFUSED
    shown = capsys.readouterr()
    assert json.loads(shown.out)["code"] == "unexpected-failure"
    assert "RuntimeError at test_outcome.py:" in shown.err
    assert "What was recorded before is safe." in shown.err
    assert "hunter2" not in shown.out + shown.err
    assert "Traceback" not in shown.err


def test_what_fails_outside_of_any_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Such as a part of the installation that is missing."""

    def load() -> object:
        raise ModuleNotFoundError("No module named 'hunter2'")

    with pytest.raises(SystemExit) as ended:
        guarded(load)
    assert ended.value.code == REFUSED
    shown = capsys.readouterr()
    assert (shown.out, "ModuleNotFoundError at test_outcome.py:" in shown.err) == ("", True)
    assert "hunter2" not in shown.err


def test_stopping_is_no_failure_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> Mapping[str, Any]:
        raise KeyboardInterrupt

    assert conclude(stop, False) == REFUSED
    assert "Stopped at your request. Nothing was lost" in capsys.readouterr().err


def test_a_refusal_is_told_by_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> Mapping[str, Any]:
        raise MunimentError("quarantine", why="database-behind")

    assert conclude(refuse, False) == DAMAGED
    assert "an old file was put back" in capsys.readouterr().err


def test_a_process_that_fails_unexpectedly_shows_no_traceback(founded: Founded) -> None:
    """A name that no file system takes is met where nobody looks for it."""
    said = start("backup", "x", "--data", "n" * 300, *founded.places[0].access[2:], "--json")
    answer = refused(said, 1, "unexpected-failure", "What was recorded before is safe.")
    assert "OSError at " in answer["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        "no-such-command",
        "verify",
        "backup",
        "import x",
        "courier write x",
        "law",
        "demo --no-such-option",
        "evidence 1",
    ],
)
def test_usage(arguments: str) -> None:
    said = run(*arguments.split())
    assert said.exit_code == 2
    assert said.out == "" or arguments == "law"
    assert "Usage:" in said.err + said.out


def test_an_officer_named_wrongly_is_usage(founded: Founded, tmp_path: Path) -> None:
    (tmp_path / "map").write_text("signers: []\nfields: {}\n", "utf-8")
    said = run(
        "import", "x.csv", "--law", "land", "--procedure", "note_sale", "--map", tmp_path / "map",
        "--officer", "first:registrar:file", *founded.places[0].access, "--json",
    )  # fmt: skip
    refused(said, 2, "bad-officer", "first:registrar:file", "Nothing was written")


def test_without_a_screen_the_window_says_so(founded: Founded) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    said = start(*founded.places[0].access, environment=environment)
    assert said.exit_code == 1
    assert "There is no screen here" in said.err
