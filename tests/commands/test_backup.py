"""Backup and restore: whole or not at all; a restored office reads and relays, and signs nothing."""

import io
import tarfile
from pathlib import Path

import pytest

from core.folder import Folder
from tests.commands.places import Founded, Place, refused, run, untouched
from tests.commands.test_replica import try_import


@pytest.fixture
def backup(office: Place, tmp_path: Path) -> Path:
    office.record(1, 2)
    file = tmp_path / "office.backup"
    before = office.bytes_kept()
    said = run("backup", file, *office.access, "--json")
    assert said.json["path"] == str(file)
    after = office.bytes_kept()  # the copy alone notes when and where its last backup was written
    assert before.pop("replica.db") != after.pop("replica.db")
    assert before == after
    return file


def restored(office: Place, path: Path) -> Place:
    return Place(office.number, Folder(path), office.secret, office.officer_secret)


def test_a_restored_office_reads_and_relays_and_signs_nothing(office: Place, backup: Path, tmp_path: Path) -> None:
    there = restored(office, tmp_path / "new computer")
    said = run("restore", backup, *there.access, "--json")
    assert (said.exit_code, said.json["quarantine"]) == (0, "restored")
    assert str(there.folder.path) in said.json["message"]
    assert "not sign" in said.json["message"]
    opened = there.open()
    assert opened.hand.quarantine == "restored"
    assert {row.label for row in opened.records.search("Garden", 5)} == {"0000000001", "0000000002"}
    assert opened.standing.counts().state_root == opened.state_root()
    opened.close()
    with untouched(there):
        refused(try_import(there, tmp_path), 5, "quarantine", "restored from a backup", "Nothing was lost")
    assert run("courier", "write", tmp_path / "f", "--to", "2", *there.access).exit_code == 0
    assert run("backup", tmp_path / "second.backup", *there.access).exit_code == 0


def test_a_backup_says_nothing_to_others(office: Place, backup: Path) -> None:
    content = backup.read_bytes()
    for word in ("Garden Street", "Owner1", "0000000001"):
        assert word.encode() not in content
    with tarfile.open(backup) as archive:
        assert sorted(archive.getnames()) == [
            "card.office", "charter", "muniment-backup.json", "node.key",
            "officers/0.key", "officers/1.key", "replica.db",
        ]  # fmt: skip


def test_a_backup_overwrites_nothing(office: Place, backup: Path, tmp_path: Path) -> None:
    before = backup.read_bytes()
    refused(run("backup", backup, *office.access, "--json"), 3, "file-exists", "It was not overwritten")
    assert backup.read_bytes() == before
    names = sorted(path.name for path in tmp_path.iterdir())
    said = run("backup", tmp_path / "no such folder" / "b", *office.access, "--json")
    refused(said, 1, "file-not-written", "What is recorded is safe")
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def refused_restore(place: Place, file: Path, exit_code: int, code: str, *words: str) -> None:
    refused(run("restore", file, *place.access, "--json"), exit_code, code, *words)
    assert not place.folder.path.exists()


def test_a_restore_with_the_wrong_passphrase(network: Founded, backup: Path, tmp_path: Path) -> None:
    office = network.places[0]
    wrong = tmp_path / "wrong"
    wrong.write_text("not those words", "utf-8")
    place = Place(0, Folder(tmp_path / "new"), wrong, office.officer_secret)
    refused_restore(place, backup, 4, "wrong-passphrase", "nothing was changed")


def test_what_is_no_backup(office: Place, tmp_path: Path) -> None:
    there = restored(office, tmp_path / "new")
    for name, content in (("empty", b""), ("text", b"a letter" * 200), ("tar", _tar([("a.txt", b"x")]))):
        (tmp_path / name).write_bytes(content)
        refused_restore(there, tmp_path / name, 3, "not-a-backup", "no backup of Muniment", "nothing was changed")
    refused_restore(there, tmp_path / "none", 3, "file-not-found")
    refused_restore(there, tmp_path, 3, "file-not-read")


def _tar(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _members(backup: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(backup) as archive:
        return [(one.name, archive.extractfile(one).read()) for one in archive]


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_a_backup_that_was_cut(office: Place, backup: Path, tmp_path: Path, share: float) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    refused_restore(restored(office, tmp_path / "new"), backup, 3, "not-a-backup")


def test_a_backup_without_one_of_its_parts(office: Place, backup: Path, tmp_path: Path) -> None:
    members = _members(backup)
    for gone in ("node.key", "card.office", "charter", "replica.db", "officers/1.key"):
        (tmp_path / "less").write_bytes(_tar([one for one in members if one[0] != gone]))
        refused_restore(restored(office, tmp_path / "new"), tmp_path / "less", 3, "not-a-backup")


def test_a_damaged_office_is_restored_in_its_place(office: Place, tmp_path: Path) -> None:
    office.record(1, 2)
    assert run("backup", tmp_path / "b", *office.access).exit_code == 0
    office.record(3, 4, 5)
    office.folder.replica.write_bytes(b"damaged")
    refused(run("restore", tmp_path / "b", *office.access, "--json"), 3, "folder-not-empty")
    said = run("restore", tmp_path / "b", "--in-place", *office.access, "--json")
    assert (said.exit_code, said.json["quarantine"]) == (0, None)
    assert "signs again as soon as" in said.json["message"]
    opened = office.open()
    assert opened.hand.quarantine == "database-behind"
    opened.close()
    office.folder.intent.unlink()
    again = run("restore", tmp_path / "b", "--in-place", *office.access, "--json")
    assert (again.exit_code, again.json["quarantine"]) == (0, "restored")


@pytest.mark.parametrize("name", ["../outside", "/outside", "officers/../../outside", "intent.log", "officers/x.key"])
def test_a_backup_with_a_part_that_none_has(office: Place, backup: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "more").write_bytes(_tar([*_members(backup), (name, b"x")]))
    refused_restore(restored(office, tmp_path / "new"), tmp_path / "more", 3, "not-a-backup")
    assert not (tmp_path / "outside").exists()


def test_a_backup_whose_replica_is_damaged(office: Place, backup: Path, tmp_path: Path) -> None:
    members = dict(_members(backup))
    damaged = bytearray(members["replica.db"])
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "bad").write_bytes(_tar(list({**members, "replica.db": bytes(damaged)}.items())))
    refused_restore(restored(office, tmp_path / "new"), tmp_path / "bad", 5, "replica-damaged")


def test_a_folder_that_holds_something_is_left_alone(office: Place, backup: Path, tmp_path: Path) -> None:
    with untouched(office):
        said = run("restore", backup, *office.access, "--json")
        refused(said, 3, "folder-not-empty", "so that no office is overwritten")
    there = restored(office, tmp_path / "used")
    there.folder.path.mkdir()
    (there.folder.path / "note.txt").write_text("mine", "utf-8")
    with untouched(there):
        refused(run("restore", backup, *there.access, "--json"), 3, "folder-not-empty")


def test_a_backup_is_tried_by_a_command(office: Place, backup: Path) -> None:
    secret = office.access[2:]
    with untouched(office):
        said = run("try-backup", backup, *secret, "--json")
    assert (said.json["acts"], said.json["blocks"]) == (2, 2)
    assert "is whole" in said.json["message"]
    damaged = bytearray(dict(_members(backup))["replica.db"])
    damaged[len(damaged) // 2] ^= 1
    backup.write_bytes(_tar(list({**dict(_members(backup)), "replica.db": bytes(damaged)}.items())))
    refused(run("try-backup", backup, *secret, "--json"), 5, "replica-damaged", "damaged")


def test_damage_is_told_and_repaired_by_commands(office: Place, backup: Path) -> None:
    assert "Nothing is damaged" in run("check", *office.access).out
    content = bytearray(office.folder.replica.read_bytes())
    for place in range(3 * 4096 + 9, len(content), 5 * 4096):
        content[place] ^= 1
    office.folder.replica.write_bytes(content)
    refused(run("check", *office.access, "--json"), 5, "replica-damaged", "damaged")
    said = run("repair", "--backup", backup, *office.access, "--json")
    assert (said.json["acts"], said.json["waiting"]) == (2, 0)
    assert "put together anew" in said.json["message"]
    assert "Nothing is damaged" in run("check", *office.access).out
    opened = office.open()
    assert opened.hand.quarantine is None
    opened.close()
