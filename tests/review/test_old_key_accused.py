"""Evidence against a key that is no longer in force counts at once, and after a restart alike."""

from dataclasses import replace

from core.crypto.signing import SigningKey
from core.ledger.block import Block, block_id, block_preimage, encode_header
from core.ledger.forks import evidence_of
from core.office import Office
from tests.ledger.building import seed
from tests.offices import hand_over, open_in_memory, register
from tests.test_epochs import Town, new_card, pass_change

FORKER = 3


def standing(office: Office) -> tuple[object, ...]:
    chains = [office.lace.is_forked(chain) for chain in office.lace.chains.values()]
    foreseen = [one.id for one in office.lace.foreseen()]
    return chains, office.forkers(), foreseen, office.store.waiting.of(FORKER), office.state_root()


def test_an_old_key_is_accused_before_and_after_a_restart() -> None:
    """It signed two blocks at one place; who carries the proof writes after the key was exchanged."""
    town = Town()
    network, witness, reader = town.network, town.offices[1], town.offices[0]
    register(network, town.offices[FORKER], 1)
    town.settle()
    pass_change(town, "incarnation", FORKER, new_card(town, FORKER, SigningKey(seed("renewed", FORKER))))
    assert [office.lace.epoch for office in town.offices] == [1] * 4
    first = reader.store.chain.block_at(reader.vertex(reader.at(FORKER, 0, 1)[0]).position).block
    header = replace(first.header, claimed_ms=first.header.claimed_ms + 1)
    encoded = encode_header(header)
    signature = network.nodes[FORKER].sign(block_preimage(network.id, encoded))
    second = Block(block_id(network.id, encoded), header, encoded, signature, first.payload)
    witness.hand.write_block([evidence_of(first, second)])
    hand_over(witness, reader)
    before = standing(reader)
    again = open_in_memory(network, 0, reader.store, reader.hand.journal)
    assert before == standing(again)
    assert before[0] == [False, False, False, True, False]
    assert reader.forkers() == frozenset()  # its present key has done nothing
