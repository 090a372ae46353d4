"""`invite` and `join --invitation` as two processes: six digits go from one screen to the other keyboard."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from core.crypto.keyfile import Cost
from core.folder import Folder, NewOfficer, create_office
from sync.certificate import make_certificate
from tests.commands.places import OFFICE_SECRET, Place, command_line, refused, run

SIX_DIGITS = re.compile(r"\b[0-9]{6}\b")


@pytest.fixture
def newcomer(tmp_path: Path) -> Place:
    """An office with a card, in no network."""
    place = Place(0, Folder(tmp_path / "new"), tmp_path / "new-secret", tmp_path / "new-officer")
    for path in (place.secret, place.officer_secret):
        path.write_text(OFFICE_SECRET + "\n", "utf-8")
    people = [NewOfficer("Ana", frozenset({"registrar", "administrator"}), OFFICE_SECRET)]
    cheap = Cost.cheapest()
    create_office(place.folder, "Brașov", OFFICE_SECRET, people, make_certificate, cheap, cheap)
    return place


def _begin(*arguments: str | Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command_line(*arguments), stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline()


def _ended(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate(timeout=60)
    answer: dict[str, object] = json.loads(out)
    assert answer["ok"] == (process.returncode == 0), err
    return answer


def _pair(office: Place, newcomer: Place, path: Path, right: bool) -> tuple[dict[str, object], dict[str, object]]:
    """What both commands said in the end."""
    inviting = _begin("invite", path, "--loopback", "--port", "0", *office.access, "--json")
    assert str(path) in _line(inviting)
    joining = _begin("join", "--invitation", path, *newcomer.access, "--json")
    found = SIX_DIGITS.search(_line(joining))
    assert found is not None
    code = found.group() if right else f"{(int(found.group()) + 1) % 10**6:06}"
    assert newcomer.folder.standing() == "office"
    assert "Brașov has called" in _line(inviting)
    assert inviting.stdin is not None
    inviting.stdin.write(f"{code[:3]} {code[3:]}\n")
    inviting.stdin.flush()
    return _ended(inviting), _ended(joining)


def test_an_office_is_paired_and_proposed(office: Place, newcomer: Place, tmp_path: Path) -> None:
    before = refused(run("join", *newcomer.access, "--json"), 1, "not-paired", "invitation")
    assert before["code"] == "not-paired"
    invited, joined = _pair(office, newcomer, tmp_path / "invitation.png", right=True)
    assert (invited["office"], joined["office"]) == ("Brașov", "Шацк")
    (waiting,) = run("newcomers", *office.access[:2], "--json").json["newcomers"]
    assert waiting == {"office": "Brașov", "card": invited["path"]}
    assert Path(waiting["card"]).read_bytes() == newcomer.folder.card.read_bytes()
    refused(run("hand-over", "Brașov", "--loopback", *office.access, "--json"), 1, "not-admitted-yet")
    refused(run("hand-over", "Gori", "--loopback", *office.access, "--json"), 1, "unknown-newcomer", "Gori")
    refused(run("join", *newcomer.access, "--json"), 1, "port-refused")
    by = ("--officer", f"0:administrator:{office.officer_secret}", "--reason", "a new office")
    said = run("charter", "propose", "admit", "--file", waiting["card"], *by, *office.access, "--json")
    assert said.json["subject"] == "Brașov"


def test_a_wrong_code_ends_both_and_nothing_is_kept(office: Place, newcomer: Place, tmp_path: Path) -> None:
    invited, joined = _pair(office, newcomer, tmp_path / "invitation", right=False)
    assert invited["code"] == joined["code"] == "wrong-code"
    assert run("newcomers", *office.access[:2], "--json").json["newcomers"] == []
    refused(run("join", *newcomer.access, "--json"), 1, "not-paired")


def test_only_an_invitation_is_taken(newcomer: Place, office: Place) -> None:
    said = run("join", "--invitation", newcomer.folder.card, *newcomer.access, "--json")
    refused(said, 3, "not-an-invitation", "given you")
    refused(run("join", "--invitation", newcomer.folder.card, *office.access, "--json"), 1, "already-a-member")


def test_a_signed_file_pairs_a_computer_where_nobody_sits(office: Place, tmp_path: Path) -> None:
    """What it prints goes to whoever types it at the office that invites; called again, it asks for the register."""
    secret, path = tmp_path / "secret", tmp_path / "invitation"
    secret.write_text(OFFICE_SECRET, "utf-8")
    people = [{"name": "Ana", "roles": ["administrator", "registrar"], "passphrase_file": str(secret)}]
    wanted = {"version": 2, "office": "Brașov", "passphrase_file": str(secret), "officers": people, "charter": None}
    (tmp_path / "wanted").write_text(json.dumps({**wanted, "addresses": [], "invitation": str(path)}), "utf-8")
    by = ("--officer", f"0:administrator:{office.officer_secret}", *office.access[:2], "--json")
    signed = run("office", "sign", tmp_path / "wanted", tmp_path / "signed", *by).json
    place = ("--trial", "--data", tmp_path / "new", "--json")
    words = ("provision", signed["path"], "--signer", signed["signer"], *place)
    refused(run(*words), 3, "file-not-found", "invitation")
    assert not (tmp_path / "new").exists()
    inviting = _begin("invite", path, "--loopback", "--port", "0", *office.access, "--json")
    _line(inviting)
    provisioning = _begin(*words)
    found = SIX_DIGITS.search(_line(provisioning))
    assert found is not None
    _line(inviting)
    assert inviting.stdin is not None
    inviting.stdin.write(f"{found.group()}\n")
    inviting.stdin.flush()
    assert _ended(inviting)["office"] == "Brașov"
    first = _ended(provisioning)
    assert (first["done"], first["standing"], first["next"]) == (["office", "paired"], "office", "admission")
    path.unlink()
    again = run(*words).json
    assert (again["done"], again["standing"], again["next"]) == ([], "office", "admission")
