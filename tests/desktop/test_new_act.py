"""A transfer signed by registrar and notary, from the first key to the record, by keyboard only; and drafts."""

import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event
from types import FrameType

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.laws.form import FormField
from core.views import Step
from desktop.application import OpenOffice
from desktop.drafting import DraftKeeper
from desktop.pages.new_act import NewActPage
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.fields.editor import LineEditor
from desktop.widgets.fields.picking_act import ActEditor
from desktop.widgets.fields.rows import RowsEditor
from desktop.widgets.tab_order import step
from tests.desktop.conftest import ALICE, NOTARY_SECRET, REGISTRAR_SECRET, MadeNetwork, first_registration, record_act
from tests.desktop.typing_keys import ALT, CTRL, focused, press, tab, write

CADASTRAL = "7000000123"
OFFICE_CODE = (
    "core/office.py",
    "core/reading.py",
    "core/replica.py",
    "core/exchange.py",
    "core/folding.py",
    "core/store/",
    "core/crypto/keyfile.py",
    "core/casefile/process.py",
    "sync/session.py",
)


@pytest.fixture
def no_office_work_here() -> Iterator[list[str]]:
    """Which of the office's own code ran on this thread, the window's."""
    found: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        name = frame.f_code.co_filename.replace("\\", "/")
        if event == "call" and any(part in name for part in OFFICE_CODE) and frame.f_code.co_name != "<module>":
            found.append(f"{name}:{frame.f_code.co_name}")

    sys.setprofile(note)
    yield found
    sys.setprofile(None)


def _settled(office: OpenOffice) -> Callable[[], bool]:
    return lambda: not office.desk.background.busy()


def _wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(_settled(office), timeout=20_000)


def _prepare(office: OpenOffice) -> bytes:
    act = record_act(
        office.service, office.desk.folder, "first_registration", {}, first_registration(CADASTRAL, "1 Street", ALICE)
    )
    return act.records[0]


def _fill_transfer(qtbot: QtBot, office: OpenOffice, scan: Path) -> NewActPage:
    """From wherever the window stands to a filled form, without the mouse."""
    page = office.window.new_act
    press(Qt.Key.Key_3, CTRL)
    names = page.choosing.procedures
    assert focused() is page.choosing.words
    while "Transfer of ownership" not in names.currentItem().text():
        press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    _wait(qtbot, office)
    assert page.filling is not None
    form = page.filling.form
    with qtbot.waitSignal(form.changed, timeout=10_000):
        write(CADASTRAL)
        qtbot.waitUntil(lambda: page.focusWidget() is not None and _list_shown(page), timeout=10_000)
        press(Qt.Key.Key_Return)
    _wait(qtbot, office)
    tab()  # ground
    press(Qt.Key.Key_Down)
    tab()  # what is given: the button that adds a row
    press(Qt.Key.Key_Space)
    _wait(qtbot, office)
    press(Qt.Key.Key_Down)  # the first entry of the parcel
    tab()
    write("1/2")
    tab(2)  # over "Remove" to the button
    tab()  # who takes it
    press(Qt.Key.Key_Space)
    _wait(qtbot, office)
    write("Barys Čyž")
    tab()
    write("P-300")
    tab(2)  # over the kind of person
    write("1/2")
    tab(2)
    tab()  # the price
    write("12500,50")
    tab(2)
    for text in ("Deed", "14", "Notary Dudzicki", "2026-03-05", str(scan), "2"):
        write(text)
        tab()
    tab()  # over the button that chooses the scan with the mouse
    press(Qt.Key.Key_Down)  # the spouse's consent: given
    tab()
    press(Qt.Key.Key_Down)  # attested by the notary
    form.flush()
    _wait(qtbot, office)
    return page


def _review(qtbot: QtBot, page: NewActPage) -> None:
    """By its key; a form that is refused says what was typed into it."""
    assert page.filling is not None
    filling = page.filling
    press(Qt.Key.Key_W, ALT)
    qtbot.waitUntil(lambda: page.reviewing is not None or bool(filling.notice.text), timeout=10_000)
    assert page.reviewing is not None, (filling.notice.text, filling.form.act())


def _sign_and_hand_over(qtbot: QtBot, page: NewActPage) -> None:
    """Who is signed in signs; then the cursor stands where the second officer's passphrase is typed."""
    write(REGISTRAR_SECRET)
    press(Qt.Key.Key_Return)
    assert page.reviewing is not None
    second = page.reviewing.passphrases[1]
    qtbot.waitUntil(lambda: focused() is second, timeout=10_000)
    assert "takes this place, reads the text and signs as notary" in page.reviewing.handing_over.text


def _list_shown(page: NewActPage) -> bool:
    editor = page.filling.form.editor("parcel") if page.filling else None
    return editor is not None and editor.offers()


def test_transfer_from_first_key_to_record_by_keyboard(
    open_desk: Callable[..., OpenOffice], qtbot: QtBot, tmp_path: Path, no_office_work_here: list[str]
) -> None:
    office = open_desk()
    scan = tmp_path / "deed.png"
    scan.write_bytes(b"a scan")
    no_office_work_here.clear()
    parcel = _prepare(office)
    page = _fill_transfer(qtbot, office, scan)
    _review(qtbot, page)
    reviewing = page.reviewing
    assert reviewing is not None
    shown = [label.text() for label in page.reviewing.findChildren(QLabel)]
    assert page.reviewing.may_sign, shown
    rows = office.service.call(lambda: office.service.office.records.page("land.parcel", None, 2)).result()
    (called,) = [row.label for row in rows]
    assert called in shown
    assert any("Barys Čyž (P-300) · 1/2" in text for text in shown)
    assert any("Alice Żak (P-100)" in text for text in shown)  # the entry that is given, by what it says
    with qtbot.waitSignal(page.recorded, timeout=20_000):
        _sign_and_hand_over(qtbot, page)
        write(NOTARY_SECRET)
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: reviewing.signing.has_opened and focused() is reviewing.sign, timeout=10_000)
        opened = [label.text() for label in reviewing.text.findChildren(QLabel)]
        assert called in opened
        assert any("Barys Čyž (P-300) · 1/2" in text for text in opened)  # read again, from the bytes to be signed
        press(Qt.Key.Key_Return)
    view = page.done.view
    assert view is not None
    assert view.ladder.step is Step.RECORDED
    assert view.records == (parcel,)
    assert "Signed and kept at this office only" in page.done.status.text
    _wait(qtbot, office)
    assert office.service.call(office.service.office.drafts.all).result() == []
    press(Qt.Key.Key_H, ALT)  # show the record
    panel = office.window.register.record
    qtbot.waitUntil(lambda: panel.view is not None, timeout=10_000)
    _wait(qtbot, office)
    assert panel.timeline.count() == 2
    assert not no_office_work_here


def test_a_review_that_is_asked_for_while_the_scan_is_read_waits_for_it(
    open_desk: Callable[..., OpenOffice], qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk()
    scan, other = tmp_path / "deed.png", tmp_path / "other.png"
    scan.write_bytes(b"a scan")
    other.write_bytes(b"another scan")
    _prepare(office)
    page = _fill_transfer(qtbot, office, scan)
    assert page.filling is not None
    form, free = page.filling.form, Event()
    (path,) = [line for line in form.editor("deed").findChildren(QLineEdit) if line.text() == str(scan)]
    office.service.call(free.wait)  # the office is busy with something else
    path.setText(str(other))
    path.editingFinished.emit()
    press(Qt.Key.Key_W, ALT)
    free.set()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=10_000)
    assert form.act()["deed"]["digest"] == sha256(b"another scan").digest()


def test_wrong_passphrase_of_an_officer_records_nothing(
    open_desk: Callable[..., OpenOffice], qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk()
    scan = tmp_path / "deed.png"
    scan.write_bytes(b"a scan")
    parcel = _prepare(office)
    page = _fill_transfer(qtbot, office, scan)
    _review(qtbot, page)
    _sign_and_hand_over(qtbot, page)
    write(REGISTRAR_SECRET)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.notice.text), timeout=10_000)
    assert page.notice.text.startswith("This passphrase does not open the key. Nothing was lost")
    assert page.reviewing is not None
    assert all(line.text() == "" for line in page.reviewing.findChildren(QLineEdit))
    timeline = office.service.call(lambda: office.service.office.records.view(parcel).timeline).result()
    assert len(timeline) == 1


def test_one_person_cannot_sign_twice(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    """The form offers for each role only officers who hold it, and asks for different persons."""
    office = open_desk()
    page = office.window.new_act
    page.start("land.transfer")
    _wait(qtbot, office)
    assert page.filling is not None
    chosen = [box.currentData() for _, box in page.filling.signers]
    assert [role for role, _ in page.filling.signers] == ["registrar", "notary"]
    assert chosen == [0, 1]


def test_review_of_an_incomplete_form_marks_its_fields(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    office = open_desk()
    page = office.window.new_act
    page.start("land.first_registration")
    _wait(qtbot, office)
    assert page.filling is not None
    page.filling.review.click()
    assert "Some fields are empty or cannot be read" in page.filling.notice.text
    assert "Cadastral number" in page.filling.notice.text
    assert page.reviewing is None


def test_refusal_names_the_rule_and_its_article(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    office = open_desk()
    _prepare(office)
    page = office.window.new_act
    page.start("land.first_registration")
    _wait(qtbot, office)
    assert page.keeper is not None
    assert page.filling is not None
    for name, value in first_registration(CADASTRAL, "2 Street", ALICE).items():
        page.keeper.set((name,), value)
    _wait(qtbot, office)
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=10_000)
    assert page.reviewing is not None
    assert not page.reviewing.may_sign
    texts = [label.text() for label in page.reviewing.findChildren(QLabel)]
    assert "This number is already taken in the register. Nothing was recorded; the draft is kept." in " ".join(texts)


def test_two_windows_edit_one_draft_and_it_merges(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    from desktop.main_window import MainWindow

    office = open_desk()
    first = office.window.new_act
    first.start("land.first_registration")
    _wait(qtbot, office)
    second_window = MainWindow(office.desk)
    second_window.show()
    second = second_window.new_act
    assert first.keeper is not None
    first.keeper.set(("address",), "5 Long Street")
    _wait(qtbot, office)
    (draft,) = office.service.call(office.service.office.drafts.all).result()
    second.go_on(draft)
    _wait(qtbot, office)
    assert second.keeper is not None
    assert second.filling is not None
    assert first.filling is not None
    assert second.filling.form.act()["address"] == "5 Long Street"
    # Each changes another field; neither loses anything.
    first.keeper.set(("use",), "garden")
    second.keeper.set(("cadastral",), CADASTRAL)
    _wait(qtbot, office)
    wanted = {"address": "5 Long Street", "use": "garden", "cadastral": CADASTRAL}
    qtbot.waitUntil(lambda: first.filling.form.act() == wanted, timeout=10_000)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: second.filling.form.act() == wanted, timeout=10_000)  # type: ignore[union-attr]
    second_window.close()
    _wait(qtbot, office)


def test_a_draft_is_kept_while_typing_and_opened_again(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    office = open_desk()
    page = office.window.new_act
    office.window.go("new")
    page.start("land.first_registration")
    _wait(qtbot, office)
    with qtbot.waitSignal(page.keeper.saved, timeout=10_000):  # type: ignore[union-attr]
        write("12ab")  # cannot be what it must be, and is kept all the same
    page.leave()
    _wait(qtbot, office)
    assert page.choosing.drafts.count() == 1
    page.choosing.drafts.setFocus()
    press(Qt.Key.Key_Return)
    _wait(qtbot, office)
    assert page.filling is not None
    assert page.filling.form.act() == {"cadastral": "12ab"}


def test_the_last_letter_is_kept_when_the_window_closes(
    open_desk: Callable[..., OpenOffice], qtbot: QtBot, network: MadeNetwork
) -> None:
    office = open_desk()
    page = office.window.new_act
    office.window.go("new")
    page.start("land.first_registration")
    _wait(qtbot, office)
    write("7000000")
    office.window.close()  # before the form has told the draft
    qtbot.waitUntil(_settled(office), timeout=20_000)
    (draft,) = office.service.call(office.service.office.drafts.all).result()
    session = office.desk.casefiles.open("looked at", draft.document)
    assert session.view.fields == {"cadastral": "7000000"}


def test_the_wheel_never_changes_a_choice(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    office = open_desk()
    office.window.go("new")
    page = office.window.new_act
    page.start("land.first_registration")
    _wait(qtbot, office)
    assert page.filling is not None
    box = page.filling.form.editor("basis").focusProxy()
    assert isinstance(box, ChoiceBox)
    before = box.currentIndex()
    down = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, down)
    assert box.currentIndex() == before


def test_a_row_takes_keys_in_the_turn_in_which_it_comes(qtbot: QtBot) -> None:
    """Nothing of the event loop runs between the row's coming and the keys: what is typed fast goes where it must."""
    columns = (FormField("name", "text", "Name", "", True), FormField("part", "fraction", "Part", "", True))
    window = QWidget()
    qtbot.addWidget(window)
    rows = RowsEditor(FormField("to", "list", "Who takes it", "", True, of=columns), window, LineEditor)
    QVBoxLayout(window).addWidget(rows)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    rows.expect_new_row()
    rows.show_rows(["one"], [{}])
    write("Barys")
    assert step(window, True, None)
    write("1/2")
    assert [editor.value() for editor in rows.editors().values()] == ["Barys", [1, 2]]


def test_a_draft_that_was_put_away_leaves_no_keeper_behind(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    office = open_desk()
    page = office.window.new_act
    for _ in range(3):
        page.start("land.first_registration")  # and puts the one before away
    page.leave()
    qtbot.waitUntil(lambda: not page.findChildren(DraftKeeper), timeout=10_000)


def test_words_narrow_the_list_of_acts(open_desk: Callable[..., OpenOffice]) -> None:
    office = open_desk()
    press(Qt.Key.Key_3, CTRL)
    choosing = office.window.new_act.choosing
    rows = range(choosing.procedures.count())

    def shown() -> list[str]:
        every = [choosing.procedures.item(row) for row in rows if not choosing.procedures.isRowHidden(row)]
        return [item.text().strip() for item in every]

    everything = shown()
    write("OWNERSHIP transf")
    assert "Transfer of ownership" in shown()
    assert len(shown()) < len(everything)
    assert choosing.procedures.currentItem().text().strip() == "Transfer of ownership"
    write(" nosuchword")
    assert shown() == []
    press(Qt.Key.Key_Return)
    assert office.window.new_act.filling is None
    assert "fewer" in choosing.help.text()
    choosing.words.clear()
    assert shown() == everything


def test_an_act_is_pointed_at_by_what_it_did(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    office = open_desk(0)
    parcel = _prepare(office)
    view = office.service.call(lambda: office.service.office.records.view(parcel)).result()
    entered = view.timeline[0].act
    page = office.window.new_act
    office.window.go("new")
    page.start("land.annul", view)
    _wait(qtbot, office)
    assert page.filling is not None
    form = page.filling.form
    editor = form.editor("annulled")
    assert isinstance(editor, ActEditor)
    box = editor.box
    qtbot.waitUntil(lambda: box.count() == 1, timeout=10_000)
    assert (box.currentText(), editor.value()) == ("", None)
    assert box.itemText(0).startswith("First registration · ")
    assert box.itemText(0).endswith(" · Dudzicki")
    with qtbot.waitSignal(form.changed, timeout=10_000):
        box.setFocus()
        press(Qt.Key.Key_Down)
    _wait(qtbot, office)
    assert form.act()["annulled"] == entered
    # Of any other act the number that stands on its paper.
    line = box.lineEdit()
    line.selectAll()
    write("10d8 70a6")
    assert line.property("wrong") == "true"
    line.selectAll()
    with qtbot.waitSignal(form.changed, timeout=10_000):
        write(" ".join(entered[::-1].hex()[place : place + 4] for place in range(0, 64, 4)))
    assert line.property("wrong") == "false"
    _wait(qtbot, office)
    assert form.act()["annulled"] == entered[::-1]
