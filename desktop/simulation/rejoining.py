"""A newcomer joins from an office's snapshot and must hold what that office holds by full replay (I10)."""

from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import MunimentError
from core.exchange import Exchange
from core.joining import join
from core.office import Office
from core.snapshot import state_for_joining, write_snapshot
from core.snapshot_file import Given
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.replica import ReplicaStore


def can_join_from(office: Office) -> bool:
    """Whether there is a certified state of the register that a newcomer can be told of."""
    return state_for_joining(office) is not None


def join_from(office: Office, database: Database) -> None:
    """Fill an empty database from the office's snapshot. Raises what nobody must ever see: the snapshot is honest."""
    state = state_for_joining(office)
    assert state is not None
    with TemporaryDirectory(prefix="snapshot-") as folder:
        path = Path(folder) / "snapshot"
        write_snapshot(office, path)
        join(database, path, Given(office.network, state[1]))


def rejoined(office: Office) -> str | None:
    """What is wrong with the newcomer's copy; None: nothing."""
    database = Database(IN_MEMORY, bytes(KEY_BYTES))
    try:
        join_from(office, database)
        newcomer = Exchange(ReplicaStore(database), office.charter)
        return _difference(office, newcomer)
    except MunimentError as error:
        return f"nobody can join: {error.code} {error.facts}"
    finally:
        database.close()


def _difference(office: Office, newcomer: Exchange) -> str | None:
    pairs = {
        "blocks": (office.vector(), newcomer.vector()),
        "anchor": (office.anchor, newcomer.anchor),
        "register": (office.store.state.state_root(), newcomer.store.state.state_root()),
        "epoch": (office.lace.epoch, newcomer.lace.epoch),
        "forkers": (office.forkers(), newcomer.forkers()),
    }
    differing = [name for name, (held, found) in pairs.items() if held != found]
    return f"a newcomer holds other {', '.join(differing)}" if differing else None
