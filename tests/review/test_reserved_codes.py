"""A law's condition cannot speak with the engine's codes: what they mean for later executions is not the law's to say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.laws import parse_law
from core.laws.calendar import CALENDAR_MISSING
from core.laws.engine_codes import ENGINE_CODES, FORM
from core.laws.law import Index
from core.laws.law_check import check_law
from core.laws.problems import LawError
from core.laws.undecided import EARLIER_ACT
from tests.offices import LIBRARY

PROJECT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
VERDICTS = {"Rejected", "Refused", "lost", "FieldFault", "Finding", "_note", "hold"}
JUDGING = [
    *(PROJECT / "core" / "laws").glob("*.py"),
    *(PROJECT / "core" / name for name in ("folding.py", "office.py")),
]
READING = [PROJECT / "core" / "ledger" / name for name in ("request.py", "transaction.py")]
ON_THE_LADDER = {
    "waiting-for-keeper",
    "not-in-the-roll",
    "request-lapsed",
    "request-overtaken",
    "request-refused",
    "written-twice",
    # What a suspended or held act came to (core/undecided.py).
    "act-lapsed",
    "act-set-aside",
    "act-withdrawn",
}
# Given by name where they are told: the default of an index, and what leaves an act undecided.
BY_NAME = {Index.code, CALENDAR_MISSING, EARLIER_ACT, "day-undecided"}


def told(expression: ast.expr) -> Iterator[str]:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        yield expression.value
    elif isinstance(expression, ast.IfExp):
        yield from told(expression.body)
        yield from told(expression.orelse)


def codes_in(path: Path, calls: set[str], returned: bool) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            if (getattr(node.func, "id", None) or getattr(node.func, "attr", "")) in calls:
                yield from told(node.args[0])
        elif returned and isinstance(node, ast.Return) and node.value is not None:
            yield from filter(CODE.fullmatch, told(node.value))


def test_every_code_of_the_engine_is_reserved() -> None:
    found = {code for path in JUDGING for code in codes_in(path, VERDICTS, path.name == "folding.py")}
    read = {code for path in READING for code in codes_in(path, {"MunimentError"}, returned=False)}
    assert found | read | ON_THE_LADDER | BY_NAME | FORM == ENGINE_CODES


def test_what_is_found_in_the_bytes_alone_is_what_the_fold_checks_when_a_block_comes_in() -> None:
    checked = set(codes_in(PROJECT / "core" / "folding.py", set(), returned=True))
    by_state = {"officer-unknown", "bad-officer-signature"}
    decoded = {"not-canonical", "too-deep", "too-large", "malformed-transaction"}
    assert (checked - by_state) | decoded == FORM


@pytest.mark.parametrize("code", ["bad-signature", "overtaken", "enclosed-twice"])
def test_a_law_with_such_a_code_is_refused_and_named(code: str) -> None:
    text = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
    check_law(parse_law(text), {}).raise_any()
    law = parse_law(text.replace("{code: price-missing,", f"{{code: {code},", 1))
    with pytest.raises(LawError) as refused:
        check_law(law, {}).raise_any()
    (problem,) = refused.value.problems
    assert (problem.code, problem.detail) == ("code-of-the-engine", code)
    assert problem.line > 0
