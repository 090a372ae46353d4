"""What is wrong with a law file: all of it at once, with line and article, as codes and never as sentences.

A law is checked when it is read, never at the counter (5-laws): reading goes on after a fault, section by
section, so that a jurist sees every fault of the file in one go.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass

from core.errors import MunimentError

MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` is 0 where the law came as canonical bytes; `detail` is a name or a piece of the file."""

    line: int
    article: str
    code: str
    detail: str


class LawError(MunimentError):
    """Code `bad-law`; fact `errors`: a list of {line, article, code, detail}."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("bad-law", errors=[asdict(problem) for problem in problems])
        self.problems = tuple(problems)


class SectionFaulty(Exception):  # noqa: N818  # no error of the caller's: it ends the reading of one section
    """The section that is being read cannot be understood further; its problem is noted."""


class Problems:
    """Collects what is wrong while a law is read."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, line: int, article: str, code: str, detail: str) -> None:
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(Problem(line, article, code, detail[:200]))

    def section(self) -> suppress:
        """What fails inside ends this section only."""
        return suppress(SectionFaulty)

    def raise_any(self) -> None:
        """Raises `LawError` when there is any problem."""
        if self.found:
            raise LawError(sorted(self.found, key=lambda problem: problem.line))
