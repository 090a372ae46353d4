"""Sums of the agreed layer and of the overlay, whatever order acts are executed in, against adding up in a dict."""

from random import Random

import pytest

from core.ledger.encoding import encode
from core.ledger.record import Change, Record, TotalChange
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from tests.store.records import agree, empty_store, make_record, next_version, overlay

GROUPS = [encode([name]) for name in ("a", "b")]


def adds(old: Record | None, new: Record) -> list[TotalChange]:
    """Each record adds its area to the group of its own side."""
    found = []
    for record, sign in ((old, -1), (new, 1)):
        if record is not None and record.fields["area"]:
            found.append(
                TotalChange("t", GROUPS[record.fields["side"]], record.id, {"area": sign * record.fields["area"]})
            )
    return found


def sums_of(records: list[Record]) -> list[dict[str, int]]:
    areas = [sum(r.fields["area"] for r in records if r.fields["side"] == side) for side in (0, 1)]
    return [{"area": area} if area else {} for area in areas]


def execute(store: ReplicaStore, change: Change) -> None:
    agree(store, [change])
    with store.database.atomic():
        added = adds(change.old, change.new)
        store.state.totals.add_agreed(added)
        store.state.totals.settle(added)


def foresee(store: ReplicaStore, change: Change) -> None:
    overlay(store, 0, [change])
    with store.database.atomic():
        store.state.totals.add_foreseen(adds(change.old, change.new))


@pytest.mark.parametrize("seed", range(12))
def test_both_layers_are_the_sums_of_their_records(seed: int) -> None:
    """Acts arrive, are executed in another order than they came, or are never foreseen at all."""
    store, random = empty_store(), Random(seed)
    agreed: dict[int, Record] = {}
    present: dict[int, Record] = {}
    waiting: dict[int, list[Record]] = {}
    for _ in range(30):
        number = random.randrange(4)
        fields = {"area": random.randrange(-2, 4) * 10**18 * 5, "side": random.randrange(2)}
        waits = waiting.get(number, [])
        if waits and random.random() < 0.5:
            new = waits.pop(0)
            execute(store, Change(agreed.get(number), new))
            agreed[number] = new
        elif not waits and random.random() < 0.3:
            new = next_version(agreed[number], **fields) if number in agreed else make_record(number, **fields)
            execute(store, Change(agreed.get(number), new))
            agreed[number] = present[number] = new
        else:
            old = present.get(number)
            new = next_version(old, **fields) if old else make_record(number, **fields)
            foresee(store, Change(old, new))
            present[number] = new
            waiting.setdefault(number, []).append(new)
        assert [store.state.total("t", group) for group in GROUPS] == sums_of(list(agreed.values()))
        assert [store.state.present_total("t", group) for group in GROUPS] == sums_of(list(present.values()))


def test_a_working_copy_reads_its_own_acts_and_writes_the_net() -> None:
    store = empty_store()
    first = make_record(1, area=5, side=0)
    execute(store, Change(None, first))
    working = WorkingState(store.state, None)
    second = next_version(first, area=7, side=0)
    working.apply((Change(first, second),), tuple(adds(first, second)))
    assert working.total("t", GROUPS[0]) == {"area": 7}
    third = next_version(second, area=5, side=0)
    working.apply((Change(second, third),), tuple(adds(second, third)))
    assert (working.total("t", GROUPS[0]), working.total_changes) == ({"area": 5}, [])
