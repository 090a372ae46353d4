"""How an import that was killed goes on: which rows of it this office's chain holds already.

Each row's act draws its nonce from the import's secret seed and the row's number. The seed is kept in the encrypted
replica before the first act is written, with the height of the chain then; whoever runs the import again finds the
rows in the blocks above it, in the archive too, and under later keys of the office. So the ledger itself says what was
done, wherever the computer stopped: also between a block's intent and its commit, where a counter beside the ledger
would be wrong. A repair of the replica keeps the notes (core/repairing.py).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.ledger.payload import decode_payload
from core.ledger.transaction import NONCE_BYTES, decode_transaction
from core.ledger.vertex import Vertex
from core.office import Office

SEED_BYTES = 32
NOTE = "import:"
_MAX_NOTE_BYTES = 1024


@dataclass(frozen=True)
class ImportNote:
    """What is kept of one import. `key`: names the table, the map and the procedure by their content."""

    key: bytes
    seed: bytes
    height: tuple[int, int]  # incarnation and sequence number of this office's newest block before the first row
    acts: int  # how many the import comes to
    finished: bool = False

    def nonce(self, row: int) -> bytes:
        return tagged_hash("import-row", self.seed, row.to_bytes(8, "big"))[:NONCE_BYTES]


def import_key(table: Path, map_bytes: bytes, law: str, procedure: str) -> bytes:
    """32 bytes. Raises `file-not-found`, `file-not-read`."""
    digest = sha256()
    try:
        with table.open("rb") as content:
            while part := content.read(1 << 20):
                digest.update(part)
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(table)) from None
    except OSError:
        raise MunimentError("file-not-read", path=str(table)) from None
    return tagged_hash("import", encode([digest.digest(), sha256(map_bytes).digest(), law, procedure]))


def find_note(office: Office, key: bytes) -> ImportNote | None:
    stored = office.store.database.meta(NOTE + key.hex())
    if stored is None:
        return None
    seed, seq, acts, finished, *later = decode(stored, _MAX_NOTE_BYTES)
    height = (later[0], seq) if later else (0, 0)  # of a version that did not note the incarnation
    return ImportNote(key, seed, height, acts, finished)


def begin(office: Office, key: bytes, acts: int, random_bytes: Callable[[int], bytes]) -> ImportNote:
    """Durable on return. Raises `quarantine`: a copy that may not sign is not written to either."""
    office.hand.refuse_in_quarantine()
    tips = office.lace.tips(office.number)
    height = (tips[0].incarnation, tips[0].seq) if tips else (0, 0)
    note = ImportNote(key, random_bytes(SEED_BYTES), height, acts)
    _keep(office, note)
    return note


def finish(office: Office, note: ImportNote) -> None:
    _keep(office, replace(note, finished=True))


def _keep(office: Office, note: ImportNote) -> None:
    incarnation, seq = note.height
    content = encode([note.seed, seq, note.acts, note.finished, incarnation])
    with office.store.database.atomic():
        office.store.database.set_meta(NOTE + note.key.hex(), content)


def rows_done(office: Office, note: ImportNote, rows: Iterable[int]) -> frozenset[int]:
    """Those of the rows whose acts this office's blocks hold. Raises `payload-not-held`, `archive-missing`,
    `archive-damaged` where a block that may hold some is not here: nothing is entered twice on a guess.
    """
    by_nonce = {note.nonce(row): row for row in rows}
    done = set()
    for vertex in _own_blocks(office, note.height):
        payload = office.store.payload(office.store.chain.block_at(vertex.position))
        for group in decode_payload(payload).groups if payload else ():
            for encoded in group.transactions:
                row = by_nonce.get(decode_transaction(encoded).nonce)
                if row is not None:
                    done.add(row)
    return frozenset(done)


def _own_blocks(office: Office, height: tuple[int, int]) -> Iterator[Vertex]:
    """Of this office under any of its keys, above a height, the newest of each first."""
    for tip in office.lace.all_tips():
        step = tip if tip.author == office.number else None
        while step is not None and (step.incarnation, step.seq) > height:
            yield step
            step = step.prev
