"""What malicious offices put into their blocks: false words on the register, false accusations, acts of others, acts of
their own that cannot both stand.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random

from core.errors import MunimentError
from core.ledger.block import CLOSE
from core.ledger.checkpoint import Checkpoint, cosign, encode_cosignature
from core.ledger.payload import Cosignature, Evidence, Item, Payload, decode_payload
from desktop.simulation.acts import DrawnAct, Notary
from desktop.simulation.founding import LAND
from desktop.simulation.rogue import RogueOffice, Sketch

YEAR_S = 365 * 86_400
ANCHORS_AHEAD = 3
PLAIN_SHARE = 0.6  # of its pairs of acts that are ordinary sales and registrations


def _encloses(rogue: RogueOffice, item: Item) -> None:
    head = rogue.present_head()
    rogue.sign(Sketch(head, rogue.antichain(head), Payload((item,))))


def noise(random: Random) -> Payload:
    """Something that makes a block worth writing and says nothing."""
    return Payload((Cosignature(random.randbytes(random.randint(1, 40))),))


def lies_about_the_register(rogue: RogueOffice, random: Random) -> None:
    """It cosigns another state of the register than the one that it has found like everybody."""
    newest = rogue.store.checkpoints.newest()
    if newest is not None:
        lie = replace(newest, state_root=random.randbytes(32))
        _encloses(rogue, _cosigned(rogue, random.choice((lie, replace(newest, root=random.randbytes(32)))), random))


def lies_ahead(rogue: RogueOffice, random: Random) -> None:
    """The same of an anchor that nobody has decided yet."""
    newest, epoch = rogue.store.checkpoints.newest(), rogue.roll.epoch
    if newest is None:
        newest = Checkpoint(rogue.network, epoch, 0, bytes(32), 0, 0, bytes(32), bytes(32))
    anchor = newest.anchor + random.randint(1, ANCHORS_AHEAD)
    roots = {"block": random.randbytes(32), "state_root": random.randbytes(32)}
    lie = replace(newest, anchor=anchor, epoch=epoch, following=None, **roots)
    _encloses(rogue, _cosigned(rogue, lie, random))


def _cosigned(rogue: RogueOffice, checkpoint: Checkpoint, random: Random) -> Cosignature:
    return Cosignature(
        encode_cosignature(cosign(checkpoint, rogue.number, random.randrange(YEAR_S), rogue.secret.sign))
    )


def accuses_falsely(rogue: RogueOffice, random: Random) -> None:
    """Two blocks of an honest office that are no fork, or its signature under something else."""
    chains = [vertex for vertex in rogue.lace.vertices.values() if vertex.author != rogue.number]
    if not chains:
        return
    accused = random.choice(chains)
    own = rogue.block(accused.id)
    other = rogue.block(accused.prev.id if accused.prev else random.choice(chains).id)
    second = random.choice((other.header, own.header))
    _encloses(rogue, Evidence(own.header, own.signature, second, other.signature))


def copies_acts(rogue: RogueOffice, random: Random) -> None:
    """An act that another office has signed and enclosed, once more in its own block."""
    others = [vertex for vertex in rogue.lace.vertices.values() if vertex.has_acts and vertex.author != rogue.number]
    if others:
        payload = rogue.block(random.choice(others[-8:]).id).payload
        if payload is not None:
            _encloses(rogue, random.choice(decode_payload(payload).groups))


def closes_and_goes_on(rogue: RogueOffice, random: Random) -> None:
    """CLOSE, whether the epoch is closing or not, and then it approves whatever comes, on two branches."""
    head = rogue.present_head()
    closed = rogue.sign(Sketch(head, rogue.antichain(head), flags=CLOSE))
    for _ in range(random.randint(1, 3)):
        rogue.write()
    if closed is not None and random.random() < 0.5:
        rogue.head = closed
        rogue.sign(Sketch(rogue.present_head(), rogue.antichain(rogue.present_head(), rogue.lace.vertices.values())))


def opposing_acts(rogue: RogueOffice, notary: Notary, random: Random) -> list[DrawnAct]:
    """Two acts that cannot both stand, drawn on one state; none where it has nothing to draw them on."""
    if random.random() >= PLAIN_SHARE:
        drawing = list(_opposing_pairs(rogue, notary, random))
        random.shuffle(drawing)
        for pair in drawing:
            return pair
    with suppress(MunimentError):
        return [notary.draw(rogue), notary.draw(rogue)]
    return []


def _opposing_pairs(rogue: RogueOffice, notary: Notary, random: Random) -> Iterator[list[DrawnAct]]:
    """A request entered and refused; a parcel released to two offices; a proposal answered yes and no."""
    registrar = notary.signers(rogue, "registrar")
    with suppress(MunimentError):
        for view in rogue.requests.for_me()[:1]:
            entered, refused = (rogue.propose_decision(view.act.id, registrar, reason) for reason in (None, "no"))
            yield [notary.signed(rogue, one, view.act.id) for one in (entered, refused)]
    with suppress(MunimentError):
        own = [row.id for row in rogue.records.page(f"{LAND}.parcel") if row.keeper == rogue.number]
        to = random.sample(range(len(rogue.roll.members)), 2)
        if own:
            yield [notary.drawn(rogue, "release", {"parcel": own[-1]}, {"to": one}, registrar) for one in to]
    with suppress(MunimentError):
        for row in rogue.records.page("charter.proposal")[:1]:
            yield [notary.vote(rogue, row.id, answer) for answer in ("yes", "no")]


LIES = {
    "lies-about-the-register": lies_about_the_register,
    "lies-ahead": lies_ahead,
    "accuses-falsely": accuses_falsely,
    "copies-acts": copies_acts,
    "closes-and-goes-on": closes_and_goes_on,
}
