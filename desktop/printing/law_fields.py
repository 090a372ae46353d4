"""What a law asks for and keeps, as tables: each field's name, what it holds, who reads it, how it is put right."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from core.laws.field_types import (
    AttestationType,
    ChoiceType,
    DocumentType,
    EntryOfType,
    Field,
    FieldType,
    GroupType,
    ListType,
    OpeningType,
    RecordType,
    SealedType,
)
from core.laws.form import text
from core.laws.law import Law, Register
from desktop.wording import say

_COLUMNS = ("law.field", "law.holds", "law.read-by", "law.put-right")
_WIDTHS = (28, 28, 18, 26)  # per cent


class Names:
    """What the law's registers and fields are called in a language; its own name where it has none in words."""

    def __init__(self, law: Law, language: str) -> None:
        self._law, self._language = law, language

    def of(self, field: Field) -> str:
        return text(field.label, self._language, field.name)

    def register(self, full_name: str) -> str:
        found = self._found(full_name)
        return text(found.title, self._language, found.name) if found is not None else full_name

    def _found(self, name: str) -> Register | None:
        """Of this law, by its full name or without the law; or of another; None where nothing is known of it."""
        law = self._law
        return law.by_full_name.get(name) or law.registers.get(name) or law.others.get(name)

    def state(self, register: Register, state: str) -> str:
        return text(register.state_labels.get(state, {}), self._language, state)

    def held(self, kind: FieldType) -> str:
        """What a field holds, in words."""
        match kind:
            case ChoiceType():
                words = ", ".join(text(kind.labels.get(one, {}), self._language, one) for one in kind.words)
                return say("law.kind.choice", words=words)
            case RecordType():
                return say("law.kind.record", register=self.register(kind.register))
            case EntryOfType():
                owner = self._found(kind.register)
                list_of = self.of(owner.fields[kind.list]) if owner is not None else kind.list
                return say("law.kind.entry_of", list=list_of, register=self.register(kind.register))
            case AttestationType():
                words = "law.kind.attestation-signs" if kind.signs else "law.kind.attestation"
                return say(words, role=say(f"role.{kind.role}"))
            case ListType():
                return say("law.kind.list", most=kind.max_items)
            case SealedType():
                return say("law.kind.sealed", inside=self.held(kind.of))
            case OpeningType():
                return say("law.kind.opening", field=f"{kind.record}.{kind.column}")
            case DocumentType(asks=asks):
                return "; ".join([say("law.kind.document"), *(say(f"document.asked-{one}").lower() for one in asks)])
        return say(f"law.kind.{kind.kind}")

    def readers(self, field: Field) -> str:
        if isinstance(field.type, SealedType):
            return roles(field.type.roles)
        return roles(field.roles) if field.visible == "roles" else say(f"law.reads-{field.visible}")


def roles(names: Iterable[str]) -> str:
    return ", ".join(say(f"role.{one}") for one in names)


def fields_table(names: Names, title: str, fields: Iterable[Field]) -> Iterator[str]:
    """HTML; nothing where there is no field. The last column stands only where something can be put right so."""
    rows = [row for field in fields for row in _rows(names, field, 0)]
    if not rows:
        return
    width = 4 if any(row[3] for row in rows) else 3
    heads = "".join(
        f'<th align="left" width="{part}%">{escape(say(key))}</th>'
        for key, part in zip(_COLUMNS[:width], _WIDTHS[:width], strict=True)
    )
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row[:width]) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    yield f"<p><b>{escape(title)}</b></p>"
    yield f'<table width="100%" cellpadding="1" cellspacing="0"><tr>{heads}</tr>{body}</table>'


def _rows(names: Names, field: Field, depth: int) -> Iterator[tuple[str, ...]]:
    name = say("law.optional", label=names.of(field)) if field.optional else names.of(field)
    put_right = ", ".join(say(f"law.road-{road}") for road in field.corrected)
    yield f"{'– ' * depth}{name}", names.held(field.type), names.readers(field), put_right
    inside = field.type.of if isinstance(field.type, ListType) else field.type
    columns: Mapping[str, Field] = inside.fields if isinstance(inside, GroupType) else {}
    for column in columns.values():
        yield from _rows(names, column, depth + 1)
