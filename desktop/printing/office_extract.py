"""Printing the extract of one act from a running office: ask on the office's thread, set and draw on this one."""

from datetime import datetime, timedelta
from pathlib import Path

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.law import Law
from core.laws.requests import REFUSE
from core.laws.resolving import CONFIRM, CURE
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.request import act_of
from core.office import Office
from core.store.files import write_durably
from core.views import ActView, Clock, Ladder, Step, TimeBracket
from desktop.printing.code import pack
from desktop.printing.extract import PrintedBracket, PrintedStep
from desktop.printing.facts import EPOCH, LAST_SHOWN
from desktop.printing.following import Following, following, given_number
from desktop.printing.paper import NEWEST, make_pdf
from sync.service import Service

LAST_SHOWN_MS = round((LAST_SHOWN - EPOCH).total_seconds() * 1000)
CLIMB = ("recorded", "witnessed", "certified", "final")


def print_extract(service: Service[Office], act: bytes, path: Path, language: str = "en") -> None:
    """Write the extract of an act as a PDF, durable on return.

    Raises `unknown-act`, `paper-not-yet` (facts: step, needed: the law lets no paper leave before that step),
    `receipt-too-large-for-paper`, and what `write_durably` raises.
    """
    office = service.office

    today = datetime.now().astimezone().date()
    day = today.year, today.month, today.day

    def read() -> tuple[bytes, ActView, TimeBracket, str, Following]:
        view = office.acts.view(act)
        given, follows = given_number(office, view), following(office, view, day, language)
        return office.proofs.receipt(act, language, NEWEST), view, office.bracketing.of_act(act), given, follows

    receipt, view, *told = service.call(read).result()
    write_durably(path, extract_pdf(office, receipt, view, day, *told))


def extract_pdf(
    office: Office,
    receipt: bytes,
    view: ActView,
    day: tuple[int, int, int],
    bracket: TimeBracket | None = None,
    number: str = "",
    follows: Following = (),
) -> bytes:
    """The PDF of an act as this office knows it on a day; asks the office nothing that changes.

    `bracket` stands on a paper since template 2, `number` (as `given_number` tells it) since template 3, `follows` (as
    `following` tells it) since template 4.
    """
    facts = check_receipt(decode_receipt(receipt), verify, office.network)
    law = office.rules.signed_under(view.transaction.law, view.transaction.law_version)
    step, needed = printed_step(view.ladder), _needed(law, view)
    if _height(step) < CLIMB.index(needed):
        raise MunimentError("paper-not-yet", step=step, needed=needed)
    seen = min(len(view.ladder.seen_by), view.ladder.quorum) if step == "witnessed" else 1
    told = printed_bracket(bracket) if bracket else None
    printed = PrintedStep(step, view.ladder.outcome, seen, day, told, number, follows)
    return make_pdf(facts, law, pack(receipt), printed)


def printed_bracket(bracket: TimeBracket) -> PrintedBracket | None:
    """What a paper says of it; None where nothing is known yet."""
    wrong = bracket.clock is not Clock.FITS
    if bracket.office is None or bracket.office_ms is None:
        return PrintedBracket(bracket.state, None, None, None, wrong) if wrong or bracket.state is not None else None
    if bracket.office_ms >= LAST_SHOWN_MS:  # no calendar has that day: the paper says nothing of what it cannot name
        return PrintedBracket(None, None, None, None, wrong) if wrong else None
    moment = EPOCH + timedelta(milliseconds=bracket.office_ms)
    told = ([moment.year, moment.month, moment.day], f"{moment:%H:%M}")
    return PrintedBracket(bracket.state, bracket.office + 1, bracket.seq, told, wrong)


def _needed(law: Law, view: ActView) -> str:
    """The step before which the law lets no paper leave; what is no extract, a request or its refusal, may any time."""
    if view.transaction.procedure in (CURE, CONFIRM):
        return "final"  # the strictest: which act it is stands in another block
    procedure = law.procedures.get(act_of(view.transaction).procedure)
    if procedure is None or view.transaction.addressed_to is not None or view.transaction.procedure == REFUSE:
        return "recorded"
    if procedure.lodges and view.ladder.shared:
        return "final"  # until the order has decided it, its number in the day book could still be another's
    return procedure.paper_from


def printed_step(ladder: Ladder) -> str:
    """The step's name on papers (wording_paper.STEPS)."""
    return "shared" if ladder.step is Step.CERTIFIED and ladder.shared else ladder.step.value


def _height(step: str) -> int:
    """How high a step stands for a law that asks for one before a paper leaves; one not entered may be printed."""
    if step == "shared":  # the majority has seen it, which confirms nothing yet
        return CLIMB.index("witnessed")
    return CLIMB.index(step) if step in CLIMB else len(CLIMB)
