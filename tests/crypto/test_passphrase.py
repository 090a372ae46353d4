"""The passphrase's spelling and its floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.passphrase import passphrase_bytes, passphrase_weakness, require_strong
from core.errors import MunimentError


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("", "passphrase-too-short"),
        ("elevenchars", "passphrase-too-short"),
        ("  eleven ch  ", "passphrase-too-short"),
        ("aaaaaaaaaaaaaaaa", "passphrase-too-simple"),
        ("AbAbAbAbAbAbAb", "passphrase-too-simple"),
        ("line one\nline two", "passphrase-unusable"),
        ("broken \udc80 text here", "passphrase-unusable"),
        ("x" * 1025, "passphrase-unusable"),
        ("password1234", "passphrase-too-easy"),
        ("correcthorse", "passphrase-too-easy"),
        ("qwertyuiop[]", "passphrase-too-easy"),
        ("йцукенгшщзхъ", "passphrase-too-easy"),
        ("йцукенгшўзх'", "passphrase-too-easy"),
        ("пароль123456", "passphrase-too-easy"),
        ("ქწერტყუიოპას", "passphrase-too-easy"),
        ("ПАРОЛЬпароль", "passphrase-too-easy"),
        ("the quiet mill by the river", None),
        ("ціхі млын ля ракі", None),
        ("წყნარი წისქვილი", None),
    ],
)
def test_the_floor(passphrase: str, code: str | None) -> None:
    assert passphrase_weakness(passphrase) == code


def test_the_names_of_office_and_officer_are_tried_first() -> None:
    assert passphrase_weakness("Vialikija 2024!") is None
    assert passphrase_weakness("Vialikija 2024!", ("Office of Vialikija",)) == "passphrase-too-easy"
    with pytest.raises(MunimentError, match="passphrase-too-easy"):
        require_strong("vialikija nowak", ("Vialikija", "Anna Nowak"))
    require_strong("a mill by the lake", ("Vialikija", "Anna Nowak"))


def test_letters_typed_on_another_system_are_the_same_passphrase() -> None:
    assert passphrase_bytes("ştergere cu ă") == passphrase_bytes("s\u0327tergere cu a\u0306")


def test_spaces_and_case_count() -> None:
    assert len({passphrase_bytes(text) for text in ("mill", "Mill", "mill ", " mill")}) == 4


@given(st.text())
def test_any_text_gives_bytes_or_the_code(passphrase: str) -> None:
    if passphrase_weakness(passphrase) == "passphrase-unusable":
        with pytest.raises(MunimentError, match="passphrase-unusable"):
            passphrase_bytes(passphrase)
    else:
        passphrase_bytes(passphrase)
