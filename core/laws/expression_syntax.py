"""The syntax of conditions: a subset of the Common Expression Language (github.com/google/cel-spec,
doc/langdef.md).

Not taken over: floats, bytes, null, escapes in text, `%`, indexing, chained comparisons, user types. `&&` and
`||` run left to right. A text of at most 1,000 letters becomes a tree of at most 40 levels, or
`ExpressionError`.
"""

from dataclasses import dataclass
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

from core.errors import MunimentError

MAX_CHARS = 1_000
MAX_LEVELS = 40
_UNARY = {"!": "!", "-": "neg", "+": "pos"}

GRAMMAR = r"""
?start: conditional
?conditional: disjunction ["?" disjunction ":" conditional]
?disjunction: conjunction ("||" conjunction)*
?conjunction: relation ("&&" relation)*
?relation: addition [RELATION addition] | addition IN addition -> relation
?addition: (addition SIGN)? multiplication
?multiplication: (multiplication FACTOR)? unary
?unary: NOT unary | SIGN unary | member
?member: primary | member "." NAME -> field | member "." NAME "(" [arguments] ")" -> method
?primary: INTEGER | TEXT | NAME | call | list | map | "(" conditional ")"
call: NAME "(" [arguments] ")"
list: "[" [arguments] "]"
map: "{" [pair ("," pair)*] "}"
pair: TEXT ":" conditional
arguments: conditional ("," conditional)*
RELATION: "==" | "!=" | "<=" | ">=" | "<" | ">"
IN: "in"
SIGN: "+" | "-"
FACTOR: "*" | "/"
NOT: "!"
NAME: /[a-z_][a-z0-9_]*/
INTEGER: /0(?![0-9])|[1-9][0-9]*/
TEXT: /'[^'\\\n]*'|"[^"\\\n]*"/
%ignore /[ \t\n]+/
"""


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


@lru_cache(maxsize=1024)
def parse_expression(text: str) -> Expression:
    """Raises `ExpressionError`: `expression-too-long`, `expression-too-deep`, `unknown-operator`, `bad-expression`."""
    if len(text) > MAX_CHARS:
        raise ExpressionError("expression-too-long", str(MAX_CHARS))
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    except LarkError as error:
        raise ExpressionError("bad-expression", type(error).__name__) from None
    return _Reader(text).read(tree, MAX_LEVELS)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _syntax_error(text: str, error: UnexpectedInput) -> ExpressionError:
    position = getattr(error, "pos_in_stream", None)
    at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
    if at_end or position is None or position >= len(text):
        return ExpressionError("bad-expression", "…")
    rest = text[position : position + 20]
    # A sign that the grammar has nowhere (or doubled) is an operator somebody took for granted.
    if rest[0].isdigit() and text[:position].endswith("."):
        return ExpressionError("float-in-law", rest)
    unknown = not (rest[0].isalnum() or rest[0] in "_'\"()[]{},. \n")
    return ExpressionError("unknown-operator" if unknown else "bad-expression", rest)


class _Reader:
    """Turns lark's tree into ours."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, tree: "Tree[Token] | Token", levels: int) -> Expression:
        if levels == 0:
            raise ExpressionError("expression-too-deep", str(MAX_LEVELS))
        if isinstance(tree, Token):
            return _read_token(tree)
        text = self._text[tree.meta.start_pos : tree.meta.end_pos]
        children = tree.children
        match tree.data:
            case "conditional":
                condition, then, otherwise = (self.read(child, levels - 1) for child in children)
                return Conditional(text, condition, then, otherwise)
            case "disjunction" | "conjunction":
                sides = tuple(self.read(child, levels - 1) for child in children)
                return Logic(text, "||" if tree.data == "disjunction" else "&&", sides)
            case "relation" | "addition" | "multiplication":
                sides = (self.read(children[0], levels - 1), self.read(children[2], levels - 1))
                return Operation(text, str(children[1]), sides)
            case "unary":
                return Operation(text, _UNARY[str(children[0])], (self.read(children[1], levels - 1),))
            case "field":
                return Member(text, self.read(children[0], levels - 1), str(children[1]))
            case "method":
                target = self.read(children[0], levels - 1)
                return Call(text, str(children[1]), target, self._arguments(children[2:], levels))
            case "call":
                return Call(text, str(children[0]), None, self._arguments(children[1:], levels))
            case "list":
                return ListLiteral(text, self._arguments(children, levels))
            case "map":
                return MapLiteral(text, tuple(self._pair(child, levels) for child in children))
        raise ExpressionError("bad-expression", text)

    def _arguments(self, children: "list[Tree[Token] | Token]", levels: int) -> tuple[Expression, ...]:
        if not children:
            return ()
        (arguments,) = children
        assert isinstance(arguments, Tree)
        return tuple(self.read(child, levels - 1) for child in arguments.children)

    def _pair(self, pair: "Tree[Token] | Token", levels: int) -> tuple[str, Expression]:
        assert isinstance(pair, Tree)
        key, value = pair.children
        return str(key)[1:-1], self.read(value, levels - 1)


def _read_token(token: Token) -> Expression:
    text = str(token)
    if token.type == "INTEGER":
        if int(text) >= 1 << 63:
            raise ExpressionError("integer-too-large", text)
        return Literal(text, int(text))
    if token.type == "TEXT":
        return Literal(text, text[1:-1])
    if text in ("true", "false"):
        return Literal(text, text == "true")
    return Name(text)
