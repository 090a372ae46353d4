"""TLS 1.3 between nodes that know each other's keys from the roll (RFC 8446; 4-sync "Trust").

Both sides show the certificate of sync/certificate.py and trust exactly those of the roll in force: the
store is made anew whenever the roll's certificates differ from those it was made of, so a removed node is
refused in its next handshake. VERIFY_X509_PARTIAL_CHAIN makes each certificate its own anchor; without it
certificates of equal name shadow each other. No session tickets: a resumed session would skip the check.
The raw key is compared after the handshake. In TLS 1.3 a client has finished before the server judges it,
so it learns of a refusal at its first read: as the alert `unknown_ca`, or as a connection closed before
anything was said.
"""

import os
import secrets
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from core.errors import MunimentError
from sync.certificate import certificate_key, make_certificate

_REFUSALS_OF_US = {
    "TLSV1_ALERT_UNKNOWN_CA",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "TLSV1_ALERT_ACCESS_DENIED",
    "TLSV1_ALERT_DECRYPT_ERROR",
}
_REFUSALS_OF_PEER = {"CERTIFICATE_VERIFY_FAILED", "PEER_DID_NOT_RETURN_A_CERTIFICATE"}
_OTHER_VERSIONS = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
}


class Credentials:
    """This node's side of every handshake."""

    def __init__(self, seed: bytes) -> None:
        self.certificate = make_certificate(seed)
        self.key = certificate_key(self.certificate)
        self._seed = seed
        self._contexts: dict[bool, tuple[tuple[bytes, ...], ssl.SSLContext]] = {}

    def context(self, server_side: bool, trusted: Sequence[bytes]) -> ssl.SSLContext:
        """The context for the next handshake; `trusted`: the roll's certificates (DER).

        Our own may be among them: a copy of this computer is then told apart from a stranger, after the handshake.
        """
        wanted = tuple(trusted)
        made_of, context = self._contexts.get(server_side, (None, None))
        if context is None or made_of != wanted:
            context = self._make_context(server_side, wanted)
            self._contexts[server_side] = wanted, context
        return context

    def _make_context(self, server_side: bool, trusted: Sequence[bytes]) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False  # nodes have no host names; the key is the name
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if server_side:
            context.num_tickets = 0
        # Charter cards hold what each office put there: one that is no certificate must not end everybody's meetings.
        sound = [certificate for certificate in trusted if _is_node_certificate(certificate)]
        if sound:  # an empty store refuses everybody, which is right
            context.load_verify_locations(cadata=b"".join(sound))
        self._load_key(context)
        return context

    def context_for_anybody(self) -> ssl.SSLContext:
        """As a server that proves itself and asks the caller for nothing: pairing alone uses it (sync/pairing.py)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.num_tickets = 0
        self._load_key(context)
        return context

    def _load_key(self, context: ssl.SSLContext) -> None:
        """Give our key to the context, which takes it from a file only.

        The file is encrypted under a password that exists for this call alone and is removed at once: the key
        itself never reaches a disk, on any system.
        """
        password = secrets.token_bytes(24).hex().encode()
        private = Ed25519PrivateKey.from_private_bytes(self._seed).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
        )
        descriptor, name = tempfile.mkstemp(prefix="muniment-")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(private + ssl.DER_cert_to_PEM_cert(self.certificate).encode())
            context.load_cert_chain(name, password=password)
        finally:
            Path(name).unlink()


def context_for_pinned() -> ssl.SSLContext:
    """As a client that trusts nobody yet: whoever uses it compares the certificate with the digest it was given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_node_certificate(certificate: bytes) -> bool:
    try:
        certificate_key(certificate)
    except MunimentError:
        return False
    return True


def peer_key(connection: ssl.SSLObject | ssl.SSLSocket | None) -> bytes:
    """The raw key of the peer of a finished handshake. Raises `bad-certificate`."""
    certificate = connection.getpeercert(binary_form=True) if connection else None
    return certificate_key(certificate or b"")


def handshake_error(error: Exception) -> MunimentError:
    """The code of a failed handshake or first read: who refused whom, and why.

    `unknown-peer`: we refused a certificate that is not in the roll (or none). `peer-refused-us`: it
    refused ours, or closed without a word. `other-protocol-version`: it speaks no TLS 1.3. `peer-silent`,
    `peer-unreachable`, `bad-handshake`: as they say.
    """
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        if reason in _REFUSALS_OF_PEER:
            return MunimentError("unknown-peer")
        if reason in _REFUSALS_OF_US:
            return MunimentError("peer-refused-us", alert=reason)
        if reason in _OTHER_VERSIONS:
            return MunimentError("other-protocol-version", alert=reason)
        return MunimentError("bad-handshake", alert=reason)
    if isinstance(error, TimeoutError):
        return MunimentError("peer-silent")
    if isinstance(error, ssl.SSLError | EOFError | ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return MunimentError("peer-refused-us", alert="closed")
    return MunimentError("peer-unreachable", why=type(error).__name__)
