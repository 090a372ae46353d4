"""Checkpoints and their cosignatures: FORMAT.md §8, 3-ledger §9.

The text of every checkpoint is made anew from what was verified before; the witnesses' cosignatures stand in blocks.
"""

from base64 import b64encode
from dataclasses import astuple, dataclass

from .claims import Files, items
from .entries import After
from .graph import Graph
from .ordering import Executed
from .rolls import Roll
from .values import RefusedError, decode, is_bytes, is_id, is_natural, require, signed


@dataclass(frozen=True)
class Cosignature:
    # epoch, anchor, block, consensus ms, size, root, state root, digests of the constitution and the next one or None
    stated: tuple
    witness: int
    time_s: int
    signature: bytes


@dataclass
class Tally:
    """How the checkpoints stand."""

    checkpoints: int = 0
    certified: int = 0
    contradictions: int = 0  # cosignatures of another checkpoint for an anchor that is here


def check_checkpoints(
    files: Files,
    graph: Graph,
    rolls: list[Roll],
    constitutions: list[bytes],
    executed: list[Executed],
    after: dict[int, After],
) -> Tally:
    """One after exactly those anchors that executed an act or close an epoch; certified exactly where a quorum has cosigned it.

    `constitutions`: digests, by epoch; the first is the network id.
    """
    network = constitutions[0]
    claimed = items(files, "checkpoints")
    cosignatures = _cosignatures(graph, rolls, network)
    tally, newest = Tally(), None
    for one in executed:
        anchor, about = one.anchor, f"anchor {one.anchor.number}"
        newest = after.get(anchor.number, newest)
        if anchor.number not in after and not anchor.closing:
            continue
        entries, root, state_root = astuple(newest)
        block = graph.blocks[anchor.index].id
        named = constitutions[anchor.epoch] if anchor.epoch else None
        following = constitutions[anchor.epoch + 1] if anchor.closing else None
        stated = (anchor.epoch, anchor.number, block, one.consensus_ms, entries, root, state_root, named, following)
        same = {found.witness for found in cosignatures.get(anchor.number, []) if found.stated == stated}
        other = {found.witness for found in cosignatures.get(anchor.number, []) if found.stated != stated}
        claimed_root, certified = _read_claim(next(claimed, None), about)
        require(claimed_root == state_root, "wrong-state-root", about)
        roll = rolls[anchor.epoch]
        require(len(other) <= (len(roll.witnesses) - 1) // 3, "checkpoint-contradicted", f"{about}: by {sorted(other)}")
        require(certified <= (len(same) >= roll.quorum), "checkpoint-not-certified", f"{about}: by {len(same)} only")
        require(certified >= (len(same) >= roll.quorum), "certificate-missing", about)
        tally.checkpoints, tally.certified = tally.checkpoints + 1, tally.certified + certified
        tally.contradictions += len(other)
    require(next(claimed, None) is None, "checkpoint-too-many")
    return tally


def _read_claim(item, about: str) -> tuple[bytes, bool]:
    match item:
        case [state_root, bool(certified)] if is_id(state_root):
            return state_root, certified
    raise RefusedError("checkpoint-missing" if item is None else "malformed-claims", about)


# -- cosignatures -------------------------------------------------------------------------------------------------


def _cosignatures(graph: Graph, rolls: list[Roll], network: bytes) -> dict[int, list[Cosignature]]:
    """By the number of the anchor: those that hold, each in a block of the witness itself. Others are only carried."""
    found: dict[int, list[Cosignature]] = {}
    for block in graph.blocks:
        for note in block.cosignatures:
            cosignature = _read_note(note)
            if cosignature is None or cosignature.witness != block.header.author:
                continue
            epoch, anchor = cosignature.stated[:2]
            if epoch > block.header.epoch or not rolls[epoch].is_witness(cosignature.witness):
                continue
            message = b"cosignature/v1\ntime %d\n" % cosignature.time_s + text(network, cosignature.stated)
            if signed(rolls[epoch].members[cosignature.witness].key, message, cosignature.signature):
                found.setdefault(anchor, []).append(cosignature)
    return found


def _read_note(note: bytes) -> Cosignature | None:
    try:
        value = decode(note, 512)
    except RefusedError:
        return None
    match value:
        case [version, [epoch, anchor, block, consensus, size, root, state_root, *named], witness, time, signature]:
            naturals = all(map(is_natural, (version, epoch, anchor, consensus, size, witness, time)))
            hashes = named[1:] if epoch == 0 and len(named) == 2 and named[0] is None else named
            whole = len(named) <= 2 and (epoch > 0 or hashes is not named or not named)
            ids = all(map(is_id, (block, root, state_root, *hashes))) and is_bytes(signature, 64)
            if naturals and version == 1 + len(named) and whole and anchor and size and ids:
                stated = (epoch, anchor, block, consensus, size, root, state_root, *named, *[None] * (2 - len(named)))
                return Cosignature(stated, witness, time, signature)
    return None


def text(network: bytes, stated: tuple) -> bytes:
    """The body of a C2SP tlog-checkpoint, as witnesses sign it."""
    epoch, anchor, block, consensus_ms, size, root, state_root, constitution, following = stated
    lines = [
        f"muniment/{network.hex()}",
        f"{size}",
        _base64(root),
        f"state {_base64(state_root)}",
        f"anchor {epoch} {anchor} {consensus_ms} {_base64(block)}",
    ]
    if constitution is not None:
        lines.append(f"constitution {_base64(constitution)}")
    if following is not None:
        lines.append(f"next {_base64(following)}")
    return "".join(f"{line}\n" for line in lines).encode()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
