"""Verifying a file from the window: what desktop/verification.py proves, put into words together with this replica."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.office import Office
from core.views import Ladder, Step
from desktop.knowledge import Present, knowledge_of_office
from desktop.verification import VerifyResult, verify_file
from desktop.widgets.status import Shape, ladder_shape
from desktop.wording import say, sentence
from desktop.wording.ladder import ladder_words
from sync.service import Service


@dataclass(frozen=True)
class PaperCheck:
    """`step`: how far the act has come as this office knows it; empty where it does not."""

    valid: bool
    message: str
    facts: Mapping[str, str]
    step: str = ""
    shape: Shape = Shape.INFO
    seen_by: str = ""


def check_paper(path: Path, service: Service[Office]) -> PaperCheck:
    """Off the GUI thread. Raises what `verify_file` raises."""
    office = service.office

    def ask(question: object) -> Present | None:
        answer: Present | None = service.call(question).result()  # type: ignore[arg-type]  # as knowledge.Run says
        return answer

    result = verify_file(path, knowledge_of_office(office, ask))
    message = sentence(result.code, result.detail)
    if result.valid and not result.network_known:
        message = f"{message} {say('verify.other-network')}"
    step, shape = _present(result, office)
    return PaperCheck(result.valid, message, dict(result.facts), step, shape, ", ".join(result.witnesses))


def _present(result: VerifyResult, office: Office) -> tuple[str, Shape]:
    if result.step is None:
        return (say("verify.not-held"), Shape.INFO) if result.act is not None else ("", Shape.INFO)
    seen = tuple(range(len(result.witnesses)))
    ladder = Ladder(Step(result.step), seen, office.roll.quorum, outcome=result.outcome or "entered")
    words = ladder_words(ladder, len(office.roll.members))
    return say("verify.as-of-copy", step=words), ladder_shape(ladder)
