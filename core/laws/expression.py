"""Conditions of a law, checked and made ready to run.

`compile_expression` checks names, types, guards and cost, and gives closures: nothing is looked up or parsed
at the counter. Numbers are exact (int and Fraction); an optional field is read only behind `has(…)`, which
the checker follows through `&&`, `||`, `!` and `? :`; nothing outside the scope can be named, and nothing can
be shadowed. With `scope.tracing` the closures also write each piece and its value into the frame's trace.
"""

from core.laws.expression_access import bare_name, member
from core.laws.expression_functions import call
from core.laws.expression_operators import operate
from core.laws.expression_parsing import parse_expression
from core.laws.expression_syntax import (
    Call,
    Conditional,
    Expression,
    ExpressionError,
    ListLiteral,
    Literal,
    Logic,
    Member,
    Name,
    Operation,
)
from core.laws.expression_types import (
    MAX_STEPS,
    NOTHING,
    TRACE,
    Frame,
    Known,
    Run,
    Scope,
    Typed,
    is_number,
    require,
    require_family,
)
from core.laws.field_types import (
    BOOLEAN,
    FRACTION,
    INTEGER,
    TEXT,
    ChoiceType,
    FieldType,
    GroupType,
    IntegerType,
    ListType,
    SubjectType,
    TextType,
)


def compile_expression(text: str, scope: Scope, known: Known = NOTHING, most: int = MAX_STEPS) -> Typed:
    """Check a condition or value and make it ready. Raises `ExpressionError`.

    `known`: paths of optional fields that are surely present. `most`: steps that it may take at worst.
    """
    compiled = check(parse_expression(text), scope, known)
    require(compiled.cost <= most, "too-many-steps", str(compiled.cost))
    return compiled


def compile_condition(text: str, scope: Scope, known: Known = NOTHING, most: int = MAX_STEPS) -> Typed:
    """An expression that is true or false. Raises `ExpressionError`."""
    compiled = compile_expression(text, scope, known, most)
    require(compiled.type.kind == "boolean", "not-a-condition", text)
    return compiled


def check(node: Expression, scope: Scope, known: Known) -> Typed:
    """One piece of a condition. Raises `ExpressionError`."""
    match node:
        case Literal():
            return _literal(node)
        case Name():
            typed = bare_name(node, scope)
        case Member():
            typed = member(node, scope, known, check)
        case Call():
            typed = call(node, scope, known, check)
        case Operation():
            typed = operate(node.operator, [check(side, scope, known) for side in node.sides], node.text, scope)
        case Logic():
            return _logic(node, scope, known)
        case Conditional():
            typed = _conditional(node, scope, known)
        case ListLiteral():
            return _list(node, scope, known)
        case _:
            raise ExpressionError("bad-expression", node.text)
    return _traced(typed, node.text) if scope.tracing and not scope.in_loop else typed


def _traced(typed: Typed, text: str) -> Typed:
    """The same piece, which notes its value. Lists, rows and records are not noted: they stand in the act."""
    if isinstance(typed.type, ListType | GroupType | SubjectType):
        return typed
    run = typed.run

    def noting(frame: Frame) -> object:
        value = run(frame)
        frame[TRACE].append((text, value))
        return value

    return Typed(typed.type, noting, typed.cost, typed.path, None, typed.when_true, typed.when_false)


def _literal(node: Literal) -> Typed:
    value = node.value
    kind: FieldType = BOOLEAN
    if isinstance(value, str):
        kind = TextType(words=(value,))
    elif not isinstance(value, bool):
        kind = IntegerType(value, value)
    return Typed(kind, lambda _frame: value)


def _logic(node: Logic, scope: Scope, known: Known) -> Typed:
    """Left to right: each side may rely on what the sides before it have shown."""
    conjunction = node.operator == "&&"
    sides: list[Typed] = []
    reached = known
    for part in node.sides:
        side = check(part, scope, reached)
        require(side.type.kind == "boolean", "not-a-condition", part.text)
        reached = reached | (side.when_true if conjunction else side.when_false)
        sides.append(side)
    runs = [side.run for side in sides]
    cost = 1 + sum(side.cost for side in sides)
    shown = frozenset[tuple[str, ...]]().union(*(side.when_true if conjunction else side.when_false for side in sides))
    if conjunction:
        return Typed(BOOLEAN, _conjunction(runs), cost, when_true=shown)
    return Typed(BOOLEAN, _disjunction(runs), cost, when_false=shown)


def _conjunction(runs: list[Run]) -> Run:
    if len(runs) == 2:
        first, second = runs
        return lambda frame: first(frame) and second(frame)

    def run(frame: Frame) -> bool:
        return all(side(frame) for side in runs)

    return run


def _disjunction(runs: list[Run]) -> Run:
    if len(runs) == 2:
        first, second = runs
        return lambda frame: first(frame) or second(frame)

    def run(frame: Frame) -> bool:
        return any(side(frame) for side in runs)

    return run


def _conditional(node: Conditional, scope: Scope, known: Known) -> Typed:
    condition = check(node.condition, scope, known)
    require(condition.type.kind == "boolean", "not-a-condition", node.condition.text)
    then = check(node.then, scope, known | condition.when_true)
    otherwise = check(node.otherwise, scope, known | condition.when_false)
    require_family(then.type, otherwise.type, node.text)
    kind = then.type
    if is_number(kind):
        whole = isinstance(kind, IntegerType) and isinstance(otherwise.type, IntegerType)
        kind = INTEGER if whole else FRACTION
    elif isinstance(kind, ChoiceType | TextType):
        kind = _either(kind, otherwise.type)
    ask, yes, no = condition.run, then.run, otherwise.run
    cost = 1 + condition.cost + max(then.cost, otherwise.cost)
    return Typed(kind, lambda frame: yes(frame) if ask(frame) else no(frame), cost)


def _either(then: FieldType, otherwise: FieldType) -> FieldType:
    if isinstance(then, TextType) and isinstance(otherwise, TextType) and then.words and otherwise.words:
        return TextType(words=(*then.words, *otherwise.words))
    return then if then == otherwise else TEXT


def _list(node: ListLiteral, scope: Scope, known: Known) -> Typed:
    require(bool(node.items), "empty-list", node.text)
    items = [check(item, scope, known) for item in node.items]
    kind = items[0].type
    for item in items[1:]:
        require_family(kind, item.type, node.text)
        if is_number(kind):
            kind = INTEGER if isinstance(kind, IntegerType) and isinstance(item.type, IntegerType) else FRACTION
        else:
            kind = _either(kind, item.type) if isinstance(kind, TextType | ChoiceType) else kind
    cost = 1 + sum(item.cost for item in items)
    if all(isinstance(item, Literal) for item in node.items):
        constant = tuple(item.value for item in node.items if isinstance(item, Literal))
        return Typed(ListType(kind, len(items), len(items)), lambda _frame: constant, cost)
    runs = [item.run for item in items]
    return Typed(ListType(kind, len(items), len(items)), lambda frame: [run(frame) for run in runs], cost)
