"""An honest extract verifies everywhere; whatever a forger does to it is told or shown."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import segno

from core.errors import MunimentError
from core.ledger.block import Reference
from core.ledger.forks import encode_evidence_file, evidence_of
from core.ledger.receipt_format import decode_receipt, encode_receipt
from core.ledger.transaction import Transaction, decode_transaction, encode_transaction
from desktop.knowledge import Knowledge, Present, knowledge_of_charter
from desktop.printing.code import draw_symbols, pack
from desktop.printing.comparing import OUTCOMES
from desktop.printing.drawing import draw_pdf
from desktop.printing.extract import PrintedStep, set_extract
from desktop.printing.facts import Row, make_content
from desktop.printing.paper import RULES_FILE
from desktop.verification import verify_file
from desktop.verify_result import AsPrinted, VerifyResult
from desktop.wording_paper import STEPS
from tests.ledger.building import Network, make_network, party, registration, seed
from tests.printing.conftest import PRINTED, Printed
from tests.printing.forging import (
    as_bytes,
    covered_and_repainted,
    scanned,
    with_attachment,
    with_invisible_text,
    with_note,
    with_page,
    with_text_as_outlines,
    without_attachments,
    written,
)

Save = Callable[..., Path]


def redrawn(sale: Printed, step: PrintedStep = PRINTED, title: str | None = None, **changes: Any) -> bytes:
    """The extract set with the application's own means, but with other words or another code."""
    symbols = changes.pop("symbols", sale.symbols)
    attached = changes.pop("attached", [(RULES_FILE, sale.law.canonical)])
    content = replace(make_content(sale.facts, sale.law), **changes)
    pages = set_extract(content, draw_symbols(symbols), step, sale.facts.quorum, sale.facts.offices)
    stated = pypdfium2.PdfDocument(sale.pdf).get_metadata_dict()["Title"]
    return draw_pdf(pages, title or stated, attached)


def outcome(result: VerifyResult) -> tuple[bool, str, object]:
    return result.valid, result.code, result.detail.get("what")


def with_many_owners() -> Transaction:
    """A registration that no single code holds."""
    owners = [
        {"kind": "ownership", "holder": party(f"Уладальнік {seed(n).hex()}", n), "part": [1, 90]} for n in range(90)
    ]
    act = registration()
    return replace(act, act={**act.act, "rights": owners})


# -- honest papers ------------------------------------------------------------------------------------------------


def test_an_honest_extract_is_valid(sale: Printed, save: Save, network: Network) -> None:
    result = verify_file(save(sale.pdf))
    assert outcome(result) == (True, "valid", None)
    facts = dict(result.facts)
    assert facts["Parcel"].startswith("Cadastral number 6220000000\n")
    assert facts["Notary"] == "Пётр Сакович, office Шацк"
    assert "Ștefan Țurcanu" in facts["Who takes it"]
    assert (result.network, result.network_known, result.act) == (network.id, False, sale.facts.transaction_id)
    assert (result.as_printed, result.step, result.witnesses) == ((AsPrinted("Seen by 2 of 3 offices"),), None, ())


def test_set_twice_it_has_the_same_ink(sale: Printed, save: Save) -> None:
    assert outcome(verify_file(save(redrawn(sale)))) == (True, "valid", None)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_on_paper_is_read_back(sale: Printed, save: Save, step: str) -> None:
    for side in OUTCOMES if step == "witnessed" else ("entered",):
        printed = PrintedStep(step, side, 2 if step == "witnessed" else 1, (2026, 1, 9))
        result = verify_file(save(redrawn(sale, printed)))
        assert result.valid, (step, side)
        assert [one.same for one in result.as_printed] == [None]


def test_with_a_replica_the_present_step_is_told(sale: Printed, save: Save, network: Network) -> None:
    offices = ("Шацк", "Телеханы", "Gori")

    def present(act: bytes) -> Present | None:
        return Present("certified", "entered", offices) if act == sale.facts.transaction_id else None

    result = verify_file(save(sale.pdf), Knowledge(network.id, present=present))
    assert (result.step, result.witnesses, result.network_known) == ("certified", offices, True)


def test_a_network_that_the_reader_does_not_trust_is_refused(sale: Printed, save: Save) -> None:
    other = knowledge_of_charter(make_network(4, [sale.law.canonical], "Another").charter)
    assert outcome(verify_file(save(sale.pdf), other)) == (False, "receipt-of-another-network", None)


def test_an_act_too_long_for_one_code_uses_several(print_act: Callable[..., Printed], save: Save) -> None:
    long = print_act(with_many_owners())
    assert len(long.symbols) > 1
    result = verify_file(save(long.pdf))
    assert outcome(result) == (True, "valid", None)
    assert f"Уладальнік {seed(89).hex()}" in dict(result.facts)["Rights"]


def test_characters_without_a_letter_are_spelled_out(print_act: Callable[..., Printed], save: Save) -> None:
    """Another script, a reordering character, a control character: visible on paper and still comparable."""
    act = registration()
    printed = print_act(replace(act, act={**act.act, "address": "Երևան \u202eevil\u0007 街 5"}))
    assert verify_file(save(printed.pdf)).valid
    text = pypdfium2.PdfDocument(printed.pdf)[0].get_textpage().get_text_bounded()
    assert "[U+202E]evil[U+0007]" in text
    assert "[U+8857]" in text


# -- forged papers ------------------------------------------------------------------------------------------------


def test_visible_text_alone_is_edited(sale: Printed, save: Save) -> None:
    act = make_content(sale.facts, sale.law).act
    forged = tuple(Row(row.label, ("98\u00a0500.00\u00a0BYN",)) if row.label == "Price" else row for row in act)
    assert outcome(verify_file(save(redrawn(sale, act=forged)))) == (False, "text-differs", "text")


def test_the_code_alone_is_edited(sale: Printed, save: Save) -> None:
    """A changed price in the code breaks the officers' signatures, however well it is packed."""
    receipt = decode_receipt(sale.receipt)
    act = decode_transaction(receipt.transaction)
    dearer = encode_transaction(replace(act, act={**act.act, "price": [9_850_000, "BYN"]}))
    symbols = pack(encode_receipt(replace(receipt, transaction=dearer)))
    result = verify_file(save(redrawn(sale, symbols=symbols)))
    assert outcome(result) == (False, "bad-receipt-path", None)
    assert result.facts == ()


def test_the_code_of_another_extract_is_pasted(sale: Printed, other_sale: Printed, save: Save) -> None:
    result = verify_file(save(redrawn(sale, symbols=other_sale.symbols)))
    assert outcome(result) == (False, "text-differs", "title")
    assert dict(result.facts)["Price"] == "91\u00a0000.00\u00a0BYN"
    same_title = pypdfium2.PdfDocument(other_sale.pdf).get_metadata_dict()["Title"]
    pasted = redrawn(sale, symbols=other_sale.symbols, title=same_title)
    assert outcome(verify_file(save(pasted))) == (False, "text-differs", "text")


def test_embedded_rules_are_edited(sale: Printed, save: Save) -> None:
    """The attached law gives labels: it must be the one that the charter names."""
    altered = sale.law.canonical.replace(b"Who takes it", b"Who gives it")
    assert altered != sale.law.canonical
    for attached in ([(RULES_FILE, altered)], [(RULES_FILE, sale.law.canonical), ("more.bin", b"more")]):
        result = verify_file(save(redrawn(sale, attached=attached)))
        assert outcome(result) == (False, "embedded-data-differs", None)


def test_embedded_files_are_added_to_the_finished_file(sale: Printed, save: Save) -> None:
    forged = with_attachment(sale.pdf, "annex.pdf", b"%PDF-1.7 annex")
    assert outcome(verify_file(save(forged))) == (False, "embedded-data-differs", None)


def test_the_title_in_the_properties_is_edited(sale: Printed, save: Save) -> None:
    forged = redrawn(sale, title="Extract of title, confirmed by court")
    assert outcome(verify_file(save(forged))) == (False, "text-differs", "title")


def test_text_is_covered_and_outlines_painted_over_it(sale: Printed, save: Save) -> None:
    forged = covered_and_repainted(sale.pdf, "48 500.00", "98 500.00")
    assert "48 500.00" in pypdfium2.PdfDocument(forged)[0].get_textpage().get_text_bounded().replace("\xa0", " ")
    assert outcome(verify_file(save(forged))) == (False, "text-differs", "ink")


def test_one_digit_is_covered(sale: Printed, save: Save) -> None:
    forged = covered_and_repainted(sale.pdf, "2-417", "2-411")
    assert outcome(verify_file(save(forged))) == (False, "text-differs", "ink")


def test_text_is_taken_away_and_painted_as_outlines(sale: Printed, save: Save) -> None:
    forged = with_text_as_outlines(sale.pdf, ["Price 98 500.00 BYN", "Seen by 2 of 3 offices"])
    assert not verify_file(save(forged)).valid


def test_hidden_text_for_those_who_copy(sale: Printed, save: Save) -> None:
    forged = with_invisible_text(sale.pdf, "Price 98 500.00 BYN")
    assert not verify_file(save(forged)).valid


def test_notes_that_only_some_readers_draw(sale: Printed, save: Save) -> None:
    assert outcome(verify_file(save(with_note(sale.pdf)))) == (False, "text-differs", "foreign-parts")


def test_a_page_is_added(sale: Printed, save: Save) -> None:
    assert outcome(verify_file(save(with_page(sale.pdf)))) == (False, "text-differs", "pages")


def test_the_box_of_the_day_of_printing_holds_only_words_of_the_ladder(
    sale: Printed, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    import desktop.printing.extract as extract

    monkeypatch.setattr(extract, "ladder_text", lambda *_: "Valid for ever")
    forged = redrawn(sale)
    monkeypatch.undo()
    assert outcome(verify_file(save(forged))) == (False, "text-differs", "printed-step")


def test_without_its_rules_a_known_law_still_compares(sale: Printed, save: Save) -> None:
    assert verify_file(save(without_attachments(sale.pdf))).valid


def test_unknown_rules_are_told(sale: Printed, save: Save, monkeypatch: pytest.MonkeyPatch, network: Network) -> None:
    """A verifier that has neither the law in the file nor one of its own shows the law's own names, and says so."""
    monkeypatch.setattr("desktop.knowledge.library_laws", dict)
    stripped = save(without_attachments(sale.pdf))
    result = verify_file(stripped)
    assert outcome(result) == (False, "rules-missing", None)
    assert dict(result.facts)["price"] == "48\u00a0500.00\u00a0BYN"
    assert verify_file(stripped, knowledge_of_charter(network.charter)).valid
    assert verify_file(save(sale.pdf)).valid


def test_two_extracts_on_one_paper(sale: Printed, other_sale: Printed, save: Save) -> None:
    result = verify_file(save(redrawn(sale, symbols=(*sale.symbols, *other_sale.symbols))))
    assert outcome(result) == (False, "several-receipts", None)


def test_a_code_that_is_missing_is_told(print_act: Callable[..., Printed], save: Save) -> None:
    long = print_act(with_many_owners())
    result = verify_file(save(redrawn(long, symbols=long.symbols[:-1])))
    assert (result.code, result.detail) == (
        "symbols-missing",
        {"found": len(long.symbols) - 1, "of": len(long.symbols)},
    )


# -- scans and pictures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "dpi", "degrees"), [("PDF", 200, 0), ("PNG", 150, 0), ("JPEG", 250, 2.5), ("PDF", 300, -4)]
)
def test_a_scan_shows_the_signed_facts(sale: Printed, save: Save, kind: str, dpi: int, degrees: float) -> None:
    page = scanned(sale.pdf, dpi, degrees)
    result = verify_file(save(as_bytes(page, kind, dpi), f"scan.{kind.lower()}"))
    assert (result.valid, result.code, result.kind) == (True, "facts-to-compare", "picture")
    assert dict(result.facts)["Price"] == "48\u00a0500.00\u00a0BYN"
    assert result.as_printed == ()


def test_a_forged_page_that_is_scanned_shows_what_was_signed(sale: Printed, save: Save) -> None:
    """Its text cannot be compared: so it is never called valid as it stands, and the true price is shown."""
    forged = covered_and_repainted(sale.pdf, "48 500.00", "98 500.00")
    result = verify_file(save(as_bytes(scanned(forged, 200), "PDF"), "scan.pdf"))
    assert result.code == "facts-to-compare"
    assert dict(result.facts)["Price"] == "48\u00a0500.00\u00a0BYN"


# -- no extracts --------------------------------------------------------------------------------------------------


def _blank_pdf() -> bytes:
    return draw_pdf([()], "Nothing")


def _foreign_code() -> bytes:
    out = BytesIO()
    segno.make_qr("https://example.org").save(out, kind="png", scale=6)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"a letter", b"%PDF-1.7\nno more", b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xff\xe0", bytes(5000)],
    ids=["empty", "text", "pdf-head", "png-head", "jpeg-head", "zeros"],
)
def test_files_that_are_no_extract(save: Save, data: bytes) -> None:
    with pytest.raises(MunimentError, match="not-an-extract"):
        verify_file(save(data, "file"))


def test_papers_of_others_are_no_extract(save: Save) -> None:
    for data in (_blank_pdf(), _foreign_code()):
        with pytest.raises(MunimentError, match="not-an-extract"):
            verify_file(save(data, "file"))


@pytest.mark.parametrize("kept", [0.05, 0.4, 0.7, 0.95])
def test_a_truncated_pdf_is_no_extract(sale: Printed, save: Save, kept: float) -> None:
    with pytest.raises(MunimentError, match="not-an-extract"):
        verify_file(save(sale.pdf[: int(len(sale.pdf) * kept)]))


def test_a_huge_page_is_not_drawn(save: Save) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 14_400)
    with pytest.raises(MunimentError) as caught:
        verify_file(save(written(document)))
    assert caught.value.facts["why"] == "page-size"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MunimentError, match="file-not-found"):
        verify_file(tmp_path / "none.pdf")


# -- evidence of a fork -------------------------------------------------------------------------------------------


def fork_file(network: Network) -> bytes:
    first, _ = network.block(3, [network.sign_group([registration(1)])])
    second, _ = network.block(3, [network.sign_group([registration(2)])])
    return encode_evidence_file(network.id, evidence_of(first, second))


def test_evidence_of_a_fork_needs_only_the_charter(sale: Printed, network: Network, save: Save) -> None:
    path = save(fork_file(network), "evidence")
    result = verify_file(path, knowledge_of_charter(network.charter))
    assert outcome(result) == (True, "fork-proven", None)
    assert (result.kind, result.detail["office"], result.detail["seq"]) == ("evidence", "Gori", 1)
    assert verify_file(path).code == "evidence-needs-charter"
    other = knowledge_of_charter(make_network(4, [sale.law.canonical], "Another").charter)
    assert verify_file(path, other).code == "evidence-of-another-network"


def test_no_evidence_against_an_honest_office(network: Network, save: Save) -> None:
    """Two blocks at different places, and a block that another node signed."""
    known = knowledge_of_charter(network.charter)
    first, _ = network.block(3, [network.sign_group([registration(1)])])
    second, _ = network.block(3, [network.sign_group([registration(2)])], 2, first.id, [Reference(0, 1, seed(0))])
    later = save(encode_evidence_file(network.id, evidence_of(first, second)), "later")
    assert outcome(verify_file(later, known)) == (False, "not-a-fork", None)
    twin, _ = network.block(3, [network.sign_group([registration(2)])])
    forged = replace(twin, signature=network.nodes[2].sign(b"x"))
    path = save(encode_evidence_file(network.id, evidence_of(first, forged)), "forged")
    assert outcome(verify_file(path, known)) == (False, "bad-block-signature", None)
