"""Public files, in excerpts and whole, and an office that they are imported into."""

import csv
import gzip
import io
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from core.importing.importer import Importer, RowVerdict
from core.importing.map import parse_map
from core.importing.table import read_table
from core.laws import parse_law
from core.laws.indexing import key_group
from core.ledger.encoding import Value, encode
from core.ledger.transaction import Signer
from core.office import Office
from core.store.working import WorkingState
from tests.ledger.building import Network, make_network
from tests.offices import LIBRARY, open_in_memory, sign

DATA = Path(__file__).parent / "data"
WHOLE = os.environ.get("MUNIMENT_PUBLIC_FILES", "")  # the folder of the whole files; `make public` names it
REGISTRAR = Signer(0, 0, "registrar")
Rows = list[tuple[int, dict[str, str]]]
Told = dict[int, tuple[str, ...]]  # by row: its outcome and the codes of what was found


@dataclass(frozen=True)
class Source:
    """Where the rows of a file come from."""

    whole: bool

    def rows(self, excerpt: str, file: str) -> Rows:
        if self.whole:
            return [(number, dict(cells)) for number, cells in read_table(Path(WHOLE) / file, frozenset())]
        with gzip.open(DATA / f"{excerpt}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            assert next(lines).startswith("# ")  # source and licence
            return list(enumerate(csv.DictReader(io.StringIO(lines.read())), 2))


class Place:
    """One office, under one law."""

    def __init__(self, law: str) -> None:
        self._law = law
        canonical = parse_law((LIBRARY / f"{law}.yaml").read_text("utf-8")).canonical
        self.network: Network = make_network(4, (canonical,))
        self.office: Office = open_in_memory(self.network, 0)

    def enter(self, procedure: str, map_name: str, rows: Rows) -> tuple[Counter[str], Told]:
        """Import the rows; how many came to which outcome, and what was told of each that was not simply entered."""
        import_map = parse_map((DATA / f"{map_name}.map.yaml").read_bytes())
        importer = Importer(self.office, self._law, procedure, import_map, (REGISTRAR,))
        told: list[RowVerdict] = []
        judged = importer.judge(rows, note=told.append)
        assert judged.refused == ()
        assert importer.write(rows, [self.network.officers[0][0].sign]).outcomes == judged.outcomes
        return Counter(judged.outcomes), {
            one.row: (one.outcome, *(finding.code for finding in one.verdict.findings)) for one in told
        }

    def put(self, procedure: str, act: Mapping[str, Value]) -> bytes:
        """One act typed at the counter; the record that it makes."""
        proposal = self.office.propose(self._law, procedure, {}, act, [REGISTRAR])
        (view,) = self.office.record(sign(self.network, self.office, [proposal]))
        return view.records[0]

    def confirm_held(self, reason: str) -> None:
        """Somebody has looked at each held act and says that it counts."""
        for waiting in self.office.undecided.acts():
            proposal = self.office.propose_resolving("#confirm", waiting.act.id, [REGISTRAR], reason=reason)
            self.office.record(sign(self.network, self.office, [proposal]))
        assert self.office.undecided.acts() == []

    def found(self, register: str, key: str, value: str) -> bytes:
        working = WorkingState(self.office.store.state, 0)
        (record,) = working.find(f"{self._law}.{register}.{key}", key_group(0, value), 2)
        return record

    def total(self, name: str, *group: Value) -> dict[str, int]:
        """The ledger's own sums of a group."""
        return WorkingState(self.office.store.state, 0).total(f"{self._law}.{name}", encode(list(group)))


def cents(text: str) -> int:
    exact = Decimal(text) * 100
    assert exact == int(exact)
    return int(exact)


def outcomes_of(told: Told, rows: int) -> Counter[str]:
    """What the outcomes of so many rows must be, if this is what is told of some."""
    counted = Counter(outcome for outcome, *_ in told.values())
    return Counter({"entered": rows - len(told)}) + counted
