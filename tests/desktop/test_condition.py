"""What asks for attention: an office that may not sign and how it signs again, an office that wrote twice, a register
that stands still, offices that are away; and a backup put back from the window.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.backup import write_backup
from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import Folder, open_office, read_bounded
from core.laws.verdict import Accepted
from core.ledger.charter import decode_charter
from core.ledger.transaction import Signer
from core.repairing import Repaired
from core.views import QuarantineView, Reserve, Stopped
from core.voting import unpack_content
from desktop.application import Application, OpenOffice
from desktop.dialogs.restoring import RestoringStage
from desktop.dialogs.unlock import UnlockStage
from desktop.dialogs.welcome import WelcomeStage
from desktop.knowledge import knowledge_of_charter
from desktop.pages.proposing import ProposeForm
from desktop.verification import verify_file
from desktop.wording.repairing import repaired_words
from sync.events import ActsEntered, EnteringFailed, NotOpenedAgain, OpenedAgain, ReplicaDamaged
from tests.desktop.conftest import (
    ALICE,
    OFFICE_SECRET,
    QUIET,
    REGISTRAR_SECRET,
    MadeNetwork,
    first_registration,
    record_act,
    sign_in,
)
from tests.desktop.looking import press, texts
from tests.desktop.writers import Writer, fill, write_twice
from tests.offices import hand_over

Open = Callable[..., OpenOffice]


def wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def say_condition(office: OpenOffice, **changed: object) -> None:
    """As if the office had told this of itself."""
    desk = office.desk
    desk.standing = replace(desk.standing, condition=replace(desk.condition, **changed))  # type: ignore[arg-type]
    desk.standing_changed.emit()


# -- an office that may not sign ------------------------------------------------------------------------------------


def put_back_older_copy(network: MadeNetwork) -> None:
    """The first office's database goes back by three acts; the second office holds them."""
    fill(network, 1, 4)
    kept = {path: path.read_bytes() for path in network.folders[0].path.glob("replica.db*")}
    first, second = Writer(network.folders[0], 0), Writer(network.folders[1], 1)
    for parcel in (91, 92, 93):
        first.record(parcel)
    hand_over(first.office, second.office)
    for writer in (first, second):
        writer.office.close()
    for path in network.folders[0].path.glob("replica.db*"):
        path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)


def test_an_older_copy_says_why_and_signs_again_after_a_meeting(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot
) -> None:
    put_back_older_copy(network)
    office, other = open_desk(0), open_desk(1)
    view = office.desk.condition.quarantine
    assert view is not None
    assert (view.code, view.mends, view.meant) == ("database-behind", True, view.held + 3)
    window = office.window
    assert window.banner.text == (
        f"This office may read and pass on, but not sign yet. Held again: {view.held} of {view.meant} entries."
    )
    press(window.banner, "What to do…")
    wait(qtbot, office)
    told = texts(window.condition)
    assert f"Held again: {view.held} of {view.meant} entries" in told
    assert any("an old file was put back" in text for text in told)
    assert {"By meeting the others", "By a new key"} <= set(told)
    assert "database-behind" not in " ".join(told)
    press(window.condition, "Technical details")
    assert "database-behind" in texts(window.condition)
    with pytest.raises(MunimentError, match="quarantine"):
        record_act(
            office.service, network.folders[0], "first_registration", {}, first_registration("7000000777", "7", ALICE)
        )
    press(window.condition, "Meet other offices…")
    assert window.page is window.offices
    window.offices.address.setText(f"127.0.0.1:{other.service.port}")
    with qtbot.waitSignal(office.desk.standing_changed, timeout=20_000):
        QTest.keyClick(window.offices.address, Qt.Key.Key_Return)
    wait(qtbot, office)
    assert office.desk.condition.quarantine is None
    assert window.banner.isHidden()
    record_act(
        office.service, network.folders[0], "first_registration", {}, first_registration("7000000777", "7", ALICE)
    )
    window.go("condition")
    assert "This office may sign, and nothing else asks for attention." in texts(window.condition)


def test_what_is_typed_stays_while_blocks_come_back(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    say_condition(office, quarantine=QuarantineView("database-behind", True, 3, 15))
    office.window.go("condition")
    form = office.window.condition.new_key
    assert form is not None
    assert office.window.condition.repair is None
    form.officer_secret.setText("half of a pass")
    say_condition(office, quarantine=QuarantineView("database-behind", True, 9, 15))
    assert "Held again: 9 of 15 entries" in texts(office.window.condition)
    assert office.window.condition.new_key is form
    assert form.officer_secret.text() == "half of a pass"
    wait(qtbot, office)


@pytest.mark.parametrize(
    ("code", "says", "way"),
    [
        ("restored", "restored from a backup", "By a new key"),
        ("copied-computer", "copied from another computer", "By a new key"),
        ("intent-missing", "is missing", "By a new key"),
        ("intent-damaged", "is damaged", "By a new key"),
        ("own-fork", "signed two different histories", "By a new key"),
        ("database-ahead", "is older than its copy", "By a new key"),
        ("database-differs", "differs from what this computer has signed", "By a new key"),
        ("replica-damaged", "is damaged", "By a backup"),
        ("removed", "has left the network", "By being taken in again"),
        ("superseded", "with a new key on another computer", "On the other computer"),
        ("renewed", "put this office's new key into force", "By itself, in a moment"),
        ("awaiting-incarnation", "has a new key", "By the votes of the others"),
    ],
)
def test_every_quarantine_says_why_what_works_and_what_ends_it(
    open_desk: Open, qtbot: QtBot, code: str, says: str, way: str
) -> None:
    office = open_desk()
    say_condition(office, quarantine=QuarantineView(code, False, 3, None))
    office.window.go("condition")
    wait(qtbot, office)
    told = texts(office.window.condition)
    assert any(says in text for text in told)
    assert {"What goes on as always", "How this office signs again", way} <= set(told)
    assert ("By meeting the others" in told) is False
    assert office.window.banner.text == "This office may read and pass on, but not sign."


def test_the_window_says_what_its_office_does_by_itself(open_desk: Open, qtbot: QtBot) -> None:
    """It goes on under its new key, and enters very many acts."""
    office = open_desk()
    office.window.go("new")
    office.window.new_act.start("land.first_registration")
    wait(qtbot, office)
    filling = office.window.new_act.filling
    office.desk.news.emit(OpenedAgain())
    assert office.window.new_act.notice.text.startswith("This office's new key is in force")
    assert office.window.new_act.filling is filling
    office.desk.news.emit(NotOpenedAgain("disk-full", {}))
    assert "could not be opened with it" in office.window.new_act.notice.text
    office.desk.news.emit(ActsEntered(40_000, 100_000))
    shown = office.window.side.entering
    assert shown.isVisible()
    assert shown.text().startswith("Entering 40,000 of 100,000 acts in the common order")
    office.desk.news.emit(EnteringFailed("disk-full", {}))
    assert "disk" in office.window.new_act.notice.text
    with qtbot.waitSignal(office.desk.changed, timeout=10_000):
        office.desk._tell_news(ActsEntered(100_000, 100_000))
    assert shown.isHidden()


def test_a_copy_of_which_nothing_was_left_can_be_made_of_another_office_s(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    office.window.go("condition")
    say_condition(office, quarantine=QuarantineView("database-behind", True, 0, 15))
    page = office.window.condition
    assert "cannot pass on the first acts, ask it for a copy of the register" in " ".join(texts(page))
    assert page.repair is not None
    with qtbot.waitSignal(office.desk.repair_wanted, timeout=20_000):
        page.repair.click()
    assert "muniment repair --copy" in repaired_words(Repaired())
    assert "muniment repair --copy" not in repaired_words(Repaired(blocks=1))


def test_damage_found_while_working_is_told_at_once(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    wait(qtbot, office)
    assert office.window.banner.isHidden()

    def find_damage() -> None:
        office.service.office.hand.quarantine = "replica-damaged"  # as the service says it

    office.service.call(find_damage).result()
    with qtbot.waitSignal(office.desk.standing_changed, timeout=10_000):
        office.desk._tell_news(ReplicaDamaged("replica-damaged", {}))
    assert office.window.banner.text == "This office may read and pass on, but not sign."


def test_an_office_without_its_intent_file_makes_a_new_key_that_another_proposes(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    fill(network, 1, 4)
    network.folders[3].intent.unlink()
    lost, other = open_desk(3), open_desk(0)
    press(lost.window.banner, "What to do…")
    told = " ".join(texts(lost.window.condition))
    assert "records “Propose a change”, change “New key for a computer”" in told
    form = lost.window.condition.new_key
    assert form is not None
    assert form.officer.itemText(0) == "Kupałaŭski registrar"
    card = tmp_path / "new-key.office"
    form.office_secret.setText("not the passphrase")
    form.officer_secret.setText(REGISTRAR_SECRET)
    form.write(str(card))
    qtbot.waitUntil(lambda: "passphrase" in form.notice.text, timeout=20_000)
    assert not card.exists()
    form.office_secret.setText(OFFICE_SECRET)
    form.write(str(card))
    qtbot.waitUntil(lambda: str(card) in form.notice.text, timeout=20_000)
    assert form.office_secret.text() == ""

    other.window.go("changes")
    wait(qtbot, other)
    press(other.window.changes, "Propose a change…")
    change = other.window.changes.form
    assert isinstance(change, ProposeForm)
    change.kind.setCurrentIndex(change.kind.findData("incarnation"))
    change.office.setCurrentIndex(change.office.findData(3))
    change.file.setText(str(card))
    change.reason.setText("The file of what was signed is lost")
    change.go_on.click()
    qtbot.waitUntil(lambda: other.window.page is other.window.new_act, timeout=20_000)
    wait(qtbot, other)
    filling = other.window.new_act.filling
    assert filling is not None
    qtbot.waitUntil(lambda: "kind" in filling.form.act(), timeout=20_000)
    act = filling.form.act()
    assert (act["kind"], act["member"]) == ("incarnation", 3)
    assert unpack_content(act["content"]) == card.read_bytes()
    signers, office = [Signer(0, 0, "administrator")], other.service.office
    proposal = other.service.call(lambda: office.propose("charter", "propose", {}, act, signers)).result()
    assert isinstance(proposal.verdict, Accepted)
    for one in (lost, other):
        wait(qtbot, one)


# -- other halts ----------------------------------------------------------------------------------------------------


def test_a_register_that_stands_still_says_what_to_do(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    stopped = Stopped(7, b"\x11" * 32, ((1, b"\x22" * 32), (3, b"\x33" * 32)))
    say_condition(office, stopped=stopped)
    assert office.window.banner.text.startswith("At this office the common register stands still")
    office.window.go("condition")
    told = " ".join(texts(office.window.condition))
    assert "After mark 7 of the common order Astrašycki, Kupałaŭski have signed another state" in told
    assert "Nothing was lost." in told
    assert "1111" not in told
    press(office.window.condition, "Technical details")
    assert {"11" * 32, "22" * 32, "33" * 32} <= set(texts(office.window.condition))
    wait(qtbot, office)


@pytest.mark.parametrize(
    ("reserve", "says"),
    [
        (Reserve(10, 7, 3, (1, 2)), "2 offices have not been heard of for long: Astrašycki, Vialikija."),
        (Reserve(4, 3, 1, (1,)), "if one more office falls silent, nothing is entered"),
        (Reserve(4, 3, 1, (1, 2)), "Too few offices are awake: 2 are missing (Astrašycki, Vialikija)."),
    ],
)
def test_offices_that_are_away_are_told_before_it_is_too_late(
    open_desk: Open, qtbot: QtBot, reserve: Reserve, says: str
) -> None:
    office = open_desk()
    say_condition(office, reserve=reserve)
    assert says in office.window.banner.text
    office.window.go("condition")
    assert any(says in text for text in texts(office.window.condition))
    say_condition(office, reserve=replace(reserve, silent=()))
    assert office.window.banner.isHidden()
    wait(qtbot, office)


def test_with_three_offices_nobody_may_be_dishonest(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    office.window.go("offices")
    wait(qtbot, office)
    assert not any("nobody may be dishonest" in text for text in texts(office.window.offices))
    say_condition(office, reserve=Reserve(3, 2, 0, ()))
    wait(qtbot, office)
    assert any(text.startswith("With 3 offices nobody may be dishonest") for text in texts(office.window.offices))


# -- an office that wrote twice -------------------------------------------------------------------------------------


@pytest.fixture
def twice(network: MadeNetwork, open_desk: Open, tmp_path: Path) -> OpenOffice:
    write_twice(network, tmp_path)
    return open_desk(0)


def test_today_leads_to_what_happened_and_to_the_proof(
    twice: OpenOffice, network: MadeNetwork, qtbot: QtBot, tmp_path: Path
) -> None:
    wait(qtbot, twice)
    window = twice.window
    press(window.today, "What happened…")
    wait(qtbot, twice)
    assert window.page is window.offices
    panel = window.offices.fork
    assert panel.heading.text() == "Kupałaŭski wrote twice"
    told = texts(panel)
    assert {"What happened", "Is anything lost?", "What to do now"} <= set(told)
    assert any(text.startswith("One No.\u00a0") and text.endswith(": one act") for text in told)
    assert any("7000000051" in text for text in told)
    assert any("7000000053" in text for text in told)
    assert "Acts of all other offices are untouched." in told
    proof = tmp_path / "proof.evidence"
    panel.write(str(proof))
    qtbot.waitUntil(lambda: str(proof) in panel.notice.text, timeout=20_000)
    charter = decode_charter(read_bounded(network.folders[1].charter), verify)
    result = verify_file(proof, knowledge_of_charter(charter))
    assert (result.valid, result.code, result.detail["office"]) == (True, "fork-proven", "Kupałaŭski")
    press(panel, "Show in the ledger")
    wait(qtbot, twice)
    assert window.page is window.ledger
    current = window.ledger.view.current
    assert current is not None
    assert current.forked


def test_from_the_offices_page_and_back(twice: OpenOffice, qtbot: QtBot) -> None:
    page = twice.window.offices
    twice.window.go("offices")
    wait(qtbot, twice)
    press(page, "What happened…")
    wait(qtbot, twice)
    assert page.fork.isVisible()
    QTest.keyClick(page.fork.save, Qt.Key.Key_Escape)
    assert not page.fork.isVisible()
    assert any("Proven to have signed two different histories" in text for text in texts(page))


# -- a backup that is put back --------------------------------------------------------------------------------------


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[[Folder], Application]]:
    started: list[Application] = []

    def begin(folder: Folder) -> Application:
        application = Application(folder, QUIET, Cost.cheapest, Cost.cheapest())
        started.append(application)
        application.show_gate()
        return application

    yield begin
    for application in started:
        for window in (application.gate, application.office.window if application.office else None):
            if window is not None and isValid(window):
                window.close()
        application.stop()


def stage_of(application: Application, kind: type, qtbot: QtBot) -> object:
    qtbot.waitUntil(lambda: application.gate is not None and isinstance(application.gate.stage, kind), timeout=10_000)
    assert application.gate is not None
    return application.gate.stage


def backup_of(network: MadeNetwork, target: Path) -> None:
    opened = open_office(network.folders[0], OFFICE_SECRET, SystemClock())
    write_backup(network.folders[0], opened.office, target)
    opened.office.close()


def give(stage: object, backup: Path, secret: str = OFFICE_SECRET) -> None:
    assert isinstance(stage, RestoringStage)
    stage.path.setText(str(backup))
    stage.passphrase.setText(secret)
    stage.restore.click()


def test_a_damaged_office_is_restored_in_its_place(
    network: MadeNetwork, start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    folder = network.folders[0]
    fill(network, 2, 0)
    backup_of(network, tmp_path / "office.backup")
    writer = Writer(folder, 0)
    writer.record(40)
    writer.office.close()
    folder.replica.write_bytes(b"damaged")
    application = start(folder)
    unlock = stage_of(application, UnlockStage, qtbot)
    assert isinstance(unlock, UnlockStage)
    unlock.passphrase.setText(OFFICE_SECRET)
    unlock.unlock.click()
    qtbot.waitUntil(lambda: "damaged" in unlock.notice.text, timeout=20_000)
    press(unlock, "Restore a backup…")
    stage = stage_of(application, RestoringStage, qtbot)
    assert isinstance(stage, RestoringStage)
    assert any("kept aside" in text for text in texts(stage))
    give(stage, tmp_path / "office.backup", "not the passphrase")
    qtbot.waitUntil(lambda: "passphrase" in stage.notice.text, timeout=20_000)
    with qtbot.waitSignal(application.opened, timeout=20_000):
        give(stage, tmp_path / "office.backup")
    assert application.office is not None
    # One act was signed after the backup: this computer kept it before it signed, and signs it again.
    assert application.office.desk.condition.quarantine is None
    held = application.office.service.call(lambda: application.office.service.office.standing.counts().acts).result()  # type: ignore[union-attr]
    assert held == 3
    assert (folder.path / "before-restore-1" / "replica.db").read_bytes() == b"damaged"


def test_an_office_comes_to_a_new_computer_and_may_not_sign(
    network: MadeNetwork, start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    fill(network, 2, 0)
    backup_of(network, tmp_path / "office.backup")
    application = start(Folder(tmp_path / "new computer"))
    welcome = stage_of(application, WelcomeStage, qtbot)
    assert isinstance(welcome, WelcomeStage)
    welcome.buttons["restore"].click()
    with qtbot.waitSignal(application.opened, timeout=20_000):
        give(stage_of(application, RestoringStage, qtbot), tmp_path / "office.backup")
    assert application.office is not None
    sign_in(qtbot, application.office)
    assert application.office.window.banner.text == "This office may read and pass on, but not sign."
    view = application.office.desk.condition.quarantine
    assert view is not None
    assert (view.code, view.held) == ("restored", 2)
