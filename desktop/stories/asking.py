"""Steps that ask offices: how an act, a record, an index stands at one of them, or at all that are online."""

from collections.abc import Mapping

from core.errors import MunimentError
from core.laws.field_types import Field
from core.laws.law import Law, Register
from core.laws.law_source import Node
from core.laws.sentences import show_value
from core.ledger.encoding import Value, encode
from core.ledger.record import Record
from core.office import Office
from core.store.working import WorkingState
from desktop.stories.playing import Play, is_unknown
from desktop.stories.story import LADDER, Expected, Step, unfit
from desktop.stories.values import Surroundings, read

NOTHING = "none"  # the state of a record that does not exist


def ask_act(play: Play, step: Step) -> None:
    """What has become of an act."""
    done, act = play.act(step.subject, step.line)
    assert step.expect is not None
    for office in play.online(step.at):
        name = play.network.names[office.number]
        try:
            outcome, code, facts = play.outcome(office, act)
        except MunimentError as error:
            if not is_unknown(error):
                raise
            play.differs(step.line, "story-not-heard", office=name, name=step.subject)
            continue
        came = Expected(outcome, frozenset([code] if code and outcome not in ("entered", "requested") else []))
        if code and step.expect.codes >= came.codes:
            came = Expected(outcome, step.expect.codes)  # of several that failed an office keeps the first
        play.tell(step.line, "story-stands", office=name, name=step.subject, outcome=outcome, why=code or "")
        wrong = play.wrong
        play.compare(step.expect, came, [str(facts.get("article", ""))], [])
        if play.wrong == wrong and code:
            play.note_decided(done, outcome, code)


def ask_ladder(play: Play, step: Step) -> None:
    """How far an act has come: at its own office, where no other is named."""
    done, act = play.act(step.subject, step.line)
    assert step.value is not None
    if step.value.value not in LADDER:
        raise unfit(step.value.line, "unknown-word", f"ladder: {step.value.value}")
    office = play.office(step.at) if step.at is not None else play.network.offices[done.office]
    ladder = office.acts.view(act).ladder
    same(play, step, office, f"{step.subject}", step.value.value, ladder.step.value)


def ask_record(play: Play, step: Step) -> None:
    """State, keeper, version and fields of a record; of its lists each entry with the columns that are named."""
    for office in play.online(step.at):
        law, register, record = record_of(play, step, office)
        state = step.facts.get("state") if step.facts else None
        if record is None or (state is not None and state.value == NOTHING):
            stands = NOTHING if record is None else record.state
            same(play, step, office, "state", NOTHING if state is None else state.value, stands, state is not None)
            continue
        for name, node in (step.facts or {}).items():
            same(play, step, office, name, node.value, _fact(play, record, name))
        around = play.surroundings(office, law, {})
        derived = register.subject.derived
        values = {**record.key, **record.fields, **office.records.view(record.id).derived}
        for name, node in (step.fields or {}).items():
            field = derived[name].field if name in derived else register.subject.members.get(name)
            if field is None:
                raise unfit(node.line, "unknown-field", name)
            _compare_field(play, step, office, field, node, values.get(name), around)
        for name in step.without:
            same(play, step, office, name, None, values.get(name))


def _fact(play: Play, record: Record, name: str) -> Value:
    if name == "keeper":
        return "all" if record.keeper is None else play.network.names[record.keeper]
    return record.state if name == "state" else record.version


def record_of(play: Play, step: Step, office: Office) -> tuple[Law, Register, Record | None]:
    node = step.value
    assert node is not None
    if isinstance(node.value, dict):
        if len(node.value) != 1:
            raise unfit(node.line, "not-one-step", ", ".join(node.value))
        ((name, key),) = node.value.items()
        stated, _, bare = name.rpartition(".")
        law = next((one for one in play.laws if bare in one.registers and stated in ("", one.name)), None)
        if law is None or not isinstance(key.value, dict):
            raise unfit(node.line, "unknown-register", name)
        return law, law.registers[bare], play.find(office, key, law, bare)
    name, _, which = str(node.value).partition(".")
    done = play.done(name, node.line)
    record_id = play.record(office, node, done.law, "")
    used = {**done.procedure.creates, **done.procedure.referenced}
    register = (
        used[which] if which else next(iter(used[one] for one, made in done.records.items() if made == record_id))
    )
    law, declared = play.register(done.law, register, node.line)
    return law, declared, office.store.state.present(record_id)


def _compare_field(
    play: Play, step: Step, office: Office, field: Field, node: Node, found: Value, around: Surroundings
) -> None:
    expected = read(node, field.type, around)
    rows = isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found)
    if rows and expected and isinstance(expected[0], dict):  # of each entry only the columns that the story names
        found = [{name: row.get(name) for name in wanted} for row, wanted in zip(found, expected, strict=True)]
    same(play, step, office, field.name, expected, found)


def same(play: Play, step: Step, office: Office, what: str, expected: Value, found: Value, told: bool = True) -> None:
    facts: Mapping[str, Value] = {"office": play.network.names[office.number], "what": what}
    if told and type(expected) is type(found) and expected == found:
        play.tell(step.line, "story-is", **facts, value=_shown(found))
    else:
        play.differs(step.line, "story-other-value", **facts, expected=_shown(expected), found=_shown(found))


def _shown(value: Value) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return " | ".join(_shown(row) for row in value)
    if isinstance(value, dict) and "name" not in value:
        return ", ".join(f"{name} {show_value(one)}" for name, one in value.items())
    return show_value(value)


def ask_count(play: Play, step: Step) -> None:
    """How many records stand in a group of an index."""
    stated, _, bare = step.subject.rpartition(".")
    law = next((one for one in play.laws if bare in one.indexes and stated in ("", one.name)), None)
    if law is None:
        raise unfit(step.line, "unknown-index", step.subject)
    index = law.indexes[bare]
    members = law.registers[index.register].subject.members
    given = step.fields or {}
    if given.keys() != set(index.by):
        raise unfit(step.line, "unknown-field", ", ".join(given))
    assert step.value is not None
    for office in play.online(step.at):
        around = play.surroundings(office, law, {})
        group = [_grouped(read(given[name], members[name].type, around)) for name in index.by]
        count = WorkingState(office.store.state, office.number).count(index.full_name, encode(group))
        same(play, step, office, bare, step.value.value, count)


def _grouped(value: Value) -> Value:
    """A party stands in groups by its number."""
    return value["number"] if isinstance(value, dict) and value.keys() == {"kind", "name", "number"} else value


def ask_total(play: Play, step: Step) -> None:
    """What the sums of a total's group come to; `is` names them, or is a number where there is only one."""
    stated, _, bare = step.subject.rpartition(".")
    law = next((one for one in play.laws if bare in one.totals and stated in ("", one.name)), None)
    if law is None:
        raise unfit(step.line, "unknown-total", step.subject)
    total, given, node = law.totals[bare], step.fields or {}, step.value
    names = list(total.by)[: len(given)]
    assert node is not None
    if given.keys() != set(names) or not (total.prefixes or len(names) == len(total.by)):
        raise unfit(step.line, "unknown-field", ", ".join(given))
    wanted = node.value if isinstance(node.value, dict) else {next(iter(total.add_types)): node}
    for name in wanted.keys() - total.add_types.keys():
        raise unfit(node.line, "unknown-name", name)
    for office in play.online(step.at):
        around = play.surroundings(office, law, {})
        group = [_grouped(read(given[name], total.by_types[name], around)) for name in names]
        held = WorkingState(office.store.state, office.number).total(total.full_name, encode(group))
        for name, one in wanted.items():
            expected = read(one, total.add_types[name], around)
            amount = expected[0] if isinstance(expected, list) else expected  # of money the minor units
            same(play, step, office, f"{bare}.{name}", amount, held.get(name, 0))
