"""Our order beside two other rules, on the meetings of one world: how long until an act's author knows its place.

All three only order here; none waits for certificates of the act itself. Ours is the real code, fed with what the
author held after each of its meetings; the others read the recorded graph.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.ledger.anchors import Finality
from core.ledger.blocklace import Blocklace
from core.office import Office
from desktop.simulation.figures import summary
from desktop.simulation.recomputing import rows_of
from desktop.simulation.recording import Recording
from desktop.simulation.rivals import Graph, Hashgraph, Rule, ThreeRounds
from desktop.simulation.world import World

OURS = "ours"
MEASURED_SHARE = 0.4  # of the run, from its beginning
RULES: Mapping[str, type[ThreeRounds] | type[Hashgraph]] = {"three_rounds": ThreeRounds, "hashgraph": Hashgraph}


def compared(recording: Recording, world: World) -> dict[str, Any]:
    """By rule: meetings per office until the author knew, and how many acts it never knew of by the end.

    Acts of the last part of the run only keep the graph growing.
    """
    office = max((office for _, office in world.offices()), key=lambda office: len(office.lace.vertices))
    measured_until = max(act["recorded"] for act in recording.acts) * MEASURED_SHARE
    graph = Graph(recording.nodes, recording.quorum)
    for block in recording.blocks:
        graph.add(block)
    rules: list[Rule] = [rule(graph) for rule in RULES.values()]
    acts = [act for act in recording.acts if act["recorded"] <= measured_until]
    found: dict[str, Any] = {name: {"meetings": [], "never": 0} for name in (OURS, *RULES)}
    awake = sum(bool(views) for views in recording.views.values())
    for author in sorted({act["author"] for act in acts}):
        views = _views(graph, recording, author)
        ordered = [_ours(graph, recording, office, author), *([rule.ordered(view) for view in views] for rule in rules)]
        meetings = [meeting for meeting, _ in recording.views[author]]
        for act in (act for act in acts if act["author"] == author):
            bit = graph.index[act["block"]]
            for name, masks in zip(found, ordered, strict=True):
                known = (meeting for meeting, mask in zip(meetings, masks, strict=True) if mask >> bit & 1)
                first = next(known, None)
                if first is None:
                    found[name]["never"] += 1
                else:
                    found[name]["meetings"].append(2 * (first - act["recorded"]) / awake)
    return found


def _views(graph: Graph, recording: Recording, author: int) -> list[int]:
    """What the author held after each of its meetings, as masks."""
    mask, masks, before, arrivals = 0, [], 0, recording.arrivals[author]
    for _, count in recording.views[author]:
        for name in arrivals[before:count]:
            mask |= 1 << graph.index[name]
        before = count
        masks.append(mask)
    return masks


def _ours(graph: Graph, recording: Recording, office: Office, author: int) -> list[int]:
    """What lies in the past of the anchors that the real code decides; `office`: any that holds the whole graph."""
    rows = {row[0].hex(): row for row in rows_of(office)}
    lace = Blocklace(office.lace.rolls[0], office.lace.genesis)
    finality, mask, masks, before = Finality(lace), 0, [], 0
    for _, count in recording.views[author]:
        for name in recording.arrivals[author][before:count]:
            block, header, acts, accused = rows[name]
            for anchor in finality.add(lace.add(block, header, acts, accused).vertex):
                mask |= graph.blocks[graph.index[anchor.vertex.id.hex()]].past
        before = count
        masks.append(mask)
    return masks


def summarised(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and 95th percentile by rule over many seeds."""
    names = (OURS, *RULES)
    return {
        name: {
            **summary([value for answer in answers for value in answer[name]["meetings"]]),
            "never": sum(answer[name]["never"] for answer in answers),
        }
        for name in names
        if any(name in answer for answer in answers)
    }
