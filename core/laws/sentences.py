"""The law's own words about a condition, with the facts of the act put in. The engine's own codes have
none here.
"""

from collections.abc import Callable

from core.laws.condition_reading import PLACEHOLDER
from core.laws.form import text
from core.laws.law import Law
from core.laws.verdict import Finding, Rejected
from core.ledger.encoding import Value

Show = Callable[[Value], str]


def show_value(value: Value) -> str:
    """A plain text of a value: "1/4", "12.50 EUR", "2026-03-01", a party's name."""
    match value:
        case None:
            return "–"
        case [int(amount), str(currency)]:
            sign, minor = ("-" if amount < 0 else ""), abs(amount)
            return f"{sign}{minor // 100}.{minor % 100:02} {currency}"
        case [int(numerator), int(denominator)]:
            return str(numerator) if denominator == 1 else f"{numerator}/{denominator}"
        case [int(year), int(month), int(day)]:
            return f"{year:04}-{month:02}-{day:02}"
        case {"name": str(name)}:
            return name
        case bytes():
            return value.hex()
    return str(value)


def rule_sentence(law: Law, verdict: Rejected | Finding, language: str = "en", show: Show = show_value) -> str | None:
    """What the law says about the condition that failed; None where the engine itself refused (`rule` is "")."""
    condition = law.rules.get(verdict.rule)
    if condition is None:
        return None
    sentence = text(condition.says, language)
    return PLACEHOLDER.sub(lambda found: show(verdict.facts.get(found[1])), sentence)
