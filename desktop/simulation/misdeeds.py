"""What malicious offices do. Each has a character: the deeds it knows, and when it begins to misbehave.

The deeds of 3-ledger §10: fork from the start, fork late (after votes), branches that refer to each other, several
openers of one round, withheld payloads, bogus rounds, stale references, wrong roots, CLOSE and then approvals, forged
epoch anchors, a removed key that goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from core.exchange import StoredBlock
from core.ledger.blocklace import Vertex
from core.ledger.payload import Payload
from desktop.simulation.acts import DrawnAct, Notary
from desktop.simulation.lies import LIES, noise, opposing_acts
from desktop.simulation.rogue import RogueOffice, Sketch

Deed = Callable[[RogueOffice, Random], None]
DECADE_MS = 10 * 365 * 86_400_000
HONEST_SHARE = 0.3  # of its turns in which it does what is expected, so that it is listened to


def forks(rogue: RogueOffice, random: Random) -> None:
    """A second block at a place: from the very start, or where votes already stand."""
    own = [vertex for vertex in rogue.lace.vertices.values() if vertex.author == rogue.number]
    prev = random.choice([None, *own[-4:]])
    known = [vertex for vertex in rogue.lace.vertices.values() if vertex.author != rogue.number]
    rogue.sign(Sketch(prev, rogue.antichain(prev, random.sample(known, min(len(known), len(rogue.roll.members))))))


def refers_to_itself(rogue: RogueOffice, random: Random) -> None:
    """One branch goes on with what stands on the other, by way of a block of somebody else or directly."""
    prev = rogue.present_head()
    others = [tip for tip in rogue.branches() if tip is not prev]
    rest = [vertex for vertex in rogue.antichain(prev) if random.random() < 0.7]
    if prev is not None and others and not rogue.lace.in_past(others[0], prev):
        free = [one for one in rest if not rogue.lace.in_past(one, others[0])]
        if not any(rogue.lace.in_past(others[0], one) for one in free):
            refs = sorted((*free, others[0]), key=lambda vertex: (vertex.author, vertex.seq, vertex.id))
            rogue.sign(Sketch(prev, tuple(refs)))
            return
    rogue.sign(Sketch(prev, tuple(rest)))


def opens_twice(rogue: RogueOffice, random: Random) -> None:
    """Another opener of the round that it has opened, with fewer or other votes."""
    head = rogue.present_head()
    if head is None:
        return
    lower = head
    while lower.prev is not None and lower.round == head.round:
        lower = lower.prev
    among = [vertex for vertex in rogue.lace.vertices.values() if vertex.author != rogue.number]
    random.shuffle(among)
    rogue.sign(Sketch(lower if lower.round < head.round else None, rogue.antichain(lower, among)))


def refers_to_old(rogue: RogueOffice, random: Random) -> None:
    prev = rogue.present_head()
    known = [vertex for vertex in rogue.lace.vertices.values() if vertex.author != rogue.number]
    rogue.sign(Sketch(prev, rogue.antichain(prev, known[: random.randint(0, len(known))][-3:]), noise(random)))


def claims_any_time(rogue: RogueOffice, random: Random) -> None:
    prev = rogue.present_head()
    rogue.sign(Sketch(prev, rogue.antichain(prev), noise(random), claimed_ms=random.randrange(10 * DECADE_MS)))


def changes_branch(rogue: RogueOffice, random: Random) -> None:
    """Another of its branches is the one that it continues and shows."""
    rogue.head = random.choice(rogue.branches()).id if rogue.branches() else None
    rogue.write()


def withholds_payload(rogue: RogueOffice, random: Random) -> None:
    """A block that names a payload nobody is given."""
    own = rogue.present_head()
    header = rogue.header(Sketch(own, rogue.antichain(own), round=own.round if own else 0))
    rogue.forge(replace(header, payload=(random.randbytes(32), 100)), None)


def claims_any_round(rogue: RogueOffice, random: Random) -> None:
    own = rogue.present_head()
    rogue.forge(rogue.header(Sketch(own, rogue.antichain(own), round=random.choice((0, 1, 7, 1 << 40)))), None)


def forges_epoch(rogue: RogueOffice, random: Random) -> None:
    """A block of the next epoch, with a closing anchor that was never decided."""
    own = rogue.present_head()
    header = rogue.header(Sketch(own, rogue.antichain(own), round=0))
    rogue.forge(replace(header, epoch=header.epoch + 1, closing_anchor=random.randbytes(32)), None)


def goes_on(rogue: RogueOffice, random: Random) -> None:
    """A removed key writes on in the epoch that it knew, over what stood there."""
    head = rogue.present_head()
    if head is not None and rogue.removed:
        known = [vertex for vertex in rogue.lace.vertices.values() if vertex.epoch == head.epoch]
        others = [vertex for vertex in known if vertex.author != rogue.number]
        random.shuffle(others)
        rogue.sign(Sketch(head, rogue.antichain(head, others), epoch=head.epoch))


def signs_nonsense(rogue: RogueOffice, random: Random) -> None:
    """Bytes that are no header, and a good header under somebody else's signature."""
    own = rogue.present_head()
    block = rogue.signed(rogue.header(Sketch(own, rogue.antichain(own))), None)
    broken = StoredBlock(random.randbytes(random.randrange(200)), block.signature, None)
    rogue.forged.append(random.choice((broken, StoredBlock(block.header, random.randbytes(64), None))))


DEEDS: dict[str, Deed] = {
    "forks": forks,
    "refers-to-itself": refers_to_itself,
    "opens-twice": opens_twice,
    "refers-to-old": refers_to_old,
    "claims-any-time": claims_any_time,
    "changes-branch": changes_branch,
    "withholds-payload": withholds_payload,
    "claims-any-round": claims_any_round,
    "forges-epoch": forges_epoch,
    "goes-on": goes_on,
    "signs-nonsense": signs_nonsense,
    **LIES,
}


@dataclass
class Character:
    """How one malicious office behaves."""

    rogue: RogueOffice
    deeds: tuple[str, ...]
    begins: int  # after so many of its meetings
    two_faced: bool  # it shows each neighbour one branch only
    random: Random
    meetings: int = 0
    done: list[str] = field(default_factory=list)

    def prepare(self, neighbour: int, notary: Notary) -> list[DrawnAct]:
        """Before a meeting: what it does, and the acts that it encloses; nothing once it has retired."""
        if self.rogue.retired:
            return []
        self.meets(neighbour)
        return self.acts(notary)

    def retire(self) -> bool:
        """It shows all that it has, and only relays from now on; whether it had not retired before."""
        retires = not self.rogue.retired
        self.rogue.face(None)
        self.rogue.retired = True
        return retires

    def meets(self, neighbour: int) -> None:
        """Before a meeting: decide what is shown."""
        self.meetings += 1
        branches = self.rogue.branches()
        if self.two_faced and len(branches) > 1:
            branch = branches[neighbour % len(branches)]
            others = [tip for author in range(len(self.rogue.roll.members)) for tip in self.rogue.lace.tips(author)]
            self.rogue.head = branch.id
            self.rogue.face([branch, *(tip for tip in others if not self._knows_other(tip, branch, branches))])
        else:
            self.rogue.face(None)

    def acts(self, notary: Notary) -> list[DrawnAct]:
        """Before a meeting: a deed or two, and now and then an act of its own on each branch."""
        if self.meetings < self.begins:
            self.rogue.write()
            return []
        drawn = []
        if self.random.random() < 0.15:
            drawn += self._encloses(notary)
        for _ in range(self.random.randrange(4)):
            if self.random.random() >= HONEST_SHARE:
                self._do(self.random.choice(self.deeds))
            else:
                self.rogue.write()
        return drawn

    def _do(self, name: str) -> None:
        """It counts as done where a block came of it."""
        before = len(self.rogue.lace.vertices) + len(self.rogue.forged)
        DEEDS[name](self.rogue, self.random)
        if len(self.rogue.lace.vertices) + len(self.rogue.forged) > before:
            self.done.append(name)

    def _encloses(self, notary: Notary) -> list[DrawnAct]:
        """Acts that cannot both stand, each on a branch of its own."""
        prev = self.rogue.present_head()
        drawn = opposing_acts(self.rogue, notary, self.random)
        for act in drawn:
            self.rogue.sign(self._sketch(prev, Payload((act.group,))))
        return drawn

    def _sketch(self, prev: Vertex | None, payload: Payload) -> Sketch:
        """Removed or not, it encloses its acts."""
        if prev is None or not self.rogue.removed:
            return Sketch(prev, self.rogue.antichain(prev), payload)
        return Sketch(prev, (), payload, epoch=prev.epoch)

    def _knows_other(self, tip: Vertex, branch: Vertex, branches: list[Vertex]) -> bool:
        in_past = self.rogue.lace.in_past
        return any(other is not branch and in_past(other, tip) for other in branches)


def draw_character(rogue: RogueOffice, random: Random) -> Character:
    deeds = tuple(sorted(random.sample(sorted(DEEDS), random.randint(2, len(DEEDS)))))
    return Character(rogue, deeds, random.choice((0, 0, 3, 8, 15)), random.random() < 0.6, random)
