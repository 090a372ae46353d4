"""Reading a file of rules for a command, and checking one as every office would."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.folder import read_bounded
from core.laws.law import Law
from core.laws.law_check import HOMES, Reason, check_law
from core.laws.law_reading import parse_law
from core.laws.law_source import MAX_LAW_BYTES
from core.laws.problems import LawError, Problem
from desktop.library import laws_beside
from desktop.outcome import BAD_INPUT
from desktop.wording import law_fault, say, sentence, text_in


def check_law_command(path: Path, homes: Sequence[str] = ()) -> dict[str, Any]:
    """Read a law as every office does, with the homes that a charter would choose; errors name line and article.

    Laws that it relies on are looked for in its folder, then among those that come with the application; `alone`: what
    it relies on in laws that are in neither. `waits` and `may_wait`: procedures whose acts wait for the common order,
    always or some of them, each with reasons.
    """
    chosen = read_homes(homes)
    try:
        law = read_law(path, chosen)
        report = check_law(law, chosen, beside=relied_on(law, laws_beside(path)))
        report.raise_any()
    except LawError as error:
        return law_refused(path, error)
    facts = {"name": law.name, "version": law.version, "digest": law.digest.hex()}
    lines = [sentence("law-checked", facts)]
    for code, acts in (("act-waits", report.waits), ("act-may-wait", report.may_wait)):
        for name, reasons in acts.items():
            why = "; ".join(law_fault({"code": reason.code, "detail": reason.name}) for reason in reasons)
            lines.append(sentence(code, {"act": text_in(law.procedures[name].title, name), "why": why}))
    if not report.waits and not report.may_wait:
        lines.append(sentence("no-act-waits"))
    asking = law.asking
    if asking is not None and (asking.queue or asking.term_days is not None):
        lines.append(sentence("decisions-wait"))
    if report.alone:
        lines.append(sentence("law-relies-alone", {"registers": ", ".join(report.alone)}))
    told = {"alone": list(report.alone), "waits": _reasons(report.waits), "may_wait": _reasons(report.may_wait)}
    return {"message": "\n".join(lines), **facts, **told}


def _reasons(acts: Mapping[str, Sequence[Reason]]) -> dict[str, list[dict[str, str]]]:
    return {name: [asdict(reason) for reason in reasons] for name, reasons in acts.items()}


def relied_on(law: Law, find: Callable[[str], Law]) -> dict[str, Law]:
    """The laws that this one relies on or asks, by name, as far as they are found."""
    found = {}
    asked = (link.law for procedure in law.procedures.values() for link in procedure.links)
    for name in dict.fromkeys((*(register.partition(".")[0] for register in law.others), *asked)):
        with suppress(KeyError):
            found[name] = find(name)
    return found


def read_homes(texts: Sequence[str]) -> dict[str, str]:
    """`<law>.<register>=office|shared`, each. Raises `bad-home`."""
    homes = {}
    for text in texts:
        register, _, home = text.partition("=")
        if home not in HOMES or "." not in register:
            raise MunimentError("bad-home", text=text)
        homes[register] = home
    return homes


def read_law(path: Path, homes: Mapping[str, str]) -> Law:
    """A law that every office can use. Raises `LawError`, `not-a-law`, `too-large`, `file-not-found`."""
    try:
        law = parse_law(read_bounded(path, MAX_LAW_BYTES).decode("utf-8"))
    except UnicodeDecodeError:
        raise MunimentError("not-a-law", path=str(path)) from None
    check_law(law, homes).raise_any()
    return law


def _place(path: Path, problem: Problem) -> str:
    """File, line, article where one is stated, and what is wrong there."""
    article = f" ({say('law.at-article', article=problem.article)})" if problem.article else ""
    return f"{path.name}:{problem.line}: {problem.code} {problem.detail}".rstrip() + article


def law_refused(path: Path, error: LawError) -> dict[str, Any]:
    """How a command ends that was given this law."""
    problems = [asdict(problem) for problem in error.problems]
    lines = [_place(path, one) for one in error.problems]
    message = "\n".join([sentence("law-refused", {"path": path.name, "count": len(lines)}), *lines])
    return {"message": message, "code": "law-refused", "exit": BAD_INPUT, "errors": problems}
