"""Printing from the window: an extract of one act as a PDF, made off the GUI thread, told when it is on the disk."""

from pathlib import Path

from PySide6.QtCore import QObject

from core.errors import MunimentError
from desktop.desk import Desk
from desktop.widgets.notice import Notice
from desktop.wording import say


def print_act(desk: Desk, owner: QObject, act: bytes, path: str, notice: Notice) -> None:
    """Write the extract of an act to a file; `notice` tells how it went."""
    target = Path(path)

    def work() -> None:
        from desktop.printing.office_extract import print_extract

        try:
            print_extract(desk.service, act, target)
        except OSError:
            raise MunimentError("file-not-written", path=str(target)) from None

    notice.tell(say("print.busy"))
    done = say("print.done", path=str(target))
    desk.background.run(owner, work, lambda _none: notice.tell(done, "done"), notice.tell_trouble)
