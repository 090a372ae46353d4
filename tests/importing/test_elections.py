"""5,362 result sheets of a whole country: their sums are the file's to the last vote, and what does not add up is held."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from core.importing.importer import Importer, ImportReport, RowVerdict
from core.importing.map import parse_map
from core.laws import parse_law
from core.ledger.transaction import Signer
from core.office import Office
from tests.ledger.building import Network, make_network
from tests.offices import LIBRARY, open_in_memory

DATA = Path(__file__).parent / "data"
DECLARED = {"PS": 764_750, "PD": 456_413, "LSI": 225_901, "PDIU": 76_069}  # CEC by exit.al and tiranatimes.com
NOT_IN_THE_SHEETS = {"PS": 19, "PD": 30, "LSI": 6, "PDIU": 0}
REGISTRAR, CLERK = Signer(0, 0, "registrar"), Signer(0, 2, "clerk")
PEOPLE = (("Registrar", ("registrar",)), ("Notary", ("notary",)), ("Clerk", ("clerk",)))
Rows = list[tuple[int, dict[str, str]]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    with gzip.open(DATA / "albania_2017.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        next(lines)
        return list(enumerate(csv.DictReader(io.StringIO(lines.read())), 2))


def load(
    network: Network, office: Office, procedure: str, signers: tuple[Signer, ...], map_name: str, rows: Rows
) -> tuple[ImportReport, list[RowVerdict]]:
    importer = Importer(office, "elections", procedure, parse_map((DATA / map_name).read_bytes()), signers)
    told: list[RowVerdict] = []
    judged = importer.judge(rows, note=told.append)
    assert judged.refused == ()
    keys = [network.officers[0][signer.officer].sign for signer in signers]
    written = importer.write(rows, keys)
    assert (written.acts, written.outcomes) == (judged.acts, judged.outcomes)
    return written, told


def test_every_sheet_of_the_country(rows: Rows) -> None:
    law = parse_law((LIBRARY / "elections.yaml").read_text("utf-8"))
    network = make_network(4, (law.canonical,), people_of_each=PEOPLE)
    office = open_in_memory(network, 0)
    stations, _ = load(network, office, "set_up_station", (REGISTRAR,), "albania_stations.map.yaml", rows)
    assert stations.outcomes == {"entered": 5_362}
    sheets, told = load(network, office, "enter_sheet", (CLERK, REGISTRAR), "albania_sheets.map.yaml", rows)
    assert sheets.outcomes == {"entered": 5_248, "held": 114}
    assert len(told) == 114
    failed = Counter(finding.code for one in told for finding in one.verdict.findings)
    assert failed == {
        "cast-not-valid-plus-invalid": 75, "voters-not-cast": 40, "parties-not-valid": 8, "above-registered": 3,
    }  # fmt: skip
    counted, held = Counter[str](), Counter[str]()
    for sheet, _ in office.store.pages.page("elections.result_sheet", None, 10_000):
        counted.update({one["party"]: one["count"] for one in sheet.fields["votes"]})
    by_row = dict(rows)
    for one in told:
        held.update({party: int(by_row[one.row][party.lower()]) for party in counted})
    in_file = Counter({party: sum(int(row[party.lower()]) for _, row in rows) for party in counted})
    assert counted + held == in_file  # nothing lost, nothing summed in silence
    assert {party: DECLARED[party] - in_file[party] for party in DECLARED} == NOT_IN_THE_SHEETS
