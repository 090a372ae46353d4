"""Joining with a snapshot beside the bare insertion of the very rows that it leaves behind."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from core.joining import join
from core.ledger.record import decode_record
from core.office import Office
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.database import Database
from core.store.pages import words
from tests.bench.figure import Figure
from tests.offices import land_network, open_in_memory, registrar, registration

KEY = bytes(32)
ROWS_AT_ONCE = 20_000
TABLES = (
    "block",
    "act",
    "anchor",
    "record",
    "index_entry",
    "entry",
    "entry_hash",
    "state_node",
    "state_tree",
    "pruned",
    "search_row",
)


def measure_joining(work: Path, records: int) -> list[Figure]:
    """One office records so many parcels; a newcomer takes its snapshot in."""
    giver = _filled(records)
    file = work / "snapshot"
    start = perf_counter()
    summary = write_snapshot(giver, file)
    written_s = perf_counter() - start
    start = perf_counter()
    joined = Database(work / "joined.db", KEY, create=True)
    join(joined, file, Given(summary.network, summary.checkpoint))
    joined_s = perf_counter() - start
    limit_s = _insert_bare(joined, work / "bare.db")
    joined.close()
    note = f"{summary.records:,} records; file {summary.size_bytes / summary.records:.0f} B a record"
    note += f", written in {written_s:.1f} s"
    return [Figure("join with a snapshot", joined_s, "s", limit_s, at_most=2.0, note=note)]


def _filled(records: int) -> Office:
    """A network of one, so that nothing is measured but what is in the file."""
    network = land_network(1)
    office = open_in_memory(network, 0)
    for first in range(0, records, 200):
        batch = office.batch([registrar(office)])
        for number in range(first, min(first + 200, records)):
            batch.add("land", "first_registration", {}, registration(number))
        office.record_batch(batch, [network.officers[0][0].sign(batch.signing_message)])
    while office.write() is not None:
        pass
    return office


def _insert_bare(source: Database, path: Path) -> float:
    """Seconds to insert the same rows, read into memory before, and the words of the same records."""
    rows = {table: source.rows(f"SELECT * FROM {table}") for table in TABLES}
    texts = source.rows("SELECT number, body FROM record WHERE register NOT LIKE '%#%'")
    texts = [(number, words(decode_record(body))) for number, body in texts]
    start = perf_counter()
    target = Database(path, KEY, create=True)
    target.execute("CREATE TABLE pruned(position INTEGER PRIMARY KEY, stub BLOB NOT NULL, place INTEGER)")
    with target.bulk():
        for table in TABLES:
            for part in _parts(rows[table]):
                marks = ",".join("?" * len(part[0]))
                with target.atomic():
                    target.executemany(f"INSERT INTO {table} VALUES ({marks})", part)
        for part in _parts(texts):
            with target.atomic():
                target.executemany("INSERT INTO search(rowid, words) VALUES (?,?)", part)
    target.close()
    return perf_counter() - start


def _parts(rows: list[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
