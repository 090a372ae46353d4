"""What an office that invites gives to the newcomer, as a file or in a QR code: where to call, and whom to expect.

`"MuI"`, a version byte, then canonical DAG-CBOR: [network id, token, SHA-256 of the pairing certificate, name of the
network, name of the office, addresses, end]. It is no secret and proves nothing by itself: whoever holds it may call
once, and is let in only if a person types the code that the newcomer's screen shows (sync/pairing.py). The end is what
the inviter's clock says, for people to read; the inviter's port decides, so that no wrong clock keeps anybody out.
"""

from dataclasses import dataclass

from core.crypto.hashing import DIGEST_BYTES
from core.errors import MunimentError
from core.ledger.charter import MAX_NAME_CHARS
from core.ledger.encoding import Value, decode, encode, is_natural
from sync.link import parse_address
from sync.pairing import TOKEN_BYTES, Terms

MAGIC = b"MuI\x01"
MAX_ADDRESSES = 8
MAX_ADDRESS_CHARS = 80
MAX_INVITATION_BYTES = 2048  # one QR symbol of level M


@dataclass(frozen=True, slots=True)
class Invitation:
    terms: Terms
    network_name: str
    office: str  # that invites
    addresses: tuple[str, ...]  # host:port, to be called in this order
    end_ms: int  # as the inviter's clock counts

    @property
    def encoded(self) -> bytes:
        """File and QR code."""
        terms = [self.terms.network, self.terms.token, self.terms.certificate_digest]
        return MAGIC + encode([*terms, self.network_name, self.office, list(self.addresses), self.end_ms])


def decode_invitation(data: bytes) -> Invitation:
    """Raises `not-an-invitation`, whatever is wrong with it."""
    if len(data) > MAX_INVITATION_BYTES or not data.startswith(MAGIC):
        raise MunimentError("not-an-invitation")
    try:
        parts = decode(data[len(MAGIC) :], MAX_INVITATION_BYTES)
    except MunimentError:
        raise MunimentError("not-an-invitation") from None
    match parts:
        case [bytes(network), bytes(token), bytes(digest), str(name), str(office), [*addresses], end_ms]:
            sizes = (len(network), len(token), len(digest))
            fits = sizes == (DIGEST_BYTES, TOKEN_BYTES, DIGEST_BYTES) and is_natural(end_ms)
            named = 0 < len(name) <= MAX_NAME_CHARS and 0 < len(office) <= MAX_NAME_CHARS
            if fits and named and 0 < len(addresses) <= MAX_ADDRESSES and all(map(_is_address, addresses)):
                return Invitation(Terms(network, token, digest), name, office, tuple(addresses), end_ms)
    raise MunimentError("not-an-invitation")


def _is_address(value: Value) -> bool:
    if type(value) is not str or not 0 < len(value) <= MAX_ADDRESS_CHARS:
        return False
    try:
        return parse_address(value, 0)[1] > 0
    except MunimentError:  # no port, too
        return False
