"""Two computers that do not know each other yet: commit, reveal, and a short code that a person carries across.

The newcomer calls with what an invitation told it. Both sides commit to what they will say (the inviter its offer, the
newcomer its office card) before either shows anything; then both reveal, and each computes six digits from all that
was committed. The newcomer's screen shows them, a person types them at the inviter. Whoever stands between has to
commit before it knows the nonces, so it matches the digits once in a million sessions; a session has one guess, and
an invitation one session that came so far. (Vaudenay, "Secure communications over insecure channels based on short
authenticated strings", CRYPTO 2005; ZRTP, RFC 6189 §4.4.1, commits for the same reason.) The newcomer proves its key
by signing the whole exchange, the digest of the inviter's certificate in it. It is told apart from a stranger's offer
by that digest, which came with the invitation.

Sans-IO: values in, messages out; nonces come from the edge. Messages are canonical DAG-CBOR lists of at most 80 KiB,
in this order and no other: JOIN, COMMIT, OFFER, CARD, then ACCEPTED or BYE.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from core.crypto.hashing import DIGEST_BYTES, tag_bytes, tagged_hash
from core.errors import MunimentError
from core.ledger.charter import MAX_CARD_BYTES, OfficeCard, Verify, decode_card
from core.ledger.encoding import Value, decode, encode, is_natural

VERSION = 1
CODE_DIGITS = 6
NONCE_BYTES = 32
TOKEN_BYTES = 16
MAX_PAIRING_BYTES = MAX_CARD_BYTES + (16 << 10)
_JOIN, _COMMIT, _OFFER, _CARD, _ACCEPTED, BYE = range(1, 7)  # 7 to 12: sync/handing_over.py


@dataclass(frozen=True, slots=True)
class Offer:
    """What the inviter says of the network; the newcomer verifies everything else from there."""

    network: bytes  # id, 32 bytes
    inviter: int  # number of the member
    node_key: bytes  # 32 bytes
    checkpoint: tuple[int, bytes] | None  # (anchor, hash); None before the first certified one

    @property
    def encoded(self) -> bytes:
        checkpoint = None if self.checkpoint is None else list(self.checkpoint)
        return encode([self.network, self.inviter, self.node_key, checkpoint])


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides know from the invitation."""

    network: bytes  # id
    token: bytes  # 16 bytes, drawn for this invitation
    certificate_digest: bytes  # SHA-256 of the certificate that guards the pairing port


class Step(Enum):
    CALLED = "called"  # waits for the first message of the other
    COMMITTED = "committed"
    SHOWN = "shown"  # both have revealed; the code is on the newcomer's screen
    ACCEPTED = "accepted"
    ENDED = "ended"


class Inviter:
    """The side that invites. `code` is what must be typed; it is never shown here."""

    def __init__(self, terms: Terms, offer: Offer, nonce: bytes, verify: Verify) -> None:
        self._terms, self._nonce, self._verify = terms, nonce, verify
        self._said = offer.encoded
        self._theirs = b""  # the newcomer's commitment
        self._code = ""
        self.step = Step.CALLED
        self.card: OfficeCard | None = None  # known once both have revealed, trusted once `typed` was right

    def receive(self, message: bytes) -> list[bytes]:
        """The answers. Raises `malformed-message`, `other-protocol-version`, `other-network`, `invitation-unknown`,
        `pairing-broken` (it says what it had not committed to), `unexpected-message` and the codes of `decode_card`.
        """
        match self.step, _parts(message):
            case Step.CALLED, [kind, version, bytes(network), bytes(token), bytes(commitment)] if kind == _JOIN:
                _check_join(self._terms, version, network, token, commitment)
                self._theirs, self.step = commitment, Step.COMMITTED
                mine = _commitment("inviter", self._nonce, self._said)
                return [encode([_COMMIT, mine]), encode([_OFFER, self._nonce, self._said])]
            case Step.COMMITTED, [kind, bytes(nonce), bytes(card), bytes(signature)] if kind == _CARD:
                if _commitment("newcomer", nonce, card) != self._theirs:
                    raise MunimentError("pairing-broken")
                opened = decode_card(card, self._verify)
                transcript = _transcript(self._terms, self._nonce, self._said, nonce, card)
                if not self._verify(opened.node_key, _proof(transcript), signature):
                    raise MunimentError("pairing-broken")
                self.card, self._code, self.step = opened, _code(transcript), Step.SHOWN
                return []
        raise MunimentError("unexpected-message")

    def typed(self, code: str) -> bytes:
        """The last message, when the code that the person typed is right. One guess: raises `wrong-code`."""
        if self.step is not Step.SHOWN:
            raise MunimentError("unexpected-message")
        if "".join(code.split()) != self._code:
            self.step = Step.ENDED
            raise MunimentError("wrong-code")
        self.step = Step.ACCEPTED
        return encode([_ACCEPTED])


class Newcomer:
    """The side that was invited. `code` is shown on its screen once both have revealed."""

    def __init__(self, terms: Terms, card: bytes, nonce: bytes, sign: Callable[[bytes], bytes]) -> None:
        """`sign`: by the node key of the card."""
        self._terms, self._card, self._nonce, self._sign = terms, card, nonce, sign
        self._theirs = b""
        self.step = Step.CALLED
        self.code = ""
        self.offer: Offer | None = None  # to be relied on once the step is ACCEPTED

    def call(self) -> bytes:
        """The first message."""
        mine = _commitment("newcomer", self._nonce, self._card)
        return encode([_JOIN, VERSION, self._terms.network, self._terms.token, mine])

    def receive(self, message: bytes) -> list[bytes]:
        """The answers. Raises as the inviter's, and what the other side refused with."""
        match self.step, _parts(message):
            case _, [kind, str(code)] if kind == BYE:
                self.step = Step.ENDED
                raise MunimentError(refusal_of(code))
            case Step.CALLED, [kind, bytes(commitment)] if kind == _COMMIT and len(commitment) == DIGEST_BYTES:
                self._theirs, self.step = commitment, Step.COMMITTED
                return []
            case Step.COMMITTED, [kind, bytes(nonce), bytes(said)] if kind == _OFFER:
                if _commitment("inviter", nonce, said) != self._theirs:
                    raise MunimentError("pairing-broken")
                self.offer = _decode_offer(said)
                if self.offer.network != self._terms.network:
                    raise MunimentError("other-network")
                transcript = _transcript(self._terms, nonce, said, self._nonce, self._card)
                self.code, self.step = _code(transcript), Step.SHOWN
                return [encode([_CARD, self._nonce, self._card, self._sign(_proof(transcript))])]
            case Step.SHOWN, [kind] if kind == _ACCEPTED:
                self.step = Step.ACCEPTED
                return []
        raise MunimentError("unexpected-message")


def bye(code: str) -> bytes:
    """The last message of an inviter that refuses."""
    return encode([BYE, code])


_REFUSALS = frozenset(
    {
        "wrong-code",
        "invitation-unknown",
        "invitation-over",
        "nothing-certified",
        "copy-too-large",
        "other-network",
        "other-protocol-version",
        "pairing-broken",
        "malformed-message",
        "unexpected-message",
    }
)


def refusal_of(code: str) -> str:
    """A code that the other side said, if it is one that it may say."""
    return code if code in _REFUSALS else "peer-refused-us"


def _check_join(terms: Terms, version: Value, network: bytes, token: bytes, commitment: bytes) -> None:
    if version != VERSION:
        raise MunimentError("other-protocol-version")
    if network != terms.network:
        raise MunimentError("other-network")
    if token != terms.token:
        raise MunimentError("invitation-unknown")
    if len(commitment) != DIGEST_BYTES:
        raise MunimentError("malformed-message")


def _parts(message: bytes) -> Value:
    return decode(message, MAX_PAIRING_BYTES)


def _decode_offer(said: bytes) -> Offer:
    match decode(said, MAX_PAIRING_BYTES):
        case [bytes(network), inviter, bytes(key), checkpoint] if len(network) == len(key) == DIGEST_BYTES:
            match checkpoint:
                case None:
                    return Offer(network, _natural(inviter), key, None)
                case [anchor, bytes(hashed)] if len(hashed) == DIGEST_BYTES:
                    return Offer(network, _natural(inviter), key, (_natural(anchor), hashed))
    raise MunimentError("malformed-message")


def _natural(value: Value) -> int:
    if not is_natural(value):
        raise MunimentError("malformed-message")
    assert isinstance(value, int)
    return value


def _commitment(side: str, nonce: bytes, content: bytes) -> bytes:
    if len(nonce) != NONCE_BYTES:  # of fixed width, or another split of the same bytes would fit
        raise MunimentError("malformed-message")
    return tagged_hash(f"pairing-{side}", nonce, content)


def _transcript(terms: Terms, inviter_nonce: bytes, offer: bytes, newcomer_nonce: bytes, card: bytes) -> bytes:
    """All that was said, both nonces and the certificate among it; 32 bytes."""
    parts = [terms.network, terms.token, terms.certificate_digest, inviter_nonce, offer, newcomer_nonce, card]
    return tagged_hash("pairing", encode(parts))


def _proof(transcript: bytes) -> bytes:
    return tag_bytes("pairing-proof") + transcript


def _code(transcript: bytes) -> str:
    """Six digits; 2^64 is so much larger than a million that no digit is likelier than another by 10^-13."""
    number = int.from_bytes(tagged_hash("pairing-code", transcript)[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"
