"""Setting an office up from a signed file, with nobody at its computer; the same call again goes on where it stopped.

Everything is read and checked before anything is written. What stands in the folder already must be what the file says.
With an invitation the first call is paired: the six digits stand in a line of their own, to be typed at the office that
invites. Calls after that fetch the register, once the network has admitted the office and it is being handed over.
"""

import sys
import time
from pathlib import Path
from typing import Any

from core.crypto.keyfile import Cost, calibrate
from core.crypto.passphrase import passphrase_weakness
from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import Folder, NewOfficer, create_office, enter_network, open_officer, read_bounded
from core.ledger.charter import MAX_CARD_BYTES, OfficeCard, decode_card, decode_charter
from core.newcomers import paired_file
from core.provisioning import MAX_BYTES, Provisioning, decode_provisioning, sign_provisioning
from core.store.files import write_durably
from desktop.commands.meeting import office_number
from desktop.commands.pairing import fetch_register, pair_with, read_invitation
from desktop.unlocking import Access, parse_signing_officer, read_passphrase
from desktop.wording import sentence
from sync.certificate import make_certificate
from sync.link import parse_address
from sync.meetings import DEFAULT_PORT

KEY_HEX_CHARS = 64
_NOT_HANDED_OVER_YET = frozenset({"port-refused", "peer-silent", "peer-unreachable", "invitation-over"})


def sign_provisioning_command(access: Access, source: Path, out: Path, by: str) -> dict[str, Any]:
    """Raises `file-exists`, `provisioning-field`, `no-officer-key`, `wrong-passphrase`."""
    if out.exists():
        raise MunimentError("file-exists", path=str(out))
    officer = parse_signing_officer(by)
    if officer.role != "administrator":
        raise MunimentError("bad-officer", text=officer.role)
    key = open_officer(access.folder, officer.number, read_passphrase(officer.passphrase_file))
    write_durably(out, sign_provisioning(read_bounded(source, MAX_BYTES), key.public, key.sign))
    facts = {"path": str(out), "signer": key.public.hex()}
    return {"message": sentence("provisioning-signed", facts), **facts}


def provision_command(access: Access, file: Path, signer: str, trial: bool = False) -> dict[str, Any]:
    """`done`: what this call has done; empty when everything stood already. `trial`: as in `create_office_command`.

    Raises the refusals of `decode_provisioning`, `provisioning-differs`, `not-a-hash`, and of what it does.
    """
    wanted = decode_provisioning(read_bounded(file, MAX_BYTES), _key(signer), verify)
    folder, done = access.folder, list[str]()
    secret, people = read_passphrase(Path(wanted.passphrase_file)), _people(wanted)
    for one in (secret, *(officer.passphrase for officer in people)):
        weakness = passphrase_weakness(one)
        if weakness is not None:
            raise MunimentError(weakness)
    for _, address in wanted.addresses:
        parse_address(address, DEFAULT_PORT)
    charter = read_bounded(Path(wanted.charter)) if wanted.charter is not None else None
    network = decode_charter(charter, verify).network if charter is not None else None
    if wanted.invitation is not None and folder.standing() != "member" and not paired_file(folder).exists():
        read_invitation(Path(wanted.invitation))
    if folder.standing() == "empty":
        cost = Cost.floor() if trial else calibrate(time.perf_counter)
        create_office(folder, wanted.office, secret, people, make_certificate, cost)
        done.append("office")
    else:
        _require_same(decode_card(read_bounded(folder.card, MAX_CARD_BYTES), verify), wanted)
    if wanted.invitation is not None and folder.standing() == "office":
        done += follow_invitation(folder, Path(wanted.invitation), secret)
    if charter is not None and folder.standing() == "office":
        enter_network(folder, charter, secret)
        done.append("network")
    if folder.standing() == "member":
        if network is not None and decode_charter(read_bounded(folder.charter), verify).network != network:
            raise MunimentError("provisioning-differs", field="charter")
        if wanted.addresses and _keep_addresses(access, secret, wanted):
            done.append("addresses")
    following = "nothing" if folder.standing() == "member" else "admission"
    facts = {"card": str(folder.card), "done": done, "standing": folder.standing(), "next": following}
    return {"message": sentence("provisioned" if following == "nothing" else "provisioned-card", facts), **facts}


def follow_invitation(folder: Folder, file: Path, secret: str) -> list[str]:
    """The next step, and its name: none while the register is not handed over.

    Raises as `read_invitation`, `pair_with` and `fetch_register`.
    """
    if not paired_file(folder).exists():
        pair_with(folder, read_invitation(file), secret, _show_code)
        return ["paired"]
    try:
        fetch_register(folder, secret)
    except MunimentError as error:
        if error.code not in _NOT_HANDED_OVER_YET:
            raise
        return []
    return ["network"]


def _show_code(digits: str) -> None:
    print(sentence("code-shown", {"digits": digits}), file=sys.stderr, flush=True)


def _keep_addresses(access: Access, secret: str, wanted: Provisioning) -> bool:
    """Whether any was new. Raises `unknown-office`."""
    office = access.open_with(secret).office
    try:
        before = office.encounters.addresses
        for name, address in wanted.addresses:
            number = office_number(office, name)
            if address not in before.get(number, []):
                office.encounters.keep_address(number, address)
        return office.encounters.addresses != before
    finally:
        office.close()


def _people(wanted: Provisioning) -> list[NewOfficer]:
    return [NewOfficer(one.name, one.roles, read_passphrase(Path(one.passphrase_file))) for one in wanted.officers]


def _require_same(card: OfficeCard, wanted: Provisioning) -> None:
    stated = [(one.name, one.roles) for one in wanted.officers]
    if card.name != wanted.office or [(one.name, one.roles) for one in card.officers] != stated:
        raise MunimentError("provisioning-differs", field="office")


def _key(signer: str) -> bytes:
    digits = "".join(signer.split()).lower()
    if len(digits) != KEY_HEX_CHARS or not set(digits) <= set("0123456789abcdef"):
        raise MunimentError("not-a-hash", what="signer")
    return bytes.fromhex(digits)
