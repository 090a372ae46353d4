"""Steps that sign: an act, a request to another office, and the competent office's decision on one."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from core.errors import MunimentError
from core.laws.alike import decided_by
from core.laws.law import Law, Procedure
from core.laws.law_source import Node
from core.laws.verdict import Accepted
from core.ledger.record import new_record_id
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.voting import pack_content
from desktop.stories.changing import CONTENT, enclosed
from desktop.stories.playing import Done, Play
from desktop.stories.story import Expected, Step, unfit
from desktop.stories.values import read_fields
from desktop.wording import say


def sign(play: Play, step: Step) -> None:
    """Draw up an act, have it signed and record it; what the law refuses is not recorded."""
    step = _repeated(play, step)
    if step.at is None:
        raise unfit(step.line, "key-missing", "at")
    office = play.office(step.at)
    law, procedure = play.procedure(office, step.subject, step.line)
    records = _records(play, step.records or {}, office, law, procedure)
    around = play.surroundings(office, law, records)
    fields = read_fields(step.fields or {}, procedure.fields, around)
    if step.encloses is not None:
        fields[CONTENT] = pack_content(enclosed(play, office, step.encloses))
    asked = None
    if step.verb == "request":
        asked = _competent(play, step, office, law, procedure, records)
    signers = _signers(play, step, office, procedure)
    _conclude(
        play,
        step,
        office,
        (law, procedure),
        lambda: office.propose(law.name, procedure.name, records, fields, signers, addressed_to=asked),
        records,
    )


def _repeated(play: Play, step: Step) -> Step:
    """The step with all that it does not say itself taken from the one that it is like."""
    if step.like is None:
        return step
    like = play.done(step.like, step.line).step
    said = {name: getattr(step, name) for name in ("at", "records", "by", "to", "encloses")}
    taken = {name: value if value is not None else getattr(like, name) for name, value in said.items()}
    fields = {**(like.fields or {}), **(step.fields or {})}
    for name in step.without:
        if fields.pop(name, None) is None:
            raise unfit(step.line, "unknown-field", name)
    return replace(step, **taken, fields=fields)


def _records(play: Play, named: Mapping[str, Node], office: Office, law: Law, procedure: Procedure) -> dict[str, bytes]:
    for name, node in named.items():
        if name not in procedure.referenced:
            raise unfit(node.line, "unknown-record", f"{procedure.name}: {name}")
    registers = procedure.referenced
    return {name: play.record(office, node, law, registers[name]) for name, node in named.items()}


def _competent(
    play: Play, step: Step, office: Office, law: Law, procedure: Procedure, records: Mapping[str, bytes]
) -> int:
    if step.to is not None:
        return play.network.number(step.to)
    competent = office.requests.competent_office(law.name, procedure.name, dict(records))
    if competent is None:
        raise unfit(step.line, "key-missing", "of")
    return competent


def _signers(play: Play, step: Step, office: Office, procedure: Procedure) -> list[Signer]:
    roles = procedure.signing.all_of or procedure.signing.any_of[:1]
    by = step.by if step.by is not None else dict.fromkeys(roles, (None,))
    try:
        return play.network.signers(office.number, by)
    except KeyError as error:
        raise unfit(step.line, "unknown-name", str(error.args[0])) from None


def enter(play: Play, step: Step) -> None:
    """The competent office enters a request."""
    _decide(play, step, None)


def refuse(play: Play, step: Step) -> None:
    """The competent office refuses a request."""
    _decide(play, step, step.reason)


def _decide(play: Play, step: Step, reason: str | None) -> None:
    asked, request = play.act(step.subject, step.line)
    assert step.at is not None
    office, asking = play.office(step.at), asked.law.asking
    roles = asking.decided_by[:1] if asking is not None else ()
    by = step.by if step.by is not None else dict.fromkeys(roles, (None,))
    try:
        signers = play.network.signers(office.number, by)
    except KeyError as error:
        raise unfit(step.line, "unknown-name", str(error.args[0])) from None
    rules = asked.law, asked.procedure
    _conclude(play, step, office, rules, lambda: office.propose_decision(request, signers, reason), asked.records)


def resolve(play: Play, step: Step) -> None:
    """What was suspended is cured, what is held confirmed or set aside, either withdrawn."""
    open_, act = play.act(step.subject, step.line)
    assert step.at is not None
    office, law, procedure = play.office(step.at), open_.law, open_.procedure
    may_sign = (*procedure.signing.all_of, *procedure.signing.any_of)
    roles = law.deciding.by if step.verb in ("confirm", "set_aside") and law.deciding.by else may_sign
    by = step.by if step.by is not None else dict.fromkeys(roles[:1], (None,))
    try:
        signers = play.network.signers(office.number, by)
    except KeyError as error:
        raise unfit(step.line, "unknown-name", str(error.args[0])) from None
    around = play.surroundings(office, law, open_.records)
    fields = read_fields(step.fields or {}, procedure.fields, around)
    _conclude(
        play,
        step,
        office,
        (law, procedure),
        lambda: office.propose_resolving(f"#{step.verb}", act, signers, step.reason, fields),
        open_.records,
    )


def leave(play: Play, step: Step) -> None:
    """What an act asks about a record of an office is left there, with the reason."""
    assert step.at is not None
    office = play.office(step.at)
    law, procedure = play.procedure(office, step.subject, step.line)
    records = _records(play, step.records or {}, office, law, procedure)
    if len(records) != 1:
        raise unfit(step.line, "key-missing", "records")
    _, act = play.act(step.asked_by, step.line)
    (record,) = records.values()
    roles = law.deciding.by or (*procedure.signing.all_of, *procedure.signing.any_of)
    by = step.by if step.by is not None else dict.fromkeys(roles[:1], (None,))
    try:
        signers = play.network.signers(office.number, by)
    except KeyError as error:
        raise unfit(step.line, "unknown-name", str(error.args[0])) from None
    rules = law, replace(procedure, creates={}, title={"en": say("act.dismiss")})
    _conclude(play, step, office, rules, lambda: office.propose_dismissal(act, record, step.reason, signers), records)


def decide_alike(play: Play, step: Step) -> None:
    """Two records of a register are one person or thing, or they are not."""
    assert step.at is not None
    assert step.value is not None
    office, first = play.office(step.at), play.done(step.subject.partition(".")[0], step.line)
    law = first.law
    one, other = (play.record(office, node, law, "") for node in (Node(step.subject, step.line), step.value))
    record = office.store.state.present(one)
    register = law.by_full_name.get(record.register) if record is not None else None
    roles = decided_by(law, register) if register is not None else ()
    by = step.by if step.by is not None else dict.fromkeys(roles[:1], (None,))
    instead = play.act(step.asked_by, step.line)[1] if step.asked_by else None
    try:
        signers = play.network.signers(office.number, by)
    except KeyError as error:
        raise unfit(step.line, "unknown-name", str(error.args[0])) from None
    rules = law, replace(first.procedure, creates={}, changes={}, reads={}, title={"en": say(f"act.{step.verb}")})
    _conclude(
        play,
        step,
        office,
        rules,
        lambda: office.propose_alike(one, other, step.verb == "same", step.reason, signers, instead),
        {"one": one, "other": other},
    )


def _conclude(
    play: Play,
    step: Step,
    office: Office,
    rules: tuple[Law, Procedure],
    propose: Callable[[], Proposal],
    records: Mapping[str, bytes],
) -> None:
    law, procedure = rules
    try:
        proposal = propose()
    except MunimentError as error:  # what cannot even be drawn up: there is nothing to judge
        if step.expect is None or (step.expect.outcome, step.expect.codes) != ("rejected", {error.code}):
            raise
        play.tell(step.line, "story-not-drawn-up", office=play.network.names[office.number], why=error.code)
        return
    made = {name: new_record_id(proposal.id, number) for number, name in enumerate(procedure.creates)}
    stands = isinstance(proposal.verdict, Accepted)
    done = Done(step, office.number, law, procedure, {**records, **made}, proposal.id if stands else None)
    usual = "requested" if step.verb == "request" else "entered"
    play.judge(step.line, done, proposal.verdict, step.expect or Expected(usual, line=step.line))
    if stands:
        try:
            play.network.record(office, proposal)
        except MunimentError as error:
            play.differs(step.line, "story-not-recorded", why=error.code)
            return
        play.acts.append(done)
    if step.name is not None:
        if step.name in play.named:
            raise unfit(step.line, "name-twice", step.name)
        play.named[step.name] = done
