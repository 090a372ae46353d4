"""What an extract says: rows of label and text, made from a checked receipt and the rules of its register.

Only signed facts stand here. Labels and titles come from the law whose digest the receipt proves, so they are proved
as well; where that law is not at hand the law's own names stand in their place. A record is named by its key as the
act that created it stated it (the receipt's origin).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.laws.alike import DECIDING_ALIKE
from core.laws.law import Law, Procedure, Register
from core.laws.requests import REFUSE
from core.laws.signing import NODE_NUMBER
from core.ledger.receipt import ReceiptFacts, SignedBy
from core.ledger.request import act_of
from core.ledger.transaction import Transaction
from desktop.printing.values import Teller, grouped, is_document
from desktop.wording_paper import day_text, knows, ladder_text, say

SHOWN = 5  # the template since which a paper says that its rules must be shown at an office
DEPUTIES = 6  # … and says for whom a deputy signed
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_SHOWN = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    lines: tuple[str, ...]
    note: str = ""  # set smaller


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one extract, without their places."""

    language: str
    network_name: str
    title: str
    subtitle: str
    act: tuple[Row, ...]
    signers: tuple[Row, ...]
    kept: tuple[Row, ...]
    technical: tuple[Row, ...]
    network: str  # hexadecimal, in groups
    act_short: str
    proves: str  # in sentences
    leaves_open: str
    check: str

    @property
    def rows(self) -> tuple[Row, ...]:
        """All facts in the order of the paper."""
        return (*self.act, *self.signers, *self.kept, *self.technical)


def make_content(facts: ReceiptFacts, law: Law | None) -> Content:
    """The content of an extract in the receipt's language."""
    language, transaction = facts.language, act_of(facts.transaction)
    teller = Teller(language, facts.members)
    procedure = law.procedures.get(transaction.procedure) if law else None
    title, subtitle = _titles(law, procedure, transaction, language)
    if facts.transaction.addressed_to is not None or facts.transaction.procedure == REFUSE:
        # Neither is an extract of the register: nothing has been entered by it.
        title, subtitle = _request_titles(facts, law, procedure)
    return Content(
        language,
        facts.network_name,
        title,
        subtitle,
        (
            *_request_rows(facts, procedure),
            *_record_rows(teller, facts, law, procedure),
            *_act_rows(teller, transaction, procedure),
        ),
        (*_signer_rows(facts, facts.signed_by), *_asking_rows(facts)),
        tuple(_kept_rows(facts)),
        tuple(_technical_rows(teller, facts, law, procedure)),
        grouped(facts.network.hex()),
        grouped(facts.transaction_id.hex()[:16]),
        *_proved(facts),
        _check(facts, law),
    )


def _check(facts: ReceiptFacts, law: Law | None) -> str:
    """How a reader checks the paper: without an office, unless its rules were adopted so lately that it proves none."""
    proven = law is None or law.digest in facts.law_digests
    return say(facts.language, "check" if proven or facts.template < SHOWN else "check-rules")


def _proved(facts: ReceiptFacts) -> tuple[str, str]:
    """What the code proves, and what it leaves open."""
    if facts.final is None:
        return say(facts.language, "proves"), say(facts.language, "open")
    counts = {"witnesses": len(facts.final.witnesses), "offices": facts.offices}
    return say(facts.language, "proves-final", **counts), say(facts.language, "open-final")


def _titles(law: Law | None, procedure: Procedure | None, transaction: Transaction, language: str) -> tuple[str, str]:
    if transaction.procedure in DECIDING_ALIKE:
        title = say(language, f"{transaction.procedure.removeprefix('#')}-title")
        return title, in_language(law.title, language) if law else transaction.law
    if law is None or procedure is None:
        return f"{transaction.law}.{transaction.procedure}", transaction.law
    extract = law.extracts.get(procedure.extract)
    act, register = in_language(procedure.title, language), in_language(law.title, language)
    if extract is None:
        return act or transaction.procedure, register
    return in_language(extract.title, language) or act, f"{register} · {act}"


def _record_rows(teller: Teller, facts: ReceiptFacts, law: Law | None, procedure: Procedure | None) -> list[Row]:
    """The records that the act refers to, each by its first key where its creating act rides along."""
    rows, language = [], teller.language
    for name, reference in act_of(facts.transaction).changes.items():
        named = procedure.referenced.get(name, "") if procedure else ""
        register = (law.registers.get(named) or law.others.get(named)) if law else None
        label = in_language(register.title, language) if register else ""
        origin = facts.origins.get(name)
        keys = _first_keys(teller, origin[0], law, register) if origin else []
        if keys:
            note = say(language, "origin", version=reference.version)
            rows.append(Row(label or name, tuple(keys), note))
        else:
            known = {"record": grouped(reference.record.hex()), "version": reference.version}
            rows.append(Row(label or name, (say(language, "no-origin", **known),)))
    return rows


def _first_keys(teller: Teller, created_by: Transaction, law: Law | None, register: Register | None) -> list[str]:
    """Keys of a record as its creating act states them under the same names; without a law all its plain texts."""
    if law is None or register is None:
        return [f"{name} {value}" for name, value in created_by.act.items() if isinstance(value, str)]
    created_by = act_of(created_by)
    procedure = law.procedures.get(created_by.procedure)
    shown = []
    for name, field in register.key.items():
        stated = procedure.fields.get(name) if procedure and created_by.law == law.name else None
        if stated is not None and name in created_by.act:
            text = teller.text(created_by.act[name], stated.type)
            shown.append(f"{teller.label(name, field)} {text}")
    return shown


def _act_rows(teller: Teller, transaction: Transaction, procedure: Procedure | None) -> list[Row]:
    fields = procedure.fields if procedure else {}
    names = [name for name in fields if name in transaction.act]
    names += [name for name in transaction.act if name not in fields]
    rows = []
    for name in names:
        field = fields.get(name)
        lines = teller.lines(transaction.act[name], field.type if field else None)
        rows.append(Row(teller.label(name, field), tuple(lines)))
    return rows


def _request_titles(facts: ReceiptFacts, law: Law | None, procedure: Procedure | None) -> tuple[str, str]:
    language, transaction = facts.language, act_of(facts.transaction)
    key = "request-title" if facts.transaction.addressed_to is not None else "refusal-title"
    act = in_language(procedure.title, language) if procedure else transaction.procedure
    return say(language, key), f"{in_language(law.title, language) if law else transaction.law} · {act}"


def _request_rows(facts: ReceiptFacts, procedure: Procedure | None) -> list[Row]:
    """Of a request, who is asked and what it is worth; of a refusal, its reason."""
    language, transaction = facts.language, facts.transaction
    if transaction.addressed_to is not None:
        keeper = facts.members.get(transaction.addressed_to)
        name = keeper.office if keeper else str(transaction.addressed_to)
        note = "request-lodging" if procedure and procedure.lodges else "request-note"
        return [Row(say(language, "request-to"), (name,), say(language, note))]
    if transaction.procedure == REFUSE:
        return [Row(say(language, "refusal-reason"), (str(transaction.act.get("reason", "")),))]
    return []


def _signer_rows(facts: ReceiptFacts, people: Sequence[SignedBy]) -> list[Row]:
    rows, language = [], facts.language
    for signed in people:
        key = f"role-{signed.signer.role}"
        role, person = say(language, key) if knows(key) else signed.signer.role, _person(language, signed)
        if signed.deputy_for is not None and facts.template >= DEPUTIES:
            absent = signed.deputised or say(language, "deputy-number", officer=signed.deputy_for)
            person = say(language, "deputy", person=person, absent=absent)
        rows.append(Row(role, (person,)))
    return rows


def _person(language: str, signed: SignedBy) -> str:
    office = signed.office or str(signed.signer.office)
    if signed.signer.officer == NODE_NUMBER:
        return say(language, "office", office=office)
    if signed.officer is None:
        return say(language, "officer", officer=signed.signer.officer, office=office)
    return f"{signed.officer}, {say(language, 'office', office=office)}"


def _asking_rows(facts: ReceiptFacts) -> list[Row]:
    """Who asked for the act that was decided, and when by their clock."""
    language = facts.language
    if not facts.requested_by:
        return []
    asked = act_of(facts.transaction)
    rows = _signer_rows(facts, facts.requested_by)
    people = tuple(f"{line} ({row.label})" for row in rows for line in row.lines)
    return [Row(say(language, "requested-by"), (*people, claimed_text(language, asked.claimed_ms)))]


def _kept_rows(facts: ReceiptFacts) -> list[Row]:
    language = facts.language
    kept = []
    if facts.author is not None and facts.header is not None:
        text = say(language, "kept-office", office=facts.author.office, number=facts.header.seq)
        kept.append(Row(say(language, "kept"), (text,)))
    return [
        *kept,
        Row(say(language, "time"), (claimed_text(language, facts.transaction.claimed_ms),)),
        *_register_rows(facts),
    ]


def _register_rows(facts: ReceiptFacts) -> list[Row]:
    """What became of the act, where the receipt proves it."""
    final, language = facts.final, facts.language
    if final is None:
        return []
    checkpoint = final.checkpoint
    step = ladder_text(language, "final", final.entry.outcome, 1, facts.quorum, facts.offices)
    state = say(language, "register-state", number=checkpoint.anchor)
    day, time = moment_text(language, checkpoint.consensus_ms)
    counts = {"witnesses": len(final.witnesses), "offices": facts.offices}
    note = say(language, "register-note", day=day, time=time, **counts)
    return [
        Row(
            say(language, "register"),
            (say(language, "register-entry", state=state, entry=final.number, step=step),),
            note,
        )
    ]


def _technical_rows(teller: Teller, facts: ReceiptFacts, law: Law | None, procedure: Procedure | None) -> list[Row]:
    language, fields = teller.language, procedure.fields if procedure else {}
    rows = [
        Row(say(language, "act-id"), (grouped(facts.transaction_id.hex()),)),
    ]
    if facts.block is not None:
        rows.append(Row(say(language, "block-id"), (grouped(facts.block.hex()),)))
    if law is not None:
        rules = say(language, "rules", title=in_language(law.title, language) or law.name, version=law.version)
        rows.append(Row(say(language, "rules-id"), (rules,), grouped(law.digest.hex())))
    for name, value in act_of(facts.transaction).act.items():
        if is_document(value):
            label = say(language, "scan-id", name=teller.label(name, fields.get(name)))
            rows.append(Row(label, (grouped(value["digest"].hex()),)))
    return rows


def in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")


def claimed_text(language: str, claimed_ms: int) -> str:
    """A computer's claim of day and time."""
    day, time = moment_text(language, claimed_ms)
    return say(language, "time-claimed", day=day, time=time) if time else day


def moment_text(language: str, milliseconds: int) -> tuple[str, str]:
    """(day, time of day) in UTC; beyond every calendar the number and nothing."""
    if milliseconds >= (LAST_SHOWN - EPOCH) / timedelta(milliseconds=1):
        return str(milliseconds), ""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return day_text(language, [moment.year, moment.month, moment.day]), f"{moment:%H:%M}"
