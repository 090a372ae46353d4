"""Checking a paper, or evidence of a fork."""

from pathlib import Path
from typing import Any

from core.crypto.signing import verify
from core.folder import read_bounded
from core.ledger.charter import Charter, decode_charter
from desktop.knowledge import Knowledge, knowledge_of_charter, knowledge_of_office
from desktop.outcome import DONE, REFUSED
from desktop.unlocking import Access
from desktop.verification import verify_file
from desktop.verify_result import VerifyResult
from desktop.wording import say, sentence


def verify_command(file: Path, access: Access, charter_file: Path | None) -> dict[str, Any]:
    """Check a paper, a picture or evidence; a charter or this office's replica adds what it knows.

    A replica is opened only if a data folder or a passphrase file is named: anybody may verify without an office.
    """
    if access.data is None and access.passphrase_file is None:
        knowledge = knowledge_of_charter(_read_charter(charter_file)) if charter_file else Knowledge()
        return _told(verify_file(file, knowledge))
    opened = access.open()
    try:
        return _told(verify_file(file, knowledge_of_office(opened.office)))
    finally:
        opened.office.close()


def _read_charter(path: Path) -> Charter:
    return decode_charter(read_bounded(path), verify)


def _told(result: VerifyResult) -> dict[str, Any]:
    facts = {
        # Of a scan or a picture only the code is proved, not the paper around it: a script must not take it for valid.
        "valid": None if result.valid and result.kind == "picture" else result.valid,
        "step": result.step,
        "proved": result.proved,
        "shared": result.shared,
        "witnesses": list(result.witnesses),
        "checkpoint": result.checkpoint,
        "facts": [list(row) for row in result.facts],
        "network": result.network,
        "network_known": result.network_known,
        "act": result.act,
        "erased": [{"field": field, "order": seq, "office": office} for field, seq, office in result.erased],
        "as_printed": [{"words": one.words, "same": one.same} for one in result.as_printed],
    }
    lines = [f"  {label}: {text}" for label, text in result.facts]
    lines += [f"  {field}: {say('sealed.erased', seq=seq, office=office)}" for field, seq, office in result.erased]
    box = [say("verify.box-line", words=one.words, judgement=say(one.judgement)) for one in result.as_printed]
    lines += [f"  {line}" for line in box]
    found = sentence(result.code, result.detail)
    if result.box_differs:
        found = f"{found} {say('verify.box-differs')}"
    message = "\n".join([found, *lines])
    return {"message": message, "code": result.code, "exit": DONE if result.valid else REFUSED, **facts}
