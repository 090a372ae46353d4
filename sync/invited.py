"""The newcomer's calls: pairing once with whoever invites, and after the vote taking the register from the same hands.

The addresses of the invitation are called one after another. Whoever answers is known by the digest of its
certificate; nothing is said to anybody else.
"""

import asyncio
from collections.abc import Callable
from os import urandom

from core.errors import MunimentError
from core.store.arriving import ArrivingCopy
from sync import handing_over
from sync.handing_over import MAX_MESSAGE_BYTES, Copy, answer_challenge, collect, decode_copy, decode_part
from sync.invitation import Invitation
from sync.inviting import PERSON_S
from sync.link import Link, connect_pinned, parse_address
from sync.pairing import MAX_PAIRING_BYTES, NONCE_BYTES, Newcomer, Offer, Step

Sign = Callable[[bytes], bytes]


async def pair(invitation: Invitation, card: bytes, sign: Sign, show: Callable[[str], None]) -> Offer:
    """Call, show the code, and wait until it was typed on the other side: what the inviter says of its network.

    `sign`: by the node key of the card. Raises `wrong-code`, `invitation-over`, `invitation-unknown`,
    `pairing-broken`, `not-the-inviter`, and the codes of links.
    """
    newcomer = Newcomer(invitation.terms, card, urandom(NONCE_BYTES), sign)
    link = await _call(invitation)
    try:
        await link.send(newcomer.call())
        while newcomer.step is not Step.ACCEPTED:
            for answer in newcomer.receive(await link.receive(MAX_PAIRING_BYTES, PERSON_S)):
                await link.send(answer)
                show(newcomer.code)
    finally:
        link.abort()
    assert newcomer.offer is not None
    return newcomer.offer


async def take_copy(
    invitation: Invitation, sign: Sign, arriving: ArrivingCopy, progress: Callable[[int, int], None] | None = None
) -> Copy:
    """Fetch the snapshot, durable on return; where that fails, what came is kept, and the next call goes on there.

    `progress`: (bytes so far, of how many). Raises `invitation-unknown`, `nothing-certified`, `copy-too-large`,
    `copy-differs`, `disk-full`, and as `pair`.
    """
    held = await asyncio.to_thread(arriving.find)
    link = await _call(invitation)
    try:
        await link.send(collect(invitation.terms))
        await link.send(answer_challenge(invitation.terms, await link.receive(MAX_MESSAGE_BYTES), sign, held))
        # The copy is written first.
        copy, begin = decode_copy(await link.receive(MAX_MESSAGE_BYTES, PERSON_S), held)
        await _take(link, copy, begin, arriving, progress)
        await link.send(handing_over.TAKEN)
        await link.close()
    finally:
        link.abort()
    return copy


async def _take(
    link: Link, copy: Copy, begin: int, arriving: ArrivingCopy, progress: Callable[[int, int], None] | None
) -> None:
    if not begin:
        await asyncio.to_thread(arriving.begin, copy.digest)
    taken = begin
    while taken < copy.size_bytes:
        content = decode_part(await link.receive(MAX_MESSAGE_BYTES), copy.size_bytes - taken)
        await asyncio.to_thread(arriving.add, content)
        taken += len(content)
        if progress is not None:
            progress(taken, copy.size_bytes)
    await asyncio.to_thread(arriving.finish)


async def _call(invitation: Invitation) -> Link:
    """The first address at which the inviter answers. Raises what the last one failed with."""
    failure = MunimentError("invitation-over")
    for address in invitation.addresses:
        host, port = parse_address(address, 0)
        try:
            return await connect_pinned(invitation.terms.certificate_digest, host, port)
        except MunimentError as error:
            failure = error
    raise failure
