"""Running the stories of a law: its files found, read, played to their end, and what of them was seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.errors import MunimentError
from core.folder import read_bounded
from core.laws.every_law import papers_of_every_law
from core.laws.law import Law
from core.laws.law_check import check_law
from core.laws.law_source import MAX_LAW_BYTES
from desktop.stories.asking import ask_act, ask_count, ask_ladder, ask_record, ask_total
from desktop.stories.changing import joins
from desktop.stories.ending import end
from desktop.stories.network import Network
from desktop.stories.papers import print_extract, replay_act
from desktop.stories.playing import OWN_OUTCOMES, Play, Seen, key_path
from desktop.stories.reading import parse_story
from desktop.stories.signing import decide_alike, enter, leave, refuse, resolve, sign
from desktop.stories.story import RESOLVING, Step, StoryError, unfit
from desktop.stories.unsealing import ask_sealed
from desktop.stories.values import read_day

FOLDER = "stories"  # beside the laws: `stories/<law>/<name>.yaml`
ENDING = ".yaml"


@dataclass(frozen=True)
class Told:
    """A story that was played.

    `failed`: by law, the path of each condition that failed, with its outcomes. `printed`: by law, the papers of which
    one was printed and verified.
    """

    name: str
    title: str
    good: bool
    seen: tuple[Seen, ...]
    failed: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    printed: Mapping[str, frozenset[str]] = field(default_factory=dict)


def run_story(
    name: str, text: str, law: Law, find_law: Callable[[str], Law], before_step: Callable[[], None] = lambda: None
) -> Told:
    """Play one story. `find_law`: another law in force, by name. What is wrong is told with its line and never raised;
    what `before_step` raises ends the story.
    """
    try:
        story = parse_story(text, law.name)
        laws = [law if other == law.name else _found(find_law, other) for other in story.laws]
        beside = {one.name: one for one in laws}
        for one in laws:
            check_law(one, story.homes, len(story.offices), beside).raise_any()
        play = Play(story, laws, Network(story, laws))
    except StoryError as error:
        return Told(name, name, False, tuple(Seen(p.line, p.code, {"detail": p.detail}, False) for p in error.problems))
    except MunimentError as error:
        return Told(name, name, False, (Seen(0, error.code, error.facts, False),))
    with closing(play.network):
        _play(play, before_step)
    failed = {one: {rule: frozenset(how) for rule, how in rules.items()} for one, rules in play.failed.items()}
    printed = {one: frozenset(papers) for one, papers in play.printed.items()}
    return Told(name, story.title, play.wrong == 0, tuple(play.seen), failed, printed)


def _found(find_law: Callable[[str], Law], name: str) -> Law:
    try:
        return find_law(name)
    except KeyError:
        raise unfit(0, "unknown-name", name) from None


def _play(play: Play, before_step: Callable[[], None]) -> None:
    """To its end, or to the step that cannot be played."""
    line = 0
    for step in play.story.steps:
        before_step()
        line = step.line
        if not _goes(play, line, partial(_take, play, step)):
            return
    _goes(play, line, partial(end, play))


def _take(play: Play, step: Step) -> None:
    play.network.pass_step()
    _STEPS[step.verb](play, step)


def _goes(play: Play, line: int, work: Callable[[], None]) -> bool:
    """Whether this could be played; else it is told why not."""
    try:
        work()
    except StoryError as error:
        for problem in error.problems:
            play.differs(problem.line, problem.code, detail=problem.detail)
        return False
    except MunimentError as error:
        play.differs(line, error.code, **error.facts)
        return False
    return True


def _meet(play: Play, step: Step) -> None:
    numbers = _numbers(play, step)
    if step.offices is not None and any(number in play.network.offline for number in numbers):
        raise unfit(step.line, "meeting-offline", ", ".join(step.offices))
    play.network.meet_until_quiet(numbers)
    play.tell(step.line, "story-met", offices=_names(play, step))


def _go(play: Play, step: Step) -> None:
    numbers = _numbers(play, step)
    if step.verb == "offline":
        play.network.offline.update(numbers)
    else:
        play.network.offline.difference_update(numbers)
    play.tell(step.line, f"story-{step.verb}", offices=_names(play, step))


def _share(play: Play, step: Step) -> None:
    """Whether offices give out their shares of what an event has opened."""
    for number in _numbers(play, step):
        play.network.offices[number].keys.keeps_back = step.verb == "keep_back"
    play.tell(step.line, f"story-{step.verb.replace('_', '-')}", offices=_names(play, step))


def _clock(play: Play, step: Step) -> None:
    assert step.value is not None
    day = read_day(str(step.value.value))
    assert day is not None
    numbers = range(len(play.network.offices)) if step.at is None else [play.network.number(step.at)]
    for number in numbers:
        try:
            play.network.clocks[number].set_to(day)
        except ValueError:
            raise unfit(step.line, "no-such-day", str(step.value.value)) from None
    play.tell(step.line, "story-day", day=str(step.value.value), office=step.at or "")


def _numbers(play: Play, step: Step) -> list[int]:
    if step.offices is None:
        return list(range(len(play.network.offices)))
    return [play.network.number(name) for name in step.offices]


def _names(play: Play, step: Step) -> str:
    return ", ".join(step.offices or play.network.names[: len(play.network.offices)])


_STEPS: Mapping[str, Callable[[Play, Step], None]] = {
    "sign": sign,
    "request": sign,
    "enter": enter,
    "refuse": refuse,
    **dict.fromkeys(RESOLVING, resolve),
    "leave": leave,
    "same": decide_alike,
    "different": decide_alike,
    "meet": _meet,
    "keep_back": _share,
    "give_out": _share,
    "offline": _go,
    "online": _go,
    "clock": _clock,
    "joins": joins,
    "act": ask_act,
    "ladder": ask_ladder,
    "record": ask_record,
    "sealed": ask_sealed,
    "count": ask_count,
    "total": ask_total,
    "extract": print_extract,
    "replay": replay_act,
}


# -- a law's folder -------------------------------------------------------------------------------------------------


def stories_of(law: str, folder: Path) -> dict[str, str]:
    """Name → text of the stories in a folder, sorted. Raises `no-stories`, `too-large`, `file-not-read`."""
    paths = sorted(path for path in folder.glob(f"*{ENDING}") if path.is_file()) if folder.is_dir() else []
    if not paths:
        raise MunimentError("no-stories", law=law, path=str(folder))
    return {path.stem: read_bounded(path, MAX_LAW_BYTES).decode("utf-8", "replace") for path in paths}


def refuse_broken(
    law: Law, path: Path, find_law: Callable[[str], Law], tell_far: Callable[[int, int], None] = lambda _done, _of: None
) -> None:
    """Play the stories beside a law's file before it is put to the vote; without any there is nothing to play.

    `tell_far`: how many have been played, of how many, before each step; what it raises ends the playing. Raises
    `rules-fail-their-tests`.
    """
    folder = path.parent / FOLDER / law.name
    stories = stories_of(law.name, folder) if folder.is_dir() else {}
    for done, (name, text) in enumerate(stories.items()):
        told = run_story(name, text, law, find_law, partial(tell_far, done, len(stories)))
        wrong = next((seen.line for seen in told.seen if not seen.good), None)
        if wrong is not None:
            raise MunimentError("rules-fail-their-tests", law=law.name, story=name, line=wrong)


def never_failed(law: Law, told: Iterable[Told]) -> Iterator[str]:
    """Paths of the law's conditions that failed in none of these stories with their own outcome.

    Those that the engine puts into every law are shown once for all, in a story of their own (tests/stories).
    """
    seen: dict[str, set[str]] = {}
    for one in told:
        for rule, outcomes in one.failed.get(law.name, {}).items():
            seen.setdefault(rule, set()).update(outcomes)
    for path, rule in law.rules.items():
        if not rule.of_every_law and OWN_OUTCOMES[rule.outcome] not in seen.get(path, set()):
            yield path


def never_taken(law: Law, told: Iterable[Told]) -> Iterator[str]:
    """Paths of the law's unique keys that no act was refused for because another record had them."""
    seen = {path for one in told for path in one.failed.get(law.name, ())}
    keys = (key_path(name, unique.key) for name, register in law.registers.items() for unique in register.uniques)
    yield from (path for path in keys if path not in seen)


def never_printed(law: Law, told: Iterable[Told]) -> Iterator[str]:
    """Papers of the law that no story printed; those of every law are printed in the story of their own."""
    seen = {paper for one in told for paper in one.printed.get(law.name, ())}
    yield from sorted(law.extracts.keys() - papers_of_every_law(law.registers) - seen)
