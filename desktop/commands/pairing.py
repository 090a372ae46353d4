"""Inviting an office, being invited, and handing the register over after the vote.

The six digits are on the newcomer's screen and are typed here: they go from a person to a person, by telephone or
across the room, and never through a file.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from os import urandom
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from core.crypto.keyfile import open_keys
from core.crypto.signing import SigningKey
from core.custody.keys import DATABASE_KEY, SEED
from core.errors import MunimentError
from core.folder import Folder, read_bounded
from core.joining_folder import Joined, join_network
from core.ledger.charter import OfficeCard
from core.newcomers import (
    MAX_PAIRED_BYTES,
    Awaited,
    arriving_file,
    copy_file,
    find_newcomer,
    forget_newcomer,
    keep_newcomer,
    list_newcomers,
    paired_file,
)
from core.office import Office
from core.snapshot_file import Given
from core.store.arriving import ArrivingCopy
from core.store.files import write_durably
from desktop.commands.meeting import QUIET
from desktop.unlocking import Access
from desktop.wording import sentence
from sync.interfaces import LOOPBACK, interface_addresses
from sync.invitation import Invitation, decode_invitation
from sync.invited import pair, take_copy
from sync.inviting import HandingOver, Inviting
from sync.pairing import TOKEN_BYTES
from sync.service import Service

EVERYWHERE = "0.0.0.0"  # noqa: S104 all interfaces are meant
MAX_LINE_BYTES = 100


def invite_command(
    access: Access, file: Path, addresses: Sequence[str], minutes: int, port: int, loopback: bool
) -> dict[str, Any]:
    """Write the invitation, wait for the newcomer's call, and ask for its code.

    Raises `file-exists`, `port-taken`, and what `Inviting` raises.
    """
    if file.exists():
        raise MunimentError("file-exists", path=str(file))
    service = _quiet_service(access)
    try:
        token, hosts = urandom(TOKEN_BYTES), tuple(addresses) or interface_addresses(loopback)
        inviting, invitation = open_invitation(service, token, hosts, minutes, port, loopback).result()
        write_durably(file, invitation_file(invitation, file))
        _say("invitation-written", {"path": str(file), "minutes": minutes})
        name = service.run(inviting.caller).result()
        card = _typed(service, inviting, name, access.folder, token)
    finally:
        service.stop()
    kept = find_newcomer(access.folder, card.name)
    facts = {"office": card.name, "path": str(kept.card_file)}
    return {"message": sentence("newcomer-paired", facts), **facts, "key": card.node_key.hex()}


def open_invitation(
    service: Service[Office], token: bytes, hosts: Sequence[str], minutes: int, port: int, loopback: bool
) -> "Future[tuple[Inviting, Invitation]]":
    """From any thread. It is closed with the service, if not before."""

    async def begin() -> tuple[Inviting, Invitation]:
        office = service.office
        inviting = Inviting(office, service.pairing_credentials(token), token)
        end_ms = SystemClock().now_ms() + minutes * 60_000
        host = LOOPBACK if loopback else EVERYWHERE
        service.on_stop(inviting.close)
        return inviting, inviting.open(host, port, hosts, office.charter.name, end_ms, minutes * 60.0)

    return service.run(begin)


def _typed(service: Service[Office], inviting: Inviting, name: str, folder: Folder, token: bytes) -> OfficeCard:
    """What is no code at all is asked again; a wrong one is not."""
    port = inviting.port

    def keep(card: OfficeCard) -> None:
        keep_newcomer(folder, card, token, port)

    while True:
        _say("code-wanted", {"office": name})
        line = sys.stdin.buffer.readline(MAX_LINE_BYTES)
        code = line.decode("utf-8", "replace").strip()
        try:
            return service.run(partial(inviting.type_code, code, keep)).result()
        except MunimentError as error:
            if error.code != "not-six-digits" or not line:
                raise
            _say(error.code, {})


def hand_over_command(access: Access, name: str, loopback: bool) -> dict[str, Any]:
    """Give the register to a newcomer that was paired with and admitted; waits for its call.

    Raises `unknown-newcomer`, `not-admitted-yet`, `nothing-certified`, `port-taken`.
    """
    awaited, folder = find_newcomer(access.folder, name), access.folder
    service = _quiet_service(access)
    try:
        size = give_register(
            service, folder, awaited, loopback, lambda: _say("handing-over", {"office": name})
        ).result()
    finally:
        service.stop()
    facts = {"office": name, "bytes": size}
    return {"message": sentence("handed-over", facts), **facts}


def give_register(
    service: Service[Office], folder: Folder, awaited: Awaited, loopback: bool, listening: Callable[[], None]
) -> "Future[int]":
    """From any thread: how many bytes the newcomer took. `listening` is called when it may call; cancel to end it."""

    async def give() -> int:
        credentials = service.pairing_credentials(awaited.token)
        key = awaited.card.node_key
        handing = HandingOver(service.office, credentials, awaited.token, key, copy_file(folder, key))
        service.on_stop(handing.close)
        try:
            handing.open(LOOPBACK if loopback else EVERYWHERE, awaited.port)
            listening()
            taken = await handing.taken()
        finally:
            await handing.close()
        forget_newcomer(folder, awaited)
        return taken.size_bytes

    return service.run(give)


def newcomers_command(access: Access) -> dict[str, Any]:
    """Who was paired with and has not got the register yet."""
    found = [{"office": one.card.name, "card": str(one.card_file)} for one in list_newcomers(access.folder)]
    code = "newcomers" if found else "no-newcomers"
    return {"message": sentence(code, {"names": [one["office"] for one in found]}), "newcomers": found}


def join_invited_command(access: Access, file: Path | None) -> dict[str, Any]:
    """The first time with the invitation: pair. After the vote, without it: fetch the register and join."""
    folder = access.folder
    require_no_network(folder)
    if file is not None:
        invitation = read_invitation(file)
        pair_with(folder, invitation, access.passphrase(), lambda code: _say("code-shown", {"digits": code}))
        facts = {"office": invitation.office, "name": invitation.network_name}
        return {"message": sentence("paired", facts), "code": "paired", **facts}
    joined = fetch_register(folder, access.passphrase())
    told: dict[str, Any] = {
        "name": joined.charter.name,
        "office": joined.number,
        "number": joined.anchor,
        "records": joined.records,
        "first_officer": joined.first_officer,
    }
    return {"message": sentence("network-joined-again" if joined.first_officer else "network-joined", told), **told}


def require_no_network(folder: Folder) -> None:
    """Raises `no-office-here`, `already-a-member`."""
    if folder.standing() != "office":
        raise MunimentError("no-office-here" if folder.standing() == "empty" else "already-a-member")


Stop = Callable[[], object]


def pair_with(
    folder: Folder,
    invitation: Invitation,
    passphrase: str,
    show: Callable[[str], None],
    started: Callable[[Stop], None] | None = None,
) -> None:
    """Pair, and remember it durably; off the GUI thread, on which nothing here is called.

    `started` gets what ends it from another thread. Raises `stopped-by-hand`, and as `pair`.
    """
    sign, card = _node_key(folder, passphrase).sign, read_bounded(folder.card)

    async def call() -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if started is not None and task is not None:
            started(lambda: loop.call_soon_threadsafe(task.cancel))
        await pair(invitation, card, sign, show)

    try:
        asyncio.run(call())
    except asyncio.CancelledError:
        raise MunimentError("stopped-by-hand") from None
    write_durably(paired_file(folder), invitation.encoded)


def fetch_register(folder: Folder, passphrase: str, progress: Callable[[int, int], None] | None = None) -> Joined:
    """Take the copy and join; after a line that broke, the next call goes on with the copy.

    Raises `not-paired`, and as `take_copy` and `join_network`.
    """
    if not paired_file(folder).exists():
        raise MunimentError("not-paired")
    invitation = decode_invitation(read_bounded(paired_file(folder), MAX_PAIRED_BYTES))
    secrets = open_keys(read_bounded(folder.node_key), passphrase).secrets
    arriving = ArrivingCopy(arriving_file(folder), secrets[DATABASE_KEY])
    copy = asyncio.run(take_copy(invitation, SigningKey(secrets[SEED]).sign, arriving, progress))
    try:
        given = Given(invitation.terms.network, copy.checkpoint)
        joined = join_network(folder, arriving.stream(), given, passphrase)
    finally:
        arriving.drop()
    paired_file(folder).unlink(missing_ok=True)
    return joined


def invitation_file(invitation: Invitation, path: Path) -> bytes:
    """As a file for a stick; with the ending .png as a picture of a QR code."""
    if path.suffix.lower() != ".png":
        return invitation.encoded
    from desktop.printing.invitation_code import invitation_picture

    return invitation_picture(invitation)


def read_invitation(path: Path) -> Invitation:
    """The file, a picture or a PDF of its code. Raises `not-an-invitation`, `file-not-found`, `file-not-read`."""
    from desktop.printing.invitation_code import read_invitation_file

    return read_invitation_file(path)


def _node_key(folder: Folder, passphrase: str) -> SigningKey:
    return SigningKey(open_keys(read_bounded(folder.node_key), passphrase).secrets[SEED])


def _quiet_service(access: Access) -> Service[Office]:
    service = Service(access.open, QUIET)
    service.start()
    return service


def _say(code: str, facts: dict[str, Any]) -> None:
    """To the person, whatever standard output is for."""
    print(sentence(code, facts), file=sys.stderr, flush=True)
