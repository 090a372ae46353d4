"""From a file, or from canonical bytes, to a checked `Law`. Every fault is collected; one fault and there
is no law.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from core.laws.allotting import check_allotments, read_allotments, rules_of
from core.laws.best_reading import read_bests
from core.laws.correcting import check_corrections
from core.laws.derived import read_derived
from core.laws.every_law import with_those_of_every_law
from core.laws.expression_time import TERRITORY
from core.laws.expression_types import Frame
from core.laws.fees import with_fees
from core.laws.field_reading import read_roles
from core.laws.field_types import SubjectType
from core.laws.law import Asking, Condition, Deciding, Extract, Index, Law, Procedure, Register, Total
from core.laws.law_source import Node, decode_tree, encode_tree, read_text
from core.laws.own_case import with_own_case
from core.laws.problems import Problems
from core.laws.procedure_reading import Around, read_procedure
from core.laws.reading import MAX_NAME_CHARS, NAME_LETTERS, Part
from core.laws.register_reading import (
    index_shapes,
    read_indexes,
    read_register,
    read_rules,
    register_scopes,
    resolve_types,
)
from core.laws.relying import read_groups, read_others, without_others
from core.laws.sealed_check import check_sealed
from core.laws.total_reading import read_totals, total_shapes
from core.laws.transition import read_transition
from core.laws.waiting import with_reasons

MAX_VERSION = 1_000_000
MAX_TERM_DAYS = 3650
SECOND = ("refuse", "queue")  # what becomes of a second request on one version of a record


@lru_cache(maxsize=32)
def parse_law(text: str) -> Law:
    """The law of a YAML file; the last ones are kept. Raises `LawError` with every fault found."""
    tree = with_own_case(with_fees(with_those_of_every_law(read_text(text))))
    return _read_law(tree, encode_tree(tree))


@lru_cache(maxsize=32)
def law_from_canonical(data: bytes) -> Law:
    """The law of its canonical bytes, as a charter carries it. Raises `LawError`.

    A law never changes once read, and one is read again at every start, close and failed write: the last ones are kept.
    """
    return _read_law(decode_tree(data), data)


def _read_law(tree: Node, canonical: bytes) -> Law:
    problems = Problems()
    law = None
    with problems.section():
        law = _read_root(Part(tree, problems, ""), canonical)
    problems.raise_any()
    assert law is not None
    return law


def _read_root(root: Part, canonical: bytes) -> Law:
    with root.whole():
        name = root.text("law")
        if not set(name) <= NAME_LETTERS or not name or len(name) > MAX_NAME_CHARS:
            root.fail("bad-name", name, root.line_of("law"))
        version = root.integer("version", low=1, high=MAX_VERSION)
        title = root.texts("title")
        root.texts("note", optional=True)
        everything = _read_registers(root, name)
        registers, others = without_others(everything)
        others, ranked = read_groups(root, others)
        scopes = register_scopes(registers)
        indexes = read_indexes(root, registers, name, scopes)
        bests = read_bests(root, registers, name, scopes, indexes)
        totals = read_totals(root, registers, name, scopes)
        shapes = total_shapes(totals)
        allotments = read_allotments(root, registers)
        for register_name, part in root.parts("registers"):
            with root.problems.section():
                register, scope = registers[register_name], scopes[register_name]
                rules = [*part.listed("always"), *rules_of(register_name, allotments)]
                register = read_rules(part, rules, register, scope, indexes, totals, shapes)
                registers[register_name] = read_derived(part, register, scope)
        extracts = _read_extracts(root, registers)
        counted = {one.full_name: one for other in others.values() for one in other.indexes}
        summed = {one.full_name: one for other in others.values() for one in other.totals}
        around = Around(
            {**registers, **others},
            {**index_shapes(indexes, registers), **index_shapes(counted, others)},
            frozenset(extracts),
            {**shapes, **total_shapes(summed)},
            {**bests, **ranked},
        )
        procedures = _read_procedures(root, around, {**indexes, **counted}, {**totals, **summed})
        check_sealed(root.problems, registers, procedures)
        check_corrections(procedures, registers, root.problems)
        check_allotments(allotments, procedures, root.problems)
        asking, deciding = _read_asking(root), _read_deciding(root)
        calendar, transition = _read_calendar(root), read_transition(root)
        if not calendar:
            _check_cures(root, procedures)
        law = _make_law(name, version, title, registers, procedures, (indexes, totals), extracts, canonical)
        law = replace(law, asking=asking, deciding=deciding, calendar=calendar, others=others)
        return replace(law, transition=transition)


def _read_registers(root: Part, law: str) -> dict[str, Register]:
    registers = {}
    for name, part in root.parts("registers", optional=False):
        with root.problems.section():
            registers[name] = read_register(name, part, law)
    if not registers:
        root.fail("key-missing", "registers")
    others = read_others(root, law)
    # A register that could not be read would only bring false faults to all that name it.
    root.problems.raise_any()
    return resolve_types(root, {**registers, **others})


def _read_procedures(
    root: Part, around: Around, indexes: Mapping[str, Index], totals: Mapping[str, Total]
) -> dict[str, Procedure]:
    procedures = {}
    for name, part in root.parts("procedures", optional=False):
        with root.problems.section():
            procedure = read_procedure(name, part, around)
            procedures[name] = with_reasons(procedure, around.registers, indexes, totals, root.problems)
    return procedures


def _read_extracts(root: Part, registers: Mapping[str, Register]) -> dict[str, Extract]:
    extracts = {}
    for name, part in root.parts("extracts"):
        with root.problems.section(), part.whole():
            title = part.texts("title")
            paths = [path.partition(".") for path in part.words("shows")]
            register = paths[0][0]
            for owner, _, column in paths:
                if owner != register or owner not in registers or not _shown(registers[owner].subject, column):
                    part.fail("unknown-field", f"{owner}.{column}", part.line_of("shows"))
            extracts[name] = Extract(name, title, register, tuple(column for _, _, column in paths), part.line)
    return extracts


def _read_asking(root: Part) -> Asking | None:
    if not root.has("requests"):
        return None
    with root.part("requests").whole() as part:
        term = part.integer("term_days", low=1, high=MAX_TERM_DAYS) if part.has("term_days") else None
        queue = part.choice("second", SECOND, "refuse") == "queue"
        return Asking(read_roles(part, "decided_by"), term, queue, part.text("article", ""), part.line)


def _read_deciding(root: Part) -> Deciding:
    """Who decides what is held, where the law names other roles than those that sign the act."""
    if not root.has("decisions"):
        return Deciding()
    with root.part("decisions").whole() as part:
        return Deciding(read_roles(part, "by"), part.flag("second_person"), part.text("article", ""))


def _read_calendar(root: Part) -> str:
    territory = root.text("calendar", "")
    if territory and not TERRITORY.fullmatch(territory):
        root.fail("bad-name", territory, root.line_of("calendar"))
    return territory


def _check_cures(root: Part, procedures: Mapping[str, Procedure]) -> None:
    """Working days are those of a calendar: without one the term would have no end."""
    for rule in (rule for procedure in procedures.values() for rule in procedure.requires):
        if rule.cure is not None and rule.cure.unit == "working_days":
            root.problems.add(rule.line, rule.article, "calendar-not-named", rule.path)


def _full_rule(index: Index) -> Condition:
    """What a law says of one record more than an index takes; the engine itself counts them."""
    says = index.says
    return Condition(index.path, index.code, index.article, "refuse", "", says, _never, _never, {}, line=index.line)


def _never(frame: Frame) -> bool:  # noqa: ARG001  # every rule takes the frame
    return False


def _shown(subject: SubjectType, column: str) -> bool:
    return column in subject.members or column in subject.derived or column == "state"


def _make_law(
    name: str,
    version: int,
    title: Mapping[str, str],
    registers: Mapping[str, Register],
    procedures: Mapping[str, Procedure],
    groups: tuple[Mapping[str, Index], Mapping[str, Total]],
    extracts: Mapping[str, Extract],
    canonical: bytes,
) -> Law:
    rules = {rule.path: rule for procedure in procedures.values() for rule in procedure.requires}
    rules.update(
        {rule.path: rule for register in registers.values() for rule in (*register.always, *register.always_after)}
    )
    rules.update({index.path: _full_rule(index) for index in groups[0].values() if index.says})
    return Law(
        name,
        version,
        title,
        registers,
        procedures,
        *groups,
        extracts,
        canonical,
        {register.full_name: register for register in registers.values()},
        rules,
    )
