"""Links over whole offices: a death suspends the pensions that other offices keep, by their nodes or their officers."""

from collections.abc import Callable

import pytest

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws import LawError, check_law, law_from_canonical, parse_law
from core.laws.questions import answer_id
from core.laws.signing import NODE_NUMBER, NODE_ROLE
from core.ledger.payload import Group
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.record import decode_record
from core.ledger.transaction import RecordRef, Signer, Transaction, encode_transaction
from core.linking import LOOKED_AT_ONCE
from core.office import Office
from core.reindexing import groups_in
from core.store.replica import ReplicaStore
from core.verifying import verify_state
from core.views import Step
from desktop.printing.facts import make_content
from tests.drawing import draw
from tests.independent.confirming import confirm
from tests.laws.relying_laws import PENSIONS, PEOPLE
from tests.ledger.building import Network, make_network, party
from tests.offices import hand_over, meet_until_quiet, open_in_memory, pass_days, registrar, sign

LINK = """    links:
      - request: pensions.suspend
        when: has(person.number)
        find: {pension: {index: pensions.pensions_of, of: {holder: person.number}}}
        records: {deceased: person}
        max: 3
"""
LINKED = PEOPLE.replace("  live:\n", f"{LINK}  live:\n").replace("  die:\n", "  die:\n    effect_at: day\n")
INDEX = "indexes:\n  pensions_of: {over: pension, by: [holder], max: 20}\nprocedures:\n"
BY_HAND = PENSIONS.replace("procedures:\n", INDEX)
WHEN_ASKED = BY_HAND.replace("  suspend:\n", "  suspend:\n    only_when_asked: true\n")
AUTOMATIC = BY_HAND.replace("  suspend:\n", "  suspend:\n    automatic: true\n")


def network(pensions: str, people: str = LINKED) -> tuple[Network, list[Office]]:
    made = make_network(3, [parse_law(text).canonical for text in (people, pensions)])
    return made, [open_in_memory(made, number) for number in range(3)]


def act(net: Network, office: Office, law: str, name: str, records: dict[str, bytes], **fields: object) -> list[bytes]:
    proposal = office.propose(law, name, records, fields, [registrar(office)])  # type: ignore[arg-type]  # values
    return list(office.record(sign(net, office, [proposal]))[0].records)


def one_person(net: Network, offices: list[Office], pensions: int = 1) -> tuple[bytes, list[bytes]]:
    """Entered at office 0; each further office pays a pension."""
    (book,) = act(net, offices[0], "people", "open_book", {}, mark="A")
    (person,) = act(net, offices[0], "people", "enter", {"book": book}, mark="1", number=party("Ana", 1), age=70)
    paid = [
        act(net, offices[1 + number % 2], "pensions", "grant", {}, mark=f"{number}", holder=party("Ana", 1))[0]
        for number in range(pensions)
    ]
    meet_until_quiet(offices)
    return person, paid


def states(offices: list[Office], records: list[bytes]) -> list[set[str]]:
    return [{office.records.view(record).record.state for office in offices} for record in records]


def test_a_death_suspends_what_other_offices_pay_by_their_nodes_and_its_annulment_is_an_act() -> None:
    net, offices = network(AUTOMATIC)
    person, paid = one_person(net, offices, pensions=5)
    act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    assert states(offices, paid) == [{"paid"}] * 5
    meet_until_quiet(offices)
    # Three at most: the link says so. Which, the ids tell alike everywhere.
    came = states(offices, paid)
    assert came.count({"suspended"}) == 3
    assert came.count({"paid"}) == 2
    suspended = [record for record, state in zip(paid, came, strict=True) if state == {"suspended"}]
    view = offices[2].records.view(suspended[0])
    entry = view.timeline[0]
    signed = offices[2].acts.view(entry.act)
    keeper = view.record.keeper
    assert signed.transaction.signers == (Signer(keeper, NODE_NUMBER, NODE_ROLE),)
    assert (signed.ladder.step, entry.author, view.record.fields["since"]) == (Step.FINAL, keeper, [2026, 5, 1])
    paper = make_content(
        check_receipt(decode_receipt(offices[2].proofs.receipt(entry.act)), verify), parse_law(AUTOMATIC)
    )
    assert [(row.label, row.lines) for row in paper.signers] == [
        (
            "Entered by the office’s computer, as its rules order",
            (f"office {offices[0].roll.members[keeper or 0].office}",),
        )
    ]
    assert not any(office.linking.asked_of_us() for office in offices)
    # It is asked once: what is resumed afterwards stays so, and only an act resumes it.
    act(net, offices[0], "people", "live", {"person": person})
    meet_until_quiet(offices)
    assert states(offices, suspended) == [{"suspended"}] * 3
    for record in suspended:
        office = offices[offices[0].records.view(record).record.keeper or 0]
        act(net, office, "pensions", "resume", {"pension": record, "deceased": person})
    meet_until_quiet(offices)
    assert states(offices, suspended) == [{"paid"}] * 3
    assert len({office.state_root() for office in offices}) == 1


def test_the_entry_of_a_request_names_the_question_that_it_answers() -> None:
    net, offices = network(BY_HAND)
    person, (pension,) = one_person(net, offices)
    act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    meet_until_quiet(offices)
    (asked,) = offices[1].linking.asked_of_us()
    pair = {"pension": pension, "deceased": person}
    request = offices[2].propose("pensions", "suspend", pair, {}, [registrar(offices[2])], addressed_to=1)
    offices[2].record(sign(net, offices[2], [request]))
    meet_until_quiet(offices)
    entry = offices[1].propose_decision(request.id, [registrar(offices[1])])
    assert entry.transaction.answers == asked.act.id
    offices[1].record(sign(net, offices[1], [entry]))
    meet_until_quiet(offices)
    assert states(offices, [pension]) == [{"suspended"}]
    answered = answer_id(asked.act.id, 0, pension)
    assert all(office.records.view(answered).record.last_act == entry.id[:16] for office in offices)
    assert not offices[1].linking.asked_of_us()
    assert len({office.state_root() for office in offices}) == 1


def test_what_no_law_lets_a_node_enter_waits_for_the_officers_of_the_keeper() -> None:
    net, offices = network(WHEN_ASKED)
    person, (pension,) = one_person(net, offices)
    proposal = offices[0].propose("people", "die", {"person": person}, {"died": [2026, 5, 1]}, [registrar(offices[0])])
    offices[0].record(sign(net, offices[0], [proposal]))
    hand_over(offices[0], offices[1])
    pair = {"pension": pension, "deceased": person}
    unasked = offices[1].propose("pensions", "suspend", pair, {}, [registrar(offices[1])])
    assert getattr(unasked.verdict, "code", None) == "nobody-asked", "it was heard, and is not entered yet"
    meet_until_quiet(offices)
    away = offices[2].propose("pensions", "suspend", pair, {}, [registrar(offices[2])], addressed_to=1)
    assert getattr(away.verdict, "code", None) == "nobody-asked", "a request names nothing"
    assert [len(office.linking.asked_of_us()) for office in offices] == [0, 1, 0]
    (asked,) = offices[1].linking.asked_of_us()
    assert (asked.called.procedure, asked.called.record, asked.automatic) == ("suspend", pension, False)
    assert asked.act.transaction.procedure == "die"
    again = open_in_memory(net, 1, offices[1].store, offices[1].hand.journal)
    assert [one.called for one in again.linking.asked_of_us()] == [asked.called]
    again.store.database.execute("DELETE FROM meta WHERE name LIKE 'links-%'")  # or it joined with a copy of the state
    again = open_in_memory(net, 1, offices[1].store, offices[1].hand.journal)
    assert [one.called for one in again.linking.asked_of_us()] == [asked.called]
    records = {**asked.called.records, asked.called.found: pension}
    act(net, again, "pensions", "suspend", records)
    answer = again.acts.view(again.records.view(pension).timeline[0].act).transaction
    assert answer.answers == asked.act.id, "an act that is drawn up names what waits for it"
    assert not again.linking.asked_of_us()
    offices[1] = again
    meet_until_quiet(offices)
    assert states(offices, [pension]) == [{"suspended"}]
    for office in offices:
        (told,) = office.questions.about(pension)
        assert (told.how, told.answer is not None) == ("answered", True)


def test_a_node_signs_nothing_that_its_law_does_not_let_it_enter() -> None:
    net, offices = network(AUTOMATIC)
    person, (pension,) = one_person(net, offices)
    node = [Signer(1, NODE_NUMBER, NODE_ROLE)]
    for law, name, records, fields in (
        ("pensions", "touch", {"pension": pension}, {"holder": party("Eve", 2)}),
        ("people", "open_book", {}, {"mark": "B"}),
    ):
        proposal = offices[1].propose(law, name, records, fields, node)
        assert getattr(proposal.verdict, "code", None) == "role-not-asked"
    with_registrar = [*node, registrar(offices[1])]
    act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    hand_over(offices[0], offices[1])
    pair = {"pension": pension, "deceased": person}
    for people in (with_registrar, [Signer(1, 0, NODE_ROLE)], [Signer(2, NODE_NUMBER, NODE_ROLE)]):
        verdict = offices[1].propose("pensions", "suspend", pair, {}, people).verdict
        assert getattr(verdict, "code", None) == "role-not-asked"
    alone = by_node(offices[1], pair, None)
    assert getattr(offices[1].propose("pensions", "suspend", pair, {}, node).verdict, "code", None) == "nobody-asked"
    by_officer = net.officers[1][0].sign(offices[1].signing_message([alone]))
    with pytest.raises(MunimentError) as bad:
        offices[1].record(Group((alone,), (by_officer,)))
    assert bad.value.code == "bad-signature"


def by_node(
    office: Office, records: dict[str, bytes], answers: bytes | None, name: str = "pensions.suspend", **fields: object
) -> bytes:
    """An act that the node would sign alone, as the answer to another."""
    law, _, procedure = name.partition(".")
    there = {name: office.records.view(record).record for name, record in records.items()}
    refs = {name: RecordRef(record.id, record.version, record.last_act) for name, record in there.items()}
    signer = (Signer(office.number, NODE_NUMBER, NODE_ROLE),)
    now_ms, nonce = office._clock.now_ms(), draw(8)
    act = Transaction(law, 1, procedure, refs, fields, signer, now_ms, nonce, answers=answers)
    return encode_transaction(act)


def enclose(net: Network, office: Office, encoded: bytes) -> bytes:
    """By a computer that asks nobody, its own rules least of all; the act's id."""
    group = Group((encoded,), (net.nodes[office.number].sign(office.signing_message([encoded])),))
    office.hand.write_block((group,))
    return group.ids(office.network)[0]


def test_a_computers_key_alone_enters_nothing_that_no_act_asks_for() -> None:
    net, offices = network(AUTOMATIC)
    ana, (pension,) = one_person(net, offices)
    (book,) = act(net, offices[0], "people", "open_book", {}, mark="B")
    act(net, offices[0], "people", "enter", {"book": book}, mark="2", number=party("Eve", 2), age=70)
    (eves,) = act(net, offices[1], "pensions", "grant", {}, mark="of Eve", holder=party("Eve", 2))
    before = offices[0].propose("people", "die", {"person": ana}, {"died": [2026, 5, 1]}, [registrar(offices[0])])
    (died,) = offices[0].record(sign(net, offices[0], [before]))
    # Ana is dead. Her own pension is asked for; nothing else is, whatever act is named for it.
    hand_over(offices[0], offices[1])
    anas, of_eve = {"pension": pension, "deceased": ana}, {"pension": eves, "deceased": ana}
    unasked = {
        enclose(net, offices[1], by_node(offices[1], anas, None)): "nobody-asked",
        enclose(net, offices[1], by_node(offices[1], anas, bytes(32))): "no-such-question",
        enclose(net, offices[1], by_node(offices[1], of_eve, died.id)): "not-so-asked",
        enclose(net, offices[1], by_node(offices[1], anas, died.id, day=[2026, 5, 1])): "field-unknown",
    }
    asked = by_node(offices[1], anas, died.id)
    signature = net.nodes[1].sign(offices[1].signing_message([asked]))
    (answer,) = offices[1].record(Group((asked,), (signature,)))
    with pytest.raises(MunimentError) as early:
        offices[1].proofs.receipt(answer.id)
    assert early.value.code == "paper-once-final"
    meet_until_quiet(offices)
    assert states(offices, [pension, eves]) == [{"suspended"}, {"paid"}]
    # The annulment resumes it. The same question is not answered a second time, though the death is entered anew.
    act(net, offices[0], "people", "live", {"person": ana})
    meet_until_quiet(offices)
    keeper = offices[1]
    act(net, keeper, "pensions", "resume", {"pension": pension, "deceased": ana})
    meet_until_quiet(offices)
    act(net, offices[0], "people", "die", {"person": ana}, died=[2026, 5, 2])
    hand_over(offices[0], keeper)
    unasked[enclose(net, keeper, by_node(keeper, anas, died.id))] = "already-answered"
    meet_until_quiet(offices)
    for refused, code in unasked.items():
        ladders = [office.acts.view(refused).ladder for office in offices]
        assert {(ladder.code, ladder.anchor is None) for ladder in ladders} == {(code, False)}
    assert states(offices, [pension]) == [{"suspended"}], "the second death asked for itself"
    assert len({office.state_root() for office in offices}) == 1


def test_a_link_that_may_ask_about_three_is_answered_for_no_fourth() -> None:
    net, offices = network(AUTOMATIC)
    person, paid = one_person(net, offices, pensions=5)
    proposal = offices[0].propose("people", "die", {"person": person}, {"died": [2026, 5, 1]}, [registrar(offices[0])])
    (died,) = offices[0].record(sign(net, offices[0], [proposal]))
    meet_until_quiet(offices)
    left = next(one for one in paid if offices[0].records.view(one).record.state == "paid")
    keeper = offices[offices[0].records.view(left).record.keeper or 0]
    fourth = enclose(net, keeper, by_node(keeper, {"pension": left, "deceased": person}, died.id))
    meet_until_quiet(offices)
    assert {office.acts.view(fourth).ladder.code for office in offices} == {"asked-enough"}
    assert states(offices, [left]) == [{"paid"}]


@pytest.mark.parametrize(
    ("detail", "old", "new"),
    [
        ("pensions.suspended: suspended", "request: pensions.suspend\n", "request: pensions.suspended\n"),
        ("pensions.suspend: pensions.of", "index: pensions.pensions_of", "index: pensions.of"),
        ("pensions.suspend: pension", "of: {holder: person.number}", "of: {mark: person.number}"),
        ("pensions.suspend: holder", "of: {holder: person.number}", "of: {holder: person.age}"),
        ("pensions.suspend: deceased", "        records: {deceased: person}\n", ""),
        ("pensions.suspend: day", "max: 3", "max: 3\n        fields: {day: act.died}"),
    ],
)
def test_a_link_that_does_not_fit_the_other_law_is_refused_beside_it(detail: str, old: str, new: str) -> None:
    laws = {"pensions": parse_law(AUTOMATIC), "people": parse_law(LINKED)}
    assert not check_law(laws["people"], {}, beside=laws).problems
    assert old in LINKED
    changed = parse_law(LINKED.replace(old, new))
    (problem,) = check_law(changed, {}, beside=laws).problems
    assert problem.code == "link-differs"
    assert problem.detail == detail


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("unguarded", "        when: has(person.number)\n", ""),
        ("out-of-range", "max: 3", "max: 1000"),
        ("unknown-word", "records: {deceased: person}", "records: {deceased: book}"),
        ("link-finds-one", "request: pensions.suspend", "request: suspend"),
        ("unknown-index", "holder: person.number", "holder: \"count('people_of', {'book': person.book})\""),
    ],
)
def test_what_is_wrong_with_a_link_is_found_in_its_own_file(code: str, old: str, new: str) -> None:
    with pytest.raises(LawError) as error:
        parse_law(LINKED.replace(old, new))
    assert code in [problem.code for problem in error.value.problems]


def test_what_only_a_person_can_give_no_node_enters() -> None:
    text = AUTOMATIC.replace("    let: {years", "    fields: {proof: {type: document, max_mb: 1}}\n    let: {years")
    with pytest.raises(LawError) as error:
        parse_law(text)
    assert [problem.code for problem in error.value.problems] == ["automatic-needs-a-person"]
    assert law_from_canonical(parse_law(AUTOMATIC).canonical).procedures["suspend"].automatic


def test_a_link_whose_value_has_no_end_asks_nothing_and_stops_nobody() -> None:
    graded = AUTOMATIC.replace("by: [holder]", "by: [grade]").replace(
        "      holder: {type: party}\n",
        "      holder: {type: party}\n      grade: {type: integer, min: 0, max: 9, optional: true}\n",
        1,
    )
    wide = LINKED.replace("{holder: person.number}", '{grade: "person.age * 9000000000000000000"}')
    net, offices = network(graded, wide)
    person, (pension,) = one_person(net, offices)
    act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    meet_until_quiet(offices)
    assert states(offices, [pension]) == [{"paid"}]


def test_a_node_whose_clock_is_ahead_tries_once_and_leaves_the_rest_to_its_officers() -> None:
    late = '{code: too-early, article: "4", outcome: refuse, rule: surely_after(deceased.died), says: {en: Not yet.}}'
    condition = '{code: day-unknown, article: "3", outcome: refuse, rule: has(deceased.died), says: {en: Since when?}}'
    held = '{code: day-unknown, article: "3", outcome: hold, rule: has(deceased.died), says: {en: Since when?}}'
    assert held in AUTOMATIC
    net, offices = network(AUTOMATIC.replace(held, f"{condition}\n      - {late}"))
    person, (pension,) = one_person(net, offices)
    pass_days(offices[1], 30)
    act(net, offices[0], "people", "die", {"person": person}, died=[2023, 11, 20])
    meet_until_quiet(offices)
    tried = offices[0].store.database.rows("SELECT outcome FROM act WHERE author = 1 AND outcome = 'rejected'")
    assert len(tried) == 1
    assert states(offices, [pension]) == [{"paid"}]
    assert [one.called.record for one in offices[1].linking.asked_of_us()] == [pension]


def test_what_is_left_with_a_reason_is_asked_no_more_and_stands_at_both_records() -> None:
    net, offices = network(BY_HAND)
    person, (pension,) = one_person(net, offices)
    act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    meet_until_quiet(offices)
    (question,) = offices[1].questions.to_us()
    assert [(view.id, view.how, view.office) for view in offices[0].questions.made()] == [(question.id, "waits", 1)]
    other = offices[2]
    with pytest.raises(MunimentError) as unknown:
        other.propose_dismissal(question.act.id, pension, "Not ours.", [registrar(other)])
    assert unknown.value.code == "unknown-question"
    notary = Signer(1, 1, "notary")
    refused = offices[1].propose_dismissal(question.act.id, pension, "Another Ana.", [notary]).verdict
    assert getattr(refused, "code", None) == "role-missing"
    proposal = offices[1].propose_dismissal(question.act.id, pension, "Another Ana.", [registrar(offices[1])])
    (left,) = offices[1].record(sign(net, offices[1], [proposal]))
    assert not offices[1].linking.asked_of_us()
    meet_until_quiet(offices)
    for office in offices:
        for record in (pension, person):
            (told,) = office.questions.about(record)
            assert (told.how, told.reason, told.answer and told.answer.id) == ("dismissed", "Another Ana.", left.id)
    assert [view.how for view in offices[0].questions.made()] == ["dismissed"]
    reopened = open_in_memory(net, 1, offices[1].store, offices[1].hand.journal)
    assert not reopened.linking.asked_of_us()
    # Whoever joins puts the same index together from the records.
    state = reopened.store.state
    kept = (decode_record(body) for _, body in state.agreed_of("#answers", 0, 10))
    groups = list(groups_in(reopened.laws, kept))
    assert len(groups) == 3
    assert all(one.record in state.find(one.index, one.group, 10) for one in groups)


def statements(office: Office, work: Callable[[], object]) -> int:
    """How many statements of the database a piece of work takes."""
    told: list[str] = []
    office.store.database._connection.set_trace_callback(told.append)
    work()
    office.store.database._connection.set_trace_callback(None)
    return len(told)


def test_more_than_a_thousand_wait_none_is_forgotten_and_a_write_costs_the_same() -> None:
    """A question is looked at again when a record of it has changed, not at each write."""
    net, offices = network(BY_HAND.replace("max: 20", "max: 100"), LINKED.replace("max: 3", "max: 100"))
    person, _ = one_person(net, offices, pensions=0)
    batch = offices[1].batch([registrar(offices[1])])
    for number in range(100):
        batch.add("pensions", "grant", {}, {"mark": f"{number}", "holder": party("Ana", 1)})
    offices[1].record_batch(batch, [net.officers[1][0].sign(batch.signing_message)])
    meet_until_quiet(offices)

    def write() -> None:
        act(net, offices[1], "people", "open_book", {}, mark="another")
        offices[1].write()

    write()
    before = statements(offices[1], write)
    for deaths in range(11):
        if deaths:
            act(net, offices[0], "people", "live", {"person": person})
        act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1 + deaths])
    meet_until_quiet(offices)
    assert offices[1].linking.count_asked() == 1_100
    ends = (offices[1].linking.asked_of_us(1)[0], offices[1].linking.asked_of_us()[-1])
    assert [one.act.transaction.act["died"] for one in ends] == [[2026, 5, 1], [2026, 5, 11]], "the oldest first"
    write()
    assert 0 < statements(offices[1], write) <= before + 15
    again = open_in_memory(net, 1, offices[1].store, offices[1].hand.journal)
    assert (again.linking.count_asked(), again.linking.count_asked()) == (LOOKED_AT_ONCE, 1_100)
    answered = ends[1].called.record
    assert [one.how for one in again.questions.about(answered)] == ["waits"] * 11
    suspended = again.propose("pensions", "suspend", {"pension": answered, "deceased": person}, {}, [registrar(again)])
    assert suspended.transaction.answers == ends[0].act.id


def test_many_who_ask_about_one_record_have_its_history_read_once() -> None:
    net, offices = network(BY_HAND)
    person, (pension,) = one_person(net, offices)

    def cost_of_a_change() -> int:
        act(net, offices[1], "pensions", "touch", {"pension": pension}, holder=party("Ana", 1))
        return statements(offices[1], offices[1].linking.asked_of_us)

    def ask(times: int) -> int:
        """What looking costs after another version of the record, and how much more after ten."""
        for _ in range(times):
            act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
            act(net, offices[0], "people", "live", {"person": person})
        act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
        meet_until_quiet(offices)
        first, *_, last = [cost_of_a_change() for _ in range(11)]
        act(net, offices[0], "people", "live", {"person": person})
        return last - first

    longer_by_one, longer_by_many = ask(0), ask(8)
    assert 0 < longer_by_many <= 2 * longer_by_one


def test_who_takes_a_record_over_is_asked_what_waits_for_it() -> None:
    moving = """
  {}:
    title: {{en: Moving}}
    class: decision
    changes: {{pension: pension}}
    in_state: {{pension: [paid]}}
    signed_by: {{all_of: [registrar]}}
    fields: {{to: {{type: office, optional: true}}}}
    effects: [{}]
"""
    give = moving.format("give", "{release: pension, to: act.to}").replace("office, optional: true", "office")
    net, offices = network(BY_HAND + give + moving.format("take", "{accept: pension}"))
    person, (pension,) = one_person(net, offices)
    act(net, offices[0], "people", "die", {"person": person}, died=[2026, 5, 1])
    meet_until_quiet(offices)
    assert [len(office.linking.asked_of_us()) for office in offices] == [0, 1, 0]
    for giver, taker in ((1, 2), (2, 1), (1, 2)):
        act(net, offices[giver], "pensions", "give", {"pension": pension}, to=taker)
        meet_until_quiet(offices)
        act(net, offices[taker], "pensions", "take", {"pension": pension})
        meet_until_quiet(offices)
        assert [len(office.linking.asked_of_us()) for office in offices] == [int(taker == one) for one in range(3)]
        store = offices[taker].store
        if taker == 1:  # made by a version that had no such index yet
            store.database.execute("DELETE FROM index_entry WHERE name = '#asked.of'")
            store = ReplicaStore(store.database)
        offices[taker] = open_in_memory(net, taker, store, offices[taker].hand.journal)
        assert list(verify_state(store, offices[taker].laws, 0))
    (question,) = offices[2].questions.to_us()
    act(net, offices[2], "pensions", "suspend", {"pension": pension, "deceased": person})
    meet_until_quiet(offices)
    assert (states(offices, [pension]), offices[2].questions.to_us()) == ([{"suspended"}], [])
    assert offices[0].questions.about(pension)[0].id == question.id
    for office in offices:
        confirm(office)


FIRST_COMES = ("    signed_by:", "    when_unseen: order\n    signed_by:")
SHARED = AUTOMATIC.replace("home: office", "home: shared").replace(*FIRST_COMES)


def test_on_a_record_of_all_offices_the_answer_stands_in_the_block_that_asks() -> None:
    net, offices = network(SHARED)
    person, (pension,) = one_person(net, offices)
    proposal = offices[0].propose("people", "die", {"person": person}, {"died": [2026, 5, 1]}, [registrar(offices[0])])
    (died,) = offices[0].record(sign(net, offices[0], [proposal]))
    assert offices[0].records.view(pension).record.state == "suspended"
    answer = offices[0].acts.view(offices[0].records.view(pension).timeline[0].act)
    assert (answer.block, answer.transaction.answers) == (died.block, died.id)
    meet_until_quiet(offices)
    for office in offices:
        ladders = [office.acts.view(act).ladder for act in (died.id, answer.id)]
        assert ladders[0].anchor == ladders[1].anchor is not None
        assert not office.linking.asked_of_us()
    assert states(offices, [pension]) == [{"suspended"}]
    assert len({office.state_root() for office in offices}) == 1


def test_where_the_order_refuses_the_act_that_asks_its_answer_falls_with_it() -> None:
    net, offices = network(SHARED, LINKED.replace("home: {with: book}", "home: shared").replace(*FIRST_COMES))
    person, (pension,) = one_person(net, offices)
    for office in offices[:2]:  # neither has seen the other: the order refuses the second
        act(net, office, "people", "die", {"person": person}, died=[2026, 5, 1 + office.number])
    meet_until_quiet(offices)
    rows = offices[2].store.database.rows("SELECT code FROM act WHERE outcome = 'rejected' ORDER BY number")
    assert rows == [("overtaken",), ("no-such-question",)]
    assert states(offices, [pension]) == [{"suspended"}]
    assert len({office.state_root() for office in offices}) == 1


PROVED = (
    LINKED.replace("fields: {died: {", "fields: {proof: {type: boolean, optional: true}, died: {")
    .replace(
        "    effects: [{move_state: person, move: die}",
        '    requires: [{code: unproved, article: "1", outcome: suspend, cure: {days: 10}, rule: has(act.proof), says: {en: No.}}]\n'
        "    effects: [{move_state: person, move: die}",
    )
    .replace("procedures:\n", "  people_numbered: {over: person, by: [number], max: 50}\nprocedures:\n", 1)
    .replace(
        "  live:\n",
        "  note:\n    title: {en: Note}\n    class: order\n    automatic: true\n    changes: {person: person}\n"
        "    in_state: {person: [dead]}\n    signed_by: {all_of: [registrar]}\n    effects: [{set: person.age, to: 0}]\n  live:\n",
    )
)
BACK = """    links:
      - {request: people.note, find: {person: {index: people.people_numbered, of: {number: pension.holder}}}, max: 3}
"""


def test_what_a_cured_act_asks_a_node_answers_and_what_a_node_has_entered_asks_officers() -> None:
    net, offices = network(AUTOMATIC.replace("  resume:\n", f"{BACK}  resume:\n"), PROVED)
    person, (pension,) = one_person(net, offices)
    proposal = offices[0].propose("people", "die", {"person": person}, {"died": [2026, 5, 1]}, [registrar(offices[0])])
    (died,) = offices[0].record(sign(net, offices[0], [proposal]))
    meet_until_quiet(offices)
    assert (died.ladder.outcome, states(offices, [pension])) == ("suspended", [{"paid"}])
    cure = offices[0].propose_resolving("#cure", died.id, [registrar(offices[0])], fields={"proof": True})
    offices[0].record(sign(net, offices[0], [cure]))
    meet_until_quiet(offices)
    assert states(offices, [pension, person]) == [{"suspended"}, {"dead"}]
    (asked,) = offices[0].linking.asked_of_us()
    assert (asked.called.procedure, asked.called.record, asked.automatic) == ("note", person, False)
    assert asked.act.transaction.signers == (Signer(1, NODE_NUMBER, NODE_ROLE),)
    forced = enclose(net, offices[0], by_node(offices[0], {"person": person}, asked.act.id, "people.note"))
    meet_until_quiet(offices)
    assert {office.acts.view(forced).ladder.code for office in offices} == {"not-so-asked"}
    assert {office.records.view(person).record.fields["age"] for office in offices} == {70}
