"""From an empty folder to an open office; and unlocking it again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.folder import Folder, NewOfficer, create_office
from core.ledger.charter import decode_charter
from desktop.application import Application
from desktop.dialogs.entering import EnteringStage, grouped_number
from desktop.dialogs.founding import FoundingStage
from desktop.dialogs.invited import InvitedStage
from desktop.dialogs.kit_stages import KitStage
from desktop.dialogs.office_form import OfficeStage
from desktop.dialogs.unlock import UnlockStage
from desktop.dialogs.welcome import WelcomeStage
from sync.certificate import make_certificate
from tests.custody.kits import words_on
from tests.desktop.conftest import (
    NOTARY_SECRET,
    OFFICE_SECRET,
    QUIET,
    REGISTRAR_SECRET,
    MadeNetwork,
)


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[[Folder], Application]]:
    """The application as `muniment` starts it, with key files that cost almost nothing."""
    started: list[Application] = []

    def begin(folder: Folder) -> Application:
        application = Application(folder, QUIET, Cost.cheapest, Cost.cheapest())
        started.append(application)
        application.show_gate()
        assert application.gate is not None
        application.gate.activateWindow()
        qtbot.waitUntil(application.gate.isActiveWindow)
        return application

    yield begin
    for application in started:
        for window in (application.gate, application.office.window if application.office else None):
            if window is not None and isValid(window):
                window.close()
        application.stop()


def _stage(application: Application, kind: type[QWidget], qtbot: QtBot) -> QWidget:
    def shown() -> bool:
        return application.gate is not None and isinstance(application.gate.stage, kind)

    qtbot.waitUntil(shown, timeout=20_000)
    assert application.gate is not None
    return application.gate.stage


def _fill_office(stage: OfficeStage, name: str) -> None:
    stage.name.setText(name)
    secrets = (OFFICE_SECRET, REGISTRAR_SECRET, NOTARY_SECRET)
    for passphrase, secret in zip((stage.passphrase, *(o.passphrase for o in stage.officers)), secrets, strict=True):
        passphrase.first.setText(secret)
        passphrase.again.setText(secret)
    for officer, person in zip(stage.officers, ("Regina", "Natan"), strict=True):
        officer.name.setText(person)


def _prove_kit(stage: KitStage, paper: Path, qtbot: QtBot) -> None:
    """Print it, type a wrong word first, then what stands on the paper."""
    form = stage.form
    form.write(paper)
    qtbot.waitUntil(lambda: bool(form._kit), timeout=20_000)
    asked = form._kit.asked if form._kit else ()
    assert not stage.go_on.isEnabled()
    form.words[0].setText("academic")
    form.words[1].setText("academic")
    form.keep.click()
    qtbot.waitUntil(form.keep.isEnabled, timeout=20_000)
    assert "is another one on the paper" in form.notice.text
    pages = words_on(paper)
    for one, line in zip(asked, form.words, strict=True):
        line.setText(pages[one.sheet - 1][one.place - 1])
    with qtbot.waitSignal(form.kept, timeout=20_000):
        form.keep.click()
    assert stage.go_on.isEnabled()


def test_create_found_enter_and_open(start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path) -> None:
    other = Folder(tmp_path / "other")
    people = [NewOfficer("Somebody", frozenset({"registrar"}), REGISTRAR_SECRET)]
    create_office(other, "Other office", OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())

    application = start(Folder(tmp_path / "mine"))
    welcome = _stage(application, WelcomeStage, qtbot)
    assert isinstance(welcome, WelcomeStage)
    assert list(welcome.buttons) == ["create", "charter", "invited", "restore", "demonstration"]
    QTest.keyClick(welcome.buttons["create"], Qt.Key.Key_Space)
    office = _stage(application, OfficeStage, qtbot)
    assert isinstance(office, OfficeStage)
    _fill_office(office, "First office")
    office.make.click()

    kit = _stage(application, KitStage, qtbot)
    assert isinstance(kit, KitStage)
    _prove_kit(kit, tmp_path / "kit.pdf", qtbot)
    kit.go_on.click()

    founding = _stage(application, FoundingStage, qtbot)
    assert isinstance(founding, FoundingStage)
    founding.add_cards([other.card])
    qtbot.waitUntil(lambda: founding.cards.count() == 2, timeout=10_000)
    assert founding.cards.item(0).text() == "First office · Regina, Natan"
    charter_path = tmp_path / "network.charter"
    founding.name.setText("District")
    founding.out.setText(str(charter_path))
    founding.found.click()

    entering = _stage(application, EnteringStage, qtbot)
    assert isinstance(entering, EnteringStage)
    qtbot.waitUntil(entering.enter.isEnabled, timeout=10_000)
    charter = decode_charter(charter_path.read_bytes(), verify)
    assert entering.number.text() == grouped_number(charter.network)
    assert "First office, Other office" in entering.offices.text()
    entering.passphrase.setText(OFFICE_SECRET)
    with qtbot.waitSignal(application.opened, timeout=20_000):
        entering.enter.click()
    assert application.office is not None
    assert application.office.window.isVisible()
    assert application.office.desk.office_name == "First office"


def test_an_invited_office_is_led_from_the_first_question_to_its_invitation(
    start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    application = start(Folder(tmp_path / "mine"))
    welcome = _stage(application, WelcomeStage, qtbot)
    assert isinstance(welcome, WelcomeStage)
    welcome.buttons["invited"].click()
    office = _stage(application, OfficeStage, qtbot)
    assert isinstance(office, OfficeStage)
    _fill_office(office, "Invited office")
    office.make.click()
    kit = _stage(application, KitStage, qtbot)
    assert isinstance(kit, KitStage)
    kit.later.click()
    assert isinstance(_stage(application, InvitedStage, qtbot), InvitedStage)


def test_an_interrupted_first_run_goes_on_where_it_stopped(
    start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "office")
    people = [NewOfficer("Somebody", frozenset({"registrar"}), REGISTRAR_SECRET)]
    create_office(folder, "Office", OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())
    stage = _stage(start(folder), WelcomeStage, qtbot)
    assert isinstance(stage, WelcomeStage)
    assert list(stage.buttons) == ["create", "charter", "invited", "join"]


def test_the_floor_of_passphrases_is_told_while_typing(
    start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    application = start(Folder(tmp_path / "office"))
    assert application.gate is not None
    application.gate.show_founders_office()
    stage = _stage(application, OfficeStage, qtbot)
    assert isinstance(stage, OfficeStage)
    QTest.keyClicks(stage.passphrase.first, "short")
    texts = [label.text() for label in stage.passphrase.findChildren(QLabel)]
    assert "This passphrase is shorter than 12 letters." in texts
    _fill_office(stage, "Office")
    stage.officers[0].passphrase.again.setText("something else entirely")
    stage.make.click()
    assert stage.notice.text.startswith("The two passphrases are not the same.")
    assert not application.folder.card.exists()


def test_a_charter_without_our_card_is_refused(
    start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path, network: MadeNetwork
) -> None:
    folder = Folder(tmp_path / "stranger")
    people = [NewOfficer("Somebody", frozenset({"registrar"}), REGISTRAR_SECRET)]
    create_office(folder, "Stranger", OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())
    application = start(folder)
    assert application.gate is not None
    application.gate.show_entering(str(network.folders[0].charter))
    stage = _stage(application, EnteringStage, qtbot)
    assert isinstance(stage, EnteringStage)
    qtbot.waitUntil(lambda: bool(stage.notice.text), timeout=10_000)
    assert stage.notice.text.startswith("This charter does not hold the card of this office")
    assert not stage.enter.isEnabled()


def test_wrong_passphrase_is_a_sentence_and_the_right_one_opens(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork
) -> None:
    application = start(network.folders[1])
    stage = _stage(application, UnlockStage, qtbot)
    assert isinstance(stage, UnlockStage)
    QTest.keyClicks(stage.passphrase, "not the passphrase")
    QTest.keyClick(stage.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(stage.notice.text), timeout=10_000)
    assert stage.notice.text == (
        "This passphrase does not open the key. Nothing was lost and nothing was changed."
        " Look at Caps Lock and at the keyboard's language, then type it again."
    )
    assert stage.isEnabled()
    with qtbot.waitSignal(application.opened, timeout=20_000):
        QTest.keyClicks(stage.passphrase, OFFICE_SECRET)  # what was typed before is selected
        QTest.keyClick(stage.passphrase, Qt.Key.Key_Return)


def test_a_damaged_replica_is_told_at_the_gate(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork
) -> None:
    network.folders[0].replica.write_bytes(b"not a replica" * 1000)
    application = start(network.folders[0])
    stage = _stage(application, UnlockStage, qtbot)
    assert isinstance(stage, UnlockStage)
    stage.passphrase.setText(OFFICE_SECRET)
    stage.unlock.click()
    qtbot.waitUntil(lambda: bool(stage.notice.text), timeout=10_000)
    assert "damaged or is not this office's" in stage.notice.text
