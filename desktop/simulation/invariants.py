"""The promises of 3-ledger §10, each as a check that is told what was seen and says what does not fit.

A check knows nothing of the world: it is fed plain values, so a test can feed it a violation. `see` and the like give
None, or what is wrong in words for a developer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

PROMISES = {
    "I1": "anchors of honest offices are prefixes of each other",
    "I2": "equal order and equal state at equal anchors",
    "I3": "what is final or rejected never changes",
    "I4": "no two certified blocks at one place",
    "I5": "what is certified is executed as predicted, and nothing that a removed key signs later",
    "I6": "every act of an honest office ends final, or rejected with a reason",
    "I7": "one accepted successor for each version of a record",
    "I8": "a fork that one honest office knows convinces a stranger",
    "I9": "the same result in any order of arrival",
    "I10": "a snapshot and the rest give the state of a full replay",
    "I11": "when nothing awaits, nobody writes",
    "I12": "no evidence accuses an honest office",
    "I13": "a directly committed block lies below every block four rounds on",
}


@dataclass
class Agreed:
    """One value for each key, whoever tells it (I1: anchors by number; I2: roots by anchor; I3: how an act ended)."""

    known: dict[object, tuple[object, int]] = field(default_factory=dict)

    def see(self, office: int, key: object, value: object) -> str | None:
        first, teller = self.known.setdefault(key, (value, office))
        if first != value:
            return f"{_short(key)}: {_short(value)} at office {office}, {_short(first)} at office {teller}"
        return None


@dataclass
class OneAtAPlace:
    """I4, over all views and all time."""

    known: dict[tuple[int, int, int], bytes] = field(default_factory=dict)

    def see(self, place: tuple[int, int, int], block: bytes) -> str | None:
        first = self.known.setdefault(place, block)
        return None if first == block else f"two blocks certified at {place}: {_short(first)}, {_short(block)}"


@dataclass
class AsPredicted:
    """I5: the outcome of an act when somebody first saw it certified, and as an anchor executed it."""

    predicted: dict[bytes, str] = field(default_factory=dict)
    certified_at: set[tuple[int, bytes]] = field(default_factory=set)

    def seen(self, office: int, act: bytes, certified: bool, outcome: str) -> str | None:
        """Before any anchor has executed it; what was certified at an office stays so."""
        if certified:
            self.certified_at.add((office, act))
            self.predicted.setdefault(act, outcome)
        lost = not certified and (office, act) in self.certified_at
        return f"office {office} no longer holds {_short(act)} to be certified" if lost else None

    def forget(self, office: int) -> None:
        """It began again from an older copy."""
        self.certified_at = {(number, act) for number, act in self.certified_at if number != office}

    def executed(self, act: bytes, outcome: str) -> str | None:
        expected = self.predicted.get(act, outcome)
        return None if expected == outcome else f"{_short(act)} was to be {expected} and is {outcome}"


@dataclass
class OneSuccessor:
    """I7."""

    known: dict[tuple[bytes, int], bytes] = field(default_factory=dict)

    def accepted(self, act: bytes, versions: Iterable[tuple[bytes, int]]) -> str | None:
        for version in versions:
            first = self.known.setdefault(version, act)
            if first != act:
                return f"version {version[1]} of {_short(version[0])} followed by {_short(first)} and {_short(act)}"
        return None


def ended(act: bytes, step: str, code: str | None) -> str | None:
    """I6: `step` as the last office to learn of it shows it once everything is quiet."""
    if step == "final" or (step == "rejected" and code):
        return None
    return f"{_short(act)} ends as {step}" + ("" if code else " without a reason" if step == "rejected" else "")


def answered(request: bytes, decision: bytes, shown: bytes | None) -> str | None:
    """I6: a request whose decision stands shows that decision."""
    if shown == decision:
        return None
    return f"{_short(request)} was decided by {_short(decision)} and shows {_short(shown) if shown else 'none'}"


def too_late(act: bytes, anchor: int | None) -> str | None:
    """I5, of an act that a key signed after it had been removed: no anchor executes it, not even to refuse it."""
    return None if anchor is None else f"{_short(act)} was signed by a removed key and executed at anchor {anchor}"


def innocent(accused: Iterable[int], malicious: frozenset[int]) -> str | None:
    """I12."""
    wronged = sorted(set(accused) - malicious)
    return f"offices {wronged} are accused and honest" if wronged else None


def silent(written: Iterable[int]) -> str | None:
    """I11: who wrote a block although nothing awaits."""
    wrote = sorted(written)
    return f"offices {wrote} wrote while nothing awaits" if wrote else None


def _short(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()[:12]
    if isinstance(value, tuple):
        return "(" + ", ".join(_short(part) for part in value) + ")"
    return str(value)
