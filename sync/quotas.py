"""What a neighbour may cost this node, added up over all its meetings.

An honest meeting may be as long as the ledger: a block that is new here costs nothing, nor a piece of a scan that was
asked for. What brings nothing (the same block again, a block that waits aside, questions, keys, empty words) is drawn
from allowances of messages, bytes and this computer's own work, which fill again with time. Who has used one up is told
so by its code, and rests. Computers that never prove to be members have an allowance of handshakes by address. Every
table is bounded: nothing grows with the number of those who call.
"""

import contextlib
from collections import OrderedDict
from typing import NamedTuple

from core.errors import MunimentError
from sync.progress import Progress

OVER_QUOTA = "over-quota"
TOO_MANY_CALLS = "too-many-calls"
REST_S = 60.0  # of a member that has used up what it was allowed
MAX_ADDRESSES = 1024
BROKEN_MEETINGS = 10  # what one that breaks the rules counts for
_FORGIVEN = 8  # messages that may go ahead of one that brings something: the parts of one large payload


class Allowance(NamedTuple):
    at_once: float
    per_s: float


# Others' catch-ups may cross here, so that a few thousand blocks come twice; a peer that does nothing else has said it
# all in seconds.
OF_A_MEMBER = {
    "meetings": Allowance(200, 2),
    "messages": Allowance(20_000, 100),
    "bytes": Allowance(64 << 20, 512 << 10),
    "work": Allowance(20.0, 0.1),  # seconds of this computer's processor
}
OF_AN_ADDRESS = Allowance(32, 0.5)  # handshakes that came to nothing


class Bucket:
    """What is left of an allowance."""

    def __init__(self, allowance: Allowance, now_s: float) -> None:
        self._allowance, self._at_s = allowance, now_s
        self.left = allowance.at_once

    def take(self, amount: float, now_s: float) -> bool:
        """Whether there was that much; taken in any case, so that what a neighbour cost is remembered."""
        self.fill(now_s)
        self.left = max(self.left - amount, -self._allowance.at_once)
        return self.left >= 0

    def fill(self, now_s: float) -> None:
        passed_s, self._at_s = max(0.0, now_s - self._at_s), now_s
        self.left = min(self._allowance.at_once, self.left + passed_s * self._allowance.per_s)


class MemberQuota:
    """Of one member. Times are monotonic seconds, handed in."""

    def __init__(self, now_s: float) -> None:
        self._buckets = {what: Bucket(allowance, now_s) for what, allowance in OF_A_MEMBER.items()}
        self._rests_until_s = now_s
        self._ahead = 0  # messages since one brought something

    def begin(self, now_s: float) -> "Spending":
        """A meeting with it. Raises `over-quota`."""
        if self.rests(now_s):
            raise MunimentError(OVER_QUOTA, what="rest", seconds=round(self._rests_until_s - now_s))
        self._take("meetings", 1, now_s)
        return Spending(self)

    def rests(self, now_s: float) -> bool:
        return now_s < self._rests_until_s

    def broke_rules(self, now_s: float) -> None:
        """A meeting ended by what it sent."""
        with contextlib.suppress(MunimentError):  # it is told when it comes again
            self._take("meetings", BROKEN_MEETINGS, now_s)

    def brought(self) -> None:
        self._ahead = 0

    def brought_nothing(self, message_bytes: int, work_s: float, now_s: float) -> None:
        """One of its messages. Raises `over-quota`; `what` was too much of."""
        self._ahead += 1
        if self._ahead <= _FORGIVEN:
            return
        for what, amount in (("messages", 1), ("bytes", message_bytes), ("work", work_s)):
            self._take(what, amount, now_s)

    def _take(self, what: str, amount: float, now_s: float) -> None:
        if not self._buckets[what].take(amount, now_s):
            self._rests_until_s = now_s + REST_S
            raise MunimentError(OVER_QUOTA, what=what)


class Spending:
    """One meeting's."""

    def __init__(self, quota: MemberQuota) -> None:
        self._quota, self._so_far = quota, 0

    def take(self, message_bytes: int, work_s: float, progress: Progress, now_s: float) -> float:
        """A message was dealt with, at this cost, and `progress` is how far the meeting is now. Raises `over-quota`.

        Returns the seconds after which the next should be read: what brings nothing gets a third of this computer.
        """
        so_far = progress.blocks_new + progress.paper_bytes + progress.drafts_new + len(progress.drafts_changed)
        if so_far > self._so_far:
            self._so_far = so_far
            self._quota.brought()
            return 0.0
        self._quota.brought_nothing(message_bytes, work_s, now_s)
        return 2 * work_s


class Quotas:
    """Of everybody: members by their number, of whom there are as many as the roll has, and others by address."""

    def __init__(self) -> None:
        self._members: dict[int, MemberQuota] = {}
        self._addresses: OrderedDict[str, Bucket] = OrderedDict()
        self._of_members: OrderedDict[str, None] = OrderedDict()

    def member(self, number: int, now_s: float) -> MemberQuota:
        return self._members.setdefault(number, MemberQuota(now_s))

    def hears(self, address: str, now_s: float) -> bool:
        """Whether a call from there is worth a handshake."""
        bucket = self._addresses.get(address)
        if bucket is None:
            return True
        bucket.fill(now_s)
        return bucket.left >= 1

    def failed(self, address: str, now_s: float) -> None:
        """A handshake with somebody there came to nothing."""
        bucket = self._addresses.pop(address, None) or Bucket(OF_AN_ADDRESS, now_s)
        bucket.take(1, now_s)
        self._addresses[address] = bucket
        if len(self._addresses) > MAX_ADDRESSES:
            self._addresses.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """A member is there: what others behind the same address did is no longer held against it."""
        self._addresses.pop(address, None)
        self._of_members.pop(address, None)
        self._of_members[address] = None
        if len(self._of_members) > MAX_ADDRESSES:
            self._of_members.popitem(last=False)

    def knows(self, address: str) -> bool:
        """Whether a member has proved itself there since this node began."""
        return address in self._of_members
