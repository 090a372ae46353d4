"""The commit rule: what one more block costs beyond entering it into the graph.

A graph of n offices that meet at random and write after each meeting is made once and then replayed into a fresh graph;
what votes, decisions, anchors and their order take is timed block by block, beside entering the block. (The difference
of two replays, with the rule and without, was less than nothing on a busy machine.) And what it costs in memory, with old blocks on a shelf and without. Nothing is signed or executed here.
"""

import gc
import tracemalloc
from random import Random
from time import perf_counter_ns

from core.ledger.anchors import Finality
from core.ledger.block import Header, Reference, block_id, encode_header
from core.ledger.blocklace import Blocklace
from core.ledger.roll import Member, Roll, make_roll
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.settled import SettledStore
from tests.bench.figure import Figure

NETWORK = bytes(32)
LIMITS_US = {20: 60.0, 100: 250.0}


def measure_commit_rule(office_count: int, block_count: int) -> Figure:
    """Microseconds a block, amortised."""
    roll = _roll(office_count)
    blocks = gossip(roll, block_count)
    anchors, entering_ns, deciding_ns = _replay(roll, blocks)
    limit_us = LIMITS_US[office_count]
    return Figure(
        f"commit rule, n = {office_count}",
        deciding_ns / len(blocks) / 1e3,
        "us a block",
        limit_us,
        at_most=1,
        note=f"{len(blocks)} blocks, {anchors} anchors; entering one into the graph: {entering_ns / len(blocks) / 1e3:.0f} us",
    )


def measure_graph_memory(office_count: int, block_count: int) -> list[Figure]:
    """Bytes of the graph and the commit rule: what one more block adds in the second half of a long run, and all of it."""
    roll = _roll(office_count)
    blocks = gossip(roll, block_count)
    kept, left = _bytes_held(roll, blocks, None), _bytes_held(roll, blocks, _shelf())
    grows, levels = ((held[1] - held[0]) / (block_count / 2) for held in (kept, left))
    note = f"{block_count} blocks, {left[1] >> 20} MiB in the end instead of {kept[1] >> 20}; limit: where every block stays"
    return [Figure(f"graph memory, n = {office_count}", levels, "bytes a block", grows, at_most=0.1, note=note)]


def _shelf() -> SettledStore:
    """Its pages are SQLite's, which tracemalloc does not see: as little as those of a file."""
    store = SettledStore(Database(IN_MEMORY, bytes(KEY_BYTES)))
    store.keep = 5_000
    return store


def _bytes_held(roll: Roll, blocks: list[tuple[bytes, Header]], shelf: SettledStore | None) -> tuple[int, int]:
    """After half of the blocks and after all of them."""
    tracemalloc.start()
    try:
        finality = Finality(Blocklace(roll, NETWORK, shelf))
        held = [0, 0]
        for number, (identity, header) in enumerate(blocks, 1):
            finality.add(finality.lace.add(identity, header, header.payload is not None).vertex)
            if shelf is not None and number % shelf.step == 0:
                finality.settle(shelf.keep)
            if number in (len(blocks) // 2, len(blocks)):
                gc.collect()
                held[number == len(blocks)] = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return held[0], held[1]


def _roll(office_count: int) -> Roll:
    return make_roll([Member(n, f"office {n}", n.to_bytes(32, "big"), b"", ()) for n in range(office_count)])


def _replay(roll: Roll, blocks: list[tuple[bytes, Header]]) -> tuple[int, int, int]:
    """(anchors, nanoseconds of entering, nanoseconds of deciding)."""
    lace = Blocklace(roll, NETWORK)
    finality = Finality(lace)
    entering_ns = deciding_ns = 0
    for identity, header in blocks:
        begun_ns = perf_counter_ns()
        vertex = lace.add(identity, header, header.payload is not None).vertex
        entered_ns = perf_counter_ns()
        finality.add(vertex)
        entering_ns += entered_ns - begun_ns
        deciding_ns += perf_counter_ns() - entered_ns
    return finality.count, entering_ns, deciding_ns


def gossip(roll: Roll, block_count: int) -> list[tuple[bytes, Header]]:
    """Each block is written after a meeting: it refers to its author's block before and to the other's newest."""
    random, lace, blocks = Random(1), Blocklace(roll, NETWORK), []
    authors = range(len(roll.members))
    while len(blocks) < block_count:
        author, other = random.sample(authors, 2)
        prev, met = (next(iter(lace.tips(one)), None) for one in (author, other))
        refs = [met] if met and not (prev and lace.in_past(met, prev)) else []
        header = Header(
            epoch=0,
            author=author,
            incarnation=0,
            seq=prev.seq + 1 if prev else 1,
            prev=prev.id if prev else None,
            refs=tuple(Reference(one.author, one.seq, one.id) for one in refs),
            round=lace._round(0, tuple([prev, *refs] if prev else refs)),
            flags=0,
            claimed_ms=len(blocks),
            payload=(random.randbytes(32), 600) if not refs or random.random() < 0.2 else None,
        )
        identity = block_id(NETWORK, encode_header(header))
        lace.check(header)
        lace.add(identity, header, header.payload is not None)
        blocks.append((identity, header))
    return blocks
