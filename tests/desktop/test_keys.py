"""Keys in the window: a forgotten passphrase, a new computer, the page Keys, and the system's keyring."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.crypto.keyfile import Cost, open_keys
from core.custody.keys import DATABASE_KEY, NEXT_DATABASE_KEY
from core.errors import MunimentError
from core.folder import Folder, open_office
from desktop.application import Application, OpenOffice
from desktop.dialogs.kit_restoring import KitRestoringStage
from desktop.dialogs.kit_stages import ForgottenStage
from desktop.dialogs.restoring import RestoringStage
from desktop.dialogs.unlock import UnlockStage
from desktop.remembering import forget, keyring_name, remember, remembered
from tests.custody.kits import NEW_SECRET, make_kit, words_on
from tests.desktop.conftest import OFFICE_SECRET, QUIET, REGISTRAR_SECRET, MadeNetwork, sign_in
from tests.offices import StepClock


class KeyringOfASystem(KeyringBackend):
    """Stands for the Secret Service, which no test machine has."""

    priority = 5  # type: ignore[assignment]  # a property of the class there
    name = "Keyring of a test"

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


KeyringOfASystem.__module__ = "keyring.backends.of_a_test"  # whatever lies elsewhere is not believed to be a system's


@pytest.fixture
def system_keyring() -> Iterator[KeyringOfASystem]:
    before, ours = keyring.get_keyring(), KeyringOfASystem()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[[Folder], Application]]:
    started: list[Application] = []

    def begin(folder: Folder) -> Application:
        application = Application(folder, QUIET, Cost.cheapest, Cost.cheapest())
        started.append(application)
        application.begin()
        return application

    yield begin
    for application in started:
        for window in (application.gate, application.office.window if application.office else None):
            if window is not None and isValid(window):
                window.close()
        application.stop()


def stage(application: Application, kind: type[object], qtbot: QtBot) -> object:
    qtbot.waitUntil(lambda: application.gate is not None and isinstance(application.gate.stage, kind), timeout=20_000)
    assert application.gate is not None
    return application.gate.stage


def test_a_forgotten_passphrase_and_the_words_of_the_kit(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork, no_keyring: None
) -> None:
    folder = network.folders[0]
    kit = make_kit(folder, 2, 3, OFFICE_SECRET)
    application = start(folder)
    unlock = stage(application, UnlockStage, qtbot)
    assert isinstance(unlock, UnlockStage)
    qtbot.waitUntil(lambda: "no keyring" in unlock._stay_about.text(), timeout=10_000)
    assert not unlock.stay.isEnabled()
    unlock.forgotten.emit()
    forgotten = stage(application, ForgottenStage, qtbot)
    assert isinstance(forgotten, ForgottenStage)
    forgotten.kit.words.setPlainText(kit.sheets[2].words)
    for line in (forgotten.passphrase.first, forgotten.passphrase.again):
        line.setText(NEW_SECRET)
    forgotten.unlock.click()
    assert "Only 1 of 2 needed sheets are here" in forgotten.notice.text
    forgotten.kit.words.setPlainText(kit.sheets[2].words + "\n\n" + kit.sheets[0].words.upper())
    assert "66 words typed" in forgotten.kit.found.text()
    with qtbot.waitSignal(application.opened, timeout=20_000):
        forgotten.unlock.click()
    assert open_keys(folder.node_key.read_bytes(), NEW_SECRET)
    with pytest.raises(MunimentError, match="wrong-passphrase"):
        open_keys(folder.node_key.read_bytes(), OFFICE_SECRET)


def test_a_new_computer_with_the_paper_and_a_charter(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork, tmp_path: Path, no_keyring: None
) -> None:
    from desktop.printing.kit import KitPaper, kit_pdf

    paper = tmp_path / "kit.pdf"
    paper.write_bytes(
        kit_pdf(make_kit(network.folders[0], passphrase=OFFICE_SECRET), KitPaper("Dudzicki", "2026-01-01"))
    )
    application = start(Folder(tmp_path / "new"))
    assert application.gate is not None
    application.gate.show_restoring()
    restoring = stage(application, RestoringStage, qtbot)
    assert isinstance(restoring, RestoringStage)
    restoring.kit_wanted.emit()
    with_kit = stage(application, KitRestoringStage, qtbot)
    assert isinstance(with_kit, KitRestoringStage)
    with_kit.kit.take_files([tmp_path / "new"])
    qtbot.waitUntil(lambda: bool(with_kit.notice.text), timeout=10_000)
    with_kit.kit.take_files([paper])
    qtbot.waitUntil(lambda: "1 sheet read" in with_kit.kit.found.text(), timeout=10_000)
    with_kit.path.setText(str(network.folders[1].charter))
    assert with_kit._numbers.isHidden()
    for line in (with_kit.passphrase.first, with_kit.passphrase.again):
        line.setText(NEW_SECRET)
    with qtbot.waitSignal(application.opened, timeout=20_000):
        with_kit.restore.click()
    assert application.office is not None
    assert application.office.desk.condition.quarantine is not None
    assert application.office.desk.condition.quarantine.code == "restored"


def test_the_page_changes_passphrases_and_makes_a_kit(
    open_desk: Callable[[int], OpenOffice], qtbot: QtBot, network: MadeNetwork, tmp_path: Path, no_keyring: None
) -> None:
    office, folder = open_desk(0), network.folders[0]
    office.window.go("keys")
    page = office.window.keys
    page._choose_cost, page._floor = Cost.cheapest, Cost.cheapest()
    qtbot.waitUntil(lambda: "no recovery kit" in page.kit_standing.text(), timeout=10_000)
    page.secret.setText(OFFICE_SECRET)
    for line in (page.new.first, page.new.again):
        line.setText("password1234")
    page.change.click()
    assert "soon be guessed" in page.notice.text
    for line in (page.new.first, page.new.again):
        line.setText(NEW_SECRET)
    page.change.click()
    qtbot.waitUntil(lambda: page.notice.text.startswith("The passphrase was changed."), timeout=20_000)
    assert not page.secret.text()
    assert not page.new.text
    assert open_keys(folder.node_key.read_bytes(), NEW_SECRET)

    page.kit_secret.setText(NEW_SECRET)
    page.kit.kind.setCurrentIndex(1)
    page.kit.write(tmp_path / "kit.pdf")
    qtbot.waitUntil(lambda: page.kit._kit is not None, timeout=20_000)
    assert page.kit._kit is not None
    pages, number = words_on(tmp_path / "kit.pdf"), page.kit._kit.number
    assert len(pages) == 3
    for one, line in zip(page.kit._kit.asked, page.kit.words, strict=True):
        line.setText(pages[one.sheet - 1][one.place - 1])
    page.kit.keep.click()
    qtbot.waitUntil(lambda: number in page.kit_standing.text(), timeout=20_000)
    assert not page.kit_secret.text()


def test_the_key_of_the_copy_is_changed_at_the_next_start(
    open_desk: Callable[[int], OpenOffice], qtbot: QtBot, network: MadeNetwork, no_keyring: None
) -> None:
    office, folder = open_desk(0), network.folders[0]
    before = open_keys(folder.node_key.read_bytes(), OFFICE_SECRET).secrets[DATABASE_KEY]
    office.window.go("keys")
    page = office.window.keys
    page.copy_secret.setText(OFFICE_SECRET)
    page.copy.click()
    qtbot.waitUntil(lambda: "opened the next time" in page.notice.text, timeout=20_000)
    assert NEXT_DATABASE_KEY in open_keys(folder.node_key.read_bytes(), OFFICE_SECRET).secrets
    office.window.close()
    office.stop()
    open_office(folder, OFFICE_SECRET, StepClock()).office.close()
    assert open_keys(folder.node_key.read_bytes(), OFFICE_SECRET).secrets[DATABASE_KEY] != before


# -- the system's keyring -------------------------------------------------------------------------------------------


def test_nothing_is_kept_unless_the_user_asks(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork, system_keyring: KeyringOfASystem
) -> None:
    application = start(network.folders[0])
    unlock = stage(application, UnlockStage, qtbot)
    assert isinstance(unlock, UnlockStage)
    qtbot.waitUntil(unlock.stay.isEnabled, timeout=10_000)
    assert not unlock.stay.isChecked()
    unlock.passphrase.setText(OFFICE_SECRET)
    with qtbot.waitSignal(application.opened, timeout=20_000):
        unlock.unlock.click()
    assert not system_keyring.kept


def test_an_office_stays_unlocked_for_who_asked_until_it_is_forgotten(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork, system_keyring: KeyringOfASystem
) -> None:
    application = start(network.folders[0])
    unlock = stage(application, UnlockStage, qtbot)
    assert isinstance(unlock, UnlockStage)
    qtbot.waitUntil(unlock.stay.isEnabled, timeout=10_000)
    unlock.stay.setChecked(True)
    unlock.passphrase.setText(OFFICE_SECRET)
    with qtbot.waitSignal(application.opened, timeout=20_000):
        unlock.unlock.click()
    assert list(system_keyring.kept.values()) == [OFFICE_SECRET]
    assert application.office is not None
    application.office.window.close()
    application.office.stop()

    again = start(network.folders[0])
    with qtbot.waitSignal(again.opened, timeout=20_000):
        pass  # nobody types anything
    assert again.gate is None
    assert again.office is not None
    assert again.office.desk.person is None  # a person signs in all the same
    sign_in(qtbot, again.office, 0, REGISTRAR_SECRET)
    again.office.window.go("keys")
    page = again.office.window.keys
    qtbot.waitUntil(page.forget.isVisible, timeout=10_000)
    page.forget.click()
    qtbot.waitUntil(lambda: "has forgotten" in page.notice.text, timeout=10_000)
    assert not system_keyring.kept


def test_a_passphrase_that_was_changed_elsewhere_is_forgotten_and_asked(
    start: Callable[[Folder], Application], qtbot: QtBot, network: MadeNetwork, system_keyring: KeyringOfASystem
) -> None:
    remember(network.folders[0].path, "another mill by the lake")
    application = start(network.folders[0])
    unlock = stage(application, UnlockStage, qtbot)
    assert isinstance(unlock, UnlockStage)
    qtbot.waitUntil(lambda: not system_keyring.kept, timeout=10_000)
    assert not unlock.notice.text


def test_only_a_systems_own_keyring_is_used(no_keyring: None, tmp_path: Path) -> None:
    assert keyring_name() is None
    with pytest.raises(MunimentError, match="no-keyring"):
        remember(tmp_path, OFFICE_SECRET)
    assert remembered(tmp_path) is None
    assert not forget(tmp_path)

    class InPlainText(KeyringOfASystem):
        """As other packages offer one."""

    keyring.set_keyring(InPlainText())
    assert InPlainText.__module__ == __name__
    assert keyring_name() is None
    with pytest.raises(MunimentError, match="no-keyring"):
        remember(tmp_path, OFFICE_SECRET)
