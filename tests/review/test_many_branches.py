"""A forker's own blocks refer to its countless branches: what one more costs grows with their number, not its square."""

import sys
from types import FrameType
from typing import Any

from core.ledger.anchors import Finality
from core.ledger.block import Header, Reference, block_id, encode_header
from core.ledger.blocklace import Blocklace
from core.ledger.vertex import each_tip
from tests.ledger.building import make_network

NETWORK = make_network(4)
FORKER, A_BLOCK = 3, 4  # references of one block


class Graph:
    def __init__(self) -> None:
        self.lace = Blocklace(NETWORK.charter.roll, NETWORK.id)
        self.finality = Finality(self.lace)

    def put(self, seq: int, prev: bytes | None, refs: list[bytes], claimed_ms: int) -> bytes:
        references = tuple(sorted(Reference(FORKER, 1, one) for one in refs))
        header = Header(0, FORKER, 0, seq, prev, references, 0, 0, claimed_ms, None)
        self.lace.check(header)
        added = self.lace.add(block_id(NETWORK.id, encode_header(header)), header, False)
        self.finality.add(added.vertex)
        return added.vertex.id


def lines_run(branches: int) -> int:
    """How many lines of core one more block costs that refers to four branches above so many."""
    graph, lines = Graph(), 0
    first, *others = (graph.put(1, None, [], number) for number in range(branches + A_BLOCK + 1))
    prev, seq = first, 1
    while len(others) > A_BLOCK:
        seq += 1
        prev = graph.put(seq, prev, [others.pop() for _ in range(A_BLOCK)], branches * 2)

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        last = graph.put(seq + 1, prev, others, branches * 2)
    finally:
        sys.settrace(before)
    assert len(each_tip(graph.lace.vertices[last].clock[FORKER])) == branches + A_BLOCK + 1
    return lines


def test_one_more_block_over_twice_as_many_branches_costs_twice_as_much_at_most() -> None:
    assert lines_run(160) < 2.5 * lines_run(80)
