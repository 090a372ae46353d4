"""The whole verification, from the first byte to the last line of the report."""

import sys
from pathlib import Path

from .blocks import proven_fork, read_block
from .charter import Charter, read_charter
from .checkpoints import check_checkpoints
from .claims import Files, check_manifest, frames, items, read_anchor, read_directory
from .claims import read_block as read_block_item
from .deciding import Anchor, anchors_of
from .entries import Executing
from .graph import Graph
from .ordering import Executed, Ordering
from .rolls import Keys, Roll, constitution_digest, read_roll
from .values import RefusedError, is_id, require
from .voting import Votes

Lines = list[str]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python verify.py DIR, a directory written by `muniment export-audit DIR`", file=sys.stderr)
        return 2
    try:
        lines = verify_files(read_directory(Path(arguments[0])))
    except RefusedError as refusal:
        print(f"refused: {refusal}")
        return 1
    print("\n".join([*lines, "everything that follows from the signed blocks is as claimed"]))
    return 0


def verify_files(files: Files) -> Lines:
    """What was found to hold. Raises RefusedError with the first thing that does not."""
    try:
        return _verified(files)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Claims that nobody has signed can say anything; what is read as something else than it is does not hold.
        raise RefusedError("malformed-claims", f"{type(error).__name__}: {error}") from error


def _verified(files: Files) -> Lines:
    network = check_manifest(files)
    charter = read_charter(files["charter"])
    require(charter.network == network, "another-network", "charter and manifest differ")
    rolls = read_rolls(files, charter)
    keys = Keys(network, rolls)
    graph = read_graph(files, keys, rolls)
    proven = check_evidence(files, keys, graph)
    check_certified(files, graph)
    executed = check_anchors(files, graph, rolls, network)
    executing, votes = Executing(files, graph), Votes(rolls)
    for one in executed:
        executing.execute(one)
        votes.look(one, executing.state)
    executing.finish()
    log, state = executing.log, executing.state
    tally = check_checkpoints(files, graph, rolls, read_digests(files, network), executed, executing.after)
    acts = [act for block in graph.blocks for act in block.acts]
    return [
        f"network {network.hex()}: {charter.name}, {len(charter.roll.members)} offices, quorum {charter.roll.quorum}",
        f"blocks {len(graph.blocks)}, in {len(rolls)} epoch(s): signatures, payload roots, places, rounds hold",
        f"acts {len(acts)}: officers' signatures hold, or the act is rejected",
        f"offices proven to have signed twice: {sorted({author for author, _ in proven}) or 'none'}",
        f"anchors {len(executed)}: blocks, rounds, batches and consensus times agree",
        f"entries {log.count}, rejected {executing.rejected}: order agrees; root {log.root.hex()}",
        f"records {len(state)} in {state.versions} versions: as the entries say; state root {state.root().hex()}",
        f"checkpoints {tally.checkpoints}, certified by a quorum {tally.certified}, contradicted by one {tally.contradictions}",
    ]


def read_digests(files: Files, network: bytes) -> list[bytes]:
    """What checkpoints name the constitution of each epoch by."""
    found = [network]
    for encoded in frames(files, "constitutions"):
        found.append(constitution_digest(encoded, found[-1]))
    return found


def read_rolls(files: Files, charter: Charter) -> list[Roll]:
    rolls = [charter.roll]
    for constitution in frames(files, "constitutions"):
        rolls.append(read_roll(constitution, rolls[-1]))
    return rolls


def read_graph(files: Files, keys: Keys, rolls: list[Roll]) -> Graph:
    graph = Graph({roll.epoch: roll for roll in rolls})
    for item in items(files, "blocks"):
        graph.add(read_block(keys, *read_block_item(item)))
    return graph


def check_evidence(files: Files, keys: Keys, graph: Graph) -> set[tuple[int, int]]:
    """(office, incarnation) of whom a fork is proven. Every proof holds, and whoever the blocks show is proven."""
    proven = set()
    for item in items(files, "evidence"):
        require(type(item) is list and len(item) == 4 and all(type(one) is bytes for one in item), "malformed-claims")
        forked = {proven_fork(keys, epoch, item) for epoch in range(len(keys.rolls))} - {None}
        require(bool(forked), "evidence-proves-nothing")
        proven |= forked
    missing = graph.forkers() - proven
    require(not missing, "evidence-missing", f"of (office, incarnation) {sorted(missing)}")
    return proven


def check_certified(files: Files, graph: Graph) -> None:
    """The certificates that the office claims are those that the blocks make."""
    claimed = list(items(files, "certified"))
    require(all(map(is_id, claimed)), "malformed-claims", "certified")
    view = (1 << len(graph.blocks)) - 1
    found = {graph.blocks[index].id for epoch, index in graph.approvals if graph.is_certified(epoch, index, view)}
    for block in claimed:
        require(block in found, "not-certified", block.hex()[:16])
    for block in found - set(claimed):
        raise RefusedError("certificate-missing", block.hex()[:16])


def check_anchors(files: Files, graph: Graph, rolls: list[Roll], network: bytes) -> list[Executed]:
    claimed = [read_anchor(item) for item in items(files, "anchors")]
    anchors = anchors_of(graph, rolls, network)
    check_closings(graph, rolls, anchors)
    ordering = Ordering(graph, rolls)
    executed = [ordering.execute(anchor) for anchor in anchors]
    for ours, theirs in zip(executed, claimed, strict=False):
        _compare_anchor(graph, ours, theirs)
    require(len(claimed) <= len(executed), "not-an-anchor", f"the blocks decide only {len(executed)}")
    require(len(claimed) == len(executed), "anchor-missing", f"the blocks decide {len(executed)}, not {len(claimed)}")
    return executed


def _compare_anchor(graph: Graph, ours: Executed, claimed: list) -> None:
    number, block, epoch, round_, consensus_ms, spread_ms, closing, batch = claimed
    anchor, about = ours.anchor, f"anchor {ours.anchor.number}"
    here = (number, block, epoch, round_) == (anchor.number, graph.blocks[anchor.index].id, anchor.epoch, anchor.round)
    require(here, "wrong-anchor", about)
    require(closing == anchor.closing, "wrong-closing", about)
    times = (consensus_ms, spread_ms) == (ours.consensus_ms, ours.spread_ms)
    require(times, "wrong-consensus-time", f"{about}: {ours.consensus_ms} ± {ours.spread_ms} ms")
    require(batch == [graph.blocks[one].id for one in sorted(ours.batch)], "wrong-batch", about)


def check_closings(graph: Graph, rolls: list[Roll], anchors: list[Anchor]) -> None:
    """The roll of a later epoch begins where the blocks close the one before."""
    closing = {anchor.epoch: graph.blocks[anchor.index].id for anchor in anchors if anchor.closing}
    for roll in rolls[1:]:
        require(closing.get(roll.epoch - 1) == roll.closing_anchor, "wrong-closing-anchor", f"epoch {roll.epoch}")
