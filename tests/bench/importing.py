"""Bulk import: parcels judged, signed a block at a time and committed, against bare insertion of the same rows.

Measured is what an import does for each row: the canonical act and its id, the land law's verdict, the block's root
signed by one officer, the journal, and the commit of the block with its effect, searchable and listed.
The limit takes the very rows that the import wrote, table by table, and puts them with `executemany` into a fresh
SQLCipher file with the same schema, indexes and pragmas, in order of their keys, in transactions of 50,000 rows.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter

from core.batch import Batch
from core.errors import MunimentError
from core.laws.verdict import Rejected
from core.ledger.record import decode_record
from core.store.database import Database
from core.store.pages import words
from tests.bench.figure import Figure
from tests.bench.offices import Place, registration

BARE_BATCH = 50_000
# In order of their keys; `search` stands apart because an FTS5 table without content cannot be read back.
TABLES = {
    "block": "position",
    "act": "number",
    "record": "number",
    "overlay": "number",
    "history": "record, version, last_act",
    "index_entry": "name, grp, record",
    "overlay_index": "name, grp, record",
    "search_row": "number",
}


def import_parcels(place: Place, count: int) -> float:
    """Seconds that it takes to bring so many parcels in, durable at the end."""
    opened = place.open()
    office, registrar = opened.office, place.officers[0]
    started_s = perf_counter()
    number = 0
    with office.store.database.bulk():
        while number < count:
            batch = office.batch(place.signers("registrar"))
            number = _fill(batch, number, count)
            office.record_batch(batch, [registrar.sign(batch.signing_message)])
    elapsed_s = perf_counter() - started_s
    office.close()
    return elapsed_s


def _fill(batch: Batch, number: int, count: int) -> int:
    """Add parcels until the batch is full; the number of the next one."""
    while number < count:
        try:
            verdict = batch.add("land", "first_registration", {}, registration(number))
        except MunimentError as error:
            if error.code != "batch-full":
                raise
            return number
        assert not isinstance(verdict, Rejected), verdict
        number += 1
    return number


def insert_bare(place: Place, target: Path) -> tuple[float, int]:
    """(seconds, rows) of inserting the rows of an office's replica into a fresh file."""
    key = bytes(range(32))
    opened = place.open()
    source = opened.office.store.database
    bare = Database(target, key, create=True)
    elapsed_s, inserted = 0.0, 0
    for table, order in TABLES.items():
        marks = ",".join("?" * len(source.rows(f"PRAGMA table_info({table})")))
        rows = iter(source.rows(f"SELECT * FROM {table} ORDER BY {order}"))
        spent_s, count = _insert(bare, f"INSERT INTO {table} VALUES ({marks})", rows)
        elapsed_s, inserted = elapsed_s + spent_s, inserted + count
    texts = source.rows(
        "SELECT s.number, coalesce(o.body, r.body) FROM search_row s"
        " LEFT JOIN overlay o ON o.id = s.record LEFT JOIN record r ON r.id = s.record ORDER BY s.number"
    )
    rows = iter([(number, words(decode_record(body))) for number, body in texts])
    spent_s, count = _insert(bare, "INSERT INTO search(rowid, words) VALUES (?,?)", rows)
    bare.close()
    opened.office.close()
    return elapsed_s + spent_s, inserted + count


def _insert(bare: Database, statement: str, rows: Iterator[tuple[object, ...]]) -> tuple[float, int]:
    elapsed_s, inserted = 0.0, 0
    with bare.bulk():
        while part := list(islice(rows, BARE_BATCH)):
            started_s = perf_counter()
            with bare.atomic():
                bare.executemany(statement, part)
            elapsed_s += perf_counter() - started_s
            inserted += len(part)
    return elapsed_s, inserted


def measure_import(place: Place, work: Path, count: int) -> Figure:
    ours_s = import_parcels(place, count)
    bare_s, rows = insert_bare(place, work / "bare.db")
    return Figure(
        "bulk import",
        count / ours_s,
        "parcels/s",
        count / bare_s,
        at_least=0.15,
        note=f"{count} parcels, {rows} rows with their indexes and words",
    )
