"""Epochs of one replica: the constitutions so far, the change that has passed, and the close (3-ledger §7).

Rules: a change passes at the first anchor at whose state enough witnesses have voted for it; from there the epoch is
closing, and one change is made at a time. The closing anchor puts it into force. Constitutions are derived by every
replica from what anchors executed; what is stored is a copy for the next start. An epoch is never shortened, and no
constitution is taken from a neighbour.
"""

from collections.abc import Callable, Sequence

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.law import Law
from core.laws.law_check import check_law
from core.laws.law_reading import law_from_canonical
from core.laws.transition import former_laws, taken_until
from core.ledger.charter import Charter
from core.ledger.constitution import (
    Change,
    Constitution,
    apply,
    decode_constitution,
    encode_constitution,
    first_constitution,
)
from core.ledger.constitution_tree import digest_after, digests
from core.ledger.encoding import decode, encode
from core.ledger.record import State
from core.store.database import Database
from core.voting import LAW, passed_changes

_PASSED = "change-passed"
LAW_PREFIX = f"{LAW}."  # of the registers that say which change has passed


class Epochs:
    """Writes are inside `atomic`."""

    def __init__(self, database: Database, charter: Charter) -> None:
        self._db = database
        rows = self._db.rows("SELECT body FROM epoch ORDER BY number")
        self.constitutions = [first_constitution(charter), *(decode_constitution(row[0]) for row in rows)]
        self.digests = digests(charter.network, self.constitutions[1:])  # one an epoch
        stored = self._db.meta(_PASSED)
        self.passed = Change(*decode(stored, 1 << 20)) if stored else None
        self._laws = self._read_laws()
        self.former = self._read_former()

    @property
    def present(self) -> Constitution:
        return self.constitutions[-1]

    @property
    def laws(self) -> dict[str, Law]:
        """The laws in force, by name. Raises `LawError` when this version cannot decide one."""
        return self._laws

    def _read_laws(self) -> dict[str, Law]:
        laws = {law.name: law for law in map(law_from_canonical, self.present.laws)}
        for law in laws.values():
            check_law(law, self.present.homes).raise_any()
        return laws

    def _read_former(self) -> dict[str, dict[int, Law]]:
        """Of laws in force that leave what was begun to earlier rules: those, by the law's name and their version."""
        left = {name: law for name, law in self._laws.items() if law.transition is not None}
        if not left:
            return {}
        # Each text once: an epoch keeps most laws of the one before it.
        texts = dict.fromkeys(text for one in self.constitutions[:-1] for text in one.laws)
        earlier = [law_from_canonical(text) for text in texts if text not in self.present.laws]
        return {name: former_laws(law, (one for one in earlier if one.name == name)) for name, law in left.items()}

    def late(self, closings: Callable[[], Sequence[int]]) -> dict[str, tuple[int, int]]:
        """Of laws that take acts signed under an earlier version: since which epoch, and until which consensus time.

        `closings`: consensus times of the anchors that closed the epochs so far.
        """
        found = {}
        for law in self._laws.values():
            began = len(self.constitutions) - 1
            while began > 0 and law.canonical in self.constitutions[began - 1].laws:
                began -= 1
            if began and law.transition is not None and law.transition.term_days is not None:
                found[law.name] = (began, taken_until(law.transition.term_days, closings()[began - 1]))
        return found

    def key_of(self, author: int, incarnation: int) -> bytes | None:
        """The node key that an author had, or has, in an incarnation; None for one that no roll knows."""
        for constitution in reversed(self.constitutions):
            if author < len(constitution.members) and constitution.members[author].incarnation == incarnation:
                return constitution.members[author].key
        return None

    def knows_key(self, author: int, key: bytes) -> bool:
        """Whether a node key is or was that of a member."""
        return any(
            author < len(constitution.members) and constitution.members[author].key == key
            for constitution in self.constitutions
        )

    def number_of(self, key: bytes) -> int | None:
        """The number of the member that has, or had, a node key."""
        for constitution in reversed(self.constitutions):
            for member in constitution.members:
                if member.key == key:
                    return member.number
        return None

    def look_for_change(self, state: State) -> None:
        """After an anchor was executed: whether a vote has passed. Then the epoch is closing."""
        if self.passed is not None or LAW not in self._laws:
            return
        voted = passed_changes(state, self.present.roll, self.present.proposals)
        change = next(filter(self.may_apply, voted), None)
        if change is None:
            return
        self.passed = change
        self._db.set_meta(_PASSED, encode([change.kind, change.proposal, change.member, change.content]))

    def may_apply(self, change: Change) -> bool:
        """Whether the change leads to a constitution; one that does not passes nowhere."""
        try:
            self.check(change)
        except MunimentError:
            return False
        return True

    def check(self, change: Change) -> None:
        """Raises why a change leads to no constitution: the codes of `apply` and of laws that cannot be in force."""
        self._applied(change, bytes(32))

    def next_digest(self, closing_anchor: bytes) -> bytes:
        """Digest of the constitution of the epoch that begins with the closing anchor."""
        return digest_after(self.digests[-1], self._following(closing_anchor))

    def _following(self, closing_anchor: bytes) -> Constitution:
        if self.passed is None:
            raise MunimentError("closed-without-change", anchor=closing_anchor)  # q honest CLOSEs say that one passed
        return self._applied(self.passed, closing_anchor)

    def close(self, closing_anchor: bytes) -> Constitution:
        """The constitution of the epoch that begins with the closing anchor; stored."""
        following = self._following(closing_anchor)
        self._db.execute("INSERT INTO epoch VALUES (?, ?)", (following.epoch, encode_constitution(following)))
        self._db.drop_meta(_PASSED)
        self.constitutions.append(following)
        self.digests.append(digest_after(self.digests[-1], following))
        self.passed = None
        self._laws = self._read_laws()
        self.former = self._read_former()
        return following

    def _applied(self, change: Change, closing_anchor: bytes) -> Constitution:
        homes = self.present.homes

        def read_law(canonical: bytes) -> tuple[str, int]:
            law = law_from_canonical(canonical)
            check_law(law, homes, self.present.roll.witness_count, self.laws).raise_any()
            return law.name, law.version

        return apply(self.present, change, closing_anchor, verify, read_law)
