"""Real Qt off the screen, real PDFs, one network with the land law."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from core.crypto.signing import verify
from core.laws import Law, parse_law
from core.ledger.block import Reference
from core.ledger.receipt import ReceiptFacts, check_receipt
from core.ledger.receipt_format import Origin, decode_receipt
from core.ledger.receipt_making import make_receipt
from core.ledger.transaction import Transaction, encode_transaction
from desktop.library import library_laws
from desktop.printing.code import pack
from desktop.printing.extract import PrintedStep
from desktop.printing.paper import make_pdf
from tests.ledger.building import Network, make_network, registration, seed, transfer

PRINTED = PrintedStep("witnessed", "entered", 2, (2026, 11, 23))


@dataclass(frozen=True)
class Printed:
    """An extract with everything that it was made from."""

    receipt: bytes
    facts: ReceiptFacts
    law: Law
    symbols: tuple[bytes, ...]
    pdf: bytes


@pytest.fixture(autouse=True)
def _qt(qapp: QApplication) -> None:
    """Fonts need an application object; pytest-qt's serves all tests."""


@pytest.fixture(scope="session")
def law() -> Law:
    return parse_law(library_laws()["land"])


@pytest.fixture(scope="session")
def network(law: Law) -> Network:
    return make_network(4, [law.canonical], "Land register of the tests")


@pytest.fixture(scope="session")
def print_act(network: Network, law: Law) -> Callable[..., Printed]:
    """Prints an act of office 0 as the newest of its chain."""

    def make(act: Transaction, created_by: Transaction | None = None, step: PrintedStep = PRINTED) -> Printed:
        references = [Reference(author, 12, seed(author)) for author in (1, 2, 3)]
        block, payload = network.block(0, [network.sign_group([act])], 300, seed("prev"), references, 9)
        origins = [Origin("parcel", 0, encode_transaction(created_by))] if created_by else []
        receipt = make_receipt(network.charter, block, payload, 0, 0, "en", origins)
        facts, symbols = check_receipt(decode_receipt(receipt), verify), pack(receipt)
        return Printed(receipt, facts, law, symbols, make_pdf(facts, law, symbols, step))

    return make


@pytest.fixture(scope="session")
def sale(network: Network, print_act: Callable[..., Printed], qapp: QApplication) -> Printed:
    created_by = registration()
    return print_act(transfer(network.id, created_by), created_by)


@pytest.fixture(scope="session")
def other_sale(network: Network, print_act: Callable[..., Printed], qapp: QApplication) -> Printed:
    """Another parcel, another price."""
    created_by = registration(7)
    act = transfer(network.id, created_by, 7)
    return print_act(replace(act, act={**act.act, "price": [9_100_000, "BYN"]}), created_by)


@pytest.fixture
def save(tmp_path: Path) -> Callable[[bytes, str], Path]:
    def write(data: bytes, name: str = "extract.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write
