"""Reads a story file: YAML as plain as a law's, every key known or refused with its line, everything bounded."""

from collections.abc import Callable, Mapping

from core.laws.law_source import Node, read_text
from core.laws.problems import LawError, Problems
from core.laws.reading import Part
from desktop.stories.heading import read_homes, read_offices, whole_day
from desktop.stories.story import (
    OUTCOMES,
    PLAIN_OUTCOMES,
    RESOLVING,
    VERBS,
    Enclosed,
    Expected,
    Step,
    Story,
    StoryError,
)

MAX_STEPS = 500
BEGINS = (2026, 5, 4)


def parse_story(text: str, law: str) -> Story:
    """The story of a file about a law. Raises `StoryError` with every fault found."""
    problems, story = Problems(), None
    try:
        tree = read_text(text)
        with problems.section():
            story = _read_story(Part(tree, problems, ""), law)
        problems.raise_any()
    except LawError as error:
        raise StoryError(error.problems) from None
    assert story is not None
    return story


def _read_story(root: Part, law: str) -> Story:
    with root.whole():
        title = root.text("story")
        laws = root.words("laws") if root.has("laws") else (law,)
        if law not in laws:
            root.fail("story-of-another-law", law, root.line_of("laws"))
        laws = (law, *(name for name in laws if name != law))
        homes = read_homes(root)
        begins = whole_day(root, "begins") if root.has("begins") else BEGINS
        offices, joining, later = read_offices(root)
        steps = root.listed("steps")
        if not 0 < len(steps) <= MAX_STEPS:
            root.fail("out-of-range", f"steps: {len(steps)}", root.line_of("steps"))
        read = []
        for part in steps:
            with root.problems.section():
                read.append(_read_step(part, offices))
        return Story(title, laws, homes, begins, offices, joining, later, tuple(read))


# -- steps ----------------------------------------------------------------------------------------------------------


def _read_step(part: Part, offices: Mapping[str, object]) -> Step:
    verbs = [key for key in part.names() if key in VERBS]
    if len(verbs) != 1:
        part.fail("not-one-step", ", ".join(verbs))
    with part.whole():
        verb = verbs[0]
        at = part.choice("at", tuple(offices)) if part.has("at") else None
        return Step(verb, part.line, at=at, **_READERS[verb](part, verb, tuple(offices)))


Found = dict[str, object]


def _signing(part: Part, verb: str, offices: tuple[str, ...]) -> Found:
    found: Found = {"subject": part.text(verb)}
    found["like"] = part.text("like") if part.has("like") else None
    if found["like"] is None and not part.has("at"):
        part.fail("key-missing", f"{part.where}: at")
    found["records"] = _nodes(part, "records")
    found["fields"] = _nodes(part, "fields")
    found["without"] = part.words("without", optional=True)
    found["encloses"] = _encloses(part, offices) if part.has("encloses") else None
    if verb == "request" and part.has("of"):
        found["to"] = part.choice("of", offices)
    return found | _signed(part)


def _encloses(part: Part, offices: tuple[str, ...]) -> Enclosed:
    line = part.line_of("encloses")
    with part.part("encloses").whole() as below:
        if below.has("card"):
            return Enclosed("card", below.choice("card", offices), {}, line)
        return Enclosed("law", below.text("law"), _nodes(below, "instead") or {}, line)


def _joining(part: Part, verb: str, offices: tuple[str, ...]) -> Found:
    return {"subject": part.choice(verb, offices), "to": part.choice("from", offices)}


def _deciding(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    part.node("at")
    found: Found = {"subject": part.text(verb)}
    if verb == "cure":
        found["fields"] = _nodes(part, "fields")
    elif verb != "enter":
        found["reason"] = part.text("reason")
    return found | _signed(part)


def _leaving(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    part.node("at")
    found: Found = {"subject": part.text(verb), "asked_by": part.text("of"), "records": _nodes(part, "records")}
    return {**found, "reason": part.text("reason"), **_signed(part)}


def _alike(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    part.node("at")
    found: Found = {"subject": part.text(verb), "value": part.node("other"), "reason": part.text("reason")}
    return {**found, "asked_by": part.text("instead_of", ""), **_signed(part)}


def _signed(part: Part) -> Found:
    by = None
    if part.has("by"):
        people = part.part("by")
        by = {role: people.words(role) for role in people.names()}
    name = part.text("name") if part.has("name") else None
    if name is not None and ("." in name or "/" in name):
        part.fail("bad-name", name, part.line_of("name"))
    return {"by": by, "name": name, "expect": _expected(part)}


def _expected(part: Part) -> Expected | None:
    if not part.has("expect"):
        return None
    node = part.node("expect")
    if isinstance(node.value, str):
        return Expected(part.choice("expect", PLAIN_OUTCOMES), line=node.line)
    with part.part("expect").whole() as below:
        outcomes = [key for key in below.names() if key in OUTCOMES]
        if len(outcomes) != 1 or outcomes[0] in PLAIN_OUTCOMES:
            below.fail("unknown-word", f"{below.where}: {', '.join(below.names())}")
        article = str(below.node("article").value) if below.has("article") else None
        says = below.text("says") if below.has("says") else None
        return Expected(outcomes[0], frozenset(below.words(outcomes[0])), article, says, node.line)


def _nodes(part: Part, key: str) -> Mapping[str, Node] | None:
    if not part.has(key):
        return None
    below = part.part(key)
    return {name: below.node(name) for name in below.names()}


def _who(part: Part, verb: str, offices: tuple[str, ...]) -> Found:
    node = part.node(verb)
    if node.value == "all":
        return {"offices": None}
    named = part.words(verb)
    for name in named:
        if name not in offices:
            part.fail("unknown-word", f"{part.where}: {verb}: {name}", node.line)
    if verb == "meet" and len(named) < 2:
        part.fail("out-of-range", f"{part.where}: {verb}", node.line)
    return {"offices": named}


def _clock(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    whole_day(part, verb)
    return {"value": part.node(verb)}


def _standing(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    found: Found = {"subject": part.text(verb), "expect": _expected(part)}
    if found["expect"] is None:
        part.fail("key-missing", f"{part.where}: expect")
    return found


def _record(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    facts = {key: part.node(key) for key in ("state", "keeper", "version") if part.has(key)}
    node = part.node(verb)
    return {
        "subject": node.value if isinstance(node.value, str) else "",
        "value": node,
        "facts": facts,
        "fields": _nodes(part, "fields"),
        "without": part.words("without", optional=True),
    }


def _sealed(part: Part, verb: str, offices: tuple[str, ...]) -> Found:
    """How a sealed field of a record stands, and what it says to a person of a role."""
    told = {}
    for key in ("given", "withheld"):
        if part.has(key):
            told[key] = () if part.node(key).value == "none" else part.words(key)
            for name in told[key]:
                if name not in offices:
                    part.fail("unknown-word", f"{part.where}: {key}: {name}", part.line_of(key))
    says = _nodes(part, "says") or {}
    facts = {"field": part.node("field")} | ({"is": part.node("is")} if part.has("is") else {})
    return {"subject": part.text(verb), "value": part.node(verb), "facts": facts, "fields": says, "told": told}


def _measured(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    found: Found = {"subject": part.text(verb), "value": part.node("is")}
    if verb != "ladder":
        found["fields"] = _nodes(part, "of") or {}
    return found


def _paper(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    return {"subject": part.text(verb), "says": part.words("says", optional=True)}


def _replay(part: Part, verb: str, _offices: tuple[str, ...]) -> Found:
    return {"subject": part.text(verb)}


_READERS: Mapping[str, Callable[[Part, str, tuple[str, ...]], Found]] = {
    "sign": _signing,
    "request": _signing,
    "enter": _deciding,
    "refuse": _deciding,
    **dict.fromkeys(RESOLVING, _deciding),
    "leave": _leaving,
    "same": _alike,
    "different": _alike,
    "meet": _who,
    "keep_back": _who,
    "give_out": _who,
    "offline": _who,
    "online": _who,
    "clock": _clock,
    "joins": _joining,
    "act": _standing,
    "ladder": _measured,
    "record": _record,
    "sealed": _sealed,
    "count": _measured,
    "total": _measured,
    "extract": _paper,
    "replay": _replay,
}
