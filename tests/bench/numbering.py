"""Numbers from the pools of 50 offices that never meet: how long one takes, and that none is given twice."""

from hashlib import sha256
from time import perf_counter

from core.laws.drafts import Draft
from core.laws.numbers import Pool, next_number
from core.ledger.encoding import encode
from tests.bench.figure import Figure
from tests.laws.counter import DictState

OFFICES = 50
AT_MOST = 3.0  # beside a dict update, DAG-CBOR and SHA-256 of the same length


def measure_numbering(count: int = 1_000_000) -> list[Figure]:
    """Microseconds a number beside the bare limit of the same run; raises AssertionError for one given twice."""
    state, given = DictState(), set[str]()
    each = count // OFFICES
    started_s = perf_counter()
    for office in range(OFFICES):
        counters: dict[bytes, Draft] = {}
        for turn in range(each):
            pool = Pool(office, 2026 + turn % 2, turn % 3 // 2)
            given.add(next_number(state, counters, pool, "land.encumbrance.entry_no"))
    taken_us = (perf_counter() - started_s) / (each * OFFICES) * 1e6
    assert len(given) == each * OFFICES
    last: dict[int, int] = {}
    started_s = perf_counter()
    for serial in range(each):
        last[serial % 3] = serial
        sha256(encode([serial % OFFICES, 2026, "land.encumbrance.entry_no", serial])).digest()
    bare_us = (perf_counter() - started_s) / each * 1e6
    note = f"{len(given):,} numbers of {OFFICES} offices offline, none twice"
    return [Figure("give a number", taken_us, "µs", bare_us, at_most=AT_MOST, note=note)]
