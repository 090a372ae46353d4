"""An office's card, a network's charter, and entering a network."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core import voting
from core.clock import SystemClock
from core.crypto.keyfile import Cost, calibrate
from core.crypto.passphrase import passphrase_weakness
from core.crypto.signing import verify
from core.errors import MunimentError
from core.folder import NewOfficer, create_office, enter_network, read_bounded
from core.laws.law_check import check_law
from core.laws.law_reading import parse_law
from core.laws.problems import LawError
from core.ledger.charter import ROLES, decode_card, fault_tolerance, found
from core.store.files import write_durably
from desktop.commands.law_files import law_refused, read_homes, read_law
from desktop.library import library_laws
from desktop.unlocking import Access, read_passphrase
from desktop.wording import sentence
from sync.certificate import make_certificate


def create_office_command(access: Access, name: str, officers: Sequence[str], trial: bool = False) -> dict[str, Any]:
    """Each officer is `NAME:ROLE[,ROLE…]:PASSPHRASE-FILE`. `trial`: keys of the least cost that may be made."""
    people = [_parse_new_officer(text) for text in officers]
    passphrase = access.passphrase()
    for secret in (passphrase, *(officer.passphrase for officer in people)):
        weakness = passphrase_weakness(secret)
        if weakness is not None:
            raise MunimentError(weakness)
    folder = access.folder
    cost = Cost.floor() if trial else calibrate(time.perf_counter)
    create_office(folder, name, passphrase, people, make_certificate, cost)
    return {"message": sentence("office-created", {"path": str(folder.card)}), "card": str(folder.card)}


def _parse_new_officer(text: str) -> NewOfficer:
    name, _, rest = text.partition(":")
    roles, _, file = rest.partition(":")
    chosen = frozenset(roles.split(","))
    if not name or not file or not chosen <= ROLES:
        raise MunimentError("bad-officer", text=text)
    return NewOfficer(name, chosen, read_passphrase(Path(file)))


def found_network_command(
    name: str, cards: Sequence[Path], laws: Sequence[Path], homes: Sequence[str], out: Path
) -> dict[str, Any]:
    """Write the charter file from office cards; without named laws, those that come with the application.

    The network's own rules are always among them: without them nothing about the network could ever be changed.
    """
    kept = read_homes(homes)
    if out.exists():
        raise MunimentError("file-exists", path=str(out))
    chosen, shipped = [], library_laws()
    for path in laws:
        try:
            chosen.append(read_law(path, kept))
        except LawError as error:
            return law_refused(path, error)
    if all(law.name != voting.LAW for law in chosen):
        chosen += [parse_law(text) for name, text in shipped.items() if name == voting.LAW or not laws]
    together = {law.name: law for law in chosen}
    for path, law in zip(laws, chosen, strict=False):  # those that were named come first
        try:
            check_law(law, kept, beside=together).raise_any()
        except LawError as error:
            return law_refused(path, error)
    charter = found(
        name,
        SystemClock().now_ms(),
        [decode_card(read_bounded(path), verify) for path in cards],
        [law.canonical for law in chosen],
        kept,
    )
    write_durably(out, charter.encoded)
    facts = {"path": str(out), "network": charter.network.hex(), "offices": len(charter.cards)}
    code = "network-founded" if fault_tolerance(charter) else "network-founded-no-tolerance"
    return {"message": sentence(code, facts), "code": code, **facts, "tolerated": fault_tolerance(charter)}


def open_charter_command(access: Access, path: Path) -> dict[str, Any]:
    charter = enter_network(access.folder, read_bounded(path), access.passphrase())
    facts = {"name": charter.name, "network": charter.network.hex(), "offices": len(charter.cards)}
    return {"message": sentence("network-entered", facts), **facts}
