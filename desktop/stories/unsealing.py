"""Steps about sealed fields: how one stands at an office, who has given a part, what a person of a role reads in it."""

from copy import copy

from core.laws.field_types import SealedType
from core.ledger.encoding import Value
from core.office import Office
from desktop.stories.asking import record_of, same
from desktop.stories.playing import Play
from desktop.stories.story import Step, unfit
from desktop.stories.values import read

NOTHING = "none"  # what a person reads who may not, or before it is open


def ask_sealed(play: Play, step: Step) -> None:
    """State and parts of a sealed field of a record, and what each role named reads."""
    assert step.facts is not None
    field = str(step.facts["field"].value)
    for office in play.online(step.at):
        law, register, record = record_of(play, step, office)
        declared = register.fields.get(field)
        if record is None or declared is None or not isinstance(declared.type, SealedType):
            raise unfit(step.line, "unknown-field", field)
        view = next((one for one in office.sealed.of_record(record.id) if one.field == field), None)
        if view is None:
            raise unfit(step.line, "unknown-field", field)
        if "is" in step.facts:
            same(play, step, office, field, step.facts["is"].value, view.state)
        for told, offices in (step.told or {}).items():
            numbers = view.given if told == "given" else view.withheld
            same(play, step, office, told, sorted(offices), sorted(play.network.names[number] for number in numbers))
        around = play.surroundings(office, law, {})
        for role, node in (step.fields or {}).items():
            expected = None if node.value == NOTHING else read(node, declared.type, around)
            same(play, step, office, role, expected, _read_as(play, office, record.id, role, step.line).get(field))


def _read_as(play: Play, office: Office, record: bytes, role: str, line: int) -> dict[str, Value]:
    """What a person of the role reads, signed in with a purpose; nobody is signed in afterwards."""
    before = copy(office.people)
    try:
        _, officer = play.network.officer(office.number, role)
        office.people.sign_in(officer, play.network.key(office.number, officer))
        office.people.look(record, "check")
        return office.sealed.open_record(record)
    except KeyError:
        raise unfit(line, "unknown-name", role) from None
    finally:
        office.people.go_on_from(before)
