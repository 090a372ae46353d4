"""Leaving and re-entering the GUI thread; and the trap of a PySide6 release that this project must not take."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial

import PySide6
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from core.errors import MunimentError
from desktop.application import OpenOffice
from desktop.background import Background
from desktop.style import ACCENT, BAD, CARE, GOOD, GROUND, INK, PAPER, QUIET


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    made = Background()
    yield made
    made.stop()


class Sender(QObject):
    told = Signal(object)
    told_flag = Signal(bool)


def test_pinned_qt_and_thousands_of_true_and_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 releases True and None once too often and aborts after some thousand signals."""
    assert PySide6.__version__ == "6.11.3"
    sender, heard = Sender(), []
    sender.told.connect(heard.append)
    sender.told_flag.connect(heard.append)
    for _ in range(5_000):
        sender.told.emit(None)
        sender.told.emit(True)
        sender.told_flag.emit(True)
    assert len(heard) == 15_000


def test_work_runs_elsewhere_and_comes_back_here(background: Background, qtbot: QtBot) -> None:
    here, threads = threading.get_ident(), []
    background.run(
        background,
        lambda: threads.append(threading.get_ident()),
        lambda _none: threads.append(threading.get_ident()),
        _fail,
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] != here
    assert threads[1] == here


def test_an_answer_for_a_form_that_is_gone_is_shown_nowhere(background: Background, qtbot: QtBot) -> None:
    """The page that asked lives on; what would be told was deleted meanwhile. The desk's own work goes on all the same."""
    page, told = QWidget(), list[str]()
    form = QLabel("", page)
    answers = [Future[str]() for _ in range(5)]
    background.follow(page, answers[0], form.setText, _fail)
    background.follow(page, answers[1], lambda text: form.setText(text), _fail)
    background.follow(page, answers[2], partial(QLabel.setText, form), _fail)
    background.follow(page, answers[3], told.append, _fail)
    background.follow(background, answers[4], lambda text: (told.append(text), isValid(form))[0], _fail)
    delete(form)
    with qtbot.captureExceptions() as raised:
        for number, answer in enumerate(answers):
            answer.set_result(str(number))
        qtbot.waitUntil(lambda: not background.busy())
    assert not raised
    assert told == ["3", "4"]


def test_ordered_work_keeps_its_order(background: Background, qtbot: QtBot) -> None:
    done: list[int] = []
    for number in range(200):
        background.run_in_order(background, lambda number=number: number, done.append, _fail)
    qtbot.waitUntil(lambda: len(done) == 200)
    assert done == list(range(200))


def test_errors_come_back_as_codes(background: Background, qtbot: QtBot) -> None:
    codes: list[str] = []

    def refuse() -> None:
        raise MunimentError("wrong-passphrase")

    background.run(background, refuse, _fail, lambda error: codes.append(error.code))
    qtbot.waitUntil(lambda: codes == ["wrong-passphrase"])


def test_what_nobody_expected_is_told_without_its_text(background: Background, qtbot: QtBot) -> None:
    """The text of an unknown error could carry what nobody may read."""
    errors: list[MunimentError] = []

    def break_down() -> None:
        raise ZeroDivisionError("a secret")

    background.run(background, break_down, _fail, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert (errors[0].code, errors[0].facts) == ("unexpected", {"what": "ZeroDivisionError"})


def test_nothing_is_delivered_after_cancel_or_to_a_widget_that_is_gone(background: Background, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    gone, delivered = QWidget(), []
    background.follow(gone, future, delivered.append, _fail)
    cancelled = background.follow(background, future, delivered.append, _fail)
    kept: list[int] = []
    background.follow(background, future, kept.append, _fail)
    cancelled.cancelled = True
    gone.deleteLater()
    qtbot.waitSignal(gone.destroyed).wait()
    future.set_result(7)
    qtbot.waitUntil(lambda: kept == [7])
    assert delivered == []
    assert not background.busy()


def test_another_thread_may_ask_the_window(background: Background, qtbot: QtBot) -> None:
    here, answers = threading.get_ident(), []
    asking = threading.Thread(
        target=lambda: answers.append(background.ask_window(background, lambda then: then(threading.get_ident()), 10))
    )
    asking.start()
    qtbot.waitUntil(lambda: bool(answers))
    asking.join()
    assert answers == [here]


def test_who_asks_while_the_office_is_closed_is_told_so(open_desk: Callable[..., OpenOffice], qtbot: QtBot) -> None:
    """Answers still come in then, and pages ask on: an exception there would be nobody's."""
    desk, told = open_desk(0).desk, list[str]()
    desk.service.stop()
    owner = QObject()
    desk.ask(
        owner, lambda office: office.number, lambda _number: told.append("answered"), lambda e: told.append(e.code)
    )
    steps = desk.ask_in_steps(owner, lambda office: iter([1]), told.append, told.append, lambda e: told.append(e.code))
    assert steps.future is not None
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    assert told == ["service-stopped", "service-stopped"]


def test_stop_waits_and_then_delivers_nothing(qtbot: QtBot) -> None:
    background, delivered, begun = Background(), [], threading.Event()
    background.run(background, begun.set, delivered.append, _fail)
    begun.wait(10)
    background.stop()
    QApplication.processEvents()
    assert delivered in ([], [None])


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (INK, GROUND),
        (INK, PAPER),
        (QUIET, GROUND),
        (QUIET, PAPER),
        (PAPER, ACCENT),
        (BAD, GROUND),
        (GOOD, PAPER),
        (CARE, PAPER),
    ],
)
def test_contrast(ink: str, ground: str) -> None:
    """At least 4.5:1 (WCAG 2.1, 1.4.3)."""
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _fail(unexpected: object) -> None:
    raise AssertionError(unexpected)
