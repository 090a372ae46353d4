"""The example of LAWS.md is a law that works: it is read from that page and its story is told."""

from typing import Any

import pytest

from core.laws import Accepted, check_law, law_from_canonical, parse_law, rule_sentence
from tests.laws.counter import BOTH, LIBRARY, Counter, party

LAWS = (LIBRARY.parent / "LAWS.md").read_text(encoding="utf-8")
EXAMPLE = LAWS.partition("```yaml\n")[2].partition("```")[0]
REGISTRAR = [("registrar", 0)]
HALVES = [{"owner": party("ana"), "part": [1, 2]}, {"owner": party("bob"), "part": [1, 2]}]


@pytest.fixture
def counter() -> Counter:
    return Counter(parse_law(EXAMPLE), homes={})


def entry(**other: Any) -> dict[str, Any]:
    return {"mark": "AB-12", "name": "Seagull", "owners": HALVES, **other}


def test_the_example_is_checked_and_needs_no_common_order(counter: Counter) -> None:
    report = check_law(counter.law, {})
    assert (dict(report.waits), report.problems) == ({}, ())
    assert law_from_canonical(counter.law.canonical).digest == counter.law.digest


def test_the_story_of_the_boat(counter: Counter) -> None:
    boat = counter.enter("enter_boat", entry(), signers=REGISTRAR)
    assert counter.refuse("enter_boat", entry(), signers=REGISTRAR).code == "key-taken"
    three_quarters = [HALVES[0], {"owner": party("bob"), "part": [1, 4]}]
    refused = counter.refuse("enter_boat", entry(mark="AB-13", owners=three_quarters), signers=REGISTRAR)
    assert (refused.code, refused.article) == ("parts-not-whole", "3")
    refused = counter.refuse("scrap", {}, {"boat": boat}, BOTH)
    assert (refused.code, refused.article) == ("never-inspected", "9")
    assert rule_sentence(counter.law, refused) == "A boat is inspected before it is scrapped."

    held = counter.put(counter.transaction("inspect", {"day": [2026, 5, 1], "leaks": 2}, {"boat": boat}, REGISTRAR))
    assert isinstance(held, Accepted)
    assert (held.outcome, held.changes) == ("held", ())
    assert rule_sentence(counter.law, held.findings[0]) == "2 leaks: the harbour master decides."

    boat = counter.enter("inspect", {"day": [2026, 5, 1], "leaks": 0}, {"boat": boat}, REGISTRAR)
    earlier = counter.judge(
        counter.transaction("inspect", {"day": [2025, 5, 1], "leaks": 0}, {"boat": boat}, REGISTRAR)
    )
    assert isinstance(earlier, Accepted)
    assert earlier.outcome == "warned"
    assert counter.enter("scrap", {}, {"boat": boat}, BOTH).state == "scrapped"
    counter.enter("enter_boat", entry(name="Cormorant"), signers=REGISTRAR)


def test_every_code_on_the_page_exists_in_the_source() -> None:
    """What §9 promises to refuse is refused somewhere by that name."""
    source = "".join(path.read_text(encoding="utf-8") for path in LIBRARY.parent.glob("*.py"))
    section = LAWS.partition("## 9 ")[2].partition("## 10 ")[0]
    table = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ") and "condition" not in line]
    quoted = [code for code in section.split("`")[1::2] if "-" in code and "{" not in code]
    codes = {word.strip() for text in (*table, *quoted) for word in text.replace(",", " ").split()}
    codes = {code for code in codes if "-" in code and code.replace("-", "").isalpha()}
    assert len(codes) > 60
    assert not {code for code in codes if f'"{code}"' not in source}
