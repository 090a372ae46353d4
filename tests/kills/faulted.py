"""The process whose disk fails: an office at work under tests/kills/faults.c, preloaded, that tells what it has done.

    LD_PRELOAD=faults.so python -m tests.kills.faulted

Each line of its input is a case: a JSON list [folder, task, kind, number of the write or sync that fails]. For each it
forks a child, which prints what was done (as tests/kills/recorder.py), `error <code>` for a failure that was told as
it should be, `crash <what>` for any other. After an error at work the child tries to go on once: what it then
acknowledges must stand, too. The last line of a case is `end <how the child ended> <writes and syncs>`.
"""

import ctypes
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from core.backup import write_backup
from core.cycles import look_seldom
from core.errors import MunimentError
from core.folder import Folder, open_office, open_officer
from core.laws.law_reading import law_from_canonical
from core.office import Office
from core.restoring import restore_backup
from tests.kills.cases import BACKUP_FILE, PASSPHRASE
from tests.kills.recorder import TASKS, record, work_with
from tests.offices import StepClock, land_law

REPORT = sys.stdout.fileno()
FIRST_PARCEL, LATER_PARCEL = 1, 700
Tell = Callable[[str], None]


def work(folder: Folder, tell: Tell) -> None:
    """A short day; after a failure the same open office is asked once more, as a person would."""
    office = open_office(folder, PASSPHRASE, StepClock()).office
    key = open_officer(folder, 0, PASSPHRASE)
    try:
        work_with(folder, office, FIRST_PARCEL, tell)
    except MunimentError as error:
        tell(f"error {error.code}")
        _once_more(office, lambda: record(office, key, LATER_PARCEL, tell), tell)
    finally:
        office.close()


def _once_more(office: Office, again: Callable[[], None], tell: Tell) -> None:
    office.vector()  # what a meeting would ask first
    again()
    tell("went on")


def back_up(folder: Folder, tell: Tell) -> None:
    opened = open_office(folder, PASSPHRASE, StepClock())
    try:
        write_backup(folder, opened.office, folder.path / BACKUP_FILE)
        tell("backed-up")
    finally:
        opened.office.close()


def restore_one(folder: Folder, tell: Tell) -> None:
    restore_backup(folder.path / BACKUP_FILE, Folder(folder.path / "new"), PASSPHRASE)
    tell("restored")


def run_case(path: str, task: str, kind: int, at: int) -> None:
    faults = ctypes.CDLL(None)
    reading, counting = os.pipe()
    child = os.fork()
    if child == 0:

        def tell(done: str) -> None:
            os.write(REPORT, f"{done}\n".encode())

        tasks = {"work": work, "backup": back_up, "restore-backup": restore_one}
        faults.muniment_faults(path.encode(), at, kind)
        try:
            if task in tasks:
                tasks[task](Folder(Path(path)), tell)
            else:
                TASKS[task](Folder(Path(path)), FIRST_PARCEL, tell)
        except MunimentError as error:
            tell(f"error {error.code}")
        except BaseException:  # noqa: BLE001  # whatever it is, it is what the test is there to see
            tell("crash " + traceback.format_exc().replace("\n", " | "))
        os.write(counting, str(faults.muniment_passed()).encode())
        os._exit(0)
    os.close(counting)
    _, status = os.waitpid(child, 0)
    passed = os.read(reading, 20).decode() or "0"
    os.close(reading)
    os.write(REPORT, f"end {os.waitstatus_to_exitcode(status)} {passed}\n".encode())


if __name__ == "__main__":
    look_seldom()
    law_from_canonical(land_law().canonical)  # once here, so that no child reads the law again
    for line in sys.stdin:
        run_case(*json.loads(line))
