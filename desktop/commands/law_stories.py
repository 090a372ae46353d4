"""`muniment law test`: the stories of a law, played on whole offices in memory, and told line by line."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.laws.law import Law
from core.laws.problems import LawError
from desktop.commands.law_files import law_refused, read_homes, read_law
from desktop.library import laws_beside
from desktop.outcome import DONE, REFUSED
from desktop.qt_application import make_unseen_application
from desktop.stories.playing import Seen
from desktop.stories.run import (
    FOLDER,
    Told,
    never_failed,
    never_printed,
    never_taken,
    refuse_broken,
    run_story,
    stories_of,
)
from desktop.wording import catalogue, law_fault, say, sentence, text_in
from desktop.wording.catalogue import Trouble


def play_law_command(path: Path, stories: Path | None, homes: Sequence[str], as_json: bool) -> dict[str, Any]:
    """Every story in the folder (by default `stories/<law>` beside the file) must go as it is told, and every condition
    of the law must fail in one of them with its own outcome, every paper be printed.

    Raises `no-stories`, `file-not-found`, `not-a-law`, `too-large`.
    """
    try:
        law = read_law(path, read_homes(homes))
    except LawError as error:
        return law_refused(path, error)
    make_unseen_application()
    told = []
    for name, text in stories_of(law.name, stories or path.parent / FOLDER / law.name).items():
        told.append(run_story(name, text, law, laws_beside(path)))
        if not as_json:
            print(_transcript(told[-1]), flush=True)
    wrong = [one.name for one in told if not one.good]
    papers = [f"extracts.{name}" for name in never_printed(law, told)]
    missing = [*sorted(never_failed(law, told)), *never_taken(law, told), *papers]
    code = "stories-broken" if wrong else "stories-incomplete" if missing else "stories-kept"
    facts = {"law": law.name, "count": len(told), "wrong": len(wrong), "rules": ", ".join(missing)}
    return {
        "message": sentence(code, facts),
        "code": code,
        "exit": DONE if code == "stories-kept" else REFUSED,
        **facts,
        "rules": missing,
        "stories": [_as_json(one) for one in told],
    }


def play_before_proposing(law: Law, path: Path) -> None:
    """The stories beside the file of rules; a terminal is told which is being played.

    Raises `rules-fail-their-tests`, and what `stories_of` raises.
    """
    make_unseen_application()
    told = -1

    def tell(done: int, of: int) -> None:
        nonlocal told
        if done != told and sys.stderr is not None and sys.stderr.isatty():
            print(say("propose.story", number=done + 1, count=of), file=sys.stderr)
        told = done

    refuse_broken(law, path, laws_beside(path), tell)


def _transcript(told: Told) -> str:
    lines = [told.title, *(f"{'  ' if seen.good else '✗ '}{seen.line or '':>4}  {tell(seen)}" for seen in told.seen)]
    return "\n".join([*lines, ""])


def tell(seen: Seen) -> str:
    """One line of a transcript as a sentence."""
    facts = dict(seen.facts)
    if "title" in facts:
        facts["title"] = text_in(facts["title"], str(facts["act"]))
        facts["name"] = f"({facts['name']})" if facts["name"] else ""
        facts["says"] = " ".join(facts["says"])
    facts = {name: "\u200b" if value in ("", []) else value for name, value in facts.items()}
    known = catalogue().outcome(seen.code)
    if known is None and seen.code in catalogue().law_faults:
        text = law_fault({"code": seen.code, "detail": facts.get("detail", "")})
    elif isinstance(known, Trouble):  # of a story nothing can be lost: only what happened is told
        text = sentence(seen.code, facts).removesuffix(f" {known.kept} {known.next}")
    else:
        text = sentence(seen.code, facts)
    return " ".join(text.replace("\u200b", "").split())


def _as_json(told: Told) -> dict[str, Any]:
    lines = [{"line": seen.line, "code": seen.code, "good": seen.good, "text": tell(seen)} for seen in told.seen]
    failed = {law: {rule: sorted(how) for rule, how in rules.items()} for law, rules in told.failed.items()}
    return {"name": told.name, "title": told.title, "good": told.good, "failed": failed, "lines": lines}
