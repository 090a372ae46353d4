"""Verifying the receipt of a record: a file that proves what the common register said of it, to whoever holds it.

What it proves ends at the network id, as with a paper. Rules that the file proves to have been in force give the
words; where they are not at hand the law's own names stand in their place.
"""

from collections.abc import Iterator, Sequence

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.derived import derived_at
from core.laws.law import Register
from core.laws.placing import day_of
from core.ledger.record_receipt import KIND, RecordFacts, check_record_receipt
from desktop.knowledge import Knowledge, office_name
from desktop.printing.facts import in_language, moment_text
from desktop.printing.values import Teller, grouped
from desktop.verify_result import VerifyResult
from desktop.wording_paper import say

STARTS = b"\x88\x6f" + KIND.encode("ascii")  # a list of eight that begins with that text
LANGUAGE = "en"


def verify_record(data: bytes, knowledge: Knowledge) -> VerifyResult:
    """Codes as those of `check_record_receipt`, or `record-proven`."""
    try:
        facts = check_record_receipt(data, verify, knowledge.network)
    except MunimentError as error:
        return VerifyResult(False, error.code, "record", detail=error.facts)
    known = knowledge.network == facts.network
    names = tuple(office_name(knowledge, facts.network, number, LANGUAGE) for number in facts.witnesses)
    number = facts.checkpoint.anchor
    return VerifyResult(
        True,
        "record-proven",
        "record",
        tuple(_rows(facts, knowledge, names)),
        facts.network,
        known,
        step="final",
        proved=True,
        witnesses=names,
        checkpoint=say(LANGUAGE, "register-state", number=number),
        detail={"number": number},
    )


def _rows(facts: RecordFacts, knowledge: Knowledge, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Label and text, all of it proved."""
    record, teller = facts.record, Teller(LANGUAGE, {})
    register = _register(facts, knowledge)
    yield say(LANGUAGE, "record-register"), in_language(register.title, LANGUAGE) if register else record.register
    fields = {**register.key, **register.fields} if register else {}
    for name, value in (*record.key.items(), *record.fields.items()):
        field = fields.get(name)
        yield teller.label(name, field), "\n".join(teller.lines(value, field.type if field else None))
    labels = register.state_labels.get(record.state, {}) if register else {}
    yield say(LANGUAGE, "record-state"), in_language(labels, LANGUAGE) or record.state.replace("_", " ")
    yield say(LANGUAGE, "record-version"), str(record.version)
    day, time = moment_text(LANGUAGE, facts.checkpoint.consensus_ms)
    state = say(LANGUAGE, "register-state", number=facts.checkpoint.anchor)
    yield from _derived(facts, register, teller, day)
    counts = {"witnesses": len(names), "offices": facts.offices}
    yield say(LANGUAGE, "register"), f"{state}\n{say(LANGUAGE, 'register-note', day=day, time=time, **counts)}"
    if facts.epoch:
        yield say(LANGUAGE, "adopted"), say(LANGUAGE, "adopted-note", number=facts.epoch)
    yield say(LANGUAGE, "evidence-network"), grouped(facts.network.hex())


def _derived(facts: RecordFacts, register: Register | None, teller: Teller, day: str) -> Iterator[tuple[str, str]]:
    """What follows from the record by its rules on the day of the register state, which is proved as well."""
    at = day_of(facts.checkpoint.consensus_ms)
    told = derived_at(register, facts.record, (at.year, at.month, at.day)) if register else {}
    for name, value in told.items():
        words = {True: "derived-yes", False: "derived-no", None: "derived-open"}[value]
        yield (
            teller.label(name, register.subject.derived[name].field if register else None),
            say(LANGUAGE, words, day=day),
        )


def _register(facts: RecordFacts, knowledge: Knowledge) -> Register | None:
    """As the rules say that were in force: those known, or those that come with the application."""
    for law in knowledge.read(knowledge.rules_of(facts.network, facts.law_digests)):
        if facts.record.register in law.by_full_name:
            return law.by_full_name[facts.record.register]
    return None
