"""Passphrases: one spelling, and a floor.

The same letters typed on another system may arrive in another Unicode form, so a passphrase is normalised
to NFC before use (RFC 8265 §4.2, OpaqueString); nothing else about it is changed, spaces included. The
floor is length and variety, in letters as a person counts them; it asks for no digits and no signs (NIST SP
800-63B §5.1.1.2), because twelve letters of any alphabet behind Argon2id are enough.
"""

from unicodedata import category, normalize

from core.errors import MunimentError

MINIMUM_LETTERS = 12
MINIMUM_DIFFERENT_LETTERS = 6
MAXIMUM_LETTERS = 1024


def passphrase_bytes(passphrase: str) -> bytes:
    """The bytes that Argon2id reads. Raises `passphrase-unusable` for what is no text or far too long."""
    if _is_unusable(passphrase):
        raise MunimentError("passphrase-unusable")
    return normalize("NFC", passphrase).encode()


def passphrase_weakness(passphrase: str) -> str | None:
    """None when strong enough for a new key file, else a code.

    `passphrase-unusable` (control characters, broken text, over 1,024 letters), `passphrase-too-short` or
    `passphrase-too-simple` (too few different letters).
    """
    if _is_unusable(passphrase):
        return "passphrase-unusable"
    letters = normalize("NFC", passphrase).strip()
    if len(letters) < MINIMUM_LETTERS:
        return "passphrase-too-short"
    if len(set(letters.casefold())) < MINIMUM_DIFFERENT_LETTERS:
        return "passphrase-too-simple"
    return None


def _is_unusable(passphrase: str) -> bool:
    """Control characters come from files and pastes, never from a keyboard; surrogates are no characters."""
    if len(passphrase) > MAXIMUM_LETTERS:
        return True
    return any(category(letter) in ("Cc", "Cs") for letter in passphrase)
