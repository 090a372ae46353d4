"""`office sign` and `provision`: an office set up with nobody there; a bad file writes nothing; again, it goes on."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.folder import Folder
from core.ledger.charter import decode_card, decode_charter, found
from core.provisioning import decode_provisioning, sign_provisioning
from tests.commands.places import OFFICE_SECRET, REGISTRAR_SECRET, Place, refused, run

KEY = SigningKey(b"\x07" * 32)
OFFICER = {"name": "Ana", "roles": ["administrator", "registrar"], "passphrase_file": "officer"}
WANTED = {
    "version": 1,
    "office": "Brașov",
    "passphrase_file": "secret",
    "officers": [OFFICER],
    "charter": None,
    "addresses": [],
}


def signed(wanted: object) -> bytes:
    return sign_provisioning(json.dumps(wanted).encode(), KEY.public, KEY.sign)


def test_an_office_is_set_up_in_steps(office: Place, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(OFFICE_SECRET, "utf-8")
    (tmp_path / "officer").write_text(REGISTRAR_SECRET, "utf-8")
    officers = [{**OFFICER, "passphrase_file": str(tmp_path / "officer")}]
    wanted = {**WANTED, "passphrase_file": str(tmp_path / "secret"), "officers": officers}
    by = ("--officer", f"0:administrator:{office.officer_secret}", *office.access[:2], "--json")
    folder = Folder(tmp_path / "new")

    def provision(name: str, **changed: object) -> tuple[str, ...]:
        (tmp_path / f"{name}.json").write_text(json.dumps({**wanted, **changed}), "utf-8")
        said = run("office", "sign", tmp_path / f"{name}.json", tmp_path / name, *by).json
        return ("provision", said["path"], "--signer", said["signer"], "--trial", "--data", str(folder.path), "--json")

    first = provision("first")
    assert run(*first).json["done"] == ["office"]
    again = run(*first).json
    assert (again["done"], again["next"], again["standing"]) == ([], "admission", "office")
    refused(run(*provision("other", office="Cluj")), 1, "provisioning-differs")
    cards = [decode_card(one.card.read_bytes(), verify) for one in (office.folder, folder)]
    laws = decode_charter(office.folder.charter.read_bytes(), verify).laws
    charter = tmp_path / "charter-file"
    charter.write_bytes(found("Second", 1_700_000_000_000, cards, laws, {}).encoded)
    addresses = [{"office": cards[0].name, "address": "10.0.0.2:7420"}]
    second = provision("second", charter=str(charter), addresses=addresses)
    assert run(*second).json["done"] == ["network", "addresses"]
    whole = run(*second).json
    assert (whole["done"], whole["next"], whole["standing"]) == ([], "nothing", "member")


def test_a_file_of_somebody_else_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(signed(WANTED))
    folder = ("--data", str(tmp_path / "new"), "--json")
    refused(run("provision", tmp_path / "file", "--signer", "0" * 64, *folder), 3, "provisioning-other-signer")
    refused(run("provision", tmp_path / "file", "--signer", "0", *folder), 2, "not-a-hash")
    missing = run("provision", tmp_path / "file", "--signer", KEY.public.hex(), *folder)
    refused(missing, 3, "file-not-found", "secret")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("version", 3),
        ("version", True),
        ("office", ""),
        ("officers", []),
        ("officers", [{"name": "Ana", "roles": ["king"], "passphrase_file": "x"}]),
        ("officers", [{"name": "Ana", "roles": ["registrar"], "passphrase": "inline"}]),
        ("addresses", ["10.0.0.2"]),
        ("charter", 7),
        ("invitation", "a file"),
        ("more", 1),
    ],
)
def test_every_field_is_checked_before_it_is_signed(field: str, value: object) -> None:
    with pytest.raises(MunimentError, match="provisioning-field"):
        signed({**WANTED, field: value})


@pytest.mark.parametrize("changed", [{"invitation": 7}, {"invitation": ""}, {"invitation": "one", "charter": "too"}])
def test_an_invitation_is_a_file_and_stands_for_a_charter(changed: dict[str, object]) -> None:
    wanted = {**WANTED, "version": 2, "invitation": None}
    assert decode_provisioning(signed(wanted), KEY.public, verify).invitation is None
    with pytest.raises(MunimentError, match="provisioning-field"):
        signed({**wanted, **changed})


def test_what_was_signed_is_read_and_nothing_altered_is() -> None:
    data = signed(WANTED)
    read = decode_provisioning(data, KEY.public, verify)
    assert (read.office, read.officers[0].roles) == ("Brașov", frozenset({"administrator", "registrar"}))
    for at in range(0, len(data), 7):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(MunimentError):
            decode_provisioning(altered, KEY.public, verify)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MunimentError, match="not-a-provisioning-file"):
        decode_provisioning(data, KEY.public, verify)
