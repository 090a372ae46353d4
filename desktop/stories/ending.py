"""What must hold at the end of every story, whatever it was about.

Everybody meets until nobody has anything new. Then all offices have the same state; each act has one outcome, and
judged again from the blocks one verdict and one trace, at every office; indexes counted and totals added up from
scratch are as they were kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from core.laws.indexing import groups_of, record_frame
from core.laws.law import Law, Register
from core.laws.totals import contributions
from core.ledger.encoding import encode
from core.ledger.record import Record
from core.office import Office
from core.replaying import replay
from core.store.working import WorkingState
from desktop.stories.playing import Play

PAGE = 500


def end(play: Play) -> None:
    """Tells each promise that holds, and each that does not."""
    play.network.offline.clear()
    play.network.meet_until_quiet(range(len(play.network.offices)))
    offices = play.network.offices
    _promise(play, "story-same-state", len({office.state_root() for office in offices}) == 1)
    acts = [done.act for done in play.acts if done.act is not None]
    with_past = [office for office in offices if office.number not in play.network.joined]
    # Whoever joined with a snapshot knows what earlier acts came to, and not why.
    outcomes = [[_standing(office, act)[:2] for act in acts] for office in offices]
    reasons = [[_standing(office, act) for act in acts] for office in with_past]
    alike = all(one == told[0] for told in (outcomes, reasons) for one in told)
    _promise(play, "story-same-outcomes", alike)
    _promise(play, "story-same-verdicts", _judged_alike(with_past))
    laws = play.laws_of(offices[0])
    _promise(play, "story-indexes-right", all(not list(_wrong_groups(offices[0], law)) for law in laws))
    _promise(play, "story-totals-right", all(not list(_wrong_totals(offices[0], law)) for law in laws))


def _promise(play: Play, code: str, kept: bool) -> None:
    if kept:
        play.tell(0, code)
    else:
        play.differs(0, f"{code}-not")


def _standing(office: Office, act: bytes) -> tuple[object, ...]:
    ladder = office.acts.view(act).ladder
    return ladder.step, ladder.outcome, ladder.code, dict(ladder.facts), ladder.anchor


def _judged_alike(offices: list[Office]) -> bool:
    first = None
    for office in offices:
        *_, found = replay(office)
        judged = {act: (one.law.digest, one.verdict, one.anchor) for act, one in found.items()}
        if first is None:
            first = judged
        if judged != first:
            return False
    return True


def _agreed(office: Office, register: Register) -> Iterator[Record]:
    after = None
    while rows := office.records.page(register.full_name, after, PAGE):
        for row in rows:
            record = office.store.state.agreed(row.id)
            if record is not None:
                yield record
        after = rows[-1].id


def _wrong_groups(office: Office, law: Law) -> Iterator[str]:
    """Indexes and unique keys with a group that holds more or fewer records than the registers say."""
    counted: Counter[tuple[str, bytes]] = Counter()
    for register in law.registers.values():
        for record in _agreed(office, register):
            counted.update((name, encode(group)) for name, group in groups_of(register, record))
    for (name, group), count in counted.items():
        if office.store.state.count(name, group) != count:
            yield name


def _wrong_totals(office: Office, law: Law) -> Iterator[str]:
    """Totals with a group whose sums are not those of all records of their register."""
    added: defaultdict[tuple[str, bytes], Counter[str]] = defaultdict(Counter)
    for register in law.registers.values():
        for record in _agreed(office, register):
            for name, group, sums in contributions(register, record_frame(register, record), record):
                added[name, encode(group)].update(sums)
    state = WorkingState(office.store.state, None)
    for (name, group), sums in added.items():
        held = state.total(name, group)
        if any(held.get(one, 0) != sums[one] for one in {*held, *sums}):
            yield name
