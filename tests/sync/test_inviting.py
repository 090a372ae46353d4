"""Pairing over real sockets: one session for an invitation, one guess, and the register for the paired key alone."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MunimentError
from core.folder import Folder, open_office
from core.ledger.charter import OfficeCard
from core.ledger.returning import returning
from core.newcomers import change_to_let_in, find_newcomer, forget_newcomer, keep_newcomer, list_newcomers, paired_file
from core.views import Step
from desktop.commands.pairing import fetch_register, invitation_file, pair_with, read_invitation
from desktop.commands.provisioning import follow_invitation
from sync import inviting as inviting_module
from sync.invitation import MAX_INVITATION_BYTES, Invitation, decode_invitation
from sync.invited import pair
from sync.inviting import HandingOver, Inviting
from sync.link import Link, connect_pinned, parse_address
from sync.pairing import Terms
from sync.tls import Credentials
from tests.folders import OFFICE_SECRET, make_office, register
from tests.offices import StepClock
from tests.sync.pairing_attack import NEWCOMER_CARD, NEWCOMER_KEY
from tests.test_epochs import Town, pass_change

TOKEN = bytes(range(16))
CREDENTIALS = Credentials(b"\x21" * 32)
LOOPBACK = "127.0.0.1"


@pytest.fixture(scope="module")
def town() -> Town:
    """Nobody changes it but the last test."""
    return Town()


@asynccontextmanager
async def invited(town: Town, open_s: float = 60.0):
    inviting = Inviting(town.offices[0], CREDENTIALS, TOKEN)
    invitation = inviting.open(LOOPBACK, 0, [LOOPBACK], "Town", 1_800_000_000_000, open_s)
    try:
        yield inviting, invitation
    finally:
        await inviting.close()


async def failing(awaited) -> str:
    with pytest.raises(MunimentError) as caught:
        await awaited
    return caught.value.code


def call(invitation: Invitation, shown: list[str]):
    return asyncio.ensure_future(pair(invitation, NEWCOMER_CARD, NEWCOMER_KEY.sign, shown.append))


def nobody(_card: OfficeCard) -> None:
    raise AssertionError("nothing is kept of whom the code has not proved")


def test_a_code_typed_right_brings_the_card(town: Town) -> None:
    async def run():
        shown, kept = [], []
        async with invited(town) as (inviting, invitation):
            assert await failing(inviting.type_code("123456", nobody)) == "nobody-has-called"
            newcomer = call(invitation, shown)
            assert await inviting.caller() == "Newcomer"
            assert await failing(inviting.type_code("12345", nobody)) == "not-six-digits"
            card = await inviting.type_code(shown[0], kept.append)
            offer = await newcomer
            assert await failing(pair(invitation, NEWCOMER_CARD, NEWCOMER_KEY.sign, shown.append)) == "port-refused"
        assert kept == [card]
        assert card.encoded == NEWCOMER_CARD
        assert (offer.network, offer.inviter) == (town.network.charter.network, 0)

    asyncio.run(run())


def test_a_wrong_code_ends_it_on_both_sides(town: Town) -> None:
    async def run():
        shown = []
        async with invited(town) as (inviting, invitation):
            newcomer = call(invitation, shown)
            await inviting.caller()
            wrong = f"{(int(shown[0]) + 1) % 10**6:06}"
            assert await failing(inviting.type_code(wrong, nobody)) == "wrong-code"
            assert await failing(newcomer) == "wrong-code"
            assert await failing(inviting.type_code(shown[0], nobody)) == "nobody-has-called"

    asyncio.run(run())


def test_an_invitation_has_one_session(town: Town) -> None:
    """Whoever hangs up after the offer has used it; a second caller is told so, and none is heard afterwards."""

    async def run():
        shown = []
        async with invited(town) as (inviting, invitation):
            first = call(invitation, shown)
            await inviting.caller()
            assert await failing(pair(invitation, NEWCOMER_CARD, NEWCOMER_KEY.sign, shown.append)) == "invitation-over"
            first.cancel()
        async with invited(town) as (inviting, invitation):
            link = await connect_pinned(invitation.terms.certificate_digest, LOOPBACK, inviting.port)
            await link.send(b"\x80")
            assert (await link.receive())[:1] == b"\x82"  # BYE: it was no session
            link.abort()
            dropped = call(invitation, shown := [])
            await inviting.caller()
            dropped.cancel()
            assert len(shown) == 1

    asyncio.run(run())


def test_who_breaks_its_word_or_hangs_up_has_used_the_invitation(town: Town) -> None:
    async def run():
        async with invited(town) as (inviting, invitation):
            liar = asyncio.ensure_future(
                pair(invitation, NEWCOMER_CARD, lambda _message: bytes(64), lambda _code: None)
            )
            assert await failing(inviting.caller()) == "pairing-broken"
            assert await failing(liar) == "pairing-broken"
            again = pair(invitation, NEWCOMER_CARD, NEWCOMER_KEY.sign, lambda _code: None)
            assert await failing(again) == "invitation-over"

    asyncio.run(run())


def test_time_ends_it_and_nobody_listens_any_more(town: Town) -> None:
    async def run():
        async with invited(town, open_s=0.01) as (inviting, invitation):
            assert await failing(inviting.caller()) == "invitation-over"
            assert await failing(call(invitation, [])) == "invitation-over"
        assert await failing(call(invitation, [])) == "port-refused"

    asyncio.run(run())


def test_nothing_is_said_to_another_certificate(town: Town) -> None:
    async def run():
        async with invited(town) as (_, invitation):
            terms = replace(invitation.terms, certificate_digest=bytes(32))
            assert await failing(call(replace(invitation, terms=terms), [])) == "not-the-inviter"
            other = replace(invitation, terms=replace(invitation.terms, token=bytes(16)))
            assert await failing(call(other, [])) == "invitation-unknown"

    asyncio.run(run())


async def room_for(invitation: Invitation) -> Link:
    """A link as soon as the port has noticed that others are gone."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await connect_pinned(invitation.terms.certificate_digest, LOOPBACK, port_of(invitation))
            except MunimentError as error:
                if error.code not in ("peer-refused-us", "link-lost"):
                    raise


def port_of(invitation: Invitation) -> int:
    return parse_address(invitation.addresses[0], 0)[1]


def test_callers_that_say_nothing_are_few_and_not_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting_module, "FIRST_MESSAGE_S", 0.05)

    async def run():
        async with invited(town) as (inviting, invitation):
            idle = [await asyncio.open_connection(LOOPBACK, inviting.port) for _ in range(2)]
            reader, writer = await asyncio.open_connection(LOOPBACK, inviting.port)
            assert await reader.read() == b""  # the third from one address is closed unheard
            for _, one in [*idle, (None, writer)]:
                one.transport.abort()
            silent = await room_for(invitation)
            assert (await silent.receive())[:1] == b"\x82"  # told why, and closed
            silent.abort()
            monkeypatch.undo()
            newcomer = call(invitation, [])
            assert await inviting.caller() == "Newcomer"
            newcomer.cancel()

    asyncio.run(run())


def test_older_tls_is_refused(town: Town) -> None:
    async def run():
        async with invited(town) as (inviting, _):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection(LOOPBACK, inviting.port, ssl=context)

    asyncio.run(run())


def test_a_taken_port_is_told(town: Town) -> None:
    async def run():
        with socket.create_server((LOOPBACK, 0)) as taken:
            inviting = Inviting(town.offices[0], CREDENTIALS, TOKEN)
            with pytest.raises(MunimentError, match="port-taken"):
                inviting.open(LOOPBACK, taken.getsockname()[1], [LOOPBACK], "Town", 0, 1.0)
            await inviting.close()

    asyncio.run(run())


@pytest.mark.parametrize(("kind", "number"), [("admit", 4), ("incarnation", 3)])
def test_a_newcomer_is_paired_voted_in_and_works(tmp_path: Path, kind: str, number: int) -> None:
    """From the invitation to the open office; before the vote, and to another key, nothing is handed over.

    A member whose computer is lost with all keys comes back in the same way, and those of its new card sign for it.
    """
    town, members, desk = Town(), Folder(tmp_path / "member"), Folder(tmp_path / "desk")
    members.path.mkdir()
    name = "Desk" if kind == "admit" else town.network.charter.cards[number].name
    make_office(desk.path, name)
    host, beside = town.offices[0], tmp_path / "beside"

    async def invite() -> Invitation:
        async with invited(town) as (inviting, invitation):
            digits: asyncio.Queue[str] = asyncio.Queue()
            loop = asyncio.get_running_loop()
            path = tmp_path / "invitation.png"
            path.write_bytes(invitation_file(invitation, path))
            assert read_invitation(path) == invitation

            def show(code: str) -> None:
                loop.call_soon_threadsafe(digits.put_nowait, code)

            pairing = asyncio.ensure_future(asyncio.to_thread(pair_with, desk, invitation, OFFICE_SECRET, show))
            port = inviting.port
            await inviting.type_code(
                await _after(inviting, name, digits), lambda card: keep_newcomer(members, card, TOKEN, port)
            )
            await pairing
            return invitation

    async def hand_over(port: int) -> None:
        handing = HandingOver(host, CREDENTIALS, TOKEN, awaited.card.node_key, beside)
        handing.open(LOOPBACK, port)
        try:
            thief = Folder(tmp_path / "thief")
            make_office(thief.path)
            paired_file(thief).write_bytes(paired_file(desk).read_bytes())
            assert await failing(asyncio.to_thread(fetch_register, thief, OFFICE_SECRET)) == "pairing-broken"
            assert not beside.exists()
            # As `join` does it, called by what a signed file asks for.
            assert await asyncio.to_thread(follow_invitation, desk, Path("gone"), OFFICE_SECRET) == ["network"]
            assert (await handing.taken()).checkpoint
        finally:
            await handing.close()

    invitation = asyncio.run(invite())
    awaited = find_newcomer(members, name)
    with pytest.raises(MunimentError, match="port-refused"):
        fetch_register(desk, OFFICE_SECRET)
    assert follow_invitation(desk, Path("gone"), OFFICE_SECRET) == []
    with pytest.raises(MunimentError, match="not-admitted-yet"):
        HandingOver(host, CREDENTIALS, TOKEN, awaited.card.node_key, beside)
    change = change_to_let_in(host.roll, awaited.card)
    card = awaited.card_file.read_bytes()
    assert (change.kind, change.content) == (kind, card if kind == "admit" else returning(card))
    pass_change(town, change.kind, change.member, change.content)
    assert invitation.addresses == (f"{LOOPBACK}:{awaited.port}",)
    asyncio.run(hand_over(awaited.port))
    forget_newcomer(members, awaited)
    assert not list_newcomers(members)
    assert not paired_file(desk).exists()
    assert not beside.exists()
    office = open_office(desk, OFFICE_SECRET, StepClock()).office
    assert (office.number, office.state_root(), office.hand.quarantine) == (number, host.state_root(), None)
    assert office.roll.members[number].incarnation == (kind == "incarnation")
    first = 0 if kind == "admit" else len(town.network.charter.cards[number].officers)
    assert register(desk, office, 321, first).ladder.step is Step.RECORDED
    office.close()


async def _after(inviting: Inviting, name: str, digits: "asyncio.Queue[str]") -> str:
    assert await inviting.caller() == name
    return await digits.get()


INVITATION = Invitation(Terms(bytes(32), TOKEN, bytes(32)), "Town", "Desk", ("10.0.0.7:7421",), 1_800_000_000_000)


def test_an_invitation_reads_as_it_was_written() -> None:
    assert decode_invitation(INVITATION.encoded) == INVITATION
    assert len(INVITATION.encoded) < 150
    longest = replace(INVITATION, network_name="ж" * 120, office="ж" * 120, addresses=("[fe80::1%eth0]:65535",) * 8)
    assert decode_invitation(longest.encoded) == longest
    assert len(longest.encoded) <= MAX_INVITATION_BYTES


@pytest.mark.parametrize(
    "wrong",
    [
        replace(INVITATION, addresses=()),
        replace(INVITATION, addresses=("10.0.0.7",)),
        replace(INVITATION, addresses=("10.0.0.7:1",) * 9),
        replace(INVITATION, terms=Terms(bytes(31), TOKEN, bytes(32))),
        replace(INVITATION, office=""),
        replace(INVITATION, end_ms=-1),
    ],
)
def test_what_is_no_invitation_is_refused(wrong: Invitation) -> None:
    with pytest.raises(MunimentError, match="not-an-invitation"):
        decode_invitation(wrong.encoded)


@contextmanager
def suppress_refusal():
    try:
        yield
    except MunimentError as error:
        if error.code != "not-an-invitation":
            raise


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: INVITATION.encoded[:4] + rest))
def test_any_bytes_are_an_invitation_or_refused(data: bytes) -> None:
    with suppress_refusal():
        assert decode_invitation(data).encoded == data
