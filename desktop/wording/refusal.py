"""Why an act was refused: in the law's own words where a condition of it failed, else in the catalogue's.

Only what happened: what became of the act, and what to do, depends on where it was refused.
"""

from core.laws.law import Law
from core.laws.sentences import rule_sentence
from core.laws.verdict import Rejected
from desktop.wording import outcome_words, sentence
from desktop.wording.catalogue import Trouble, in_catalogue


def refusal(law: Law | None, verdict: Rejected, language: str = "en") -> str:
    """With the article where the law names one."""
    own = rule_sentence(law, verdict, language) if law else None
    if own is not None:
        return f"{own} ({sentence('article', {'article': verdict.article}, language)})" if verdict.article else own
    words = outcome_words(verdict.code, verdict.facts, language)
    if not isinstance(words, Trouble):
        return sentence(verdict.code, verdict.facts, language)
    return in_catalogue(words.happened, verdict.facts)
