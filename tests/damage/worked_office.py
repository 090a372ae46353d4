"""An office that has worked for a while, on a disk, with everything in it that damage may hit; and its neighbours."""

from collections.abc import Callable
from pathlib import Path

from core.crypto.keyfile import open_keys
from core.errors import MunimentError
from core.folder import open_office, open_officer
from core.importing.resuming import begin
from core.office import Office
from core.pruning import prune
from core.store.database import Database
from core.views import Draft
from tests.importing.test_importer import importer, table
from tests.kills.cases import PASSPHRASE
from tests.kills.test_kills import Desk
from tests.offices import StepClock, meet_until_quiet, open_in_memory, register, sell

LEDGER = ("act", "anchor", "record", "history", "entry", "entry_hash", "checkpoint", "index_entry", "overlay")
PARCELS = 6
WAITING = 3  # acts that nobody else has seen


IMPORTED, ROW_NUMBER = bytes(32), 90


class WorkedOffice:
    """`older`: what the replica was like before its last acts; `state_root` and `blocks`: of the sound one."""

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        network = self.desk.network
        self.neighbours = [open_in_memory(network, number) for number in (1, 2, 3)]
        office = self._open()
        parcels = [register(network, office, n).records[0] for n in range(1, PARCELS + 1)]
        note = begin(office, IMPORTED, 2, bytes)  # of two rows; the computer stopped after the first
        importer(office).write(table([ROW_NUMBER]), [network.officers[0][0].sign], note=note)
        register(network, self.neighbours[0], 300)
        meet_until_quiet([office, *self.neighbours])
        office.close()
        self.older = {path: path.read_bytes() for path in self.files}
        office = self._open()
        for parcel in parcels[::2]:
            sell(network, office, parcel, 7)
        meet_until_quiet([office, *self.neighbours])
        for number in range(2):  # newer certified checkpoints, so that the first acts are settled
            register(network, office, 400 + number)
            meet_until_quiet([office, *self.neighbours])
        assert list(prune(office))[-1].blocks
        office.store.papers.add(b"a scan of a deed" * 9_000)
        office.store.put_draft(Draft(b"d" * 16, "land", "sale", "A sale", 1, b"document"))
        for number in range(WAITING):
            register(network, office, 500 + number)
        sell(network, office, parcels[1], 8)
        self.state_root, self.blocks = office.store.state.state_root(), office.standing.counts().blocks
        self.versions = office.store.state.version_count()
        self.overlay = office.store.state.overlay_rows()
        office.close()
        self.ledger = read_ledger(self.desk.folder.replica, self.database_key())
        self.desk.keep()

    @property
    def files(self) -> list[Path]:
        folder = self.desk.folder
        return [one for one in (folder.replica, folder.intent, folder.archive) if one.exists()]

    def _open(self) -> Office:
        return open_office(self.desk.folder, PASSPHRASE, StepClock()).office

    def database_key(self) -> bytes:
        return open_keys(self.desk.folder.node_key.read_bytes(), PASSPHRASE).secrets["database_key"]


def read_ledger(replica: Path, key: bytes) -> list[list[tuple[object, ...]]]:
    """Every row of what the ledger and its state are, as they stand in a replica's file."""
    database = Database(replica, key)
    try:
        return [database.rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in LEDGER]
    finally:
        database.close()


def detect(desk: Desk) -> str | None:
    """The code by which opening or checking tells of damage; None when everything passes."""
    try:
        open_officer(desk.folder, 0, PASSPHRASE)
        office = open_office(desk.folder, PASSPHRASE, StepClock()).office
    except MunimentError as error:
        return error.code
    try:
        return office.hand.quarantine or _code_of(lambda: check_everything(office))
    finally:
        office.close()


def check_everything(office: Office) -> None:
    """As the service does again and again; what is merely foreseen must be what the blocks say."""
    office.store.database.check_pages()
    position: int | None = 0
    while position is not None:
        position = office.checking.verify_stored(position, 1000)
    foreseen = office.checking.mend_overlay()
    for _ in office.checking.verify_state():
        pass
    if any(digest is not None for digest in office.papers.verify()):
        raise MunimentError("paper-damaged")
    if foreseen:
        raise MunimentError("overlay-mended")


def _code_of(check: Callable[[], None]) -> str | None:
    try:
        check()
    except MunimentError as error:
        return error.code
    return None
