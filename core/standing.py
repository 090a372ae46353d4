"""Where this office stands: what waits for it, how far the others are known, and how much is held here."""

from collections.abc import Sequence
from itertools import groupby

from core.act_views import Acts
from core.exchange import Exchange
from core.folding import REJECTED
from core.ledger.vertex import Vertex
from core.reading_acts import Steps
from core.undecided import UndecidedActs
from core.views import LIST_LIMIT, ActView, LedgerCounts, OfficeStanding, Step, Today

_TODAY = ("not_yet_seen", "not_yet_certified", "not_yet_final", "void")


class Standing:
    """`number`: of this office."""

    def __init__(self, replica: Exchange, number: int, steps: Steps, acts: Acts, undecided: UndecidedActs) -> None:
        self._replica, self._number, self._steps, self._acts, self._undecided = replica, number, steps, acts, undecided
        self._store = replica.store

    def today(self) -> Today:
        """What waits for this office, each list with at most 200 acts, newest first."""
        waits: dict[str, list[ActView]] = {}
        counts: dict[str, int] = {}
        for name, positions in self._own_open().items():
            waits[name], counts[name] = [], self._store.chain.act_count_at(positions)
            for position in reversed(positions[-LIST_LIMIT:]):
                if not (room := LIST_LIMIT - len(waits[name])):
                    break
                waits[name].extend(self._acts.view_of(row) for row in self._store.chain.acts_of_block(position, room))
        refused = self._unusual((REJECTED,))
        waiting, waiting_count = self._undecided.needing_decision()
        ended = self._store.chain.unusual_counts(self._number)
        counts |= {"refused": ended.get(REJECTED, 0), "needs_decision": waiting_count}
        members = range(len(self._replica.roll.members))
        return Today(
            tuple(waits["not_yet_seen"]),
            tuple(waits["not_yet_certified"]),
            tuple(waits["not_yet_final"]),
            tuple(waits["void"]),
            refused,
            waiting,
            counts,
            tuple(n for n in members if self._replica.lace.forkers >> n & 1),
            tuple(n for n in members if not self._replica.lace.tips(n)),
        )

    def _own_open(self) -> dict[str, list[int]]:
        """Positions of own blocks that no anchor has executed, by today's list of their acts, in order of arrival."""
        found: dict[str, list[int]] = {name: [] for name in _TODAY}
        lace = self._replica.lace
        own = [chain for (author, _), chain in lace.chains.items() if author == self._number]
        for chain in own:
            for name, positions in lace.open_acts.told_apart(chain, self._waits_for, lace.is_forked(chain)):
                found[name] += positions
        for vertex in self._replica.execution.rest():
            if vertex.chain in own:
                found[self._waits_for(vertex)].append(vertex.position)
        return found

    def _waits_for(self, vertex: Vertex) -> str:
        """In which of today's lists the acts of an own block stand that no anchor has executed."""
        step = self._steps.of(vertex)
        if step is Step.REJECTED:
            return "void"
        if step is Step.CERTIFIED:
            return "not_yet_final"
        return "not_yet_certified" if step is Step.WITNESSED else "not_yet_seen"

    def _unusual(self, outcomes: Sequence[str]) -> tuple[ActView, ...]:
        rows = self._store.chain.unusual_acts(self._number, outcomes, LIST_LIMIT)
        return tuple(self._acts.view_of(row) for row in rows)

    def offices(self) -> list[OfficeStanding]:
        lace = self._replica.lace
        acts, earlier = self._store.chain.act_counts(), dict[int, int]()
        for tip in lace.all_tips():  # of keys that have left the roll, too
            earlier[tip.author] = max(tip.claimed_ms, earlier.get(tip.author, 0))
        return [
            OfficeStanding(
                member.number,
                member.office,
                member.number == self._number,
                sum(tip.seq for tip in lace.tips(member.number)[:1]),
                acts.get(member.number, 0),
                max((tip.claimed_ms for tip in lace.tips(member.number)), default=earlier.get(member.number)),
                bool(lace.forkers >> member.number & 1),
            )
            for member in self._replica.roll.members
        ]

    def counts(self) -> LedgerCounts:
        """Records, blocks and acts held here, acts by step of the ladder, and the state root."""
        blocks, acts = self._store.chain.counts()
        ladder = dict.fromkeys((step.value for step in Step), 0)
        refused, open_acts = self._store.chain.refused_counts(), self._replica.lace.open_acts
        ladder[Step.REJECTED.value] = sum(refused.values())
        ladder[Step.FINAL.value] = acts - sum(refused.values())
        standing = [
            told
            for chain in open_acts.chains()
            for told in open_acts.told_apart(chain, self._told_step, self._replica.lace.is_forked(chain))
        ]
        for step, rest in groupby(self._replica.execution.rest(), self._told_step):
            standing.append((step, [vertex.position for vertex in rest]))
        for step, positions in standing:
            count = self._store.chain.act_count_at(positions) - sum(refused.get(one, 0) for one in positions)
            ladder[step] += count
            ladder[Step.FINAL.value] -= count
        return LedgerCounts(self._store.state.record_count(), blocks, acts, ladder, self._replica.state_root())

    def _told_step(self, vertex: Vertex) -> str:
        return self._steps.of(vertex).value
