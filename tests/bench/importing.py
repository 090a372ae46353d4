"""Bulk import: parcels judged, signed a block at a time and committed, against bare insertion of the same rows.

Measured is what an import does for each row: the canonical act and its id, the land law's verdict, the block's root
signed by one officer, the journal, and the commit of the block with its effect, searchable and listed.
The limit takes the very rows that the import wrote, table by table, and puts them with `executemany` into a fresh
SQLCipher file with the same schema, indexes and pragmas, in order of their keys, in transactions of 50,000 rows. Both
end with everything in the database file itself, the log folded back.
"""

from pathlib import Path
from time import perf_counter
from typing import Any

from core.batch import Batch
from core.errors import MunimentError
from core.laws.verdict import Rejected
from core.ledger.record import decode_record
from core.store.database import Database
from core.store.pages import words
from tests.bench.figure import Figure
from tests.bench.offices import Place, registration

BARE_BATCH = 50_000
BARE_TURNS = 2  # the faster one is the limit
# In order of their keys; `search` stands apart because an FTS5 table without content cannot be read back.
TABLES = {
    "block": "position",
    "act": "number",
    "record": "number",
    "overlay": "number",
    "history": "record, version, last_act",
    "foreseen": "number",
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
    opened = place.open()
    source = _read_rows(opened.office.store.database)
    opened.office.close()
    bare = Database(target, bytes(range(32)), create=True)
    started_s = perf_counter()
    with bare.bulk():
        for statement, rows in source.items():
            for start in range(0, len(rows), BARE_BATCH):
                with bare.atomic():
                    bare.executemany(statement, rows[start : start + BARE_BATCH])
    elapsed_s = perf_counter() - started_s
    bare.close()
    return elapsed_s, sum(map(len, source.values()))


def _read_rows(source: Database) -> dict[str, list[Any]]:
    """The statement that inserts a table's rows, and the rows."""
    found = {}
    for table, order in TABLES.items():
        marks = ",".join("?" * len(source.rows(f"PRAGMA table_info({table})")))
        found[f"INSERT INTO {table} VALUES ({marks})"] = source.rows(f"SELECT * FROM {table} ORDER BY {order}")
    bodies = source.rows(
        "SELECT s.number, coalesce(o.body, r.body) FROM search_row s"
        " LEFT JOIN overlay o ON o.id = s.record LEFT JOIN record r ON r.id = s.record ORDER BY s.number"
    )
    texts = [(number, words(decode_record(body))) for number, body in bodies]
    found["INSERT INTO search(rowid, words) VALUES (?,?)"] = texts
    return found


def measure_import(place: Place, work: Path, count: int) -> Figure:
    ours_s = import_parcels(place, count)
    bare_s, rows = min(insert_bare(place, work / f"bare-{turn}.db") for turn in range(BARE_TURNS))
    return Figure(
        "bulk import",
        count / ours_s,
        "parcels/s",
        count / bare_s,
        at_least=0.15,
        note=f"{count} parcels, {rows} rows with their indexes and words",
    )
