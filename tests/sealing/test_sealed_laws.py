"""What a law may say of sealed fields, and what is refused when the law is read."""

from pathlib import Path

import pytest

from core.laws import parse_law
from core.laws.field_types import Retention, SealedType
from core.laws.problems import LawError

LAW = (Path(__file__).parent / "children.yaml").read_text(encoding="utf-8")


def faults(old: str, new: str) -> set[str]:
    assert old in LAW
    with pytest.raises(LawError) as raised:
        parse_law(LAW.replace(old, new))
    return {problem.code for problem in raised.value.problems}


def test_a_sealed_field_says_for_whom_and_for_how_long() -> None:
    kind = parse_law(LAW).registers["child"].fields["report"].type
    assert isinstance(kind, SealedType)
    assert (kind.roles, kind.offices, kind.retention) == (
        ("registrar", "notary"),
        ("author", "court"),
        Retention(24, "entered"),
    )


@pytest.mark.parametrize(
    "rule",
    ["act.name == 'Anna'", "size(act.name) > 3", "act.name in ['Anna']", "has(act.report) && act.report != ''"],
)
def test_no_condition_reads_a_sealed_field(rule: str) -> None:
    assert "sealed-not-read" in faults("rule: has(act.report)", f'rule: "{rule}"')


def test_a_condition_may_ask_whether_it_is_there() -> None:
    assert parse_law(LAW).procedures["enter"].requires[0].rule == "has(act.report)"


def test_no_value_no_sentence_and_no_index_tells_it() -> None:
    assert "sealed-not-read" in faults(
        "    requires:\n      - {code: report-m", '    let: {n: "act.name"}\n    requires:\n      - {code: report-m'
    )
    assert "unknown-name" in faults("There is no report.", "'{act.name} has no report.'")
    index = "indexes:\n  by_name: {over: child, by: [name], max: 5}"
    assert "unknown-field" in faults("indexes:", index)


def test_only_what_is_sealed_alike_is_copied() -> None:
    assert "sealed-differently" in faults(
        "name: {type: text, max_chars: 200, sealed: {for: [registrar], of: [author]}, label: {en: Name}}\n    effects",
        "name: {type: text, max_chars: 200, sealed: {for: [notary], of: [author]}, label: {en: Name}}\n    effects",
    )
    assert "sealed-differently" in faults("to: act.name", "to: child.name")
    assert "sealed-differently" in faults("to: act.name", "to: \"'Anna'\"")


def test_what_names_something_in_the_ledger_is_not_sealed() -> None:
    assert "cannot-be-sealed" in faults("court: {type: office,", "court: {type: office, sealed: {for: [registrar]},")


@pytest.mark.parametrize(
    "kind", ["{type: document, max_mb: 5", "{type: group, of: {paper: {type: document, max_mb: 5, label: {en: Paper}}}"]
)
def test_a_document_whose_scan_no_order_would_erase_is_not_sealed(kind: str) -> None:
    assert "cannot-be-sealed" in faults("court: {type: office,", f"court: {kind}, sealed: {{for: [registrar]}},")


def test_the_offices_are_words_or_offices_that_the_act_names() -> None:
    assert "sealed-of-whom" in faults("court: {type: office, label: {en: Court}}", "court: {type: boolean}")


def test_an_erasure_is_ordered_and_says_why_and_by_whom() -> None:
    assert "erase-without-order" in faults(
        "class: order\n    changes: {child: child}", "class: application\n    changes: {child: child}"
    )
    assert "erase-without-ground" in faults("{erase: child, ground: act.ground,", "{erase: child, ground: act.reason,")
    assert "erase-without-act" in faults("{erase_act: act.refused,", "{erase_act: act.ground,")
    assert "key-missing" in faults(
        "{erase: child, ground: act.ground, ordered_by: act.ordered_by}", "{erase: child, ground: act.ground}"
    )


def test_an_erasure_asks_for_the_retention_period() -> None:
    assert "retention-not-asked" in faults("|| surely_after(add_months(child.entered, 24))", "")
    assert "retention-not-asked" in faults("add_months(child.entered, 24)", "add_months(child.entered, 12)")
    assert "retention-since-what" in faults(
        "since: entered}\n        label: {en: Name}", "since: name}\n        label: {en: Name}"
    )


def test_what_opens_a_declaration_is_a_procedure_on_it() -> None:
    assert "sealed-until-what" in faults(
        "sealed: {until: unseal, for: [registrar]}, label", "sealed: {until: enter, for: [registrar]}, label"
    )
