"""Damage to what an office has on its disk: whatever is done to it, opening the office or checking it says so.

The kinds and the office are those of tests/damage; each damaged replica is then repaired from its own blocks and from
the copy of before, and must be what it was. A page put back in its old place counts as found where it is, and else
must have changed nothing of the ledger: drafts and the like have nobody to prove them.
"""

from pathlib import Path
from random import Random
from time import monotonic

from core.crypto.keyfile import open_keys
from core.folder import open_office
from core.repairing import Source, repair
from tests.damage.kinds import KINDS, PAGE_BYTES
from tests.damage.worked_office import WorkedOffice, detect, read_ledger
from tests.kills.cases import PASSPHRASE
from tests.offices import StepClock
from tests.torture.part import Part

PLANNED = 2_000
PLANNED_REPAIRS = 200
OF_REPLICA = ("page of zeros", "bit flipped", "file cut short", "two pages swapped", "page copied over another")


def torture_damage(work: Path, first_seed: int, until_s: float) -> list[Part]:
    part, replayed = Part("damage to an office's files", PLANNED), Part("old page in its old place", PLANNED)
    repaired = Part("damaged replicas repaired", PLANNED_REPAIRS)
    office = WorkedOffice(work / "damaged")
    folder, key = office.desk.folder, office.database_key()
    sound = folder.replica.read_bytes()
    spare = Source(work / "spare.db", work / "spare.archive", key)
    spare.replica.write_bytes(sound)
    spare.archive.write_bytes(folder.archive.read_bytes())
    names = sorted(KINDS)

    def one(seed: int) -> None:
        name = names[seed % len(names)]
        office.desk.put_back()
        KINDS[name](office, Random(seed))
        found = detect(office.desk)
        part.count(f"{name}: {found or 'NOT DETECTED'}")
        assert found is not None, f"{name} was not detected"

    def old_page(seed: int) -> None:
        office.desk.put_back()
        older = office.older[folder.replica]
        starts = range(0, len(older), PAGE_BYTES)
        changed = [at for at in starts if older[at : at + PAGE_BYTES] != sound[at : at + PAGE_BYTES]]
        at = changed[seed % len(changed)]
        folder.replica.write_bytes(sound[:at] + older[at : at + PAGE_BYTES] + sound[at + PAGE_BYTES :])
        found = detect(office.desk)
        replayed.count(found or "nothing of the ledger was changed")
        assert found is not None or read_ledger(folder.replica, key) == office.ledger, f"page {at // PAGE_BYTES}"

    def mend(seed: int) -> None:
        office.desk.put_back()
        KINDS[OF_REPLICA[seed % len(OF_REPLICA)]](office, Random(seed))
        spare.replica.write_bytes(sound)
        *_, told = repair(folder, open_keys(folder.node_key.read_bytes(), PASSPHRASE), spare)
        assert told.waiting == 0
        opened = open_office(folder, PASSPHRASE, StepClock()).office
        whole = (
            opened.store.state.state_root() == office.state_root and opened.standing.counts().blocks == office.blocks
        )
        quarantine = opened.hand.quarantine
        opened.close()
        assert whole
        assert quarantine is None
        assert detect(office.desk) is None
        repaired.count("with what could not be read" if told.unreadable else "all of it was readable")

    share = (until_s - monotonic()) / 3
    part.repeat(one, first_seed, monotonic() + share)
    replayed.repeat(old_page, first_seed, monotonic() + share)
    repaired.repeat(mend, first_seed, until_s)
    return [part, replayed, repaired]
