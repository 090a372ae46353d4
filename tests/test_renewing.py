"""A new key for an office that may not sign: made, voted, in force, and signed with from the next opening on."""

import queue
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.backup import write_backup
from core.crypto.keyfile import open_keys
from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.folder import (
    Folder,
    NewOfficer,
    OpenedOffice,
    create_office,
    enter_network,
    open_office,
    open_officer,
    read_bounded,
)
from core.importing.resuming import begin, find_note, rows_done
from core.ledger.charter import OfficeCard, decode_card, found
from core.office import Office
from core.renewing import make_new_key, note_new_key
from core.restoring import restore_backup, restore_in_place
from core.views import QuarantineView, Step
from sync.certificate import make_certificate
from sync.events import Event, NotOpenedAgain, OpenedAgain
from sync.service import Service, Settings
from tests.folders import CHEAP, OFFICE_SECRET, OFFICER_SECRET, register
from tests.importing.test_importer import importer, table
from tests.ledger.building import FOUNDED_MS, Network
from tests.offices import StepClock, open_in_memory
from tests.test_epochs import Town, charter_network

QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)


@dataclass
class Desk:
    """The fourth office of a town, on a disk; the other three are in memory."""

    town: Town
    folder: Folder
    backup: Path

    def open(self, folder: Folder | None = None) -> OpenedOffice:
        opened = open_office(folder or self.folder, OFFICE_SECRET, StepClock())
        self.town.offices[3:] = [opened.office]
        return opened

    def renew(self, opened: OpenedOffice, folder: Folder | None = None) -> OfficeCard:
        member = opened.office.roll.members[3]
        card = make_new_key(folder or self.folder, member, OFFICE_SECRET, 0, OFFICER_SECRET, make_certificate)
        note_new_key(opened.office, card.node_key)
        return card

    def vote(self, card: OfficeCard) -> None:
        first = self.town.offices[0]
        proposal = self.town.propose(first, "incarnation", 3, card.encoded)
        self.town.settle()
        for office in self.town.offices[:3]:
            self.town.vote(office, proposal)
        self.town.settle()


def make_desk(tmp_path: Path) -> Desk:
    base, folder = charter_network(4), Folder(tmp_path / "office")
    officer = NewOfficer("Anna", frozenset({"registrar"}), OFFICER_SECRET)
    card = create_office(folder, "Desk", OFFICE_SECRET, [officer], make_certificate, CHEAP, floor=CHEAP)
    charter = found("Renewal", FOUNDED_MS, [*base.charter.cards[:3], card], base.charter.laws, {})
    enter_network(folder, charter.encoded, OFFICE_SECRET)
    town = Town.__new__(Town)
    town.network = Network(charter, base.nodes[:3], base.officers[:3])
    town.offices = [open_in_memory(town.network, number) for number in range(3)]
    made = Desk(town, folder, tmp_path / "office.backup")
    opened = made.open()
    note = begin(opened.office, bytes(32), 2, bytes)
    importer(opened.office).write(table([1]), [open_officer(folder, 0, OFFICER_SECRET).sign], note=note)
    write_backup(folder, opened.office, made.backup)
    register(folder, opened.office, 2)
    town.settle()
    opened.office.close()
    return made


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def test_a_restored_office_signs_again_under_its_new_key(desk: Desk, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "restored")
    restore_backup(desk.backup, folder, OFFICE_SECRET)
    opened = desk.open(folder)
    assert opened.office.hand.quarantine == "restored"
    card = desk.renew(opened, folder)
    assert decode_card(card.encoded, verify) == card
    assert opened.office.hand.quarantine == "restored"  # it goes on as it was until the others have voted
    desk.vote(card)
    assert opened.office.hand.quarantine_view() == QuarantineView("renewed", False, 0, None)
    assert opened.office.write() is None
    assert code_of(lambda: register(folder, opened.office, 3)) == "quarantine"
    opened.office.close()

    renewed = desk.open(folder)
    assert renewed.office.hand.quarantine is None
    assert SigningKey(renewed.node_seed).public == card.node_key
    note = find_note(renewed.office, bytes(32))
    assert note is not None
    act = register(folder, renewed.office, 3)
    assert rows_done(renewed.office, note, (2, 3)) == {2}, (
        "an import that the lost computer began goes on after its rows"
    )
    desk.town.settle()
    for office in desk.town.offices:
        assert office.acts.view(act.id).ladder.step is Step.FINAL
        assert office.forkers() == frozenset()
        assert sorted(row.label for row in office.records.page("land.parcel")) == [f"{n:010}" for n in (1, 2, 3)]
    block = renewed.office.lace.vertices[act.block]
    assert (block.incarnation, block.seq) == (1, 1)
    renewed.office.close()
    again = desk.open(folder)
    assert again.office.hand.quarantine is None
    assert register(folder, again.office, 4).seq > 1
    again.office.close()


def test_a_running_office_goes_on_by_itself_under_its_new_key(tmp_path: Path) -> None:
    """The key is made and voted while it runs; who is signed in stays, at the same port."""
    told, desks = queue.SimpleQueue[Event](), list[Desk]()
    folder = Folder(tmp_path / "office")

    def open_here() -> OpenedOffice:  # the others are in memory, so they live on the service's thread too
        desks.append(make_desk(tmp_path))
        return desks[0].open()

    service: Service[Office] = Service(open_here, QUIET)
    service.listen(told.put)
    service.start()
    try:
        before, port, officer = service.office, service.port, open_officer(folder, 0, OFFICER_SECRET)

        def renew_and_sign_in() -> OfficeCard:
            member = before.roll.members[3]
            card = make_new_key(folder, member, OFFICE_SECRET, 0, OFFICER_SECRET, make_certificate)
            note_new_key(before, card.node_key)
            before.people.sign_in(0, officer)
            return card

        card = service.call(renew_and_sign_in).result()
        service.know_new_key(open_keys(read_bounded(folder.node_key), OFFICE_SECRET)).result()
        service.call(lambda: desks[0].vote(card)).result()
        while not isinstance(told.get(timeout=30), OpenedAgain):
            pass
        assert service.office is not before
        assert service.port == port
        present = service.call(lambda: service.office.people.present).result()
        assert present is not None
        assert (present.number, service.call(lambda: service.office.hand.quarantine).result()) == (0, None)
        service.call(lambda: register(folder, service.office, 7)).result()
    finally:
        service.stop()


def test_an_office_that_cannot_be_opened_again_says_so_and_ends(tmp_path: Path) -> None:
    told, desks = queue.SimpleQueue[Event](), list[Desk]()
    folder = Folder(tmp_path / "office")

    def open_here() -> OpenedOffice:
        desks.append(make_desk(tmp_path))
        opened = desks[0].open()
        card = desks[0].renew(opened)
        opened = opened.with_keys(open_keys(read_bounded(folder.node_key), OFFICE_SECRET))
        desks[0].vote(card)
        folder.charter.unlink()
        return opened

    service: Service[Office] = Service(open_here, QUIET)
    service.listen(told.put)
    service.start()
    while not isinstance(event := told.get(timeout=30), NotOpenedAgain):
        pass
    service.stop()
    assert event.code == "file-not-found"
    assert code_of(lambda: service.call(lambda: None)) == "service-stopped"


def test_the_same_call_again_makes_the_same_card(desk: Desk) -> None:
    opened = desk.open()
    assert desk.renew(opened) == desk.renew(opened)
    register(desk.folder, opened.office, 9)  # nothing forbids the old key before the vote
    opened.office.close()


def test_a_card_needs_both_passphrases_and_an_officer_of_the_office(desk: Desk) -> None:
    opened = desk.open()
    member, before = opened.office.roll.members[3], desk.folder.node_key.read_bytes()

    def refused(secret: str, officer_secret: str, officer: int = 0) -> str:
        return code_of(lambda: make_new_key(desk.folder, member, secret, officer, officer_secret, make_certificate))

    assert refused("another mill by the lake", OFFICER_SECRET) == "wrong-passphrase"
    assert refused(OFFICE_SECRET, "another mill by the lake") == "wrong-passphrase"
    assert refused(OFFICE_SECRET, OFFICER_SECRET, 3) == "no-officer-key"
    assert desk.folder.node_key.read_bytes() == before
    stranger = replace(member, officers=(replace(member.officers[0], key=bytes(32)),))
    assert (
        code_of(lambda: make_new_key(desk.folder, stranger, OFFICE_SECRET, 0, OFFICER_SECRET, make_certificate))
        == "no-officer-key"
    )
    opened.office.close()


@pytest.fixture
def renewed(desk: Desk) -> Desk:
    """The new key is in force and has signed."""
    opened = desk.open()
    desk.vote(desk.renew(opened))
    opened.office.close()
    opened = desk.open()
    register(desk.folder, opened.office, 3)
    desk.town.settle()
    write_backup(desk.folder, opened.office, desk.backup.with_name("later.backup"))
    register(desk.folder, opened.office, 4)
    desk.town.settle()
    opened.office.close()
    return desk


def test_a_copy_of_a_renewed_office_signs_nothing(renewed: Desk, tmp_path: Path) -> None:
    copy = Folder(tmp_path / "copy")
    shutil.copytree(renewed.folder.path, copy.path)
    opened = renewed.open(copy)
    assert opened.office.hand.quarantine == "copied-computer"
    opened.office.close()


def test_a_renewed_office_without_its_intent_file_signs_nothing(renewed: Desk) -> None:
    (later,) = renewed.folder.path.glob("intent-*.log")
    later.unlink()
    opened = renewed.open()
    assert opened.office.hand.quarantine == "intent-of-another-node"
    assert opened.office.write() is None
    opened.office.close()


def test_a_renewed_office_is_restored_like_any_other(renewed: Desk, tmp_path: Path) -> None:
    """Anew it may not sign; beside its own intent file it gets its blocks back and goes on."""
    backup = renewed.backup.with_name("later.backup")
    anew = Folder(tmp_path / "anew")
    restore_backup(backup, anew, OFFICE_SECRET)
    opened = renewed.open(anew)
    assert opened.office.hand.quarantine == "restored"
    opened.office.close()

    renewed.folder.replica.write_bytes(b"damaged")
    assert restore_in_place(backup, renewed.folder, OFFICE_SECRET)
    opened = renewed.open()
    view = opened.office.hand.quarantine_view()
    assert view is not None
    assert (view.code, view.mends) == ("database-behind", True)
    renewed.town.settle()
    assert opened.office.hand.quarantine is None
    register(renewed.folder, opened.office, 5)
    renewed.town.settle()
    assert not any(office.forkers() for office in renewed.town.offices)
    opened.office.close()


def test_a_backup_from_before_the_new_key_does_not_bring_the_old_one_back(renewed: Desk, tmp_path: Path) -> None:
    old = Folder(tmp_path / "old")
    restore_backup(renewed.backup, old, OFFICE_SECRET)
    opened = renewed.open(old)
    assert opened.office.hand.quarantine == "restored"
    renewed.town.settle()
    assert opened.office.hand.quarantine == "superseded"
    opened.office.close()
