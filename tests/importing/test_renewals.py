"""US copyright renewals of 1955: 4,913 in the 28th year by their dates, 16 before it, 33 after it, 47 without a day."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.importing.importer import Importer, ImportReport, RowVerdict
from core.importing.map import parse_map
from core.importing.table import Cells, read_table
from core.laws import Accepted, parse_law
from core.ledger.encoding import encode
from core.ledger.transaction import Signer
from core.office import Office
from core.store.working import WorkingState
from tests.ledger.building import Network, make_network
from tests.offices import LIBRARY, open_in_memory

DATA = Path(__file__).parent / "data"
FULL = Path(__file__).resolve().parents[3] / "shared" / "data" / "ip_us_copyright_renewals_1955.csv"
IN_THE_28TH_YEAR = 4_913
NOT_IN_IT = {"before-renewal-window": 16, "after-renewal-window": 33, "registration-undated": 47}
IN_THE_EXCERPT = 304  # with all of the 96 rows that are not


@pytest.fixture
def network() -> Network:
    return make_network(4, (parse_law((LIBRARY / "intellectual_property.yaml").read_text("utf-8")).canonical,))


def judged(office: Office, rows: Iterable[tuple[int, Cells]]) -> tuple[Importer, ImportReport, dict[str, list[int]]]:
    """The rows that are held, by what holds them."""
    import_map = parse_map((DATA / "us_renewals.map.yaml").read_bytes())
    signers = (Signer(0, 0, "registrar"),)
    importer = Importer(office, "intellectual_property", "record_published_renewal", import_map, signers)
    held: dict[str, list[int]] = {}

    def note(told: RowVerdict) -> None:
        assert isinstance(told.verdict, Accepted), told
        (finding,) = told.verdict.findings
        held.setdefault(finding.code, []).append(told.row)

    return importer, importer.judge(rows, note=note), held


def counts(held: dict[str, list[int]]) -> Counter[str]:
    return Counter({code: len(rows) for code, rows in held.items()})


def test_what_is_not_in_the_28th_year_is_held_with_its_reason(network: Network) -> None:
    office = open_in_memory(network, 0)
    with gzip.open(DATA / "us_renewals_1955.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        next(lines)
        rows = list(enumerate(csv.DictReader(lines), 2))
    importer, report, held = judged(office, rows)
    assert report.outcomes == {"entered": IN_THE_EXCERPT, "held": 96}
    assert counts(held) == NOT_IN_IT
    by_number = dict(rows)
    assert all(not by_number[row]["registration_date"] for row in held["registration-undated"])
    assert importer.write(rows, [network.officers[0][0].sign]).acts == len(rows)
    volume = WorkingState(office.store.state, 0).total("intellectual_property.renewals_of_a_volume", encode([9]))
    assert volume["count"] == IN_THE_EXCERPT  # the ledger's own total: what is held is not silently summed
    undecided = office.undecided.acts()
    assert len(undecided) == 96


def test_every_renewal_of_the_year(network: Network) -> None:
    if not FULL.exists():
        pytest.skip("the full public file (../shared/data) is not on this computer")
    _, report, held = judged(open_in_memory(network, 0), read_table(FULL, frozenset({"renewal_no"})))
    assert report.outcomes == {"entered": IN_THE_28TH_YEAR, "held": sum(NOT_IN_IT.values())}
    assert counts(held) == NOT_IN_IT
    assert report.rows == report.acts == 5_009
