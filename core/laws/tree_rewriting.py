"""What a law file asks for by one line is put into its tree as if the file said it.

Three do so: procedures of every law, own case, fees. Each takes the tree and gives another, whose canonical form holds
all that was put in, so that what a charter carries means the same for ever, whatever a later version of this program
would put in.
"""

from collections.abc import Callable, Iterator, Mapping

from core.laws.law_source import Node
from core.laws.problems import Problems
from core.laws.reading import Part

BOUND = frozenset({"application", "decision", "payment"})  # orders, and what has happened, pass

Change = Callable[[str], str]
Rewriting = Callable[[Mapping[str, Node], Part], Node]


def rewritten(root: Node, key: str, put_in: Rewriting) -> Node:
    """The tree of a law file after `put_in`, if the file has the line `key`. Raises `LawError`."""
    if not isinstance(root.value, dict) or key not in root.value:
        return root
    problems, made = Problems(), root
    with problems.section():
        made = put_in(root.value, Part(root, problems, ""))
    problems.raise_any()
    return made


def mapping(node: Node | None) -> dict[str, Node]:
    """A copy; of what is no mapping nothing, for whoever reads the law tells of that."""
    return dict(node.value) if node is not None and isinstance(node.value, dict) else {}


def items(node: Node | None) -> list[Node]:
    """A copy; of what is no list nothing, as above."""
    return list(node.value) if node is not None and isinstance(node.value, list) else []


def filled(node: Node, change: Change, states: list[str], line: int) -> Node:
    """A piece of a text of the engine, as if it stood where the law asks for it."""
    if isinstance(node.value, dict):
        parts = {change(key): filled(below, change, states, line) for key, below in node.value.items()}
        return Node(parts, line)
    if isinstance(node.value, list):
        return Node([filled(below, change, states, line) for below in node.value], line)
    if node.value == "STATES":
        return Node([Node(state, line) for state in states], line)
    return Node(change(node.value) if isinstance(node.value, str) else node.value, line)


def asking(procedures: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """Those by which somebody asks for something: what binds all of them is put into each."""
    for name, procedure in procedures.items():
        act_class = mapping(procedure).get("class")
        if act_class is not None and isinstance(act_class.value, str) and act_class.value in BOUND:
            yield name, procedure


def with_conditions(procedure: Node, conditions: list[Node], **other: Node) -> Node:
    """A procedure with these conditions before its own, and with these parts instead of its own."""
    parts = mapping(procedure)
    return Node(
        {**parts, **other, "requires": Node([*conditions, *items(parts.get("requires"))], procedure.line)},
        procedure.line,
    )
