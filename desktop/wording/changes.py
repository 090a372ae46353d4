"""A proposed change in words: what it would do, how many offices are for it, and what happens next."""

from collections.abc import Sequence

from core.changing import ChangeView
from core.laws.powers import NO_LIMITS
from core.officers import Serving
from desktop.wording import say, sentence
from desktop.wording.values import claimed_text


def change_title(change: ChangeView, offices: Sequence[str]) -> str:
    """What would change, naming the office, the rules or the policy."""
    office = offices[change.member] if change.member is not None and change.member < len(offices) else change.subject
    policy = say(f"change.policy.{change.subject}") if change.subject in ("all", "default") else change.subject
    name, _, version = change.subject.rpartition(" ")
    kind = "return" if change.coming else change.kind
    return say(f"change.{kind}", office=office, policy=policy, law=name, version=version)


def replaced_words(change: ChangeView, offices: Sequence[str]) -> list[str]:
    """Who would sign no more and who would from then on, and what to be sure of; nothing where the officers stay."""
    if not change.coming or change.member is None:
        return []
    office = offices[change.member] if change.member < len(offices) else change.subject
    roles = [", ".join(say(f"role.{role}") for role in sorted(one.roles)) for one in change.coming]
    coming = [say("changes.officer", name=one.name, roles=held) for one, held in zip(change.coming, roles, strict=True)]
    leaving = ", ".join(change.leaving) or say("change.nobody")
    return [
        say("change.leaving", office=office, names=leaving),
        say("change.coming", office=office, names="; ".join(coming)),
        say("change.return.warning", office=office),
    ]


def count_words(change: ChangeView) -> str:
    """How many must agree and how many do."""
    return say("change.count", count=change.agree, needed=change.needed, counting=change.counting)


def next_words(change: ChangeView) -> str:
    """What happens next."""
    if change.standing in ("open", "enough") and change.obstacle is not None:
        return say("change.obstacle", why=sentence(change.obstacle.code, change.obstacle.facts))
    missing = max(change.needed - change.agree, 0)
    return say(f"change.next.{change.standing}", count=missing)


def standing_words(change: ChangeView) -> str:
    return f"{count_words(change)} {next_words(change)}"


def heard_words(last_claimed_ms: int | None) -> str:
    """Since when a computer was not heard: what it wrote later only it knows."""
    return say("lost.heard", when=claimed_text(last_claimed_ms)) if last_claimed_ms else say("lost.never")


def role_words(role: str, officer: Serving, people: Sequence[Serving]) -> str:
    """A role with its limits: term, territory, for whom a deputy stands in."""
    limits, words = officer.limits.get(role, NO_LIMITS), say(f"role.{role}")
    names = {one.number: one.name for one in people}
    told = {
        "since": limits.since,
        "until": limits.until,
        "territory": limits.territory,
        "deputy": names.get(limits.deputy_for, limits.deputy_for) if limits.deputy_for is not None else None,
    }
    parts = [say(f"changes.power.{name}", value=str(value)) for name, value in told.items() if value is not None]
    return f"{words} ({', '.join(parts)})" if parts else words
