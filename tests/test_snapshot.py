"""I10: who joins with a snapshot holds what everybody holds, decides the same ever after, and takes no forgery."""

from pathlib import Path
from random import Random

import pytest

from core.errors import MunimentError
from core.joining import join
from core.ledger.encoding import decode, encode
from core.ledger.snapshot import SECTIONS, checkpoint_hash, framed
from core.office import Office
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from tests.offices import (
    DATABASE_KEY,
    hand_over,
    land_network,
    make_offices,
    meet,
    meet_until_quiet,
    open_in_memory,
    register,
    sell,
)
from tests.test_epochs import Town, pass_change


def given_by(office: Office) -> Given:
    certificate = office.store.checkpoints.newest_certified()
    assert certificate is not None
    return Given(office.network, checkpoint_hash(certificate.checkpoint))


def joined(office: Office, path: Path) -> ReplicaStore:
    write_snapshot(office, path)
    database = Database(IN_MEMORY, DATABASE_KEY)
    join(database, path, given_by(office))
    return ReplicaStore(database)


def rows(store: ReplicaStore, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.database.rows(statement)]


COMPARED = (
    "SELECT id, header, signature, acts, accused, anchor FROM block ORDER BY position",
    "SELECT number, block, epoch, round, consensus_ms, spread_ms, acts, closing FROM anchor ORDER BY number",
    "SELECT number, id, block, place, author, outcome, code FROM act ORDER BY number",
    "SELECT number, leaf FROM entry ORDER BY number",
    "SELECT number, hashes FROM entry_hash ORDER BY number",
    "SELECT id, register, district, iif(register LIKE '%#%', '', label), body FROM record ORDER BY id",
    "SELECT name, grp, record FROM index_entry ORDER BY name, grp, record",
    "SELECT id, author, body FROM overlay ORDER BY id",
    # What the agreed layer says already may stand there again, as long as the record does (core/store/state.py).
    (
        "SELECT name, grp, record, added FROM overlay_index AS o WHERE added <> EXISTS (SELECT 1 FROM index_entry AS i"
        " WHERE i.name = o.name AND i.grp = o.grp AND i.record = o.record) ORDER BY name, grp, record"
    ),
    "SELECT author, position, key FROM waiting ORDER BY author, position, key",
    "SELECT id, keeper FROM request ORDER BY id",
    "SELECT number, body FROM epoch ORDER BY number",
    "SELECT name, value FROM meta WHERE name = 'change-passed'",
)


def assert_equal(full: ReplicaStore, other: ReplicaStore) -> None:
    for statement in COMPARED:
        assert rows(full, statement) == rows(other, statement), statement
    assert full.state.state_root() == other.state.state_root()


def busy(seed: int, offices: list[Office], steps: int) -> None:
    """Acts and meetings at random; nobody waits for anything to become final."""
    random, network = Random(seed), land_network(len(offices))
    for number in range(steps):
        office = random.choice(offices)
        if random.random() < 0.6:
            register(network, office, seed * 1000 + number)
        else:
            own = [row for row in office.records.page("land.parcel") if row.keeper == office.number]
            if own:
                sell(network, office, random.choice(own).id, seed * 1000 + number)
        for _ in range(random.randrange(4)):
            meet(*random.sample(offices, 2))


@pytest.mark.parametrize("seed", range(8))
def test_who_joins_holds_the_same_and_goes_on_alike(tmp_path: Path, seed: int) -> None:
    network, offices = land_network(), make_offices()
    busy(seed, offices, 12)
    meet_until_quiet(offices)
    busy(seed + 100, offices, 1 + seed)  # beyond the checkpoint
    store = joined(offices[seed % 4], tmp_path / "snapshot")
    assert_equal(offices[seed % 4].store, store)
    assert store.pruned.count() > 0
    at_c = "(SELECT min(anchor) FROM checkpoint)"  # later ones this replica has come to by itself
    settled = store.database.scalar(f"SELECT max(position) FROM block WHERE anchor BETWEEN 1 AND {at_c}")
    assert store.pages._mark() >= settled  # words came with the records: no search has to take them in again
    # The fourth office lost its database, not its key: with this replica it is where the giver was.
    newcomer = open_in_memory(network, 3, store, offices[3].hand.journal)
    if seed % 4 != 3:
        hand_over(offices[3], newcomer)
    offices[3] = newcomer
    busy(seed + 200, offices, 8)
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1
    assert len({office.anchor for office in offices}) == 1
    assert rows(offices[0].store, COMPARED[1]) == rows(newcomer.store, COMPARED[1])
    again = open_in_memory(network, 3, store, newcomer.hand.journal)
    assert (again.anchor, again.state_root()) == (offices[0].anchor, offices[0].state_root())


def test_who_joined_gives_a_snapshot_on(tmp_path: Path) -> None:
    offices = make_offices()
    busy(1, offices, 10)
    meet_until_quiet(offices)
    store = joined(offices[0], tmp_path / "first")
    second = open_in_memory(land_network(), 3, store, offices[3].hand.journal)
    offices[3] = second
    busy(2, offices, 6)
    meet_until_quiet(offices)
    busy(3, offices, 2)
    assert_equal(second.store, joined(second, tmp_path / "second"))


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.mark.parametrize("voting", ["passed", "closed", "twice"])
def test_epochs_follow_from_votes(tmp_path: Path, town: Town, voting: str) -> None:
    for number, office in enumerate(town.offices):
        register(town.network, office, number)
    pass_change(town, "dormancy", 3)
    if voting == "twice":
        pass_change(town, "waking", 3)
    if voting == "passed":
        proposal = town.propose(town.offices[1], "quorum", None, b"all")
        town.settle()
        for office in town.offices[:3]:
            town.vote(office, proposal)
        for _ in range(6):
            meet(town.offices[0], town.offices[1])
    register(town.network, town.offices[0], 77)
    store = joined(town.offices[0], tmp_path / "snapshot")
    assert_equal(town.offices[0].store, store)
    full = town.offices[0]
    newcomer = open_in_memory(town.network, 3, store, town.offices[3].hand.journal)
    hand_over(town.offices[3], newcomer)
    town.offices[3] = newcomer
    town.settle()
    assert newcomer.epochs.present == full.epochs.present
    assert (newcomer.anchor, newcomer.state_root()) == (full.anchor, full.state_root())


# -- what is refused ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Given]:
    offices = make_offices()
    busy(5, offices, 10)
    meet_until_quiet(offices)
    busy(6, offices, 2)
    path = tmp_path_factory.mktemp("snapshot") / "file"
    write_snapshot(offices[0], path)
    return path.read_bytes(), given_by(offices[0])


def refused(path: Path, content: bytes, given: Given) -> str:
    path.write_bytes(content)
    with pytest.raises(MunimentError) as caught:
        join(Database(IN_MEMORY, DATABASE_KEY), path, given)
    return caught.value.code


def split(content: bytes) -> list[list[bytes]]:
    sections: list[list[bytes]] = [[]]
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if length:
            sections[-1].append(content[at + 4 : at + 4 + length])
        else:
            sections.append([])
        at += 4 + length
    return sections[:-1]


def joined_again(sections: list[list[bytes]]) -> bytes:
    return b"".join(framed(b"").join([b"".join(map(framed, frames)), b""]) for frames in sections)


def test_another_network_or_state_is_refused(tmp_path: Path, snapshot: tuple[bytes, Given]) -> None:
    content, given = snapshot
    path = tmp_path / "file"
    assert refused(path, content, Given(bytes(32), given.checkpoint)) == "snapshot-of-another-network"
    assert refused(path, content, Given(given.network, bytes(32))) == "snapshot-of-another-state"
    assert refused(path, b"something else", given) == "not-a-snapshot"
    for cut in (3, 200, len(content) // 2, len(content) - 1):
        assert refused(path, content[:cut], given) == "snapshot-cut-off"
    assert refused(path, content + b"x", given) == "not-a-snapshot"


@pytest.mark.parametrize("section", SECTIONS[2:4])
def test_nothing_can_be_left_out_or_added(tmp_path: Path, snapshot: tuple[bytes, Given], section: str) -> None:
    content, given = snapshot
    number = SECTIONS.index(section)
    for change in (lambda items: items[:-1], lambda items: items[1:], lambda items: [*items, items[-1]]):
        sections = split(content)
        items = [one for frame in sections[number] for one in decode(frame, 1 << 24)]
        sections[number] = [encode(change(items))]
        assert refused(tmp_path / "file", joined_again(sections), given) == "snapshot-differs"


def test_a_block_left_out_or_without_its_payload_is_refused(tmp_path: Path, snapshot: tuple[bytes, Given]) -> None:
    content, given = snapshot
    sections = split(content)
    blocks = [decode(frame, 1 << 24) for frame in sections[5]]
    for number, (header, signature, payload, stub) in enumerate(blocks):
        changed = list(sections[5])
        if payload is not None:
            changed[number] = encode([header, signature, None, None])
        elif stub is not None:
            changed[number] = encode([header, signature, None, encode([bytes(32)])])
        else:
            changed[number] = encode([header, bytes(64), None, None])
        altered = joined_again([*sections[:5], changed, *sections[6:]])
        code = refused(tmp_path / "file", altered, given)
        assert code in {"snapshot-differs", "payload-differs", "bad-block-signature"}, (number, code)


def test_no_flipped_byte_is_accepted_unless_nothing_depends_on_it(
    tmp_path: Path, snapshot: tuple[bytes, Given]
) -> None:
    content, given = snapshot
    random, path = Random(9), tmp_path / "file"
    for _ in range(150):
        at = random.randrange(len(content))
        refused(path, content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :], given)
