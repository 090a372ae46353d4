"""What executing an act comes to: accepted with an outcome and changes, or rejected with a code, rule and
winner.

Facts are values, never sentences: the law's own words are in `says` (core/laws/sentences.py puts the facts
in), the engine's in desktop/wording.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.ledger.encoding import Value
from core.ledger.record import Change, GroupChange, Record


@dataclass(frozen=True, slots=True)
class TraceStep:
    """`rule`: "let", or the path of a condition; `text`: the piece; `value`: what it came to (its verdict last)."""

    rule: str
    text: str
    value: Value


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that failed without refusing the act."""

    code: str
    rule: str
    article: str
    outcome: str
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The act stands. A suspended, held or without_effect act has no changes: it waits, or is kept as presented.

    `shared`: the verdict follows from something that others may change too, so only an anchor decides; until then it
    is what this office's present knowledge gives. `touched` (empty unless shared): the keys of what the act reads and
    writes; a later act of the same chain that touches any of them waits too (`Context.waiting`).
    """

    outcome: str  # entered | warned | suspended | held | without_effect
    changes: tuple[Change, ...]
    index_changes: tuple[GroupChange, ...]  # of indexes and totals
    trace: tuple[TraceStep, ...] = ()
    findings: tuple[Finding, ...] = ()
    shared: bool = False
    touched: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The act does not stand. `rule` is a condition's path, or "" where the engine itself refuses.

    `shared` and `touched` as in `Accepted`.
    """

    code: str
    rule: str = ""
    article: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    winner: bytes | None = None  # first 16 bytes of the id of the act that came first
    trace: tuple[TraceStep, ...] = ()
    shared: bool = False
    touched: frozenset[bytes] = frozenset()


class Refused(Exception):  # noqa: N818  # a verdict on its way to becoming a Rejected
    """Raised inside an execution; never leaves core/laws.

    `over`: the record that another act has written first; `taken`: it has the place that this act wanted.
    """

    over: Record | None = None
    taken = False
    shared = False
    touched: frozenset[bytes] = frozenset()

    def __init__(
        self, code: str, rule: str = "", article: str = "", winner: bytes | None = None, **facts: Value
    ) -> None:
        super().__init__(code)
        self.code = code
        self.rule = rule
        self.article = article
        self.winner = winner
        self.facts = facts

    @classmethod
    def by(cls, code: str, rule: str, article: str, facts: Mapping[str, Value]) -> "Refused":
        """Refused by a condition of the law, whose facts have the names that its author gave them."""
        refused = cls(code, rule, article)
        refused.facts = dict(facts)
        return refused

    @classmethod
    def lost(cls, code: str, over: Record, /, **facts: Value) -> "Refused":
        """Another act came first, the one that wrote this version of the record."""
        refused = cls(code, winner=over.last_act, **facts)
        refused.over = over
        return refused
