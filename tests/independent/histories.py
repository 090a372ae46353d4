"""Random histories of honest and malicious offices over several epochs, as graphs of unsigned blocks.

Malicious ones fork, on old branches too, refer to whatever they like and accuse; anybody may go on in an epoch that is
over, set CLOSE at any time, and learn late. Rounds come from the verifier's graph: whoever wrote a wrong one would only
be refused. Epochs follow one another as soon as the graph decides a closing anchor.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

from core.ledger.block import Header, Reference
from tests.independent.auditing import blocks as formats
from tests.independent.auditing.acts import Act
from tests.independent.auditing.deciding import anchors_of
from tests.independent.auditing.graph import Graph, Mask, bits
from tests.independent.auditing.rolls import Member, Roll, least_quorum

NETWORK = bytes(32)
MOST_EPOCHS = 4
STEPS_BETWEEN_LOOKS = 7  # for a closing anchor


@dataclass(frozen=True)
class Row:
    """A block as the real graph takes it."""

    id: bytes
    header: Header
    has_acts: bool
    accused: list[int]


class History:
    def __init__(self, seed: int, most_offices: int = 6) -> None:
        self.seed, self.random = seed, Random(seed)
        count = self.random.randint(1, most_offices)
        members = tuple(Member(number, f"Office {number}", _key(number, 0), ()) for number in range(count))
        self.rolls = [Roll(0, least_quorum(count), members, ())]
        self.graph = Graph({0: self.rolls[0]})
        self.rows: list[Row] = []
        self.malicious = set(self.random.sample(range(count), self.random.randint(0, (count - 1) // 3)))
        self._seen: dict[int, Mask] = {}
        self._eager_to_close = self.random.choice([0, 0.02, 0.1, 0.3])
        self._steps = self.random.randint(20, 80 * count)
        for step in range(self._steps):
            self._write(step)
            if step % STEPS_BETWEEN_LOOKS == 0 and len(self.rolls) < MOST_EPOCHS:
                self._look_for_close()

    # -- one more block -------------------------------------------------------------------------------------------

    def _write(self, step: int) -> None:
        random, offices = self.random, len(self.rolls[-1].everybody)
        author, other = random.randrange(offices), random.randrange(offices)
        if random.random() < 0.75:
            self._seen[author] = self._seen.get(author, 0) | self._seen.get(other, 0)
        view = self._seen.get(author, 0)
        if author in self.malicious and random.random() < 0.3:
            view = self._closed(one for one in bits(view) if random.random() < 0.8)
        roll = self.rolls[self._epoch_in(view)]
        if author not in roll.members:
            return
        chain = author, roll.everybody[author].incarnation
        parents = self._parents(chain, roll.epoch, view)
        if parents is not None:
            self._add(step, roll, chain, *parents)

    def _closed(self, blocks) -> Mask:
        view = 0
        for one in blocks:
            view |= self.graph.past[one]
        return view

    def _epoch_in(self, view: Mask) -> int:
        """The newest epoch whose closing anchor is seen; sometimes one that is over."""
        begun = [roll.epoch for roll in self.rolls[1:] if view >> self.graph.by_id[roll.closing_anchor] & 1]
        newest = max(begun, default=0)
        return self.random.randrange(newest) if newest and self.random.random() < 0.08 else newest

    def _parents(self, chain: tuple[int, int], epoch: int, view: Mask) -> tuple[int | None, list[int]] | None:
        """(prev, refs), or None where an honest office would not write."""
        graph, random, evil = self.graph, self.random, chain[0] in self.malicious
        own = [one for one in bits(view) if graph.blocks[one].header.place[:2] == chain]
        usable = [one for one in own if graph.blocks[one].header.epoch <= epoch]
        prev = max(usable, key=lambda one: (graph.blocks[one].header.seq, one), default=None)
        if evil and usable and random.random() < 0.35:
            prev = random.choice([*usable, None])
        elif not evil and len(usable) < len(own):
            return None
        known = view & ~(graph.past[prev] if prev is not None else 0)
        wanted = [one for one in bits(known) if graph.blocks[one].header.epoch <= epoch]
        if not evil:
            forked = self._forked(view) | {chain}
            wanted = [one for one in wanted if graph.blocks[one].header.place[:2] not in forked]
        refs = [one for one in wanted if not any(one != two and graph.past[two] >> one & 1 for two in wanted)]
        if evil and random.random() < 0.4:
            refs = [one for one in refs if random.random() < 0.6]
        return prev, refs[: len(self.rolls[epoch].everybody)]

    def _forked(self, view: Mask) -> set[tuple[int, int]]:
        places, forked = set(), set()
        for one in bits(view):
            place = self.graph.blocks[one].header.place
            if place in places:
                forked.add(place[:2])
            places.add(place)
        return forked

    def _add(self, step: int, roll: Roll, chain: tuple[int, int], prev: int | None, refs: list[int]) -> None:
        graph, random = self.graph, self.random
        before = None if prev is None else graph.blocks[prev].header
        parents = refs if prev is None else [prev, *refs]
        begins = roll.epoch > 0 and (before is None or before.epoch < roll.epoch)
        if begins and not any(graph.past[one] >> graph.by_id[roll.closing_anchor] & 1 for one in parents):
            return
        round_ = graph.round_above(roll.epoch, parents)
        has_acts = random.random() < 0.3
        proven = sorted(who for who in graph.forkers() if roll.holds(*who))
        accused = {random.choice(proven)} if proven and random.random() < 0.15 else set()
        witness = roll.is_witness(chain[0])
        close = witness and step > 20 and random.random() < self._eager_to_close
        opens = witness and (before is None or begins or before.round < round_)
        if not (has_acts or accused or refs or close or opens):
            return
        named = sorted(
            [graph.blocks[one].header.author, graph.blocks[one].header.seq, graph.blocks[one].id] for one in refs
        )
        header = formats.Header(
            roll.epoch,
            *chain,
            1 if before is None else before.seq + 1,
            None if prev is None else graph.blocks[prev].id,
            named,
            round_,
            close,
            max(step * 100 + random.randrange(1000), before.claimed_ms if before else 0),
            [bytes(32), 1] if has_acts or accused else None,
            roll.closing_anchor if begins else None,
        )
        block = formats.Block(sha256(f"{self.seed}/{step}".encode()).digest(), header)
        block.acts, block.accused = [Act(block.id, None)] if has_acts else [], accused
        graph.add(block)
        self._seen[chain[0]] = self._seen.get(chain[0], 0) | graph.past[-1]
        self.rows.append(Row(block.id, _core_header(header), has_acts, [author for author, _ in accused]))

    # -- epochs ---------------------------------------------------------------------------------------------------

    def _look_for_close(self) -> None:
        anchors = anchors_of(self.graph, self.rolls, NETWORK)
        if anchors and anchors[-1].closing and anchors[-1].epoch == self.rolls[-1].epoch:
            roll = self._next_roll(self.graph.blocks[anchors[-1].index].id)
            self.rolls.append(roll)
            self.graph.rolls[roll.epoch] = roll

    def _next_roll(self, closing_anchor: bytes) -> Roll:
        random, roll = self.random, self.rolls[-1]
        everybody = list(roll.everybody)
        member = random.choice(list(roll.members.values()))
        number, count = member.number, len(roll.witnesses)
        kind = random.choice(["admit", "remove", "turn", "renew", "nothing"])
        if kind == "admit":
            everybody.append(Member(len(everybody), f"Office {len(everybody)}", _key(len(everybody), 0), ()))
        elif kind == "renew":
            gone = [one for one in everybody if one.removed]
            member = gone[0] if gone else member  # it comes back
            number, incarnation = member.number, member.incarnation + 1
            back = replace(member, key=_key(number, incarnation), incarnation=incarnation)
            everybody[number] = replace(back, witness=True, removed=False)
        elif kind in ("remove", "turn") and (count > 1 or not member.witness):
            removed = kind == "remove"
            everybody[number] = replace(member, removed=removed, witness=not removed and not member.witness)
        witnesses = sum(one.witness for one in everybody)
        return Roll(roll.epoch + 1, least_quorum(witnesses), tuple(everybody), (), closing_anchor)


def _key(number: int, incarnation: int) -> bytes:
    return bytes((number, incarnation)) * 16


def _core_header(header: formats.Header) -> Header:
    refs = tuple(Reference(*ref) for ref in header.refs)
    payload = None if header.payload is None else (header.payload[0], header.payload[1])
    return Header(
        header.epoch, header.author, header.incarnation, header.seq, header.prev, refs,
        header.round, int(header.close), header.claimed_ms, payload, header.closing_anchor,
    )  # fmt: skip
