"""What of a replica asks for somebody's attention: it may not sign, its register stands still, too few are awake.

A witness counts as silent when none of its openers is newer than the anchor before the last 2n (3-ledger §7). What is
left of the reserve is how many more may fall silent before nothing becomes final; it is thin from half of it on.
"""

from core.office import Office
from core.views import Condition, Reserve, Stopped

SILENT_AFTER = 2  # anchors for each witness of the roll


def read_condition(office: Office) -> Condition:
    """Cheap enough to ask after every meeting."""
    return Condition(office.hand.quarantine_view(), _stopped(office), read_reserve(office))


def _stopped(office: Office) -> Stopped | None:
    anchor = office.finality_stopped
    if anchor is None:
        return None
    conflicts = [one for one in office.store.checkpoints.conflicts() if one.checkpoint.anchor == anchor]
    ours = office.store.checkpoints.at(anchor)
    theirs = sorted({(one.witness, one.checkpoint.state_root) for one in conflicts})
    return Stopped(anchor, ours.state_root if ours else None, tuple(theirs))


def read_reserve(office: Office) -> Reserve:
    witnesses = [member.number for member in office.roll.members if member.witness]
    before = office.anchor - SILENT_AFTER * len(witnesses)
    silent: tuple[int, ...] = ()
    if before > 0:
        (since,) = office.ledger.anchors(before - 1, 1)
        silent = tuple(n for n in witnesses if not _opened_after(office, n, (since.epoch, since.round)))
    return Reserve(len(witnesses), office.roll.quorum, office.roll.tolerated, silent)


def _opened_after(office: Office, witness: int, when: tuple[int, int]) -> bool:
    openers = (tip.newest_opener for tip in office.lace.tips(witness))
    return any((opener.epoch, opener.round) > when for opener in openers if opener is not None)
