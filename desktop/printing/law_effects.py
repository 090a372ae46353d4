"""What an act does, and what it asks of other registers, in sentences that call everything by its label.

Told from the law's own tree: an expression that is more than a name stands there as it is written.
"""

from collections.abc import Mapping, Sequence
from re import fullmatch

from core.laws.field_types import BooleanType, ChoiceType, Field, GroupType, ListType
from core.laws.form import text
from core.laws.law import Law, Procedure, Register
from core.laws.law_source import Node
from desktop.printing.law_fields import Names
from desktop.wording import say

_FACTS = ("to", "move", "entries", "entry", "where", "ground", "ordered_by")  # that sentences name


class Effects:
    """Of one procedure of a law."""

    def __init__(self, law: Law, procedure: Procedure, names: Names, language: str) -> None:
        self._law, self._procedure, self._names, self._language = law, procedure, names, language
        self._registers = {**procedure.referenced, **procedure.creates}

    def told(self, stated: Node | None) -> Sequence[str]:
        """One sentence each. Their first key is the verb."""
        nodes = stated.value if stated is not None and isinstance(stated.value, list) else []
        return [link(one) if "request" in one.value else self._effect(one.value) for one in nodes]

    def _effect(self, stated: Mapping[str, Node]) -> str:
        verb, target = next(iter(stated.items()))
        path = plain(target)
        facts = {name: self.path(plain(child)) for name, child in stated.items() if name in _FACTS}
        if verb == "move_state":
            facts["to"] = self._state_after(path, facts["move"])
        elif verb == "set":
            name, _, member = path.partition(".")
            facts["to"] = self._value(plain(stated["to"]), self._columns(name).get(member))
        sentence = say(f"law.effect-{verb}", target=self.path(path), **{name: facts.get(name, "") for name in _FACTS})
        given: dict[str, Node] = {}
        for name, child in stated.items():
            if isinstance(child.value, dict):
                given |= child.value
            elif name not in (verb, "each", *_FACTS):  # `each` names an entry inside `where`
                given[name] = child
        return " ".join([sentence, *self._given(given, self._columns(path))])

    def _state_after(self, name: str, move: str) -> str:
        register = self._law.registers[self._registers[name]]
        return self._names.state(register, register.moves[move][1])

    def _given(self, given: Mapping[str, Node], columns: Mapping[str, Field]) -> Sequence[str]:
        """Values by the labels of the fields that they are given to; whole, however many they are."""
        told = []
        for name, child in given.items():
            field, written = columns.get(name), plain(child)
            label = self._names.of(field) if field is not None else text({}, self._language, name)
            told.append(f"{label} = {self._value(written, field)}")
        return ["; ".join(told) + "."] if told else []

    def _value(self, written: str, field: Field | None) -> str:
        kind = field.type if field is not None else None
        if isinstance(kind, ChoiceType) and written in kind.words:
            return text(kind.labels.get(written, {}), self._language, written)
        if isinstance(kind, BooleanType) and written in ("true", "false"):
            return say("value.yes" if written == "true" else "value.no")
        return self.path(written)

    def _columns(self, target: str) -> Mapping[str, Field]:
        """What can be set at a target: a record's members, or the columns of one of its lists."""
        name, _, member = target.partition(".")
        if name not in self._registers:
            return {}
        members = self._register(name).subject.members
        if not member:
            return members
        kind = members[member].type if member in members else None
        inside = kind.of if isinstance(kind, ListType) else kind
        return inside.fields if isinstance(inside, GroupType) else {}

    def path(self, written: str) -> str:
        """A name as it is called; anything else as it is written."""
        matched = fullmatch(r"([a-z_]\w*)(?:\.([a-z_]\w*))?", written)
        if matched is None:
            return written
        name, member = matched[1], matched[2]
        if name == "act":
            fields = self._procedure.fields
            if member is None:
                return say("law.this-act")
            return say("law.stated", field=self._names.of(fields[member])) if member in fields else written
        if name not in self._registers:
            return written
        record, members = self._record(name), self._register(name).subject.members
        if member in (None, "id"):
            return record
        return (
            say("law.of-record", field=self._names.of(members[member]), record=record) if member in members else written
        )

    def _record(self, name: str) -> str:
        """What a record is called: by its register, and by its own name where there are several of that."""
        register = self._registers[name]
        title = self._names.register(self._register(name).full_name)
        own = text({}, self._language, name)
        several = sum(one == register for one in self._registers.values()) > 1
        return f"{title} ({own})" if several and own != title else title

    def _register(self, name: str) -> Register:
        return self._law.register(self._registers[name])


def link(node: Node) -> str:
    """What is asked of another law, as one sentence, and what it is given."""
    facts = {name: plain(child) for name, child in node.value.items()}
    asked, most, when = facts.pop("request"), facts.pop("max"), facts.pop("when", "")
    sentence = say(
        "law.link", asked=asked, most=most, rest="; ".join(f"{name}: {value}" for name, value in facts.items())
    )
    return f"{say('law.link-when', when=when)} {sentence}" if when else sentence


def plain(node: Node) -> str:
    """A piece of a law as plain text."""
    if isinstance(node.value, dict):
        return ", ".join(f"{name} = {plain(child)}" for name, child in node.value.items())
    if isinstance(node.value, list):
        return " | ".join(plain(child) for child in node.value)
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)
