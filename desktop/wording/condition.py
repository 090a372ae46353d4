"""What asks for attention, in one sentence each: the most urgent first."""

from collections.abc import Sequence

from core.views import Condition, Reserve
from desktop.wording import say


def banner_words(condition: Condition, offices: Sequence[str]) -> list[tuple[str, str]]:
    """(sentence, how urgent: trouble or care)."""
    words = []
    view = condition.quarantine
    if view is not None:
        if view.mends:
            words.append((say("condition.banner.mends", held=view.held, meant=view.meant), "care"))
        else:
            words.append((say("condition.banner.quarantine"), "trouble"))
    if condition.stopped is not None:
        words.append((say("condition.banner.stopped"), "trouble"))
    if condition.reserve.thin:
        words.append((reserve_words(condition.reserve, offices), "care"))
    return words


def reserve_words(reserve: Reserve, offices: Sequence[str]) -> str:
    key = "thin" if reserve.left > 0 else "last" if reserve.left == 0 else "too-few"
    facts = {"names": names_of(reserve.silent, offices), "left": reserve.left}
    return say(f"condition.banner.{key}", count=len(reserve.silent), **facts)


def names_of(numbers: Sequence[int], offices: Sequence[str]) -> str:
    return ", ".join(offices[number] for number in numbers)
