"""A backup holds everything but the right to sign: what is restored reads and relays, in quarantine."""

import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.backup import LastBackup, last_backup, write_backup, write_in_steps
from core.errors import MunimentError
from core.folder import Folder, open_office, open_officer
from core.office import Office
from core.restoring import restore_backup, restore_in_place, with_passphrase
from core.trying import try_backup
from core.views import QuarantineView
from tests.folders import OFFICE_SECRET, OFFICER_SECRET, make_member, register
from tests.offices import StepClock


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an office with three acts."""
    folder = tmp_path_factory.mktemp("backup")
    member = make_member(folder / "office")
    opened = member.open()
    for number in range(3):
        register(member.folder, opened.office, number)
    write_backup(member.folder, opened.office, folder / "file.backup")
    opened.office.close()
    return folder / "file.backup"


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def restoring(source: Path, target: Path, passphrase: str = OFFICE_SECRET) -> str:
    """The code with which a restore is refused; the folder must stay as it was."""
    code = code_of(lambda: restore_backup(source, Folder(target), passphrase))
    assert not target.exists()
    return code


def test_a_restored_office_reads_and_signs_nothing(backup: Path, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "restored")
    restore_backup(backup, folder, OFFICE_SECRET)
    opened = open_office(folder, OFFICE_SECRET, StepClock())
    office = opened.office
    assert office.hand.quarantine == "restored"
    assert [row.label for row in office.records.page("land.parcel")] == [f"{n:010}" for n in range(3)]
    assert len(office.records.search("Garden")) == 3
    assert office.standing.counts().blocks == office.checking.verify_stored(0, 10) == 3
    assert office.write() is None
    assert code_of(lambda: register(folder, office, 9)) == "quarantine"
    office.close()
    assert open_officer(folder, 0, OFFICER_SECRET)
    again = open_office(folder, OFFICE_SECRET, StepClock())
    assert again.office.hand.quarantine == "restored"
    again.office.close()
    assert folder.replica.stat().st_mode & 0o077 == folder.node_key.stat().st_mode & 0o077 == 0


def test_a_backup_says_nothing_without_the_passphrase(backup: Path) -> None:
    content = backup.read_bytes()
    for word in (b"Garden", b"Owner1", b"0000000001", b"SQLite format"):
        assert word not in content
    with tarfile.open(backup) as archive:
        assert "intent.log" not in archive.getnames()
    assert backup.stat().st_mode & 0o077 == 0


def test_a_wrong_passphrase_leaves_nothing(backup: Path, tmp_path: Path) -> None:
    assert restoring(backup, tmp_path / "restored", "another mill by the lake") == "wrong-passphrase"


def test_an_existing_file_or_folder_is_not_written_over(backup: Path, tmp_path: Path) -> None:
    member = make_member(tmp_path / "office")
    opened = member.open()
    before = backup.read_bytes()
    assert code_of(lambda: write_backup(member.folder, opened.office, backup)) == "file-exists"
    opened.office.close()
    assert backup.read_bytes() == before
    kept = {path: path.read_bytes() for path in member.folder.path.rglob("*") if path.is_file()}
    assert code_of(lambda: restore_backup(backup, member.folder, OFFICE_SECRET)) == "folder-not-empty"
    assert {path: path.read_bytes() for path in member.folder.path.rglob("*") if path.is_file()} == kept
    (tmp_path / "file").write_bytes(b"")
    assert code_of(lambda: restore_backup(backup, Folder(tmp_path / "file"), OFFICE_SECRET)) == "folder-not-empty"


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    member = make_member(tmp_path / "office")
    opened = member.open()
    target = tmp_path / "nowhere" / "file.backup"
    assert code_of(lambda: write_backup(member.folder, opened.office, target)) == "file-not-written"
    register(member.folder, opened.office, 1)
    opened.office.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office"]


def test_the_office_goes_on_while_and_after_it_is_backed_up(tmp_path: Path) -> None:
    member = make_member(tmp_path / "office")
    opened = member.open()
    register(member.folder, opened.office, 1)
    write_backup(member.folder, opened.office, tmp_path / "one.backup")
    register(member.folder, opened.office, 2)
    write_backup(member.folder, opened.office, tmp_path / "two.backup")
    opened.office.close()
    counts = []
    for name in ("one", "two"):
        folder = Folder(tmp_path / name)
        restore_backup(tmp_path / f"{name}.backup", folder, OFFICE_SECRET)
        office = open_office(folder, OFFICE_SECRET, StepClock()).office
        counts.append(office.standing.counts().acts)
        office.close()
    assert counts == [1, 2]


# -- in place -------------------------------------------------------------------------------------------------------


class Desk:
    """An office with three acts in its backup and two after it, which a neighbour's replica holds."""

    def __init__(self, path: Path) -> None:
        self.member = make_member(path / "office")
        self.folder = self.member.folder
        self.backup = path / "file.backup"
        opened = self.member.open()
        for number in range(3):
            register(self.folder, opened.office, number)
        write_backup(self.folder, opened.office, self.backup)
        for number in (3, 4):
            register(self.folder, opened.office, number)
        self.blocks = [opened.office.block(block) for block in opened.office.newer_than([])]
        opened.office.close()

    def restore(self) -> bool:
        return restore_in_place(self.backup, self.folder, OFFICE_SECRET)

    def give_back(self, office: Office) -> None:
        for block in self.blocks:
            office.receive(*block)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("loss", ["damaged", "missing", "all but the intent file"])
def test_restored_in_place_it_signs_again_once_it_holds_its_blocks(desk: Desk, loss: str) -> None:
    if loss == "damaged":
        desk.folder.replica.write_bytes(os.urandom(9_000))
        assert code_of(desk.member.open) == "replica-damaged"
    else:
        desk.folder.replica.unlink()
    if loss == "all but the intent file":
        for path in (desk.folder.charter, desk.folder.card, desk.folder.node_key, desk.folder.officer_key(0)):
            path.unlink()
    assert desk.restore()
    opened = desk.member.open()
    assert opened.office.hand.quarantine_view() == QuarantineView("database-behind", True, 3, 5)
    assert code_of(lambda: register(desk.folder, opened.office, 9)) == "quarantine"
    assert opened.office.write() is None
    desk.give_back(opened.office)
    assert opened.office.hand.quarantine is None
    assert register(desk.folder, opened.office, 9).seq == 6
    opened.office.close()


def test_what_a_restore_in_place_found_is_kept_aside(desk: Desk) -> None:
    desk.folder.replica.write_bytes(b"damaged")
    desk.restore()
    desk.restore()
    aside = [desk.folder.path / f"before-restore-{number}" for number in (1, 2)]
    assert (aside[0] / "replica.db").read_bytes() == b"damaged"
    assert (aside[1] / "charter").read_bytes() == desk.folder.charter.read_bytes()
    assert not list(desk.folder.path.glob(".restore*"))


@pytest.mark.parametrize("fate", ["missing", "damaged", "copied"])
def test_without_its_own_intent_file_a_restore_in_place_never_signs_again(desk: Desk, fate: str) -> None:
    desk.folder.replica.write_bytes(b"damaged")
    content = desk.folder.intent.read_bytes()
    copy = desk.folder.path / "copy"  # made while the file still stands, so that it gets another number
    copy.write_bytes(content[:100] if fate == "damaged" else content)
    desk.folder.intent.unlink()
    if fate != "missing":
        copy.rename(desk.folder.intent)
    assert not desk.restore()
    opened = desk.member.open()
    desk.give_back(opened.office)
    assert opened.office.hand.quarantine_view() == QuarantineView("restored", False, 5, None)
    assert code_of(lambda: register(desk.folder, opened.office, 9)) == "quarantine"
    opened.office.close()


def test_a_restore_in_place_that_is_refused_changes_nothing(desk: Desk, backup: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in desk.folder.path.rglob("*") if path.is_file()}

    def refused(source: Path, passphrase: str = OFFICE_SECRET) -> str:
        code = code_of(lambda: restore_in_place(source, desk.folder, passphrase))
        assert {path: path.read_bytes() for path in desk.folder.path.rglob("*") if path.is_file()} == before
        return code

    assert refused(backup) == "intent-of-another-node"  # another office's
    assert refused(desk.backup, "another mill by the lake") == "wrong-passphrase"
    assert refused(tmp_path / "none") == "file-not-found"
    (tmp_path / "cut").write_bytes(desk.backup.read_bytes()[:-30_000])
    assert refused(tmp_path / "cut") in ("not-a-backup", "replica-damaged")


def test_an_office_that_is_open_is_not_restored_in_place(desk: Desk) -> None:
    opened = desk.member.open()
    assert code_of(desk.restore) == "replica-in-use"
    assert opened.office.checking.verify_stored(0, 10) == 5
    opened.office.close()


def test_a_restore_in_place_that_was_cut_short_is_finished_by_the_same_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes at each step that moves a file."""
    real, moves = os.replace, iter(range(1000))

    def count(*names: object) -> None:
        next(moves)
        real(*names)  # type: ignore[arg-type]  # as os.replace takes them

    monkeypatch.setattr(os, "replace", count)
    desk.restore()
    steps = next(moves)

    class PowerCutError(Exception):
        pass

    for cut in range(steps):
        left = iter(range(cut))

        def stop(*names: object, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise PowerCutError
            real(*names)  # type: ignore[arg-type]  # as os.replace takes them

        monkeypatch.setattr(os, "replace", stop)
        with pytest.raises(PowerCutError):
            desk.restore()
        monkeypatch.setattr(os, "replace", real)
        assert desk.restore()
        opened = desk.member.open()
        assert opened.office.hand.quarantine_view() == QuarantineView("database-behind", True, 3, 5)
        opened.office.close()


# -- files that are no backups --------------------------------------------------------------------------------------


def test_what_is_no_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    target, source = tmp_path / "restored", tmp_path / "source"
    assert restoring(tmp_path / "none", target) == "file-not-found"
    assert restoring(tmp_path, target) == "file-not-read"
    for content in (b"", b"no archive", bytes(10_240), os.urandom(4096), b"%PDF-1.7\n" * 100):
        source.write_bytes(content)
        assert restoring(source, target) == "not-a-backup"


def test_a_backup_cut_anywhere_is_refused(backup: Path, tmp_path: Path) -> None:
    content, source = backup.read_bytes(), tmp_path / "source"
    for length in range(0, len(content) - 12_000, 9_001):
        source.write_bytes(content[:length])
        assert restoring(source, tmp_path / "restored") in ("not-a-backup", "replica-damaged", "key-file-damaged")


def test_a_changed_byte_is_refused_or_harmless(backup: Path, tmp_path: Path) -> None:
    """Padding and dates of the archive may change; nothing that the office reads may."""
    content, source = bytearray(backup.read_bytes()), tmp_path / "source"
    for number, place in enumerate(range(600, len(content), len(content) // 40)):
        content[place] ^= 1
        source.write_bytes(content)
        content[place] ^= 1
        folder = Folder(tmp_path / f"restored{number}")
        try:
            restore_backup(source, folder, OFFICE_SECRET)
        except MunimentError:
            assert not folder.path.exists()
            continue
        office = open_office(folder, OFFICE_SECRET, StepClock()).office
        assert office.checking.verify_stored(0, 10) == 3
        office.close()


def archive_of(*members: tuple[str, bytes, bytes]) -> bytes:
    """A tar of (name, type, content), the head first."""
    out = io.BytesIO()
    head = json.dumps({"format": "muniment-backup", "version": 1}).encode()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, content in (("muniment-backup.json", tarfile.REGTYPE, head), *members):
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, len(content) if kind == tarfile.REGTYPE else 0
            entry.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../outside", tarfile.REGTYPE),
        ("/absolute", tarfile.REGTYPE),
        ("officers/../../outside", tarfile.REGTYPE),
        ("officers/..", tarfile.REGTYPE),
        ("officers/².key", tarfile.REGTYPE),
        ("officers/1.key/more", tarfile.REGTYPE),
        ("replica.db-wal", tarfile.REGTYPE),
        ("intent.log", tarfile.REGTYPE),
        ("node.key", tarfile.SYMTYPE),
        ("node.key", tarfile.LNKTYPE),
        ("officers", tarfile.DIRTYPE),
        ("node.key", tarfile.FIFOTYPE),
    ],
)
def test_an_archive_with_anything_else_in_it_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(archive_of((name, kind, b"content")))
    assert restoring(source, tmp_path / "deep" / "er" / "restored") == "not-a-backup"
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    "head", [b"[" * 4000, b"[]", b"null", b'{"format": 1}', b'{"format": "muniment-backup", "version": 2}', b"\xff"]
)
def test_a_strange_head_is_refused(tmp_path: Path, head: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("muniment-backup.json")
        entry.size = len(head)
        archive.addfile(entry, io.BytesIO(head))
    (tmp_path / "source").write_bytes(out.getvalue())
    assert restoring(tmp_path / "source", tmp_path / "restored") == "not-a-backup"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2047), value=st.binary(min_size=1, max_size=24))
def test_any_header_of_the_archive_is_refused_or_harmless(tmp_path: Path, place: int, value: bytes) -> None:
    """The first blocks of an archive, overwritten: never anything but an error of ours, never a file outside."""
    content = bytearray(archive_of(("node.key", tarfile.REGTYPE, b"key"), ("charter", tarfile.REGTYPE, b"charter")))
    content[place : place + len(value)] = value
    source = tmp_path / "source"
    source.write_bytes(content)
    restoring(source, tmp_path / "restored")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source"]


def test_an_archive_cut_between_two_members_is_not_a_shorter_one(tmp_path: Path, backup: Path) -> None:
    with tarfile.open(backup) as archive:
        members = archive.getmembers()
        content = backup.read_bytes()
        for member in members[1:]:
            (tmp_path / "source").write_bytes(content[: member.offset])
            assert restoring(tmp_path / "source", tmp_path / "restored") == "not-a-backup"
            (tmp_path / "source").write_bytes(content[: member.offset] + bytes(1024))
            assert restoring(tmp_path / "source", tmp_path / "restored") == "not-a-backup"


# -- trying one, and having it read back ----------------------------------------------------------------------------


def test_a_backup_is_tried_without_a_trace(backup: Path, tmp_path: Path) -> None:
    tried = try_backup(backup, with_passphrase(OFFICE_SECRET), tmp_path)
    assert (tried.blocks, tried.acts) == (3, 3)
    assert tried.written_ms is not None
    assert list(tmp_path.iterdir()) == []
    wrong = with_passphrase("another mill by the lake")
    assert code_of(lambda: try_backup(backup, wrong, tmp_path)) == "wrong-passphrase"
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_register_that_does_not_hold_is_found_by_trying_it(tmp_path: Path) -> None:
    """Every page of it is sound: the copy itself was wrong before."""
    member = make_member(tmp_path / "office")
    opened = member.open()
    register(member.folder, opened.office, 1)
    opened.office.store.database.execute("UPDATE block SET signature = zeroblob(64)")
    write_backup(member.folder, opened.office, tmp_path / "file.backup")
    opened.office.close()
    code = code_of(lambda: try_backup(tmp_path / "file.backup", with_passphrase(OFFICE_SECRET), tmp_path))
    assert code == "replica-damaged"


def test_what_the_disk_gives_back_otherwise_is_no_backup(tmp_path: Path) -> None:
    """A stick that keeps nothing of what it was given: found between writing and reading back."""
    member = make_member(tmp_path / "office")
    opened = member.open()
    register(member.folder, opened.office, 1)
    target = tmp_path / "file.backup"
    steps = write_in_steps(member.folder, opened.office, target)
    whole = next(steps)[1]
    done = 0
    while done < whole // 2:
        done, _ = next(steps)
    (part,) = tmp_path.glob(".file.backup.*/backup")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert code_of(lambda: list(steps)) == "backup-differs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office"]
    assert last_backup(opened.office) is None
    write_backup(member.folder, opened.office, target, now_ms=1)
    assert last_backup(opened.office) == LastBackup(1, str(target), 1)
    opened.office.close()
