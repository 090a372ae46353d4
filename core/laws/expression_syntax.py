"""The syntax of conditions: a subset of the Common Expression Language (github.com/google/cel-spec,
doc/langdef.md).

Not taken over: floats, bytes, null, escapes in text, `%`, indexing, chained comparisons, user types. `&&` and
`||` run left to right. A text of at most 1,000 letters becomes a tree of at most 40 levels, or
`ExpressionError` (core/laws/expression_parsing.py reads it).
"""

from dataclasses import dataclass

from core.errors import MunimentError


class ExpressionError(MunimentError):
    """A condition that is no condition: `code`, and the fact `detail` names the place or the word."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail=detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Expression:
    """A node of the tree; `text` is its piece of the source."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    value: int | str | bool


@dataclass(frozen=True, slots=True)
class Name(Expression):
    pass


@dataclass(frozen=True, slots=True)
class Member(Expression):
    target: Expression
    field: str


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function, or a method of `target` (`list.filter(r, …)`)."""

    name: str
    target: Expression | None
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """Operators with one or two sides; `operator` is "neg", "!", or the sign itself."""

    operator: str
    sides: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Logic(Expression):
    """`&&` or `||` over two or more sides, left to right."""

    operator: str
    sides: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class ListLiteral(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MapLiteral(Expression):
    pairs: tuple[tuple[str, Expression], ...]
