"""Somebody between two computers that pair: relays what it must, puts its own card and offer in, and hopes for one code.

It plays as well as the protocol lets anybody: towards the newcomer it is the inviter, towards the inviter the newcomer;
it commits on both sides as late as it can and knows both codes before the last message goes out.
"""

from functools import lru_cache
from random import Random

from core.crypto.signing import SigningKey, verify
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.roll import Officer
from sync.certificate import make_certificate
from sync.pairing import Inviter, Newcomer, Offer, Step, Terms

NETWORK, TOKEN, CERTIFICATE = bytes(range(32)), bytes(16), bytes(31) + b"\x01"
TERMS = Terms(NETWORK, TOKEN, CERTIFICATE)


def make_card(name: str, seed: bytes) -> tuple[bytes, SigningKey]:
    node, officer = SigningKey(seed), SigningKey(seed[::-1])
    people = (Officer(f"Officer of {name}", officer.public, frozenset({"administrator"})),)
    card = OfficeCard(name, node.public, make_certificate(seed), people)
    return sign_card(card, [node.sign, officer.sign]).encoded, node


NEWCOMER_CARD, NEWCOMER_KEY = make_card("Newcomer", b"n" * 31 + b"1")
ATTACKER_CARD, ATTACKER_KEY = make_card("Attacker", b"a" * 31 + b"2")
_verify_once = lru_cache(64)(verify)  # the same two cards come a million times
OFFER = Offer(NETWORK, 0, b"i" * 32, (7, b"c" * 32))
FALSE_OFFER = Offer(NETWORK, 0, b"a" * 32, (7, b"f" * 32))


def attack(random: Random) -> bool:
    """One session with somebody between; whether the code that the newcomer shows is the one that the inviter takes."""
    nonce = random.randbytes
    newcomer = Newcomer(TERMS, NEWCOMER_CARD, nonce(32), NEWCOMER_KEY.sign)
    inviter = Inviter(TERMS, OFFER, nonce(32), _verify_once)
    to_newcomer = Inviter(TERMS, FALSE_OFFER, nonce(32), lambda *_: True)  # it has no use for proofs
    to_inviter = Newcomer(TERMS, ATTACKER_CARD, nonce(32), ATTACKER_KEY.sign)
    converse(newcomer, to_newcomer)
    converse(to_inviter, inviter)
    try:
        inviter.typed(newcomer.code)
    except Exception as error:
        if getattr(error, "code", "") != "wrong-code":
            raise
        return False
    return True


def converse(newcomer: Newcomer, inviter: Inviter) -> None:
    """All messages until the code is shown."""
    for answer in inviter.receive(newcomer.call()):
        for reply in newcomer.receive(answer):
            inviter.receive(reply)
    assert newcomer.step is inviter.step is Step.SHOWN
