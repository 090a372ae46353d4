"""Changes of the network from the command line: proposals, votes, officers, and a new key for this office."""

import time
from pathlib import Path
from typing import Any

from core.changing import (
    CHOICES,
    NEEDS_MEMBER,
    RETURN,
    ChangeView,
    as_voted,
    check_change,
    draw_up_appointment,
    draw_up_change,
    draw_up_roles,
    draw_up_vote,
    find_change,
    list_changes,
)
from core.crypto.keyfile import calibrate
from core.crypto.passphrase import passphrase_weakness
from core.errors import MunimentError
from core.folder import Folder, make_officer_key, read_bounded
from core.laws.powers import NO_LIMITS, Limits
from core.laws.problems import LawError
from core.laws.verdict import Rejected
from core.ledger.charter import ROLES
from core.ledger.constitution import POLICIES
from core.ledger.payload import Group
from core.office import Office, Proposal
from core.officers import next_number
from core.renewing import make_new_key, note_new_key
from core.store.files import write_durably
from core.store.working import WorkingState
from core.views import ActView
from desktop.commands.law_files import law_refused, read_law
from desktop.commands.law_stories import play_before_proposing
from desktop.commands.meeting import office_number
from desktop.unlocking import Access, SigningOfficer, parse_signing_officer, read_passphrase
from desktop.wording import sentence
from desktop.wording.changes import change_title, heard_words, replaced_words, standing_words
from desktop.wording.refusal import refusal
from sync.certificate import make_certificate


def propose_command(
    access: Access, kind: str, office_text: str | None, content: Path | None, policy: str | None, reason: str, by: str
) -> dict[str, Any]:
    """`content`: a card or a file of rules. Raises `bad-change`, and what the change would be refused for."""
    takes_file = kind in ("admit", "incarnation", "law", RETURN)
    shape = (office_text is not None, content is not None, policy is not None)
    if kind not in CHOICES or shape != (kind in NEEDS_MEMBER, takes_file, kind == "quorum"):
        raise MunimentError("bad-change", kind=kind, of=list(CHOICES))
    if policy is not None and policy not in POLICIES:
        raise MunimentError("bad-change", kind=policy, of=list(POLICIES))
    administrator = parse_signing_officer(by)
    opened = access.open()
    office = opened.office
    try:
        body = policy.encode() if policy is not None else b""
        if content is not None and kind == "law":
            proposed = read_law(content, office.epochs.present.homes)
            body = proposed.canonical
            check_change(office, kind, None, body)  # first: the stories take a while
            play_before_proposing(proposed, content)
        elif content is not None:
            body = read_bounded(content)
        member = office_number(office, office_text) if office_text is not None else None
        voted, body = as_voted(kind, body)
        proposal = draw_up_change(office, voted, member, body, reason, administrator.number)
        act = _record(access.folder, office, proposal, administrator)
        change = find_change(office, act.records[0].hex())
        return {**_change_facts(office, change), "message": sentence("change-proposed", _words(office, change))}
    except LawError as error:
        assert content is not None
        return law_refused(content, error)
    finally:
        office.close()


def lost_command(access: Access, office_text: str, reason: str, by: str) -> dict[str, Any]:
    """Propose to take a lost or stolen computer out of the network, from any office; tells since when it is silent.

    Raises `unknown-office`, `own-computer-lost`, and what the change would be refused for.
    """
    administrator = parse_signing_officer(by)
    opened = access.open()
    office = opened.office
    try:
        member = office_number(office, office_text)
        if member == office.number:
            raise MunimentError("own-computer-lost")
        proposal = draw_up_change(office, "remove", member, b"", reason, administrator.number)
        act = _record(access.folder, office, proposal, administrator)
        change = find_change(office, act.records[0].hex())
        heard_ms = office.standing.offices()[member].last_claimed_ms
        words = {**_words(office, change), "heard": heard_words(heard_ms)}
        facts = {**_change_facts(office, change), "last_claimed_ms": heard_ms}
        return {**facts, "message": sentence("lost-reported", words)}
    finally:
        office.close()


def vote_command(access: Access, reference: str, answer: str, by: str) -> dict[str, Any]:
    """Raises `unknown-proposal`, `several-proposals`, `bad-answer`."""
    if answer not in ("yes", "no", "withdrawn"):
        raise MunimentError("bad-answer", answer=answer)
    administrator = parse_signing_officer(by)
    opened = access.open()
    office = opened.office
    try:
        change = find_change(office, reference)
        for _ in range(2):  # another answer that stands is withdrawn first
            proposal = draw_up_vote(office, change, answer, administrator.number)
            if proposal is None:
                break
            _record(access.folder, office, proposal, administrator)
            change = find_change(office, change.id.hex())
        return {**_change_facts(office, change), "message": sentence("vote-recorded", _words(office, change))}
    finally:
        office.close()


def list_command(access: Access) -> dict[str, Any]:
    opened = access.open()
    office = opened.office
    try:
        changes = list_changes(office)
        lines = [sentence("change-line", _words(office, change)) for change in changes]
        message = "\n".join(lines) if lines else sentence("no-changes", {})
        facts = {"epoch": office.roll.epoch, "quorum": office.roll.quorum, "offices": office.roll.witness_count}
        return {"message": message, **facts, "changes": [_change_facts(office, change) for change in changes]}
    finally:
        office.close()


def appoint_command(
    access: Access,
    name: str,
    roles: str,
    key: str | None,
    new_passphrase_file: Path | None,
    by: str,
    limits: Limits,
) -> dict[str, Any]:
    """With a passphrase file the officer's key is made on this computer. Raises `bad-officer`."""
    chosen = _roles(roles)
    administrator = parse_signing_officer(by)
    if (key is None) == (new_passphrase_file is None):
        raise MunimentError("bad-officer", text=name)
    opened = access.open()
    office = opened.office
    try:
        number = next_number(WorkingState(office.store.state, office.number), office.number)
        if new_passphrase_file is not None:
            secret = read_passphrase(new_passphrase_file)
            weakness = passphrase_weakness(secret)
            if weakness is not None:
                raise MunimentError(weakness)
            made = make_officer_key(access.folder, number, secret, calibrate(time.perf_counter))
            key = made.public.hex()
        proposal = draw_up_appointment(office, name, key or "", chosen, administrator.number, limits)
        _record(access.folder, office, proposal, administrator)
        facts = {"number": number, "name": name, "roles": chosen, "key": key}
        return {"message": sentence("officer-appointed", facts), **facts}
    finally:
        office.close()


def roles_command(
    access: Access, number: int, roles: str, reason: str, by: str, limits: Limits = NO_LIMITS
) -> dict[str, Any]:
    """Other roles for an officer; none at all ends the officer's powers."""
    chosen = _roles(roles) if roles else []
    administrator = parse_signing_officer(by)
    opened = access.open()
    office = opened.office
    try:
        proposal = draw_up_roles(office, number, chosen, reason, administrator.number, limits)
        _record(access.folder, office, proposal, administrator)
        facts = {"number": number, "roles": chosen}
        return {"message": sentence("officer-changed" if chosen else "officer-ended", facts), **facts}
    finally:
        office.close()


def renew_command(access: Access, card: Path, by: str) -> dict[str, Any]:
    """Make this office's next key and write its card, for another office to propose. Raises `file-exists`."""
    if card.exists():
        raise MunimentError("file-exists", path=str(card))
    officer = parse_signing_officer(by)
    passphrase = access.passphrase()
    opened = access.open_with(passphrase)
    office = opened.office
    try:
        member = office.roll.members[office.number]
        secret = read_passphrase(officer.passphrase_file)
        made = make_new_key(access.folder, member, passphrase, officer.number, secret, make_certificate)
        note_new_key(office, made.node_key)
        write_durably(card, made.encoded)
    finally:
        office.close()
    facts = {"path": str(card), "office": member.office}
    return {"message": sentence("renewal-made", facts), **facts}


def _roles(text: str) -> list[str]:
    chosen = sorted(set(text.split(",")))
    if not set(chosen) <= ROLES:
        raise MunimentError("bad-officer", text=text)
    return chosen


def _record(folder: Folder, office: Office, proposal: Proposal, administrator: SigningOfficer) -> ActView:
    """Sign and record; refused before the passphrase is asked where the rules refuse it."""
    if isinstance(proposal.verdict, Rejected):
        law = office.laws[proposal.transaction.law]
        raise MunimentError("change-refused", why=refusal(law, proposal.verdict), reason=proposal.verdict.code)
    signature = administrator.key(folder).sign(office.signing_message([proposal.encoded]))
    return office.record(Group((proposal.encoded,), (signature,)))[0]


def _words(office: Office, change: ChangeView) -> dict[str, Any]:
    names = [member.office for member in office.roll.members]
    return {
        "reference": change.reference,
        "change": change_title(change, names),
        "standing": " ".join((*replaced_words(change, names), standing_words(change))),
    }


def _change_facts(office: Office, change: ChangeView) -> dict[str, Any]:
    names = [member.office for member in office.roll.members]
    return {
        "proposal": change.id.hex(),
        "reference": change.reference,
        "kind": change.kind,
        "office": None if change.member is None else change.member + 1,
        "subject": change.subject,
        "digest": change.digest,
        "reason": change.reason,
        "yes": [names[number] for number in change.yes],
        "no": [names[number] for number in change.no],
        "agree": change.agree,
        "needed": change.needed,
        "counting": change.counting,
        "own": change.mine,
        "standing": change.standing,
        "obstacle": change.obstacle.code if change.obstacle else None,
        "officers_leaving": list(change.leaving),
        "officers_coming": [
            {"name": one.name, "roles": sorted(one.roles), "key": one.key.hex()} for one in change.coming
        ],
    }
