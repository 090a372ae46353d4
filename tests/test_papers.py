"""The scans of an act: found by what the act says, and by nobody who may not read that."""

from hashlib import sha256

import pytest

from core.errors import MunimentError
from core.papers import documents_in, papers_of, read_paper, want_paper
from tests.ledger.building import document
from tests.offices import land_network, make_offices, register, sell
from tests.sync.meetings import meet

SCAN = b"%PDF-1.7 a deed"
DIGEST = sha256(SCAN).digest()


def test_the_scan_of_a_sale_is_named_by_its_act_and_comes_on_demand() -> None:
    network, (first, second, *_) = land_network(), make_offices()
    parcel = register(network, first, 1).records[0]
    sale = sell(network, first, parcel, 2)
    meet(first, second)
    (paper,) = papers_of(second, sale.id)
    assert paper.document["number"] == "2-2"
    assert paper.paper is None
    want_paper(second, sale.id, paper.digest)
    (asked,) = papers_of(second, sale.id)
    assert asked.paper is not None
    assert asked.paper.wanted
    with pytest.raises(MunimentError, match="paper-not-held"):
        read_paper(second, sale.id, paper.digest)


def test_who_may_not_see_the_document_gets_no_scan_of_it() -> None:
    network, (office, *_) = land_network(), make_offices()
    parcel = register(network, office, 1).records[0]
    sale = sell(network, office, parcel, 2)
    (paper,) = papers_of(office, sale.id)
    office.people.attend()  # a person works here now, and nobody is signed in
    assert papers_of(office, sale.id) == []
    for ask in (read_paper, want_paper):
        with pytest.raises(MunimentError, match="paper-not-named"):
            ask(office, sale.id, paper.digest)


def test_no_scan_is_had_by_naming_another_act() -> None:
    network, (office, *_) = land_network(), make_offices()
    office.papers.add(SCAN)
    act = register(network, office, 1)
    with pytest.raises(MunimentError, match="paper-not-named"):
        read_paper(office, act.id, DIGEST)


def test_documents_are_found_however_deep_and_nothing_else_is() -> None:
    deed, court = document("Deed", "1"), document("Judgment", "2")
    act = {"deed": deed, "rights": [{"basis": court, "part": [1, 2]}], "price": [1, "EUR"], "digest": DIGEST}
    assert list(documents_in(act)) == [deed, court]
    assert list(documents_in({"deed": {**deed, "digest": None}})) == []
    assert list(documents_in({"deed": {**deed, "more": 1}})) == []


def test_it_stands_in_the_replica_s_own_database_and_so_in_every_backup() -> None:
    office, *_ = make_offices(2)
    assert office.papers.add(SCAN) == DIGEST
    assert office.store.database.scalar("SELECT count(*) FROM paper_chunk") == 1
