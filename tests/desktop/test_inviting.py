"""Two windows: one office invites another, which shows six digits; its admission is proposed with one more click."""

from collections.abc import Callable
from os import environ
from pathlib import Path

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.crypto.keyfile import Cost
from core.folder import Folder, NewOfficer, create_office
from core.newcomers import keep_newcomer
from desktop.application import Application, OpenOffice
from desktop.dialogs.invited import InvitedStage
from desktop.dialogs.welcome import WelcomeStage
from desktop.pages.inviting import InvitingCard
from sync.certificate import make_certificate
from tests.desktop.conftest import OFFICE_SECRET, REGISTRAR_SECRET
from tests.desktop.test_changes import sign_draft
from tests.desktop.test_first_run import _stage, start

__all__ = ["start"]
Open = Callable[..., OpenOffice]
TIMEOUT_MS = 20_000


def picture(widget: QWidget, name: str) -> None:
    """For somebody to look at, where a folder is named."""
    if folder := environ.get("MUNIMENT_PICTURES"):
        widget.resize(1366, 768)
        widget.grab().save(str(Path(folder) / f"{name}.png"))


def named(widget: QWidget, name: str) -> QPushButton:
    (found,) = [one for one in widget.findChildren(QPushButton) if one.accessibleName() == name]
    return found


def invite(office: OpenOffice, qtbot: QtBot, path: Path) -> InvitingCard:
    office.window.go("offices")
    office.window.offices.join.click()
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=TIMEOUT_MS)
    card = office.window.offices.newcomer.inviting
    card.port = 0  # the usual one may be taken by another test
    with qtbot.waitSignal(card.opened, timeout=TIMEOUT_MS):
        card.begin(str(path))
    picture(office.window, "inviting-waiting")
    return card


def newcomer(
    begin: Callable[[Folder], Application], qtbot: QtBot, folder: Folder, invitation: Path
) -> tuple[Application, InvitedStage]:
    people = [NewOfficer("Ana", frozenset({"registrar", "administrator"}), REGISTRAR_SECRET)]
    create_office(folder, "Brașov", OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())
    application = begin(folder)
    welcome = _stage(application, WelcomeStage, qtbot)
    assert isinstance(welcome, WelcomeStage)
    welcome.buttons["invited"].click()
    stage = _stage(application, InvitedStage, qtbot)
    assert isinstance(stage, InvitedStage)
    stage.path.setText(str(invitation))
    stage.passphrase.setText(OFFICE_SECRET)
    with qtbot.waitSignal(stage.shown, timeout=TIMEOUT_MS):
        stage.call.click()
    picture(application.gate, "invited-digits")
    return application, stage


def test_an_office_is_invited_and_proposed(
    open_desk: Open, start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk()
    card = invite(office, qtbot, tmp_path / "invitation.png")
    with qtbot.waitSignal(card.called, timeout=TIMEOUT_MS):
        application, stage = newcomer(start, qtbot, Folder(tmp_path / "new"), tmp_path / "invitation.png")
    picture(office.window, "inviting-called")
    card.code.setText(stage.digits.text()[:3])
    card.confirm.click()
    qtbot.waitUntil(lambda: "six digits" in card.notice.text, timeout=TIMEOUT_MS)
    card.code.setText(stage.digits.text())
    with qtbot.waitSignals([card.paired, stage.paired], timeout=TIMEOUT_MS):
        card.confirm.click()
    assert "once the offices have voted" in stage.told.text().lower()
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=TIMEOUT_MS)
    picture(application.gate, "invited-paired")
    picture(office.window, "inviting-paired")
    stage.fetch.click()
    qtbot.waitUntil(lambda: bool(stage.notice.text), timeout=TIMEOUT_MS)
    named(card, "Hand the register over to Brașov").click()
    qtbot.waitUntil(lambda: "not admitted this newcomer yet" in card.notice.text, timeout=TIMEOUT_MS)
    named(card, "Propose to admit Brașov").click()
    proposed = sign_draft(qtbot, office)
    assert proposed.transaction.act["kind"] == "admit"


def test_of_a_member_that_has_lost_its_computer_the_new_key_is_proposed(
    open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk()
    member = 1
    people = [NewOfficer("Ana", frozenset({"registrar"}), REGISTRAR_SECRET)]
    name, cheap = office.desk.standing.offices[member], Cost.cheapest()
    new = create_office(Folder(tmp_path / "new"), name, OFFICE_SECRET, people, make_certificate, cheap, cheap)
    keep_newcomer(office.desk.folder, new, bytes(16), 0)
    office.window.go("offices")
    office.window.offices.join.click()
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=TIMEOUT_MS)
    named(office.window.offices.newcomer.inviting, f"Propose to admit {name}").click()
    act = sign_draft(qtbot, office).transaction.act
    assert (act["kind"], act["member"]) == ("incarnation", member)


def test_a_wrong_code_is_told_in_both_windows(
    open_desk: Open, start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk()
    card = invite(office, qtbot, tmp_path / "invitation")
    with qtbot.waitSignal(card.called, timeout=TIMEOUT_MS):
        _, stage = newcomer(start, qtbot, Folder(tmp_path / "new"), tmp_path / "invitation")
    card.code.setText(f"{(int(stage.digits.text().replace(' ', '')) + 1) % 10**6:06}")
    card.confirm.click()
    for notice in (card.notice, stage.notice):
        qtbot.waitUntil(lambda notice=notice: "There is one try" in notice.text, timeout=TIMEOUT_MS)
    assert card.invite.isVisible()
    assert not stage.digits.text()


def test_whoever_leaves_is_not_waited_for(
    open_desk: Open, start: Callable[[Folder], Application], qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk()
    card = invite(office, qtbot, tmp_path / "invitation")
    with qtbot.waitSignal(card.called, timeout=TIMEOUT_MS):
        application, _ = newcomer(start, qtbot, Folder(tmp_path / "new"), tmp_path / "invitation")
    assert application.gate is not None
    application.gate.show_network()
    qtbot.waitUntil(lambda: not application.gate.background.busy(), timeout=TIMEOUT_MS)
    card.stop()
    qtbot.waitUntil(lambda: "This invitation is over" in card.notice.text, timeout=TIMEOUT_MS)
