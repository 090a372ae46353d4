"""Verifying: a paper, a picture of one, or evidence of a fork, by whoever holds the file.

The QR code counts, read from pixels; nothing else in the file is believed. What it proves ends at the network id: a
reader who knows the id (`Knowledge.network`) is told so, another must compare it. With a replica at hand the present
step and the offices that have countersigned are added. The file is never written to.
No sentences here: codes and facts; the words stand in desktop/wording and desktop/wording_paper.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pypdfium2

from core.crypto.hashing import tagged_hash
from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import read_bounded
from core.laws.law import Law
from core.laws.law_reading import law_from_canonical
from core.laws.law_source import MAX_LAW_BYTES
from core.laws.undecided import OPEN_STATES
from core.ledger.block import block_id, decode_header
from core.ledger.forks import check_evidence, decode_evidence_file
from core.ledger.receipt import ReceiptFacts, check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.request import act_of
from desktop.knowledge import Knowledge, Present, office_name
from desktop.printing.code import unpack
from desktop.printing.comparing import find_difference, read_printed_step
from desktop.printing.extract import PrintedStep
from desktop.printing.facts import make_content
from desktop.printing.following import following_lines
from desktop.printing.paper import BRACKETED, FOLLOWING, NUMBERED, TEMPLATES, make_pdf
from desktop.printing.reading import (
    MAX_FILE_BYTES,
    attachments,
    has_foreign_parts,
    is_pdf,
    is_scan,
    open_pdf,
    open_picture,
    pdf_codes,
    picture_codes,
)
from desktop.printing.values import Teller, grouped
from desktop.verify_result import AsPrinted, VerifyResult
from desktop.verifying_record import STARTS as RECORD_STARTS
from desktop.verifying_record import verify_record
from desktop.wording_paper import WAITING, ladder_text, say

PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff")


def verify_file(path: Path, knowledge: Knowledge | None = None) -> VerifyResult:
    """Verify an extract (PDF), a picture of one (PNG, JPEG), the receipt of a record, or a file of fork evidence.

    Raises `not-an-extract`, `too-large`, `file-not-found`, `file-not-read`: then nothing was judged.
    """
    data, known = read_bounded(path, MAX_FILE_BYTES), knowledge or Knowledge()
    if is_pdf(data):
        return verify_pdf(data, known)
    if data.startswith(PICTURE_STARTS):
        return verify_picture(data, known)
    if data.startswith(RECORD_STARTS):
        return verify_record(data, known)
    return verify_evidence(data, known)


def verify_picture(data: bytes, knowledge: Knowledge) -> VerifyResult:
    """A photograph or scan: the signed facts, for the reader to compare."""
    return _judge("picture", picture_codes(open_picture(data)), knowledge, None)


def verify_pdf(data: bytes, knowledge: Knowledge) -> VerifyResult:
    with open_pdf(data) as document:
        codes = pdf_codes(document)
        if is_scan(document):
            return _judge("picture", codes, knowledge, None)
        return _judge("extract", codes, knowledge, document)


def verify_evidence(data: bytes, knowledge: Knowledge) -> VerifyResult:
    """Two signed headers of one place, checked with the key that a charter or replica knows."""
    try:
        network, evidence = decode_evidence_file(data)
    except MunimentError:
        raise MunimentError("not-an-extract", why="unknown-kind") from None
    refused = VerifyResult(False, "evidence-needs-charter", "evidence", network=network)
    if knowledge.network is None:
        return refused
    if knowledge.network != network:
        return replace(refused, code="evidence-of-another-network")
    try:
        stated = decode_header(evidence.first)
        node = knowledge.node(stated.author, stated.incarnation)
        if node is None:
            return replace(refused, code="signer-not-in-charter", detail={"office": stated.author})
        office, key = node
        header = check_evidence(evidence, network, key, verify)
    except MunimentError as error:
        return replace(refused, code=error.code, detail=error.facts)
    blocks = [grouped(block_id(network, one).hex()) for one in (evidence.first, evidence.second)]
    keys = ("evidence-office", "evidence-place", "evidence-first", "evidence-second", "evidence-network")
    texts = (office, str(header.seq), *blocks, grouped(network.hex()))
    facts = tuple((say("en", key), text) for key, text in zip(keys, texts, strict=True))
    detail = {"office": office, "author": header.author, "seq": header.seq}
    return VerifyResult(True, "fork-proven", "evidence", facts, network, True, detail=detail)


def _judge(kind: str, codes: set[bytes], knowledge: Knowledge, document: pypdfium2.PdfDocument | None) -> VerifyResult:
    refused = VerifyResult(False, "", kind)
    try:
        encoded, symbols = unpack(codes)
        facts = check_receipt(decode_receipt(encoded), verify, knowledge.network)
    except MunimentError as error:
        if error.code == "not-an-extract":
            raise
        return replace(refused, code=error.code, detail=error.facts)
    try:
        law = find_law(facts, document, knowledge)
    except MunimentError as error:
        return replace(_told(refused, facts, None, knowledge), code=error.code)
    result = _told(refused, facts, law, knowledge)
    if document is None:
        return replace(result, valid=True, code="facts-to-compare")
    if facts.template not in TEMPLATES:
        return replace(result, code="template-unknown", detail={"template": facts.template})
    if law is None:
        return replace(result, code="rules-missing", detail={"law": facts.transaction.law})
    return _compare(result, document, facts, law, symbols, knowledge)


def _compare(
    result: VerifyResult,
    document: pypdfium2.PdfDocument,
    facts: ReceiptFacts,
    law: Law,
    symbols: Sequence[bytes],
    knowledge: Knowledge,
) -> VerifyResult:
    if has_foreign_parts(document):
        return replace(result, code="text-differs", detail={"what": "foreign-parts"})
    printed = read_printed_step(document, facts, law)
    newer = printed is not None and (
        (printed.bracket is not None and facts.template < BRACKETED)
        or (printed.number and facts.template < NUMBERED)
        or (printed.follows and facts.template < FOLLOWING)
    )
    if printed is None or newer:
        return replace(result, code="text-differs", detail={"what": "printed-step"})
    with open_pdf(make_pdf(facts, law, symbols, printed)) as again:
        what = find_difference(document, again)
    if what is not None:
        return replace(result, code="text-differs", detail={"what": what})
    as_printed = tuple(_as_printed(result, facts, printed, knowledge))
    return replace(result, valid=True, code="valid", as_printed=as_printed)


def _as_printed(
    result: VerifyResult, facts: ReceiptFacts, printed: PrintedStep, knowledge: Knowledge
) -> Iterator[AsPrinted]:
    """The words of the box, each with what the code or the replica at hand says of it."""
    language, act = facts.language, facts.transaction_id
    step = ladder_text(language, printed.step, printed.outcome, printed.seen, facts.quorum, facts.offices)
    yield AsPrinted(step, _is_so(result, printed))
    if printed.number:
        known = knowledge.number(act) if result.network_known else None
        words = say(language, "printed-number", number=printed.number)
        yield AsPrinted(words, None if known is None else known == printed.number)
    found = dict(knowledge.follows(act, printed.day, language)) if result.network_known else {}
    lines = following_lines(language, printed.follows, printed.day)
    for line, (label, value) in zip(lines, printed.follows, strict=True):
        yield AsPrinted(line, found[label] == value if label in found else None, of_day=True)
    for line in printed.bracket.lines(language) if printed.bracket else ():
        yield AsPrinted(line)


def _is_so(result: VerifyResult, printed: PrintedStep) -> bool | None:
    """Whether the act has come as far as printed, and so; None where a lower step may have been true that day."""
    if (printed.step, printed.outcome) == (result.step, result.outcome):
        return True
    # What a certified state says of an act is never said otherwise; but what became afterwards of a request, or of an
    # act that was suspended or held, may be.
    settled = result.checkpoint is not None and result.outcome not in (*WAITING, *OPEN_STATES)
    return False if settled and (result.proved or printed.step == "final") else None


def _told(result: VerifyResult, facts: ReceiptFacts, law: Law | None, knowledge: Knowledge) -> VerifyResult:
    """The result with what the receipt proves and what a replica knows of it."""
    content = make_content(facts, law)
    told = [(row.label, "\n".join((*row.lines, row.note) if row.note else row.lines)) for row in content.rows]
    if facts.epoch:
        told += [(say(facts.language, "adopted"), say(facts.language, "adopted-note", number=facts.epoch))]
    told += [(say(facts.language, "network-heading"), content.network)]
    present = knowledge.present(facts.transaction_id) if knowledge.network == facts.network else None
    result = replace(
        result,
        facts=tuple(told),
        network=facts.network,
        network_known=knowledge.network == facts.network,
        act=facts.transaction_id,
        erased=_erased(facts, law, present) if present else (),
    )
    final = facts.final
    if final is not None and (present is None or final.entry.outcome not in WAITING):
        # Whatever the replica has not heard yet; but what became of a request after it was entered, it may know.
        names = tuple(_office_name(knowledge, facts, number) for number in final.witnesses)
        state = say(facts.language, "register-state", number=final.checkpoint.anchor)
        proved = replace(result, step="final", proved=True, outcome=final.entry.outcome)
        return replace(proved, witnesses=names, checkpoint=state)
    if present is None:
        return result
    number = present.register_state
    return replace(
        result,
        step=present.step,
        outcome=present.outcome,
        shared=present.shared,
        witnesses=present.seen_by,
        why=present.code,
        waits_for=present.office,
        checkpoint=None if number is None else say(facts.language, "register-state", number=number),
    )


def _erased(facts: ReceiptFacts, law: Law | None, present: Present) -> tuple[tuple[str, int, str], ...]:
    """What a replica knows to be destroyed of this act, by the labels of the paper."""
    procedure = law.procedures.get(act_of(facts.transaction).procedure) if law else None
    teller, fields = Teller(facts.language, facts.members), procedure.fields if procedure else {}
    return tuple((teller.label(name, fields.get(name)), seq, office) for name, seq, office in present.erased)


def _office_name(knowledge: Knowledge, facts: ReceiptFacts, number: int) -> str:
    """An office by its name, where the receipt or the reader knows it."""
    if number in facts.members:
        return facts.members[number].office
    return office_name(knowledge, facts.network, number, facts.language)


def find_law(facts: ReceiptFacts, document: pypdfium2.PdfDocument | None, knowledge: Knowledge) -> Law | None:
    """The act's rules: those in the file, those known, those that come with the application; by a digest.

    The receipt proves it, or the reader knows of the network itself that these rules are or were in force. Raises
    `embedded-data-differs` when the file carries anything else.
    """
    digests = knowledge.rules_of(facts.network, facts.law_digests)
    embedded = []
    for content in attachments(document, MAX_LAW_BYTES) if document else []:
        if tagged_hash("law", content) not in digests:
            raise MunimentError("embedded-data-differs")
        embedded.append(law_from_canonical(content))
    wanted = (facts.transaction.law, facts.transaction.law_version)
    return next((law for law in chain(embedded, knowledge.read(digests)) if (law.name, law.version) == wanted), None)
