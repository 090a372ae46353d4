"""Possible duplicates: what may be entered twice, side by side, with the reason; and what acts have decided."""

from typing import Any

from core.duplicates.deciding import Decided, decisions
from core.duplicates.finding import Duplicates, Pair
from core.errors import MunimentError
from core.laws.alike import alike_id
from core.laws.form import record_form, state_label
from core.laws.form import text as text_in
from core.laws.verdict import Rejected
from core.laws.visibility import PUBLIC, visible_of
from core.ledger.payload import Group
from core.ledger.record import Record
from core.office import Office
from core.store.pages import label
from desktop.unlocking import Access, parse_signing_officer
from desktop.wording import say, sentence
from desktop.wording.duplicates import decided_words
from desktop.wording.refusal import refusal
from desktop.wording.values import value_lines

SHOWN = 100
REFERENCE_DIGITS = 8


def duplicates_command(access: Access) -> dict[str, Any]:
    """What nobody has decided about, and what acts have decided."""
    opened = access.open()
    office = opened.office
    try:
        duplicates = Duplicates(office)
        count = duplicates.catch_up()
        pairs = [_facts(office, pair) for pair in duplicates.pairs(SHOWN)]
        decided = decisions(office, SHOWN)
        offices = [member.office for member in office.roll.members]
    finally:
        office.close()
    lines = [sentence("duplicates-listed" if count else "duplicates-none", {"count": count})]
    for pair in pairs:
        lines.append(sentence("duplicate-line", pair))
        lines += [f"  {side['id'].hex()}  {side['label']} ({side['state']}) {side['shown']}" for side in pair["sides"]]
    if decided:
        lines.append(sentence("duplicates-decided", {"count": len(decided)}))
    for one in decided:
        words = decided_words(one, one.labels[1], offices)
        told = {"act": one.act.hex()[:REFERENCE_DIGITS], "one": one.labels[0], "words": words}
        lines.append(sentence("duplicate-decided-line", told))
    return {"message": "\n".join(lines), "count": count, "pairs": pairs, "decided": [_decided(one) for one in decided]}


def alike_command(
    access: Access, sides: tuple[str, str], same: bool, reason: str, by: str, instead_of: str
) -> dict[str, Any]:
    """Record the act that says whether two records are the same.

    `sides`: their technical numbers; `instead_of`: how the id of the act begins that is taken back, as the list shows
    it. Raises `bad-officer`, `no-such-pair`, and `pair-not-decided` for what it would be refused for.
    """
    officer, (one, other) = parse_signing_officer(by), map(_record_id, sides)
    opened = access.open()
    office = opened.office
    try:
        if any(office.store.state.present(side) is None for side in (one, other)):
            raise MunimentError("no-such-pair")
        decided = office.store.state.present(alike_id(one, other))
        before: bytes = decided.fields["act"] if decided is not None else b""
        back = before if instead_of and before.hex().startswith(instead_of) else None
        proposal = office.propose_alike(one, other, same, reason, [officer.signer(office.number)], back)
        if isinstance(proposal.verdict, Rejected):
            why = refusal(office.laws[proposal.transaction.law], proposal.verdict)
            raise MunimentError("pair-not-decided", why=why, reason=proposal.verdict.code)
        signature = officer.key(access.folder).sign(office.signing_message([proposal.encoded]))
        (act,) = office.record(Group((proposal.encoded,), (signature,)))
    finally:
        office.close()
    return {"message": sentence("duplicate-told", {"seq": act.seq}), "act": act.id.hex()}


def _decided(one: Decided) -> dict[str, Any]:
    return {
        "sides": [side.hex() for side in one.sides],
        "same": one.same,
        "office": one.by,
        "reason": one.reason if isinstance(one.reason, str) else None,
        "act": one.act.hex(),
    }


def _facts(office: Office, pair: Pair) -> dict[str, Any]:
    law = office.laws[pair.one.register.partition(".")[0]]
    register = law.by_full_name[pair.one.register]
    return {
        "register": text_in(register.title, "en", register.name),
        "why": ", ".join(say(f"duplicates.why.{reason}") for reason in pair.reasons),
        "reasons": list(pair.reasons),
        "sides": [_side(office, one) for one in (pair.one, pair.other)],
    }


def _side(office: Office, record: Record) -> dict[str, Any]:
    """What everybody may read of it: for more there is `muniment show`, with a purpose."""
    law = office.laws[record.register.partition(".")[0]]
    register = law.by_full_name[record.register]
    names = [member.office for member in office.roll.members]
    told = [
        f"{form.label}: {'; '.join(value_lines(record.fields[form.name], form, names))}"
        for form in record_form(law, register.name)
        if form.name in record.fields and visible_of(register.fields[form.name]).kind == PUBLIC
    ]
    return {
        "id": record.id,
        "label": label(record),
        "state": state_label(law, register.name, record.state),
        "shown": " · ".join(told),
    }


def _record_id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise MunimentError("no-such-pair") from None
