"""The same blocks given to fresh replicas in orders by chance, with restarts, and what all must then say alike."""

from random import Random

from core.exchange import StoredBlock
from core.ledger.block import Header, decode_header
from core.office import Office
from tests.review.histories import World

COMPARED = (
    "SELECT * FROM anchor ORDER BY number",
    "SELECT number, leaf FROM entry ORDER BY number",
    "SELECT id, body FROM record ORDER BY id",
    "SELECT name, grp, record FROM index_entry ORDER BY name, grp, record",
    "SELECT number, body FROM epoch ORDER BY number",
    "SELECT name, value FROM meta WHERE name = 'change-passed'",
    "SELECT anchor, size, body, certified FROM checkpoint ORDER BY anchor",
    "SELECT author, incarnation FROM evidence ORDER BY author, incarnation",
    (
        "SELECT act.id, block.id, outcome, code, facts, records, shared, anchor FROM act"
        " JOIN block ON block.position = act.block WHERE anchor > 0 ORDER BY act.id, block.id"
    ),
)
PREDICTED = (
    "SELECT id, author, body FROM overlay ORDER BY id",
    (
        "SELECT name, grp, record, added FROM overlay_index AS o WHERE added <> EXISTS (SELECT 1 FROM index_entry AS i"
        " WHERE i.name = o.name AND i.grp = o.grp AND i.record = o.record) ORDER BY name, grp, record"
    ),
    "SELECT author, position, key FROM waiting ORDER BY author, position, key",
    "SELECT id, block, outcome, code, facts, records, shared FROM act ORDER BY number",
)


def blocks_of(world: World) -> dict[bytes, StoredBlock]:
    return {block: office.block(block) for office in world.offices for block in office.lace.vertices}


def agreed(office: Office) -> list[object]:
    """What every replica that holds the same blocks says alike."""
    lace, rows = office.lace, office.store.database.rows
    graph = [
        (vertex.id, vertex.certified, vertex.anchor, lace.is_void(vertex))
        for vertex in sorted(lace.vertices.values(), key=lambda vertex: vertex.id)
    ]
    return [graph, office.forkers(), office.finality_stopped, office.state_root(), *map(rows, COMPARED)]


def predicted(office: Office) -> list[object]:
    """What a replica says of the same blocks in the same order, before a restart and after it."""
    return [*agreed(office), *map(office.store.database.rows, PREDICTED)]


def replayed(world: World, blocks: dict[bytes, StoredBlock], draw: Random, acts_at_once: int | None = None) -> Office:
    """A fresh replica of the first office, given the blocks in an order by chance, parents first.

    `acts_at_once`: executed in portions that come at any time, with what arrives and restarts between them.
    """
    office = world.opened(0)
    heads = {block: decode_header(stored.header) for block, stored in blocks.items()}
    left, pick = sorted(blocks), draw.choice((_first_author_first, _oldest_first, _by_chance))
    while (ready := [block for block in left if not office.lace.waits(heads[block])]) or office.entering():
        office.acts_at_once = acts_at_once
        if not ready or (office.entering() and draw.random() < 0.3):
            office.enter_in_order()
        else:
            block = pick(ready, heads, draw)
            office.receive(*blocks[block])
            left.remove(block)
        if draw.random() < (0.02 if office.entering() is None else 0.1):
            before, office = predicted(office), world.opened(0, office)
            assert predicted(office) == before, "a restart changed it"
    return office


def _first_author_first(ready: list[bytes], heads: dict[bytes, Header], draw: Random) -> bytes:
    """Forks come as late as can be."""
    own = [block for block in ready if heads[block].author == 0]
    return draw.choice(own or ready)


def _oldest_first(ready: list[bytes], heads: dict[bytes, Header], _: Random) -> bytes:
    return min(ready, key=lambda block: (heads[block].seq, block))


def _by_chance(ready: list[bytes], _: dict[bytes, Header], draw: Random) -> bytes:
    return draw.choice(ready)
