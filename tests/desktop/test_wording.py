"""Every code has a sentence, every key its words, and no sentence uses a word that users must not meet."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from core.laws.form import FormField
from core.laws.verdict import Rejected
from core.views import Ladder, Step
from core.voting import pack_content
from desktop.wording import catalogue, languages, law_fault, say, sentence
from desktop.wording.catalogue import Catalogue, Trouble, plain_fact
from desktop.wording.ladder import ladder_words, short_step
from desktop.wording.refusal import refusal
from desktop.wording.values import value_lines

PROJECT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
# Calls whose first argument is a code that a person may meet.
TELLING = {"MunimentError", "Rejected", "Refused", "lost", "FieldFault", "Finding", "_note", "sentence"}
NO_BEGINNING, NO_END = {"since": "…"}, {"until": "…"}  # of a term
FORBIDDEN = re.compile(r"\b(hash|hashes|fork|forks|forked|peer|peers|node|nodes|DAG|CRDT|blockchain)\b", re.IGNORECASE)


@cache
def _trees() -> list[tuple[Path, list[ast.AST]]]:
    """Every module with all nodes of its tree, read once."""
    paths = [path for top in ("core", "sync", "desktop") for path in sorted((PROJECT / top).rglob("*.py"))]
    return [(path, list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))) for path in paths]


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    yield
    _trees.cache_clear()  # a million small objects


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")


def _literals(node: ast.expr) -> Iterator[str]:
    """Strings that an expression can come to: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


# Calls that note a fault of a law file, and which of their arguments is the code.
FAULTS = {
    "fail": 0,
    "note": 0,
    "ExpressionError": 0,
    "EvaluationError": 0,
    "Reason": 0,
    "require": 1,
    "_fault": 1,
    "Problem": 2,
}


def _law_faults() -> set[str]:
    found = set()
    for path, nodes in _trees():
        for node in nodes:
            place = FAULTS.get(_called(node)) if isinstance(node, ast.Call) and "laws" in path.parts else None
            if place is not None and isinstance(node, ast.Call) and len(node.args) > place:
                found.update(text for text in _literals(node.args[place]) if CODE.fullmatch(text))
    return found


def test_every_fault_of_a_law_has_a_phrase() -> None:
    assert not _law_faults() - catalogue().law_faults.keys()
    assert law_fault({"code": "unbounded", "detail": "price"}).endswith("its bounds: price")


def _codes() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path, nodes in _trees():
        for node in nodes:
            if isinstance(node, ast.Call) and _called(node) in TELLING and node.args:
                for text in _literals(node.args[0]):
                    found[text] = path
            elif isinstance(node, ast.keyword) and node.arg == "code":
                for text in _literals(node.value):
                    found[text] = path
            elif isinstance(node, ast.Return) and node.value is not None:
                for text in _literals(node.value):
                    if CODE.fullmatch(text) and "laws/expression" not in str(path):
                        found[text] = path
    return found


# Returned words that look like codes and are none.
NO_CODES = {"copied-file", "other-computer"}  # core/store/intent.py, told as `copied-computer`


def test_every_code_has_a_sentence() -> None:
    words = catalogue()
    missing = {
        code: str(path.relative_to(PROJECT))
        for code, path in _codes().items()
        if words.outcome(code) is None and code not in NO_CODES | words.law_faults.keys()
    }
    assert not missing


def test_every_trouble_says_all_three() -> None:
    """What happened, whether anything was lost, what to do next."""
    words = catalogue()
    for code, trouble in {**words.troubles, **words.refusals}.items():
        assert isinstance(trouble, Trouble)
        for part in trouble:
            assert part.strip().endswith((".", "?", ":", "}")), code


def _screen_keys() -> Iterator[tuple[str, Path]]:
    for path, nodes in _trees():
        if "desktop" not in path.parts:
            continue
        for node in nodes:
            if isinstance(node, ast.Call) and _called(node) == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.JoinedStr):
                    pieces = [str(p.value) if isinstance(p, ast.Constant) else "\0" for p in first.values]
                    yield "".join(pieces), path
                else:
                    yield from ((text, path) for text in _literals(first))


OTHER_SAY = ("wording_paper.py", "verification.py", "printing", "control.py")


def test_every_screen_key_has_words_and_every_word_a_use() -> None:
    screen = catalogue().screen
    used: set[str] = set()
    for key, path in _screen_keys():
        if any(part in str(path) for part in OTHER_SAY):
            continue  # papers have words of their own
        pattern = re.compile(re.escape(key).replace("\\\x00", ".+").replace("\x00", ".+"))
        matching = {name for name in screen if pattern.fullmatch(name)}
        assert matching, f"{key} in {path}"
        used |= matching
    text = "".join(path.read_text(encoding="utf-8") for path, _ in _trees() if "wording" not in path.parts)
    unused = {name for name in screen if name not in used and f'"{name}"' not in text}
    assert not unused


@pytest.mark.parametrize("language", languages())
def test_no_word_that_users_must_not_meet(language: str) -> None:
    words = catalogue(language)
    for text in _all_texts(words):
        assert not FORBIDDEN.search(text), text


@pytest.mark.parametrize("language", languages())
def test_every_language_is_whole(language: str) -> None:
    words, english = catalogue(language), catalogue("en")
    for part in ("screen", "done", "troubles", "refusals", "law_faults"):
        assert getattr(words, part).keys() == getattr(english, part).keys()


def _all_texts(words: Catalogue) -> Iterator[str]:
    for text in words.screen.values():
        yield from (text,) if isinstance(text, str) else text
    yield from words.done.values()
    yield from words.law_faults.values()
    for trouble in (*words.troubles.values(), *words.refusals.values()):
        yield trouble.text


def test_facts_are_plain_and_bounded() -> None:
    assert sentence("file-exists", {"path": "a\nb"}).startswith("There is already a file a b.")
    assert plain_fact("x" * 1000) == "x" * 299 + "…"
    assert "…" in sentence("file-exists", {})
    assert "{path}" not in sentence("file-exists", {})
    assert "{0.__class__}" in sentence("file-exists", {"path": "{0.__class__}"})


def test_an_unknown_code_is_told_all_the_same() -> None:
    assert "no-such-code-at-all" in sentence("no-such-code-at-all")


def test_rejected_is_told_by_its_reason() -> None:
    assert sentence("rejected", {"reason": "one-person-two-roles"}) == sentence("one-person-two-roles")


def test_a_term_that_is_open_at_one_end_is_told_by_the_other() -> None:
    whom = {"officer": 3, "role": "registrar"}
    days = {"since": "2026-01-01", "until": "2026-12-31"}
    told = [
        refusal(None, Rejected("appointment-not-in-term", facts={**whom, **days, **end}))
        for end in ({}, NO_BEGINNING, NO_END)
    ]
    assert told == [
        "Officer No. 3 is appointed as registrar from 2026-01-01 until 2026-12-31, and this act is not of these days.",
        "Officer No. 3 is appointed as registrar until 2026-12-31, and this act is of a day after.",
        "Officer No. 3 is appointed as registrar from 2026-01-01 on, and this act is of a day before.",
    ]
    for end in ({}, NO_BEGINNING, NO_END):
        words = sentence("appointment-not-in-term", {**whom, **days, **end})
        assert words.endswith("or have this one appointed for it first.")
        assert "…" not in words


def test_a_file_that_an_act_encloses_is_told_by_its_number() -> None:
    part = FormField("part", "text", "Part", "", True)
    field = FormField("content", "list", "Content", "", True, of=(part,))
    (told,) = value_lines(pack_content(b"rules" * 900), field)
    assert told.startswith("A file of 4.5 kB, enclosed. ")
    assert told.endswith(sha256(b"rules" * 900).hexdigest())
    assert value_lines([{"part": "torn"}], field) == ["A file that cannot be read: it was cut or mixed up."]
    assert value_lines([], field) == ["–"]


def test_ladder_words() -> None:
    assert ladder_words(Ladder(Step.RECORDED, (0,), 3), 4) == "Signed and kept at this office only"
    assert ladder_words(Ladder(Step.WITNESSED, (0, 1), 3), 4) == "Seen by 2 of 3 offices"
    assert ladder_words(Ladder(Step.CERTIFIED, (0, 1, 2), 3), 4) == "Confirmed by the majority (3 of 4)"
    shared = Ladder(Step.CERTIFIED, (0, 1, 2), 3, shared=True)
    assert ladder_words(shared, 4) == "Seen by the majority, waits for the common register"
    assert short_step(shared) == "waits for the common register"
    assert ladder_words(Ladder(Step.FINAL, (0, 1, 2), 3, shared=True, anchor=7), 4) == "Entered in the common register"
    overtaken = Ladder(Step.REJECTED, (0,), 3, "overtaken", outcome="rejected")
    assert ladder_words(overtaken, 4) == "Not entered: overtaken by another act"
    assert ladder_words(Ladder(Step.RECORDED, (0,), 3, outcome="suspended"), 4).startswith("Suspended · ")


def test_plurals() -> None:
    assert say("register.count", count=1) != say("register.count", count=2)
    assert say("register.count", count=0) == "0 records in this office's copy"
