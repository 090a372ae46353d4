"""What acts of other registers ask of this office and its acts of others, and leaving one, from the command line."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from core.errors import MunimentError
from core.laws.law import Law
from core.laws.questions import DISMISS
from core.laws.verdict import Rejected
from core.ledger.payload import Group
from core.office import Office
from core.questions import QuestionView
from core.views import ActView
from desktop.unlocking import Access, parse_signing_officer
from desktop.wording import say, sentence, text_in
from desktop.wording.questions import question_words
from desktop.wording.refusal import refusal

REFERENCE_DIGITS = 8


def asked_command(access: Access) -> dict[str, Any]:
    """Both lists, of this office and by it. Raises what opening an office raises."""
    opened = access.open()
    office = opened.office
    try:
        to_us, made = office.questions.to_us(), office.questions.made()
        lines = [*_lines(office, "asked-of-us", to_us), *_lines(office, "asked-by-us", made)]
        facts = partial(_facts, office)
        return {"message": "\n".join(lines), "of_us": [*map(facts, to_us)], "by_us": [*map(facts, made)]}
    finally:
        office.close()


def leave_command(access: Access, reference: str, reason: str, by: str) -> dict[str, Any]:
    """Raises `unknown-question`, and `question-not-left` for what it would be refused for."""
    officer = parse_signing_officer(by)
    opened = access.open()
    office = opened.office
    try:
        view = office.questions.waiting(reference)
        proposal = office.propose_dismissal(view.act.id, view.record, reason, [officer.signer(office.number)])
        if isinstance(proposal.verdict, Rejected):
            why = refusal(office.laws[proposal.transaction.law], proposal.verdict)
            raise MunimentError("question-not-left", why=why, reason=proposal.verdict.code)
        signature = officer.key(access.folder).sign(office.signing_message([proposal.encoded]))
        (act,) = office.record(Group((proposal.encoded,), (signature,)))
        left = next(one for one in office.questions.about(view.record) if one.id == view.id)
        return {**_facts(office, left), "act": act.id.hex(), "message": sentence("question-left", {"seq": act.seq})}
    finally:
        office.close()


def _lines(office: Office, code: str, views: Sequence[QuestionView]) -> list[str]:
    names = [member.office for member in office.roll.members]
    titles = partial(_procedure_title, office.laws)
    words = (question_words(view, names, partial(_act_title, office.laws), titles) for view in views)
    listed = (
        sentence("asked-line", {"reference": _reference(v), "words": w}) for v, w in zip(views, words, strict=True)
    )
    return [sentence(code, {"count": len(views)}), *listed]


def _reference(view: QuestionView) -> str:
    return view.id.hex()[:REFERENCE_DIGITS]


def _act_title(laws: dict[str, Law], view: ActView) -> str:
    return _procedure_title(laws, f"{view.transaction.law}.{view.transaction.procedure}")


def _procedure_title(laws: dict[str, Law], full_name: str) -> str:
    law, _, name = full_name.partition(".")
    if name == DISMISS:
        return say("act.dismiss")
    procedure = laws[law].procedures.get(name) if law in laws else None
    return text_in(procedure.title, name) if procedure is not None else full_name


def _facts(office: Office, view: QuestionView) -> dict[str, Any]:
    answer = view.answer
    return {
        "reference": _reference(view),
        "procedure": view.procedure,
        "record": view.record.hex(),
        "label": view.label,
        "office": office.roll.members[view.office].office,
        "asked_by": {"act": view.act.id.hex(), "office": office.roll.members[view.act.author].office},
        "standing": view.how,
        "reason": view.reason if isinstance(view.reason, str) and view.reason else None,
        "answer": None if answer is None else {"act": answer.id.hex(), "step": answer.ladder.step.value},
    }
