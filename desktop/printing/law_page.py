"""A law as a readable page (HTML): registers, procedures, conditions, effects, who reads what, which acts wait and why.

Everything is taken from the checked law; effects and whatever this page has no words of its own for are told from the
law's own tree, so that nothing of a law stays unsaid.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from core.laws.form import text
from core.laws.law import Condition, Law, Procedure, Register
from core.laws.law_check import LawReport, Reason
from core.laws.law_source import Node, decode_tree
from desktop.printing.law_effects import Effects, plain
from desktop.printing.law_fields import Names, fields_table, roles
from desktop.wording import law_fault, say

# What the page tells in words of its own; the rest of the law's tree follows under "Also stated".
TOLD = frozenset(
    {
        "law",
        "version",
        "title",
        "note",
        "registers",
        "procedures",
        "extracts",
        "indexes",
        "relies_on",
        "allotments",
        "transition",
    }
)
_NONE = Node({}, 0)
STYLE = (
    "body{font-family:sans-serif;max-width:52em;margin:2em auto;line-height:1.3}h1,h2,h3{color:#1d5a85}"
    "th,td{text-align:left;vertical-align:top;padding-right:1em}"
)


def law_page(law: Law, report: LawReport, language: str = "en") -> str:
    """The page; only text from the law, escaped."""
    return _Page(law, report, language).html()


class _Page:
    def __init__(self, law: Law, report: LawReport, language: str) -> None:
        self._law, self._report, self._language = law, report, language
        self._names = Names(law, language)
        self._tree = _mapping(decode_tree(law.canonical))

    def html(self) -> str:
        law = self._law
        title = say("law.heading", title=text(law.title, self._language, law.name), version=law.version)
        parts = [f"<h1>{escape(title)}</h1>"]
        parts += [_paragraph(line) for line in _texts(self._tree.get("note"), self._language)]
        if law.transition is not None:
            parts.append(_paragraph(say(f"law.transition-{law.transition.begun}", article=law.transition.article)))
            if law.transition.term_days is not None:
                parts.append(_paragraph(say("law.transition-term", days=law.transition.term_days)))
        parts.append(_paragraph(say("law.readers")))
        parts.append(_heading(2, say("law.registers")))
        for register in law.registers.values():
            parts += self._register(register)
        if law.others:
            parts.append(_heading(2, say("law.relies-on")))
            parts += [line for other in law.others.values() for line in self._other(other)]
        parts.append(_heading(2, say("law.procedures")))
        for procedure in law.procedures.values():
            parts += self._procedure(procedure)
        parts += self._rest()
        body = "\n".join(parts)
        return f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style></head><body>\n{body}\n</body></html>\n'  # noqa: E501  # one line of markup

    # -- registers ----------------------------------------------------------------------------------------------

    def _register(self, register: Register) -> Iterator[str]:
        yield _heading(3, self._names.register(register.full_name))
        yield _paragraph(say(f"law.home-{register.home.kind}", field=register.home.field))
        yield from fields_table(self._names, say("law.keys"), register.key.values())
        yield from fields_table(self._names, say("law.fields"), register.fields.values())
        state = {one: self._names.state(register, one) for one in register.states}
        moves = [
            say("law.move", move=move, begin=", ".join(state[one] for one in sorted(begin)), end=state[end])
            for move, (begin, end) in register.moves.items()
        ]
        yield _listed(say("law.states", start=state[register.start]), moves)
        if register.withheld:
            told = {state[one]: roles(sorted(readers)) for one, readers in register.withheld.items()}
            yield _listed(say("law.withheld"), [f"{one}: {readers}" for one, readers in told.items()])
        yield from self._conditions(say("law.always"), register.always)
        told = [
            say("law.derived-rule", name=self._names.of(one.field), rule=one.rule)
            for one in register.subject.derived.values()
        ]
        if told:
            yield _listed(say("law.derived"), told)

    def _other(self, register: Register) -> Iterator[str]:
        yield _heading(3, f"{self._names.register(register.full_name)} ({register.full_name})")
        yield from fields_table(self._names, say("law.keys"), register.key.values())
        yield from fields_table(self._names, say("law.fields"), register.fields.values())
        yield _paragraph(
            say("law.known-states", states=", ".join(self._names.state(register, one) for one in register.states))
        )
        groups = [one.full_name for one in (*register.indexes, *register.totals)]
        if groups:
            yield _paragraph(say("law.known-groups", groups=", ".join(groups)))

    # -- procedures ---------------------------------------------------------------------------------------------

    def _procedure(self, procedure: Procedure) -> Iterator[str]:
        yield _heading(3, text(procedure.title, self._language, procedure.name))
        if procedure.help:
            yield _paragraph(text(procedure.help, self._language))
        named = {**procedure.referenced, **procedure.creates}
        registers = (self._names.register(self._law.register(one).full_name) for one in named.values())
        said = [say("law.about", records=", ".join(dict.fromkeys(registers))), *_signing(procedure)]
        if procedure.corrects:
            said.append(say("law.corrects", road=say(f"law.road-{procedure.corrects}")))
        if procedure.lodges:
            said.append(say("law.lodges"))
        yield _paragraph(" ".join(said))
        yield from fields_table(self._names, say("law.asked"), procedure.fields.values())
        labels = [(self._names.of(procedure.fields[name]), one.rule) for name, one in procedure.reckoned.items()]
        if labels:
            yield _listed(say("law.reckoned"), [say("law.derived-rule", name=name, rule=rule) for name, rule in labels])
        yield from self._conditions(say("law.conditions"), procedure.requires)
        if procedure.automatic:
            yield _paragraph(say("law.automatic"))
        if procedure.only_when_asked:
            yield _paragraph(say("law.only-when-asked"))
        stated = _mapping(_mapping(self._tree["procedures"])[procedure.name])
        effects = Effects(self._law, procedure, self._names, self._language)
        for title, key in (("law.effects", "effects"), ("law.links", "links")):
            told = effects.told(stated.get(key))
            if told:
                yield _listed(say(title), told)
        for title, acts in (("law.waits", self._report.waits), ("law.may-wait", self._report.may_wait)):
            if procedure.name in acts:
                yield _listed(say(title), [_why(reason) for reason in acts[procedure.name]])

    def _conditions(self, title: str, conditions: Sequence[Condition]) -> Iterator[str]:
        lines = []
        for one in conditions:
            says = text(one.says, self._language, one.code)
            told = say("law.condition", article=one.article or "–", says=says)
            rule = say("law.rule", code=one.code, rule=one.rule)
            outcome = say(f"law.outcome-{one.outcome}")
            lines.append(f"{escape(told)} {escape(outcome)}<br><small>{escape(rule)}</small>")
        if lines:
            items = "".join(f"<li>{line}</li>" for line in lines)
            yield f"<p><b>{escape(title)}</b></p><ul>{items}</ul>"

    # -- the rest -----------------------------------------------------------------------------------------------

    def _rest(self) -> Iterator[str]:
        shown = [
            f"{text(one.title, self._language, one.name)}: {say('law.shows', fields=', '.join(one.shows))}"
            for one in self._law.extracts.values()
        ]
        if shown:
            yield _heading(2, say("law.extracts"))
            yield _listed("", shown)
        if "indexes" in self._tree:
            yield _heading(2, say("law.indexes"))
            yield _listed("", [f"{name}: {plain(node)}" for name, node in _mapping(self._tree["indexes"]).items()])
        allotted = [self._allotment(_mapping(node)) for node in _mapping(self._tree.get("allotments", _NONE)).values()]
        if allotted:
            yield _heading(2, say("law.allotments"))
            yield _listed("", allotted)
        rest = {name: node for name, node in self._tree.items() if name not in TOLD}
        if rest:
            yield _heading(2, say("law.more"))
            yield _listed("", [f"{name}: {plain(node)}" for name, node in rest.items()])

    def _allotment(self, stated: Mapping[str, Node]) -> str:
        register = self._law.registers[plain(stated["over"])]
        held, used = (self._names.of(register.fields[plain(stated[key])]) for key in ("sum", "used"))
        title, says = self._names.register(register.full_name), _texts(stated["says"], self._language)
        return say("law.allotment", title=title, sum=held, used=used, says=" ".join(says))


def _signing(procedure: Procedure) -> Iterator[str]:
    signing = procedure.signing
    if signing.all_of:
        yield say("law.signed-all", roles=roles(signing.all_of))
    if signing.any_of:
        yield say("law.signed-any", roles=roles(signing.any_of))
    if signing.different_persons:
        yield say("law.signed-different")
    if signing.any_office:
        yield say("law.signed-anywhere")


def _why(reason: Reason) -> str:
    return law_fault({"code": reason.code, "detail": reason.name})


def _items(node: Node | None) -> Sequence[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _mapping(node: Node) -> Mapping[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def _texts(node: Node | None, language: str) -> list[str]:
    texts = {name: str(child.value) for name, child in _mapping(node).items()} if node else {}
    return [text(texts, language)] if texts else []


def _heading(level: int, title: str) -> str:
    return f"<h{level}>{escape(title)}</h{level}>"


def _paragraph(line: str) -> str:
    return f"<p>{escape(line)}</p>"


def _listed(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<p><b>{escape(title)}</b></p><ul>{items}</ul>" if title else f"<ul>{items}</ul>"
