"""Fees: a table of a law, and which of its procedures ask for which line of it (8-practice 32; LAWS.md §4).

When the file is read, what a fee needs is put in as if it stood there, like the procedures of every law: fields of the
act and of the record that keeps it, conditions, effects, lines of the extract. So the canonical form holds all of it,
and forms, papers, imports and the law's page show a fee without knowing of fees. What is due is reckoned from the table
where the act is drawn up; a condition compares it with the table as of the day for which it is reckoned, and every
office comes to the same. That day is claimed: where the table changes with it, the law may hold an act that came about
on the other side of the change (`day_outside`), by the place that the common order gave it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.laws.law_source import Node
from core.laws.reading import Part
from core.laws.reckoning import RECKONED
from core.laws.tree_rewriting import items, mapping, rewritten

KEY = "fees"
MAX_AMOUNT = 1_000_000_000_000  # minor units
PAID, EXEMPT, WAIVED = "paid", "exempt", "waived"
UNPAID = ("suspend", "refuse", "warn")  # what becomes of an act whose fee is not settled
OUTSIDE = ("hold", "refuse", "warn")  # … that came about on another side of a change of the fee than it says
_KEPT = ("fee_due", "fee_settled", "fee_reference", "fee_ground")  # fields of the act that the record keeps
Tree = str | int | bool | list["Tree"] | dict[str, "Tree"] | Node


@dataclass(frozen=True)
class _Line:
    """One line of the table. `amounts`: from which day on (None: from the first), minor units."""

    title: str
    article: str
    amounts: tuple[tuple[date | None, int], ...]


def with_fees(root: Node) -> Node:
    """The tree of a law file with what its fees need, and without the table. Raises `LawError`."""
    return rewritten(root, KEY, _put_in)


def _put_in(root: Mapping[str, Node], law: Part) -> Node:
    made = {name: node for name, node in root.items() if name != KEY}
    with law.part(KEY).whole() as part:
        currency, unpaid = part.text("currency"), part.choice("unpaid", UNPAID)
        cure = part.node("cure") if unpaid == "suspend" else None
        outside = part.choice("day_outside", OUTSIDE) if part.has("day_outside") else None
        grounds = part.part("grounds")
        labels: dict[str, Tree] = {name: dict(grounds.texts(name)) for name in grounds.names()}
        table = {name: _line(below) for name, below in part.parts("table", optional=False)}
        for procedure, asked in part.parts("asked", optional=False):
            with asked.whole():
                table_line, record = table[asked.choice("line", table)], asked.text("record")
                fields = _fields(table_line, currency, labels)
                conditions = [
                    *_conditions(table_line, currency, unpaid, cure),
                    *_of_its_day(table_line, outside),
                ]
                _ask(made, asked, procedure, record, fields, conditions)
    return Node(made, law.line)


def _line(part: Part) -> _Line:
    amounts: list[tuple[date | None, int]] = []
    with part.whole():
        for below in part.listed("amounts"):
            with below.whole():
                amount = below.integer("amount", low=0, high=MAX_AMOUNT)
                since = _day(below) if below.has("from") else None
                if not _follows(since, amounts):
                    below.fail("fees-out-of-order", part.where)
                amounts.append((since, amount))
        if not amounts:
            part.fail("key-missing", f"{part.where}: amounts")
        return _Line(part.texts("title")["en"], part.text("article"), tuple(amounts))


def _follows(since: date | None, amounts: list[tuple[date | None, int]]) -> bool:
    if not amounts:
        return since is None
    before = amounts[-1][0]
    return since is not None and (before is None or since > before)


def _day(part: Part) -> date:
    try:
        return date.fromisoformat(part.text("from"))
    except ValueError:
        part.fail("no-such-day", part.text("from"), part.line_of("from"))


def _fields(line: _Line, currency: str, grounds: Mapping[str, Tree]) -> dict[str, Tree]:
    """Of the act; those in `_KEPT` of the record too, where all are optional and none is reckoned."""
    ways: dict[str, Tree] = {PAID: {"en": "Paid"}, EXEMPT: {"en": "Exempt"}, WAIVED: {"en": "Waived"}}
    money: dict[str, Tree] = {"type": "money", "currencies": [currency], "min": 0, "max": MAX_AMOUNT}
    settled: dict[str, Tree] = {"type": "choice", "of": list(ways), "labels": ways, "optional": True}
    ground: dict[str, Tree] = {"type": "choice", "of": list(grounds), "labels": dict(grounds), "optional": True}
    return {
        "fee_day": {"type": "day", "precision": "day", "label": {"en": "Day for which the fee is reckoned"}},
        "fee_due": {**money, "label": {"en": "Fee due"}, RECKONED: _due(line)},
        "fee_settled": {**settled, "label": {"en": "Fee"}},
        "fee_reference": {"type": "text", "max_chars": 80, "optional": True, "label": {"en": "Proof of payment"}},
        "fee_ground": {**ground, "label": {"en": "Ground of the exemption or waiver"}},
    }


def _conditions(line: _Line, currency: str, unpaid: str, cure: Node | None) -> list[Tree]:
    told = ", ".join(f"{_from(since)}{amount // 100}.{amount % 100:02} {currency}" for since, amount in line.amounts)
    suspends: dict[str, Tree] = {"cure": cure} if cure is not None else {}
    return [
        _condition(line, "fee-not-as-due", "refuse", f"act.fee_due.amount == ({_due(line)})", f"{line.title}: {told}."),
        _condition(
            line,
            "fee-without-proof",
            "refuse",
            f"!has(act.fee_settled) || (act.fee_settled == '{PAID}' ? has(act.fee_reference) : has(act.fee_ground))",
            "A payment has its proof, an exemption or a waiver its ground.",
        ),
        {
            **_condition(
                line,
                "fee-unpaid",
                unpaid,
                "act.fee_due.amount == 0 || has(act.fee_settled)",
                f"{line.title}: the fee is neither paid nor waived.",
            ),
            **suspends,
        },
    ]


def _of_its_day(line: _Line, outside: str | None) -> list[Tree]:
    """Where the fee has changed, the day for which it is reckoned lies on a side of the change on which the act may
    have come about. The day itself is believed: what was handed in before the change is not dearer for a late office.
    """
    changes = [since for since, _ in line.amounts if since is not None]
    if outside is None or not changes:
        return []
    days = (f"day({one.year}, {one.month}, {one.day})" for one in changes)
    sides = (f"(act.fee_day >= {day} ? placed.not_after >= {day} : placed.not_before < {day})" for day in days)
    says = f"{line.title}: the fee changed between the day for which it is reckoned and the act."
    return [_condition(line, "fee-day-outside", outside, " && ".join(sides), says)]


def _condition(line: _Line, code: str, outcome: str, rule: str, says: str) -> dict[str, Tree]:
    stated: dict[str, Tree] = {"code": code, "article": line.article, "outcome": outcome, "rule": rule}
    return {**stated, "says": {"en": says}, "of_every_law": True}


def _from(since: date | None) -> str:
    return f"from {since} " if since else ""


def _due(line: _Line) -> str:
    """The amount by the day, the newest first."""
    rule = str(line.amounts[0][1])
    for since, amount in line.amounts[1:]:
        assert since is not None
        rule = f"act.fee_day >= day({since.year}, {since.month}, {since.day}) ? {amount} : ({rule})"
    return rule


def _ask(
    made: dict[str, Node],
    asked: Part,
    procedure: str,
    record: str,
    fields: Mapping[str, Tree],
    conditions: list[Tree],
) -> None:
    """Put the fee into one procedure, the register of the record that keeps it, and the extract of the act."""
    below = _inside(made, "procedures", procedure)
    named = {**mapping(below.get("changes")), **mapping(below.get("creates"))}
    if record not in named:
        asked.fail("unknown-record", f"{procedure}: {record}")
    register = str(named[record].value)
    held = _inside(made, "registers", register)
    if not below or not held:
        asked.fail("unknown-word", procedure)
    line = asked.line
    given = mapping(below.get("fields"))
    for name in fields:
        if name in given:
            asked.fail("name-twice", f"{procedure}: {name}")
    below["fields"] = Node({**given, **{name: _node(stated, line) for name, stated in fields.items()}}, line)
    stated = {name: {key: part for key, part in _stated(fields[name]).items() if key != RECKONED} for name in _KEPT}
    kept = {name: _node({**stated[name], "optional": True}, line) for name in _KEPT}
    held["fields"] = Node({**mapping(held.get("fields")), **kept}, line)
    below["requires"] = Node([*items(below.get("requires")), *(_node(one, line) for one in conditions)], line)
    effects = [_node({"set": f"{record}.{name}", "to": f"act.{name}"}, line) for name in _KEPT]
    below["effects"] = Node([*items(below.get("effects")), *effects], line)
    _replace(made, "procedures", procedure, below)
    _replace(made, "registers", register, held)
    if "extract" in below:
        extract = _inside(made, "extracts", str(below["extract"].value))
        shown = items(extract.get("shows"))
        told = {str(one.value) for one in shown}
        more = [Node(f"{register}.{name}", line) for name in _KEPT if f"{register}.{name}" not in told]
        _replace(made, "extracts", str(below["extract"].value), {**extract, "shows": Node([*shown, *more], line)})


def _inside(made: Mapping[str, Node], section: str, name: str) -> dict[str, Node]:
    return mapping(mapping(made.get(section)).get(name))


def _replace(made: dict[str, Node], section: str, name: str, below: Mapping[str, Node]) -> None:
    parts = mapping(made.get(section))
    line = parts[name].line if name in parts else 0
    made[section] = Node({**parts, name: Node(dict(below), line)}, made[section].line if section in made else 0)


def _stated(tree: Tree) -> dict[str, Tree]:
    assert isinstance(tree, dict)
    return tree


def _node(tree: Tree, line: int) -> Node:
    if isinstance(tree, Node):
        return tree
    if isinstance(tree, dict):
        return Node({name: _node(below, line) for name, below in tree.items()}, line)
    if isinstance(tree, list):
        return Node([_node(below, line) for below in tree], line)
    return Node(tree, line)
