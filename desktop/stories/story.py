"""A story as its file tells it: who takes part, under which laws, and what happens step by step.

Shapes only. Values of fields stay pieces of the file (`Node`) until a step is played: only the law knows their types.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import MunimentError
from core.laws.law_source import Node
from core.laws.problems import Problem

# What a step can be; the first key of each step of a file.
VERBS = (
    "sign", "request", "enter", "refuse", "cure", "confirm", "set_aside", "withdraw", "leave", "same", "different",
    "meet", "offline", "online", "clock", "joins",
    "keep_back", "give_out",
    "act", "ladder", "record", "sealed", "count", "total", "extract", "replay",
)  # fmt: skip
RESOLVING = ("cure", "confirm", "set_aside", "withdraw")  # of what is suspended or held
OUTCOMES = ("entered", "requested", "warned", "suspended", "held", "without_effect", "rejected")
PLAIN_OUTCOMES = ("entered", "requested")  # of which no condition failed
LADDER = ("recorded", "witnessed", "certified", "final", "rejected")
DEFAULT_ROLES = ("registrar", "notary", "clerk", "administrator")  # one officer each, named after the role


@dataclass(frozen=True, slots=True)
class Expected:
    """What an act is expected to come to; `codes`: of every condition that fails, or of the refusal."""

    outcome: str
    codes: frozenset[str] = frozenset()
    article: str | None = None
    says: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a proposal encloses: `card` of an office (that joins, or with a new key), or `law` as it is to become."""

    kind: str
    name: str
    instead: Mapping[str, Node]  # of a law: path of a value, such as `procedures.sell.requires.not-holder.rule`
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """`subject`: what stands behind the verb where that is one word: a procedure, a name, an index."""

    verb: str
    line: int
    subject: str = ""
    at: str | None = None  # office
    offices: tuple[str, ...] | None = None  # of meet, offline and online; None: all
    records: Mapping[str, Node] | None = None
    fields: Mapping[str, Node] | None = None
    without: tuple[str, ...] = ()
    by: Mapping[str, tuple[str, ...]] | None = None  # role → officers
    asked_by: str = ""  # of leave: the name of the act that asks; of same, different: of the act taken back
    like: str | None = None  # an earlier step that this one repeats but for what it says itself
    to: str | None = None  # of a request: the competent office
    encloses: Enclosed | None = None  # of a proposal
    name: str | None = None
    reason: str = ""
    expect: Expected | None = None
    value: Node | None = None  # what a count, total, ladder or clock is; the other record
    facts: Mapping[str, Node] | None = None  # of a record: state, keeper, version
    says: tuple[str, ...] = ()  # of an extract: texts that stand on it
    told: Mapping[str, tuple[str, ...]] | None = None  # of a sealed field: offices that have given, that withhold


@dataclass(frozen=True, slots=True)
class Story:
    title: str
    laws: tuple[str, ...]  # names; the first is the one that the story is about
    homes: Mapping[str, str]
    begins: tuple[int, int, int]
    offices: Mapping[str, Mapping[str, tuple[str, ...]]]  # office → officer → roles; those that join come last
    joining: frozenset[str]  # offices that have a card and belong to nothing yet
    later: Mapping[str, tuple[str, ...]]  # office → persons whom an act may appoint, from the first number on
    steps: tuple[Step, ...]


class StoryError(MunimentError):
    """Code `bad-story`; `problems`: what is wrong with the file, each with its line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("bad-story", count=len(problems), line=problems[0].line, what=problems[0].code)
        self.problems = problems


def unfit(line: int, code: str, detail: str) -> StoryError:
    """What of a step cannot be played: of something that only its law and the steps before it could tell."""
    return StoryError((Problem(line, "", code, detail[:200]),))
