"""What a catalogue of one language holds, and how facts are put into its texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, NamedTuple

MAX_FACT_CHARS = 300
OPEN = "…"  # a fact that is missing, or the open end of a term


class Trouble(NamedTuple):
    """What happened, whether anything was lost (it was not), and what to do next: each ends with a full stop."""

    happened: str
    kept: str
    next: str

    @property
    def text(self) -> str:
        return f"{self.happened} {self.kept} {self.next}"


@dataclass(frozen=True)
class Catalogue:
    """All words of one language. `plural` gives the form for a count; texts with forms are tuples."""

    language: str
    name: str  # of the language, in itself
    screen: Mapping[str, str | tuple[str, ...]]
    done: Mapping[str, str]  # outcomes that are no trouble
    troubles: Mapping[str, Trouble]
    refusals: Mapping[str, Trouble]  # by the rules of the register: the engine's own codes
    law_faults: Mapping[str, str]  # what is wrong in a file of rules: phrases
    plural: Callable[[int], int]

    def outcome(self, code: str) -> "Trouble | str | None":
        return self.troubles.get(code) or self.refusals.get(code) or self.done.get(code)


def in_catalogue(text: str, facts: Mapping[str, Any]) -> str:
    """The text with its facts; only plain `{name}` places are filled."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            value = facts.get(name)
            parts.append(_days(value) if name == "day" and isinstance(value, list) else plain_fact(value))
    return "".join(parts)


def _days(day: list[int]) -> str:
    """2016-03-05, 2016-03 or 2016; a stretch of days by its first and its last."""
    if len(day) > 3:
        return f"{_days(day[:3])} – {_days(day[3:6])}"
    return "-".join(f"{part:04}" if place == 0 else f"{part:02}" for place, part in enumerate(day))


def plain_fact(value: Any) -> str:
    """A fact as a person reads it, on one line and bounded."""
    match value:
        case None | "":
            return OPEN
        case bool():
            return "yes" if value else "no"
        case bytes():
            return value.hex()[:16]
        case list() | tuple() | set() | frozenset():
            text = ", ".join(plain_fact(item) for item in value)
        case _:
            text = str(value)
    line = " ".join(text.split())
    return line if len(line) <= MAX_FACT_CHARS else line[: MAX_FACT_CHARS - 1] + "…"
