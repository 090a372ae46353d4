"""The ladder in words: how far an act has come, and why one was not entered (8-practice §4)."""

from collections.abc import Mapping
from typing import Any

from core.views import Ladder, Step
from desktop.wording import catalogue, say, sentence

WAITS_FOR_OFFICE = ("requested", "lapsed")


def ladder_words(ladder: Ladder, office_count: int, language: str = "en") -> str:
    """For example "Seen by 2 of 3 offices": always of the quorum; "of the majority": of all offices."""
    words = step_words(ladder, office_count, language)
    if ladder.outcome in WAITS_FOR_OFFICE and ladder.step is not Step.REJECTED:
        waits = say(f"outcome.{ladder.outcome}", language, office=ladder.facts.get("office"))
        # How far the request itself has come says nothing of the act once the majority has seen it.
        return f"{waits} · {words}" if ladder.step in (Step.RECORDED, Step.WITNESSED) else waits
    if ladder.outcome in ("suspended", "held", "warned", "without_effect"):
        words = f"{say(f'outcome.{ladder.outcome}', language)} · {words}"
    if ladder.decision is None or ladder.step is Step.REJECTED:
        return words
    # The decision is the other office's act: what is known of it here says nothing of who else holds it.
    decided = say("request.decided", language, office=ladder.facts.get("decided_by"))
    return decided if words == say("step.recorded", language) else f"{decided} · {words}"


def step_words(ladder: Ladder, office_count: int, language: str = "en") -> str:
    seen = len(ladder.seen_by)
    match ladder.step:
        case Step.RECORDED:
            return say("step.recorded", language)
        case Step.WITNESSED:
            return say("step.witnessed", language, seen=min(seen, ladder.quorum), quorum=ladder.quorum)
        case Step.CERTIFIED if ladder.shared:
            return say("step.shared", language)
        case Step.CERTIFIED:
            return say("step.certified", language, seen=seen, offices=office_count)
        case Step.FINAL:
            return say("step.final", language)
        case Step.REJECTED:
            return say("step.rejected", language, why=rejection_words(ladder.code, language, ladder.facts))


def short_step(ladder: Ladder, language: str = "en") -> str:
    """For a narrow column."""
    if ladder.outcome in WAITS_FOR_OFFICE and ladder.step is not Step.REJECTED:
        return say(f"short.{ladder.outcome}", language)
    if ladder.step is Step.WITNESSED:
        return say("short.witnessed", language, seen=min(len(ladder.seen_by), ladder.quorum), quorum=ladder.quorum)
    shared = ladder.step is Step.CERTIFIED and ladder.shared
    return say("short.shared" if shared else f"short.{ladder.step.value}", language)


def rejection_words(code: str | None, language: str = "en", facts: Mapping[str, Any] | None = None) -> str:
    """Which of the four ways not to be entered (1-product)."""
    if code is None:
        return say("rejected.refused", language)
    key = f"rejected.{code}-unseen" if facts and facts.get("unseen") else f"rejected.{code}"
    return say(key if key in catalogue(language).screen else "rejected.refused", language)


def rejection_sentence(ladder: Ladder, language: str = "en") -> str:
    """What was refused and what to do now."""
    return sentence(ladder.code or "rejected", ladder.facts, language)
