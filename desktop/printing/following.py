"""What only the register knows of an act's record: its number, and since template 4 what follows from it on a day.

A paper is about one record: the one that the act made, else the first that it changed. Its derived fields are told as
of the day of printing, as the printing office knows the record. They stand in the box that no signature covers: a
verifier reads them back, sets the page with them, and where a replica is at hand works them out anew for that day.
"""

from collections.abc import Iterator, Mapping, Sequence

from core.laws.expression_days import Whole
from core.laws.law import Law, Register
from core.laws.requests import REFUSE
from core.ledger.record import new_record_id
from core.ledger.request import act_of
from core.ledger.transaction import Transaction
from core.office import Office
from core.views import ActView
from desktop.printing.typesetting import printable
from desktop.printing.values import Teller
from desktop.wording_paper import day_text, say

Following = tuple[tuple[str, bool | None], ...]  # label, and what it comes to; None: cannot be told
_WORDS = {True: "derived-yes", False: "derived-no", None: "derived-open"}


def following(office: Office, view: ActView, day: Whole, language: str) -> Following:
    """Of an act that has had its effect; empty of any other, and of what the person signed in may not read.

    In the words of the rules that the act names, which the paper carries; reckoned by those of the day.
    """
    act = view.transaction
    if not view.records:
        return ()
    found = _subject(office.rules.signed_under(act.law, act.law_version), act)
    if found is None:
        return ()
    name, register = found
    record = new_record_id(view.id, 0) if name is None else act_of(act).changes[name].record
    if record not in view.records:
        return ()
    told = office.records.view(record, day).derived
    rows = ((label, told[one]) for one, label in _labels(register, language).items() if one in told)
    return tuple((label, value) for label, value in rows if value is None or isinstance(value, bool))


def given_number(office: Office, view: ActView) -> str:
    """The number that the competent office gave the first numbered record of the act; "" where there is none."""
    law = office.rules.signed_under(view.transaction.law, view.transaction.law_version)
    procedure = law.procedures.get(act_of(view.transaction).procedure)
    for place, register in enumerate(procedure.creates.values() if procedure else ()):
        record = office.store.state.present(new_record_id(view.id, place))
        for key in law.registers[register].numbers if record is not None and record.id in view.records else ():
            return str(record.key[key])
    return ""


def following_lines(language: str, rows: Following, day: Sequence[int]) -> list[str]:
    return [_line(language, label, value, day) for label, value in rows]


def read_following(
    law: Law | None, transaction: Transaction, language: str, text: str, day: Sequence[int]
) -> tuple[Following, str]:
    """What `following_lines` wrote at the beginning of a page's text, and what stands behind it."""
    found = _subject(law, transaction) if law is not None else None
    rows: list[tuple[str, bool | None]] = []
    for label in _labels(found[1], language).values() if found else ():
        for value in _WORDS:
            line = " ".join(printable(_line(language, label, value, day)).split())
            if text.startswith(line):
                rows.append((label, value))
                text = text[len(line) :].lstrip()
                break
    return tuple(rows), text


def _subject(law: Law, transaction: Transaction) -> tuple[str | None, Register] | None:
    """The register of the record that a paper is about, and what the act calls it; None: it makes it."""
    act = act_of(transaction)
    procedure = law.procedures.get(act.procedure)
    if procedure is None or transaction.addressed_to is not None or transaction.procedure == REFUSE:
        return None
    for register in procedure.creates.values():
        return None, law.registers[register]
    return next(((name, law.registers[register]) for name, register in _own(procedure.changes, law)), None)


def _own(changes: Mapping[str, str], law: Law) -> Iterator[tuple[str, str]]:
    return ((name, register) for name, register in changes.items() if register in law.registers)


def _labels(register: Register, language: str) -> dict[str, str]:
    teller = Teller(language, {})
    return {name: teller.label(name, one.field) for name, one in register.subject.derived.items()}


def _line(language: str, label: str, value: bool | None, day: Sequence[int]) -> str:
    return f"{label}: {say(language, _WORDS[value], day=day_text(language, list(day)))}"
