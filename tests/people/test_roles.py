"""Every action of the table × every role, at the doors of core themselves: who may pass, and who is told why not."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.audit import export_audit
from core.backup import write_backup
from core.data_folder import Folder
from core.errors import MunimentError
from core.laws.requests import ENTER
from core.ledger.transaction import Signer, Transaction
from core.people.actions import CUSTODIAN, ROLES, Action, may
from core.pruning import prune
from core.renewing import note_new_key
from core.snapshot import write_snapshot
from sync.courier_desk import CourierDesk
from sync.inviting import Inviting
from sync.tls import Credentials
from tests.ledger.building import act, seed
from tests.offices import registration
from tests.people.staff import (
    ADMINISTRATOR,
    AUDITOR,
    CLERK,
    ENDED,
    NOTARY,
    REGISTRAR,
    Staffed,
    nowhere,
    staffed_office,
)

PEOPLE = {"clerk": CLERK, "registrar": REGISTRAR, "notary": NOTARY, "auditor": AUDITOR, "administrator": ADMINISTRATOR}
REFUSALS = {"not-for-role", "nobody-signed-in"}


@pytest.fixture(scope="module")
def staffed() -> Staffed:
    return staffed_office()


def _signed(law: str, procedure: str, fields: dict[str, Any] | None = None) -> Callable[[Staffed, str, Path], None]:
    """An act signed by one officer in the role that he holds: whether the application lets that role sign it."""

    def knock(staffed: Staffed, role: str, _path: Path) -> None:
        signer = Signer(0, PEOPLE[role], role)
        requests = (b"a request",) if procedure == ENTER else ()
        transaction: Transaction = replace(act(procedure, fields or {}, None, [signer], 0, law), requests=requests)
        staffed.office.people.check_signing([transaction], [bytes(32)])

    return knock


def _draw_up(staffed: Staffed, _role: str, _path: Path) -> None:
    signer = Signer(0, REGISTRAR, "registrar")
    staffed.office.propose("land", "first_registration", {}, registration(9), [signer])


def _back_up(staffed: Staffed, _role: str, path: Path) -> None:
    write_backup(Folder(path), staffed.office, nowhere(path))


def _write_stick(staffed: Staffed, _role: str, path: Path) -> None:
    desk = CourierDesk(staffed.office, [seed("Staffed", 0, "node")], lambda _blocks: None)
    asyncio.run(desk.write(path / "stick", [1]))


def _invite(staffed: Staffed, _role: str, _path: Path) -> None:
    async def invite() -> None:
        Inviting(staffed.office, Credentials(seed("Staffed", 0, "pairing")), bytes(16))

    asyncio.run(invite())


# Each action and the door that asks for it. `ERASE` signs an act of a law that erases: the library has none.
DOORS: dict[Action, Callable[[Staffed, str, Path], object]] = {
    Action.DRAW_UP: _draw_up,
    Action.SIGN: _signed("land", "first_registration"),
    Action.DECIDE: _signed("land", ENTER),
    Action.PROPOSE: _signed("charter", "propose", {"kind": "dormancy"}),
    Action.VOTE: _signed("charter", "vote"),
    Action.APPOINT: _signed("charter", "appoint"),
    Action.REPORT_LOST: _signed("charter", "propose", {"kind": "remove"}),
    Action.ERASE: lambda staffed, _role, _path: staffed.office.people.require(Action.ERASE),
    Action.IMPORT: lambda staffed, _role, _path: staffed.office.batch([Signer(0, REGISTRAR, "registrar")]),
    Action.RENEW_KEY: lambda staffed, _role, _path: note_new_key(staffed.office, staffed.network.nodes[0].public),
    Action.LOOK: lambda staffed, _role, _path: staffed.office.people.look(staffed.parcel, "check"),
    Action.READ_LOOKS: lambda staffed, _role, _path: staffed.office.people.looks_at(staffed.parcel),
    Action.PRINT: lambda staffed, _role, _path: staffed.office.proofs.receipt(staffed.act),
    Action.EXPORT_AUDIT: lambda staffed, _role, path: export_audit(staffed.office, path / "audit"),
    Action.COURIER: _write_stick,
    Action.SNAPSHOT: lambda staffed, _role, path: write_snapshot(staffed.office, path / "copy"),
    Action.INVITE: _invite,
    Action.BACKUP: _back_up,
    Action.REKEY: lambda staffed, _role, _path: staffed.office.people.require(Action.REKEY),
    Action.PRUNE: lambda staffed, _role, _path: next(prune(staffed.office)),
}
SIGNING = {Action.SIGN, Action.DECIDE, Action.PROPOSE, Action.VOTE, Action.APPOINT, Action.REPORT_LOST}


def _outcome(knock: Callable[[], object]) -> str:
    """`passed`, also where something else stops it behind the door."""
    try:
        knock()
    except MunimentError as error:
        return error.code if error.code in REFUSALS else "passed"
    return "passed"


def test_every_action_has_a_row_and_a_door() -> None:
    assert ROLES.keys() == set(Action)
    assert DOORS.keys() == set(Action)
    assert all(roles for roles in ROLES.values())
    assert frozenset().union(*ROLES.values()) == {*PEOPLE, CUSTODIAN}


@pytest.mark.parametrize("action", list(Action), ids=lambda action: action.value)
def test_each_role_may_what_the_table_says_and_nobody_else(action: Action, staffed: Staffed, tmp_path: Path) -> None:
    people, door = staffed.office.people, DOORS[action]
    for role, number in PEOPLE.items():
        staffed.sign_in(number)
        (tmp_path / role).mkdir()
        found = _outcome(partial(door, staffed, role, tmp_path / role))
        assert found == ("passed" if may(frozenset({role}), action) else "not-for-role"), role
        assert people.may(action) is may(frozenset({role}), action)
    people.sign_out()
    assert _outcome(lambda: door(staffed, "registrar", tmp_path)) == "nobody-signed-in"
    assert not people.may(action)


@pytest.mark.parametrize("action", list(Action), ids=lambda action: action.value)
def test_a_command_without_an_officer_is_the_custodian(action: Action, tmp_path: Path) -> None:
    staffed = staffed_office()
    if action in SIGNING:  # each act says who signs it: the roles of its signers are asked, above
        assert not may(frozenset({CUSTODIAN}), action)
        return
    found = _outcome(lambda: DOORS[action](staffed, "registrar", tmp_path))
    assert found == ("passed" if CUSTODIAN in ROLES[action] else "not-for-role")


def test_whose_powers_have_ended_does_not_come_in(staffed: Staffed) -> None:
    with pytest.raises(MunimentError) as refused:
        staffed.sign_in(ENDED)
    assert refused.value.code == "officer-ended"


def test_whose_powers_end_while_signed_in_may_nothing_more() -> None:
    staffed = staffed_office()
    staffed.sign_in(NOTARY)
    people = staffed.office.people
    people.require(Action.LOOK)
    fields: dict[str, Any] = {"number": NOTARY, "name": f"Person {NOTARY}", "roles": [], "reason": "left"}
    transaction = act("restate", fields, None, [Signer(0, ADMINISTRATOR, "administrator")], 5, "charter")
    group = staffed.group(transaction)
    people.open_review(ADMINISTRATOR, staffed.key(ADMINISTRATOR), group.transactions[0])
    staffed.office.record(group)
    assert people.present is not None
    assert (people.present.number, people.present.roles) == (NOTARY, frozenset())
    for action in Action:
        assert not people.may(action)
        assert _outcome(partial(people.require, action)) == "not-for-role"


def test_an_officer_of_another_office_is_nobody_here(staffed: Staffed) -> None:
    staffed.office.people.attend()
    for number in range(len(PEOPLE)):
        with pytest.raises(MunimentError) as refused:
            staffed.office.people.sign_in(number, staffed.key(number, office=1))
        assert refused.value.code == "not-this-officer"
    assert staffed.office.people.present is None


def test_a_role_that_the_application_gives_no_such_act_is_refused_whatever_a_law_says(staffed: Staffed) -> None:
    staffed.sign_in(REGISTRAR)
    auditing = act("first_registration", registration(3), None, [Signer(0, AUDITOR, "auditor")])
    with pytest.raises(MunimentError) as refused:
        staffed.office.record(staffed.group(auditing))
    assert (refused.value.code, refused.value.facts["action"]) == ("not-for-role", "sign")
