"""The only file that leaves and re-enters the GUI thread.

Work goes to the office's own thread (`follow` a future of the service) or to a thread for slow work that needs no
office: key files, papers, drafts. Its result comes back by a queued signal and is handed to a plain function on the
GUI thread, unless the widget that asked is gone, or what would be told of it, or it was cancelled. A failure comes back
as a MunimentError: what is none becomes `unexpected`, is logged whole, and never shown raw.
"""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from core.errors import MunimentError

T = TypeVar("T")
Then = Callable[[T], None]
Failed = Callable[[MunimentError], None]
WORKERS = 2
STEPS_SHOWN = 200  # of a bar that fills

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Task:
    """One piece of work under way. After `cancel` nothing of it is delivered."""

    owner: QObject
    then: Callable[[Any], None]
    failed: Failed
    future: "Future[Any] | None" = field(default=None, repr=False)
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True
        if self.future is not None:
            self.future.cancel()


class Watch:
    """By it work on another thread tells how far it is, and the window asks it to stop: then its next word ends it.

    What was stopped fails with `stopped-by-hand` and cleans up after itself; whoever asked hears that from the work.
    """

    def __init__(self, background: "Background", owner: QObject, told: Callable[[tuple[int, int]], None]) -> None:
        self._background, self._owner, self._told = background, owner, told
        self._last, self._stopped = -1, False

    def stop(self) -> None:
        """From the window."""
        self._stopped = True

    def __call__(self, done: int, whole: int) -> None:
        """From the work, as often as it likes. Raises `stopped-by-hand`."""
        if self._stopped:
            raise MunimentError("stopped-by-hand")
        share = done * STEPS_SHOWN // whole if whole else done
        if share != self._last:
            self._last = share
            self._background.post(self._owner, self._told, (done, whole))


class Background(QObject):
    """Lives on the GUI thread; its methods are called there, except `post`, which any thread may call."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._workers = ThreadPoolExecutor(WORKERS, "muniment-work")
        # Edits of drafts keep their order: one thread, first in, first out.
        self._in_order = ThreadPoolExecutor(1, "muniment-drafts")
        self._stopped = threading.Event()
        self._under_way = 0

    def run(self, owner: QObject, work: Callable[[], T], then: Then[T], failed: Failed) -> Task:
        """Do slow work that touches neither an office nor a widget."""
        return self.follow(owner, self._workers.submit(work), then, failed)

    def run_in_order(self, owner: QObject, work: Callable[[], T], then: Then[T], failed: Failed) -> Task:
        """As `run`, one after the other in the order asked."""
        return self.follow(owner, self._in_order.submit(work), then, failed)

    def begin(self, owner: QObject, ask: "Callable[[], Future[T]]", then: Then[T], failed: Failed) -> Task:
        """Follow what `ask` begins. That it cannot begin is told like any other failure: answers still come in while an
        office is being closed, and pages ask on.
        """
        try:
            future = ask()
        except MunimentError as error:
            future = Future()
            future.set_exception(error)
        return self.follow(owner, future, then, failed)

    def follow(self, owner: QObject, future: "Future[T]", then: Then[T], failed: Failed) -> Task:
        """Deliver the outcome of a future to `then` or `failed` on the GUI thread, while `owner` lives."""
        task = Task(owner, then, failed, future)
        self._under_way += 1
        future.add_done_callback(lambda done: self._emit((task, done, 1)))
        return task

    def busy(self) -> bool:
        """Whether something that was asked has not come back yet."""
        return self._under_way > 0

    def post(self, owner: QObject, then: Then[T], value: T) -> None:
        """From any thread: hand a value to `then` on the GUI thread, while `owner` lives."""
        done: Future[T] = Future()
        done.set_result(value)
        self._emit((Task(owner, then, _nothing), done, 0))

    def watch(self, owner: QObject, told: Callable[[tuple[int, int]], None]) -> Watch:
        """For one piece of work; `told((done, whole))` is called on the GUI thread, while `owner` lives."""
        return Watch(self, owner, told)

    def ask_window(self, owner: QObject, begin: Callable[[Then[T]], None], timeout_s: float) -> T:
        """From another thread: let the window begin something and wait until it hands over the result.

        Raises TimeoutError.
        """
        answer: Future[T] = Future()
        self.post(owner, begin, answer.set_result)
        return answer.result(timeout_s)

    def stop(self) -> None:
        """Finish what was typed, wait for what runs, deliver nothing more. Call before the service is stopped."""
        self._stopped.set()
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._in_order.shutdown(wait=True)  # what was typed is kept to the last letter

    def _emit(self, arrival: tuple[Task, "Future[Any]", int]) -> None:
        if not self._stopped.is_set():
            self._arrived.emit(arrival)

    @Slot(object)
    def _deliver(self, arrival: tuple[Task, "Future[Any]", int]) -> None:
        task, done, counted = arrival
        self._under_way -= counted
        if task.cancelled or not isValid(task.owner):
            return
        told: Callable[[Any], None]
        try:
            told, answer = task.then, done.result()
        except CancelledError:
            return
        except MunimentError as error:
            told, answer = task.failed, error
        except Exception as error:  # whatever it is, a person must read a sentence and go on
            log.error("unexpected", exc_info=error)
            told, answer = task.failed, MunimentError("unexpected", what=type(error).__name__)
        if not (isinstance(task.owner, QWidget) and _speaks_of_deleted(told)):
            told(answer)


def _speaks_of_deleted(function: Callable[..., None]) -> bool:
    """Whether an answer would be shown in something that is gone, though the page that asked is still there.

    A form that is put away, a list that is built anew: the method's own object and what a lambda has closed over are
    looked at. What has to go on without any widget is asked by the desk.
    """
    spoken_of = [getattr(function, "__self__", None)]
    if isinstance(function, partial):
        spoken_of += [*function.args, getattr(function.func, "__self__", None)]
    for cell in getattr(function, "__closure__", None) or ():
        with suppress(ValueError):  # not filled yet
            spoken_of.append(cell.cell_contents)
    return any(isinstance(one, QObject) and not isValid(one) for one in spoken_of)


def _nothing(_error: MunimentError) -> None:
    """A posted value cannot fail."""
