"""Printing the extract of one act from a running office: ask on the office's thread, set and draw on this one."""

from datetime import datetime
from pathlib import Path

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.law import Law
from core.laws.requests import REFUSE
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.request import act_of
from core.office import Office
from core.store.files import write_durably
from core.views import ActView, Ladder, Step
from desktop.printing.code import pack
from desktop.printing.extract import PrintedStep
from desktop.printing.paper import make_pdf
from sync.service import Service

CLIMB = ("recorded", "witnessed", "certified", "final")


def print_extract(service: Service[Office], act: bytes, path: Path, language: str = "en") -> None:
    """Write the extract of an act as a PDF, durable on return.

    Raises `unknown-act`, `paper-not-yet` (facts: step, needed: the law lets no paper leave before that step),
    `receipt-too-large-for-paper`, and what `write_durably` raises.
    """
    office = service.office
    receipt, view = service.call(lambda: (office.receipt(act, language), office.act_view(act))).result()
    day = datetime.now().astimezone().date()
    write_durably(path, extract_pdf(office, receipt, view, (day.year, day.month, day.day)))


def extract_pdf(office: Office, receipt: bytes, view: ActView, day: tuple[int, int, int]) -> bytes:
    """The PDF of an act as this office knows it on a day; asks the office nothing that changes."""
    facts = check_receipt(decode_receipt(receipt), verify, office.network)
    law = office.laws[view.transaction.law]
    step, needed = printed_step(view.ladder), _needed(law, view)
    if _height(step) < CLIMB.index(needed):
        raise MunimentError("paper-not-yet", step=step, needed=needed)
    seen = min(len(view.ladder.seen_by), view.ladder.quorum) if step == "witnessed" else 1
    printed = PrintedStep(step, view.ladder.outcome, seen, day)
    return make_pdf(facts, law, pack(receipt), printed)


def _needed(law: Law, view: ActView) -> str:
    """The step before which the law lets no paper leave; what is no extract, a request or its refusal, may any time."""
    procedure = law.procedures.get(act_of(view.transaction).procedure)
    if procedure is None or view.transaction.addressed_to is not None or view.transaction.procedure == REFUSE:
        return "recorded"
    return procedure.paper_from


def printed_step(ladder: Ladder) -> str:
    """The step's name on papers (wording_paper.STEPS)."""
    return "shared" if ladder.step is Step.CERTIFIED and ladder.shared else ladder.step.value


def _height(step: str) -> int:
    """How high a step stands for a law that asks for one before a paper leaves; one not entered may be printed."""
    if step == "shared":  # the majority has seen it, which confirms nothing yet
        return CLIMB.index("witnessed")
    return CLIMB.index(step) if step in CLIMB else len(CLIMB)
