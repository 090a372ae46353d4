"""Every sentence that a person reads: one catalogue per language, looked up by code or by key.

`sentence` tells an outcome or a trouble by its code: what happened, whether anything was lost, what to do next.
`say` gives the words of screens. The words of the ladder stand in ladder.py. Facts come from errors and from other
offices: they are put into sentences as plain text, and a fact that is missing shows as an ellipsis, never as a crash.
Words of 1-product's glossary that users must not meet (hash, fork, peer, node) stay out; a test reads them all.
"""

from collections.abc import Mapping
from typing import Any

from desktop.wording.catalogue import OPEN, Catalogue, Trouble, in_catalogue, plain_fact
from desktop.wording.english import ENGLISH

__all__ = ["catalogue", "languages", "law_fault", "outcome_words", "say", "sentence", "text_in"]

_CATALOGUES: Mapping[str, Catalogue] = {ENGLISH.language: ENGLISH}


def languages() -> tuple[str, ...]:
    return tuple(_CATALOGUES)


def catalogue(language: str = "en") -> Catalogue:
    """The catalogue of a language; English where there is none yet."""
    return _CATALOGUES.get(language, ENGLISH)


def sentence(code: str, facts: Mapping[str, Any] | None = None, language: str = "en") -> str:
    """What a code means to a person. `rejected` is told by its reason; an unknown code is told as unexpected."""
    words = catalogue(language)
    given = dict(facts or {})
    if code in ("rejected", "quarantine"):
        reason = str(given.get("reason", given.get("why", "")))
        code = reason if words.outcome(reason) else code
    found = outcome_words(code, given, language)
    if found is None:
        found, given = words.troubles["unexpected"], {"what": code}
    text = found.text if isinstance(found, Trouble) else found
    return in_catalogue(text, given)


def outcome_words(code: str, facts: Mapping[str, Any], language: str = "en") -> Trouble | str | None:
    """With the fact `unseen` no word may say that one act came before another that it had not seen; a term that is open
    at one end is told by the other.
    """
    words = catalogue(language)
    variants = ["unseen"] if facts.get("unseen") else []
    if "since" in facts and "until" in facts:
        variants += [name for name, other in (("since", "until"), ("until", "since")) if facts[other] == OPEN]
    return next(filter(None, (words.outcome(one) for one in (*(f"{code}-{name}" for name in variants), code))), None)


def say(key: str, language: str = "en", **facts: Any) -> str:
    """Words of a screen. A text with a plural is chosen by the fact `count`."""
    text = catalogue(language).screen[key]
    if not isinstance(text, str):
        text = text[catalogue(language).plural(int(facts["count"]))]
    return in_catalogue(text, facts)


def law_fault(problem: Mapping[str, Any], language: str = "en") -> str:
    """What is wrong at one place of a file of rules; `problem` as in the fact `errors` of `bad-law`."""
    phrase = catalogue(language).law_faults.get(problem["code"], problem["code"])
    return f"{phrase}: {plain_fact(problem['detail'])}" if problem.get("detail") else phrase


def text_in(texts: Mapping[str, str], fallback: str, language: str = "en") -> str:
    """A law's own words in a language, else in English, else the name it gives in the file, made readable."""
    return texts.get(language) or texts.get("en") or fallback.replace("_", " ").capitalize()
