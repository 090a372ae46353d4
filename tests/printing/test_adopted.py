"""Papers of what a vote has brought: rules, offices, keys. A stranger who holds the paper alone verifies them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import combinations, cycle
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.joining import join
from core.laws import parse_law
from core.laws.law_reading import law_from_canonical
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.encoding import decode
from core.ledger.epoch_proof import decode_epoch_proof
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.transaction import Signer
from core.office import RENEWED, Office
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.views import ActView
from desktop.knowledge import knowledge_of_office
from desktop.printing.code import pack
from desktop.printing.extract import PrintedStep
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import NEWEST, make_pdf
from desktop.printing.reading import open_pdf, page_text
from desktop.verification import verify_file
from desktop.verify_result import AsPrinted
from sync.certificate import make_certificate
from tests.drawing import draw
from tests.ledger.building import seed
from tests.offices import StepClock, meet, sign
from tests.test_epochs import Town, new_card, pass_change

DAY = (2026, 11, 23)
Save = Callable[..., Path]

PLOTS = """
law: plots
version: {version}
title: {{en: Plots {version}}}
{transition}
registers:
  plot:
    home: office
    key: {{no: {{type: number}}}}
    fields: {{owner: {{type: text, max_chars: 40, label: {{en: Owner}}}}}}
    states: {{start: open}}
procedures:
  enter:
    title: {{en: Entry of a plot}}
    class: decision
    creates: {{plot: plot}}
    signed_by: {{all_of: [registrar]}}
    fields: {{owner: {{type: text, max_chars: 40, label: {{en: Owner}}}}}}
    effects: [{{create: plot, set: {{owner: act.owner}}}}]
"""


def plots(version: int) -> bytes:
    transition = 'transition: {begun: old, article: "9"}' if version > 1 else ""
    return parse_law(PLOTS.format(version=version, transition=transition)).canonical


@dataclass
class Life:
    """A network that has adopted rules, changed them, renewed two keys and admitted an office; acts of each time."""

    town: Town
    acts: dict[str, ActView]
    snapshot: bytes = b""  # of which the fifth office was made
    given: Given | None = None
    papers: dict[str, bytes] = field(default_factory=dict)

    def receipt(self, name: str) -> bytes:
        return self.town.offices[0].proofs.receipt(self.acts[name].id, "en", NEWEST)

    def paper(self, name: str) -> bytes:
        """Printed at the first office."""
        if name not in self.papers:
            first, act = self.town.offices[0], self.acts[name]
            self.papers[name] = extract_pdf(first, self.receipt(name), first.acts.view(act.id), DAY)
        return self.papers[name]


def enter(town: Town, office: Office, owner: str) -> ActView:
    proposal = office.propose("plots", "enter", {}, {"owner": owner}, [Signer(office.number, 0, "registrar")])
    return office.record(sign(town.network, office, [proposal]))[0]


def renew(town: Town, number: int) -> None:
    key, store = SigningKey(seed("renewed", number)), town.offices[number].store
    store.database.set_meta(RENEWED, b"1")
    town.offices[number] = Office(store, town.network.charter, number, key, MemoryJournal(), StepClock(), draw)
    pass_change(town, "incarnation", number, new_card(town, number, key), [0, 1, 5 - number])
    enter(town, town.offices[0], f"after {number}")  # what the others cosign before the next of them stops
    town.settle()


def admit(life: Life, file: Path) -> None:
    """A fifth office, which joins from a snapshot."""
    town = life.town
    node, officers = SigningKey(seed("fifth")), tuple(SigningKey(seed("fifth", n)) for n in range(4))
    people = tuple(
        replace(one, key=key.public) for one, key in zip(town.network.charter.cards[0].officers, officers, strict=True)
    )
    card = OfficeCard("Крево", node.public, make_certificate(seed("fifth")), people)
    pass_change(town, "admit", None, sign_card(card, [node.sign, *(key.sign for key in officers)]).encoded)
    town.network = replace(town.network, nodes=(*town.network.nodes, node), officers=(*town.network.officers, officers))
    told = write_snapshot(town.offices[0], file)
    life.snapshot, life.given = file.read_bytes(), Given(told.network, told.checkpoint)
    database = Database(IN_MEMORY, bytes(KEY_BYTES))
    charter = join(database, file, life.given)
    town.offices.append(Office(ReplicaStore(database), charter, 4, node, MemoryJournal(), StepClock(), draw))


def close_at_first(town: Town, law: bytes) -> None:
    """Rules are voted, and the first office has just heard that the epoch is closed; what it says then is not signed."""
    first = town.offices[0]
    proposal = town.propose(first, "law", None, law)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, proposal)
    pairs = cycle(combinations(town.offices, 2))
    while first.lace.epoch == 0:
        meet(*next(pairs))


@pytest.fixture(scope="module")
def life(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Life:
    life = Life(Town(), {})
    town, acts = life.town, life.acts
    close_at_first(town, plots(1))
    acts["before any state named the rules"] = enter(town, town.offices[0], "Darya")
    life.paper("before any state named the rules")
    town.settle()
    acts["under the first rules"] = enter(town, town.offices[1], "Anna")
    town.settle()
    renew(town, 3)
    renew(town, 2)  # from here on two founders of four are left under their first keys: fewer than their quorum
    admit(life, tmp_path_factory.mktemp("fifth") / "snapshot")
    acts["of an office that joined"] = enter(town, town.offices[4], "Boris")
    town.settle()
    pass_change(town, "law", None, plots(2), range(4))
    acts["under the second rules"] = enter(town, town.offices[2], "Vera")
    town.settle()
    return life


def test_a_stranger_verifies_a_paper_of_an_office_that_joined(life: Life, save: Save) -> None:
    """With nothing but the paper: rules, office and keys that votes have brought are proved from the network id on."""
    assert len(pack(life.receipt("of an office that joined"))) == 1
    result = verify_file(save(life.paper("of an office that joined")))
    assert (result.valid, result.code, result.step, result.proved) == (True, "valid", "final", True)
    assert result.as_printed[0].same  # the code proves the step that is printed
    said = dict(result.facts)
    assert said["Registrar"] == "Анна Ковалёва, office Крево"
    assert said["Rules of the register"].startswith("Plots 1, ")
    assert said["Adopted by vote"].endswith("up to change No. 4.")


def test_papers_of_every_time_lead_to_the_network_id(life: Life) -> None:
    first, expected = life.town.offices[0], {"under the first rules": (1, 0), "under the second rules": (5, 1)}
    for name, (epoch, steps) in expected.items():
        receipt = decode_receipt(life.receipt(name))
        facts = check_receipt(receipt, verify, first.network)
        transaction = facts.transaction
        assert first.rules.signed_under(transaction.law, transaction.law_version).digest in facts.law_digests
        assert receipt.epochs is not None
        assert len(decode_epoch_proof(first.network, receipt.epochs).steps) == steps
        assert (facts.epoch, facts.final is not None) == (epoch, True)


def test_an_office_that_joined_prints_such_papers_itself(life: Life) -> None:
    """It holds no cosignature of the time before it joined but those that its snapshot brought."""
    network, fifth = life.town.network.id, life.town.offices[4]
    for name in ("of an office that joined", "under the second rules"):
        receipt = decode_receipt(fifth.proofs.receipt(life.acts[name].id))
        assert receipt.epochs is not None
        assert len(decode_epoch_proof(network, receipt.epochs).steps) == 1
        final = check_receipt(receipt, verify, network).final
        assert final is not None
        assert final.checkpoint.epoch == life.town.offices[0].lace.epoch - (name == "of an office that joined")


def test_a_copy_whose_steps_do_not_hold_is_not_joined(life: Life) -> None:
    """They stand in the head, which alone is not hashed into what was given in person."""
    altered, given = bytearray(life.snapshot), life.given
    assert given is not None
    size = int.from_bytes(altered[:4], "big")
    (*_, steps) = decode(bytes(altered[4 : 4 + size]))
    signature = decode_epoch_proof(given.network, steps).steps[0].certificate.signatures[0]
    altered[altered.index(signature, 4 + size - len(steps))] ^= 1
    with pytest.raises(MunimentError, match="bad-cosignature"):
        join(Database(IN_MEMORY, bytes(KEY_BYTES)), BytesIO(altered), given)


def test_a_paper_that_cannot_prove_its_rules_yet_says_so(life: Life, save: Save) -> None:
    """The first act under rules just adopted: most have not yet signed the state at the close, which names them."""
    paper = life.paper("before any state named the rules")
    with open_pdf(paper) as document:
        assert "Show this file, or a picture of the code, at an office" in page_text(document, 0)
    result = verify_file(save(paper))
    assert (result.valid, result.code) == (False, "rules-missing")
    assert ("owner", "Darya") in result.facts
    assert verify_file(save(paper), knowledge_of_office(life.town.offices[0])).valid


def test_words_of_the_box_that_the_code_refutes_are_told(life: Life, save: Save) -> None:
    """No signature covers the box: whoever sets the page again can put any step there."""
    receipt = life.receipt("under the first rules")
    facts, law = check_receipt(decode_receipt(receipt), verify), law_from_canonical(plots(1))
    forged = make_pdf(facts, law, pack(receipt), PrintedStep("final", "without_effect", 1, DAY))
    result = verify_file(save(forged))
    assert (result.code, result.outcome) == ("valid", "entered")
    assert result.as_printed == (
        AsPrinted("Entered in the common register – recorded as presented, without effect", same=False),
    )


def test_a_record_is_proved_by_a_later_roll(life: Life, save: Save) -> None:
    first = life.town.offices[0]
    (plot,) = life.acts["of an office that joined"].records
    proof = save(first.proofs.record_receipt(plot), "record.proof")
    stranger, office = verify_file(proof), verify_file(proof, knowledge_of_office(first))
    assert (stranger.valid, stranger.code) == (office.valid, office.code) == (True, "record-proven")
    assert dict(stranger.facts)["owner"] == dict(office.facts)["Owner"] == "Boris"
    assert dict(stranger.facts)["Adopted by vote"].endswith("up to change No. 5.")
    altered = bytearray(proof.read_bytes())
    altered[-40] ^= 1
    assert not verify_file(save(bytes(altered), "record.proof")).valid
