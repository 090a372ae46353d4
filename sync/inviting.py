"""The inviter at work: one open invitation, and later the register handed over to whom it has brought.

An invitation has one session. From the moment its offer has gone out nobody else gets one: whoever hangs up after it,
says what it had not committed to, or is typed in wrongly has used it up, and that is told. The newcomer's card is
durable here before the newcomer hears that the code was right. Both run on the service's loop.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from os import urandom
from pathlib import Path

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.charter import OfficeCard
from core.office import Office
from core.people.actions import Action
from core.snapshot import state_for_joining, take_snapshot
from core.store.arriving import Held
from core.store.lent_copy import LentCopy
from sync.handing_over import MAX_MESSAGE_BYTES as MAX_ASKING_BYTES
from sync.handing_over import TAKEN, Copy, Giver, check_size, part
from sync.invitation import Invitation
from sync.link import Link, format_address
from sync.pairing import CODE_DIGITS, MAX_PAIRING_BYTES, NONCE_BYTES, Inviter, Offer, Step, Terms, bye
from sync.pairing_port import FIRST_MESSAGE_S, PairingPort
from sync.tls import Credentials

PERSON_S = 900.0  # for somebody to read six digits to somebody else


def make_terms(network: bytes, token: bytes, credentials: Credentials) -> Terms:
    return Terms(network, token, sha256(credentials.certificate).digest())


class Inviting:
    """`open`, `caller`, `type_code`, in this order; `close` at any time."""

    def __init__(self, replica: Office, credentials: Credentials, token: bytes) -> None:
        """Raises `not-for-role`. `credentials`: of this invitation alone."""
        replica.people.require(Action.INVITE)
        self._replica = replica
        self._terms = make_terms(replica.network, token, credentials)
        self._port = PairingPort(credentials.context_for_anybody(), self._serve)
        self._session: tuple[Inviter, Link] | None = None
        self._called: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int:
        return self._port.port

    def open(
        self, host: str, port: int, addresses: Sequence[str], network_name: str, end_ms: int, open_s: float
    ) -> Invitation:
        """Listen for `open_s`. `addresses`: hosts at which this computer is found. Raises `port-taken`."""
        self._port.start(host, port)
        self._timer = asyncio.get_running_loop().call_later(open_s, self._end, MunimentError("invitation-over"))
        office = self._replica.roll.members[self._replica.number].office
        listed = tuple(format_address(one, self._port.port) for one in addresses)
        return Invitation(self._terms, network_name, office, listed, end_ms)

    async def caller(self) -> str:
        """Wait until somebody's screen shows the code: what it calls itself, to be believed once the code was right.

        Raises what ended the invitation: `invitation-over`, `pairing-broken`, `link-lost` …
        """
        return await asyncio.shield(self._called)

    async def type_code(self, code: str, keep: Callable[[OfficeCard], None]) -> OfficeCard:
        """The one guess. `keep` stores the card durably. Raises `not-six-digits` (no guess), `nobody-has-called`,
        `wrong-code`; after the last the invitation is over.
        """
        digits = "".join(code.split())
        if not re.fullmatch(f"[0-9]{{{CODE_DIGITS}}}", digits):
            raise MunimentError("not-six-digits")
        if self._session is None or self._session[0].step is not Step.SHOWN:
            raise MunimentError("nobody-has-called")
        inviter, link = self._session
        try:
            accepted = inviter.typed(digits)
        except MunimentError as error:
            await _refuse(link, error.code)
            await self.close()
            raise
        card = inviter.card
        assert card is not None
        keep(card)
        with suppress(MunimentError):  # it has hung up: the card lies here all the same
            await link.send(accepted)
        await self.close()
        return card

    async def close(self) -> None:
        """The invitation is over."""
        self._end(MunimentError("invitation-over"))
        await self._port.close()

    def _end(self, why: MunimentError) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._over.set()
        if not self._called.done():
            self._called.set_exception(why)
            self._called.exception()  # told to whoever asks; nobody has to

    async def _serve(self, link: Link) -> None:
        try:
            first = await link.receive(MAX_PAIRING_BYTES, FIRST_MESSAGE_S)
            if self._session is not None or self._over.is_set():
                raise MunimentError("invitation-over")
            inviter = Inviter(self._terms, self._offer(), urandom(NONCE_BYTES), verify)
            answers = inviter.receive(first)
        except MunimentError as error:
            await _refuse(link, error.code)
            return
        self._session = inviter, link  # from here on the invitation is used
        try:
            for answer in answers:
                await link.send(answer)
            inviter.receive(await link.receive(MAX_PAIRING_BYTES, FIRST_MESSAGE_S))
        except MunimentError as error:
            await _refuse(link, error.code)
            self._end(error)
            return
        assert inviter.card is not None
        self._called.set_result(inviter.card.name)
        await self._over.wait()
        if inviter.step is Step.SHOWN:
            await _refuse(link, "invitation-over")

    def _offer(self) -> Offer:
        replica = self._replica
        key = replica.roll.members[replica.number].key
        return Offer(replica.network, replica.number, key, state_for_joining(replica))


class HandingOver:
    """The register for a newcomer that was paired with and admitted: `open`, `taken`; `close` at any time."""

    def __init__(self, replica: Office, credentials: Credentials, token: bytes, newcomer: bytes, beside: Path) -> None:
        """`newcomer`: the node key of its card. `beside`: where the copy lies meanwhile, sealed; removed with `close`.

        Raises `not-for-role`, `not-admitted-yet`.
        """
        replica.people.require(Action.INVITE)
        if newcomer not in replica.roll.by_key:
            raise MunimentError("not-admitted-yet")
        self._replica, self._newcomer, self._lying = replica, newcomer, LentCopy(beside)
        self._terms = make_terms(replica.network, token, credentials)
        self._port = PairingPort(credentials.context_for_anybody(), self._serve)
        self._taken: asyncio.Future[Copy] = asyncio.get_running_loop().create_future()
        self._copy: Copy | None = None  # lies there
        self._line: Link | None = None  # on which it goes out

    @property
    def port(self) -> int:
        return self._port.port

    def open(self, host: str, port: int) -> None:
        """Raises `port-taken`. At the port that the invitation names, or the newcomer does not find it."""
        self._port.start(host, port)

    async def taken(self) -> Copy:
        """Wait until the newcomer has the whole copy on its disk. Raises `invitation-over` when closed before."""
        return await asyncio.shield(self._taken)

    async def close(self) -> None:
        if not self._taken.done():
            self._taken.set_exception(MunimentError("invitation-over"))
            self._taken.exception()
        await self._port.close()
        self._lying.drop()

    async def _serve(self, link: Link) -> None:
        """A line that breaks is called again, and the copy goes on where the newcomer has it."""
        giver = Giver(self._terms, self._newcomer, urandom(NONCE_BYTES), verify)
        try:
            challenge = giver.receive(await link.receive(MAX_ASKING_BYTES, FIRST_MESSAGE_S))
            assert challenge is not None
            await link.send(challenge)
            giver.receive(await link.receive(MAX_ASKING_BYTES, FIRST_MESSAGE_S))
            if self._taken.done():
                raise MunimentError("invitation-over")
            if self._line is not None:
                self._line.abort()  # nobody else holds that key: it knows before us that the line is dead
            self._line = link
            copy = await self._give(link, giver.held)
        except MunimentError as error:
            await _refuse(link, error.code)
            return
        if not self._taken.done():
            self._taken.set_result(copy)

    async def _give(self, link: Link, held: Held) -> Copy:
        copy = self._copy = self._copy or self._write_copy()
        begin = copy.begin_after(held)
        await link.send(copy.encoded(begin))
        while content := await asyncio.to_thread(self._lying.part, begin):
            await link.send(part(content))
            begin += len(content)
        if await link.receive(len(TAKEN), PERSON_S) != TAKEN:
            raise MunimentError("unexpected-message")
        return copy

    def _write_copy(self) -> Copy:
        """At once, so that it is of one moment."""
        summary = take_snapshot(self._replica, self._lying.write)
        check_size(self._lying.size_bytes)
        return Copy(summary.checkpoint, summary.anchor, self._lying.size_bytes, self._lying.digest)


async def _refuse(link: Link, code: str) -> None:
    with suppress(MunimentError):
        await link.send(bye(code))
