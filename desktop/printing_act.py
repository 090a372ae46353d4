"""Papers from the window, made off the GUI thread, told when they are on the disk: an extract, a record's proof."""

from pathlib import Path

from PySide6.QtCore import QObject

from core.errors import MunimentError
from core.store.files import write_durably
from desktop.desk import Desk
from desktop.widgets.notice import Notice
from desktop.wording import say, sentence


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


def save_proof(desk: Desk, owner: QObject, record: bytes, path: str, notice: Notice) -> None:
    """Write the proof of what the common register says of a record now; `notice` tells how it went."""
    target = Path(path)
    done = sentence("record-proof-written", {"path": path})

    def keep(proof: bytes) -> None:
        desk.background.run(
            owner, lambda: write_durably(target, proof), lambda _none: notice.tell(done, "done"), notice.tell_trouble
        )

    notice.clear()
    desk.ask(owner, lambda office: office.proofs.record_receipt(record), keep, notice.tell_trouble)
