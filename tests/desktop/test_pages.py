"""The pages over real offices: today, register and record, offices that meet, papers that verify."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.casefile.document import CaseFile
from core.views import Draft
from desktop.application import OpenOffice
from desktop.main_window import SIZE
from desktop.models.record_list import PAGE
from desktop.pages.new_act import NewActPage
from desktop.pages.page import Page
from desktop.pages.today import TodayPage
from desktop.pages.verify import DropPlace, VerifyPage
from desktop.pages_picture import PAGES, PagePictures
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import NEWEST
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.texts import NarrowName
from sync.events import CourierProgress, MeetingProgress
from sync.pace import Limits
from sync.progress import Progress
from tests.desktop.conftest import ALICE, MARKUP, MadeNetwork, first_registration, record_act
from tests.desktop.typing_keys import CTRL, press
from tests.desktop.writers import fill_and_rest

Open = Callable[..., OpenOffice]


def _wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def _register(office: OpenOffice, cadastral: str, holder: dict[str, str] = ALICE, address: str = "1 Street") -> bytes:
    act = record_act(
        office.service, office.desk.folder, "first_registration", {}, first_registration(cadastral, address, holder)
    )
    return act.records[0]


def _texts(widget: object) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]  # type: ignore[attr-defined]


def test_today_says_nothing_waits_only_with_those_not_heard(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    _wait(qtbot, office)
    texts = _texts(office.window.today)
    assert any(text.startswith("Nothing waits for you as of ") for text in texts)
    assert "Offices not heard yet: Astrašycki, Vialikija, Kupałaŭski." in texts


def test_today_shows_what_is_kept_here_only(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    _register(office, "7000000001")
    office.window.go("today")
    _wait(qtbot, office)
    texts = _texts(office.window.today)
    assert "One act is signed and kept at this office only" in texts
    assert not any("Nothing waits" in text for text in texts)
    (opening,) = [one for one in office.window.today.findChildren(QPushButton) if one.text() == "Open"]
    opening.click()
    _wait(qtbot, office)
    assert office.window.page is office.window.register
    assert "Parcel 7000000001" in office.window.register.record.heading.text()


def test_search_as_one_types(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    _register(office, "7000000001", address="12 Kupalinka lane")
    _register(office, "7000000002", address="9 Dairy road")
    register = office.window.register
    office.window.go("register")
    _wait(qtbot, office)
    assert (
        register.registers.currentData() == "land.parcel"
    )  # the registers of the network itself, before it, are empty
    assert register.model.rowCount() == 2
    with qtbot.waitSignal(register.model.answered, timeout=10_000):
        QTest.keyClicks(register.search, "kupal")
    assert [register.model.row_at(register.model.index(0, 0)).label] == ["7000000001"]  # type: ignore[union-attr]
    assert register.model.rowCount() == 1
    with qtbot.waitSignal(register.model.answered, timeout=10_000):
        QTest.keyClicks(register.search, " nothing-like-it")
    assert register.model.rowCount() == 0
    assert "Nothing found for" in register.count.text()


def test_list_comes_in_pages(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    count = PAGE + 30
    for number in range(count):
        _register(office, f"{7000000000 + number}")
    register = office.window.register
    office.window.go("register")
    _wait(qtbot, office)
    assert register.model.rowCount() == PAGE
    register.table.scrollToBottom()
    qtbot.waitUntil(lambda: register.model.rowCount() == count, timeout=10_000)
    labels = [register.model.row_at(register.model.index(row, 0)).label for row in range(count)]  # type: ignore[union-attr]
    assert labels == sorted(set(labels))
    assert register.count.text() == f"{count} records in this office's copy"


def test_record_shows_history_with_before_and_after(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    parcel = _register(office, "7000000001")
    document = {"digest": bytes(32), "kind": "Deed", "number": "1", "issuer": "N", "day": [2026, 1, 2], "pages": 1}
    transfer = {
        "ground": "sale",
        "price": [1_250_000, "EUR"],
        "from": [{"entry": 1, "part": [1, 4]}],
        "to": [{"holder": MARKUP, "part": [1, 4]}],
        "deed": document,
        "spouse_consent": {"answer": "not_required", "by": [0, 1]},
    }
    record_act(office.service, office.desk.folder, "transfer", {"parcel": parcel}, transfer, ("registrar", "notary"))
    office.window.open_record(parcel)
    _wait(qtbot, office)
    panel = office.window.register.record
    _say_why(qtbot, office)
    assert panel.timeline.count() == 2
    assert panel.timeline.item(0).text().startswith("Transfer of ownership · at this office only")
    texts = _texts(panel)
    assert "Ownership · Alice Żak (P-100) · 1" in texts  # before
    after = [text for text in texts if "Alice Żak (P-100) · 3/4" in text and "P-200" in text]
    assert len(after) == 2  # as it stands, and after the act
    panel.timeline.setCurrentRow(1)
    assert "Systematic registration" in _texts(panel)
    press(Qt.Key.Key_Escape)
    assert office.window.focusWidget() is office.window.register.table


def _say_why(qtbot: QtBot, office: OpenOffice) -> None:
    """What is not public is shown once a purpose is stated."""
    bar = office.window.register.record.look_bar
    assert bar.isVisible()
    bar.show_all.click()
    _wait(qtbot, office)
    qtbot.waitUntil(bar.isHidden, timeout=5_000)


def test_markup_of_others_is_shown_as_text_everywhere(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    office = open_desk()
    parcel = _register(office, "7000000001", MARKUP, '<b>bold</b> <a href="http://x">x</a>')
    office.window.go("today")
    office.window.open_record(parcel)
    _wait(qtbot, office)
    _say_why(qtbot, office)
    assert any('<a href="http://x">Bob</a> & <b>Co</b>' in text for text in _texts(office.window.register.record))
    office.window.go("new")
    office.window.new_act.start("land.transfer", office.window.register.record.view)
    _wait(qtbot, office)
    for name in office.window.pages:
        office.window.go(name)
    _wait(qtbot, office)
    labels = office.window.findChildren(QLabel)
    assert len(labels) > 50
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels if label.text())


def test_every_field_has_a_name_for_screen_readers(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    office.window.new_act.start("land.transfer")
    for name in office.window.pages:
        office.window.go(name)
    _wait(qtbot, office)
    nameless = [
        line for line in office.window.findChildren(QLineEdit) if not line.accessibleName() and not _labelled(line)
    ]
    assert not nameless


def _labelled(line: QLineEdit) -> bool:
    return (
        any(label.buddy() is line for label in line.window().findChildren(QLabel)) or "qt_spinbox" in line.objectName()
    )


def test_a_window_that_opens_makes_today_alone(open_desk: Open, qtbot: QtBot) -> None:
    """What nobody has opened costs nothing: the first paint waits for one page."""
    window = open_desk().window
    assert [type(page) for page in window.findChildren(Page)] == [TodayPage]
    window.go("verify")
    assert {type(page) for page in window.findChildren(Page)} == {TodayPage, VerifyPage}
    first = window.verify
    window.go("today")
    window.go("verify")
    assert window.verify is first
    window.close()  # no draft was begun, no page is made to put one away
    assert window.pages.kept(NewActPage) is None


def test_a_long_name_takes_two_lines_on_the_left_and_is_told_whole(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(
        name := NarrowName("Нацыянальны архіў Рэспублікі Беларусь, аддзел актаў, Мінск №1", window, "strong")
    )
    window.setFixedWidth(190)
    with qtbot.waitExposed(window):
        window.show()
    first, second = name.text().split("\n")
    assert first == "Нацыянальны архіў"
    assert second.startswith("Рэспублікі")
    assert second.endswith("…")
    assert _as_read(name.toolTip()) == name.accessibleName() == name.whole
    assert name.fontMetrics().horizontalAdvance(second) <= name.width()


def test_markup_of_others_is_text_under_the_mouse_too(qtbot: QtBot) -> None:
    """Qt would read it as markup there, and open the file that a picture in it names."""
    box = ChoiceBox(window := QWidget())
    qtbot.addWidget(window)
    box.addItem("Harbour & Town", 0)
    box.addItem(name := '<img src="file:///etc/passwd"> <b>Town</b>', 1)
    box.setCurrentIndex(1)
    assert "<img" not in box.toolTip()
    assert _as_read(box.toolTip()) == name
    box.setCurrentIndex(0)
    assert _as_read(box.toolTip()) == "Harbour & Town"


def _as_read(tool_tip: str) -> str:
    document = QTextDocument()
    document.setHtml(tool_tip)
    return document.toPlainText()


def test_pages_by_number_key(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    _wait(qtbot, office)
    for key, name in (
        (Qt.Key.Key_2, "register"),
        (Qt.Key.Key_4, "offices"),
        (Qt.Key.Key_5, "ledger"),
        (Qt.Key.Key_6, "verify"),
        (Qt.Key.Key_1, "today"),
    ):
        press(key, CTRL)
        assert office.window.page is office.window.pages[name]
    _wait(qtbot, office)


def test_two_offices_meet_from_the_page(open_desk: Open, qtbot: QtBot) -> None:
    first, second = open_desk(0), open_desk(1)
    _register(first, "7000000001")
    page = first.window.offices
    first.window.go("offices")
    _wait(qtbot, first)
    page.address.setText(f"127.0.0.1:{second.service.port}")
    page.address.setFocus()
    QTest.keyClick(page.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.notice.text.startswith("The exchange is finished."), timeout=20_000)
    _wait(qtbot, first)
    held = second.service.call(lambda: second.service.office.records.count("land.parcel")).result()
    assert held == 1
    first.window.go("today")
    seen = "Seen by 2 of 3 offices"
    qtbot.waitUntil(lambda: any(seen in text for text in _texts(first.window.today)), timeout=20_000)
    assert "met just now" in " ".join(label.text() for label in page.findChildren(QLabel))
    second.window.go("offices")  # whose page is made after the meeting
    qtbot.waitUntil(lambda: "met just now" in " ".join(_texts(second.window.offices)), timeout=20_000)


def test_one_panel_of_the_offices_at_a_time(open_desk: Open, qtbot: QtBot) -> None:
    window = open_desk().window
    window.go("offices")
    page = window.offices
    panels = {"show_sticks": page.sticks, "show_own_address": page.own, "show_newcomer": page.newcomer}
    for name, panel in panels.items():
        getattr(page, name)()
        assert [one for one in panels.values() if not one.isHidden()] == [panel]
        panel.left.emit()
        assert all(one.isHidden() for one in panels.values())
    assert window.height() == SIZE[1]


def test_nobody_at_the_address_is_a_sentence(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    page = office.window.offices
    office.window.go("offices")
    page.address.setText("nowhere:port")
    QTest.keyClick(page.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.notice.text), timeout=20_000)
    assert page.notice.text.startswith("This is no address: nowhere:port. Nothing was lost.")
    assert page.busy.isHidden()


def _share_draft(office: OpenOffice, with_office: int) -> None:
    document = CaseFile(bytes(8))
    document.set(("ground",), "sale")
    draft = Draft(bytes(16), "land", "transfer", "A sale", 1, document.save())

    def work() -> None:
        office.service.office.store.put_draft(draft)
        office.service.office.drafts.share(draft.id, with_office)

    office.service.call(work).result()


def test_long_names_make_no_page_wider_than_the_screen(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    long = "Primăria comunei Sfântu Gheorghe din județul Covasna, biroul 2"
    office.desk.standing = replace(office.desk.standing, offices=[office.desk.office_name, *(long for _ in range(3))])
    for name in office.window.side.buttons:
        office.window.go(name)
        _wait(qtbot, office)
    office.window.go("offices")
    for show in (office.window.offices.show_sticks, office.window.offices.show_newcomer):
        show()
        _wait(qtbot, office)
        assert office.window.minimumSizeHint().width() <= SIZE[0]
        press(Qt.Key.Key_Escape)


def test_courier_file_goes_and_comes_back(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    first, second = open_desk(0), open_desk(1)
    _register(first, "7000000001")
    _share_draft(first, with_office=1)
    stick = tmp_path / "stick.courier"
    giving, taking = first.window.offices.sticks, second.window.offices.sticks
    for office in (first, second):
        office.window.go("offices")
        office.window.offices.stick.click()
        _wait(qtbot, office)
    assert giving.chosen() == [1, 2, 3]
    giving.recipients[3].setChecked(False)
    giving.write_courier(str(stick), giving.chosen())
    qtbot.waitUntil(lambda: "is written" in giving.notice.text, timeout=20_000)
    assert f"Carry it to {first.desk.offices[1]}, {first.desk.offices[2]}." in giving.notice.text
    taking.read_courier(str(stick))
    qtbot.waitUntil(lambda: taking.answer.isVisible(), timeout=20_000)
    assert taking.notice.text.startswith(f"The file from {first.desk.offices[0]} was read. ")
    assert taking.answer.text() == f"Write the answer for {first.desk.offices[0]}…"
    assert "Shared drafts of which something came with it: 1." in taking.notice.text
    assert [one.title for one in second.service.call(lambda: second.service.office.drafts.all()).result()] == ["A sale"]
    assert second.service.call(lambda: second.service.office.records.count("land.parcel")).result() == 1
    cut = tmp_path / "cut.courier"
    cut.write_bytes(stick.read_bytes()[:-40])
    taking.read_courier(str(cut))
    qtbot.waitUntil(lambda: "Nothing was taken over" in taking.notice.text, timeout=20_000)
    taking.write_courier(str(stick), [0])
    qtbot.waitUntil(lambda: "is written" in taking.notice.text, timeout=20_000)
    giving.read_courier(str(stick))
    qtbot.waitUntil(lambda: "was read" in giving.notice.text, timeout=20_000)
    for box in giving.recipients.values():
        box.setChecked(False)
    assert not giving.write.isEnabled()
    _wait(qtbot, first)
    _wait(qtbot, second)


def test_acts_size_and_minutes_are_told_before_they_come(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    page = office.window.offices
    office.window.go("offices")
    page.meet(1)
    planned = Progress(acts_expected=412, bytes_expected=1_440_000)
    page.take_event(MeetingProgress(1, planned, 180.0))
    name = office.desk.offices[1]
    assert f"{name}: 412 acts come (1.4 MB). About 3 minutes." in _texts(page.busy)
    scans = Progress(acts_expected=412, paper_bytes_expected=2_000_000, paper_bytes=1)
    page.take_event(MeetingProgress(1, scans, 5.0))
    assert f"{name}: the acts are exchanged; scans come (2.0 MB)." in _texts(page.busy)
    (cancel,) = page.busy.findChildren(QPushButton)
    cancel.click()
    assert page.notice.text.startswith("Stopped. What came so far is kept")
    page.stick.click()
    gate = Event()
    office.service.call(gate.wait)
    page.sticks.read_courier("nowhere")
    page.take_event(CourierProgress(412, 1_440_000, 720_000, 2_880_000, 180.0))
    assert "412 acts are in the file (1.4 MB). About 3 minutes." in _texts(page.sticks.busy)
    gate.set()
    qtbot.waitUntil(lambda: "nowhere" in page.sticks.notice.text)


def test_a_slow_connection_is_kept_and_shown_again(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    panel = office.window.offices.sticks
    panel.line.activated.emit(2)
    qtbot.waitUntil(lambda: panel.notice.text.startswith("From now on this office sends so"), timeout=20_000)
    panel.show_line()
    qtbot.waitUntil(lambda: panel.line.currentIndex() == 2, timeout=20_000)
    assert office.service._meetings.limits == Limits(8_000, False)


def test_cancelling_a_meeting_says_what_stays(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    page = office.window.offices
    office.window.go("offices")
    page.meet(1)
    (cancel,) = page.busy.findChildren(QPushButton)
    cancel.click()
    assert page.notice.text.startswith("Stopped. What came so far is kept")
    assert page.busy.isHidden()


def test_printed_extract_verifies_when_dropped(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    from desktop.printing_act import print_act

    office = open_desk()
    parcel = _register(office, "7000000001")
    view = office.service.call(lambda: office.service.office.records.view(parcel)).result()
    paper = tmp_path / "extract.pdf"
    notice = office.window.register.record.notice
    print_act(office.desk, office.window, view.timeline[0].act, str(paper), notice)
    qtbot.waitUntil(paper.exists, timeout=30_000)
    _wait(qtbot, office)
    page = office.window.verify
    office.window.go("verify")
    with qtbot.waitSignal(page.checked, timeout=60_000) as checked:
        _drop(page.findChildren(DropPlace)[0], paper)
    assert checked.args == [True]
    assert "unaltered" in page.notice.text
    assert "“Signed and kept at this office only”: this is so." in _texts(page)


def test_a_file_that_is_no_extract_is_a_sentence(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    office = open_desk()
    page = office.window.verify
    office.window.go("verify")
    strange = tmp_path / "holiday.txt"
    strange.write_text("sun", "utf-8")
    page.path.setText(str(strange))
    with qtbot.waitSignal(page.checked, timeout=30_000) as checked:
        QTest.keyClick(page.path, Qt.Key.Key_Return)
    assert checked.args == [False]
    assert page.notice.text.startswith("This is no extract of Muniment")


def _drop(place: DropPlace, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    where, copy = QPointF(5, 5), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place.dragEnterEvent(QDragEnterEvent(where.toPoint(), copy, data, buttons, keys))
    place.dropEvent(QDropEvent(where, copy, data, buttons, keys))


def test_pictures_of_all_pages(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    office = open_desk()
    parcel = _register(office, "7000000001")
    pictures = PagePictures(office.window, tmp_path / "pictures")
    with qtbot.waitSignal(pictures.finished, timeout=30_000) as finished:
        pictures.take(PAGES, parcel)
    (paths,) = finished.args
    assert list(paths) == list(PAGES)
    assert all(path.stat().st_size > 5_000 for path in paths.values())


def test_a_record_on_its_way_to_another_office_says_so(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    parcel = _register(office, "7000000001")
    record_act(office.service, office.desk.folder, "release", {"parcel": parcel}, {"to": 7})
    office.window.open_record(parcel)
    _wait(qtbot, office)
    panel = office.window.register.record
    assert any(text.endswith("Passing to 7, which has not accepted it yet.") for text in _texts(panel))
    assert panel.procedures() == ["land.release"]


def test_the_proof_of_entry_is_saved_once_the_majority_has_signed(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    fill_and_rest(network)
    office = open_desk()
    panel, verify = office.window.register.record, office.window.verify
    (settled,) = office.service.call(lambda: office.service.office.records.search("7000000000", 2)).result()
    office.window.open_record(settled.id)
    _wait(qtbot, office)
    panel.save_proof(str(tmp_path / "proof"))
    qtbot.waitUntil(lambda: "The proof of what the common register says" in panel.notice.text, timeout=10_000)
    office.window.go("verify")
    with qtbot.waitSignal(verify.checked, timeout=20_000) as checked:
        verify.check(str(tmp_path / "proof"))
    assert checked.args == [True]
    assert "common register said of the record" in verify.notice.text
    (tmp_path / "forged.pdf").write_bytes(office.service.call(lambda: _said_otherwise(office, settled.id)).result())
    with qtbot.waitSignal(verify.checked, timeout=60_000):
        verify.check(str(tmp_path / "forged.pdf"))
    assert verify.notice.text.endswith("read what is said of it before relying on the paper.")
    assert verify.notice.property("role") == "notice-care"
    assert any("without effect”: this is not so" in text for text in _texts(verify))
    office.window.open_record(_register(office, "7900000001"))
    _wait(qtbot, office)
    panel.save_proof(str(tmp_path / "early"))
    qtbot.waitUntil(lambda: panel.notice.text.startswith("The majority has not yet signed"), timeout=10_000)
    assert not (tmp_path / "early").exists()


def _said_otherwise(office: OpenOffice, record: bytes) -> bytes:
    """The genuine code of an act under a box that says something else of it: whoever prints can set one."""
    own = office.service.office
    view = own.acts.view(own.records.view(record).timeline[0].act)
    other = view._replace(ladder=view.ladder._replace(outcome="without_effect"))
    return extract_pdf(own, own.proofs.receipt(view.id, "en", NEWEST), other, (2026, 11, 23))
