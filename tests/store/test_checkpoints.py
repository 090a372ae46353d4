"""Checkpoints are kept with what their witnesses say of them: counted, early, against us, or of nobody."""

from dataclasses import replace

import pytest

from core.crypto.signing import verify
from core.ledger.checkpoint import check_certificate
from core.store.checkpoints import CheckpointStore, Counted
from core.store.database import IN_MEMORY, Database
from tests.ledger.checkpoints import checkpoint, cosigned, witnesses
from tests.store.records import KEY

SEVEN = witnesses(7)


@pytest.fixture
def store() -> CheckpointStore:
    return CheckpointStore(Database(IN_MEMORY, KEY))


def test_a_quorum_certifies_for_good(store: CheckpointStore) -> None:
    store.add(checkpoint(), SEVEN, verify)
    assert (store.newest(), store.at(12), store.newest_certified()) == (checkpoint(), checkpoint(), None)
    for witness in (6, 1, 5, 0):
        assert store.take(cosigned(checkpoint(), witness), SEVEN, verify) is Counted.COUNTED
    assert store.certificate(12) is None
    assert store.take(cosigned(checkpoint(), 0, late_s=9), SEVEN, verify) is Counted.KNOWN
    assert store.certificate(12) is None
    assert store.take(cosigned(checkpoint(), 3), SEVEN, verify) is Counted.COUNTED
    certificate = store.certificate(12)
    assert certificate is not None
    assert [one.witness for one in certificate.cosignatures] == [0, 1, 3, 5, 6]
    check_certificate(certificate, SEVEN, verify)
    assert store.take(cosigned(checkpoint(), 2), SEVEN, verify) is Counted.COUNTED
    again = store.certificate(12)
    assert again is not None
    assert len(again.cosignatures) == 5
    assert len(store.cosignatures(12)) == 6


def test_those_that_come_early_count_when_the_anchor_is_decided(store: CheckpointStore) -> None:
    other = replace(checkpoint(), root=bytes(32))
    for witness in range(5):
        assert store.take(cosigned(checkpoint(), witness), SEVEN, verify) is Counted.EARLY
    assert store.take(replace(cosigned(checkpoint(), 5), signature=bytes(64)), None, verify) is Counted.EARLY
    assert store.take(cosigned(other, 6), SEVEN, verify) is Counted.EARLY
    assert store.newest() is None
    assert store.add(checkpoint(), SEVEN, verify) == [cosigned(other, 6)] == store.conflicts()
    assert store.newest_certified() == store.certificate(12) is not None
    assert [one.witness for one in store.cosignatures(12)] == [0, 1, 2, 3, 4]
    assert store.take(cosigned(checkpoint(), 5), SEVEN, verify) is Counted.COUNTED


def test_another_root_for_our_anchor_is_kept_as_evidence(store: CheckpointStore) -> None:
    store.add(checkpoint(), SEVEN, verify)
    lie = cosigned(replace(checkpoint(), state_root=bytes(32)), 2)
    assert store.take(lie, SEVEN, verify) is Counted.CONFLICT
    assert store.take(replace(lie, signature=bytes(64)), SEVEN, verify) is Counted.INVALID
    assert store.take(cosigned(checkpoint(), 2), SEVEN, verify) is Counted.COUNTED
    assert store.conflicts() == [lie]
    assert store.cosigned_by(2) == 12


def test_what_nobody_of_the_roll_has_signed_does_not_count(store: CheckpointStore) -> None:
    store.add(checkpoint(), SEVEN, verify)
    for bad in (
        replace(cosigned(checkpoint(), 1), signature=bytes(64)),
        cosigned(checkpoint(), 7),
        replace(cosigned(checkpoint(), 1), witness=2),
        cosigned(replace(checkpoint(), epoch=1), 1),
    ):
        assert store.take(bad, SEVEN, verify) is Counted.INVALID
    assert store.take(cosigned(checkpoint(), 1), None, verify) is Counted.INVALID
    assert (store.cosignatures(12), store.conflicts()) == ([], [])


def test_the_newest_and_what_covers_an_entry(store: CheckpointStore) -> None:
    for anchor in (1, 2, 5, 9):  # of 10, 20, 50 and 90 entries
        store.add(checkpoint(anchor), SEVEN, verify)
    for anchor, count in ((1, 5), (2, 4), (5, 7), (9, 4)):
        for witness in range(count):
            store.take(cosigned(checkpoint(anchor), witness), SEVEN, verify)
    newest, certified = store.newest(), store.newest_certified()
    assert newest == checkpoint(9)
    assert certified is not None
    assert certified.checkpoint == checkpoint(5)
    covering = {entry: store.covering(entry) for entry in (0, 9, 10, 49, 50)}
    found = {entry: one.checkpoint.anchor if one else None for entry, one in covering.items()}
    assert found == {0: 1, 9: 1, 10: 5, 49: 5, 50: None}
    assert [store.cosigned_by(witness) for witness in (0, 4, 5, 7)] == [9, 5, 5, 0]


def test_what_is_not_committed_is_not_kept() -> None:
    database = Database(IN_MEMORY, KEY)
    store = CheckpointStore(database)

    def fail() -> None:
        with database.atomic():
            store.add(checkpoint(), SEVEN, verify)
            store.take(cosigned(checkpoint(), 1), SEVEN, verify)
            assert store.newest() == checkpoint()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (store.newest(), store.cosigned_by(1)) == (None, 0)


def test_a_cosignature_of_an_anchor_not_decided_here_silences_nobody(store: CheckpointStore) -> None:
    """It is kept unjudged, so whoever has an old key could say it."""
    store.add(checkpoint(12), SEVEN, verify)
    assert store.take(cosigned(checkpoint(1 << 60), 1), SEVEN, verify) is Counted.EARLY
    assert store.cosigned_by(1) == 0
