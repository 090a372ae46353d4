"""Offices of a network on disk at work without their windows: fills a ledger quickly, and lets one write twice."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.clock import SystemClock
from core.folder import Folder, open_office, open_officer
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office
from core.store.journal import MemoryJournal
from tests.desktop.conftest import ALICE, OFFICE_SECRET, REGISTRAR_SECRET, MadeNetwork, first_registration
from tests.offices import hand_over, meet, meet_until_quiet


class Writer:
    """An office of the network without its window, for filling the ledger quickly."""

    def __init__(self, folder: Folder, number: int) -> None:
        self.office: Office = open_office(folder, OFFICE_SECRET, SystemClock()).office
        self._key, self._number = open_officer(folder, 0, REGISTRAR_SECRET), number

    def record(self, parcel: int) -> None:
        act = first_registration(f"{7_000_000_000 + parcel}", f"{parcel} Dairy road", ALICE)
        signers = [Signer(self._number, 0, "registrar")]
        proposal = self.office.propose("land", "first_registration", {}, act, signers)
        signature = self._key.sign(self.office.signing_message([proposal.encoded]))
        self.office.record(Group((proposal.encoded,), (signature,)))

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """One transaction and one mark on the disk for all that is written meanwhile."""
        journal, self.office.hand.journal = self.office.hand.journal, MemoryJournal()
        with self.office.store.database.atomic():
            yield
        last, self.office.hand.journal = self.office.hand.journal.last(), journal
        if last is not None:
            journal.prepare(last, b"")


def fill(network: MadeNetwork, acts: int, meetings: int, alone: int = 0) -> None:
    """So many acts of the first office, meetings of all four with an act before each, then acts that nobody sees."""
    writers = [Writer(folder, number) for number, folder in enumerate(network.folders)]
    with ExitStack() as stack:
        for writer in writers:
            stack.enter_context(writer.unhurried())
        for parcel in range(acts):
            writers[0].record(parcel)
        for number in range(meetings):
            one, other = writers[number % 4], writers[(number + 1 + number // 4 % 3) % 4]
            one.record(1_000_000 + number)
            meet(one.office, other.office)
        for other in writers[1:]:
            hand_over(other.office, writers[0].office)
        for parcel in range(alone):
            writers[0].record(2_000_000 + parcel)
    for writer in writers:
        writer.office.close()


def fill_and_rest(network: MadeNetwork, meetings: int = 8) -> None:
    """So many meetings with an act before each, then more until nobody has a reason to write: all is confirmed."""
    fill(network, 1, meetings)
    writers = [Writer(folder, number) for number, folder in enumerate(network.folders)]
    meet_until_quiet([writer.office for writer in writers])
    for writer in writers:
        writer.office.close()


def write_twice(network: MadeNetwork, place: Path) -> None:
    """The fourth office signs two histories, on a copy that does not know it is one; the first holds both."""
    fill(network, 1, 6)
    copy = Folder(place / "twin")
    shutil.copytree(network.folders[3].path, copy.path)
    first, left, right = Writer(network.folders[0], 0), Writer(network.folders[3], 3), Writer(copy, 3)
    right.office.hand.journal.is_ours = lambda: True  # type: ignore[method-assign]  # as on a cloned machine
    for writer, parcel in ((left, 51), (right, 52), (right, 53)):
        writer.record(parcel)
    for writer in (left, right):
        hand_over(writer.office, first.office)
        writer.office.close()
    first.office.close()
