"""What keeps offices from finding each other, in sentences: the causes that are seen, the surest first."""

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.wording import say
from sync.diagnosis import Cause, Diagnosis


def cause_words(cause: Cause, offices: Sequence[str]) -> str:
    """`offices`: names by number."""
    facts: Mapping[str, Any] = cause.facts
    match cause.code:
        case "office-answers":
            names = ", ".join(offices[number] for number in facts["offices"])
            return say("finding.office-answers", count=len(facts["offices"]), offices=names)
        case "multicast-blocked":
            return say(f"finding.multicast-blocked.{facts['where']}")
        case "port-refused" | "port-silent" | "address-unreachable":
            return say(f"finding.{cause.code}", office=offices[facts["office"]], address=facts["address"])
        case "vpn":
            return say("finding.vpn", interfaces=", ".join(facts["interfaces"]))
        case _:
            return say(f"finding.{cause.code}", **facts)


def diagnosis_words(diagnosis: Diagnosis, offices: Sequence[str]) -> str:
    """All causes, and the other ways where nobody answers."""
    words = [cause_words(cause, offices) for cause in diagnosis.causes]
    return " ".join(words if diagnosis.found else [*words, say("finding.ways")])
