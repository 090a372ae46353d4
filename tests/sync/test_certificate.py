"""A node's certificate: the same bytes each time, and nothing else passes for one."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.signing import public_key
from core.errors import MunimentError
from sync.certificate import CERTIFICATE_BYTES, certificate_key, make_certificate

SEED = bytes(range(32))


def test_the_same_seed_makes_the_same_certificate_of_its_key():
    certificate = make_certificate(SEED)
    assert certificate == make_certificate(SEED)
    assert len(certificate) == CERTIFICATE_BYTES
    assert certificate_key(certificate) == public_key(SEED)


def test_no_clock_can_expire_it():
    certificate = x509.load_der_x509_certificate(make_certificate(SEED))
    assert certificate.not_valid_before_utc == datetime(1950, 1, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.integers(0, CERTIFICATE_BYTES - 1), st.integers(1, 255))
def test_every_altered_byte_is_refused(place, difference):
    altered = bytearray(make_certificate(SEED))
    altered[place] ^= difference
    with pytest.raises(MunimentError, match="bad-certificate"):
        certificate_key(bytes(altered))


@pytest.mark.parametrize("made", [b"", make_certificate(SEED)[:-1], make_certificate(SEED) + b"\0"])
def test_another_length_is_refused(made):
    with pytest.raises(MunimentError, match="bad-certificate"):
        certificate_key(made)
