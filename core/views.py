"""What an office tells those who ask: plain values, no sentences, nothing that writes.

The ladder of an act (1-product): recorded → witnessed → certified → final, or rejected. `step` is the code word;
the words on screen stand in desktop/wording.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from core.ledger.encoding import Value
from core.ledger.record import Record
from core.ledger.transaction import Transaction

LIST_LIMIT = 200  # of what lists show, where nothing else is said


class Step(Enum):
    RECORDED = "recorded"  # enclosed in a block of this office, durable; nobody else has countersigned it
    WITNESSED = "witnessed"  # at least two of the quorum have
    CERTIFIED = "certified"  # the quorum has
    FINAL = "final"  # executed at an anchor: its place in the common order and its outcome are fixed
    REJECTED = "rejected"


class Ladder(NamedTuple):
    """How far an act has climbed as this replica knows it."""

    step: Step
    seen_by: tuple[int, ...]  # numbers of the offices that have countersigned it, its own included
    quorum: int
    code: str | None = None  # why it was rejected, suspended, held or warned
    facts: Mapping[str, Any] = MappingProxyType({})
    # entered, suspended, held, warned, without_effect or rejected; of a request that waits: requested or lapsed
    outcome: str = "entered"
    anchor: int | None = None  # number of the anchor that executed it; then the outcome never changes
    shared: bool = False  # only an anchor decides it: until then the outcome is what this replica foresees
    decision: bytes | None = None  # of a request or a held act: the act that decided it, whose ladder this is


class Clock(Enum):
    """What the graph says of the day and time that a computer claimed for an act."""

    FITS = "fits"
    BEHIND = "behind"  # before the register state that it had seen
    AHEAD = "ahead"  # after others had it


@dataclass(frozen=True, slots=True)
class TimeBracket:
    """When an act came into being: the claim of its computer, and what the graph makes sure. Times in ms since 1970."""

    claimed_ms: int
    state: int | None  # number of the newest register state that it had seen; None: of none
    state_ms: int | None  # its consensus time
    office: int | None  # whose block was the first of another witness to have seen it; None: nobody's yet
    seq: int | None  # of that block on its chain
    office_ms: int | None  # what that office's clock said: a claim as well
    entered_ms: int | None  # consensus time of the anchor that executed it
    clock: Clock


@dataclass(frozen=True, slots=True)
class SealedView:
    """A sealed field of a record or an act as this office knows it; never what it says."""

    field: str
    roles: tuple[str, ...]  # of which one reads it
    offices: tuple[int, ...]  # whose officers may
    state: str  # open, key-missing, elsewhere (not for this office), until, shares-missing or erased
    erased_by: bytes | None = None  # id of the order
    order: tuple[int, int] | None = None  # office that recorded the order, and its number there
    until: str | None = None  # "<law>.<procedure>" that opens it
    threshold: int = 0  # how many shares make up the key
    given: tuple[int, ...] = ()  # offices whose share is here
    withheld: tuple[int, ...] = ()  # offices that hold a share and have not given it, after the event
    unusable: tuple[int, ...] = ()  # offices that were given no share that can be used


@dataclass(frozen=True, slots=True)
class ErasureView:
    """An order of erasure that the common order has executed, and which offices have said that they obeyed."""

    act: bytes
    order: tuple[int, int]  # office that recorded it, and its number there
    number: int  # of the register state in which it was executed
    register: str  # "": it is about an act that made no record
    record: bytes  # id, or that of the act
    label: str
    ground: Value
    ordered_by: Value
    fields: int  # sealed fields that it destroyed
    noted: tuple[int, ...]
    missing: tuple[int, ...]


NOT_HELD = "#text-not-held"  # stands for the procedure of an act whose text is not on this computer


class ActView(NamedTuple):
    """One act with everything that its page shows."""

    id: bytes
    transaction: Transaction
    block: bytes
    author: int  # number of the office whose block encloses it
    seq: int
    ladder: Ladder
    records: tuple[bytes, ...]  # ids of the records it changed, as far as it was entered

    @property
    def text_is_held(self) -> bool:
        """Whether its text is on this computer: of an act that a snapshot brought only its outcome is known."""
        return self.transaction.procedure != NOT_HELD


@dataclass(frozen=True, slots=True)
class RequestView:
    """An act that one office asks of another. Its ladder is that of the decision once there is one."""

    act: ActView
    by: int  # number of the office that asks
    to: int  # number of the competent office
    label: str  # of the records it is about
    ends_ms: int | None  # the common time until which it may be entered
    withdrawable: bool  # it offers records of this office, and waits still


@dataclass(frozen=True, slots=True)
class UndecidedView:
    """An act that is suspended or held and that this office may end, alone or with all others."""

    act: ActView  # as it was signed
    state: str  # suspended or held
    codes: tuple[str, ...]  # of what stands in its way
    label: str  # of the records it is about
    records: Mapping[str, bytes]  # the procedure's name of a record → its id
    brought: Mapping[str, Value]  # its fields, with what was brought since
    keeper: int | None  # the office that decides; None: any
    ends_ms: int | None  # the common time until which what is missing may be brought
    lapsed: bool  # that time has surely passed


@dataclass(frozen=True, slots=True)
class AnchorView:
    """A point of the common order as it was executed here."""

    number: int
    block: bytes
    epoch: int
    round: int
    consensus_ms: int
    spread_ms: int
    acts: int
    closing: bool


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One line of a list. `label` is the record's key as text."""

    id: bytes
    register: str
    label: str
    summary: str
    state: str
    keeper: int | None
    ladder: Ladder | None  # of the act that made its newest version; None: entered in the common register


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One version of a record: the act that made it, and the record before and after."""

    act: bytes
    procedure: str  # "<law>.<procedure>"
    claimed_ms: int
    author: int
    ladder: Ladder
    before: Record | None
    after: Record


@dataclass(frozen=True, slots=True)
class RecordView:
    record: Record
    label: str
    timeline: tuple[TimelineEntry, ...]  # newest first
    derived: Mapping[str, Any] = field(default_factory=dict)  # true or false as of `day`; None: it cannot be told
    day: tuple[int, int, int] | None = None
    rules: Any = None  # the Law in force on that day, by which it was told; None: none of that name was
    names: Mapping[bytes, str] = field(default_factory=dict)  # labels of the records that its fields lead to, by id


@dataclass(frozen=True, slots=True)
class OfficeStanding:
    """One office as this replica knows it."""

    number: int
    name: str
    own: bool
    blocks: int
    acts: int
    last_claimed_ms: int | None  # claimed time of its newest block held here
    forked: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What waits. Lists are bounded; counts are whole."""

    not_yet_seen: tuple[ActView, ...]  # own acts that no other office has countersigned
    not_yet_certified: tuple[ActView, ...]
    not_yet_final: tuple[ActView, ...]  # confirmed by the majority, not yet in the common order
    void: tuple[ActView, ...]  # never to be executed: its key forked or left the roll first; to be entered again
    refused: tuple[ActView, ...]  # own acts that were not entered
    needs_decision: tuple[ActView, ...]  # suspended or held
    counts: Mapping[str, int]  # of the lists, by their names
    forkers: tuple[int, ...]
    not_heard: tuple[int, ...]  # offices of which nothing is held


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """Why this office may not sign."""

    code: str
    mends: bool  # it ends by itself once every own block up to `meant` is held again
    held: int  # own blocks held here
    meant: int | None  # number of the last block that this computer meant to sign, where its intent file tells

    @property
    def is_empty(self) -> bool:
        """Nothing of its own could be read when the copy was repaired, not even whether it had joined with a copy."""
        return self.code == "database-behind" and self.held == 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """More witnesses than may err say another state of the register than this replica: nothing becomes final here."""

    anchor: int  # at which it was found
    state_root: bytes | None  # as worked out here
    others: tuple[tuple[int, bytes], ...]  # (witness, the state root that it has cosigned)


@dataclass(frozen=True, slots=True)
class Reserve:
    """How many witnesses may be away before nothing becomes final."""

    witnesses: int
    quorum: int
    tolerated: int  # how many dishonest ones mislead nobody
    silent: tuple[int, ...]  # of whom nothing new was seen for long

    @property
    def left(self) -> int:
        """How many more may fall silent; below zero it has come to a stop already."""
        return self.witnesses - len(self.silent) - self.quorum

    @property
    def thin(self) -> bool:
        return bool(self.silent) and 2 * self.left < self.witnesses - self.quorum


@dataclass(frozen=True, slots=True)
class Condition:
    """What of this replica asks for somebody's attention."""

    quarantine: QuarantineView | None
    stopped: Stopped | None
    reserve: Reserve


@dataclass(frozen=True, slots=True)
class LedgerExtent:
    """What a picture of the ledger has to show."""

    blocks: int  # also the position of the newest
    forkers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BlockView:
    """One block of the ledger as a picture draws it."""

    position: int  # of arrival here, from 1: parents before children
    id: bytes
    author: int
    incarnation: int
    epoch: int
    seq: int
    round: int
    parents: tuple[bytes, ...]
    opener: bool
    acts: int
    claimed_ms: int
    step: Step
    seen_by: tuple[int, ...]  # numbers of the offices that have countersigned it, its own included
    entered: int  # number of the anchor that executed it, 0: not yet
    anchor: int  # its own number if it is an anchor, else 0
    forked: bool  # another block of its author stands at the same place


@dataclass(frozen=True, slots=True)
class BlockDetail:
    block: BlockView
    acts: tuple[ActView, ...]  # the first of them


@dataclass(frozen=True, slots=True)
class ForkBranch:
    """One of the two blocks that prove a fork."""

    block: bytes
    claimed_ms: int
    held: bool  # whether the block itself is here, not its header alone
    acts: tuple[ActView, ...]


@dataclass(frozen=True, slots=True)
class ForkView:
    """A proven fork and what it has done to its author's acts here."""

    author: int
    seq: int
    branches: tuple[ForkBranch, ...]
    standing_count: int  # acts of the author that stand, whatever it signed twice
    void_count: int
    void: tuple[ActView, ...]  # the first of them


@dataclass(frozen=True, slots=True)
class Draft:
    """A case file on this computer: bytes of the shared document and what a list shows of it."""

    id: bytes
    law: str
    procedure: str
    title: str
    changed_ms: int
    document: bytes
    subjects: tuple[bytes, ...] = ()  # ids of the records that it is about, where who keeps it says so


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """For the summary of a demonstration and the storage meter."""

    records: int
    blocks: int
    acts: int
    ladder: Mapping[str, int]  # by step
    state_root: bytes


FactValue = Value
