"""`export-audit` by the public command: what it writes, what it says, what it refuses."""

import subprocess
import sys
from pathlib import Path

from tests.commands.places import OFFICE_SECRET, Founded, refused, run, untouched

VERIFIER = Path(__file__).parents[1] / "independent" / "verify.py"


def test_an_auditor_checks_an_office(founded: Founded, tmp_path: Path) -> None:
    place, folder = founded.places[0], tmp_path / "for the auditor"
    with untouched(place):
        said = run("export-audit", folder, *place.access, "--json")
    assert (said.exit_code, said.json["path"], said.json["blocks"]) == (0, str(folder), 2)
    assert "readable by anybody" in said.json["message"]
    assert "No key is in it" in said.json["message"]
    done = subprocess.run([sys.executable, str(VERIFIER), str(folder)], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"network {founded.charter.network.hex()}" in done.stdout


def test_no_secret_is_written(founded: Founded, tmp_path: Path) -> None:
    place = founded.places[0]
    run("export-audit", tmp_path / "audit", *place.access)
    opened = place.open()
    secrets = [opened.hand.key._secret[:32], OFFICE_SECRET.encode()]
    opened.close()
    written = b"".join(path.read_bytes() for path in (tmp_path / "audit").iterdir())
    assert founded.charter.network in written
    assert not [secret for secret in secrets if secret in written]


def test_a_folder_in_use_is_refused(founded: Founded, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("a letter")
    place = founded.places[0]
    refused(run("export-audit", tmp_path, *place.access, "--json"), 3, "audit-folder-not-empty", "Nothing was written")
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]
    refused(run("export-audit", tmp_path / "letter", *place.access, "--json"), 3, "audit-folder-not-empty")
