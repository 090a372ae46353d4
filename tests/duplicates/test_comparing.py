"""Reasons, one by one; and what is no reason."""

import pytest

from core.duplicates.comparing import compare
from core.duplicates.traits import Traits

ADA = Traits("Марыя Кавалёнак Янава", ((1812, 3, 4),), (), (("mother", "Ганна Сідорык"), ("place", "Дудзічы")))


def like(name: str = ADA.name, day: tuple[int, ...] = (1812, 3, 4), **also: str) -> tuple[str, ...]:
    return compare(ADA, Traits(name, (day,), (), tuple({**dict(ADA.also), **also}.items())))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Марыя Кавалёнак Янава", "same_name"),
        ("Мария Коваленок Янова", "other_spelling"),
        ("Maryja Kavalionak Janava", "other_spelling"),
        ("Янава Марыя Кавалёнак", "other_spelling"),
        ("Марыя Кавалёнка Янава", "letters_swapped"),
        ("Марыя Кавалёнок Янаво", "other_spelling"),
        ("Марыя Кавтлёнак Янава", "misspelt"),
        ("М. Кавалёнак Янава", "abbreviated"),
        ("Марыя Кавалёнак", "name_missing"),
    ],
)
def test_reasons_of_names(name: str, reason: str) -> None:
    assert like(name) == (reason, "same_day", "also_agrees")


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ((1812, 3, 5), "day_near"),
        ((1812, 4, 3), "day_swapped"),
        ((1812,), "day_imprecise"),
        ((1812, 3), "day_imprecise"),
    ],
)
def test_reasons_of_days(day: tuple[int, ...], reason: str) -> None:
    assert like(day=day) == ("same_name", reason, "also_agrees")


def test_what_is_another_person() -> None:
    assert like("Марта Кавалёнак Янава") == ()  # a sister, born the same day
    assert like(day=(1814, 3, 4)) == ()  # a brother or sister who was given the same name later
    assert like(mother="Вольга Пятрова", place="Мінск", day=(1812, 3, 5)) == ()
    assert compare(Traits("Бор", also=(("council", "А"),)), Traits("Новы Бор", also=(("council", "А"),))) == ()


def test_soft_letters_are_one_in_three_spellings() -> None:
    for same in (
        ("Траццякі", "Третьяки", "Traccjaki"),
        ("Мацвей", "Матвей", "Maćviej", "Matvei"),
        ("Ціхан", "Тихон", "Cichan", "Tikhon"),
        ("Гарадзь", "Haradź"),
        ("Саўка", "Saŭka"),
        ("Піянер", "Пионер"),
    ):
        for word in same[1:]:
            assert compare(Traits(same[0], ((1812, 3, 4),)), Traits(word, ((1812, 3, 4),))), (same[0], word)


def test_what_stands_nowhere_says_nothing() -> None:
    where = (("council", ""), ("district", "Б"))
    assert compare(Traits("Ацкаванае", also=where), Traits("Ацкааанае", also=where)) == ("misspelt", "also_agrees")


def test_numbers_decide_where_both_have_one() -> None:
    one = Traits("Ada", numbers=("MP 12-34",))
    assert compare(one, Traits("Eve", numbers=("mp1234",))) == ("same_number",)
    assert compare(one, Traits("Ada", numbers=("MP 9",))) == ()
