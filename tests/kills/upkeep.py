"""What an office does beside recording, to be killed at: `carry` writes a stick, `erase` carries an order out, `put-away`
puts old payloads away, `join` enters a network again with a copy of its register. Each is called as in the application.
"""

import asyncio
from collections.abc import Callable

from core import pruning
from core.folder import Folder, open_office
from core.joining_folder import given_in_person, join_network
from core.ledger.encoding import decode
from sync.courier_desk import CourierDesk
from tests.kills.cases import ASKED, NEIGHBOUR_FILE, NUMBERS_FILE, PASSPHRASE, SNAPSHOT_FILE, STICK_FILE
from tests.offices import StepClock

Tell = Callable[[str], None]


def carry(folder: Folder, _first_parcel: int, tell: Tell) -> None:
    opened = open_office(folder, PASSPHRASE, StepClock())
    desk = CourierDesk(opened.office, [opened.node_seed], lambda _event: None)
    report = asyncio.run(desk.write(folder.path / STICK_FILE, [ASKED]))
    tell(f"carried {report['blocks']}")
    opened.office.close()


def erase(folder: Folder, _first_parcel: int, tell: Tell) -> None:
    """The record comes with its keys, and the order to erase it, with a neighbour's blocks; what the office then writes
    says that it was carried out.
    """
    office = open_office(folder, PASSPHRASE, StepClock()).office
    for *block, envelopes in decode((folder.path / NEIGHBOUR_FILE).read_bytes()):
        office.receive(*block)
        office.keys.take(envelopes)
    written = office.write()
    assert written is not None
    tell("noted")
    office.close()


def put_away(folder: Folder, _first_parcel: int, tell: Tell) -> None:
    """In small steps, so that there are several."""
    pruning.BLOCKS_A_STEP, pruning.PAGES_A_STEP = 16, 8
    office = open_office(folder, PASSPHRASE, StepClock()).office
    for told in pruning.prune(office):
        tell(f"away {told.blocks}")
    office.close()


def join(folder: Folder, _first_parcel: int, tell: Tell) -> None:
    given = given_in_person(*(folder.path / NUMBERS_FILE).read_text().split())
    joined = join_network(folder, folder.path / SNAPSHOT_FILE, given, PASSPHRASE)
    tell(f"joined {joined.number}")


UPKEEP = {"carry": carry, "erase": erase, "put-away": put_away, "join": join}
