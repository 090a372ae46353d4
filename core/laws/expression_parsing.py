r"""From the text of a condition to its tree (core/laws/expression_syntax.py).

    conditional:    disjunction ["?" disjunction ":" conditional]
    disjunction:    conjunction ("||" conjunction)*
    conjunction:    relation ("&&" relation)*
    relation:       addition [("==" | "!=" | "<=" | ">=" | "<" | ">" | "in") addition]
    addition:       [addition ("+" | "-")] multiplication
    multiplication: [multiplication ("*" | "/")] unary
    unary:          ("!" | "+" | "-") unary | member
    member:         primary | member "." NAME ["(" [arguments] ")"]
    primary:        INTEGER | TEXT | NAME ["(" [arguments] ")"] | "[" [arguments] "]" | "{" [pairs] "}"
                    | "(" conditional ")"
    arguments:      conditional ("," conditional)*
    pairs:          TEXT ":" conditional ("," TEXT ":" conditional)*

By precedence, with a stack of our own: brackets may stand in brackets as deep as the text is long. Written by hand
because each start of an office reads a thousand conditions: a parser made from the grammar took five times as long,
and a while to be made.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from core.laws.expression_syntax import (
    Call,
    Conditional,
    Expression,
    ExpressionError,
    ListLiteral,
    Literal,
    Logic,
    MapLiteral,
    Member,
    Name,
    Operation,
)

MAX_CHARS = 1_000
MAX_LEVELS = 40
_SPACE = re.compile(r"[ \t\n]*")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TEXT = re.compile(r"""'[^'\\\n]*'|"[^"\\\n]*\"""")
_OPERAND = re.compile(
    rf"(?P<sign>[!+-])|(?P<bracket>[(\[{{])|(?P<integer>0(?![0-9])|[1-9][0-9]*)"
    rf"|(?P<text>{_TEXT.pattern})|(?P<name>{_NAME.pattern})"
)
_AFTER = re.compile(r"\|\||&&|==|!=|<=|>=|[<>]|in(?![a-z0-9_])|[+*/?:,.)\]}-]")
_UNARY = {"!": "!", "-": "neg", "+": "pos"}
_LOGIC, _RELATION, _SIGN = 2, 3, 6  # how tightly they bind
_BINDS = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), _LOGIC),
    **dict.fromkeys(("==", "!=", "<=", ">=", "<", ">", "in"), _RELATION),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/"), 5),
}
_ENDS = {"(": ")", "call": ")", "method": ")", "[": "]", "{": "}"}


class _Piece(NamedTuple):
    """A part of the tree, where it stands (with brackets around it), and how many levels it has."""

    node: Expression
    start: int
    end: int
    levels: int


@dataclass(slots=True)
class _Open:
    """What waits for more of the text: an operator for its right side, a bracket or a "?" for its end."""

    kind: str  # the operator; a bracket, "call" or "method"; "?", and ":" once the second part has come
    start: int
    binds: int = 0  # brackets and conditionals: not at all
    parts: list[_Piece] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of the function; keys of the map


@lru_cache(maxsize=1024)
def parse_expression(text: str) -> Expression:
    """Raises `ExpressionError`: `expression-too-long`, `expression-too-deep`, `unknown-operator`, `bad-expression`,
    `float-in-law`, `integer-too-large`.
    """
    if len(text) > MAX_CHARS:
        raise ExpressionError("expression-too-long", str(MAX_CHARS))
    return _Parser(text).tree()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[_Open] = []
        self._piece: _Piece  # the newest operand with what has been built around it

    def tree(self) -> Expression:
        wants_operand = True
        self._skip()
        while wants_operand or self._at < len(self._text):
            wants_operand = self._operand() if wants_operand else self._after()
            self._skip()
        self._close_conditionals()
        if self._open:
            raise self._unexpected()
        if self._piece.levels > MAX_LEVELS:
            raise ExpressionError("expression-too-deep", str(MAX_LEVELS))
        return self._piece.node

    # Each of the next two reads a step and says whether an operand has to come next.

    def _operand(self) -> bool:
        found, start = _OPERAND.match(self._text, self._at), self._at
        if found is None:
            raise self._unexpected()
        word, self._at = found.group(), found.end()
        if found.lastgroup == "sign":
            self._open.append(_Open(_UNARY[word], start, _SIGN))
            return True
        if found.lastgroup == "bracket":
            self._open.append(_Open(word, start))
            return word == "(" or not self._ends_at_once()
        if found.lastgroup == "name" and self._comes("("):
            self._open.append(_Open("call", start, names=[word]))
            return not self._ends_at_once()
        self._piece = _Piece(_leaf(found.lastgroup, word), start, found.end(), 1)
        return False

    def _after(self) -> bool:
        found = _AFTER.match(self._text, self._at)
        if found is None:
            raise self._unexpected()
        sign = found.group()
        if sign in _BINDS:
            self._operator(sign, _BINDS[sign])
        elif sign != ".":
            self._bound(sign)
        self._at = found.end()
        if sign == ".":
            return self._member()
        if sign in ")]}":
            self._finish()
            return False
        if sign == "," and self._open[-1].kind == "{":
            self._key()
        return True

    def _operator(self, sign: str, binds: int) -> None:
        """The newest piece is its left side."""
        self._close(binds + (binds <= _RELATION))
        last = self._open[-1] if self._open else None
        if last is not None and last.binds == binds == _RELATION:
            raise self._unexpected()  # a chained comparison
        if last is not None and last.binds == binds <= _LOGIC:
            last.parts.append(self._piece)
        else:
            self._open.append(_Open(sign, self._piece.start, binds, [self._piece]))

    def _bound(self, sign: str) -> None:
        """A sign that ends all operators before it: it must fit what is open."""
        if sign in "?:":
            self._close(1)
        else:
            self._close_conditionals()
        last = self._open[-1] if self._open else _Open("", 0)
        if sign == "?" and last.kind != "?":
            self._open.append(_Open("?", self._piece.start, parts=[self._piece]))
            return
        fits = {"?": False, ":": last.kind == "?", ",": last.kind in _ENDS and last.kind != "("}
        if not fits.get(sign, _ENDS.get(last.kind) == sign):
            raise self._unexpected()
        last.parts.append(self._piece)
        if sign == ":":
            last.kind = ":"

    def _member(self) -> bool:
        """Behind the "." of a field or of a method."""
        self._skip()
        found, target = _NAME.match(self._text, self._at), self._piece
        if found is None:
            raise self._unexpected()
        self._at = found.end()
        if self._comes("("):
            self._open.append(_Open("method", target.start, parts=[target], names=[found.group()]))
            return not self._ends_at_once()
        member = Member(self._text[target.start : found.end()], target.node, found.group())
        self._piece = _Piece(member, target.start, found.end(), target.levels + 1)
        return False

    def _key(self) -> None:
        """The key of a pair, and its colon."""
        self._skip()
        found = _TEXT.match(self._text, self._at)
        if found is None:
            raise self._unexpected()
        self._open[-1].names.append(found.group()[1:-1])
        self._at = found.end()
        if not self._comes(":"):
            raise self._unexpected()

    def _ends_at_once(self) -> bool:
        """Behind a bracket that may hold nothing; the first key of a map is read here too."""
        if self._comes(_ENDS[self._open[-1].kind]):
            self._finish()
            return True
        if self._open[-1].kind == "{":
            self._key()
        return False

    # -- building -------------------------------------------------------------------------------------------------

    def _close(self, binds: int) -> None:
        """Operators that bind at least so tightly have their right side."""
        while self._open and self._open[-1].binds >= binds:
            one = self._open.pop()
            self._build(one, self._piece.end, [*one.parts, self._piece])

    def _close_conditionals(self) -> None:
        self._close(1)
        while self._open and self._open[-1].kind == ":":
            one = self._open.pop()
            self._build(one, self._piece.end, [*one.parts, self._piece])

    def _finish(self) -> None:
        """The bracket that was opened last ends here."""
        one = self._open.pop()
        if one.kind == "(":
            self._piece = one.parts[0]._replace(start=one.start, end=self._at)
        else:
            self._build(one, self._at, one.parts)

    def _build(self, one: _Open, end: int, parts: list[_Piece]) -> None:
        node = _node(self._text[one.start : end], one, tuple(part.node for part in parts))
        self._piece = _Piece(node, one.start, end, 1 + max((part.levels for part in parts), default=0))

    # -- the text -------------------------------------------------------------------------------------------------

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        assert found is not None
        self._at = found.end()

    def _comes(self, sign: str) -> bool:
        """Whether the sign is next; then it is read."""
        self._skip()
        comes = self._text.startswith(sign, self._at)
        self._at += len(sign) if comes else 0
        return comes

    def _unexpected(self) -> ExpressionError:
        """Why the text cannot go on as it does here."""
        self._skip()
        before, rest = self._text[: self._at], self._text[self._at : self._at + 20]
        if not rest:
            return ExpressionError("bad-expression", "…")
        if rest[0].isdigit() and before.endswith("."):
            return ExpressionError("float-in-law", rest)
        # A sign that the grammar has nowhere (or doubled) is an operator somebody took for granted.
        unknown = not (rest[0].isalnum() or rest[0] in "_'\"()[]{},. \n")
        return ExpressionError("unknown-operator" if unknown else "bad-expression", rest)


def _leaf(kind: str | None, word: str) -> Expression:
    if kind == "integer":
        if int(word) >= 1 << 63:
            raise ExpressionError("integer-too-large", word)
        return Literal(word, int(word))
    if kind == "text":
        return Literal(word, word[1:-1])
    return Literal(word, word == "true") if word in ("true", "false") else Name(word)


def _node(text: str, one: _Open, parts: tuple[Expression, ...]) -> Expression:
    match one.kind:
        case ":":
            return Conditional(text, *parts)
        case "||" | "&&":
            return Logic(text, one.kind, parts)
        case "call":
            return Call(text, one.names[0], None, parts)
        case "method":
            return Call(text, one.names[0], parts[0], parts[1:])
        case "[":
            return ListLiteral(text, parts)
        case "{":
            return MapLiteral(text, tuple(zip(one.names, parts, strict=True)))
    return Operation(text, one.kind, parts)
