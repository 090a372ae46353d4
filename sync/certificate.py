"""The certificate that a node shows in a TLS handshake: its Ed25519 key in X.509 clothes.

215 bytes of DER, the same for everybody but for the key and the signature: version 3 without extensions,
serial 1, subject and issuer `CN=muniment`, valid from 1950-01-01 to 9999-12-31 (RFC 5280 §4.1.2.5 forms),
so that no clock, however wrong, lets it expire. Made from the node's seed alone and the same each time
(Ed25519, RFC 8410), so it needs no backup. Trust does not come from it: the roll names the key, and the
roll's certificate must be this one.
"""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from core.errors import MunimentError

CERTIFICATE_BYTES = 215
KEY_BYTES = SEED_BYTES = 32
_SIGNATURE_BYTES = 64
_SIGNED_OFFSET = 3  # the outer SEQUENCE header; the key ends what is signed, as there are no extensions
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "muniment")])
_VALID_FROM = datetime(1950, 1, 1, tzinfo=UTC)
_VALID_TO = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def make_certificate(seed: bytes) -> bytes:
    """The DER certificate of the node with this 32-byte Ed25519 seed."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_TO)
    )
    return builder.sign(key, None).public_bytes(Encoding.DER)


def _template() -> tuple[bytes, bytes]:
    """What stands before and after the key in every certificate, read off one so that it cannot drift."""
    seed = bytes(SEED_BYTES)
    certificate = make_certificate(seed)
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    before, _, after = certificate.partition(key)
    return before, after[:-_SIGNATURE_BYTES]


_BEFORE_KEY, _AFTER_KEY = _template()


def certificate_key(certificate: bytes) -> bytes:
    """The raw 32-byte key of a well-formed, self-signed node certificate. Raises `bad-certificate`."""
    key = certificate[len(_BEFORE_KEY) : len(_BEFORE_KEY) + KEY_BYTES]
    signature = certificate[-_SIGNATURE_BYTES:]
    if len(certificate) != CERTIFICATE_BYTES or certificate != _BEFORE_KEY + key + _AFTER_KEY + signature:
        raise MunimentError("bad-certificate")
    signed = certificate[_SIGNED_OFFSET : len(_BEFORE_KEY) + KEY_BYTES]
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise MunimentError("bad-certificate") from None
    return key
