"""Possible duplicates: what may be entered twice, side by side, with the reason; and what somebody found different."""

from typing import Any

from core.duplicates.finding import Duplicates, Pair
from core.errors import MunimentError
from core.laws.form import record_form, state_label
from core.laws.form import text as text_in
from core.laws.visibility import PUBLIC, visible_of
from core.ledger.record import Record
from core.office import Office
from core.store.pages import label
from desktop.unlocking import Access
from desktop.wording import say, sentence
from desktop.wording.values import value_lines

SHOWN = 100


def duplicates_command(
    access: Access, different: tuple[str, str] | None, same: tuple[str, str] | None = None
) -> dict[str, Any]:
    """`different`, `same`: the technical numbers of two records, as the list shows them. Raises `no-such-pair`."""
    opened = access.open()
    office = opened.office
    try:
        duplicates = Duplicates(office)
        count = duplicates.catch_up()
        if different is not None:
            duplicates.different(*map(_record_id, different))
            return {"message": sentence("duplicates-different", {"count": count - 1}), "count": count - 1}
        if same is not None:
            duplicates.same(*map(_record_id, same))
            return {"message": sentence("duplicates-same", {"count": count - 1}), "count": count - 1}
        pairs = [_facts(office, pair) for pair in duplicates.pairs(SHOWN)]
    finally:
        office.close()
    lines = [sentence("duplicates-listed" if count else "duplicates-none", {"count": count})]
    for pair in pairs:
        lines.append(sentence("duplicate-line", pair))
        lines += [f"  {side['id'].hex()}  {side['label']} ({side['state']}) {side['shown']}" for side in pair["sides"]]
    return {"message": "\n".join(lines), "count": count, "pairs": pairs}


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
