"""Our order beside two other rules, on the meetings of one world: how long until an act's author knows its place.

All three only order here; none waits for certificates of the act itself. Ours is the real code, fed with what the
author held after each of its meetings; the others read the recorded graph.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.office import Office
from desktop.simulation.figures import summary
from desktop.simulation.recomputing import grown, rows_of
from desktop.simulation.recording import Recording
from desktop.simulation.rivals import Graph, Hashgraph, Rule, ThreeRounds
from desktop.simulation.world import World

OURS = "ours"
MEASURED_SHARE = 0.4  # of the run, from its beginning
RULES: Mapping[str, type[ThreeRounds] | type[Hashgraph]] = {"three_rounds": ThreeRounds, "hashgraph": Hashgraph}


class OursAlone:
    """What lies in the past of the anchors that the real code decides; `office`: any that holds the graph's blocks."""

    def __init__(self, graph: Graph, office: Office) -> None:
        self._graph, self._rows = graph, rows_of(office)
        self._office = office

    def ordered(self, view: int) -> int:
        held = [row for row in self._rows if view >> self._graph.index[row[0].hex()] & 1]
        _, anchors = grown(self._office, held)
        mask = 0
        for anchor in anchors:
            mask |= self._graph.blocks[self._graph.index[anchor.hex()]].past
        return mask


def compared(recording: Recording, world: World) -> dict[str, Any]:
    """By rule: meetings per office until the author knew, and how many acts it never knew of by the end.

    Acts of the last part of the run only keep the graph growing.
    """
    office = max((office for _, office in world.offices()), key=lambda office: len(office.lace.vertices))
    measured_until = max(act["recorded"] for act in recording.acts) * MEASURED_SHARE
    graph = Graph(recording.nodes, recording.quorum)
    for block in recording.blocks:
        graph.add(block)
    rules: dict[str, Rule] = {name: rule(graph) for name, rule in RULES.items()}
    rules[OURS] = OursAlone(graph, office)
    acts = [act for act in recording.acts if act["recorded"] <= measured_until]
    awake = sum(bool(views) for views in recording.views.values())
    return {name: _measured(rule, graph, recording, acts, awake) for name, rule in rules.items()}


def _measured(
    rule: Rule, graph: Graph, recording: Recording, acts: Sequence[Mapping[str, Any]], awake: int
) -> dict[str, Any]:
    taken, never = [], 0
    for act in acts:
        meeting = next(_ordering(rule, graph, recording, act), None)
        if meeting is None:
            never += 1
        else:
            taken.append(2 * (meeting - act["recorded"]) / awake)
    return {"meetings": taken, "never": never}


def _ordering(rule: Rule, graph: Graph, recording: Recording, act: Mapping[str, Any]) -> Iterator[int]:
    """The first meeting of its author after which the rule has ordered the act's block: a view never loses a place."""
    author, bit = act["author"], graph.index[act["block"]]
    views = [(meeting, count) for meeting, count in recording.views[author] if meeting >= act["recorded"]]
    low, high = 0, len(views)
    while low < high:
        middle = (low + high) // 2
        held = recording.arrivals[author][: views[middle][1]]
        if rule.ordered(_view(graph, held)) >> bit & 1:
            high = middle
        else:
            low = middle + 1
    if low < len(views):
        yield views[low][0]


def _view(graph: Graph, held: Sequence[str]) -> int:
    mask = 0
    for name in held:
        mask |= 1 << graph.index[name]
    return mask


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
