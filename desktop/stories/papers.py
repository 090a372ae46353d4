"""Steps about paper and proof: an extract printed and read back, an act judged again by every office."""

from datetime import UTC, datetime

from core.replaying import Replayed, replay
from core.views import ActView
from desktop.knowledge import knowledge_of_office
from desktop.printing.following import following, given_number
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import NEWEST
from desktop.qt_application import make_application
from desktop.stories.playing import Play
from desktop.stories.story import Step
from desktop.verification import verify_pdf


def print_extract(play: Play, step: Step) -> None:
    """The PDF of an act is drawn, read back from its pixels, and verified with what the office knows."""
    done, act = play.act(step.subject, step.line)
    office = play.office(step.at) if step.at is not None else play.network.offices[done.office]
    make_application()
    view: ActView = office.acts.view(act)
    today = datetime.fromtimestamp(play.network.clocks[office.number].now_ms() / 1000, UTC)
    day = (today.year, today.month, today.day)
    number, follows = given_number(office, view), following(office, view, day, "en")
    pdf = extract_pdf(office, office.proofs.receipt(act, "en", NEWEST), view, day, number=number, follows=follows)
    result = verify_pdf(pdf, knowledge_of_office(office))
    name = play.network.names[office.number]
    if not result.valid:
        play.differs(step.line, "story-paper-invalid", office=name, name=step.subject, why=result.code)
        return
    wrong = next((one.words for one in result.as_printed if one.same is False), None)
    if wrong is not None:
        play.differs(step.line, "story-paper-invalid", office=name, name=step.subject, why=wrong)
        return
    shown = " ".join([*(text for fact in result.facts for text in fact), *(one.words for one in result.as_printed)])
    missing = [text for text in step.says if text not in shown]
    if missing:
        play.differs(step.line, "story-paper-lacks", office=name, name=step.subject, missing=", ".join(missing))
        return
    if done.procedure.extract:
        play.printed.setdefault(done.law.name, set()).add(done.procedure.extract)
    play.tell(step.line, "story-printed", office=name, name=step.subject, bytes=len(pdf))


def replay_act(play: Play, step: Step) -> None:
    """Every office that is online judges the act again from its own blocks: one verdict, one trace.

    One that joined with a snapshot has not all of them.
    """
    _, act = play.act(step.subject, step.line)
    answers: list[Replayed] = []
    for office in play.online(step.at):
        if office.number in play.network.joined:
            continue
        *_, found = replay(office, {act})
        answers.append(found[act])
    if any(answer.verdict != answers[0].verdict for answer in answers):
        play.differs(step.line, "story-replay-differs", name=step.subject)
        return
    steps = len(answers[0].verdict.trace)
    play.tell(step.line, "story-replayed", name=step.subject, count=len(answers), steps=steps)
