"""Passphrases: one spelling, and a floor.

The same letters typed on another system may arrive in another Unicode form, so a passphrase is normalised
to NFC before use (RFC 8265 §4.2, OpaqueString); nothing else about it is changed, spaces included.

The floor is length, variety and how many guesses an attacker needs who tries common words, names, dates, keyboard
rows and repetitions first (zxcvbn: Wheeler, USENIX Security 2016). It asks for no digits and no signs (NIST SP
800-63B §5.1.1.2). 10^10 guesses at half a second each, the least that a key file costs, are 150 years of one
processor. The estimator's lists are English; a row of keys or a word typed on a Cyrillic or Georgian keyboard is
therefore looked at as the keys that were pressed, too. Other words of those languages count as unknown to the attacker:
there the length must do.
"""

from collections.abc import Sequence
from unicodedata import category, normalize

from core.errors import MunimentError

MINIMUM_LETTERS = 12
MINIMUM_DIFFERENT_LETTERS = 6
MAXIMUM_LETTERS = 1024
LEAST_GUESSES_LOG10 = 10.0
ESTIMATED_LETTERS = 48  # the estimator's time grows with the square; what follows can only make it stronger

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_KEYBOARDS = tuple(
    str.maketrans(letters, keys)
    for letters, keys in (
        ("йцукенгшщзхъфывапролджэячсмитьбю", _LATIN_KEYS),
        ("йцукенгшўзх'фывапролджэячсмітьбю", _LATIN_KEYS),
        ("ქწერტყუიოპასდფგჰჯკლზხცვბნმ", "qwertyuiopasdfghjklzxcvbnm"),
    )
)


def passphrase_bytes(passphrase: str) -> bytes:
    """The bytes that Argon2id reads. Raises `passphrase-unusable` for what is no text or far too long."""
    if _is_unusable(passphrase):
        raise MunimentError("passphrase-unusable")
    return normalize("NFC", passphrase).encode()


def require_strong(passphrase: str, known: Sequence[str] = ()) -> None:
    """Raises the weakness of a passphrase that is to protect a new key file."""
    weakness = passphrase_weakness(passphrase, known)
    if weakness is not None:
        raise MunimentError(weakness)


def passphrase_weakness(passphrase: str, known: Sequence[str] = ()) -> str | None:
    """None when strong enough for a new key file, else a code.

    `passphrase-unusable` (control characters, broken text, over 1,024 letters), `passphrase-too-short`,
    `passphrase-too-simple` (too few different letters) or `passphrase-too-easy` (soon guessed). `known`: names that an
    attacker tries first, of the office and the officer.
    """
    if _is_unusable(passphrase):
        return "passphrase-unusable"
    letters = normalize("NFC", passphrase).strip()
    if len(letters) < MINIMUM_LETTERS:
        return "passphrase-too-short"
    if len(set(letters.casefold())) < MINIMUM_DIFFERENT_LETTERS:
        return "passphrase-too-simple"
    return "passphrase-too-easy" if _guesses_log10(letters, known) < LEAST_GUESSES_LOG10 else None


def _guesses_log10(letters: str, known: Sequence[str]) -> float:
    from zxcvbn import zxcvbn  # its lists take a moment and some memory: only where a passphrase is chosen

    tried_first = [word for name in known for word in (name, *name.split())]
    begin = letters[:ESTIMATED_LETTERS]
    typed = {begin, *(begin.casefold().translate(keyboard) for keyboard in _KEYBOARDS)}
    return min(float(zxcvbn(text, user_inputs=tried_first)["guesses_log10"]) for text in typed)


def _is_unusable(passphrase: str) -> bool:
    """Control characters come from files and pastes, never from a keyboard; surrogates are no characters."""
    if len(passphrase) > MAXIMUM_LETTERS:
        return True
    return any(category(letter) in ("Cc", "Cs") for letter in passphrase)
