"""A data folder: how an office comes into being, what opens, and what is told when something is wrong with a file."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import Folder, NewOfficer, create_office, enter_network, open_office, open_officer, read_bounded
from core.ledger.charter import decode_card, found
from core.views import Step
from sync.certificate import make_certificate
from tests.folders import (
    OFFICE_SECRET,
    OFFICER_SECRET,
    OnDisk,
    make_charter,
    make_member,
    make_office,
    register,
)
from tests.ledger.building import FOUNDED_MS
from tests.offices import StepClock, land_law, land_network


@pytest.fixture
def member(tmp_path: Path) -> OnDisk:
    return make_member(tmp_path / "office")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


# -- coming into being ----------------------------------------------------------------------------------------------


def test_an_office_is_founded_opened_and_opened_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "office")
    assert folder.standing() == "empty"
    card = make_office(folder.path)
    assert folder.standing() == "office"
    assert decode_card(folder.card.read_bytes(), verify) == card
    charter = make_charter(card)
    assert enter_network(folder, charter.encoded, OFFICE_SECRET).network == charter.network
    assert folder.standing() == "member"
    opened = open_office(folder, OFFICE_SECRET, StepClock())
    act = register(folder, opened.office, 1)
    assert opened.office.hand.quarantine is None
    opened.office.close()
    again = open_office(folder, OFFICE_SECRET, StepClock())
    assert again.office.acts.view(act.id).ladder.step is Step.RECORDED
    assert again.office.hand.quarantine is None
    assert register(folder, again.office, 2).seq == 2
    again.office.close()


def test_the_keys_of_a_new_office_are_its_own(tmp_path: Path) -> None:
    one, other = make_office(tmp_path / "one"), make_office(tmp_path / "other")
    keys = {card.node_key for card in (one, other)} | {card.officers[0].key for card in (one, other)}
    assert len(keys) == 4
    assert open_officer(Folder(tmp_path / "one"), 0, OFFICER_SECRET).public == one.officers[0].key


def test_nothing_secret_is_readable_by_others(member: OnDisk) -> None:
    secret = [member.folder.node_key, member.folder.replica, member.folder.intent, member.folder.officer_key(0)]
    assert [oct(path.stat().st_mode & 0o077) for path in secret] == ["0o0"] * 4


def test_a_folder_in_use_is_not_begun_anew(member: OnDisk) -> None:
    before = member.folder.node_key.read_bytes()
    assert code_of(lambda: make_office(member.folder.path)) == "folder-not-empty"
    member.folder.charter.unlink()
    member.folder.card.unlink()
    assert code_of(lambda: make_office(member.folder.path)) == "folder-not-empty"
    assert member.folder.node_key.read_bytes() == before


def test_creation_that_was_cut_short_is_finished_by_the_same_call(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "office")
    make_office(folder.path)
    folder.card.unlink()  # the crash came before the last step
    card = make_office(folder.path)
    charter = make_charter(card)
    enter_network(folder, charter.encoded, OFFICE_SECRET)
    open_office(folder, OFFICE_SECRET, StepClock()).office.close()


def test_entering_that_was_cut_short_is_finished_by_the_same_call(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "office")
    charter = make_charter(make_office(folder.path))
    enter_network(folder, charter.encoded, OFFICE_SECRET)
    folder.charter.unlink()
    for end in ("-wal", "-shm"):  # logs of the database of the first attempt
        folder.replica.with_name(folder.replica.name + end).write_bytes(os.urandom(5000))
    enter_network(folder, charter.encoded, OFFICE_SECRET)
    opened = open_office(folder, OFFICE_SECRET, StepClock())
    assert opened.office.standing.counts().blocks == 0
    opened.office.close()


def test_a_lost_charter_does_not_begin_a_chain_anew(member: OnDisk) -> None:
    opened = member.open()
    register(member.folder, opened.office, 1)
    opened.office.close()
    member.folder.charter.unlink()
    before = member.folder.replica.read_bytes()
    assert code_of(lambda: enter_network(member.folder, member.charter.encoded, OFFICE_SECRET)) == "already-a-member"
    assert member.folder.replica.read_bytes() == before


def test_a_cheap_passphrase_is_refused_outside_tests(tmp_path: Path) -> None:
    officer = NewOfficer("Anna", frozenset({"registrar"}), OFFICER_SECRET)
    args = (Folder(tmp_path / "office"), "Desk", OFFICE_SECRET, [officer], make_certificate, Cost.cheapest())
    assert code_of(lambda: create_office(*args)) == "key-file-cost-too-low"


# -- the charter ----------------------------------------------------------------------------------------------------


def test_a_charter_must_hold_this_offices_own_card_unaltered(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "office")
    card = make_office(folder.path)
    charter = make_charter(card)

    def entering(data: bytes) -> str:
        return code_of(lambda: enter_network(folder, data, OFFICE_SECRET))

    assert entering(land_network().charter.encoded) == "not-our-card"
    signatures = (bytes(64), *card.signatures[1:])
    altered = replace(charter, cards=(replace(card, signatures=signatures), *charter.cards[1:]))
    assert entering(altered.encoded) == "bad-card-signature"
    renamed = replace(charter, cards=(replace(card, name="Other"), *charter.cards[1:]))
    assert entering(renamed.encoded) == "bad-card-signature"
    assert entering(b"no charter") == "not-canonical"
    assert entering(charter.encoded[:-1]) == "not-canonical"
    assert folder.standing() == "office"
    assert not folder.replica.exists()


def test_entering_needs_an_office_and_only_once(tmp_path: Path, member: OnDisk) -> None:
    charter = member.charter.encoded
    assert code_of(lambda: enter_network(Folder(tmp_path / "none"), charter, OFFICE_SECRET)) == "no-office-here"
    assert code_of(lambda: enter_network(member.folder, charter, OFFICE_SECRET)) == "already-a-member"


def test_a_charter_put_in_anothers_place_does_not_open(member: OnDisk) -> None:
    member.folder.charter.write_bytes(land_network().charter.encoded)
    assert code_of(member.open) == "not-our-card"
    other = found("Else", FOUNDED_MS, member.charter.cards, [land_law().canonical], {})
    member.folder.charter.write_bytes(other.encoded)
    opened = member.open()  # empty: no block of another network can be in it
    opened.office.close()


# -- opening --------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_named(tmp_path: Path, member: OnDisk) -> None:
    assert code_of(lambda: open_office(Folder(tmp_path / "none"), OFFICE_SECRET, StepClock())) == "no-office-here"
    make_office(tmp_path / "alone")
    assert code_of(lambda: open_office(Folder(tmp_path / "alone"), OFFICE_SECRET, StepClock())) == "no-network-yet"
    for path, code in (
        (member.folder.replica, "replica-missing"),
        (member.folder.node_key, "file-not-found"),
    ):
        kept = path.with_name("kept")
        path.rename(kept)
        assert code_of(member.open) == code
        assert not path.exists()
        kept.rename(path)
    member.open().office.close()


def test_a_wrong_passphrase_is_told_and_changes_nothing(member: OnDisk) -> None:
    before = {path: path.read_bytes() for path in member.folder.path.rglob("*") if path.is_file()}
    assert code_of(lambda: member.open("another mill by the lake")) == "wrong-passphrase"
    assert {path: path.read_bytes() for path in member.folder.path.rglob("*") if path.is_file()} == before
    assert code_of(lambda: open_officer(member.folder, 0, OFFICE_SECRET)) == "wrong-passphrase"
    assert code_of(lambda: open_officer(member.folder, 5, OFFICE_SECRET)) == "no-officer-key"


@pytest.mark.parametrize("name", ["node.key", "charter", "replica.db"])
def test_a_truncated_or_foreign_file_is_refused_without_a_trace(member: OnDisk, name: str) -> None:
    path = member.folder.path / name
    content = path.read_bytes()
    for wrong in (b"", content[: len(content) // 2 - 1], os.urandom(len(content))):
        path.write_bytes(wrong)
        assert code_of(member.open)
        assert path.read_bytes() == wrong
    path.write_bytes(content)
    member.open().office.close()


def test_files_are_read_bounded(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    assert read_bounded(path, 100) == bytes(100)
    assert code_of(lambda: read_bounded(path, 99)) == "too-large"
    assert code_of(lambda: read_bounded(tmp_path / "none")) == "file-not-found"
    assert code_of(lambda: read_bounded(tmp_path)) == "file-not-read"


# -- quarantine -----------------------------------------------------------------------------------------------------


def keep_database(folder: Folder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.path.glob("replica.db*")}


def put_back(folder: Folder, kept: dict[Path, bytes]) -> None:
    for path in folder.path.glob("replica.db*"):
        path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)


def test_an_old_database_put_back_opens_in_quarantine(member: OnDisk) -> None:
    opened = member.open()
    register(member.folder, opened.office, 1)
    opened.office.close()
    old = keep_database(member.folder)
    opened = member.open()
    for number in (2, 3):
        register(member.folder, opened.office, number)
    opened.office.close()
    put_back(member.folder, old)
    opened = member.open()
    assert opened.office.hand.quarantine == "database-behind"
    assert len(opened.office.records.page("land.parcel")) == 1
    assert opened.office.write() is None
    assert code_of(lambda: register(member.folder, opened.office, 4)) == "quarantine"
    opened.office.close()


def test_a_database_one_block_behind_is_made_whole_from_the_kept_block(member: OnDisk) -> None:
    opened = member.open()
    register(member.folder, opened.office, 1)
    opened.office.close()
    old = keep_database(member.folder)
    opened = member.open()
    act = register(member.folder, opened.office, 2)
    opened.office.close()
    put_back(member.folder, old)
    opened = member.open()
    assert opened.office.hand.quarantine is None
    assert opened.office.acts.view(act.id) == act
    opened.office.close()


def test_a_copied_folder_opens_in_quarantine(member: OnDisk, tmp_path: Path) -> None:
    opened = member.open()
    register(member.folder, opened.office, 1)
    opened.office.close()
    copy = Folder(tmp_path / "copy")
    shutil.copytree(member.folder.path, copy.path)
    copied = open_office(copy, OFFICE_SECRET, StepClock())
    assert copied.office.hand.quarantine == "copied-computer"
    assert code_of(lambda: register(copy, copied.office, 2)) == "quarantine"
    assert len(copied.office.records.page("land.parcel")) == 1
    copied.office.close()
    original = member.open()
    assert original.office.hand.quarantine is None
    original.office.close()


def test_an_older_intent_file_is_seen(member: OnDisk) -> None:
    opened = member.open()
    register(member.folder, opened.office, 1)
    before = member.folder.intent.read_bytes()
    register(member.folder, opened.office, 2)
    opened.office.close()
    with member.folder.intent.open("r+b") as intent:  # in place: the same file, as it was
        intent.write(before)
    opened = member.open()
    assert opened.office.hand.quarantine == "database-ahead"
    opened.office.close()


@pytest.mark.parametrize("code", ["intent-missing", "intent-damaged"])
def test_without_its_intent_file_an_office_reads_and_signs_nothing(member: OnDisk, code: str) -> None:
    opened = member.open()
    register(member.folder, opened.office, 1)
    opened.office.close()
    content = member.folder.intent.read_bytes()
    for wrong in (b"", content[: len(content) // 2 - 1], os.urandom(len(content))):
        member.folder.intent.write_bytes(wrong)
        if code == "intent-missing":
            member.folder.intent.unlink()
        opened = member.open()
        assert opened.office.hand.quarantine == code
        assert code_of(lambda opened=opened: register(member.folder, opened.office, 2)) == "quarantine"  # type: ignore[misc]  # mypy knows no default of a lambda
        assert opened.office.write() is None
        assert len(opened.office.records.page("land.parcel")) == 1
        opened.office.close()
        assert member.folder.intent.exists() == (code == "intent-damaged")


def test_one_folder_is_open_once(member: OnDisk) -> None:
    opened = member.open()
    assert code_of(member.open) == "replica-in-use"
    opened.office.close()
    member.open().office.close()
