"""Seeded duplicates: a record of a public register, written a second time with one thing wrong.

Two thirds of the kinds were there while core/duplicates was written; the others were held out and are reported apart.
"""

import csv
import gzip
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from core.duplicates.traits import Traits

DATA = Path(__file__).parent / "data"
LETTERS = {"latin": "abcdefghijklmnopqrstuvwxyz", "cyrillic": "абвгдежзіклмнопрстуфхцчшыэюя"}
# Instruction on transliteration of Belarusian geographical names (2007); ь softens the letter before it.
LATIN = dict(
    zip(
        "абвгдежзйклмнопрстуўфхцчшыэі",
        ["a", "b", "v", "h", "d", "e", "ž", "z", "j", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "ŭ", "f", "ch", "c", "č", "š", "y", "e", "i"],
        strict=True,
    ),
    ё="io", ю="iu", я="ia", ь="\u0301",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One record of a file, with the other spelling where the file has one."""

    traits: Traits
    russian: str = ""
    given: str = ""
    surnames: tuple[str, ...] = ()


def baptisms(rows: Iterable[dict[str, str]]) -> list[Source]:
    found = []
    for row in rows:
        surnames = tuple(filter(None, (row["father_lastname"].strip(), row["mother_lastname"].strip())))
        given = row["baptized_name"].strip()
        also = (("father", row["father_name"]), ("mother", row["mother_name"]), ("place", row["event_place"]))
        days = (tuple(map(int, row["event_date"].split("-"))),) if row["event_date"] else ()
        traits = Traits(" ".join((given, *surnames)), days, (), tuple(one for one in also if one[1].strip()))
        found.append(Source(traits, given=given, surnames=surnames))
    return [one for one in found if one.traits.name]


def settlements(rows: Iterable[dict[str, str]]) -> list[Source]:
    return [
        Source(
            Traits(row["name_be"], also=tuple((key, row[key]) for key in ("oblast", "raion", "selsovet", "type"))),
            russian=row["name_ru"],
        )
        for row in rows
    ]


def read(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as lines:
        next(lines)  # where it is from
        return list(csv.DictReader(io.StringIO(lines.read())))


# -- one thing wrong; None where the kind does not fit the record -----------------------------------------------------

Wrong = Callable[[Source, Random], Traits | None]


def _in_long_word(source: Source, random: Random, change: Callable[[str, int], str]) -> Traits | None:
    words = source.traits.name.split(" ")
    places = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not places:
        return None
    place = random.choice(places)
    words[place] = change(words[place], random.randrange(1, len(words[place]) - 1))
    name = " ".join(words)
    return replace(source.traits, name=name) if name != source.traits.name else None


def _letter(source: Source, random: Random) -> str:
    return random.choice(LETTERS["cyrillic" if source.russian else "latin"])


def substituted(source: Source, random: Random) -> Traits | None:
    letter = _letter(source, random)
    return _in_long_word(source, random, lambda word, at: word[:at] + letter + word[at + 1 :])


def dropped(source: Source, random: Random) -> Traits | None:
    return _in_long_word(source, random, lambda word, at: word[:at] + word[at + 1 :])


def added(source: Source, random: Random) -> Traits | None:
    letter = _letter(source, random)
    return _in_long_word(source, random, lambda word, at: word[:at] + letter + word[at:])


def transposed(source: Source, random: Random) -> Traits | None:
    return _in_long_word(source, random, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def second_surname_dropped(source: Source, random: Random) -> Traits | None:
    if len(source.surnames) < 2:
        return None
    return replace(source.traits, name=f"{source.given} {source.surnames[0]}")


def abbreviated(source: Source, random: Random) -> Traits | None:
    if len(source.given) < 4 or not source.surnames:
        return None
    return replace(source.traits, name=" ".join((source.given[0] + ".", *source.surnames)))


def to_russian(source: Source, random: Random) -> Traits | None:
    """As the file itself writes it: often not letter by letter."""
    return replace(source.traits, name=source.russian) if source.russian not in ("", source.traits.name) else None


def to_latin(source: Source, random: Random) -> Traits | None:
    if not source.russian:
        return None
    letters = [LATIN.get(one, one) for one in source.traits.name.casefold()]
    return replace(source.traits, name="".join(letters).capitalize())


def _day(source: Source, change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Traits | None:
    days = source.traits.days
    return replace(source.traits, days=(change(days[0]),)) if days and len(days[0]) == 3 else None


def day_off_by_one(source: Source, random: Random) -> Traits | None:
    step = timedelta(random.choice((-1, 1)))

    def moved(day: tuple[int, ...]) -> tuple[int, ...]:
        other = date(day[0], day[1], day[2]) + step
        return other.year, other.month, other.day

    return _day(source, moved)


def year_only(source: Source, random: Random) -> Traits | None:
    return _day(source, lambda day: day[:1])


def month_only(source: Source, random: Random) -> Traits | None:
    return _day(source, lambda day: day[:2])


KINDS: dict[str, Wrong] = {
    "one letter another": substituted,
    "one letter missing": dropped,
    "second surname dropped": second_surname_dropped,
    "given name abbreviated": abbreviated,
    "Belarusian to Russian": to_russian,
    "day off by one": day_off_by_one,
    "year only": year_only,
}
HELD_OUT: dict[str, Wrong] = {
    "one letter too many": added,
    "letters transposed": transposed,
    "Cyrillic to Latin": to_latin,
    "month only": month_only,
}


def pairs(sources: list[Source], count: int, seed: int) -> list[tuple[str, Source, Traits]]:
    """(kind, the record, its second writing), kinds in turn."""
    random = Random(seed)
    every = list({**KINDS, **HELD_OUT}.items())
    made: list[tuple[str, Source, Traits]] = []
    turn = 0
    for source in random.sample(sources, len(sources)):
        for step in range(len(every)):
            kind, wrong = every[(turn + step) % len(every)]
            written = wrong(source, random)
            if written is not None:
                made.append((kind, source, written))
                turn += step + 1
                break
        if len(made) == count:
            break
    return made
