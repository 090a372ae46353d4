"""One record with its history, when each act was made and what is sealed in it; and the orders of erasure."""

from collections.abc import Mapping
from typing import Any

from core.errors import MunimentError
from core.laws.form import record_form, state_label
from core.ledger.encoding import Value
from core.office import Office
from core.people.people import PURPOSES
from core.views import ErasureView, SealedView, TimeBracket
from desktop.unlocking import Access, parse_signing_officer
from desktop.wording import say, sentence, text_in
from desktop.wording.ladder import short_step
from desktop.wording.sealing import bracket_words, erasure_words, state_words
from desktop.wording.values import claimed_text, value_lines

SEARCHED = 200


def show_command(access: Access, named: str, by: str | None, purpose: str | None, note: str) -> dict[str, Any]:
    """`by`: the officer who reads, NUMBER:ROLE:PASSPHRASE-FILE; without one nothing sealed is opened.

    Raises `unknown-record`, `purpose-missing`, and what signing in, looking and opening an office raise.
    """
    reader = parse_signing_officer(by) if by is not None else None
    if reader is not None and purpose not in PURPOSES:
        raise MunimentError("purpose-missing")
    opened = access.open()
    office = opened.office
    try:
        record = _find(office, named)
        if reader is not None and purpose is not None:
            office.people.sign_in(reader.number, reader.key(access.folder))
            office.people.look(record, purpose, note)
        return _told(office, record, reader is not None)
    finally:
        office.close()


def _told(office: Office, record_id: bytes, signed_in: bool) -> dict[str, Any]:
    view, sealed = office.records.view(record_id), office.sealed.of_record(record_id)
    texts = office.sealed.open_record(record_id) if signed_in else {}
    record, law = view.record, office.laws[view.record.register.partition(".")[0]]
    names = [member.office for member in office.roll.members]
    forms = {field.name: field for field in record_form(law, record.register)}
    shown: dict[str, Value] = {**record.key, **record.fields, **texts}
    fields = {name: value_lines(value, forms[name], names) for name, value in shown.items() if name in forms}
    history = [(entry, office.bracketing.of_act(entry.act)) for entry in view.timeline]
    state = state_label(law, record.register, record.state)
    register = text_in(law.by_full_name[record.register].title, record.register)
    lines = [sentence("record-shown", {"register": register, "label": view.label, "state": state})]
    lines += [f"  {forms[name].label}: {'; '.join(told)}" for name, told in fields.items()]
    for one in sealed:
        if one.field not in texts:
            lines += [f"  {forms[one.field].label}: {words}" for words in state_words(one, names, _event(office, one))]
    for entry, bracket in history:
        title = _title(office, entry.procedure)
        words = say("record.entry", act=title, office=names[entry.author], when=claimed_text(entry.claimed_ms),
                    step=short_step(entry.ladder)).replace("\n", " · ")  # fmt: skip
        lines += [f"  {words}", *(f"    {told}" for told in bracket_words(bracket, names))]
    return {
        "message": "\n".join(lines),
        "record": record.id,
        "register": record.register,
        "label": view.label,
        "state": record.state,
        "version": record.version,
        "fields": fields,
        "sealed": [_sealed_facts(one) for one in sealed],
        "history": [{"act": entry.act, "procedure": entry.procedure, "step": entry.ladder.step.value,
                     "outcome": entry.ladder.outcome, **_bracket_facts(bracket)} for entry, bracket in history],
    }  # fmt: skip


def erasures_command(access: Access) -> dict[str, Any]:
    """Every order that the common order has executed, with the offices that have noted it and those that have not."""
    opened = access.open()
    office = opened.office
    try:
        orders, names = office.sealed.erasures(), [member.office for member in office.roll.members]
        missing = sum(bool(order.missing) for order in orders)
        lines = [sentence("erasures-listed", {"count": len(orders), "missing": missing})]
        for order in orders:
            lines += [_heading(office, order, names), *(f"  {words}" for words, _ in erasure_words(order, names))]
        if orders:
            lines.append(say("erasures.backups"))
    finally:
        office.close()
    return {"message": "\n".join(lines), "erasures": [_erasure_facts(order) for order in orders]}


def _heading(office: Office, order: ErasureView, names: list[str]) -> str:
    if not order.register:
        return say("erasures.heading.act", seq=order.order[1], office=names[order.order[0]])
    law = office.laws.get(order.register.partition(".")[0])
    known = law.by_full_name.get(order.register) if law else None
    register = text_in(known.title, order.register) if known else order.register
    return say(
        "erasures.heading", seq=order.order[1], office=names[order.order[0]], register=register, label=order.label
    )


def _find(office: Office, named: str) -> bytes:
    """By its number as lists show it, or by its id in hexadecimal."""
    found = [row.id for row in office.records.search(named, SEARCHED) if row.label == named]
    if len(found) == 1:
        return found[0]
    try:
        return bytes.fromhex(named)
    except ValueError:
        raise MunimentError("unknown-record", record=named) from None


def _event(office: Office, view: SealedView) -> str:
    return _title(office, view.until) if view.until else ""


def _title(office: Office, full_name: str) -> str:
    law_name, _, name = full_name.partition(".")
    procedure = office.laws[law_name].procedures.get(name) if law_name in office.laws else None
    return text_in(procedure.title, name) if procedure else full_name


def _sealed_facts(view: SealedView) -> Mapping[str, Any]:
    return {
        "field": view.field,
        "state": view.state,
        "roles": view.roles,
        "offices": view.offices,
        "erased_by": view.erased_by,
        "until": view.until,
        "threshold": view.threshold or None,
        "given": view.given,
        "withheld": view.withheld,
        "unusable": view.unusable,
    }


def _bracket_facts(bracket: TimeBracket) -> Mapping[str, Any]:
    after = None if bracket.state is None else {"state": bracket.state, "consensus_ms": bracket.state_ms}
    before = None
    if bracket.office is not None:
        before = {"office": bracket.office, "seq": bracket.seq, "claimed_ms": bracket.office_ms}
    return {
        "claimed_ms": bracket.claimed_ms,
        "after": after,
        "before": before,
        "entered_ms": bracket.entered_ms,
        "clock": bracket.clock.value,
    }


def _erasure_facts(order: ErasureView) -> Mapping[str, Any]:
    return {
        "act": order.act,
        "order": {"office": order.order[0], "seq": order.order[1]},
        "register_state": order.number,
        "record": order.record,
        "label": order.label,
        "ground": order.ground,
        "ordered_by": order.ordered_by,
        "fields": order.fields,
        "noted": order.noted,
        "missing": order.missing,
    }
