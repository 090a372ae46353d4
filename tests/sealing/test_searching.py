"""Searching sealed fields: what a person's roles read at this office, the search stored first, whatever is found."""

import pytest

from core.errors import MunimentError
from tests.sealing.homes import NAME, enter, make_homes, order_erasure, settle, sign_in

WORDS = NAME.upper()  # however it is typed


def test_who_may_read_finds_and_the_search_is_kept_also_where_nothing_is_found() -> None:
    homes = make_homes()
    office = homes[0]
    (child,) = enter(office, 1).records
    with pytest.raises(MunimentError, match="not-for-role"):
        office.sealed.search(WORDS, "check", "File 12")
    sign_in(office, 1)  # a notary: the name is not for one
    assert office.sealed.search(WORDS, "check", "File 12") == []
    sign_in(office)
    assert [row.id for row in office.sealed.search(WORDS, "check", "File 12")] == [child]
    assert office.sealed.search("Nobody", "check", "File 12") == []
    notes = [(look.subject, look.note) for look in office.store.looks.page()]
    assert notes == [
        (b"", f"{WORDS} · File 12"),
        (b"", f"{WORDS} · File 12"),
        (child, "File 12"),
        (b"", "Nobody · File 12"),
    ]
    for words, purpose, note, code in (
        ("Jo", "check", "File 12", "search-too-short"),
        (WORDS, "", "File 12", "purpose-missing"),
        (WORDS, "check", "", "purpose-in-words"),
        (WORDS, "check", "x" * 200, "too-large"),
    ):
        with pytest.raises(MunimentError, match=code):
            office.sealed.search(words, purpose, note)
    assert len(office.store.looks.page()) == 4
    office.people.sign_out()


def test_what_is_erased_is_found_no_more() -> None:
    homes = make_homes()
    (child,) = enter(homes[0], 1).records
    order_erasure(homes[0], child)
    settle(homes, verify=False)
    sign_in(homes[0])
    assert homes[0].sealed.search(WORDS, "check", "File 12") == []
