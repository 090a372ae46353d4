"""The example of LAWS.md is a law that works: it is read from that page. Its story: tests/stories/test_walkthrough.py."""

import pytest

from core.laws import check_law, law_from_canonical, parse_law
from tests.laws.counter import LIBRARY, Counter

LAWS = (LIBRARY.parent / "LAWS.md").read_text(encoding="utf-8")
EXAMPLE = LAWS.partition("```yaml\n")[2].partition("```")[0]


@pytest.fixture
def counter() -> Counter:
    return Counter(parse_law(EXAMPLE), homes={})


def test_the_example_is_checked_and_needs_no_common_order(counter: Counter) -> None:
    report = check_law(counter.law, {})
    assert (dict(report.waits), report.problems) == ({}, ())
    assert law_from_canonical(counter.law.canonical).digest == counter.law.digest


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
