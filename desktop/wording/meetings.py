"""What an exchange with another office came to, in words, also where one side could not pass on all that it knows."""

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.wording import say, sentence
from desktop.wording.values import size_text
from sync.events import CourierProgress

SOON_S = 20  # what takes less is not told in minutes


def with_time(words: str, seconds_left: float | None) -> str:
    """How far an exchange is, and for how long it will go on, where that is known."""
    if seconds_left is None or seconds_left < SOON_S:
        return words
    return f"{words} {say('offices.progress.minutes', count=round(seconds_left / 60) or 1)}"


def carried_words(far: CourierProgress) -> str:
    """What is in a file that is written or read, and for how long that goes on."""
    return with_time(say("sticks.progress", count=far.acts, size=size_text(far.size)), far.seconds_left)


def exchange_words(report: Mapping[str, Any], offices: Sequence[str]) -> str:
    """`report`: a sync.meeting.MeetingReport; `offices`: names by number."""
    received, sent = report["blocks_new"], report["blocks_sent"]
    words = [sentence("met", {"received": received, "sent": sent})] if received or sent else []
    for way in ("lacking", "withheld"):
        if report[way]:
            names = ", ".join(offices[number] for number in report[way])
            words.append(sentence(f"not-passed-on-{way}", {"offices": names, "office": offices[report["office"]]}))
    return " ".join(words) or sentence("nothing-new")


def entered_words(entered: int, acts: int) -> str:
    """How far acts are entered that the offices have agreed on at once."""
    if entered == acts:
        return say("order.entered", acts=f"{acts:,}")
    return say("order.entering", entered=f"{entered:,}", acts=f"{acts:,}")


def all_passed_on(report: Mapping[str, Any]) -> bool:
    return not report["lacking"] and not report["withheld"]


def brought_words(report: Mapping[str, Any]) -> list[str]:
    """What a stick brought of scans and drafts; nothing where it brought none. `report`: a CourierReport."""
    told = [say("sticks.scans", count=report["papers_new"])] if report["papers_new"] else []
    if report["papers_refused"]:
        told.append(say("sticks.scans-refused"))
    if report["drafts_changed"]:
        told.append(say("sticks.drafts", count=len(report["drafts_changed"])))
    return told
