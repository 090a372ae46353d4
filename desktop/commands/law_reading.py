"""`muniment law explain`, `diff` and `replay`: a law as pages, what another version changes, an act judged again."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.laws.law import Law
from core.laws.law_check import check_law
from core.laws.law_source import Node, decode_tree
from core.laws.problems import LawError
from core.laws.sentences import rule_sentence, show_value
from core.laws.verdict import Rejected
from core.replaying import Replayed, replay
from core.store.files import write_durably
from core.views import Step
from desktop.commands.law_files import law_refused, read_homes, read_law
from desktop.outcome import DAMAGED, DONE
from desktop.printing.law_page import law_page, plain
from desktop.unlocking import Access
from desktop.wording import say, sentence, text_in


def explain_command(path: Path, out: Path | None, homes: Sequence[str]) -> dict[str, Any]:
    """The law as one page: HTML, or PDF where OUT ends so; without OUT the HTML is printed.

    Raises `file-exists`, `file-not-written` and what reading a law raises.
    """
    chosen = read_homes(homes)
    try:
        law = read_law(path, chosen)
    except LawError as error:
        return law_refused(path, error)
    page = law_page(law, check_law(law, chosen))
    if out is None:
        return {"message": page}
    if out.exists():
        raise MunimentError("file-exists", path=str(out))
    write_durably(out, _pdf(page) if out.suffix.lower() == ".pdf" else page.encode())
    facts = {"title": text_in(law.title, law.name), "version": law.version, "path": str(out)}
    return {"message": sentence("law-explained", facts), **facts}


def _pdf(page: str) -> bytes:
    from desktop.printing.page_pdf import page_pdf
    from desktop.qt_application import make_unseen_application

    make_unseen_application()
    return page_pdf(page)


def diff_command(old: Path, new: Path) -> dict[str, Any]:
    """What a law changes of another, place by place. Raises what reading a law raises."""
    laws: list[Law] = []
    for path in (old, new):
        try:
            laws.append(read_law(path, {}))
        except LawError as error:
            return law_refused(path, error)
    changes = list(_differences(decode_tree(laws[0].canonical), decode_tree(laws[1].canonical), ()))
    code = "laws-differ" if changes else "laws-alike"
    lines = [say(f"law.diff-{one['change']}", **one) for one in changes]
    return {"message": "\n".join([*lines, sentence(code, {"count": len(changes)})]), "changes": changes}


def _differences(old: Node, new: Node, path: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Mappings by their keys; lists of conditions by their codes, other lists as a whole."""
    before, after = _children(old), _children(new)
    if before is None or after is None:
        if plain(old) != plain(new):
            yield {"change": "changed", "place": " › ".join(path), "old": plain(old), "new": plain(new)}
        return
    for name in [*before, *(name for name in after if name not in before)]:
        place = (*path, name)
        if name not in after:
            yield {"change": "gone", "place": " › ".join(place), "old": plain(before[name])}
        elif name not in before:
            yield {"change": "new", "place": " › ".join(place), "new": plain(after[name])}
        else:
            yield from _differences(before[name], after[name], place)
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        order = {"old": ", ".join(common), "new": ", ".join(name for name in after if name in before)}
        yield {"change": "changed", "place": " › ".join(path), **order}


def _children(node: Node) -> Mapping[str, Node] | None:
    if isinstance(node.value, dict):
        return node.value
    if isinstance(node.value, list):
        named = [(child.value["code"].value, child) for child in node.value if _has_code(child)]
        if named and len(named) == len(node.value) == len({code for code, _ in named}):
            return {str(code): child for code, child in named}
    return None


def _has_code(node: Node) -> bool:
    return isinstance(node.value, dict) and "code" in node.value


def replay_command(access: Access, act: str) -> dict[str, Any]:
    """Verdict and trace of an act, worked out anew from the blocks that this office holds, under the law of its day.

    Raises `unknown-act`, `payload-not-held` and what opening an office raises.
    """
    opened = access.open()
    try:
        act_id = _act_id(act)
        view = opened.office.acts.view(act_id)
        *_, found = replay(opened.office, {act_id})
    finally:
        opened.office.close()
    if act_id not in found:
        raise MunimentError("unknown-act", act=act)
    replayed, kept = found[act_id], "rejected" if view.ladder.step is Step.REJECTED else view.ladder.outcome
    facts = _told(replayed)
    lines = [say("law.replay-step", text=step["text"], value=step["value"]) for step in facts["trace"]]
    lines += facts["says"]
    if view.ladder.step is Step.FINAL and facts["outcome"] != kept:
        code, exit_with = "replay-differs", DAMAGED
        lines.append(sentence(code, {"came": facts["outcome"], "kept": kept}))
    else:
        code, exit_with = "done", DONE
        lines.append(sentence("act-replayed", {**facts, "codes": ", ".join(facts["codes"]), "anchor": replayed.anchor}))
    return {"message": "\n".join(lines), "code": code, "exit": exit_with, **facts}


def _act_id(act: str) -> bytes:
    try:
        return bytes.fromhex(act)
    except ValueError:
        raise MunimentError("unknown-act", act=act) from None


def _told(one: Replayed) -> dict[str, Any]:
    verdict, law = one.verdict, one.law
    findings = [verdict] if isinstance(verdict, Rejected) else list(verdict.findings)
    trace = [{"rule": step.rule, "text": step.text, "value": show_value(step.value)} for step in verdict.trace]
    return {
        "law": law.name,
        "version": law.version,
        "digest": law.digest.hex(),
        "outcome": "rejected" if isinstance(verdict, Rejected) else verdict.outcome,
        "codes": [finding.code for finding in findings],
        "articles": [finding.article for finding in findings],
        "says": [said for finding in findings if (said := rule_sentence(law, finding))],
        "anchor": one.anchor,
        "trace": trace,
    }
