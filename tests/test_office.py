"""Offices that keep one ledger: the ladder, the two layers of state, forkers, quarantine, restarts.

Each story runs on whole offices (tests/offices.py); what a meeting sends over the wire is tested in tests/sync.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.aside import MAX_ASIDE
from core.crypto.signing import Signer as Key
from core.crypto.signing import verify
from core.errors import MunimentError
from core.exchange import Received, SignedHeader
from core.ledger.block import Header, block_id, block_preimage, decode_header, encode_header
from core.ledger.charter import Charter
from core.ledger.encoding import decode
from core.ledger.forks import check_evidence
from core.ledger.payload import Group
from core.ledger.record import encode_record
from core.ledger.transaction import Signer, decode_transaction, encode_transaction, transaction_id
from core.office import Office, Proposal
from core.store.intent import Mark
from core.store.journal import Journal, LostJournal, MemoryJournal
from core.views import LIST_LIMIT, QuarantineView, Step
from tests.ledger.building import Network
from tests.ledger.values import one_place_wrong
from tests.offices import (
    hand_over,
    land_network,
    make_offices,
    meet,
    meet_until_quiet,
    open_in_memory,
    propose_registration,
    propose_sale,
    register,
    registrar,
    registration,
    sell,
    sign,
)


@pytest.fixture
def network() -> Network:
    return land_network()


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def facts_of(call: Callable[[], object]) -> dict[str, object]:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.facts


def graph_of(office: Office) -> dict[bytes, tuple[object, ...]]:
    """Everything that the graph knows of each block."""
    return {
        one: (v.round, v.opener, v.seen, v.c3, v.c4, v.forkers, v.closed, v.approvals, v.certified, v.anchor)
        for one, v in office.lace.vertices.items()
    }


# -- the ladder and the layers --------------------------------------------------------------------------------------


def test_an_act_climbs_from_recorded_to_confirmed(network: Network, offices: list[Office]) -> None:
    first, second, third, fourth = offices
    act = register(network, first, 1)
    assert (act.ladder.step, act.ladder.seen_by, act.ladder.quorum) == (Step.RECORDED, (0,), 3)
    meet(first, second)
    seen = first.acts.view(act.id).ladder
    assert (seen.step, seen.seen_by) == (Step.WITNESSED, (0, 1))
    assert second.acts.view(act.id).ladder == seen
    meet(second, third)
    assert third.acts.view(act.id).ladder.step is Step.CERTIFIED
    assert first.acts.view(act.id).ladder.step is Step.WITNESSED
    meet(third, first)
    assert first.acts.view(act.id).ladder.step is Step.CERTIFIED
    assert code_of(lambda: fourth.acts.view(act.id)) == "unknown-act"


def test_everybody_ends_with_one_state_and_then_is_quiet(network: Network, offices: list[Office]) -> None:
    for number, office in enumerate(offices):
        register(network, office, number)
    assert meet_until_quiet(offices) < 60
    assert len({office.state_root() for office in offices}) == 1
    for office in offices:
        counts = office.standing.counts()
        assert (counts.records, counts.acts, counts.ladder["final"]) == (4, 4, 4)
        assert office.write() is None
    assert sum(meet(one, other) for one, other in permutations(offices, 2)) == 0


def test_an_act_is_read_at_once_and_agreed_when_confirmed(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    empty = first.state_root()
    act = register(network, first, 1)
    (parcel,) = act.records
    assert first.records.search("Garden 1")[0].ladder == first.acts.view(act.id).ladder
    assert [row.ladder.step for row in first.records.page("land.parcel") if row.ladder] == [Step.RECORDED]
    assert first.store.state.agreed(parcel) is None
    assert first.state_root() == empty
    meet_until_quiet(offices)
    for office in offices:
        assert [row.ladder for row in office.records.page("land.parcel")] == [None]
        assert office.store.state.overlaid(parcel) is None
        assert office.store.state.agreed(parcel) == first.store.state.present(parcel)
        assert office.store.state.overlay_index("land.parcel.cadastral", b"") == {}
    assert first.state_root() != empty


def test_a_chain_of_acts_is_confirmed_step_by_step(network: Network, offices: list[Office]) -> None:
    """Older versions become agreed while newer ones are still in the overlay."""
    first, second, third, _ = offices
    (parcel,) = register(network, first, 7).records
    meet_until_quiet(offices)
    sell(network, first, parcel, 1)
    meet(first, second)
    sell(network, first, parcel, 2)
    meet(first, third)
    agreed, present = first.store.state.agreed(parcel), first.store.state.present(parcel)
    assert agreed is not None
    assert present is not None
    assert agreed.version < present.version == 3
    assert [row.label for row in first.records.search("Buyer2")] == [
        row.label for row in first.records.search("Garden")
    ]
    assert first.records.search("Owner7") == []
    meet_until_quiet(offices)
    for office in offices:
        assert office.store.state.agreed(parcel) == present
        assert [entry.after.version for entry in office.records.view(parcel).timeline] == [3, 2, 1]
        assert [row.ladder for row in office.records.search("Buyer2")] == [None]
        assert office.records.search("Buyer1") == []


def test_the_state_does_not_depend_on_who_met_whom(network: Network) -> None:
    roots = set()
    for order in list(permutations(range(4)))[::5]:
        offices = make_offices()
        recorded = [register(network, office, number) for number, office in enumerate(offices)]
        # Fixed keys, but random nonces: one set of acts has to be handed round.
        del recorded
        meet_until_quiet([offices[index] for index in order])
        roots.add(tuple(office.state_root() == offices[0].state_root() for office in offices))
    assert roots == {(True, True, True, True)}


def hostile_start() -> bytes:
    """A good registration by office 1: what hostile acts are made from."""
    return propose_registration(make_offices()[1], 1).encoded


def test_today_lists_what_waits_and_counts_all_of_it(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    lists = ("not_yet_seen", "not_yet_certified", "not_yet_final", "void", "refused", "needs_decision")
    assert first.standing.today().counts == dict.fromkeys(lists, 0)
    assert first.standing.today().not_heard == (0, 1, 2, 3)
    seen = register(network, first, 1)
    meet(first, second)
    again = propose_registration(first, 1)
    force(first, *(sign(network, first, [replace_nonce(again, number)]) for number in range(LIST_LIMIT + 5)))
    unseen = register(network, first, 2)
    today = first.standing.today()
    assert [view.id for view in today.not_yet_certified] == [seen.id]
    assert today.not_yet_seen[0] == unseen
    assert (len(today.not_yet_seen), today.counts["not_yet_seen"]) == (LIST_LIMIT, LIST_LIMIT + 6)
    assert (len(today.refused), today.counts["refused"]) == (LIST_LIMIT, LIST_LIMIT + 5)
    assert today.not_heard == (2, 3)
    assert {view.ladder.code for view in today.refused} == {"key-taken"}
    meet_until_quiet(offices)
    today = first.standing.today()
    assert (today.not_yet_seen, today.not_yet_certified, today.not_yet_final, today.not_heard) == ((), (), (), ())
    assert today.counts["refused"] == LIST_LIMIT + 5


def replace_nonce(proposal: Proposal, number: int) -> Proposal:
    """The same act once more: another nonce makes it another act."""
    transaction = replace(proposal.transaction, nonce=number.to_bytes(8, "big"))
    return proposal._replace(transaction=transaction, encoded=encode_transaction(transaction))


# -- refusals -------------------------------------------------------------------------------------------------------


def test_what_the_law_refuses_is_not_recorded(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    register(network, first, 1)
    before = first.vector()
    again = sign(network, first, [propose_registration(first, 1)])
    assert facts_of(lambda: first.record(again))["reason"] == "key-taken"
    assert first.vector() == before
    assert first.hand.quarantine is None


def test_a_signature_must_be_the_officers(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    group = sign(network, first, [propose_registration(first, 1)])
    assert code_of(lambda: first.record(replace(group, signatures=(bytes(64),)))) == "bad-signature"
    assert code_of(lambda: first.record(replace(group, signatures=group.signatures * 2))) == "signature-missing"
    assert first.standing.counts().blocks == 0


def test_one_act_sent_twice_is_one_act(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    group = sign(network, first, [propose_registration(first, 1)])
    once, twice = first.record(group), first.record(group)
    assert once == twice
    assert first.standing.counts().blocks == first.standing.counts().acts == 1


def test_one_act_twice_in_a_group_is_refused(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    proposal = propose_registration(first, 1)
    twice = sign(network, first, [proposal, proposal])
    assert facts_of(lambda: first.record(twice))["reason"] == "enclosed-twice"
    assert first.standing.counts().blocks == 0


def test_an_act_of_another_keeper_is_refused_by_name(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    (parcel,) = register(network, first, 1).records
    meet(first, second)
    proposal = propose_sale(second, parcel, 1)
    refusal = facts_of(lambda: second.record(sign(network, second, [proposal])))
    assert (refusal["reason"], refusal["office"]) == ("not-keeper", 0)


def test_a_copy_enclosed_by_another_office_harms_nothing(network: Network, offices: list[Office]) -> None:
    """A malicious office encloses an act of another in its own block: rejected there, entered where it belongs."""
    first, second, third, _ = offices
    group = sign(network, first, [propose_registration(first, 1)])
    act_id = group.ids(network.id)[0]
    force(second, group)
    assert second.acts.view(act_id).ladder.step is Step.REJECTED
    hand_over(second, first)
    view = first.record(group)[0]
    assert view.ladder.step is Step.RECORDED
    told = first.standing.counts().ladder
    assert {step: count for step, count in told.items() if count} == {"recorded": 1, "rejected": 1}
    meet_until_quiet(offices)
    for office in offices:
        view = office.acts.view(act_id)
        assert (view.author, view.ladder.step) == (0, Step.FINAL)
        assert office.standing.counts().ladder == {
            "recorded": 0, "witnessed": 0, "certified": 0, "final": 1, "rejected": 1
        }  # fmt: skip
    assert len({office.state_root() for office in offices}) == 1
    assert third.store.state.present(view.records[0]) == first.store.state.present(view.records[0])


def test_bad_acts_in_a_block_are_rejected_everywhere_and_the_block_stands(
    network: Network, offices: list[Office]
) -> None:
    first, second = offices[:2]
    good = sign(network, second, [propose_registration(second, 1)])
    forged = replace(sign(network, second, [propose_registration(second, 2)]), signatures=(bytes(64),))
    junk = Group((b"no act at all", b"\x80"), (bytes(64),))
    mixed = Group((good.transactions[0], propose_sale_by_notary(second)), good.signatures)
    for group in (forged, junk, mixed, good):
        force(second, group)
    meet_until_quiet(offices)
    for office in offices:
        # `good` stood in `mixed` before: an act runs once, at its first place, and there it was rejected.
        assert (office.standing.counts().ladder["rejected"], office.standing.counts().acts) == (6, 6)
        assert office.standing.counts().records == 0
    assert len({office.state_root() for office in offices}) == 1
    assert first.hand.quarantine is None


def propose_sale_by_notary(office: Office) -> bytes:
    signers = [Signer(office.number, 1, "notary")]
    return office.propose("land", "first_registration", {}, {"cadastral": "1"}, signers).encoded


def force(office: Office, *groups: Group) -> bytes:
    """Write a block that an honest office would not."""

    return office.hand.write_block(groups)


@settings(max_examples=40, database=None)
@given(st.lists(one_place_wrong(decode(hostile_start())), min_size=4, max_size=10))
def test_nothing_in_an_act_stops_a_replica(acts: list[bytes]) -> None:
    """Whatever a malicious office encloses is rejected or entered, equally everywhere; its block is taken in."""
    network, offices = land_network(), make_offices()
    first, second = offices[:2]
    force(second, *(sign_anything(network, second, act) for act in acts))
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1
    outcomes = [
        [office.store.chain.acts_of_block(1 + n) for n in range(office.standing.counts().blocks)] for office in offices
    ]
    flat = [sorted((row.id, row.place, row.outcome, row.code) for rows in one for row in rows) for one in outcomes]
    assert flat.count(flat[0]) == 4
    assert len(flat[0]) == len(acts)
    assert first.hand.quarantine is None


def sign_anything(network: Network, office: Office, act: bytes) -> Group:
    """A group whose signatures hold where the act can be read at all."""
    message = office.signing_message([act])
    try:
        signers = decode_transaction(act).signers
    except MunimentError:
        signers = (Signer(1, 0, "registrar"),)
    known = network.officers
    keys = [known[s.office % 4][s.officer % 3] for s in signers]
    return Group((act,), tuple(key.sign(message) for key in keys))


# -- forkers --------------------------------------------------------------------------------------------------------


def twin_of(network: Network, office: Office) -> Office:
    """The same key on a second computer, with what the first one holds."""
    twin = open_in_memory(network, office.number)
    hand_over(office, twin)
    journal = MemoryJournal()
    head = office.hand.journal.last()
    if head:
        journal.prepare(head, b"")
    twin.hand.journal = journal
    return twin


def test_a_fork_is_found_kept_and_told(network: Network, offices: list[Office]) -> None:
    first, second, third, fourth = offices
    other_fourth = twin_of(network, fourth)
    left, right = register(network, fourth, 1), register(network, other_fourth, 1)
    meet(first, fourth)
    meet(second, other_fourth)
    assert first.forkers() == second.forkers() == frozenset()
    honest = register(network, third, 3)
    meet_until_quiet(offices[:3])
    for office in offices[:3]:
        assert office.forkers() == {3}
        ((author, evidence),) = office.ledger.evidence()
        assert author == 3
        header = check_evidence(evidence, network.id, network.charter.cards[3].node_key, verify)
        assert (header.author, header.seq) == (3, 1)
        steps = {office.acts.view(act.id).ladder.step for act in (left, right)}
        assert steps == {Step.REJECTED}
        assert office.acts.view(left.id).ladder.code == "written-twice"
        assert office.acts.view(honest.id).ladder.step is Step.FINAL
        assert [row.label for row in office.records.page("land.parcel")] == ["0000000003"]
        assert office.records.search("Garden 1") == []
        assert office.write() is None
    assert len({office.state_root() for office in offices[:3]}) == 1


def test_the_twin_stops_when_it_meets_itself(network: Network, offices: list[Office]) -> None:
    first, fourth = offices[0], offices[3]
    other = twin_of(network, fourth)
    register(network, fourth, 1)
    register(network, other, 2)
    meet(first, fourth)
    assert other.hand.quarantine is None
    hand_over(first, other)
    assert other.hand.quarantine == "own-fork"
    assert facts_of(lambda: register(network, other, 3))["why"] == "own-fork"
    assert other.write() is None


def test_evidence_is_written_once_by_each_who_lacks_it_and_then_all_are_quiet(
    network: Network, offices: list[Office]
) -> None:
    fourth = offices[3]
    other = twin_of(network, fourth)
    register(network, fourth, 1)
    register(network, other, 2)
    evidence = fourth.block(fourth.vector()[0].id), other.block(other.vector()[0].id)
    headers = [SignedHeader(block.header, block.signature) for block in evidence]
    offices[0].add_evidence(*headers)
    offices[0].add_evidence(*headers[::-1])
    assert len(offices[0].ledger.evidence()) == 1
    assert offices[0].forkers() == {3}
    written = offices[0].write()
    assert written is not None
    assert offices[0].write() is None
    assert offices[0].lace.vertices[written].forkers == 1 << 3
    meet_until_quiet(offices[:3])
    for office in offices[:3]:
        assert office.forkers() == {3}
        assert len(office.ledger.evidence()) == 1
        assert office.standing.counts().blocks <= 3


def test_evidence_that_does_not_hold_is_refused(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    register(network, first, 1)
    register(network, first, 2)
    register(network, second, 3)
    hand_over(second, first)
    one, two, three = (first.block(block) for block in first.newer_than([]))
    signed = [SignedHeader(block.header, block.signature) for block in (one, two, three)]
    assert code_of(lambda: first.add_evidence(signed[0], signed[1])) == "not-a-fork"
    assert code_of(lambda: first.add_evidence(signed[0], signed[0])) == "not-a-fork"
    assert code_of(lambda: first.add_evidence(signed[0], signed[2])) == "not-a-fork"
    altered = forged_sibling(first, one.header)
    assert code_of(lambda: first.add_evidence(signed[0], SignedHeader(altered, one.signature))) == "bad-block-signature"
    assert first.ledger.evidence() == []
    assert first.forkers() == frozenset()


def forged_sibling(office: Office, header_bytes: bytes) -> bytes:

    header = decode_header(header_bytes)
    return encode_header(replace(header, claimed_ms=header.claimed_ms + 1))


@pytest.mark.parametrize("seen_first", ["left", "right"])
def test_what_a_forker_showed_first_changes_no_state(network: Network, seen_first: str) -> None:
    """The same act stands on both branches; one branch is confirmed. Who met the other branch first must agree."""
    offices = make_offices()
    first, second, third, fourth = offices
    group = sign(network, fourth, [propose_registration(fourth, 1)])
    other = twin_of(network, fourth)
    fourth.record(group)
    force(other, group, sign(network, other, [propose_registration(other, 2)]))
    left, right = fourth.vector()[0].id, other.vector()[0].id
    # Third sees the branch that will fail before the one that is confirmed by the others.
    third.receive(*(other if seen_first == "right" else fourth).block(right if seen_first == "right" else left))
    meet(first, fourth)
    second.receive(*fourth.block(left))
    meet(first, second)
    assert first.acts.view(group.ids(network.id)[0]).ladder.step is Step.CERTIFIED
    hand_over(first, third)
    hand_over(second, third)
    meet_until_quiet(offices[:3])
    hand_over(other, first)
    meet_until_quiet(offices[:3])
    for office in offices[:3]:
        assert office.acts.view(group.ids(network.id)[0]).ladder.step is Step.FINAL
        assert office.standing.counts().records == 1
    assert len({office.state_root() for office in offices[:3]}) == 1


def test_a_forkers_later_work_is_confirmed_nowhere_and_hinders_nobody(network: Network, offices: list[Office]) -> None:
    first, second, third, fourth = offices
    (parcel,) = register(network, fourth, 1).records
    meet_until_quiet(offices)
    other = twin_of(network, fourth)
    sell(network, fourth, parcel, 1)
    sell(network, other, parcel, 2)
    meet(first, fourth)
    hand_over(other, first)
    assert first.forkers() == {3}
    present = first.store.state.present(parcel)
    assert present is not None
    assert present.version == 1
    assert [row.label for row in first.records.search("Owner1")] == ["0000000001"]
    assert first.records.search("Buyer") == []
    later = register(network, other, 9)
    hand_over(other, second)
    act = register(network, third, 3)
    meet_until_quiet(offices[:3])
    for office in offices[:3]:
        assert office.acts.view(act.id).ladder.step is Step.FINAL
        assert office.standing.counts().ladder["final"] == 2
        assert office.write() is None
    assert second.acts.view(later.id).ladder.code == "written-twice"


# -- receiving ------------------------------------------------------------------------------------------------------


def test_blocks_wait_aside_for_their_parents_in_any_order(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    for number in range(4):
        register(network, first, number)
    blocks = [first.block(block) for block in first.newer_than([])]
    assert [second.receive(*block) for block in reversed(blocks[1:])] == [Received.ASIDE] * 3
    assert second.receive(*blocks[2]) is Received.ASIDE
    assert second.vector() == []
    assert second.receive(*blocks[0]) is Received.ACCEPTED
    assert second.vector() == first.vector()
    assert [second.receive(*block) for block in blocks] == [Received.DUPLICATE] * 4
    assert second.standing.counts().acts == 4


def test_what_waits_aside_is_bounded(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    for number in range(MAX_ASIDE + 5):
        register(network, first, number)
    for block in first.newer_than([])[1:]:
        second.receive(*first.block(block))
    assert len(second._aside) == MAX_ASIDE


def test_a_bad_block_is_refused_by_name_and_nothing_is_written(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    register(network, first, 1)
    good = first.block(first.vector()[0].id)
    stranger = make_foreign_block(network)
    cases = {
        "bad-block-signature": (good.header, bytes(64), good.payload),
        "payload-differs": (good.header, good.signature, None),
        "not-canonical": (good.header + b"\x00", good.signature, good.payload),
        "unknown-author": stranger,
    }
    for code, block in cases.items():
        assert code_of(lambda block=block: second.receive(*block)) == code
    assert good.payload is not None
    changed = good.payload[:-1] + bytes([good.payload[-1] ^ 1])
    assert code_of(lambda: second.receive(good.header, good.signature, changed)) == "payload-differs"
    assert second.standing.counts().blocks == 0
    assert second.receive(*good) is Received.ACCEPTED


def make_foreign_block(network: Network) -> tuple[bytes, bytes, None]:

    header = encode_header(Header(0, 9, 0, 1, None, (), 0, 0, 1, None))
    return header, network.nodes[0].sign(block_preimage(network.id, header)), None


def test_a_block_of_another_network_is_refused(network: Network, offices: list[Office]) -> None:
    other = land_network(5)
    foreign = open_in_memory(other, 0)
    register(other, foreign, 1)
    block = foreign.block(foreign.vector()[0].id)
    assert code_of(lambda: offices[1].receive(*block)) == "bad-block-signature"


# -- restart and quarantine -----------------------------------------------------------------------------------------


def test_a_restart_gives_the_same_graph(network: Network, offices: list[Office]) -> None:
    fourth = offices[3]
    other = twin_of(network, fourth)
    for number, office in enumerate([*offices, other]):
        register(network, office, number)
    meet(offices[0], other)
    meet_until_quiet(offices[:3])
    meet(offices[0], fourth)
    before = offices[0]
    after = open_in_memory(network, 0, before.store, before.hand.journal)
    assert graph_of(after) == graph_of(before)
    assert (after.vector(), after.forkers(), after.ledger.evidence()) == (
        before.vector(),
        before.forkers(),
        before.ledger.evidence(),
    )
    assert after.standing.today() == before.standing.today()
    assert after.standing.counts() == before.standing.counts()
    assert after.hand.quarantine is None
    assert [v.id for v in after.lace.awaiting()] == [v.id for v in before.lace.awaiting()]


def test_blocks_of_its_own_that_it_does_not_remember_stop_an_office(network: Network, offices: list[Office]) -> None:
    """A whole disk was put back: database and intent agree with each other, but others hold more."""
    first, second = offices[:2]
    register(network, first, 1)
    put_back = twin_of(network, first)
    register(network, first, 2)
    hand_over(first, second)
    assert put_back.hand.quarantine is None
    hand_over(second, put_back)
    assert put_back.hand.quarantine == "database-ahead"
    assert code_of(lambda: register(network, put_back, 3)) == "quarantine"
    assert put_back.write() is None


def test_a_database_behind_its_mark_signs_nothing_but_reads_and_relays(network: Network, offices: list[Office]) -> None:
    first, second = offices[:2]
    register(network, first, 1)
    behind = MemoryJournal()
    behind.prepare(Mark(9, bytes(32)), b"\x82\x41\x00\xf6")
    lost = ForgetfulJournal(behind)
    office = open_in_memory(network, 0, first.store, lost)
    assert office.hand.quarantine == "database-behind"
    assert office.write() is None
    assert code_of(lambda: register(network, office, 2)) == "quarantine"
    register(network, second, 3)
    assert hand_over(second, office) == 1
    assert len(office.records.page("land.parcel")) == 2


class ForgetfulJournal(MemoryJournal):
    """Knows its mark but no longer the block."""

    def __init__(self, other: MemoryJournal, ours: bool = True) -> None:
        super().__init__()
        self._last, self._ours = other._last, ours

    def unfinished(self) -> bytes | None:
        return None

    def is_ours(self) -> bool:
        return self._ours


class NotedJournal(MemoryJournal):
    """Notes what is asked of it, on a disk that may not take it."""

    def __init__(self, noted: list[str]) -> None:
        super().__init__()
        self._noted = noted
        self.fails = False

    def prepare(self, mark: Mark, unsigned_block: bytes) -> None:
        super().prepare(mark, unsigned_block)
        self._noted.append("written")

    def sync(self) -> None:
        if self.fails:
            raise MunimentError("file-not-written")
        self._noted.append("durable")


class NotedKey:
    def __init__(self, key: Key, noted: list[str]) -> None:
        self.public, self.open, self._key, self._noted = key.public, key.open, key, noted

    def sign(self, message: bytes) -> bytes:
        self._noted.append("signed")
        return self._key.sign(message)


def test_a_block_is_signed_only_when_its_intent_is_on_the_disk(network: Network) -> None:
    noted: list[str] = []
    journal = NotedJournal(noted)
    office = open_in_memory(network, 0, journal=journal)
    office.hand.key = NotedKey(office.hand.key, noted)
    journal.fails = True
    assert code_of(lambda: register(network, office, 1)) == "file-not-written"
    assert (noted, office.vector(), office.records.page("land.parcel")) == (["written"], [], [])
    journal.fails = False
    register(network, office, 2)
    assert noted == ["written", *("durable", "signed"), *("written", "durable", "signed")]
    assert [row.label for row in office.records.page("land.parcel")] == ["0000000001", "0000000002"]


def test_an_interrupted_block_is_finished_at_the_next_start(network: Network, offices: list[Office]) -> None:
    """The intent stands, the commit does not: the same block is signed again."""
    first = offices[0]
    register(network, first, 1)
    stopped = open_in_memory(network, 0)
    hand_over(first, stopped)
    register(network, first, 2)
    stopped.hand.journal = MemoryJournal()
    again = open_in_memory(network, 0, stopped.store, first.hand.journal)
    assert again.hand.quarantine is None
    assert again.vector() == first.vector()
    assert [row.label for row in again.records.page("land.parcel")] == ["0000000001", "0000000002"]
    register(network, again, 3)


def test_a_copied_computer_signs_nothing(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    register(network, first, 1)
    copied = ForgetfulJournal(first.hand.journal, ours=False)  # type: ignore[arg-type]  # a memory journal
    office = open_in_memory(network, 0, first.store, copied)
    assert office.hand.quarantine == "copied-computer"
    assert code_of(lambda: register(network, office, 2)) == "quarantine"


def without_the_newest(network: Network, office: Office, count: int, journal: Journal) -> Office:
    """The office with an older database: it lacks the last blocks of its own chain and what stands on them."""
    head = office.lace.tips(office.number)[0]
    for _ in range(count):
        assert head.prev is not None
        head = head.prev
    behind = open_in_memory(network, office.number)
    for block in office.newer_than([]):
        if office.lace.in_past(office.lace.vertices[block], head):
            behind.receive(*office.block(block))
    return open_in_memory(network, office.number, behind.store, journal)


def signs_nothing(network: Network, office: Office) -> bool:
    before = office.vector()
    assert office.write() is None
    assert code_of(lambda: register(network, office, 99)) == "quarantine"
    assert code_of(lambda: office.record_batch(office.batch([registrar(office)]), [bytes(64)])) == "quarantine"
    return office.vector() == before


def test_quarantine_ends_when_every_own_block_is_held_again(network: Network, offices: list[Office]) -> None:
    first, second, third = offices[:3]
    register(network, first, 1)
    register(network, first, 2)
    meet(first, second)
    register(network, first, 3)
    hand_over(first, third)
    whole = first.lace.tips(0)[0].seq
    office = without_the_newest(network, first, whole - 1, ForgetfulJournal(first.hand.journal))  # type: ignore[arg-type]  # a memory journal
    assert office.hand.quarantine_view() == QuarantineView("database-behind", True, 1, whole)
    assert signs_nothing(network, office)
    hand_over(second, office)  # who does not hold the last one
    assert office.hand.quarantine_view() == QuarantineView("database-behind", True, whole - 1, whole)
    assert signs_nothing(network, office)
    hand_over(third, office)
    assert (office.hand.quarantine, office.hand.quarantine_view()) == (None, None)
    assert register(network, office, 4).seq == whole + 1
    meet_until_quiet([office, *offices[1:]])
    assert not any(one.forkers() for one in (office, *offices[1:]))
    assert [row.label for row in office.records.page("land.parcel")] == [f"{n:010}" for n in (1, 2, 3, 4)]


def test_the_block_that_nobody_else_has_is_signed_again_once_its_parents_are_back(
    network: Network, offices: list[Office]
) -> None:
    first, second = offices[:2]
    register(network, first, 1)
    register(network, first, 2)
    hand_over(first, second)
    last = register(network, first, 3)
    office = without_the_newest(network, first, 2, first.hand.journal)
    assert office.hand.quarantine == "database-behind"
    assert signs_nothing(network, office)
    hand_over(second, office)
    office.write()  # as every meeting ends
    assert office.hand.quarantine is None
    assert office.acts.view(last.id).block == last.block
    hand_over(first, second)
    hand_over(office, second)
    assert not second.forkers()


def test_a_restore_beside_its_own_intent_file_ends_like_any_older_database(
    network: Network, offices: list[Office]
) -> None:
    first, second = offices[:2]
    register(network, first, 1)
    register(network, first, 2)
    hand_over(first, second)
    restored = without_the_newest(network, first, 1, MemoryJournal())
    restored.store.database.set_meta("restored", b"1")
    office = open_in_memory(network, 0, restored.store, ForgetfulJournal(first.hand.journal))  # type: ignore[arg-type]  # a memory journal
    assert office.hand.quarantine == "database-behind"
    hand_over(second, office)
    assert office.hand.quarantine is None


@pytest.mark.parametrize("code", ["restored", "copied-computer", "intent-missing"])
def test_no_neighbour_ends_a_quarantine_that_no_intent_file_vouches_for(
    network: Network, offices: list[Office], code: str
) -> None:
    """The newest block may be with one sleeping office, whatever the others hold."""
    first = offices[0]
    register(network, first, 1)
    register(network, first, 2)
    meet_until_quiet(offices)
    journals: dict[str, Journal] = {
        "restored": MemoryJournal(),
        "copied-computer": ForgetfulJournal(first.hand.journal, ours=False),  # type: ignore[arg-type]  # a memory journal
        "intent-missing": LostJournal("intent-missing"),
    }
    restored = without_the_newest(network, first, 1, MemoryJournal())
    restored.store.database.set_meta("restored", b"1")
    office = open_in_memory(network, 0, restored.store, journals[code])
    view = office.hand.quarantine_view()
    assert view is not None
    assert (view.code, view.mends, view.meant) == (code, False, None)
    for other in offices[1:]:
        hand_over(other, office)
    assert office.vector() == offices[1].vector()
    assert office.hand.quarantine == code
    assert signs_nothing(network, office)
    assert hand_over(office, open_in_memory(network, 1)) > 0  # it reads and relays


# -- batches --------------------------------------------------------------------------------------------------------


def test_a_batch_is_one_block_of_single_acts(network: Network, offices: list[Office]) -> None:

    first = offices[0]
    batch = first.batch([registrar(first)])
    for number in range(20):
        batch.add("land", "first_registration", {}, registration(number))
    refused = batch.add("land", "first_registration", {}, registration(3))
    assert refused.code == "key-taken"
    signature = network.officers[0][0].sign(batch.signing_message)
    ids = first.record_batch(batch, [signature])
    assert (len(ids), first.standing.counts().blocks, first.records.count("land.parcel")) == (20, 1, 20)
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1
    assert all(office.standing.counts().ladder["final"] == 20 for office in offices)


def test_a_batch_is_judged_again_when_something_was_recorded_since(network: Network, offices: list[Office]) -> None:

    first = offices[0]
    batch = first.batch([registrar(first)])
    batch.add("land", "first_registration", {}, registration(1))
    register(network, first, 1)
    signature = network.officers[0][0].sign(batch.signing_message)
    assert facts_of(lambda: first.record_batch(batch, [signature]))["reason"] == "key-taken"
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1


def test_a_batch_with_a_forged_signature_is_refused(network: Network, offices: list[Office]) -> None:

    first = offices[0]
    batch = first.batch([registrar(first)])
    batch.add("land", "first_registration", {}, registration(1))
    assert code_of(lambda: first.record_batch(batch, [bytes(64)])) == "bad-signature"
    assert first.standing.counts().blocks == 0


# -- checking what is stored ----------------------------------------------------------------------------------------


def test_stored_blocks_are_verified_again(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    for number in range(5):
        register(network, first, number)
    assert first.checking.verify_stored(0, 3) == 3
    assert first.checking.verify_stored(3, 3) == 5
    assert first.checking.verify_stored(5, 3) is None


@pytest.mark.parametrize("column", ["header", "signature", "payload", "id"])
def test_an_altered_row_is_found(network: Network, offices: list[Office], column: str) -> None:
    first = offices[0]
    for number in range(3):
        register(network, first, number)
    value = first.store.database.scalar(f"SELECT {column} FROM block WHERE position = 2")
    altered = value[:-1] + bytes([value[-1] ^ 1])
    first.store.database.execute(f"UPDATE block SET {column} = ? WHERE position = 2", (altered,))
    assert code_of(lambda: first.checking.verify_stored(0, 10)) in (
        "replica-damaged",
        "not-canonical",
        "malformed-header",
    )


def test_a_block_missing_from_the_middle_is_found_at_start(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    for number in range(3):
        register(network, first, number)
    first.store.database.execute("DELETE FROM block WHERE position = 2")
    assert code_of(lambda: first.checking.verify_stored(0, 10)) == "replica-damaged"
    assert code_of(lambda: open_in_memory(network, 0, first.store, first.hand.journal)) == "replica-damaged"


def test_derived_rows_that_are_older_than_the_checkpoint_are_found(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    (parcel,) = register(network, first, 1).records
    meet_until_quiet(offices)
    before = first.store.state.agreed(parcel)
    assert before is not None
    sell(network, first, parcel, 2)
    meet_until_quiet(offices)
    assert set(first.checking.verify_state()) == {None}
    present = first.store.database.scalar("SELECT body FROM record WHERE id = ?", (parcel,))
    for statement, values in (
        ("UPDATE record SET body = ? WHERE id = ?", (encode_record(before), parcel)),
        ("UPDATE record SET district = ? WHERE id = ?", (3, parcel)),
        ("DELETE FROM record WHERE id = ?", (parcel,)),
        ("DELETE FROM index_entry WHERE record = ?", (parcel,)),
        ("INSERT INTO index_entry VALUES ('land.encumbrances_on', x'80', ?)", (parcel,)),
        ("UPDATE state_tree SET hash = zeroblob(32)", ()),
    ):
        first.store.database.execute("SAVEPOINT sound")
        first.store.database.execute(statement, values)
        assert code_of(lambda: list(first.checking.verify_state())) == "replica-damaged", statement
        first.store.database.execute("ROLLBACK TO sound")
    assert first.store.database.scalar("SELECT body FROM record WHERE id = ?", (parcel,)) == present
    assert set(first.checking.verify_state()) == {None}


def test_the_check_of_the_state_begins_again_when_an_anchor_passes(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    register(network, first, 1)
    meet_until_quiet(offices)
    check = first.checking.verify_state()
    next(check)
    register(network, first, 2)
    meet_until_quiet(offices)
    assert len(list(check)) >= 1


def test_the_charter_names_this_node(network: Network) -> None:
    charter: Charter = network.charter
    assert charter.cards[1].node_key != network.nodes[0].public
    with pytest.raises(MunimentError, match="not-this-office"):
        Office(open_in_memory(network, 0).store, charter, 1, network.nodes[0], MemoryJournal(), None)  # type: ignore[arg-type]


def test_an_act_id_is_that_of_its_network(network: Network, offices: list[Office]) -> None:
    proposal = propose_registration(offices[0], 1)
    assert proposal.id == transaction_id(network.id, proposal.encoded)
    assert block_id(network.id, b"") != block_id(bytes(32), b"")
