"""Procedures that every law may take without writing them: court cases, orders, prohibitions, notices, complaints.

A law says `procedures_of_every_law: {on: {parcel: [notes, notices]}, complaint_days: 30, article: "70"}`. When its file
is read they are put in as if they stood there, for each register named, with two conditions before those of every
procedure that changes its records and is no order and no fact.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from core.laws.every_law_text import TEXT
from core.laws.law_source import Node, read_text
from core.laws.reading import Part
from core.laws.tree_rewriting import Change, asking, filled, items, mapping, rewritten, with_conditions

KEY = "procedures_of_every_law"
MAX_COMPLAINT_DAYS = 3650
_SECTIONS = ("registers", "procedures", "indexes", "extracts")
_PLACES = re.compile("SUBJECT|TITLE|RECORD|DAYS|ARTICLE")


def with_those_of_every_law(root: Node) -> Node:
    """The tree of a law file with what it takes, and without the line that says so. Raises `LawError`."""
    return rewritten(root, KEY, _take)


def papers_of_every_law(registers: Iterable[str]) -> frozenset[str]:
    """Names of the extracts that are put in for registers of these names."""
    papers = [name for group in _groups().values() for name in mapping(group.get("extracts"))]
    return frozenset(name.replace("SUBJECT", register) for register in registers for name in papers)


def _take(root: Mapping[str, Node], law: Part) -> Node:
    line = law.line_of(KEY)
    sections = {name: mapping(root.get(name)) for name in _SECTIONS}
    own = frozenset(sections["registers"])  # not those that are put in: no notes on notes
    with law.part(KEY).whole() as part:
        days = part.integer("complaint_days", 30, low=1, high=MAX_COMPLAINT_DAYS)
        article = part.text("article")
        on = part.part("on")
        for register in on.names():
            if register not in own:
                on.fail("unknown-register", register, on.line_of(register))
            of_register = sections["registers"][register]
            told = {"SUBJECT": register, "TITLE": _title(of_register, register), "DAYS": str(days), "ARTICLE": article}
            for group in on.words(register):
                if group not in _groups():
                    on.fail("unknown-word", f"{register}: {group}", on.line_of(register))
                _put(sections, _groups()[group], told, _states(of_register), line, part)
    others = {name: node for name, node in root.items() if name != KEY and name not in _SECTIONS}
    found = {name: Node(section, line) for name, section in sections.items() if section}
    return Node({**others, **found}, law.line)


@cache
def _groups() -> Mapping[str, Mapping[str, Node]]:
    groups = read_text(TEXT).value
    assert isinstance(groups, dict)
    return {name: mapping(node) for name, node in groups.items()}


def _title(register: Node, name: str) -> str:
    english = mapping(mapping(register).get("title")).get("en")
    return str(english.value) if english is not None else name


def _states(register: Node) -> list[str]:
    """All states of a register, its first one first."""
    told = mapping(mapping(register).get("states"))
    steps = [mapping(step).get("to") for step in mapping(told.get("moves")).values()]
    found = [str(node.value) for node in (told.get("start"), *steps) if node is not None]
    return list(dict.fromkeys(found))


def _put(
    sections: Mapping[str, dict[str, Node]],
    group: Mapping[str, Node],
    told: Mapping[str, str],
    states: list[str],
    line: int,
    part: Part,
) -> None:
    def change(text: str) -> str:
        return _PLACES.sub(lambda place: told.get(place[0], place[0]), text)

    if "conditions" in group:
        _bind(sections["procedures"], filled(group["conditions"], change, states, line), told["SUBJECT"])
    for name in _SECTIONS:
        for own, node in mapping(group.get(name)).items():
            if change(own) in sections[name]:
                part.fail("name-twice", change(own))
            sections[name][change(own)] = filled(node, change, states, line)


def _bind(procedures: dict[str, Node], conditions: Node, register: str) -> None:
    """The conditions before those of each procedure that changes a record of the register, under its name there."""
    for name, procedure in asking(procedures):
        for record, kept in mapping(mapping(procedure).get("changes")).items():
            if kept.value == register:
                bound = [filled(one, _naming(record), [], one.line) for one in items(conditions)]
                procedures[name] = with_conditions(procedures[name], bound)


def _naming(record: str) -> Change:
    return lambda text: text.replace("RECORD", record)
