"""Seeded worlds that reach anchors: offices that meet and write as 3-ledger §5 says, and nodes that fork.

An honest office writes lazily (§5, by what its own view decides) or eagerly (whenever a block is valid); it carries
evidence, closes an epoch once a change has passed in its view, and begins the next one. A malicious node has several
faces, each with a view and a branch of its own: it forks from the start or late, after votes; a face behaves like an
honest twin, or writes any valid block: stale references, its own sibling through a third party, several openers of one
round, a CLOSE nobody asked for, blocks of an epoch long closed with a key that is no longer in the roll. Nothing is
signed; blocks are told apart by their bytes. Every block is valid.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from core.ledger.block import CLOSE, Header, block_id, encode_header
from core.ledger.block import Reference as Ref
from core.ledger.roll import default_quorum, tolerated
from tests.ledger.finality_reference import (
    SPECIFICATION,
    Block,
    EpochRoll,
    Reference,
    ReferenceAnchor,
    Rules,
    forked_keys,
)

NETWORK = bytes(32)
MOST_EPOCHS = 3


@dataclass(eq=False)
class Face:
    """One view with one chain. An honest office has one face, a malicious node has several."""

    number: int
    incarnation: int
    malicious: bool = False
    wild: bool = False  # writes any valid block instead of what an honest twin would write
    held: set[Block] = field(default_factory=set)
    head: Block | None = None
    anchors: list[ReferenceAnchor] = field(default_factory=list)  # what its view decides
    decided: int = 0  # how many blocks it held when it last decided
    evidence: set[tuple[int, int]] = field(default_factory=set)  # forks it was told of without holding both blocks
    clock_ms: int = 0
    side: int = 0
    asleep: bool = False


@dataclass(frozen=True)
class Plan:
    """How a world is made. `changes`: the number of anchors of an epoch after which its change has passed."""

    rolls: tuple[EpochRoll, ...]
    malicious: frozenset[tuple[int, int]]  # (author, incarnation)
    blocks: int
    lazy: bool
    passes_after: int = 1
    heal: bool = False
    tight: bool = False  # almost only openers, each of what a few blocks brought: what a hostile network can do most


@dataclass
class World:
    plan: Plan
    reference: Reference
    random: Random
    faces: list[Face] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)  # as they were written
    forked: bool = False  # honest views closed an epoch at different anchors
    closings: list[Block] = field(default_factory=list)
    quiet: bool = False  # after healing: nobody had a reason to write any more

    @property
    def honest(self) -> list[Face]:
        return [face for face in self.faces if not face.malicious]

    # -- running ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        random, plan = self.random, self.plan
        keys = sorted(keys_of(plan.rolls))
        shift_ms = {number: random.choice((0, 0, random.randint(0, 90), 10_000_000)) for number, _ in keys}
        for number, own in keys:
            malicious = (number, own) in plan.malicious
            self.faces.append(Face(number, own, malicious, clock_ms=shift_ms[number], side=random.randrange(2)))
        split_at = {key: plan.blocks * random.choice((0, 2, 5, 7)) // 10 for key in sorted(plan.malicious)}
        apart = random.random() < 0.5
        tries = 0
        while len(self.blocks) < plan.blocks and tries < 6 * plan.blocks and not self.forked:
            tries += 1
            for key in [key for key, at in split_at.items() if len(self.blocks) >= at]:
                del split_at[key]
                self._split(key)
            if tries % (12 * (1 + plan.tight)) == 0:
                self._lull(random.random() < 0.4)
                apart = random.random() < 0.4
            pair = random.sample(self.faces, 2) if len(self.faces) > 1 else self.faces * 2
            if plan.tight:
                self._hear(pair[0])
            elif not apart or pair[0].side == pair[1].side:
                self.meet(*pair, one_way=random.random() < 0.15)
        if plan.heal:
            self.heal()
        for face in self.honest:
            self._decide(face)

    def heal(self, most_cycles: int = 60) -> None:
        """Every honest office meets every other, over and over, until nobody writes; nobody has anything to add."""
        self._lull(False)
        honest = self.honest
        for _ in range(most_cycles):
            before = len(self.blocks)
            for face in honest:
                for other in honest if len(honest) > 1 else [face]:
                    if other is not face or len(honest) == 1:
                        self._give(face, other)
                        self.write(other, act=False, lazy=True)
            self.quiet = len(self.blocks) == before
            if self.quiet or self.forked:
                return

    def _split(self, key: tuple[int, int]) -> None:
        """From now on the node shows different faces, each with a view and a chain of its own."""
        first = next(face for face in self.faces if (face.number, face.incarnation) == key)
        first.wild = self.random.random() < 0.4
        for side in range(self.random.choice((1, 1, 2))):
            twin = Face(first.number, first.incarnation, True, self.random.random() < 0.4)
            twin.held, twin.head, twin.anchors = set(first.held), first.head, list(first.anchors)
            twin.clock_ms, twin.side = first.clock_ms, (first.side + side + 1) % 2
            self.faces.append(twin)

    def _lull(self, any_asleep: bool) -> None:
        """Some fall asleep, never more than the quorum can spare; the others wake."""
        roll = self.plan.rolls[0]
        spare = len(roll.witnesses) - roll.quorum
        asleep = self.random.sample(sorted(roll.witnesses), self.random.randint(0, spare)) if any_asleep else []
        for face in self.faces:
            face.asleep = not face.malicious and face.number in asleep

    def meet(self, one: Face, other: Face, one_way: bool) -> None:
        if one.asleep or other.asleep:
            return
        self._give(one, other)
        self.write(other, act=self.random.random() < 0.3)
        if not one_way:
            self._give(other, one)
            self.write(one, act=self.random.random() < 0.3)

    def _hear(self, face: Face) -> None:
        """Somebody gets the pasts of a few blocks, not always the newest, and writes if that makes an opener."""
        if face.asleep:
            return
        heads = [other.head for other in self.faces if other.head is not None and other is not face]
        for head in self.random.sample(heads, self.random.randint(0, len(heads))):
            face.held.update((head.prev or head).past if self.random.random() < 0.2 else head.past)
        self.write(face, act=self.random.random() < 0.15)

    def _give(self, giver: Face, taker: Face) -> None:
        given: Iterable[Block] = giver.held
        if giver.wild and giver.held and self.random.random() < 0.5:
            known = sorted(giver.held, key=lambda block: block.id)
            chosen = self.random.sample(known, self.random.randint(1, min(3, len(known))))
            given = frozenset().union(*(block.past for block in chosen))
        taker.held.update(given)
        if not giver.malicious:
            taker.evidence |= giver.evidence | forked_keys(giver.held)

    def _decide(self, face: Face) -> None:
        """What the view of the face decides; whoever closes an epoch first says which anchor it was."""
        if len(face.held) == face.decided:
            return
        face.decided = len(face.held)
        face.anchors = self.reference.anchors(face.held, face.anchors)
        if face.malicious:
            return
        for epoch, closing in enumerate(one.block for one in face.anchors if one.closing):
            if epoch == len(self.closings):
                self.closings.append(closing)
            self.forked |= self.closings[epoch] is not closing

    # -- writing ------------------------------------------------------------------------------------------------

    def write(self, face: Face, act: bool, lazy: bool | None = None) -> None:
        face.clock_ms += self.random.randrange(5)
        if face.wild:
            self._write_anything(face)
        else:
            if self.plan.lazy or self.plan.heal or len(self.plan.rolls) > 1:
                self._decide(face)
            self._write_by_rule(face, act, self.plan.lazy if lazy is None else lazy)

    def _write_by_rule(self, face: Face, act: bool, lazy: bool) -> None:
        epoch, _, _ = self.reference.position(face.anchors)
        if epoch >= len(self.plan.rolls) or self.plan.rolls[epoch].incarnations.get(face.number) != face.incarnation:
            return
        usable = {block for block in face.held if block.epoch <= epoch}
        closings = [one.block for one in face.anchors if one.closing]
        closing_before = closings[-1] if closings else None
        forked = forked_keys(usable) | face.evidence
        refs = self.reference.references(usable, face.head, forked, epoch, closing_before)
        parents = [*refs, face.head] if face.head else refs
        passed = sum(one.block.epoch == epoch for one in face.anchors) >= self.plan.passes_after
        closing = passed and epoch + 1 < len(self.plan.rolls)
        close_due = closing and not (face.head and face.head.epoch == epoch and self.reference.closed(face.head))
        accused = self._forks_unsaid(usable, face, epoch)
        if self.plan.tight and not (act or close_due or self._would_open(face, epoch, parents)):
            return
        if lazy and not (act or close_due or accused or self._something_to_say(face, epoch, parents, closing)):
            return
        begins = epoch > 0 and self._first_of_epoch(face.head, epoch)
        if begins and not any(closing_before in one.past for one in parents):
            return
        anchor = closing_before.id if begins and closing_before else None
        self._add(face, epoch, face.head, refs, CLOSE if close_due else 0, act, accused, anchor)

    def _something_to_say(self, face: Face, epoch: int, parents: Sequence[Block], closing: bool) -> bool:
        """§5 (b) and (c)."""
        if face.number not in self.plan.rolls[epoch].witnesses:
            return False
        usable = [block for block in face.held if block.epoch <= epoch]
        awaits = self.reference.awaiting(usable, face.anchors, face.evidence)
        if (awaits or closing) and self._would_open(face, epoch, parents):
            return True
        return any(face.head is None or one not in face.head.past for one in awaits)

    def _would_open(self, face: Face, epoch: int, parents: Sequence[Block]) -> bool:
        first = face.head is None or face.head.epoch < epoch
        return first or face.head.round < self.reference.round_above(epoch, parents)

    def _forks_unsaid(self, usable: set[Block], face: Face, epoch: int) -> frozenset[tuple[int, int]]:
        """Forks of present keys that the face knows of and that no block it holds has in its E."""
        known = forked_keys(usable) | face.evidence
        roll = self.plan.rolls[epoch]
        said = {author for one in usable if one.epoch == epoch for author in self.reference.proven(one)}
        return frozenset((a, own) for a, own in known if roll.incarnations.get(a) == own and a not in said)

    def _write_anything(self, face: Face) -> None:
        random = self.random
        own = sorted(
            (one for one in self.blocks if (one.author, one.incarnation) == (face.number, face.incarnation)),
            key=lambda one: (one.epoch, one.seq, one.id),
        )
        prev = random.choice([None, face.head, face.head, *own, *own[-3:], *own[-3:]])
        known = sorted(face.held, key=lambda one: (one.epoch, one.round, one.id))
        recent = known[-2 * len(self.faces) :]
        refs: list[Block] = []
        for one in random.sample(recent, min(len(recent), random.randint(0, len(self.faces)))):
            taken = frozenset[Block]().union(*(parent.past for parent in [*refs, *([prev] if prev else [])]))
            if one not in taken and not any(other in one.past for other in refs):
                refs.append(one)
        parents = [*refs, prev] if prev else refs
        lowest = max((one.epoch for one in parents), default=0)
        epochs = [
            epoch
            for epoch in range(lowest, len(self.closings) + 1)
            if epoch < len(self.plan.rolls)
            and self.plan.rolls[epoch].incarnations.get(face.number) == face.incarnation
            and (not epoch or any(self.closings[epoch - 1] in one.past for one in parents))
        ]
        if not epochs:
            return
        epoch = random.choice(epochs)
        if len(refs) > len(self.plan.rolls[epoch].incarnations):
            return
        anchor = self.closings[epoch - 1].id if epoch and self._first_of_epoch(prev, epoch) else None
        flags = CLOSE if random.random() < 0.05 else 0
        self._add(face, epoch, prev, refs, flags, random.random() < 0.4, frozenset(), anchor)

    def _add(
        self,
        face: Face,
        epoch: int,
        prev: Block | None,
        refs: list[Block],
        flags: int,
        act: bool,
        accused: frozenset[tuple[int, int]],
        anchor: bytes | None,
    ) -> None:
        parents = (prev, *refs) if prev else tuple(refs)
        round_ = self.reference.round_above(epoch, parents)
        opens = face.number in self.plan.rolls[epoch].witnesses
        opens = opens and (prev is None or self._first_of_epoch(prev, epoch) or prev.round < round_)
        if not (act or accused or opens or flags or refs):
            return
        header = Header(
            epoch=epoch,
            author=face.number,
            incarnation=face.incarnation,
            seq=prev.seq + 1 if prev else 1,
            prev=prev.id if prev else None,
            refs=tuple(sorted(Ref(one.author, one.seq, one.id) for one in refs)),
            round=round_,
            flags=flags,
            claimed_ms=max(face.clock_ms, prev.claimed_ms if prev else 0),
            payload=(self.random.randbytes(32), 100) if act or accused else None,
            closing_anchor=anchor,
        )
        block = Block(block_id(NETWORK, encode_header(header)), header, prev, parents, act, accused)
        if any(block.id == one.id for one in self.blocks):
            return
        self.blocks.append(block)
        self.reference.arrived.append(block)
        face.held.add(block)
        face.held.update(block.past)
        face.head = block

    def _first_of_epoch(self, prev: Block | None, epoch: int) -> bool:
        return prev is None or prev.epoch < epoch


# -- plans ------------------------------------------------------------------------------------------------------


def keys_of(rolls: Iterable[EpochRoll]) -> set[tuple[int, int]]:
    """(author, incarnation) of every key that any of the rolls has."""
    return {key for roll in rolls for key in roll.incarnations.items()}


def make_world(seed: int, plan: Plan, rules: Rules = SPECIFICATION) -> World:
    world = World(plan, Reference(plan.rolls, NETWORK, rules), Random(seed))
    world.run()
    return world


def some_world(seed: int, rules: Rules = SPECIFICATION, *, beyond: bool = False, heal: bool = False) -> World:
    """A world of 1–7 offices; never more malicious than the quorum tolerates, unless `beyond`."""
    random = Random(f"plan {seed}")
    office_count = random.choice((1, 2, 3, 4, 4, 4, 4, 5, 6, 7))
    epochs = 1 if beyond else random.choice((1, 1, 1, 2, 2, MOST_EPOCHS))
    most = tolerated(office_count)
    count = min(most + 1, office_count - 1) if beyond else random.randint(min(1, most), most)
    forkers = frozenset(random.sample(range(office_count), count))
    plan = Plan(
        rolls=some_rolls(random, office_count, forkers, epochs),
        malicious=frozenset(),
        blocks=(10 + 9 * office_count) * epochs if epochs > 1 else random.randint(6, 20 + 10 * office_count),
        lazy=random.random() < 0.35,
        passes_after=random.choice((1, 1, 2)),
        heal=heal,
    )
    keys = {key for key in keys_of(plan.rolls) if key[0] in forkers}
    if random.random() < 0.5:
        keys = {(number, own) for number, own in keys if own == 0}  # whoever holds the new key is honest
    return make_world(seed, replace(plan, malicious=frozenset(keys)), rules)


def small_world(seed: int, blocks: int) -> World:
    """So few blocks that every order can be tried: 1–3 offices, at times one that forks although none may."""
    random = Random(f"small {seed}")
    office_count = random.choice((1, 1, 2, 2, 3))
    forkers = frozenset(random.sample(range(office_count), random.randint(0, 1)))
    plan = Plan(
        rolls=some_rolls(random, office_count, forkers, 1),
        malicious=frozenset((number, 0) for number in forkers),
        blocks=blocks,
        lazy=False,
        tight=True,
    )
    return make_world(seed, plan)


def tight_world(seed: int, rules: Rules = SPECIFICATION, *, epochs: int = 1) -> World:
    """4 or 7 offices with all rounds close together, as many malicious as the quorum tolerates; one of them leads."""
    random = Random(f"tight {seed}")
    office_count = random.choice((4, 4, 7))
    rolls = some_rolls(random, office_count, frozenset(), 1)
    first = Reference(rolls, NETWORK).leader(0, None, random.randint(1, 3))
    others = [number for number in range(office_count) if number != first]
    forkers = [first, *random.sample(others, tolerated(office_count) - 1)]
    if epochs > 1:
        rolls = some_rolls(random, office_count, frozenset(forkers), epochs)
    plan = Plan(
        rolls=rolls,
        malicious=frozenset(key for key in keys_of(rolls) if key[0] in forkers),
        blocks=random.randint(6, 10) * office_count * epochs,
        lazy=False,
        tight=True,
    )
    return make_world(seed, plan, rules)


def sleepers_world(office_count: int, rules: Rules = SPECIFICATION) -> World:
    """Nobody forks. For twelve rounds n − q offices write in every one and the others by turns, just enough for a quorum;
    then those with the best record fall asleep, and the others write for twenty rounds more.
    """
    rolls = (
        EpochRoll(dict.fromkeys(range(office_count), 0), frozenset(range(office_count)), default_quorum(office_count)),
    )
    world = World(Plan(rolls, frozenset(), 0, lazy=False), Reference(rolls, NETWORK, rules), Random(0))
    world.faces = [Face(number, 0) for number in range(office_count)]
    spare = office_count - rolls[0].quorum
    best, others = world.faces[:spare], world.faces[spare:]
    for turn in range(32):
        by_turns = [others[(turn + place) % len(others)] for place in range(rolls[0].quorum - spare)]
        so_far = set(world.blocks)
        for face in [*best, *by_turns] if turn < 12 else others:
            face.held |= so_far
            world.write(face, act=False)
    return world


def some_rolls(random: Random, office_count: int, forkers: frozenset[int], epochs: int) -> tuple[EpochRoll, ...]:
    """The first roll, and for each further epoch one change: a removal, a new key, a new member, a dormant one."""
    incarnations = dict.fromkeys(range(office_count), 0)
    witnesses = set(incarnations)
    rolls: list[EpochRoll] = []
    quorum = office_count if office_count <= 3 and random.random() < 0.3 else default_quorum(office_count)
    rolls.append(EpochRoll(dict(incarnations), frozenset(witnesses), quorum))
    while len(rolls) < epochs:
        someone = random.choice([*sorted(incarnations), *sorted(forkers & set(incarnations))])
        change = random.choice(("remove", "new key", "new key", "add", "dormant"))
        after, awake = dict(incarnations), set(witnesses)
        if change == "remove":
            del after[someone]
            awake.discard(someone)
        elif change == "new key":
            after[someone] += 1
        elif change == "add":
            newcomer = 1 + max(number for roll in rolls for number in roll.incarnations)
            after[newcomer] = 0
            awake.add(newcomer)
        else:
            awake ^= {someone}
        if awake and len(forkers & awake) <= tolerated(len(awake)):
            incarnations, witnesses = after, awake
            rolls.append(EpochRoll(dict(after), frozenset(awake), default_quorum(len(awake))))
    return tuple(rolls)


# -- orders of arrival ------------------------------------------------------------------------------------------


def some_orders(world: World, random: Random, count: int) -> Iterator[list[Block]]:
    """So many orders, parents first; in the first one each fork comes as late as it can."""
    malicious = world.plan.malicious
    for number in range(count):
        rest = list(world.blocks)
        if number:
            random.shuffle(rest)
        else:
            rest.sort(key=lambda one: ((one.author, one.incarnation) in malicious, one.seq))
        yield parents_first(rest)


def all_orders(rest: list[Block], placed: list[Block]) -> Iterator[list[Block]]:
    """Every order with parents first; for small graphs."""
    if not rest:
        yield placed
    held = set(placed)
    for block in rest:
        if held.issuperset(block.parents):
            yield from all_orders([one for one in rest if one is not block], [*placed, block])


def parents_first(blocks: list[Block]) -> list[Block]:
    placed: dict[Block, None] = {}
    for wanted in blocks:
        pending = [wanted]
        while pending:
            missing = [one for one in pending[-1].parents if one not in placed]
            if missing:
                pending.append(missing[0])
            else:
                placed[pending.pop()] = None
    return list(placed)
