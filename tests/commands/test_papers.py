"""Scans and slow connections by the public command."""

from pathlib import Path

from tests.commands.places import Founded, refused, run
from tests.ledger.building import document
from tests.offices import registration

SCAN = b"%PDF-1.7 a deed of gift"


def test_a_scan_is_listed_asked_for_and_saved(network: Founded, tmp_path: Path) -> None:
    first, second = network.places
    office = first.open()
    digest = office.papers.add(SCAN)
    paper = document("Deed of gift", "7") | {"digest": digest}
    act = first._register(office, {**registration(1), "evidence": paper}).id.hex()
    office.close()
    network.hand_over(0, 1)
    (listed,) = run("scan", "list", act, *second.access, "--json").json["scans"]
    assert (listed["number"], listed["digest"], listed["here"], listed["wanted"]) == ("7", digest.hex(), False, False)
    assert "Scans asked for: 1." in run("scan", "want", act, *second.access, "--json").json["message"]
    assert run("scan", "list", act, *second.access, "--json").json["scans"][0]["wanted"]
    copy = tmp_path / "deed.pdf"
    refused(run("scan", "save", act, digest.hex(), copy, *second.access, "--json"), 1, "paper-not-held")
    assert run("scan", "save", act, digest.hex(), copy, *first.access, "--json").exit_code == 0
    assert copy.read_bytes() == SCAN
    refused(run("scan", "list", "00" * 32, *first.access, "--json"), 1, "unknown-act")
    assert run("scan", "list", "no number", *first.access, "--json").json["code"] == "bad-command"


def test_a_slow_connection_is_kept(network: Founded) -> None:
    first, _ = network.places
    said = run("line", "--kbit", "64", "--no-scans", *first.access, "--json")
    assert said.exit_code == 0
    assert "From now on this office sends so" in said.json["message"]
    office = first.open()
    try:
        assert tuple(office.encounters.line) == (8000, False)
    finally:
        office.close()
