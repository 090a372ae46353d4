"""The process that is killed: an office at work, opened as `muniment` opens it, that tells what it has done.

    python -m tests.kills.recorder

Each line of its input is a case: a JSON list [folder, boundary, delay in seconds, number of its first parcel, task]. For
each it forks a child. With the task `renew` it makes a new key for the office; with `passphrase`, `rekey`, `kit`,
`reset` and `restore` it does what the custody of its keys needs (tests/kills/test_custody_kills.py); with `meet` and
`stick` it takes a neighbour's blocks in as the service does (tests/kills/test_meeting_kills.py); with `import` it runs
the command (tests/kills/test_import_kills.py); with `enter` it executes an anchor block by block
(tests/kills/test_order_kills.py); those of tests/kills/upkeep.py are told there; with `work` it opens the office in the folder, takes a neighbour's blocks in, records
acts and answers the neighbour. After each call
*returned*, the child prints what was done (`open`, `act <id>`, `block <id>`), and that line is the acknowledgement. The
child kills itself at the boundary of that number, counted where our code meets the system: before and after each
fsync, fdatasync, rename and truncation, before each removal, before and in the middle of each write, before each BEGIN
and COMMIT and each step of a whole copy. Where a
delay is given it is killed from outside instead, wherever it happens to be. The last line of a case is `end <how the child ended> <boundaries>`.

Nothing of our own code is replaced; the functions of `os` and of the SQLite driver are only counted.
"""

import json
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from core.crypto.keyfile import Cost
from core.crypto.passphrase import require_strong
from core.crypto.signing import SigningKey
from core.custody.making import draw_kit, keep_kit
from core.custody.passphrases import change_passphrase, given_kit, reset_passphrase
from core.custody.rekeying import rekey
from core.custody.restoring import FromNeighbour, NewPassphrase, restore_from_kit
from core.custody.sheet import Sheet
from core.cycles import look_seldom
from core.errors import MunimentError
from core.folder import Folder, open_office, open_officer
from core.laws.law_reading import law_from_canonical
from core.ledger.encoding import decode
from core.ledger.payload import Group
from core.office import Office
from core.renewing import make_new_key, note_new_key
from core.store.files import write_durably
from desktop.commands.importing import import_command
from desktop.unlocking import Access
from sync.certificate import make_certificate
from sync.service import Service, Settings
from tests.kills.cases import (
    ACTS,
    BATCH_ACTS,
    BOX_FILE,
    CARD_FILE,
    MAP_FILE,
    NEIGHBOUR_FILE,
    NEW_PASSPHRASE,
    PASSPHRASE,
    PASSPHRASE_FILE,
    PORT_FILE,
    STICK_FILE,
    TABLE_FILE,
    WORDS_FILE,
)
from tests.kills.upkeep import UPKEEP
from tests.offices import StepClock, land_law, propose_registration, registrar, registration

REPORT = sys.stdout.fileno()
SECTOR = 512
TIMEOUT_S = 60


class Boundaries:
    """Counts the boundaries that are passed, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.passed = 0
        self._last = last

    def step(self) -> None:
        self.passed += 1
        if self.passed == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any], both: bool) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.step()
            done = function(*args, **named)
            if both:
                self.step()
            return done

        return counted

    def torn(self, write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
        """Killed before it, or with half of its sectors written."""

        def counted(descriptor: int, content: bytes) -> int:
            self.step()
            if self.passed + 1 == self._last:
                write(descriptor, content[: len(content) // 2 // SECTOR * SECTOR])
            self.step()
            return write(descriptor, content)

        return counted

    def watch(self) -> None:
        """Count every meeting with the disk from here on."""
        os.fsync = self.around(os.fsync, both=True)
        os.fdatasync = self.around(os.fdatasync, both=True)
        os.replace = self.around(os.replace, both=True)
        os.ftruncate = self.around(os.ftruncate, both=True)
        os.unlink = self.around(os.unlink, both=False)
        os.rmdir = self.around(os.rmdir, both=False)
        os.write = self.torn(os.write)
        connect = sqlcipher.connect

        def watched(*args: Any, **named: Any) -> Any:
            connection = connect(*args, **named)
            connection.set_trace_callback(self._on_statement)
            return connection

        sqlcipher.connect = watched

    def _on_statement(self, statement: str) -> None:
        # Between the two nothing reaches the file that a kill could leave behind.
        if statement.startswith(("BEGIN", "COMMIT", "ATTACH", "SELECT sqlcipher_export", "DETACH")):
            self.step()


def work(folder: Folder, first_parcel: int, tell: Callable[[str], None]) -> None:
    """A short day at the office."""
    office = open_office(folder, PASSPHRASE, StepClock()).office
    work_with(folder, office, first_parcel, tell)
    office.close()


def work_with(folder: Folder, office: Office, first_parcel: int, tell: Callable[[str], None]) -> None:
    """Records, takes a neighbour's blocks in, answers, imports."""
    key = open_officer(folder, 0, PASSPHRASE)
    tell("open")
    record(office, key, first_parcel, tell)
    for block in decode((folder.path / NEIGHBOUR_FILE).read_bytes()):
        office.receive(*block)
        tell(f"block {office.vector()[-1].id.hex()}")
    written = office.write()
    assert written is not None, "the neighbour's act awaits"
    tell(f"block {written.hex()}")
    batch = office.batch([registrar(office)])
    for number in range(BATCH_ACTS):
        batch.add("land", "first_registration", {}, registration(first_parcel + 100 + number))
    for act_id in office.record_batch(batch, [key.sign(batch.signing_message)]):
        tell(f"act {act_id.hex()}")
    for number in range(1, ACTS):
        record(office, key, first_parcel + number, tell)


def renew(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """A new key, as the window and the command make one."""
    office = open_office(folder, PASSPHRASE, StepClock()).office
    member = office.roll.members[office.number]
    card = make_new_key(folder, member, PASSPHRASE, 0, PASSPHRASE, make_certificate)
    tell(f"key {card.node_key.hex()}")
    note_new_key(office, card.node_key)
    write_durably(folder.path / CARD_FILE, card.encoded)
    tell(f"card {card.node_key.hex()}")
    office.close()


def passphrase(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    change_passphrase(folder, PASSPHRASE, NEW_PASSPHRASE, Cost.cheapest, Cost.cheapest())
    tell("changed")


def another_key(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    rekey(folder, PASSPHRASE)
    tell("rekeyed")


def kit(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """A second kit, its words on a disk that is not the office's, as on paper."""
    drawn = draw_kit(folder, PASSPHRASE)
    (folder.path / "second.words").write_text(drawn.sheets[0].words)
    words = drawn.sheets[0].words.split()
    tell("printed")
    keep_kit(folder, PASSPHRASE, drawn, [words[asked.place - 1] for asked in drawn.asked])
    tell("kept")


def reset(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    given = given_kit([Sheet((folder.path / WORDS_FILE).read_text())])
    reset_passphrase(folder, given, NEW_PASSPHRASE, Cost.cheapest, Cost.cheapest())
    tell("changed")


def restore(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """Another computer, which has the kit's sheets and the charter."""
    sheets = [Sheet((folder.path / WORDS_FILE).read_text(), (folder.path / BOX_FILE).read_bytes())]
    new = NewPassphrase(NEW_PASSPHRASE, Cost.cheapest, Cost.cheapest())
    restore_from_kit(Folder(folder.path / "new"), given_kit(sheets), FromNeighbour(folder.charter), new)
    tell("restored")


def import_table(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """`muniment import`, as often as it is run."""
    access = Access(folder.path, folder.path / PASSPHRASE_FILE)
    files = folder.path / MAP_FILE, folder.path / TABLE_FILE
    officers = [f"0:registrar:{folder.path / PASSPHRASE_FILE}"]
    try:
        done = import_command(access, "land", "first_registration", *files, officers, dry_run=False)
        tell(f"{done.get('code', 'written')} {done['done_before']} {done['acts']}")
    except MunimentError as error:
        tell(error.code)


def meet(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """A meeting over a socket with the neighbour that listens."""
    port = (folder.path / PORT_FILE).read_text()
    with_service(folder, lambda service: service.meet_address(f"127.0.0.1:{port}").result(TIMEOUT_S), tell)


def stick(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """A courier file is read."""
    with_service(folder, lambda service: service.read_courier(folder.path / STICK_FILE).result(TIMEOUT_S), tell)


def enter(folder: Folder, _first_parcel: int, tell: Callable[[str], None]) -> None:
    """What is decided is executed block by block; told is how many acts of the anchor are."""
    office = open_office(folder, PASSPHRASE, StepClock()).office
    office.acts_at_once = 1
    while office.enter_in_order():
        entering = office.entering()
        assert entering is not None
        tell(f"entered {entering[0]}")
    tell("entered all")
    office.close()


def with_service(folder: Folder, what: Callable[[Service[Office]], object], tell: Callable[[str], None]) -> None:
    """Does it, and tells every block that is held then."""
    settings = Settings(port=0, loopback_only=True, announce=False, automatic=False)
    service = Service(lambda: open_office(folder, PASSPHRASE, StepClock()), settings)
    service.start()
    try:
        what(service)
        for block in service.call(lambda: service.office.newer_than([])).result(TIMEOUT_S):
            tell(f"block {block.hex()}")
    finally:
        service.stop()


TASKS = {
    "import": import_table,
    "meet": meet,
    "stick": stick,
    "enter": enter,
    "work": work,
    "renew": renew,
    "passphrase": passphrase,
    "rekey": another_key,
    "kit": kit,
    "reset": reset,
    "restore": restore,
    **UPKEEP,
}


def record(office: Office, key: SigningKey, number: int, tell: Callable[[str], None]) -> None:
    proposal = propose_registration(office, number)
    signature = key.sign(office.signing_message([proposal.encoded]))
    for act in office.record(Group((proposal.encoded,), (signature,))):
        tell(f"act {act.id.hex()}")


def run_case(path: str, boundary: int, delay_s: float | None, first_parcel: int, task: str) -> None:
    write = os.write  # uncounted
    reading, counting = os.pipe()
    child = os.fork()
    if child == 0:
        boundaries = Boundaries(boundary)

        def tell(done: str) -> None:
            boundaries.step()
            write(REPORT, f"{done}\n".encode())

        boundaries.watch()
        TASKS[task](Folder(Path(path)), first_parcel, tell)
        write(counting, str(boundaries.passed).encode())
        os._exit(0)
    os.close(counting)
    ended = os.pidfd_open(child)
    if delay_s is not None and not select.select([ended], [], [], delay_s)[0]:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(ended)
    passed = os.read(reading, 20).decode() or "0"
    os.close(reading)
    write(REPORT, f"end {os.waitstatus_to_exitcode(status)} {passed}\n".encode())


if __name__ == "__main__":
    look_seldom()
    law_from_canonical(land_law().canonical)  # once here, so that no child reads the law again,
    require_strong(NEW_PASSPHRASE)  # nor the lists of weak passphrases
    for line in sys.stdin:
        run_case(*json.loads(line))
