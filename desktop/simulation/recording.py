"""The graph of one run as plain values, for a picture, a comparison or somebody else's check. Ids are in hex."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.ledger.block import decode_header
from core.ledger.blocklace import Vertex
from core.office import Office
from desktop.simulation.world import World


@dataclass(frozen=True)
class Recording:
    """What a run leaves behind.

    `blocks`: of all honest offices, parents first. `arrivals`: by office, ids in order of arrival; `views`: by office,
    (meeting, how many of them had arrived). `acts`: each with the meeting after which it was recorded.
    """

    nodes: int
    quorum: int
    network: str
    blocks: list[dict[str, Any]]
    arrivals: dict[int, list[str]]
    views: dict[int, list[tuple[int, int]]]
    acts: list[dict[str, Any]]
    anchors: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def record_graph(world: World) -> Recording:
    blocks: dict[bytes, dict[str, Any]] = {}
    for _, office in world.offices():
        for vertex in office.lace.vertices.values():
            # Asked of the first only: one that joined later need not hold the text of the earliest acts.
            known = blocks.get(vertex.id) or blocks.setdefault(vertex.id, _block(office, vertex))
            known["anchor"] = known["anchor"] or vertex.anchor or None
            known["certified"] = known["certified"] or vertex.certified
    views: dict[int, list[tuple[int, int]]] = {number: [] for number in world.honest}
    for meeting, number, count in world.history:
        views[number].append((meeting, count))
    _, furthest = max(world.offices(), key=lambda one: one[1].anchor)
    return Recording(
        world.scenario.nodes,
        world.scenario.quorum,
        world.network.charter.network.hex(),
        list(blocks.values()),
        {number: [vertex.hex() for vertex in office.lace.vertices] for number, office in world.offices()},
        views,
        [
            {
                "id": act.drawn.id.hex(), "block": act.block.hex(), "author": act.drawn.author, "recorded": act.meeting,
                "certified": act.certified, "second_level": act.second_level, "final": act.final,
            }
            for act in world.acts
        ],
        _anchors(furthest),
    )  # fmt: skip


def _anchors(office: Office) -> list[dict[str, Any]]:
    decided = office.ledger.anchors(0, office.anchor) if office.anchor else []
    return [
        {
            "number": anchor.number, "block": anchor.block.hex(), "epoch": anchor.epoch, "round": anchor.round,
            "consensus_ms": anchor.consensus_ms, "acts": anchor.acts, "closing": anchor.closing,
        }
        for anchor in decided
    ]  # fmt: skip


def _block(office: Office, vertex: Vertex) -> dict[str, Any]:
    stored = office.block(vertex.id)
    header = decode_header(stored.header)
    return {
        "id": vertex.id.hex(), "author": header.author, "incarnation": header.incarnation, "seq": header.seq,
        "epoch": header.epoch, "round": header.round, "opener": vertex.opener, "flags": header.flags,
        "prev": header.prev.hex() if header.prev else None,
        "parents": [reference.id.hex() for reference in header.refs],
        "claimed_ms": header.claimed_ms, "acts": vertex.has_acts, "bytes": len(stored.header) + len(stored.signature)
        + len(stored.payload or b""), "certified": vertex.certified, "anchor": vertex.anchor or None,
    }  # fmt: skip


def write_trace(path: Path, recordings: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"runs": recordings}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
