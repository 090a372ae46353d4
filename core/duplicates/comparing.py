"""Whether two records may mean one person or thing, and why: reasons for a person to look at, never a decision."""

from collections.abc import Iterable, Sequence
from datetime import date

from rapidfuzz.distance import OSA

from core.duplicates.spelling import Word, spelt
from core.duplicates.traits import Traits, plain

LONG_WORD = 4  # from so many letters on one letter may be wrong, …
VERY_LONG_WORD = 8  # … from so many on two
NAME_REASONS = ("name_missing", "abbreviated", "misspelt", "letters_swapped")
ABBREVIATED = 3  # a beginning of at most so many letters stands for the word


def compare(one: Traits, other: Traits) -> tuple[str, ...]:
    """Reasons, the most telling first; empty where nothing suggests that they are the same.

    same_number | same_name, other_spelling, letters_swapped, misspelt, abbreviated, name_missing |
    same_day, day_near, day_swapped, day_imprecise | also_agrees
    """
    same_number = {plain(n) for n in one.numbers} & {plain(n) for n in other.numbers}
    if same_number:
        return ("same_number",)
    if one.numbers and other.numbers:
        return ()
    name = names_alike(one.name, other.name)
    if name is None:
        return ()
    day = days_alike(one.days, other.days)
    agree, differ = _also(one, other)
    if day is None and one.days and other.days:
        return ()
    if day is not None:
        alike = agree >= differ if agree or differ else True
        # Where also the day is not the same, something else has to speak for it.
        alike = alike and (day == "same_day" or name in ("same_name", "other_spelling") or agree > differ)
    else:
        alike = agree > 0 and differ == 0 and name != "name_missing"
    if not alike:
        return ()
    return tuple(reason for reason in (name, day, "also_agrees" if agree else None) if reason)


def names_alike(one: str, other: str) -> str | None:
    """The reason why two names may be one, or None."""
    left, right = spelt(one), spelt(other)
    if not left or not right:
        return None
    if sorted(word.folded for word in left) == sorted(word.folded for word in right):
        return "same_name" if one.casefold() == other.casefold() else "other_spelling"
    return _aligned(left, right) if len(left) <= len(right) else _aligned(right, left)


def _aligned(few: Sequence[Word], many: Sequence[Word]) -> str | None:
    """Each word of the shorter name must find its own in the longer one."""
    reasons, left, rest = set(), list(many), []
    for word in few:
        same = next((to for to in left if to.folded == word.folded), None)
        if same is None:
            rest.append(word)
        else:
            left.remove(same)
    exact = len(few) - len(rest)
    for word in rest:
        found = next(((reason, to) for to in left if (reason := words_alike(word, to))), None)
        if found is None:
            return None
        left.remove(found[1])
        reasons.add(found[0])
    if left:
        if exact == 0 or len(left) > len(few) + (exact > 1):
            return None
        reasons.add("name_missing")
    if "abbreviated" in reasons and exact == 0 and len(few) > 1:
        return None
    return next(
        reason for reason in ("name_missing", "abbreviated", "misspelt", "letters_swapped") if reason in reasons
    )


def words_alike(one: Word, other: Word) -> str | None:
    """In either spelling: what one letter is on paper may be two in the common one, and the other way round."""
    for a, b in ((one.written, other.written), (one.folded, other.folded)):
        longest = max(len(a), len(b))
        allowed = 2 if longest >= VERY_LONG_WORD else 1 if longest >= LONG_WORD else 0
        if OSA.distance(a, b, score_cutoff=allowed) <= allowed:
            return "letters_swapped" if sorted(a) == sorted(b) else "misspelt"
    for small, large in ((one, other), (other, one)):
        begins = large.written.startswith(small.written) or large.folded.startswith(small.folded)
        if begins and (small.short or len(small.written) <= ABBREVIATED):
            return "abbreviated"
    return None


def days_alike(left: Iterable[tuple[int, ...]], right: Iterable[tuple[int, ...]]) -> str | None:
    reasons = {reason for one in left for other in right if (reason := _day(one, other))}
    return next((one for one in ("same_day", "day_near", "day_swapped", "day_imprecise") if one in reasons), None)


def _day(one: tuple[int, ...], other: tuple[int, ...]) -> str | None:
    if one == other:
        return "same_day"
    known = min(len(one), len(other))
    if known < 3:
        return "day_imprecise" if one[:known] == other[:known] else None
    if abs(date(*one).toordinal() - date(*other).toordinal()) == 1:
        return "day_near"
    return "day_swapped" if (one[0], one[2], one[1]) == other else None


def _also(one: Traits, other: Traits) -> tuple[int, int]:
    """(companions that agree, that differ); one that is empty on a side says nothing."""
    there = dict(other.also)
    agree = differ = 0
    for field, text in one.also:
        if text and there.get(field):
            alike = names_alike(text, there[field])
            agree, differ = agree + (alike is not None), differ + (alike is None)
    return agree, differ
