"""Seeded random block graphs: honest offices that meet at random, and forkers that do what they like.

A forker continues any block of its own (or starts anew), refers to any antichain that it holds (its own other branch
included, directly or through others), forks early or late, writes evidence into payloads or leaves it out. Every
block is valid; blocks are told apart by their bytes alone, nothing is signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from core.ledger.block import CLOSE, Header, Reference, block_id, encode_header
from core.ledger.roll import default_quorum, tolerated
from tests.ledger.blocklace_reference import GraphBlock, ReferenceGraph

NETWORK = bytes(32)


@dataclass
class RandomGraph:
    office_count: int
    forkers: frozenset[int]
    graph: ReferenceGraph
    views: list[set[bytes]] = field(default_factory=list)

    @property
    def order(self) -> list[GraphBlock]:
        """The blocks as they were written."""
        return list(self.graph.blocks.values())


def random_graph(seed: int, office_count: int, forker_count: int, block_count: int) -> RandomGraph:
    """A graph of one network, as somebody sees it who holds every block."""
    random = Random(seed)
    graph = ReferenceGraph(office_count, default_quorum(office_count))
    forkers = frozenset(random.sample(range(office_count), forker_count))
    # A late forker behaves until the graph has grown: votes exist by then.
    fork_from = {author: random.choice((0, block_count // 2, block_count * 3 // 4)) for author in forkers}
    made = RandomGraph(office_count, forkers, graph, [set() for _ in range(office_count)])
    closing = random.random() < 0.2
    while len(graph.blocks) < block_count:
        author = random.randrange(office_count)
        if random.random() < 0.6:
            _meet(made, random, author)
        misbehaves = author in forkers and len(graph.blocks) >= fork_from[author]
        block = _any_block(made, random, author) if misbehaves else _honest_block(made, random, author, closing)
        if block is not None and block.id not in graph.blocks:
            graph.add(block)
            made.views[author].add(block.id)
    return made


def some_graphs(count: int, seed: int = 0, safe: bool = False) -> Iterator[RandomGraph]:
    """`safe`: never more forkers than the quorum tolerates."""
    for number in range(seed, seed + count):
        random = Random(number)
        office_count = random.choice((1, 2, 3, 4, 4, 4, 5, 6, 7))
        most = tolerated(office_count) if safe else min(office_count, tolerated(office_count) + 1)
        yield random_graph(number, office_count, random.randint(min(1, most), most), random.randint(4, 44))


def topological_orders(made: RandomGraph, random: Random, count: int) -> Iterator[list[GraphBlock]]:
    """So many random orders, parents first; the first brings every forker's newest blocks as late as possible."""
    for number in range(count):
        rest = list(made.order)
        if number:
            random.shuffle(rest)
        else:
            rest.sort(key=lambda block: block.author in made.forkers)
        yield _parents_first(rest)


def all_topological_orders(
    blocks: list[GraphBlock], before: list[GraphBlock] | None = None
) -> Iterator[list[GraphBlock]]:
    """Every order with parents first; for small graphs."""
    placed = before or []
    if not blocks:
        yield placed
    held = {block.id for block in placed}
    for block in blocks:
        if held.issuperset(block.parents):
            yield from all_topological_orders([one for one in blocks if one is not block], [*placed, block])


def _parents_first(blocks: list[GraphBlock]) -> list[GraphBlock]:
    placed: dict[bytes, GraphBlock] = {}
    while len(placed) < len(blocks):
        for block in blocks:
            if block.id not in placed and all(parent in placed for parent in block.parents):
                placed[block.id] = block
                break
    return list(placed.values())


def _meet(made: RandomGraph, random: Random, author: int) -> None:
    """Take from another what it knows; a forker may hand over only a part of it, one branch for instance."""
    other = random.randrange(made.office_count)
    known = sorted(made.views[other])
    own = [one for one in known if made.graph.blocks[one].author == other]
    if other in made.forkers and own:
        known = [random.choice(own)] if random.random() < 0.7 else random.sample(known, random.randint(1, len(known)))
    made.views[author] |= made.graph.past_of_all(known)


def _honest_block(made: RandomGraph, random: Random, author: int, closing: bool) -> GraphBlock | None:
    view = ReferenceGraph(made.office_count, made.graph.quorum)
    view.blocks = {one: block for one, block in made.graph.blocks.items() if one in made.views[author]}
    view.pasts = made.graph.pasts
    prev, refs = view.next_parents(author)
    flags = CLOSE if closing and random.random() < 0.1 else 0
    accused: frozenset[int] = frozenset()
    if random.random() < 0.3:
        accused = view.forkers_in(frozenset(view.blocks))
    return _block(made, random, author, prev, refs, flags, accused)


def _any_block(made: RandomGraph, random: Random, author: int) -> GraphBlock | None:
    graph = made.graph
    own = [block.id for block in graph.blocks.values() if block.author == author]
    prev = random.choice([None, *own, *own[-3:], *own[-3:]])
    known = sorted(made.views[author])
    refs: list[bytes] = []
    for one in random.sample(known, min(len(known), random.randint(0, made.office_count))):
        taken = graph.past_of_all([*refs, *([prev] if prev else [])])
        if one not in taken and not any(other in graph.past(one) for other in refs):
            refs.append(one)
    flags = CLOSE if random.random() < 0.03 else 0
    return _block(made, random, author, prev, refs, flags, frozenset())


def _block(
    made: RandomGraph,
    random: Random,
    author: int,
    prev: bytes | None,
    refs: list[bytes],
    flags: int,
    accused: frozenset[int],
) -> GraphBlock | None:
    blocks = made.graph.blocks
    before = blocks[prev].header if prev else None
    references = sorted(Reference(blocks[one].author, blocks[one].header.seq, one) for one in refs)
    round_ = made.graph.round_above([*refs, *([prev] if prev else [])])
    # Some empty blocks, where the rules let them be.
    opens = before is None or before.round < round_
    empty = not accused and random.random() < 0.3 and (opens or bool(refs) or flags == CLOSE)
    header = Header(
        epoch=0,
        author=author,
        incarnation=0,
        seq=before.seq + 1 if before else 1,
        prev=prev,
        refs=tuple(references),
        round=round_,
        flags=flags,
        claimed_ms=(before.claimed_ms if before else 0) + random.randrange(3),
        payload=None if empty else (random.randbytes(32), 100),
    )
    has_acts = header.payload is not None and random.random() < 0.8
    return GraphBlock(block_id(NETWORK, encode_header(header)), header, has_acts, accused)
