"""Recording one act, as an office does it all day: a transfer signed by two, on a replica full of parcels.

Measured from the filled form to the durable act: propose (the law judges it), two signatures, and `Office.record`,
where what is signed is checked, the journal writes the block with its intent (one fsync), the node signs, and one
transaction keeps block, act and effect. The limit, measured in turns with it: two bare PyNaCl signatures, an
append of 64 bytes with fsync, and one durable commit of one row with the act's bytes into a SQLCipher file with the
replica's pragmas.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from nacl.bindings import crypto_sign

from core.crypto.signing import SigningKey
from core.ledger.payload import Group
from core.office import Office
from core.store.database import Database
from tests.bench.figure import Figure
from tests.bench.offices import Place, numbered_parcels, sale


@dataclass
class Bare:
    """What no program could leave out."""

    secrets: list[bytes]
    log: int
    database: Database

    def run(self, encoded: bytes) -> float:
        """Seconds for one turn."""
        started_s = perf_counter()
        for secret in self.secrets:
            crypto_sign(encoded, secret)
        os.write(self.log, bytes(64))
        os.fsync(self.log)
        self.database.execute("INSERT INTO meta VALUES (?, ?)", (os.urandom(16).hex(), encoded))
        return perf_counter() - started_s


def measure_recording(place: Place, work: Path, count: int) -> Figure:
    """`place` holds at least `count` parcels of `offices.registration`, each still with its first owners."""
    office = place.open().office
    secrets = [SigningKey(bytes([number]) * 32)._secret for number in (1, 2)]
    log = os.open(work / "bare.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    bare = Bare(secrets, log, Database(work / "bare-recording.db", bytes(32), create=True))
    ours, limits = [], []
    for number, parcel in numbered_parcels(office, count):
        elapsed_s, encoded = _record(office, place, number, parcel)
        ours.append(elapsed_s)
        limits.append(bare.run(encoded))
    held = office.records.count("land.parcel")
    office.close()
    bare.database.close()
    os.close(log)
    return Figure(
        "record one act",
        median(ours) * 1000,
        "ms",
        median(limits) * 1000,
        at_most=2.5,
        note=f"median of {count}, on a replica of {held} parcels",
    )


def _record(office: Office, place: Place, number: int, parcel: bytes) -> tuple[float, bytes]:
    """(seconds, the act's bytes)."""
    signers = place.signers("registrar", "notary")
    started_s = perf_counter()
    proposal = office.propose("land", "transfer", {"parcel": parcel}, sale(number, signers[1]), signers)
    message = office.signing_message([proposal.encoded])
    group = Group((proposal.encoded,), tuple(key.sign(message) for key in place.officers[:2]))
    (view,) = office.record(group)
    elapsed_s = perf_counter() - started_s
    assert view.ladder.outcome == "entered", view.ladder
    return elapsed_s, proposal.encoded
