"""What every law of the library declares is enforced, each declaration for itself: nothing here names a law.

Conditions fail in the laws' stories (tests/stories/test_library.py). What the engine refuses by itself, because a field
has a bound, a record has a state and an act has signers, is found here in the declarations and broken one by one.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from core.laws import Accepted, Rejected
from core.laws.field_checks import FieldFault, make_check
from core.laws.law import Law, Procedure
from core.ledger.charter import ROLES
from core.ledger.record import Record, encode_record
from desktop.library import library_laws
from tests.laws.counter import Counter, DictState, library_law
from tests.laws.sampling import ROWS, fields_of, outside, record_id

ELSEWHERE = "somewhere else"  # a state that no law has


class Everybody(Counter):
    """Whoever signs may sign."""

    @staticmethod
    def roles(office: int, officer: int) -> frozenset[str]:
        return ROLES


@pytest.fixture(scope="module", params=sorted(library_laws()))
def law(request: pytest.FixtureRequest) -> Law:
    return library_law(request.param)


def refused(check: Any, value: Any) -> str:
    try:
        check(value)
    except FieldFault as fault:
        return fault.code
    return "taken"


def test_every_bound_of_every_field_of_an_act(law: Law) -> None:
    for procedure in law.procedures.values():
        whole = fields_of(procedure.fields)
        procedure.check_act(whole)
        assert refused(procedure.check_act, {**whole, "no_such_field": 1}) == "field-unknown"
        for name, field in procedure.fields.items():
            without = {one: value for one, value in whole.items() if one != name}
            assert refused(procedure.check_act, without) == ("taken" if field.optional else "field-missing"), name
            for value, code in outside(field.type):
                assert refused(procedure.check_act, {**whole, name: value}) == code, (procedure.name, name, value)


def test_every_bound_of_every_field_of_a_record(law: Law) -> None:
    for register in law.registers.values():
        for name, field in {**register.key, **register.fields}.items():
            check = make_check(field.type)
            for value, code in outside(field.type):
                assert refused(check, value) == code, (register.name, name, value)


# -- acts -----------------------------------------------------------------------------------------------------------


def records_of(law: Law, procedure: Procedure) -> dict[str, Record]:
    """What an act of the procedure names, each in a state in which it may be."""
    records = {}
    for name, register in procedure.referenced.items():
        state = min(procedure.in_state.get(name, {ELSEWHERE}))
        records[name] = make_record(law, register, record_id(name), state)
    return records


def make_record(law: Law, register: str, own_id: bytes, state: str) -> Record:
    """Its lists have entries, nothing else is in it: what is asked here is asked before the fields are read."""
    declared = law.register(register)
    lists = {name: one for name, one in getattr(declared, "fields", {}).items() if one.type.kind == "list"}
    rows = {name: [{"id": place + 1} for place in range(50)] for name in lists}
    return Record(declared.full_name, own_id, 0, 0, 1, bytes(16), state, {}, rows)


def judge(law: Law, procedure: Procedure, records: dict[str, Record], signers: list[tuple[str, int]]) -> Any:
    state = DictState({record.id: encode_record(record) for record in records.values()})
    for register in {register for _, register in procedure.records}:
        for number in range(ROWS):
            record = make_record(law, register, record_id(register, number), ELSEWHERE)
            state.records[record.id] = encode_record(record)
    counter = Everybody(law, state, homes={})
    return counter.judge(counter.transaction(procedure.name, fields_of(procedure.fields), records, signers))


def signers_of(procedure: Procedure) -> list[tuple[str, int]]:
    roles = (*procedure.signing.all_of, *procedure.signing.any_of[:1])
    return [(role, number) for number, role in enumerate(dict.fromkeys(roles))]


def code_of(verdict: Any) -> str:
    return verdict.code if isinstance(verdict, Rejected) else "taken"


def plain(law: Law) -> Iterator[Procedure]:
    """Those that release, accept or decide what is held together are refused for that before anything else."""
    return (one for one in law.procedures.values() if not one.special and not one.releases)


def test_every_procedure_asks_for_the_state_of_every_record(law: Law) -> None:
    for procedure in plain(law):
        for name, states in procedure.in_state.items():
            register = law.registers.get(procedure.referenced[name])
            others = {*(register.subject.states if register else ()), ELSEWHERE} - states
            for state in others:
                records = records_of(law, procedure)
                records[name] = make_record(law, procedure.referenced[name], records[name].id, state)
                verdict = judge(law, procedure, records, signers_of(procedure))
                told: Any = verdict  # of what has happened it is told with the act, which is held
                if procedure.act_class == "fact":
                    assert isinstance(verdict, Accepted), procedure.name
                    assert verdict.outcome == "held", procedure.name
                    assert {one.new.register for one in verdict.changes} == {"#undecided"}, procedure.name
                    told = verdict.findings[0]
                assert (told.code, told.facts["record"]) == ("not-in-state", name), (procedure.name, state)


def test_every_procedure_asks_for_its_signers(law: Law) -> None:
    before = {"not-in-state", "role-missing", "role-not-asked", "one-person-two-roles", "signer-twice", "no-such-entry"}
    for procedure in plain(law):
        records, signers = records_of(law, procedure), signers_of(procedure)
        assert code_of(judge(law, procedure, records, signers)) not in before, procedure.name
        missing = [signers[:place] + signers[place + 1 :] for place in range(len(signers)) if len(signers) > 1]
        for left in missing:
            assert code_of(judge(law, procedure, records, left)) == "role-missing", procedure.name
        asked = {*procedure.signing.all_of, *procedure.signing.any_of}
        for role in ROLES - asked:
            assert code_of(judge(law, procedure, records, [(role, 9), *signers])) == "role-not-asked", procedure.name
        if procedure.signing.different_persons and len(signers) > 1:
            one = [(role, 0) for role, _ in signers]
            assert code_of(judge(law, procedure, records, one)) == "one-person-two-roles", procedure.name
