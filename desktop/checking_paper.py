"""Verifying a file from the window: what desktop/verification.py proves, put into words together with this replica."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.office import Office
from core.views import Ladder, Step
from desktop.knowledge import knowledge_of_office
from desktop.verification import verify_file
from desktop.verify_result import VerifyResult
from desktop.widgets.status import Shape, ladder_shape
from desktop.wording import say, sentence
from desktop.wording.ladder import ladder_words
from desktop.wording_paper import LANGUAGES
from desktop.wording_paper import say as paper_words
from sync.service import Service

# What papers call the ids that they carry, in each of their languages.
_TECHNICAL = frozenset(
    paper_words(language, key) for language in LANGUAGES for key in ("act-id", "block-id", "rules-id")
)


@dataclass(frozen=True)
class PaperCheck:
    """`step`: how far the act has come as this office knows it; empty where it does not."""

    valid: bool
    message: str
    facts: Mapping[str, str]
    technical: Mapping[str, str]  # long numbers, for whoever compares them
    step: str = ""
    shape: Shape = Shape.INFO
    seen_by: str = ""
    as_printed: tuple[tuple[str, bool], ...] = ()  # the box of the paper; whether it is known not to be so


def check_paper(path: Path, service: Service[Office]) -> PaperCheck:
    """Off the GUI thread. Raises what `verify_file` raises."""
    office = service.office

    def ask(question: Callable[[], Any]) -> Any:
        return service.call(question).result()

    result = verify_file(path, knowledge_of_office(office, ask))
    message = sentence(result.code, result.detail)
    if result.valid and not result.network_known:
        message = f"{message} {say('verify.other-network')}"
    if result.box_differs:
        message = f"{message} {say('verify.box-differs')}"
    step, shape = _present(result, office)
    facts = {name: value for name, value in result.facts if not _is_technical(name)}
    for name, seq, order_office in result.erased:
        facts[name] = f"{facts.get(name, '')}\n{say('sealed.erased', seq=seq, office=order_office)}".strip()
    technical = {name: value for name, value in result.facts if _is_technical(name)}
    printed = tuple(
        (say("verify.box-line", words=one.words, judgement=say(one.judgement)), one.same is False)
        for one in result.as_printed
    )
    return PaperCheck(result.valid, message, facts, technical, step, shape, ", ".join(result.witnesses), printed)


def _is_technical(name: str) -> bool:
    return name in _TECHNICAL or "SHA-256" in name


def _present(result: VerifyResult, office: Office) -> tuple[str, Shape]:
    if result.step is None:
        return (say("verify.not-held"), Shape.INFO) if result.act is not None else ("", Shape.INFO)
    seen = tuple(range(len(result.witnesses)))
    outcome = result.outcome or "entered"
    facts = {"office": result.waits_for}
    step, quorum = Step(result.step), office.roll.quorum
    ladder = Ladder(step, seen, quorum, result.why, facts, outcome, shared=result.shared)
    words = ladder_words(ladder, len(office.roll.members))
    if result.checkpoint is not None:
        words = f"{words}. {result.checkpoint}"
    return say("verify.by-file" if result.proved else "verify.as-of-copy", step=words), ladder_shape(ladder)
