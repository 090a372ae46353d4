"""5,362 result sheets of a whole country: their sums are the file's to the last vote, and what does not add up is held."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from core.importing.importer import Importer, ImportReport
from core.importing.map import parse_map
from core.laws import parse_law
from core.ledger.encoding import encode
from core.ledger.transaction import Signer
from core.office import Office
from core.store.working import WorkingState
from tests.ledger.building import Network, make_network
from tests.offices import LIBRARY, open_in_memory

DATA = Path(__file__).parent / "data"
DECLARED = {"PS": 764_750, "PD": 456_413, "LSI": 225_901, "PDIU": 76_069}  # CEC by exit.al and tiranatimes.com
NOT_IN_THE_SHEETS = {"PS": 19, "PD": 30, "LSI": 6, "PDIU": 0}
PARTIES = (
    "LSI", "PS", "PKD", "SFIDA", "PR", "PD", "PBDKSH", "ADK", "PSD", "AD", "FRD", "PDS", "PDIU", "AAK", "MEGA",
    "PKSH", "APD", "LIBRA",
)  # fmt: skip
REGISTRAR, CLERK = Signer(0, 0, "registrar"), Signer(0, 2, "clerk")
PEOPLE = (("Registrar", ("registrar",)), ("Notary", ("notary",)), ("Clerk", ("clerk",)))
Rows = list[tuple[int, dict[str, str]]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    with gzip.open(DATA / "albania_2017.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        next(lines)
        return list(enumerate(csv.DictReader(io.StringIO(lines.read())), 2))


def load(network: Network, importer: Importer, rows: Rows) -> ImportReport:
    return importer.write(rows, [network.officers[0][signer.officer].sign for signer in importer.signers])


def importer(office: Office, procedure: str, signers: tuple[Signer, ...], map_name: str) -> Importer:
    return Importer(office, "elections", procedure, parse_map((DATA / map_name).read_bytes()), signers)


def column(office: Office, *of: str) -> Counter[str]:
    """What the ledger's own total says of a standing, in the whole country or in one unit."""
    sums = WorkingState(office.store.state, office.number).total("elections.sheets_by_standing", encode(list(of)))
    named = {party: sums.get(f"list_{number}", 0) for number, party in enumerate(PARTIES, 1)}
    return Counter(named) + Counter(sheets=sums.get("count", 0), valid=sums.get("valid", 0))


def in_file(rows: list[dict[str, str]]) -> Counter[str]:
    named = Counter({party: sum(int(row[party.lower()]) for row in rows) for party in PARTIES})
    return named + Counter(sheets=len(rows), valid=sum(int(row["validVotes"]) for row in rows))


def test_every_sheet_of_the_country(rows: Rows) -> None:
    law = parse_law((LIBRARY / "elections.yaml").read_text("utf-8"))
    network = make_network(4, (law.canonical,), people_of_each=PEOPLE)
    office = open_in_memory(network, 0)
    stations = importer(office, "set_up_station", (REGISTRAR,), "albania_stations.map.yaml")
    assert load(network, stations, rows).outcomes == {"entered": 5_362}
    entries = importer(office, "enter_sheet", (CLERK,), "albania_sheets.map.yaml")
    assert load(network, entries, rows).outcomes == {"entered": 5_362}
    counting = importer(office, "count_sheet", (CLERK, REGISTRAR), "albania_second_entry.map.yaml")
    assert load(network, counting, rows).outcomes == {"entered": 5_248, "held": 114}
    waiting = office.undecided.acts()
    assert len(waiting) == 114
    failed = Counter(code for one in waiting for code in one.codes)
    assert failed == {
        "cast-not-valid-plus-invalid": 75, "voters-not-cast": 40, "parties-not-valid": 8, "above-registered": 3,
    }  # fmt: skip
    held = {office.records.view(one.records["result_sheet"]).record.key["sheet_code"] for one in waiting}
    counted = column(office, "counted")
    assert counted == in_file([row for _, row in rows if row["qvKod"] not in held])  # without what is held
    assert column(office, "first_entry") == in_file([row for _, row in rows if row["qvKod"] in held])
    every = in_file([row for _, row in rows])
    assert counted + column(office, "first_entry") == every  # nothing lost, nothing summed in silence
    assert {party: DECLARED[party] - every[party] for party in DECLARED} == NOT_IN_THE_SHEETS
    in_unit = [row for _, row in rows if row["njesiaAdministrative"] == "Gruemire"]
    both = column(office, "counted", "Gruemire") + column(office, "first_entry", "Gruemire")
    assert both == in_file(in_unit)
    assert both["sheets"] == len(in_unit) > 1
