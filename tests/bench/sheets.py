"""Result sheets of a whole country beside the land import: what a row costs that is read, compared and added up.

The rows are those of the 5,362 Albanian sheets, 18 lists each, and the first sales of the parcels of the published list
that `muniment demo` imports. Both go through the import of any table, judged and written by one office in memory, in
turns of so many rows, by the processor's time: disk and log are the same for both, and told in "bulk import".
"""

import csv
import gzip
import io
from pathlib import Path
from statistics import median
from time import process_time

from core.importing.importer import Importer
from core.importing.map import parse_map
from core.laws import parse_law
from core.ledger.transaction import Signer
from tests.bench.figure import Figure
from tests.ledger.building import Network, make_network
from tests.offices import LIBRARY, open_in_memory

ROOT = Path(__file__).parents[2]
SHEETS = ROOT / "tests" / "importing" / "data"
SALES = ROOT / "desktop" / "demonstration" / "data"
REGISTRAR, CLERK = Signer(0, 0, "registrar"), Signer(0, 2, "clerk")
PEOPLE = (("Registrar", ("registrar",)), ("Notary", ("notary",)), ("Clerk", ("clerk",)))
AT_MOST = 3.0
_STEPS = (
    ("set_up_station", "albania_stations.map.yaml", (REGISTRAR,)),
    ("enter_sheet", "albania_sheets.map.yaml", (CLERK,)),
    ("count_sheet", "albania_second_entry.map.yaml", (CLERK, REGISTRAR)),
)
Rows = list[tuple[int, dict[str, str]]]


def measure_sheets(rows_a_turn: int = 500, turns: int = 5) -> list[Figure]:
    """Microseconds a row of the first and of the second entry of a sheet beside a row of the land import."""
    laws = [parse_law((LIBRARY / f"{name}.yaml").read_text("utf-8")).canonical for name in ("land", "elections")]
    network = make_network(4, tuple(laws), people_of_each=PEOPLE)
    office = open_in_memory(network, 0)
    count = rows_a_turn * turns
    sheets = _read(SHEETS / "albania_2017.csv.gz", "qvKod")[:count]
    sales = _read(SALES / "property_seattle_sales_excerpt.csv.gz", "parcel_id")[:count]
    taken: dict[str, list[float]] = {}
    for begin in range(0, count, rows_a_turn):
        turn = slice(begin, begin + rows_a_turn)
        steps = [("land", "register_from_sales_list", SALES / "parcels.map.yaml", (REGISTRAR,), sales[turn])]
        steps += [("elections", name, SHEETS / map_name, signers, sheets[turn]) for name, map_name, signers in _STEPS]
        for law, procedure, map_path, signers, rows in steps:
            importer = Importer(office, law, procedure, parse_map(map_path.read_bytes()), signers)
            taken.setdefault(procedure, []).append(_row_us(network, importer, rows))
    land_us, first_us, second_us = (
        median(taken[name]) for name in ("register_from_sales_list", "enter_sheet", "count_sheet")
    )
    note = f"{len(sheets):,} sheets of 18 lists; the limit is a row of the land import"
    return [
        Figure("import a sheet", first_us, "µs", land_us, at_most=AT_MOST, note=note),
        Figure("import its second entry", second_us, "µs", land_us, at_most=AT_MOST, note=note),
    ]


def _row_us(network: Network, importer: Importer, rows: Rows) -> float:
    signs = [network.officers[0][signer.officer].sign for signer in importer.signers]
    started_s = process_time()
    report = importer.write(rows, signs)
    taken_s = process_time() - started_s
    assert not report.outcomes.get("rejected"), report.outcomes
    return taken_s / len(rows) * 1e6


def _read(path: Path, key: str) -> Rows:
    """The first row of each key, with its number."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        text = "".join(line for line in lines if not line.startswith("#"))
    first: dict[str, tuple[int, dict[str, str]]] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
        first.setdefault(row[key], (number, row))
    return list(first.values())
