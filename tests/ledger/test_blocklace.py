"""The real graph agrees with the literal rules on random graphs, in whatever order blocks arrive; mutants do not."""

from collections.abc import Iterable
from itertools import chain
from random import Random

import pytest

from core.errors import MunimentError
from core.ledger.block import CLOSE, Header, Reference
from core.ledger.blocklace import Blocklace, Vertex
from core.ledger.roll import Member, Roll, make_roll
from tests.ledger.blocklace_reference import GraphBlock, ReferenceGraph
from tests.ledger.random_graphs import (
    RandomGraph,
    all_topological_orders,
    random_graph,
    some_graphs,
    topological_orders,
)

GRAPHS = 400
ORDERS = 6


def roll_of(office_count: int, quorum: int | None = None) -> Roll:
    members = [Member(n, f"office {n}", bytes([n]) * 32, b"", ()) for n in range(office_count)]
    return make_roll(members, quorum)


def grown(lace: Blocklace, order: Iterable[GraphBlock]) -> list[bytes]:
    """Add the blocks in this order, each checked; ids in the order in which they became certified."""
    certified: list[bytes] = []
    for block in order:
        assert not lace.missing(block.header)
        lace.check(block.header)
        added = lace.add(block.id, block.header, block.has_acts, block.accused)
        certified += [vertex.id for vertex in added.certified]
    return certified


def members(mask: int) -> frozenset[int]:
    return frozenset(number for number in range(64) if mask >> number & 1)


def differences(lace: Blocklace, certified: list[bytes], graph: ReferenceGraph) -> list[str]:
    """What the real graph says otherwise than the literal rules."""
    found = []
    if len(certified) != len(set(certified)) or set(certified) != graph.certified():
        found.append("certified")
    if members(lace.forkers) != graph.forkers_in(frozenset(graph.blocks)):
        found.append("forkers")
    for block_id, vertex in lace.vertices.items():
        said = {
            "opener": (vertex.opener, graph.is_opener(block_id)),
            "closed": (vertex.closed, graph.is_closed(block_id)),
            "proven": (members(vertex.forkers), graph.proven(block_id)),
            "approvals": (members(vertex.approvals), graph.approvers(block_id)),
            "certificate": (vertex.certified, len(graph.approvers(block_id)) >= graph.quorum),
            "past": (
                {one for one, other in lace.vertices.items() if lace.in_past(other, vertex)},
                graph.past(block_id),
            ),
        }
        found += [name for name, (mine, theirs) in said.items() if mine != theirs]
    return found


def agrees(lace: Blocklace, order: list[GraphBlock], graph: ReferenceGraph) -> bool:
    """False also where the graph refuses a valid block."""
    try:
        return not differences(lace, grown(lace, order), graph)
    except MunimentError:
        return False


@pytest.mark.parametrize("part", range(4))
def test_it_agrees_with_the_literal_rules_in_every_order(part: int) -> None:
    for number, made in enumerate(some_graphs(GRAPHS // 4, seed=1000 * part)):
        for order in topological_orders(made, Random(number), ORDERS):
            lace = Blocklace(roll_of(made.office_count))
            assert differences(lace, grown(lace, order), made.graph) == [], f"part {part}, graph {number}"


def test_small_graphs_agree_in_all_orders() -> None:
    for seed in range(25):
        made = random_graph(seed, 2 + seed % 3, 1, 7)
        for order in all_topological_orders(made.order):
            lace = Blocklace(roll_of(made.office_count))
            assert differences(lace, grown(lace, order), made.graph) == [], f"seed {seed}"


def test_a_larger_view_never_withdraws_a_certificate_and_agrees_at_every_step() -> None:
    for made in some_graphs(25, seed=9000):
        lace, view = Blocklace(roll_of(made.office_count)), ReferenceGraph(made.office_count, made.graph.quorum)
        certified: list[bytes] = []
        before: frozenset[bytes] = frozenset()
        for block in made.order:
            view.add(block)
            certified += grown(lace, [block])
            assert before <= frozenset(certified) == view.certified()
            before = frozenset(certified)


def test_no_two_siblings_are_both_certified() -> None:
    long_ones = (random_graph(seed, 4, 1, 60) for seed in range(100))
    for made in chain(some_graphs(GRAPHS, seed=20_000, safe=True), long_ones):
        lace = Blocklace(roll_of(made.office_count))
        places = [(lace.vertices[one].author, lace.vertices[one].seq) for one in grown(lace, made.order)]
        assert len(places) == len(set(places))


def test_what_stands_before_a_certified_block_on_its_chain_is_certified_too() -> None:
    for made in some_graphs(80, seed=30_000):
        lace = Blocklace(roll_of(made.office_count))
        for one in grown(lace, made.order):
            prev = lace.vertices[one].prev
            assert prev is None or prev.certified


def test_the_next_block_refers_to_the_sinks_of_what_it_may_reference() -> None:
    for made in some_graphs(80, seed=40_000):
        for author in set(range(made.office_count)) - made.forkers:
            blocks = [block for block in made.order if block.id in made.views[author]]
            lace, view = Blocklace(roll_of(made.office_count)), ReferenceGraph(made.office_count, made.graph.quorum)
            grown(lace, blocks)
            for block in blocks:
                view.add(block)
            prev, references, round_, opens = lace.next_header_facts(author)
            expected_prev, expected = view.next_parents(author)
            assert (prev.id if prev else None, [one.id for one in references]) == (expected_prev, expected)
            assert round_ == view.round_above([*expected, *([expected_prev] if expected_prev else [])])
            assert opens == (prev is None or view.blocks[prev.id].header.round < round_)


def test_the_sinks_of_a_forkers_ladder_are_found_at_once() -> None:
    """Each block of a forker refers to two of its blocks below: without a memory 2^60 steps."""
    lace = Blocklace(roll_of(4))
    below = [start(lace, 3, "a"), start(lace, 3, "b")]
    for height in range(2, 60):
        below = [
            put(lace, 3, f"{height}{side}", prev, [other])
            for side, prev, other in zip("ab", below, below[::-1], strict=True)
        ]
    prev, references, _, _ = lace.next_header_facts(0)
    assert (prev, references) == (None, ())


# -- refusals ---------------------------------------------------------------------------------------------------


def header_of(author: int, prev: Vertex | None, refs: Iterable[Vertex], round_: int, **changes: object) -> Header:
    references = tuple(sorted(Reference(one.author, one.seq, one.id) for one in refs))
    facts: dict[str, object] = {
        "epoch": 0,
        "author": author,
        "incarnation": 0,
        "seq": prev.seq + 1 if prev else 1,
        "prev": prev.id if prev else None,
        "refs": references,
        "round": round_,
        "flags": 0,
        "claimed_ms": prev.claimed_ms if prev else 0,
        "payload": (bytes(32), 1),
    }
    return Header(**{**facts, **changes})  # type: ignore[arg-type]  # facts of mixed kinds


def put(lace: Blocklace, author: int, name: str, prev: Vertex | None, refs: Iterable[Vertex] = ()) -> Vertex:
    refs = list(refs)
    parents = ([prev] if prev else []) + refs
    header = header_of(author, prev, refs, lace._round(0, tuple(parents)))
    lace.check(header)
    return lace.add(name.encode().ljust(32), header, True).vertex


def start(lace: Blocklace, author: int, name: str) -> Vertex:
    return put(lace, author, name, None)


def refusal(lace: Blocklace, header: Header) -> str:
    with pytest.raises(MunimentError) as caught:
        lace.check(header)
    return caught.value.code


def test_each_broken_rule_is_named() -> None:
    lace = Blocklace(roll_of(4))
    first = start(lace, 0, "first")
    second = put(lace, 0, "second", first)
    other = start(lace, 1, "other")
    seen = put(lace, 1, "seen", other, [second])
    far = Vertex(second.id, 0, 0, 0, 0, 9, 0, None, (), False, 0, 0)
    cases = {
        "unknown-author": header_of(4, None, [first], 0),
        "wrong-incarnation": header_of(2, None, [], 0, incarnation=1),
        "wrong-epoch": header_of(2, None, [], 0, epoch=1),
        "too-many-references": header_of(
            2, None, [Vertex(bytes([n] * 32), 0, 0, 0, 0, 1, 0, None, (), False, 0, 0) for n in range(5)], 0
        ),
        "broken-chain": header_of(0, second, [], 0, seq=2),
        "broken-reference": header_of(2, None, [far], 0),
        "references-overlap": header_of(2, None, [first, second], 0),
        "wrong-round": header_of(2, None, [second], 1),
        "time-goes-back": header_of(1, seen, [], 0, claimed_ms=-1),
        "pointless-block": header_of(1, seen, [], 0, payload=None),
    }
    for code, header in cases.items():
        assert refusal(lace, header) == code
    assert refusal(lace, header_of(2, None, [], 0, closing_anchor=bytes(32))) == "wrong-closing-anchor"
    assert refusal(lace, header_of(1, first, [], 0)) == "broken-chain"
    assert refusal(lace, header_of(1, seen, [second], 0)) == "references-overlap"
    assert refusal(lace, header_of(1, seen, [seen], 0)) == "references-overlap"


def test_an_empty_block_needs_a_reason() -> None:
    lace = Blocklace(roll_of(4))
    first = start(lace, 0, "first")
    other = start(lace, 1, "other")
    lace.check(header_of(2, None, [], 0, payload=None))
    lace.check(header_of(0, first, [other], 0, payload=None))
    lace.check(header_of(0, first, [], 0, payload=None, flags=CLOSE))
    assert refusal(lace, header_of(0, first, [], 0, payload=None)) == "pointless-block"


def test_a_previous_block_may_lie_in_the_past_of_a_reference() -> None:
    lace = Blocklace(roll_of(4))
    first = start(lace, 0, "first")
    answer = put(lace, 1, "answer", None, [first])
    put(lace, 0, "second", first, [answer])


def test_missing_parents_are_named_and_only_those() -> None:
    lace = Blocklace(roll_of(4))
    first = start(lace, 0, "first")
    unknown = Vertex(b"?" * 32, 2, 0, 2, 0, 1, 0, None, (), False, 0, 0)
    assert lace.missing(header_of(1, None, [first, unknown], 0)) == [unknown.id]
    assert lace.missing(header_of(2, unknown, [first], 0)) == [unknown.id]


def test_blocks_await_until_an_anchor_executes_them_and_never_a_forkers() -> None:
    lace = Blocklace(roll_of(4))
    first = start(lace, 0, "first")
    assert lace.awaiting() == [first]
    one = put(lace, 1, "one", None, [first])
    put(lace, 2, "two", None, [one])
    assert first.certified
    assert first in lace.awaiting()
    forked = start(lace, 3, "left")
    assert forked in lace.awaiting()
    start(lace, 3, "right")
    assert forked not in lace.awaiting()


def test_a_forkers_block_awaits_only_if_its_certificate_can_come_below_an_honest_block() -> None:
    """Else everybody would write for ever: no anchor will have the fifth approval in its past."""
    lace = Blocklace(roll_of(7))
    act = start(lace, 5, "act")
    for witness in range(3):
        put(lace, witness, f"{witness} approves", None, [act])
    hidden = put(lace, 6, "hidden", None, [act])
    start(lace, 5, "act's sibling")
    assert act.certified
    assert act in lace.awaiting()
    start(lace, 6, "hidden's sibling")
    assert act not in lace.awaiting()
    put(lace, 3, "has seen hidden alone", None, [hidden])
    assert act in lace.awaiting()


# -- mutants: each must be told from the real graph ---------------------------------------------------------------


class WithoutForkCheck(Blocklace):
    """Approves blocks of authors that its past proves to have forked."""

    def _approve(self, vertex: Vertex) -> list[Vertex]:
        proven, vertex.forkers = vertex.forkers, 0
        try:
            return super()._approve(vertex)
        finally:
            vertex.forkers = proven


class ForkByIncomparability(Blocklace):
    """Two branches are a fork only where neither lies in the other's past."""

    def _derive(self, vertex: Vertex, header: Header, accused: Iterable[int]) -> None:
        super()._derive(vertex, header, accused)
        for author, tips in enumerate(vertex.clock):
            if isinstance(tips, tuple) and author not in set(accused):
                before = any(parent.forkers >> author & 1 for parent in vertex.parents)
                if not before and any(self.in_past(a, b) for a in tips for b in tips if a is not b):
                    vertex.forkers &= ~(1 << author)


class WithoutPayloadEvidence(Blocklace):
    """Believes only forks whose two blocks it sees."""

    def _derive(self, vertex: Vertex, header: Header, accused: Iterable[int]) -> None:
        super()._derive(vertex, header, ())


class MasksForForkers(Blocklace):
    """Takes a forker's chain for a line: whatever has a lower seq lies in the past."""

    def in_past(self, earlier: Vertex, later: Vertex) -> bool:
        tips = later.clock[earlier.author]
        newest = tips[-1] if isinstance(tips, tuple) else tips
        return newest is not None and newest.seq >= earlier.seq


class LowestSeqInView(Blocklace):
    """Counts a forked voter's approval only on the branch that came first."""

    def _approves(self, vertex: Vertex) -> bool:
        return super()._approves(vertex) and self.at(vertex.author, vertex.incarnation, vertex.seq)[0] is vertex


class ClosedVotersApprove(Blocklace):
    """Approves after CLOSE."""

    def _approves(self, vertex: Vertex) -> bool:
        return True


MUTANTS = [
    WithoutForkCheck,
    ForkByIncomparability,
    WithoutPayloadEvidence,
    MasksForForkers,
    LowestSeqInView,
    ClosedVotersApprove,
]


def killing_graph(mutant: type[Blocklace], quorum_change: int = 0) -> RandomGraph | None:
    for number, made in enumerate(some_graphs(400, seed=1000)):
        roll = roll_of(made.office_count, made.graph.quorum + quorum_change)
        if not all(agrees(mutant(roll), order, made.graph) for order in topological_orders(made, Random(number), 2)):
            return made
    return None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_dies(mutant: type[Blocklace]) -> None:
    assert killing_graph(mutant) is not None


def test_a_smaller_quorum_dies() -> None:
    assert killing_graph(Blocklace, -1) is not None


@pytest.mark.parametrize("kind", [Blocklace, WithoutForkCheck], ids=lambda kind: kind.__name__)
def test_the_fork_check_is_what_keeps_two_siblings_from_being_certified(kind: type[Blocklace]) -> None:
    """Offices 0 and 1 each approve one branch; then everybody sees both."""
    lace = kind(roll_of(4))
    left, right = start(lace, 3, "left"), start(lace, 3, "right")
    for_left, for_right = put(lace, 0, "for left", None, [left]), put(lace, 1, "for right", None, [right])
    put(lace, 2, "both", None, [for_left, for_right])
    put(lace, 0, "0 again", for_left, [for_right])
    put(lace, 1, "1 again", for_right, [for_left])
    assert left.certified == right.certified == (kind is WithoutForkCheck)
