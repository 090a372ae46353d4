"""A law: registers, procedures, indexes and extracts, read from a file, checked whole and ready to execute.

The file is what a jurist reads and offices sign; its canonical bytes (core/laws/law_source.py) are what they
hash. Both ways in, `parse_law` and `law_from_canonical`, go through the same reading, so no node holds a law
that it has not checked. Everything that can be compiled is compiled here, once. 5-laws is the specification,
LAWS.md the manual.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.crypto.hashing import tagged_hash
from core.laws.effects import Effect
from core.laws.expression_types import ForeignRead, Frame, Run, Typed
from core.laws.field_checks import Check
from core.laws.field_types import AttestationType, EntryOfType, Field, FieldType, OpeningType, SealedType, SubjectType
from core.laws.reading import Texts
from core.ledger.encoding import Value

OUTCOMES = ("refuse", "suspend", "hold", "warn", "without_effect")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an act waits for the common order (core/laws/waiting.py, LAWS.md §11), and of what."""

    code: str
    name: str


@dataclass(frozen=True)
class Home:
    """Who writes the records of a register: "office", "shared", "by_charter", or "with" the record in `field`."""

    kind: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Cure:
    """The term to bring what is missing; `unit`: "days", "working_days" or "months"."""

    unit: str
    count: int


@dataclass(frozen=True)
class Condition:
    """One rule with what its failure means. `path` names it in the whole law: "<procedure>.<code>"."""

    path: str
    code: str
    article: str
    outcome: str
    rule: str
    says: Texts
    holds: Run
    traced: Run
    facts: Mapping[str, Callable[[list[Value]], Value]]  # name in `says` → its value in the frame
    cure: Cure | None = None
    cost: int = 0  # worst number of steps
    line: int = 0
    of_every_law: bool = False  # the engine has put it in (core/laws/every_law.py): it is tested once for all laws


@dataclass(frozen=True)
class Unique:
    """A key that no two records may share while `holds`; kept as the index `index`."""

    key: str
    index: str
    holds: Run
    depends: frozenset[str] = frozenset()  # members of the record by which it belongs to a group


@dataclass(frozen=True)
class Index:
    """Records of a register by some of their fields, while `holds`; at most `max` in a group."""

    name: str
    full_name: str
    register: str
    by: tuple[str, ...]
    holds: Run | None
    max: int
    line: int
    depends: frozenset[str] = frozenset()  # as in `Unique`
    code: str = "index-full"  # with which one more is refused
    article: str = ""
    says: Texts = field(default_factory=dict)
    order: tuple[str, ...] = ()  # of a best, as the law states it …
    keep: int = 0  # … and how many of a group a rule reads

    @property
    def path(self) -> str:
        """Names the rule that a full group breaks, in the whole law."""
        return f"{self.register}.{self.name}.{self.code}"


@dataclass(frozen=True)
class Total:
    """Sums over the records of a register while `holds`, by groups; every value reads the record alone.

    `prefixes`: each beginning of a group, from none of its parts on, has sums of its own.
    """

    name: str
    full_name: str  # "<law>.<total>"
    register: str
    by: Mapping[str, Run]
    by_types: Mapping[str, FieldType]
    add: Callable[[Frame], Mapping[str, int | Sequence[int]]]  # of one record; money with its currency
    add_types: Mapping[str, FieldType]
    holds: Run | None
    prefixes: bool
    kept_by: str  # the part of the group that is the record with which these are kept; "" where there is none
    depends: frozenset[str]
    added_from: frozenset[str]  # of `depends`, what `add` alone reads
    line: int


@dataclass(frozen=True)
class Register:
    name: str
    full_name: str  # "<law>.<register>"
    title: Texts
    home: Home
    key: Mapping[str, Field]
    fields: Mapping[str, Field]
    start: str
    moves: Mapping[str, tuple[frozenset[str], str]]  # move → (from states, to state)
    subject: SubjectType
    states: tuple[str, ...]
    state_labels: Mapping[str, Texts]
    checks: Mapping[str, Check] = field(default_factory=dict)  # of keys and fields
    row_checks: Mapping[str, Check] = field(default_factory=dict)  # of one row of each list
    always: tuple[Condition, ...] = ()
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    totals: tuple[Total, ...] = ()
    always_after: tuple[Condition, ...] = ()  # those of `always` that read totals: with what the act adds
    always_reads: tuple[ForeignRead, ...] = ()  # totals that `always` reads
    numbers: tuple[str, ...] = ()  # keys that the keeper numbers
    day_book: bool = False  # one of them is given when an application is lodged, and gives it its place
    frame_size: int = 0
    worst_bytes: Mapping[str, int] = field(default_factory=dict)  # of one row of each list; "" for all the rest
    duplicates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what possible duplicates are found by
    territory: str = ""  # the key or field that begins with the territory it lies in
    withheld: Mapping[str, frozenset[str]] = field(default_factory=dict)  # state → who still reads what stands there
    line: int = 0


@dataclass(frozen=True)
class Signing:
    """Which roles sign an act; `all_of` each, `any_of` at least one."""

    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    different_persons: bool
    any_office: bool  # officers of other offices than the author's may sign too


@dataclass(frozen=True)
class Asking:
    """How an office asks the competent one, and who decides there. A law without it knows no requests."""

    decided_by: tuple[str, ...]  # one of these roles of the competent office signs each decision
    term_days: int | None  # after so many days of consensus time a request is not entered any more; None: no term
    queue: bool  # whether a second request on one version of a record waits behind the first, or is refused
    article: str
    line: int = 0


@dataclass(frozen=True)
class Deciding:
    """Who decides what is held, in the office that keeps it. Without `by`: who may sign the act itself."""

    by: tuple[str, ...] = ()
    second_person: bool = False  # none of those who signed the act
    article: str = ""


@dataclass(frozen=True)
class Transition:
    """What becomes of acts begun under an earlier version: `begun` is "old" or "new", the rules that finish them.

    `term_days`: so long after it acts are taken that offices signed which had not heard of it; None: they are not.
    """

    begun: str
    article: str
    term_days: int | None = None
    line: int = 0


@dataclass(frozen=True)
class Let:
    name: str
    text: str
    slot: int
    run: Run
    cost: int


@dataclass(frozen=True)
class Link:
    """What an act that stands asks of another law: `procedure`, on each record that an index of that law finds."""

    law: str
    procedure: str
    when: Run | None  # whether it asks at all
    found: str  # what the procedure asked for calls the record found
    index: str  # "<law>.<index>" …
    by: Mapping[str, Typed]  # … and its group
    records: Mapping[str, str]  # what the procedure asked for calls a record → what the asking one calls it
    fields: Mapping[str, Typed]  # of the act asked for
    most: int
    line: int


@dataclass(frozen=True)
class Reckoned:
    """How a field of an act follows from others (core/laws/reckoning.py). `checks`: of all that it reads."""

    rule: str
    run: Run
    checks: Mapping[str, Check]
    needs: frozenset[str]  # fields without which it comes to nothing
    frame_size: int
    currency: str | None  # of which it gives the amount


@dataclass(frozen=True, slots=True)
class Asks:
    """What one link of an act asks, of each record that an index of the other law finds in a group."""

    link: int  # which of the links of its procedure, from 0
    procedure: str  # "<law>.<procedure>"
    found: str  # what the procedure asked for calls the record found
    index: str  # "<law>.<index>" …
    group: Mapping[str, Value]  # … and its group, by the names of its fields
    most: int  # records that it asks about
    records: Mapping[str, bytes]  # the other records, by what the procedure asked for calls them
    fields: Mapping[str, Value]  # of the act asked for


@dataclass(frozen=True, slots=True)
class Called:
    """What one act asks of the keeper of one record. `act`: the 32-byte id of the act that stands."""

    act: bytes
    link: int  # which of the links of its procedure, from 0
    law: str
    procedure: str
    found: str
    record: bytes
    records: Mapping[str, bytes]
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class Procedure:
    name: str
    title: Texts
    help: Texts
    act_class: str
    changes: Mapping[str, str]  # name in the procedure → register
    reads: Mapping[str, str]
    creates: Mapping[str, str]
    in_state: Mapping[str, frozenset[str]]
    signing: Signing
    effect_at: str
    paper_from: str
    when_unseen: str
    fields: Mapping[str, Field]
    lets: tuple[Let, ...]
    requires: tuple[Condition, ...]
    effects: tuple[Effect, ...]
    extract: str
    check_act: Check
    slots: Mapping[str, int]  # "act" and the names of records → place in the frame
    frame_size: int
    entries: tuple[tuple[tuple[str, ...], EntryOfType], ...]  # paths in the act that name an entry
    records: tuple[tuple[tuple[str, ...], str], ...]  # paths in the act that name a record, and its register
    attestations: tuple[tuple[str, AttestationType], ...]  # fields that an officer attests
    foreign_reads: tuple[ForeignRead, ...]
    line: int
    links: tuple[Link, ...] = ()
    automatic: bool = False  # where a link asks for it, the keeper's node enters it without an officer
    reckoned: Mapping[str, Reckoned] = field(default_factory=dict)  # fields that whoever draws the act up fills in
    only_when_asked: bool = False  # every act of it names the act that asks for it, and says what that one gives
    # What follows from the rest (core/laws/waiting.py):
    reasons: tuple[Reason, ...] = ()  # why it always waits for the common order, whatever the charter chooses
    reads_time: bool = False
    releases: frozenset[str] = frozenset()  # names of records that it releases to another office, …
    accepts: frozenset[str] = frozenset()  # takes over, …
    settles: frozenset[str] = frozenset()  # or frees from being held
    special: frozenset[str] = frozenset()  # names of records that must be released or held
    followers: frozenset[str] = frozenset()  # names of records that are kept with another
    elsewhere: frozenset[str] = frozenset()  # names of records that another office may keep: they are only read
    pools: frozenset[bytes] = frozenset()  # registers in which it takes a number or a unique key
    regroups: frozenset[str] = frozenset()  # names of records that it may move between groups of indexes
    others: tuple[str, ...] = ()  # registers of other laws that it reads, by full name
    lodges: bool = False  # it enters an application in a day book
    corrects: str = ""  # the road by which it puts right what was entered wrongly; "": it corrects nothing

    @cached_property
    def sealed(self) -> Mapping[str, SealedType]:
        """The fields of the act that are encrypted."""
        return {name: field.type for name, field in self.fields.items() if isinstance(field.type, SealedType)}

    @cached_property
    def openings(self) -> Mapping[str, OpeningType]:
        """The fields of the act that open what is sealed in a record."""
        return {name: field.type for name, field in self.fields.items() if isinstance(field.type, OpeningType)}

    @cached_property
    def referenced(self) -> Mapping[str, str]:
        """Names of the records that the act must point to."""
        return {**self.changes, **self.reads}


@dataclass(frozen=True)
class Extract:
    """What a paper about one record shows: keys and fields of its register, in order."""

    name: str
    title: Texts
    register: str
    shows: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Law:
    name: str
    version: int
    title: Texts
    registers: Mapping[str, Register]
    procedures: Mapping[str, Procedure]
    indexes: Mapping[str, Index]
    totals: Mapping[str, Total]
    extracts: Mapping[str, Extract]
    canonical: bytes
    by_full_name: Mapping[str, Register]
    rules: Mapping[str, Condition]  # every condition by its path
    asking: Asking | None = None
    deciding: Deciding = field(default_factory=Deciding)
    calendar: str = ""  # the territory whose working days count
    others: Mapping[str, Register] = field(default_factory=dict)  # of other laws, by full name, as relied on
    transition: Transition | None = None

    def register(self, name: str) -> Register:
        """A register as a procedure names it: one of this law, or "<law>.<register>" of another. Raises KeyError."""
        return self.registers[name] if name in self.registers else self.others[name]

    @cached_property
    def suspended_registers(self) -> frozenset[str]:
        """Registers whose records an act may wait for that is suspended and keeps its place."""
        suspending = (
            one for one in self.procedures.values() if any(rule.outcome == "suspend" for rule in one.requires)
        )
        return frozenset(register for one in suspending for register in one.changes.values())

    @cached_property
    def events(self) -> frozenset[str]:
        """The procedures that open what is sealed until then."""
        return frozenset(kind.until for one in self.procedures.values() for kind in one.sealed.values() if kind.until)

    @cached_property
    def asks_others(self) -> bool:
        """Whether any act of it asks something of another law."""
        return any(procedure.links for procedure in self.procedures.values())

    @cached_property
    def unsealing(self) -> frozenset[str]:
        """The procedures after which keys are given out or destroyed."""
        erasing = {one.name for one in self.procedures.values() if any(effect.erases for effect in one.effects)}
        return self.events | erasing

    @cached_property
    def seals(self) -> bool:
        """Whether any act of it has a field that is encrypted."""
        return any(procedure.sealed for procedure in self.procedures.values())

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that name this law for ever."""
        return tagged_hash("law", self.canonical)
