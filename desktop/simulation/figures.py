"""How long an act takes, in meetings per office until its author knows, and what it costs; for one seed or many."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from core.ledger.approvals import has_second_level
from core.office import Office
from core.views import Step
from desktop.simulation.acts import Recorded
from desktop.simulation.world import World

STEPS = ("certified", "second_level", "final", "quiet")
DIGITS = 2


def watch(world: World, numbers: Iterable[int]) -> None:
    """After a meeting of these offices: which of their acts have climbed, as they know it themselves."""
    for act in world.acts:
        if act.drawn.author in numbers and act.final is None and not act.rejected:
            climb(act, world.office(act.drawn.author), world.meetings)
    for number in numbers:
        if number not in world.malicious:
            _note_epoch(world, number)


def _note_epoch(world: World, number: int) -> None:
    """Since when anybody knows that a change has passed, and when this office has closed the epoch."""
    office = world.office(number)
    if office.epochs.passed is not None:
        world.passed.setdefault(office.lace.epoch, world.meetings)
    before = office.lace.epoch - 1
    if before in world.passed:
        world.closed.setdefault((number, before), world.meetings)


def climb(act: Recorded, office: Office, meeting: int) -> None:
    """Note the step that an act has reached; a later step includes the earlier ones."""
    if act.block not in office.lace.vertices:  # a backup was put back: its author does not hold it any more
        return
    ladder = office.acts.view(act.drawn.id).ladder
    if ladder.step is Step.REJECTED:
        act.rejected = True
        return
    if act.certified is None and ladder.step in (Step.CERTIFIED, Step.FINAL):
        act.certified = meeting
    if act.second_level is None and (ladder.step is Step.FINAL or _second_level(act, office)):
        act.second_level = meeting
    if act.final is None and ladder.step is Step.FINAL:
        act.final = meeting


def _second_level(act: Recorded, office: Office) -> bool:
    lace = office.lace
    tips = [tip for member in lace.roll.members if member.witness for tip in lace.tips(member.number)]
    return has_second_level(lace.vertices[act.block], tips, lace.roll.quorum, lace.in_past)


@dataclass
class Figures:
    """Of one seed or of many. Steps in meetings per office."""

    certified: list[float] = field(default_factory=list)
    second_level: list[float] = field(default_factory=list)
    final: list[float] = field(default_factory=list)
    quiet: list[float] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)  # from when a change has passed until an office closes the epoch
    never_final: int = 0
    acts: int = 0
    blocks: int = 0  # of a replica that holds everything
    bytes: int = 0
    violations: list[dict[str, Any]] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    happened: dict[str, int] = field(default_factory=dict)  # what became of which act, which changes, which misdeeds

    def add(self, other: "Figures") -> None:
        for name in (*STEPS, "closed"):
            getattr(self, name).extend(getattr(other, name))
        for name in ("never_final", "acts", "blocks", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.violations.extend(other.violations)
        for mine, theirs in ((self.checks, other.checks), (self.happened, other.happened)):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count

    def as_json(self) -> dict[str, Any]:
        acts = max(1, self.acts)
        return {
            **{name: summary(getattr(self, name)) for name in (*STEPS, "closed")},
            "never_final": self.never_final,
            "acts": self.acts,
            "blocks_per_act": round(self.blocks / acts, DIGITS),
            "bytes_per_act": round(self.bytes / acts),
            "checks": dict(sorted(self.checks.items(), key=lambda item: int(item[0][1:]))),
            "happened": dict(sorted(self.happened.items())),
            "violations": self.violations,
        }


def summary(values: Sequence[float]) -> dict[str, float | None]:
    """Mean and 95th percentile (nearest rank); None where nothing was measured."""
    if not values:
        return {"mean": None, "p95": None}
    ranked = sorted(values)
    return {
        "mean": round(sum(ranked) / len(ranked), DIGITS),
        "p95": round(ranked[ceil(0.95 * len(ranked)) - 1], DIGITS),
    }


def measured(world: World) -> Figures:
    """What the acts of one world took; acts that ended rejected have taken no step."""
    figures = Figures(acts=len(world.acts))
    for act in world.acts:
        figures.never_final += _waits_for_ever(act, world)
        for name in STEPS:
            reached = getattr(act, name)
            if reached is not None:
                getattr(figures, name).append(world.meetings_each(act.meeting, reached))
    for (_, epoch), meeting in sorted(world.closed.items()):
        figures.closed.append(world.meetings_each(world.passed[epoch], meeting))
    figures.happened = happened(world)
    fullest = max((office for _, office in world.offices()), key=lambda office: len(office.lace.vertices))
    figures.blocks = len(fullest.lace.vertices)
    figures.bytes = sum(_stored_bytes(fullest, block) for block in fullest.lace.vertices)
    return figures


def happened(world: World) -> dict[str, int]:
    """How often an act of honest offices ended which way, as one of them tells, and what else occurred."""
    told = Counter(world.events)
    for character in world.characters.values():
        told.update(f"misdeed {name}" for name in character.done)
    teller = world.office(world.sound[0]) if world.sound else None
    for act in world.acts:
        if teller is not None and act.block in teller.lace.vertices:
            view = teller.acts.view(act.drawn.id)
            request = "request " if act.drawn.asks else ""
            end = view.ladder.code or view.ladder.outcome
            told[f"act {request}{view.transaction.procedure}: {end}"] += 1
    return dict(told)


def _waits_for_ever(act: Recorded, world: World) -> bool:
    """Whether an office that is there holds the act, and none has seen it end: what nobody else had seen when its
    office fell asleep or lost its disk waits for that office.
    """
    if act.final is not None or act.rejected:
        return False
    holding = [office for office in map(world.office, world.sound) if act.block in office.lace.vertices]
    return bool(holding) and not any(office.lace.vertices[act.block].anchor for office in holding)


def _stored_bytes(office: Office, block_id: bytes) -> int:
    block = office.block(block_id)
    return len(block.header) + len(block.signature) + len(block.payload or b"")
