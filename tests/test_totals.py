"""Whole offices keep totals: foreseen, agreed, checked on the disk, and put together anew under new rules."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from core.errors import MunimentError
from core.joining import join
from core.laws import parse_law
from core.laws.indexing import groups_from_nothing
from core.laws.law import Law
from core.laws.totals import add_up
from core.ledger.charter import found
from core.ledger.encoding import encode
from core.ledger.record import decode_record
from core.ledger.snapshot import checkpoint_hash
from core.office import Office
from core.reindexing import rebuild_indexes
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from tests.ledger.building import FOUNDED_MS, Network
from tests.offices import DATABASE_KEY, LIBRARY, land_network, meet, meet_until_quiet, open_in_memory, register, sell

LAND = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
AREAS = """
totals:
  areas:
    over: parcel
    where: "parcel.state == 'registered' && has(parcel.area_m2)"
    by: {kind: parcel.state}
    add: {area: parcel.area_m2, count: 1}
  entries: {over: parcel, by: {kind: parcel.state}, add: {rights: size(parcel.rights), versions: parcel.version}}
"""
GROUP = encode(["registered"])


def network() -> Network:
    homed = land_network()
    charter = found(
        "Totals", FOUNDED_MS, homed.charter.cards, [parse_law(LAND.replace("\ntotals:\n", AREAS, 1)).canonical], {}
    )
    return Network(charter, homed.nodes, homed.officers)


def from_scratch(office: Office, law: Law) -> dict[tuple[str, bytes], dict[str, int]]:
    bodies = [body for _, body in office.store.state.agreed_of("land.", 0, 1000)]
    records = [decode_record(body) for body in bodies]
    return add_up(c for r in records for c in groups_from_nothing(law.by_full_name[r.register], r))


def agreed(office: Office) -> dict[tuple[str, bytes], dict[str, int]]:
    return {(name, group): sums for name, group, sums in office.store.state.totals.all_agreed()}


def worked(made: Network, offices: Sequence[Office]) -> None:
    for number, office in enumerate(offices, 1):
        register(made, office, number)
    parcel = register(made, offices[0], 9).records[0]
    meet_until_quiet(offices)
    sell(made, offices[0], parcel, 3)


def test_every_office_foresees_and_agrees_the_same_sums() -> None:
    made = network()
    offices = [open_in_memory(made, number) for number in range(4)]
    worked(made, offices)
    foreseen = WorkingState(offices[0].store.state, 0).total("land.areas", GROUP)
    assert foreseen == {"area": 5 * 640, "count": 5}
    meet_until_quiet(offices)
    for office in offices:
        law = office.laws["land"]
        assert agreed(office) == from_scratch(office, law)
        assert office.store.state.present_total("land.entries", GROUP) == {"rights": 5, "versions": 6}
        list(office.checking.verify_state())
    with offices[1].store.database.atomic():
        offices[1].store.database.execute("DELETE FROM total WHERE name = 'land.areas'")
    with pytest.raises(MunimentError, match="replica-damaged"):
        list(offices[1].checking.verify_state())


def test_a_total_that_comes_with_new_rules_counts_what_is_there() -> None:
    made = land_network()
    offices = [open_in_memory(made, number) for number in range(4)]
    worked(made, offices)
    meet_until_quiet(offices)
    law = parse_law(LAND.replace("\ntotals:\n", AREAS, 1))
    for office in offices[:2]:
        assert agreed(office) == {}
        for _ in range(2):  # the second finds what the first has left
            with office.store.database.atomic():
                rebuild_indexes(office.store, {"land": law}, ["land"])
        assert agreed(office) == from_scratch(office, law)
        assert agreed(office)["land.areas", GROUP] == {"area": 3200, "count": 5}


def present(office: Office) -> dict[tuple[str, bytes], dict[str, int]]:
    """What the office foresees, added up from the newest version of every record."""
    state, law = office.store.state, office.laws["land"]
    newest = {decode_record(body).id: decode_record(body) for _, body in state.agreed_of("land.", 0, 1000)}
    newest.update({row[0]: decode_record(row[4]) for row in state.overlay_rows() if row[2].startswith("land.")})
    return add_up(c for r in newest.values() for c in groups_from_nothing(law.by_full_name[r.register], r))


def assert_sums(office: Office) -> None:
    assert agreed(office) == from_scratch(office, office.laws["land"])
    for (name, group), sums in present(office).items():
        assert office.store.state.present_total(name, group) == sums


@pytest.mark.parametrize("seed", range(3))
def test_acts_in_any_order_and_a_joining_office_keep_the_sums(tmp_path: Path, seed: int) -> None:
    random, made = Random(seed), network()
    offices = [open_in_memory(made, number) for number in range(4)]
    for number in range(1, 15):
        office = random.choice(offices)
        own = [row.id for row in office.records.page("land.parcel") if row.keeper == office.number]
        if own and random.random() < 0.5:
            sell(made, office, random.choice(own), seed * 100 + number)
        else:
            register(made, office, seed * 100 + number)
        for _ in range(random.randrange(4)):
            meet(*random.sample(offices, 2))
        for one in offices:
            assert_sums(one)
    meet_until_quiet(offices)
    register(made, offices[0], 99)  # beyond the checkpoint
    write_snapshot(offices[0], tmp_path / "snapshot")
    certificate = offices[0].store.checkpoints.newest_certified()
    assert certificate is not None
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "snapshot", Given(offices[0].network, checkpoint_hash(certificate.checkpoint)))
    newcomer = open_in_memory(made, 3, ReplicaStore(database), offices[3].hand.journal)
    assert agreed(newcomer) == agreed(offices[0])
    offices[3] = newcomer
    assert_sums(newcomer)
    meet_until_quiet(offices)
    assert_sums(newcomer)
    list(newcomer.checking.verify_state())


BOUND = """    always:
      - {code: too-many, article: "1", rule: "total('areas', {'kind': 'registered'}).count <= 1000", says: {en: Too many.}}
"""


def test_an_office_with_another_sum_is_told_at_once_by_its_check_and_by_the_others_at_the_next_act_that_reads_it(
    tmp_path: Path,
) -> None:
    """The root is over records: a total acts through verdicts alone, and those stand in records and entries."""
    homed = land_network()
    text = LAND.replace("\ntotals:\n", AREAS, 1).replace("    always:\n", BOUND, 1)
    charter = found("Totals", FOUNDED_MS, homed.charter.cards, [parse_law(text).canonical], {})
    made = Network(charter, homed.nodes, homed.officers)
    offices = [open_in_memory(made, number) for number in range(4)]
    for number, office in enumerate(offices, 1):
        register(made, office, number)
    meet_until_quiet(offices)
    first, liar = offices[0], offices[1]
    sound, group = agreed(liar), encode(["registered"])
    for statement, values in (
        ("UPDATE total SET sums = ? WHERE name = 'land.areas'", (encode({"area": "2560", "count": "5000"}),)),
        ("DELETE FROM total WHERE name = 'land.areas'", ()),
        ("INSERT INTO total VALUES ('land.areas', x'80', ?)", (encode({"count": "1"}),)),
        ("DELETE FROM index_entry WHERE name = 'land.parcel.cadastral'", ()),
        ("INSERT INTO index_entry VALUES ('land.parcel.cadastral', x'80', zeroblob(16))", ()),
    ):
        liar.store.database.execute("SAVEPOINT sound")
        liar.store.database.execute(statement, values)
        with pytest.raises(MunimentError, match="replica-damaged"):
            list(liar.checking.verify_state())
        liar.store.database.execute("ROLLBACK TO sound")
        liar.store.database.execute("RELEASE sound")
    with liar.store.database.atomic():
        wrong = encode({"area": "2560", "count": "5000"})
        liar.store.database.execute("UPDATE total SET sums = ? WHERE name = 'land.areas' AND grp = ?", (wrong, group))
    write_snapshot(liar, tmp_path / "snapshot")
    certificate = liar.store.checkpoints.newest_certified()
    assert certificate is not None
    given = Given(liar.network, checkpoint_hash(certificate.checkpoint))
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, tmp_path / "snapshot", given)  # sums do not travel: whoever joins adds them up from the records
    assert agreed(open_in_memory(made, 1, ReplicaStore(database), liar.hand.journal)) == sound
    assert liar.state_root() == first.state_root()
    register(made, first, 6)
    meet_until_quiet(offices)
    assert (first.finality_stopped, offices[2].finality_stopped) == (None, None)
    assert liar.finality_stopped is not None
    assert liar.state_root() != first.state_root()
