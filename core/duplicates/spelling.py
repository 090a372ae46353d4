"""Names brought to one spelling: Belarusian, Russian and Latin writing, accents and what ears confuse fall together.

Own table, after the Belarusian instruction on transliteration of 2007 (г h, х ch, ў ŭ) and ICAO Doc 9303 for Russian
(г g, х kh), with the regular differences of the two Cyrillic spellings: Belarusian writes а for unstressed о, я for
unstressed е, дзь and ць for дь and ть, ў for в, і for и. What comes out is for comparing only and is never shown.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "ж": "z", "з": "z", "и": "i",
        "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "a", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ў": "v", "ф": "f", "х": "c", "ц": "c", "ч": "c", "ш": "s", "щ": "sc", "ъ": "", "ы": "i", "ь": "", "э": "e",
        "ю": "u", "я": "e", "і": "i",
    }
)  # fmt: skip
# Belarusian ць, ці and дзь, дзі stand for Russian ть, ти and дь, ди, also before a soft ц or в: трэцці, Мацвей, Дзвіна.
_SOFT = "(?:[ьіиеёюя]|[цв][іиеёюя])"
_SOFT_D, _SOFT_T = re.compile(f"дз(?={_SOFT})"), re.compile(f"ц(?={_SOFT})")
_LATIN = [
    (re.compile(pattern), to)
    for pattern, to in (
        ("dz(?=v?[iej])", "d"), ("(?<!t)c(?=[cv]?[iej])", "t"),
        ("[ijy]+[aoe]", "e"), ("[ijy]u", "u"), ("kh|ch|ts", "c"), ("sh", "s"), ("zh", "z"), ("ph", "f"),
        ("h", "g"), ("[jy]", "i"), ("w", "v"), ("o", "a"),
    )
]  # fmt: skip
_LATIN_LETTERS = str.maketrans({"ć": "t", "ŭ": "v"})  # of the instruction: what an accent alone tells apart
_LATIN_SOFT_D = re.compile("dź")
_APOSTROPHE = re.compile("[’'ʼ]")
_GLIDE = re.compile("i+[ae]")  # Марыя, Мария, Maryja, Maria; піянер, пионер
_REPEATED = re.compile(r"(.)\1+")
_WORD = re.compile(r"[^\W_]+[’'ʼ]?[^\W_]*\.?")


@lru_cache(maxsize=65_536)
def folded(word: str) -> str:
    """One word in the common spelling: letters a–z and digits as far as the writing is known."""
    text = _APOSTROPHE.sub("", unicodedata.normalize("NFC", word).casefold())
    cyrillic = _SOFT_T.sub("т", _SOFT_D.sub("д", text)).translate(_CYRILLIC)
    if cyrillic != text:
        text = cyrillic
    else:
        text = _LATIN_SOFT_D.sub("d", text).translate(_LATIN_LETTERS)
        text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
        for pattern, to in _LATIN:
            text = pattern.sub(to, text)
    return _REPEATED.sub(r"\1", _GLIDE.sub("e", "".join(one for one in text if one.isalnum())))


@dataclass(frozen=True, slots=True)
class Word:
    """`written`: as it stands, in small letters; `short`: with a point, abbreviated."""

    folded: str
    written: str
    short: bool


@lru_cache(maxsize=65_536)
def spelt(text: str) -> tuple[Word, ...]:
    """The words of a name."""
    found = ((folded(word), word) for word in _WORD.findall(text))
    return tuple(Word(one, word.rstrip(".").casefold(), word.endswith(".")) for one, word in found if one)


def common(text: str) -> str:
    """A name's words in the common spelling, in their order."""
    return " ".join(word.folded for word in spelt(text))
