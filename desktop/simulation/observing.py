"""Looks at the honest offices after each meeting and at the end, and holds what they show against the promises.

What is looked at is what the offices tell anybody who asks; only certified blocks are read off their graphs.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.blocklace import Blocklace
from core.ledger.checkpoint import checkpoint_digest
from core.ledger.forks import check_evidence, decode_evidence_file, encode_evidence_file
from core.office import Office
from core.views import Ladder, Step
from desktop.simulation.acts import DrawnAct
from desktop.simulation.invariants import (
    Agreed,
    AsPredicted,
    OneAtAPlace,
    OneSuccessor,
    answered,
    ended,
    innocent,
    silent,
    too_late,
)
from desktop.simulation.recomputing import recomputed
from desktop.simulation.rejoining import can_join_from, rejoined
from desktop.simulation.voiding import may_end_void
from desktop.simulation.world import World

MOST_VIOLATIONS = 20  # of one world: one fault shows many times
ANCHORS_AT_ONCE = 1000
REPLACES = frozenset({"entered", "warned"})  # outcomes of an act that makes the next version of what it names


@dataclass
class PlacesLook:
    """How far the blocks of these authors were looked at in one graph."""

    lace: Blocklace
    authors: frozenset[int]
    looked_at: int = 0  # blocks, in the order of arrival
    waiting: list[int] = field(default_factory=list)  # orders of those of the authors that were not certified then

    def due(self) -> list[int]:
        """Orders of those that are new or were waiting; they count as looked at."""
        due = [*self.waiting, *range(self.looked_at, len(self.lace.vertices))]
        self.waiting, self.looked_at = [], len(self.lace.vertices)
        return due


class Observer:
    def __init__(self, world: World) -> None:
        self.world = world
        self.checks: Counter[str] = Counter()
        self.violations: list[dict[str, Any]] = []
        self._anchors, self._states, self._ends = Agreed(), Agreed(), Agreed()
        self._places, self._predictions, self._successors = OneAtAPlace(), AsPredicted(), OneSuccessor()
        self._versions = Agreed()
        self._anchors_seen: dict[tuple[int, int], int] = {}  # by office and how often a copy of it was put back
        self._looked_at: dict[tuple[int, bytes], object] = {}
        self._settled: set[tuple[int, bytes]] = set()  # (office, act): looked at again at the end only
        self._looks: dict[int, PlacesLook] = {}  # by office

    def note(self, promise: str, wrong: str | None) -> None:
        """A check was made; `wrong`: what does not fit."""
        self.checks[promise] += 1
        if wrong is not None and len(self.violations) < MOST_VIOLATIONS:
            self.violations.append(
                {"seed": self.world.seed, "promise": promise, "meeting": self.world.meetings, "what": wrong}
            )

    # -- after each meeting -------------------------------------------------------------------------------------

    def look(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if number not in self.world.malicious:
                office = self.world.office(number)
                if number in self.world.restored:
                    self._predictions.forget(number)
                self._look_at_places(number, office)
                self._look_at_anchors(number, office)
                for recorded in self.world.acts:
                    if self._may_have_climbed(number, office, recorded.drawn.id, (recorded.block,)):
                        self._look_at_act(number, office, recorded.drawn)
                for act in self.world.malicious_acts:
                    if self._may_have_climbed(number, office, act.id, self.world.enclosing(act.id)):
                        self._look_at_act(number, office, act)

    def _may_have_climbed(self, number: int, office: Office, act: bytes, blocks: Iterable[bytes]) -> bool:
        """Whether what decides an act's step is another than when it was last looked at here: reading it costs more.

        `blocks`: those that enclose it.
        """
        key = number, act
        held = [one for one in map(office.lace.vertices.get, blocks) if one] if key not in self._settled else []
        if not held:
            return False
        steps = tuple((one.approvals, one.certified, office.execution.anchor_of(one)) for one in held)
        now = steps, office.lace.forkers, office.lace.epoch
        if self._looked_at.get(key) == now:
            return False
        self._looked_at[key] = now
        return True

    def _look_at_places(self, number: int, office: Office) -> None:
        """Only an author that has forked can have two blocks at one place; each is looked at until it is certified."""
        authors = frozenset(self.world.malicious | office.forkers())
        look = self._looks.get(number)
        if look is None or look.lace is not office.lace or look.authors != authors:
            look = self._looks[number] = PlacesLook(office.lace, authors)
        for order in look.due() if authors else ():
            vertex = office.lace.vertices.in_order(order)
            if vertex.author in authors and vertex.certified:
                place = vertex.author, vertex.incarnation, vertex.seq
                self.note("I4", self._places.see(place, vertex.id))
            elif vertex.author in authors:
                look.waiting.append(order)

    def _look_at_anchors(self, number: int, office: Office) -> None:
        begun = number, self.world.computers[number].copies_put_back  # a copy knows what was known when it was made
        seen = self._anchors_seen.get(begun, 0)
        if office.anchor < seen:
            self.note("I1", f"office {number} goes back from anchor {seen} to {office.anchor}")
        if office.anchor == seen:
            return
        for anchor in office.ledger.anchors(seen, ANCHORS_AT_ONCE):
            self.note("I1", self._anchors.see(number, anchor.number, anchor.block))
            checkpoint = office.store.checkpoints.at(anchor.number)
            if checkpoint is not None:
                self.note("I2", self._states.see(number, ("checkpoint", anchor.number), checkpoint_digest(checkpoint)))
        self._anchors_seen[begun] = office.anchor
        self.note("I2", self._states.see(number, office.anchor, office.state_root()))
        stopped = office.finality_stopped
        self.note("I2", None if stopped is None else f"office {number} doubts its own state at anchor {stopped}")

    def _look_at_act(self, number: int, office: Office, act: DrawnAct) -> None:
        ladder = ladder_of(office, act.id)
        if ladder is None:
            return
        if act.id in self.world.too_late:
            self.note("I5", too_late(act.id, ladder.anchor))
        if act.asks:
            self._look_at_request(number, act, ladder)
            return
        if ladder.anchor is None:
            if not ladder.shared:  # only an anchor decides those
                self.note("I5", self._not_as_certified(number, office, act.id, ladder))
            return
        self._settled.add((number, act.id))
        self._look_at_end(number, act.id, ladder)
        self.note("I5", self._predictions.executed(act.id, ladder.outcome))
        if ladder.step is Step.FINAL and ladder.outcome in REPLACES:
            self.note("I7", self._successors.accepted(act.id, act.versions))

    def _not_as_certified(self, number: int, office: Office, act: bytes, ladder: Ladder) -> str | None:
        lost = self._predictions.seen(number, act, ladder.step is Step.CERTIFIED, ladder.outcome)
        if lost is not None and may_end_void(office.lace, office.vertex(office.acts.view(act).block)):
            return None
        return lost

    def _look_at_request(self, number: int, act: DrawnAct, ladder: Ladder) -> None:
        """It has come to its end when the decision has; until then it may wait, lapse or be overtaken."""
        if ladder.decision is not None and ladder.anchor is not None:
            self.note("I3", self._ends.see(number, (act.id, "decision"), ladder.decision))
            self._look_at_end(number, act.id, ladder)

    def _look_at_end(self, number: int, act: bytes, ladder: Ladder) -> None:
        """Every office tells it alike; one that joined later knows no remarks on what was settled and stands."""
        self.note("I3", self._ends.see(number, act, (ladder.step.value, ladder.outcome, ladder.anchor)))
        if ladder.step is Step.REJECTED or number not in self.world.joined:
            self.note("I3", self._ends.see(number, (act, "code"), ladder.code))

    # -- at the end ---------------------------------------------------------------------------------------------

    def look_at_evidence(self) -> None:
        for number, office in self.world.offices():
            accused = sorted({author for author, _ in office.ledger.evidence()} | office.forkers())
            self.note("I12", innocent(accused, self.world.malicious))
            for author in sorted(office.forkers()):
                self.note("I8", self._convinces(number, office, author))

    def _convinces(self, number: int, office: Office, author: int) -> str | None:
        """A stranger has the exported file and the charter, and nothing else."""
        evidence = office.ledger.evidence_against(author)
        if evidence is None:
            return f"office {number} knows a fork of {author} and cannot prove it"
        charter = self.world.network.charter
        network, told = decode_evidence_file(encode_evidence_file(office.network, evidence))
        try:
            header = check_evidence(told, charter.network, charter.cards[author].node_key, verify)
        except MunimentError as error:
            return f"the proof of office {number} against {author} does not hold: {error.code}"
        right = network == charter.network and header.author == author
        return None if right else f"the proof of office {number} is not about {author}"

    def recompute(self, numbers: Iterable[int]) -> None:
        """The results of these offices again, from other orders of arrival."""
        for number in numbers:
            for promise, wrong in recomputed(self.world.office(number), f"{self.world.seed}/{number}"):
                self.note(promise, None if wrong is None else f"office {number}: {wrong}")

    def join(self, numbers: Iterable[int]) -> None:
        """A newcomer with a snapshot of each of these offices."""
        for number in numbers:
            office = self.world.office(number)
            if can_join_from(office):
                wrong = rejoined(office)
                self.note("I10", None if wrong is None else f"from office {number}: {wrong}")

    def look_at_ends(self) -> None:
        """Once the world is healed and quiet: acts that a sound office holds have come to their end everywhere."""
        self._settled.clear()
        self._looked_at.clear()
        self._looks.clear()
        self.look(self.world.honest)
        honest = [act for act in self.world.acts if act.drawn.author not in self.world.restored]
        for number in self.world.sound:
            office = self.world.office(number)
            for act in honest:
                ladder = ladder_of(office, act.drawn.id)
                if ladder is not None:
                    self.note("I6", ended(act.drawn.id, ladder.step.value, ladder.code))
                    if act.drawn.decides is not None and ladder.step is Step.FINAL:
                        asked = ladder_of(office, act.drawn.decides)
                        self.note("I6", answered(act.drawn.decides, act.drawn.id, asked.decision if asked else None))
            self._look_at_records(number, office)

    def _look_at_records(self, number: int, office: Office) -> None:
        """Each version of a record that this office knows of was made by one act, the same at all of them."""
        for record_id in sorted({record for act in self.world.acts for record in act.records}):
            present = office.store.state.agreed(record_id)
            if present is None:
                continue
            for record in (present, *office.store.state.history(record_id)):
                if record.version <= present.version:
                    self.note("I7", self._versions.see(number, (record_id, record.version), record.last_act))

    def look_at_meeting(self, refused: str | None) -> None:
        """Once the world has healed, honest offices have no reason to break a meeting off."""
        if not self.world.troubled and not self.world.malicious.intersection(self.world.met):
            self.note("I6", refused and f"a meeting of {self.world.met} ended with {refused}")

    def look_at_silence(self) -> None:
        wrote = [number for number in self.world.sound if self.world.office(number).write() is not None]
        self.note("I11", silent(wrote))


def ladder_of(office: Office, act_id: bytes) -> Ladder | None:
    """How far an act has climbed at an office; None where it is not held."""
    try:
        return office.acts.view(act_id).ladder
    except MunimentError:
        return None
