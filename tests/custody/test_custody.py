"""Kit, passphrase and key of the copy on real folders: what opens what, before, between and after."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.backup import write_backup
from core.crypto.keyfile import Cost, open_keys
from core.custody.keys import DATABASE_KEY, kit_standing
from core.custody.making import draw_kit, keep_kit
from core.custody.passphrases import change_officer_passphrase, change_passphrase, reset_passphrase
from core.custody.rekeying import MADE, UNDER_WAY, ask_rekey, open_replica, rekey
from core.custody.restoring import with_kit
from core.errors import MunimentError
from core.folder import Folder, open_office, open_officer
from core.restoring import restore_backup
from core.store.archive import Archive
from tests.custody.kits import NEW_SECRET, answers, bring, make_kit, new_passphrase
from tests.folders import CHEAP, OFFICE_SECRET, OFFICER_SECRET, OnDisk, make_member, register
from tests.offices import StepClock


@pytest.fixture
def member(tmp_path: Path) -> OnDisk:
    """An office with two acts."""
    made = make_member(tmp_path / "office")
    opened = made.open()
    for number in range(2):
        register(made.folder, opened.office, number)
    opened.office.close()
    return made


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def secrets_of(folder: Folder, passphrase: str = OFFICE_SECRET) -> dict[str, bytes]:
    return dict(open_keys(folder.node_key.read_bytes(), passphrase).secrets)


def works(folder: Folder, passphrase: str, number: int, acts: int) -> None:
    """The office opens, has all its acts, and records one more."""
    opened = open_office(folder, passphrase, StepClock())
    assert opened.office.standing.counts().acts == acts
    assert register(folder, opened.office, number).seq == acts + 1
    opened.office.close()


# -- the kit --------------------------------------------------------------------------------------------------------


def test_the_kit_replaces_a_forgotten_passphrase(member: OnDisk) -> None:
    kit = make_kit(member.folder, 2, 3)
    before = secrets_of(member.folder)
    reset_passphrase(member.folder, bring(kit, with_boxes=False), NEW_SECRET, lambda: CHEAP, CHEAP)
    assert code_of(member.open) == "wrong-passphrase"
    after = secrets_of(member.folder, NEW_SECRET)
    assert {**after, "kit_paper": b""} == {**before, "kit_paper": b""}
    works(member.folder, NEW_SECRET, 7, 2)


def test_a_sheet_older_than_the_key_of_the_copy_replaces_no_key_file(member: OnDisk) -> None:
    """The box in the folder was gone: a key file made of the printed one had locked the office out for good."""
    kit = make_kit(member.folder)
    rekey(member.folder, OFFICE_SECRET)
    box, before = member.folder.kit_box.read_bytes(), member.folder.node_key.read_bytes()
    for damage in (None, box[:-1]):
        member.folder.kit_box.unlink(missing_ok=True)
        if damage is not None:
            member.folder.kit_box.write_bytes(damage)
        code = code_of(lambda: reset_passphrase(member.folder, bring(kit), NEW_SECRET, lambda: CHEAP, CHEAP))
        assert code == "kit-behind-copy"
        assert member.folder.node_key.read_bytes() == before
    works(member.folder, OFFICE_SECRET, 7, 2)
    reset_passphrase(member.folder, bring(kit), NEW_SECRET, lambda: CHEAP, CHEAP)  # the box is there again
    works(member.folder, NEW_SECRET, 8, 3)


def test_the_kit_opens_whatever_kill_left_of_a_new_key_for_the_copy(
    member: OnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key was asked for and the box not renewed; then the copy was made, and the passphrase forgotten."""
    kit = make_kit(member.folder)
    behind = member.folder.kit_box.read_bytes()
    ask_rekey(member.folder, OFFICE_SECRET)
    member.folder.kit_box.write_bytes(behind)

    real = os.replace

    def killed(source: Path, target: Path) -> None:
        if Path(target) == member.folder.node_key:
            raise KeyboardInterrupt
        real(source, target)

    with monkeypatch.context() as edge:
        edge.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            member.open()
    reset_passphrase(member.folder, bring(kit, with_boxes=False), NEW_SECRET, lambda: CHEAP, CHEAP)
    works(member.folder, NEW_SECRET, 7, 2)


def test_until_it_is_proved_nothing_is_written_and_the_earlier_kit_opens(member: OnDisk) -> None:
    earlier = make_kit(member.folder)
    before = {path: path.read_bytes() for path in member.folder.path.rglob("*") if path.is_file()}
    kit = draw_kit(member.folder, OFFICE_SECRET, 2, 2)
    right = answers(kit)
    assert len({asked.sheet for asked in kit.asked}) == 2
    for wrong in ([right[0], "academic acid"], ["", right[1]], [right[0] + "x", right[1]]):
        assert code_of(lambda wrong=wrong: keep_kit(member.folder, OFFICE_SECRET, kit, wrong)) == "kit-not-proved"
    assert code_of(lambda: keep_kit(member.folder, "another mill by the lake", kit, right)) == "wrong-passphrase"
    assert {path: path.read_bytes() for path in member.folder.path.rglob("*") if path.is_file()} == before
    reset_passphrase(member.folder, bring(earlier, with_boxes=False), OFFICE_SECRET, lambda: CHEAP, CHEAP)
    keep_kit(member.folder, OFFICE_SECRET, kit, [f" {word.upper()} " for word in right])
    given = bring(earlier, with_boxes=False)
    code = code_of(lambda: reset_passphrase(member.folder, given, NEW_SECRET, lambda: CHEAP, CHEAP))
    assert code == "kit-of-another-box"
    works(member.folder, OFFICE_SECRET, 7, 2)


def test_two_different_words_are_asked_of_one_sheet(member: OnDisk) -> None:
    drawn = {kit.asked for kit in (draw_kit(member.folder, OFFICE_SECRET) for _ in range(12))}
    assert len(drawn) > 6
    assert all(len(set(asked)) == 2 and {one.sheet for one in asked} == {1} for asked in drawn)


def test_the_box_follows_the_keys_and_mends_itself(member: OnDisk) -> None:
    kit = make_kit(member.folder)
    assert kit_standing(member.folder, secrets_of(member.folder)) == "current"
    box = member.folder.kit_box.read_bytes()
    member.open().office.close()
    assert member.folder.kit_box.read_bytes() == box  # nothing to do, nothing written
    for damage in (b"", box[:50], b"muniment"):
        member.folder.kit_box.write_bytes(damage)
        member.open().office.close()
        assert bring(kit, with_boxes=False).open(member.folder.kit_box.read_bytes())
    change_officer_passphrase(member.folder, 0, OFFICER_SECRET, NEW_SECRET, lambda: CHEAP, CHEAP)
    assert kit_standing(member.folder, secrets_of(member.folder)) == "changed"
    member.open().office.close()
    _, officers = bring(kit, with_boxes=False).open(member.folder.kit_box.read_bytes())
    assert officers == {0: member.folder.officer_key(0).read_bytes()}


def test_a_box_of_somebody_else_in_the_folder_is_never_fed(member: OnDisk, tmp_path: Path) -> None:
    """Who may write to the disk puts in his own kit's box; the next keys must not go into it."""
    make_kit(member.folder)
    thief = make_member(tmp_path / "thief")
    thieves = make_kit(thief.folder)
    shutil.copy(thief.folder.kit_box, member.folder.kit_box)
    rekey(member.folder, OFFICE_SECRET)
    member.open().office.close()
    given = bring(thieves, with_boxes=False)
    assert code_of(lambda: given.open(member.folder.kit_box.read_bytes())) == "kit-of-another-box"


def test_a_file_among_the_officers_that_is_no_key_file_keeps_nobody_out(member: OnDisk) -> None:
    kit = make_kit(member.folder)
    for number, content in ((5, bytes(70_000)), (6, b"")):
        member.folder.officer_key(number).write_bytes(content)
    works(member.folder, OFFICE_SECRET, 7, 2)
    _, officers = bring(kit, with_boxes=False).open(member.folder.kit_box.read_bytes())
    assert list(officers) == [0]


def test_however_many_officers_there_are_the_office_opens_and_the_kit_has_their_keys(member: OnDisk) -> None:
    kit = make_kit(member.folder)
    content = member.folder.officer_key(0).read_bytes()
    for number in range(1, 1_000):
        member.folder.officer_key(number).write_bytes(content)
    member.folder.officer_key(1_000).write_bytes(content)  # beyond that a kit has none
    works(member.folder, OFFICE_SECRET, 7, 2)
    secrets, officers = bring(kit, with_boxes=False).open(member.folder.kit_box.read_bytes())
    assert secrets["node_seed"] == secrets_of(member.folder)["node_seed"]
    assert officers == dict.fromkeys(range(1_000), content)


def test_no_secret_stands_in_a_file_or_a_repr(member: OnDisk) -> None:
    kit = make_kit(member.folder, 2, 2)
    secrets = secrets_of(member.folder)
    hidden = [secrets["node_seed"], secrets["database_key"], kit.key.seed]
    shown = repr((kit, bring(kit), kit.sheets, kit.key))
    for path in (path for path in member.folder.path.rglob("*") if path.is_file()):
        assert not any(secret in path.read_bytes() for secret in hidden), path
    assert not any(secret.hex() in shown or repr(secret) in shown for secret in hidden)
    assert not any(sheet.words in shown for sheet in kit.sheets)


# -- passphrases ----------------------------------------------------------------------------------------------------


def test_a_passphrase_is_changed_and_the_old_one_opens_no_more(member: OnDisk) -> None:
    change_passphrase(member.folder, OFFICE_SECRET, NEW_SECRET, lambda: CHEAP, CHEAP)
    assert code_of(member.open) == "wrong-passphrase"
    works(member.folder, NEW_SECRET, 7, 2)
    change_officer_passphrase(member.folder, 0, OFFICER_SECRET, NEW_SECRET, lambda: CHEAP, CHEAP)
    assert code_of(lambda: open_officer(member.folder, 0, OFFICER_SECRET)) == "wrong-passphrase"
    assert open_officer(member.folder, 0, NEW_SECRET)


def test_a_change_that_is_refused_changes_nothing(member: OnDisk) -> None:
    before = member.folder.node_key.read_bytes()

    def refused(old: str, new: str, cost: Cost = CHEAP, floor: Cost | None = CHEAP) -> str:
        return code_of(lambda: change_passphrase(member.folder, old, new, lambda: cost, floor))

    assert refused("another mill by the lake", NEW_SECRET) == "wrong-passphrase"
    assert refused(OFFICE_SECRET, "password1234") == "passphrase-too-easy"
    assert refused(OFFICE_SECRET, "short") == "passphrase-too-short"
    assert refused(OFFICE_SECRET, NEW_SECRET, CHEAP, None) == "key-file-cost-too-low"
    assert member.folder.node_key.read_bytes() == before
    nobody = 5
    assert (
        code_of(
            lambda: change_officer_passphrase(member.folder, nobody, OFFICER_SECRET, NEW_SECRET, lambda: CHEAP, CHEAP)
        )
        == "no-officer-key"
    )


# -- the key of the copy --------------------------------------------------------------------------------------------


def archived(folder: Folder) -> list[bytes]:
    """What the archive holds, read through the database's names as the office reads it."""
    opened = open_office(folder, OFFICE_SECRET, StepClock())
    store = opened.office.store
    found = [
        Archive(folder.archive, opened.keys.secrets[DATABASE_KEY]).payload(*one) for one in store.pruned.archived()
    ]
    opened.office.close()
    return found


def put_away(folder: Folder) -> list[bytes]:
    """Every payload into the archive, as `prune` does with settled ones."""
    opened = open_office(folder, OFFICE_SECRET, StepClock())
    store, office = opened.office.store, opened.office
    store.pruned.prepare()
    rows = [(row.position, row.block.id, row.block.payload or b"") for row in store.chain.blocks(0, 10)]
    store.archive.add([(bytes(32), b"left by a crash, named by nobody")])
    places = store.archive.add([(block, payload) for _, block, payload in rows])
    with store.database.atomic():
        for (position, _, _), place in zip(rows, places, strict=True):
            store.pruned.add(position, b"stub", place)
    office.close()
    return [payload for _, _, payload in rows]


def test_another_key_and_everything_is_there(member: OnDisk) -> None:
    make_kit(member.folder)
    before, old = secrets_of(member.folder), member.folder.replica.read_bytes()
    rekey(member.folder, OFFICE_SECRET)
    after = secrets_of(member.folder)
    assert {name for name in after if after[name] != before.get(name)} == {DATABASE_KEY}
    assert before.keys() == after.keys()
    assert member.folder.replica.stat().st_mode & 0o077 == 0
    works(member.folder, OFFICE_SECRET, 7, 2)
    member.folder.replica.write_bytes(old)
    assert code_of(member.open) == "replica-damaged"  # the old file under the new key


def test_the_archive_goes_with_it(member: OnDisk) -> None:
    payloads = put_away(member.folder)
    assert archived(member.folder) == payloads
    old = member.folder.archive.read_bytes()
    rekey(member.folder, OFFICE_SECRET)
    assert archived(member.folder) == payloads
    new = member.folder.archive.read_bytes()
    assert b"left by a crash" not in new
    assert not any(
        old[place : place + 24] in new for place in range(4, len(old) - 24, 8) if any(old[place : place + 24])
    )
    member.folder.archive.write_bytes(new[:-1])
    key = secrets_of(member.folder)[DATABASE_KEY]
    assert code_of(lambda: rekey(member.folder, OFFICE_SECRET)) == "archive-damaged"
    assert secrets_of(member.folder)[DATABASE_KEY] == key
    assert not (member.folder.path / UNDER_WAY).exists()


def test_what_was_asked_is_done_at_the_next_opening(member: OnDisk) -> None:
    key = secrets_of(member.folder)[DATABASE_KEY]
    opened = member.open()
    ask_rekey(member.folder, OFFICE_SECRET)  # while the office is open
    register(member.folder, opened.office, 2)
    assert code_of(lambda: rekey(member.folder, OFFICE_SECRET)) == "replica-in-use"
    opened.office.close()
    works(member.folder, OFFICE_SECRET, 3, 3)
    assert secrets_of(member.folder)[DATABASE_KEY] != key
    assert not (member.folder.path / MADE).exists()


def test_without_room_the_office_opens_with_the_old_key(member: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says so when the copy is put in its place."""
    real = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == MADE:
            raise OSError(28, "No space left on device")
        real(source, target)

    ask_rekey(member.folder, OFFICE_SECRET)
    key = secrets_of(member.folder)[DATABASE_KEY]
    with monkeypatch.context() as edge:
        edge.setattr(os, "replace", full)
        works(member.folder, OFFICE_SECRET, 2, 2)
        assert code_of(lambda: rekey(member.folder, OFFICE_SECRET)) == "disk-full"
    assert secrets_of(member.folder)[DATABASE_KEY] == key
    works(member.folder, OFFICE_SECRET, 3, 3)


def test_copies_that_no_key_file_knows_of_are_kept_and_do_not_stand_in_the_way(member: OnDisk) -> None:
    """Somebody has put an older key file back while the key was being changed."""
    before = member.folder.node_key.read_bytes()
    made = member.folder.path / MADE
    made.mkdir()
    (made / "replica.db").write_bytes(b"under a key that is lost")
    works(member.folder, OFFICE_SECRET, 2, 2)
    assert member.folder.node_key.read_bytes() == before
    assert (member.folder.path / f"{MADE}-unused-1" / "replica.db").read_bytes() == b"under a key that is lost"


def test_a_copy_that_another_process_is_putting_in_place_is_not_opened(member: OnDisk) -> None:
    """It has read the key file before the other began, and finds the place taken after."""
    keys = secrets_of(member.folder)
    (member.folder.path / MADE).mkdir()
    assert code_of(lambda: open_replica(member.folder, keys[DATABASE_KEY])) == "replica-in-use"
    (member.folder.path / MADE).rmdir()
    open_replica(member.folder, keys[DATABASE_KEY]).close()


def test_an_old_backup_opens_after_a_rekey_with_its_own_key(member: OnDisk, tmp_path: Path) -> None:
    kit = make_kit(member.folder)
    opened = member.open()
    write_backup(member.folder, opened.office, tmp_path / "old.backup")
    opened.office.close()
    change_passphrase(member.folder, OFFICE_SECRET, NEW_SECRET, lambda: CHEAP, CHEAP)
    rekey(member.folder, NEW_SECRET)
    restore_backup(tmp_path / "old.backup", Folder(tmp_path / "one"), OFFICE_SECRET)
    again = "a broom against the fence"
    restore_backup(
        tmp_path / "old.backup", Folder(tmp_path / "two"), again, with_kit(bring(kit), new_passphrase(again))
    )
    for name, secret in (("one", OFFICE_SECRET), ("two", again)):
        opened = open_office(Folder(tmp_path / name), secret, StepClock())
        assert (opened.office.hand.quarantine, opened.office.standing.counts().acts) == ("restored", 2)
        opened.office.close()
