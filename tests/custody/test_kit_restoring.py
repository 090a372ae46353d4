"""A computer is gone. With its recovery kit the office goes on: on a backup, or on what any neighbour gives."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from core.backup import write_backup
from core.crypto.keyfile import open_keys
from core.crypto.signing import SigningKey
from core.custody.making import DrawnKit
from core.custody.passphrases import GivenKit
from core.custody.restoring import FromNeighbour, kind_of, restore_from_kit, with_kit
from core.errors import MunimentError
from core.folder import Folder, OpenedOffice, open_office, open_officer
from core.renewing import make_new_key, note_new_key
from core.restoring import restore_backup, restore_in_place
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.views import Step
from sync.certificate import make_certificate
from tests.custody.kits import NEW_SECRET, bring, make_kit, new_passphrase
from tests.folders import OFFICE_SECRET, OFFICER_SECRET, make_member, register
from tests.offices import StepClock, hand_over
from tests.test_renewing import Desk, make_desk

PARCELS = [f"{number:010}" for number in (1, 2)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An office of four with two acts, the second after its backup."""
    return make_desk(tmp_path)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def reopen(desk: Desk, folder: Folder) -> OpenedOffice:
    opened = open_office(folder, NEW_SECRET, StepClock())
    desk.town.offices[3:] = [opened.office]
    return opened


def assert_goes_on(desk: Desk, folder: Folder) -> None:
    """In quarantine until the others have voted its new key; then its acts become final again."""
    opened = reopen(desk, folder)
    office = opened.office
    assert office.hand.quarantine == "restored"
    assert code_of(lambda: register(folder, office, 9)) == "quarantine"
    hand_over(desk.town.offices[0], office)
    assert sorted(row.label for row in office.records.page("land.parcel")) == PARCELS
    assert office.state_root() == desk.town.offices[0].state_root()
    member = office.roll.members[3]
    card = make_new_key(folder, member, NEW_SECRET, 0, OFFICER_SECRET, make_certificate)
    note_new_key(office, card.node_key)
    desk.vote(card)
    office.close()
    renewed = reopen(desk, folder)
    assert renewed.office.hand.quarantine is None
    act = register(folder, renewed.office, 9)
    desk.town.settle()
    for one in desk.town.offices:
        assert one.acts.view(act.id).ladder.step is Step.FINAL
        assert one.forkers() == frozenset()
    renewed.office.close()


@pytest.mark.parametrize("boxes", [True, False], ids=["whole sheets", "words alone"])
def test_a_new_laptop_with_kit_and_backup(desk: Desk, tmp_path: Path, boxes: bool) -> None:
    kit = make_kit(desk.folder, 2, 3)
    opened = desk.open()
    write_backup(desk.folder, opened.office, tmp_path / "with-kit.backup")
    opened.office.close()
    folder = Folder(tmp_path / "new")
    restore_backup(tmp_path / "with-kit.backup", folder, NEW_SECRET, with_kit(bring(kit, boxes), new_passphrase()))
    assert_goes_on(desk, folder)


def test_a_backup_from_before_the_kit_needs_the_codes_on_the_sheets(desk: Desk, tmp_path: Path) -> None:
    kit = make_kit(desk.folder)  # the backup of the desk is older

    def restore(given: GivenKit) -> None:
        restore_backup(desk.backup, Folder(tmp_path / "new"), NEW_SECRET, with_kit(given, new_passphrase()))

    assert code_of(lambda: restore(bring(kit, with_boxes=False))) == "kit-box-missing"
    assert not (tmp_path / "new").exists()
    restore(bring(kit))
    assert_goes_on(desk, Folder(tmp_path / "new"))


def test_in_place_the_same_computer_goes_on_by_itself(desk: Desk, tmp_path: Path) -> None:
    """Its intent file survived, only the passphrase and the copy are lost."""
    kit = make_kit(desk.folder)
    opened = desk.open()
    write_backup(desk.folder, opened.office, tmp_path / "with-kit.backup")
    opened.office.close()
    desk.folder.replica.write_bytes(b"damaged")
    desk.folder.node_key.unlink()
    assert restore_in_place(
        tmp_path / "with-kit.backup", desk.folder, NEW_SECRET, with_kit(bring(kit), new_passphrase())
    )
    opened = reopen(desk, desk.folder)
    hand_over(desk.town.offices[0], opened.office)
    assert opened.office.hand.quarantine is None
    assert register(desk.folder, opened.office, 9)
    opened.office.close()


@pytest.mark.parametrize("source", ["charter", "snapshot"])
def test_a_new_laptop_with_kit_and_any_neighbour(desk: Desk, tmp_path: Path, source: str) -> None:
    kit = make_kit(desk.folder, 2, 2)
    neighbour = desk.town.offices[0]
    if source == "charter":
        file, given = tmp_path / "charter", None
        file.write_bytes(neighbour.charter.encoded)
    else:
        file = tmp_path / "snapshot"
        summary = write_snapshot(neighbour, file)
        given = Given(summary.network, summary.checkpoint)
    assert kind_of(file) == source
    folder = Folder(tmp_path / "new")
    restore_from_kit(folder, bring(kit), FromNeighbour(file, given), new_passphrase())
    lost = open_keys(desk.folder.node_key.read_bytes(), OFFICE_SECRET).secrets
    found = open_keys(folder.node_key.read_bytes(), NEW_SECRET).secrets
    assert found["node_seed"] == lost["node_seed"]
    assert found["database_key"] != lost["database_key"]
    assert open_officer(folder, 0, OFFICER_SECRET)
    assert not any(path.name.startswith(".") for path in folder.path.iterdir())
    assert_goes_on(desk, folder)


def test_after_a_renewal_the_kit_restores_the_key_in_force(desk: Desk, tmp_path: Path) -> None:
    kit = make_kit(desk.folder)
    opened = desk.open()
    desk.vote(desk.renew(opened))
    opened.office.close()
    opened = desk.open()
    register(desk.folder, opened.office, 3)
    write_backup(desk.folder, opened.office, tmp_path / "later.backup")
    opened.office.close()
    folder = Folder(tmp_path / "new")
    given = with_kit(bring(kit, with_boxes=False), new_passphrase())
    restore_backup(tmp_path / "later.backup", folder, NEW_SECRET, given)
    restored = reopen(desk, folder)
    assert restored.office.roll.members[3].key == SigningKey(restored.node_seed).public
    assert restored.office.hand.quarantine == "restored"
    restored.office.close()


def test_what_does_not_belong_together_is_refused_and_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    kit: DrawnKit = make_kit(desk.folder)
    stranger = make_member(tmp_path / "stranger")
    charter, backup = stranger.folder.charter, desk.backup

    def refused(given: GivenKit, file: Path, passphrase: str = NEW_SECRET) -> str:
        folder = Folder(tmp_path / "new")
        new = new_passphrase(passphrase)
        code = code_of(lambda: restore_from_kit(folder, given, FromNeighbour(file), new))
        assert not folder.path.exists()
        return code

    assert refused(bring(kit), charter) == "not-our-card"
    assert refused(bring(kit), backup) in ("not-a-charter", "too-large", "not-canonical")
    assert refused(bring(kit), tmp_path / "none") == "file-not-found"
    assert refused(bring(kit, with_boxes=False), desk.folder.charter) == "kit-box-missing"
    assert refused(bring(kit), desk.folder.charter, "password1234") == "passphrase-too-easy"
    before = sorted(desk.folder.path.iterdir())
    for folder in (desk.folder, Folder(tmp_path)):
        taken = partial(restore_from_kit, folder, bring(kit), FromNeighbour(desk.folder.charter), new_passphrase())
        assert code_of(taken) == "folder-not-empty"
    assert sorted(desk.folder.path.iterdir()) == before


def test_an_office_that_was_restored_from_its_kit_backs_up_again(desk: Desk, tmp_path: Path) -> None:
    kit = make_kit(desk.folder)
    folder = Folder(tmp_path / "new")
    restore_from_kit(folder, bring(kit), FromNeighbour(desk.folder.charter), new_passphrase())
    folder.card.unlink()  # as of an office that no charter names
    opened = reopen(desk, folder)
    write_backup(folder, opened.office, tmp_path / "again.backup")
    opened.office.close()
    assert kind_of(tmp_path / "again.backup") == "backup"
    restore_backup(tmp_path / "again.backup", Folder(tmp_path / "third"), NEW_SECRET)
    with pytest.raises(MunimentError, match="wrong-passphrase"):
        open_office(Folder(tmp_path / "third"), OFFICE_SECRET, StepClock())
