"""Importing into an office: which rows are taken, how they share blocks, and that it is all of them or none."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from core.batch import MAX_ACTS, ROOM_BYTES
from core.errors import MunimentError
from core.importing.importer import MAX_REPORTED, Importer, RowVerdict
from core.importing.map import parse_map
from core.importing.resuming import begin, find_note, finish, rows_done
from core.laws import parse_law
from core.ledger.payload import MAX_PAYLOAD_BYTES
from core.ledger.transaction import Signer
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.intent import Mark
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.views import Step
from tests.ledger.building import Network, make_network
from tests.offices import DATABASE_KEY, land_network, make_offices, meet_until_quiet, open_in_memory

MAP = b"""
signers: [registrar]
fields:
  cadastral: "{id}"
  basis: systematic
  area_m2: "{area}"
  address: "{address}"
  rights: [{kind: ownership, holder: "{owner}", part: "1"}]
"""
SALES = b"""
later_of: [id]
signers: [registrar]
records:
  parcel: {register: land.parcel, key: {cadastral: "{id}"}}
fields:
  sale_reference: "{sale}"
  sale_day: "2012-01-0{sale}"
  price: "100 USD"
  seller: {name: "Seller of {sale}", kind: unknown}
  buyer: {name: "Buyer of {sale}", kind: unknown}
"""
FIRST_SALES = SALES.replace(b"later_of", b"first_of").replace(
    b'records:\n  parcel: {register: land.parcel, key: {cadastral: "{id}"}}\nfields:\n',
    b'fields:\n  cadastral: "{id}"\n',
)
Table = list[tuple[int, Mapping[str, str]]]


@pytest.fixture
def network() -> Network:
    return land_network()


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def importer(office: Office, data: bytes = MAP, procedure: str = "first_registration") -> Importer:
    return Importer(office, "land", procedure, parse_map(data), (Signer(office.number, 0, "registrar"),))


def table(numbers: Iterable[int], **cells: str) -> Table:
    return [
        (row, {"id": f"{number:010}", "area": "100", "address": f"Hill {number}", "owner": f"Owner {number}", **cells})
        for row, number in enumerate(numbers, 2)
    ]


def sales(*pairs: tuple[int, int]) -> Table:
    return [(row, {"id": f"{parcel:010}", "sale": str(sale)}) for row, (parcel, sale) in enumerate(pairs, 2)]


def load(network: Network, importing: Importer, rows: Table) -> tuple[int, int]:
    key = network.officers[importing.office.number][0]
    report = importing.write(rows, [key.sign])
    return report.acts, report.blocks


def test_every_row_is_an_act_of_its_own(network: Network, offices: list[Office]) -> None:
    office = offices[0]
    seen: list[int] = []
    key = network.officers[0][0]
    report = importer(office).write(table(range(3)), [key.sign], seen.append)
    assert (report.acts, report.blocks, seen) == (3, 1, [3])
    views = [office.records.view(row.id).timeline[0] for row in office.records.page("land.parcel")]
    assert len({view.act for view in views}) == 3
    meet_until_quiet(offices)
    for other in offices:
        assert [other.acts.view(view.act).ladder.step for view in views] == [Step.FINAL] * 3
        assert other.proofs.receipt(views[0].act)
    assert len({other.state_root() for other in offices}) == 1


@pytest.mark.parametrize("room_bytes", [ROOM_BYTES, 40_000])
def test_a_table_longer_than_a_block_takes_several(
    network: Network, offices: list[Office], room_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many acts as a block is to have, or less room than they need."""
    monkeypatch.setattr("core.batch.ROOM_BYTES", room_bytes)
    rows = table(range(600))
    office = offices[0]
    progress: list[int] = []
    report = importer(office).judge(rows, progress.append)
    assert (report.rows, report.acts, report.refused, progress) == (600, 600, (), [500])
    assert office.standing.counts().blocks == 0
    acts, blocks = load(network, importer(office), rows)
    assert (acts, office.standing.counts().acts, office.standing.counts().blocks) == (600, 600, blocks)
    assert blocks > 2
    payloads = [row.block.payload or b"" for row in office.store.chain.blocks(0, 100)]
    assert all(len(payload) <= MAX_PAYLOAD_BYTES for payload in payloads)
    counts = [count for _, _, count in office.store.chain.act_counts_of_blocks(0, 100)]
    # Full blocks: what was left over of one goes first into the next.
    if room_bytes == ROOM_BYTES:
        assert counts == [MAX_ACTS, MAX_ACTS, 600 - 2 * MAX_ACTS]
    else:
        assert all(len(payload) > room_bytes * 0.9 for payload in payloads[:-1])
        assert max(counts) < MAX_ACTS
    places = [
        office.records.view(office.records.search(f"{number:010}", 1)[0].id).timeline[0].act for number in (0, 599)
    ]
    assert [office.acts.view(act).seq for act in places] == [1, blocks]


def test_first_of_and_later_of_share_one_table(network: Network, offices: list[Office]) -> None:
    office = offices[0]
    rows = sales((1, 1), (2, 2), (1, 3), (1, 4), (3, 5))
    rows[2] = (4, {**rows[2][1], "id": f" {rows[2][1]['id']} "})  # the same parcel, as it may stand in a sheet
    first = importer(office, FIRST_SALES, "register_from_sales_list")
    later = importer(office, SALES, "note_sale")
    assert later.judge(rows).refused[0].verdict.code == "record-not-found"
    assert load(network, first, rows) == (3, 1)
    assert load(network, later, rows) == (2, 1)
    parcel = office.records.search("0000000001", 1)[0].id
    assert [entry.after.fields["sale_reference"] for entry in office.records.view(parcel).timeline] == ["4", "3", "1"]


def test_rows_that_build_on_each_other_are_judged_in_their_order(network: Network, offices: list[Office]) -> None:
    """The second row of a parcel is judged on what the first one made, also where a block ends between them."""
    office = offices[0]
    report = importer(office).judge(table([1, 2, 1]))
    assert [(row.row, row.verdict.code) for row in report.refused] == [(4, "key-taken")]
    report = importer(office).judge(table([*range(1_200), 0]))
    assert [(row.row, row.verdict.code) for row in report.refused] == [(1_202, "key-taken")]


def test_nothing_is_written_where_one_row_is_refused(network: Network, offices: list[Office]) -> None:
    office = offices[0]
    rows = table([1, 2, 3])
    rows[1] = (3, {**rows[1][1], "area": "-5"})
    with pytest.raises(MunimentError) as caught:
        load(network, importer(office), rows)
    assert caught.value.code == "rows-refused"
    assert (caught.value.facts["row"], caught.value.facts["why"]) == (3, "out-of-bounds")
    assert (office.standing.counts().blocks, office.records.page("land.parcel")) == (0, [])
    assert load(network, importer(office), table([1, 2, 3])) == (3, 1)


def test_a_cell_that_says_nothing_by_the_map_is_no_formula(offices: list[Office]) -> None:
    importing = importer(offices[0], MAP + b'blank: {note: ["-n/a"]}\n')
    report = importing.judge([*table([1], note="-n/a"), (3, table([2], note="-now()")[0][1])])
    assert [(row.row, row.verdict.code) for row in report.refused] == [(3, "formula-cell")]


def test_all_refused_rows_are_counted_and_a_thousand_told(offices: list[Office]) -> None:
    report = importer(offices[0]).judge(table(range(MAX_REPORTED + 100), area="none"))
    assert (report.rows, report.acts, len(report.refused)) == (MAX_REPORTED + 100, 0, MAX_REPORTED)
    assert report.refused[0].verdict.facts == {"field": "area_m2", "kind": "integer", "text": "none"}


def test_a_row_too_large_for_any_block_is_refused_by_its_number(offices: list[Office]) -> None:
    huge = {"id": "0000000002", "area": "1", "address": "x" * MAX_PAYLOAD_BYTES, "owner": "Ada"}
    rows = [table([1])[0], (3, huge), (4, table([3])[0][1])]
    report = importer(offices[0]).judge(rows)
    assert (report.acts, [row.row for row in report.refused]) == (2, [3])
    assert report.refused[0].verdict.code in {"row-too-large", "too-large"}


class Stopped(Exception):  # noqa: N818  # a power cut is no error of the program
    """The computer stops here."""


class CutJournal(MemoryJournal):
    """The power goes after so many intents, before their block is committed."""

    left = 1_000

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        super().prepare(mark, unsigned_block)
        self.left -= 1
        if self.left == 0:
            raise Stopped


@pytest.mark.parametrize("killed", ["before its first block", "between intent and commit", "after a commit"])
def test_an_import_that_was_killed_goes_on_without_doubles(network: Network, killed: str) -> None:
    """Also where a block's intent stood and its commit did not: the next start finishes it, and its rows are found."""
    store, journal = ReplicaStore(Database(IN_MEMORY, DATABASE_KEY)), CutJournal()
    office = open_in_memory(network, 0, store, journal)
    rows, key = table(range(1_600)), network.officers[0][0]
    note = begin(office, bytes(32), len(rows), bytes)

    def stop(_: object) -> bytes:
        raise Stopped

    journal.left = 2 if killed == "between intent and commit" else 1_000
    with pytest.raises(Stopped):
        importer(office).write(
            rows,
            [stop if killed == "before its first block" else key.sign],
            stop if killed == "after a commit" else lambda _: None,
            note,
        )
    journal.left = 1_000
    office = open_in_memory(network, 0, store, journal)
    assert find_note(office, bytes(32)) == note
    done = rows_done(office, note, [number for number, _ in rows])
    assert len(done) == office.standing.counts().acts
    assert bool(done) is (killed != "before its first block")
    going_on = replace(importer(office), done=done)
    judged = going_on.judge(rows)
    assert (judged.done_before, judged.acts, judged.refused) == (len(done), 1_600 - len(done), ())
    going_on.write(rows, [key.sign], note=note)
    assert office.standing.counts().acts == len(office.records.page("land.parcel", limit=2_000)) == 1_600
    finish(office, note)
    assert find_note(office, bytes(32)) == replace(note, finished=True)


TALLY = """
law: tally
version: 1
title: {en: Tally}
registers:
  sheet:
    home: office
    key: {station: {type: text, max_chars: 9}}
    fields: {valid: {type: integer, min: 0, max: 1000}}
    states: {start: counted, moves: {annul: {from: [counted], to: annulled}}}
procedures:
  enter_sheet:
    title: {en: Entry of a sheet}
    class: fact
    creates: {sheet: sheet}
    signed_by: {all_of: [registrar]}
    fields: {station: {type: text, max_chars: 9}, cast: {type: integer, min: 0, max: 1000},
             valid: {type: integer, min: 0, max: 1000}}
    requires:
      - {code: cast-not-valid, article: "7", outcome: hold, rule: act.cast == act.valid, says: {en: "{act.cast} were cast."}}
    effects:
      - {create: sheet, key: {station: act.station}, set: {valid: act.valid}}
"""


def test_rows_that_are_held_are_recorded_counted_and_told() -> None:
    network = make_network(4, (parse_law(TALLY).canonical,))
    office = open_in_memory(network, 0)
    import_map = parse_map(b'signers: [registrar]\nfields: {station: "{s}", cast: "{c}", valid: "{v}"}')
    importing = Importer(office, "tally", "enter_sheet", import_map, (Signer(0, 0, "registrar"),))
    rows = [
        (2, {"s": "a", "c": "5", "v": "5"}),
        (3, {"s": "b", "c": "5", "v": "4"}),
        (4, {"s": "c", "c": "1", "v": "1"}),
    ]
    told: list[RowVerdict] = []
    report = importing.judge(rows, note=told.append)
    assert (report.acts, report.outcomes, report.refused) == (3, {"entered": 2, "held": 1}, ())
    assert [(one.row, one.outcome, one.verdict.findings[0].code) for one in told] == [(3, "held", "cast-not-valid")]
    written = importing.write(rows, [network.officers[0][0].sign])
    assert (written.outcomes, office.standing.counts().acts) == ({"entered": 2, "held": 1}, 3)


def test_only_some_rows_and_none_twice(offices: list[Office]) -> None:
    only = b'only: {owner: ["Owner 1", "Owner 3"]}\nunique: [owner]\n' + MAP
    report = importer(offices[0], only).judge([*table(range(5)), *table([8], owner="Owner 3")])
    assert (report.rows, report.acts, report.left_out) == (3, 2, 3)
    (refused,) = report.refused
    assert (refused.verdict.code, refused.verdict.facts) == ("row-repeated", {"row": 2, "first": 5})


def test_a_signature_of_somebody_else_writes_nothing(network: Network, offices: list[Office]) -> None:
    office = offices[0]
    with pytest.raises(MunimentError) as caught:
        importer(office).write(table([1]), [network.officers[0][1].sign])
    assert caught.value.code == "bad-signature"
    assert office.standing.counts().blocks == 0


def test_what_does_not_fit_is_refused_at_once(offices: list[Office]) -> None:
    good = importer(offices[0])
    for change, code in (
        ({"law": "sea"}, "unknown-law"),
        ({"procedure": "fly"}, "unknown-procedure"),
        ({"signers": ()}, "signers-differ-from-map"),
        ({"signers": (Signer(0, 1, "notary"),)}, "signers-differ-from-map"),
    ):
        with pytest.raises(MunimentError) as caught:
            replace(good, **change)
        assert caught.value.code == code


def test_an_empty_table_writes_no_block(network: Network, offices: list[Office]) -> None:
    assert load(network, importer(offices[0]), []) == (0, 0)
    assert offices[0].standing.counts().blocks == 0


def test_a_block_holds_no_more_acts_than_the_format_allows() -> None:
    assert MAX_ACTS * 64 <= MAX_PAYLOAD_BYTES
