"""Pruning: payloads that all offices have settled go into the archive, and the database on the disk shrinks (§9).

A payload may go when an anchor has executed its block, up to a certified checkpoint behind which two newer certified
ones stand, and every witness has the block in the past of its newest opener: nobody will ask for it. What carries
evidence, a cosignature of a later checkpoint or a request that nobody has decided stays. The archive is durable before
the database forgets: a crash between the two leaves a payload in both. All of it in steps: the office has other work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger.blocklace import Blocklace
from core.ledger.checkpoint import decode_cosignature
from core.ledger.payload import Cosignature, Payload, decode_payload
from core.ledger.snapshot import encode_stub, stub_of
from core.ledger.vertex import Vertex
from core.people.actions import Action
from core.replica import Replica
from core.store.archive import Archive
from core.store.chain import BlockRow
from core.store.replica import ReplicaStore

NEWER_CHECKPOINTS = 2  # certified ones that stand behind the one below which a payload may go
BLOCKS_A_STEP = 64
PAGES_A_STEP = 2_000  # given back to the disk at once: some 8 MB


@dataclass(frozen=True)
class Pruned:
    """So far: blocks, bytes of their payloads, bytes that the file on the disk is smaller."""

    blocks: int
    payload_bytes: int
    freed_bytes: int


def settled_anchor(store: ReplicaStore) -> int:
    """The newest anchor below which payloads may go; 0 for none."""
    certified = store.checkpoints.certified_anchors(NEWER_CHECKPOINTS + 1)
    return certified[-1] if len(certified) > NEWER_CHECKPOINTS else 0


def seen_by_all(lace: Blocklace, vertex: Vertex) -> bool:
    """Whether the block lies in the past of every witness's newest opener; forkers are not waited for."""
    return all(newest is not None and lace.in_past(vertex, newest) for newest in _newest_openers(lace))


def _newest_openers(lace: Blocklace) -> Iterator[Vertex | None]:
    """Of each witness that has not forked; None for one that has not been heard with its present key."""
    for member in lace.roll.members:
        if not member.witness or lace.forkers >> member.number & 1:
            continue
        tips = lace.tips(member.number)
        yield (tips[0].newest_opener or tips[0]) if tips else None


def prunable(replica: Replica, after: int) -> Iterator[tuple[BlockRow, Payload]]:
    """Blocks whose payloads may go, after a position, in order of arrival."""
    store, lace = replica.store, replica.lace
    anchor, undecided = settled_anchor(store), store.chain.requested_blocks()
    for position in store.chain.settled_positions(after, anchor):
        row = store.chain.block_at(position)
        if row.block.payload is None or position in undecided or not seen_by_all(lace, lace.vertices[row.block.id]):
            continue
        payload = decode_payload(row.block.payload)
        if not payload.evidence and not _speaks_after(replica.network, payload, anchor):
            yield row, payload


def _speaks_after(network: bytes, payload: Payload, anchor: int) -> bool:
    for item in payload.items:
        if isinstance(item, Cosignature):
            try:
                if decode_cosignature(network, item.note).checkpoint.anchor > anchor:
                    return True
            except MunimentError:
                continue
    return False


def prune(replica: Replica) -> Iterator[Pruned]:
    """Yields between steps; between two of them the office may do anything else. The last one tells of all.

    Raises `no-archive` for a replica that has none, `disk-full`, `file-not-written`.
    """
    replica.people.require(Action.PRUNE)
    store = replica.store
    if store.archive is None:
        raise MunimentError("no-archive")
    store.pruned.prepare()
    before, blocks, size_bytes, after = store.database.size_bytes, 0, 0, 0
    while step := _some(replica, after):
        _put_away(replica, store.archive, step)
        after = step[-1][0].position
        blocks += len(step)
        size_bytes += sum(len(row.block.payload or b"") for row, _ in step)
        yield Pruned(blocks, size_bytes, 0)
    while blocks and store.database.shrink(PAGES_A_STEP):
        yield Pruned(blocks, size_bytes, before - store.database.size_bytes)
    yield Pruned(blocks, size_bytes, before - store.database.size_bytes)


def _some(replica: Replica, after: int) -> list[tuple[BlockRow, Payload]]:
    found = []
    for one in prunable(replica, after):
        found.append(one)
        if len(found) == BLOCKS_A_STEP:
            break
    return found


def _put_away(replica: Replica, archive: Archive, step: Sequence[tuple[BlockRow, Payload]]) -> None:
    places = archive.add((row.block.id, row.block.payload or b"") for row, _ in step)
    with replica.store.database.atomic():
        for (row, payload), place in zip(step, places, strict=True):
            replica.store.pruned.add(row.position, encode_stub(stub_of(replica.network, payload)), place)
