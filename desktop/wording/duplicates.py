"""What was decided about two records, in one line: for the page of a record and for a list."""

from collections.abc import Sequence

from core.duplicates.deciding import Decided
from core.laws.visibility import Withheld
from desktop.wording import say
from desktop.wording.values import claimed_text


def decided_words(decided: Decided, other: str, offices: Sequence[str]) -> str:
    """`other`: what the other record is called."""
    reason = decided.reason
    words = say(
        "alike.told.same" if decided.same else "alike.told.different",
        other=other,
        office=offices[decided.by],
        day=claimed_text(decided.claimed_ms),
        reason=say(f"value.withheld.{reason.value}") if isinstance(reason, Withheld) else reason,
    )
    return f"{words} {say('alike.pending')}" if decided.pending else words
