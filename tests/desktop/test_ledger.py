"""The ledger's page over real offices: thousands of entries, one read in plain words, forks, keys, jumps."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.views import BlockView, Step
from desktop.application import OpenOffice
from desktop.models import ledger_blocks
from desktop.models.ledger_layout import Layout, lay_out
from desktop.pages.ledger import LedgerPage
from desktop.widgets.ledger_sight import LANE_HEIGHTS
from desktop.widgets.ledger_view import LedgerView
from tests.desktop.conftest import (
    MadeNetwork,
)
from tests.desktop.looking import texts
from tests.desktop.writers import Writer, fill, write_twice
from tests.offices import hand_over, make_offices, meet
from tests.offices import land_network as make_land_network
from tests.offices import register as record_in_memory

Open = Callable[..., OpenOffice]
FORBIDDEN = re.compile(r"\b(hash|hashes|fork|forked|peer|node|nodes|DAG|block|parents)\b", re.IGNORECASE)


def wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=30_000)


def opened(office: OpenOffice, qtbot: QtBot) -> LedgerPage:
    page = office.window.ledger
    with qtbot.waitSignal(page.model.laid_out, timeout=30_000):
        office.window.go("ledger")
    wait(qtbot, office)
    return page


def move(view: LedgerView, where: QPoint) -> None:
    """The mouse goes there with no button pressed."""
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(where)
    event = QMouseEvent(QEvent.Type.MouseMove, place, view.viewport().mapToGlobal(place), none, none, keys)
    QApplication.sendEvent(view.viewport(), event)


# -- where entries stand --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def views() -> list[list[BlockView]]:
    """The same ledger as three offices received it."""
    network, offices = make_land_network(), make_offices()
    for number in range(60):
        one, other = offices[number % 4], offices[(number + 1 + number // 4 % 3) % 4]
        record_in_memory(network, one, number)
        meet(one, other)
    for one in offices:
        for other in offices:
            hand_over(one, other)
    return [office.ledger.blocks(0, 10_000) for office in offices[:3]]


def test_lines_lead_to_the_right_and_nothing_covers_anything(views: list[list[BlockView]]) -> None:
    layout = lay_out(views[0])
    assert sum(len(column) for column in layout.columns) == len(views[0]) > 100
    places = set()
    for column, placed_here in enumerate(layout.columns):
        assert placed_here, "no column is empty"
        for placed in placed_here:
            band = next(
                one for one in layout.bands if (one.epoch, one.round) == (placed.block.epoch, placed.block.round)
            )
            assert band.start <= placed.column == column < band.start + band.width
            for parent in placed.block.parents:
                found = layout.find(parent)
                assert found is not None
                assert found.column < placed.column
            places.add((placed.block.author, placed.branch, placed.column))
    assert len(places) == len(views[0])
    assert sum(band.width for band in layout.bands) == len(layout.columns)


def test_the_picture_does_not_depend_on_who_met_whom(views: list[list[BlockView]]) -> None:
    pictures = [{one.block.id: one.column for column in lay_out(view).columns for one in column} for view in views]
    assert pictures[0] == pictures[1] == pictures[2]


def test_a_stretch_without_its_beginning_is_laid_out_too(views: list[list[BlockView]]) -> None:
    layout = lay_out(views[0][50:])
    assert sum(len(column) for column in layout.columns) == len(views[0]) - 50
    assert lay_out([]).columns == Layout().columns == ()


def many(views: list[BlockView], times: int) -> list[BlockView]:
    """The same entries again and again, each time in later rounds."""
    rounds = max(view.round for view in views) + 1
    made: list[BlockView] = []
    for time in range(times):
        mark = time.to_bytes(2, "big")
        for view in views:
            parents = tuple(mark + parent[2:] for parent in view.parents)
            made.append(
                replace(
                    view,
                    position=len(made) + 1,
                    id=mark + view.id[2:],
                    parents=parents,
                    round=view.round + time * rounds,
                )
            )
    return made


def test_what_is_painted_is_what_is_in_sight(qtbot: QtBot, views: list[list[BlockView]]) -> None:
    blocks = many(views[0], 1 + 12_000 // len(views[0]))
    assert len(blocks) > 12_000
    view = LedgerView(None)  # type: ignore[arg-type]  # a window of its own
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show_layout(lay_out(blocks), ["One", "Two", "Three", "Four"], (), follow=True)
    with qtbot.waitExposed(view):
        view.show()
    bar = view.horizontalScrollBar()
    for place in (bar.maximum(), bar.maximum() // 2, 0):
        bar.setValue(place)
        view.grab()
        assert 0 < view.painted <= 4 * (view.viewport().width() // view.sight.step + 4)
    for _ in range(5):
        view.widen(-1)
    view.grab()
    assert 0 < view.painted <= 4 * (view.viewport().width() // view.sight.step + 4)


def test_many_offices_scroll_down(qtbot: QtBot, views: list[list[BlockView]]) -> None:
    view = LedgerView(None)  # type: ignore[arg-type]  # a window of its own
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show_layout(lay_out(views[0]), [f"Office {number}" for number in range(40)], (3,), follow=False)
    with qtbot.waitExposed(view):
        view.show()
    assert view.verticalScrollBar().maximum() == 40 * LANE_HEIGHTS[0] - view.viewport().height()


# -- the page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(network: MadeNetwork, open_desk: Open) -> OpenOffice:
    fill(network, 3, 24)
    return open_desk(0)


def test_thousands_of_entries_come_as_one_scrolls(network: MadeNetwork, open_desk: Open, qtbot: QtBot) -> None:
    fill(network, 0, 12, alone=2_100)
    office = open_desk(0)
    page = opened(office, qtbot)
    model, view, whole = page.model, page.view, page.model.extent.blocks
    assert whole > 2_100
    assert model.count == ledger_blocks.STRETCH
    assert (model.holds_newest, model.holds_oldest, view.at_newest) == (True, False, True)
    assert page.count.text().startswith(f"1000 of {whole} entries")
    asked = 0
    while not model.holds_oldest:
        kept = next(view.sight.placed_in(*view.sight.columns)).block.id
        with qtbot.waitSignal(model.laid_out, timeout=30_000):
            view.horizontalScrollBar().setValue(0)
        asked += 1
        if not model.holds_oldest:
            continue
        assert view.sight.layout.find(kept) is not None
    assert (asked, model.count) == (2, whole)
    assert page.count.text() == f"{whole} entries"
    view.grab()
    assert view.painted < 200
    page.newest.click()
    wait(qtbot, office)
    assert view.at_newest


def test_no_more_is_held_than_the_most(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PAGE", 20), ("STRETCH", 60), ("MOST", 100)):
        monkeypatch.setattr(ledger_blocks, name, value)
    fill(network, 150, 0)
    office = open_desk(0)
    model = ledger_blocks.LedgerBlocks(office.desk, office.desk)
    with qtbot.waitSignal(model.laid_out, timeout=30_000):
        model.show_newest()
    assert model.count == 60
    for _ in range(2):
        with qtbot.waitSignal(model.laid_out, timeout=30_000):
            model.older()
    assert (model.count, model.holds_oldest, model.holds_newest) == (100, True, False)
    with qtbot.waitSignal(model.laid_out, timeout=30_000):
        model.newer()
    assert (model.count, model.holds_oldest, model.holds_newest) == (100, False, True)


def test_an_entry_is_read_in_plain_words(small: OpenOffice, qtbot: QtBot) -> None:
    page = opened(small, qtbot)
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Home)
    wait(qtbot, small)
    told = texts(page.entry)
    assert "No.\u00a01 of Dudzicki" in told
    assert {"Its clock says", "Seen by", "Had seen", "nothing before it"} <= set(told)
    assert any("First registration · 7000000000" in text for text in told)
    assert not [text for text in texts(page) if FORBIDDEN.search(text)]
    assert page.entry.technical is not None
    page.entry.technical.click()
    block = small.service.call(lambda: small.service.office.ledger.blocks(0, 1)[0]).result()
    assert any(text.replace(" ", "") == block.id.hex() for text in texts(page.entry))
    QTest.keyClick(page.view, Qt.Key.Key_Right)
    wait(qtbot, small)
    assert page.entry.technical.isChecked()  # who wants them once goes on seeing them


def test_the_keyboard_goes_everywhere(small: OpenOffice, qtbot: QtBot) -> None:
    page = opened(small, qtbot)
    view = page.view
    assert view.hasFocus()
    chosen: list[BlockView] = []
    view.chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_End):
        QTest.keyClick(view, key)
    wait(qtbot, small)
    first, second, below, next_one, above, last = chosen
    assert next_one.seq == below.seq + 1
    assert (first.author, first.seq, second.seq) == (0, 1, 2)
    assert (below.author, above.author) == (1, 0)
    assert view.sight.layout.find(last.id).column == len(view.sight.layout.columns) - 1  # type: ignore[union-attr]
    step = view.sight.step
    QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.sight.step < step
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Return)
    wait(qtbot, small)
    assert small.window.page is small.window.register
    assert "7000000000" in small.window.register.record.heading.text()


def test_a_screen_reader_hears_the_chosen_entry(small: OpenOffice, qtbot: QtBot) -> None:
    page = opened(small, qtbot)
    QTest.keyClick(page.view, Qt.Key.Key_Home)
    wait(qtbot, small)
    heard = QAccessible.queryAccessibleInterface(page.view)
    assert heard.text(QAccessible.Text.Name).startswith("Picture of the ledger")
    assert heard.text(QAccessible.Text.Description).startswith("No.\u00a01 of Dudzicki · one act · ")


def test_the_mouse_points_and_chooses(small: OpenOffice, qtbot: QtBot) -> None:
    page = opened(small, qtbot)
    view = page.view
    placed = next(view.sight.placed_in(*view.sight.columns))
    where = view.sight.middle(placed).toPoint()
    move(view, where)
    assert page.pointed.text().startswith(f"No.\u00a0{placed.block.seq} of ")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert view.current == placed.block
    move(view, QPoint(where.x(), where.y() + LANE_HEIGHTS[0] // 2 + 10))
    assert page.pointed.text() == ""
    wait(qtbot, small)


def test_one_goes_to_a_record_by_its_name(small: OpenOffice, qtbot: QtBot) -> None:
    page = opened(small, qtbot)
    page.find.setText("7000000002")
    with qtbot.waitSignal(page.view.chosen, timeout=10_000) as chosen:
        QTest.keyClick(page.find, Qt.Key.Key_Return)
    wait(qtbot, small)
    assert chosen.args[0].seq == 3
    assert any("7000000002" in text for text in texts(page.entry))
    page.find.setText("no such thing")
    QTest.keyClick(page.find, Qt.Key.Key_Return)
    wait(qtbot, small)
    assert page.notice.text.startswith("Nothing found for “no such thing”")


def test_a_record_leads_to_its_acts_in_the_ledger(small: OpenOffice, qtbot: QtBot) -> None:
    opened(small, qtbot)
    parcel = small.service.call(lambda: small.service.office.records.search("7000000001")[0].id).result()
    small.window.open_record(parcel)
    wait(qtbot, small)
    with qtbot.waitSignal(small.window.ledger.view.chosen, timeout=10_000) as chosen:
        small.window.register.record.ledger.click()
    wait(qtbot, small)
    assert small.window.page is small.window.ledger
    assert chosen.args[0].seq == 2
    assert any("7000000001" in text for text in texts(small.window.ledger.entry))


def test_an_old_entry_is_fetched_when_one_goes_there(
    network: MadeNetwork, open_desk: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_blocks, "STRETCH", 20)
    fill(network, 90, 0)
    office = open_desk(0)
    page = opened(office, qtbot)
    assert page.model.count == 20
    act = office.service.call(lambda: office.service.office.records.search("7000000004")[0].id).result()
    first = office.service.call(lambda: office.service.office.records.view(act).timeline[0].act).result()
    with qtbot.waitSignal(page.view.chosen, timeout=10_000) as chosen:
        page.show_act(first)
    wait(qtbot, office)
    assert chosen.args[0].position == 5
    assert page.model.holds_oldest
    assert not page.model.holds_newest


def test_new_entries_appear_and_old_ones_climb(network: MadeNetwork, open_desk: Open, qtbot: QtBot) -> None:
    fill(network, 1, 0)
    office = open_desk(0)
    page = opened(office, qtbot)
    (alone,) = (one for column in page.model.layout.columns for one in column)
    assert alone.block.step is Step.RECORDED
    other = Writer(network.folders[1], 1)
    blocks = office.service.call(
        lambda: [office.service.office.block(one.id) for one in office.service.office.ledger.blocks(0, 9)]
    ).result()
    for block in blocks:
        other.office.receive(*block)
    other.office.write()
    answer = [other.office.block(block.id) for block in other.office.vector() if block.author == 1]
    office.service.call(lambda: [office.service.office.receive(*block) for block in answer]).result()
    with qtbot.waitSignal(page.model.laid_out, timeout=10_000):
        office.desk.tell_changed()
    wait(qtbot, office)
    assert page.model.count == 2
    assert page.model.layout.find(alone.block.id).block.step is Step.WITNESSED  # type: ignore[union-attr]
    other.office.close()


def test_an_empty_ledger_says_so(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    page = opened(office, qtbot)
    assert page.count.text().startswith("There is nothing in the ledger yet.")
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Plus):
        QTest.keyClick(page.view, key)
    assert page.view.current is None


# -- who wrote twice ------------------------------------------------------------------------------------------------


@pytest.fixture
def twice(network: MadeNetwork, open_desk: Open, tmp_path: Path) -> OpenOffice:
    write_twice(network, tmp_path)
    return open_desk(0)


def test_an_office_that_wrote_twice_shows_two_branches(twice: OpenOffice, qtbot: QtBot) -> None:
    page = opened(twice, qtbot)
    assert page.view._names.wrote_twice == {3}
    lane = page.model.layout.lane(3)
    marked = [one for one in lane if one.block.forked]
    assert len(marked) == 2
    assert {one.branch for one in marked} == {0, 1}
    assert marked[0].block.seq == marked[1].block.seq
    page.view.choose(marked[0].block.id)
    wait(qtbot, twice)
    assert any(text.startswith("Its office signed another entry under this same number.") for text in texts(page.entry))
    opening = [one for one in page.entry.findChildren(QPushButton) if one.text() == "Open"]
    assert not opening  # what counts nowhere has made no record
