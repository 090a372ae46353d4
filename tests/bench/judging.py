"""Executing one act under the land law, in memory: with and without a trace, and what reading a total adds to it.

Timed in turns with the bare limit: a dict updated, the record as DAG-CBOR and its SHA-256. The state holds records as
objects, as those of one batch do; signatures, disk and state root are measured elsewhere.
"""

from collections.abc import Callable
from hashlib import sha256
from statistics import median
from time import perf_counter

from core.laws import Accepted, Context, Law, execute, parse_law
from core.ledger.record import Record, encode_record
from core.ledger.transaction import Transaction
from tests.bench.figure import Figure
from tests.laws.counter import LIBRARY, Counter, DictState, document, party

ASKED_TRACED_US, ASKED_US, ASKED_TOTAL_US = 150.0, 60.0, 5.0
ROUNDS, A_ROUND = 25, 200
LAND = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
TOTALS = """
totals:
  entries_of:
    over: encumbrance
    by: {parcel: encumbrance.parcel}
    add: {count: 1}
"""
# The sale reads how much burdens the parcel: a total of its keeper.
RULE = """      - {code: read-a-total, article: "1", outcome: refuse, rule: "total('entries_of', {'parcel': parcel.id}).count < 9",
         says: {en: Too much.}}
"""


class Records(DictState):
    """Records as objects."""

    def __init__(self, state: DictState) -> None:
        super().__init__(state.records, state.groups, state.sums)
        self.read = {record: found for record in state.records if (found := state.record(record))}

    def record(self, record_id: bytes) -> Record | None:
        return self.read.get(record_id)


def measure_judging(rounds: int = ROUNDS) -> list[Figure]:
    """Microseconds of one act; medians over rounds in which everything takes its turn."""
    plain, reading = _sale(parse_law(LAND)), _sale(parse_law(_with_total()))
    record = next(iter(plain[0].read.values()))
    steps: dict[str, Callable[[], object]] = {
        "bare": lambda: _bare(record),
        "plain": lambda: _judge(*plain),
        "traced": lambda: _judge(*plain, trace=True),
        "reading": lambda: _judge(*reading),
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            started_s = perf_counter()
            for _ in range(A_ROUND):
                step()
            taken[name].append((perf_counter() - started_s) / A_ROUND * 1e6)
    us = {name: median(times) for name, times in taken.items()}
    added = median(reading - plain for reading, plain in zip(taken["reading"], taken["plain"], strict=True))
    note = f"beside {us['bare']:.1f} µs of a dict update, DAG-CBOR and SHA-256"
    return [
        Figure("judge a transfer, with trace", us["traced"], "µs", ASKED_TRACED_US, at_most=1, note=note),
        Figure("judge a transfer", us["plain"], "µs", ASKED_US, at_most=1, note=note),
        Figure("read a total", added, "µs", ASKED_TOTAL_US, at_most=1, note=note),
    ]


def _bare(record: Record) -> None:
    held = {record.id: record}
    held[record.id] = record
    sha256(encode_record(record)).digest()


def _with_total() -> str:
    start = LAND.index("    requires:\n", LAND.index("\n  transfer:")) + len("    requires:\n")
    return (LAND[:start] + RULE + LAND[start:]).replace("\ntotals:\n", TOTALS, 1)


def _judge(state: Records, sale: Transaction, law: Law, context: Context, *, trace: bool = False) -> None:
    verdict = execute(state, sale, law, context, trace)
    assert isinstance(verdict, Accepted), verdict


def _sale(law: Law) -> tuple[Records, Transaction, Law, Context]:
    """One parcel with one owner, and the act by which all of it is sold."""
    counter = Counter(law)
    rights = [{"kind": "ownership", "holder": party("ana"), "part": [1, 1]}]
    first = {
        "cadastral": "5013500240",
        "basis": "systematic",
        "area_m2": 640,
        "address": "Garden Street 1",
        "rights": rights,
    }
    parcel = counter.enter("first_registration", first, signers=(("registrar", 0),))
    act = {
        "ground": "sale",
        "from": [{"entry": parcel.fields["rights"][0]["id"], "part": [1, 1]}],
        "to": [{"holder": party("ben"), "part": [1, 1]}],
        "price": [4_850_000, "BYN"],
        "deed": document("2-1"),
        "spouse_consent": {"answer": "not_required", "by": [0, 1]},
    }
    sale = counter.transaction("transfer", act, {"parcel": parcel})
    return Records(counter.state), sale, law, counter.context(sale)
