"""One value of an act as lines of text on paper, by its declared type, or by its shape where no law is known.

Part of template 1: a paper is set again from its receipt years later, so nothing here may depend on this system's
locale, fonts or time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.laws.field_types import (
    ChoiceType,
    DayType,
    EntryOfType,
    Field,
    FieldType,
    FractionType,
    GroupType,
    ListType,
    PartyType,
)
from core.ledger.encoding import Value
from core.ledger.roll import Member
from core.ledger.sealed import Sealed, read_sealed_value
from core.papers import DOCUMENT, WHOLE
from desktop.wording_paper import day_text, knows, say

NO_MINOR_UNITS = frozenset({"ISK", "JPY", "KRW"})  # ISO 4217; all other currencies here have two
NO_BREAK_SPACE = "\u00a0"
FieldKinds = Mapping[str, Field]


@dataclass(frozen=True)
class Teller:
    """Tells values in one language; officers of `members` are named."""

    language: str
    members: Mapping[int, Member]

    def label(self, name: str, field: Field | None) -> str:
        texts = field.label if field else {}
        return texts.get(self.language) or texts.get("en") or name

    def lines(self, value: Value, kind: FieldType | None) -> list[str]:
        """Lines of text; a list gives one a row."""
        if isinstance(value, list) and (isinstance(kind, ListType) or _is_rows(value)):
            fields = kind.of.fields if isinstance(kind, ListType) and isinstance(kind.of, GroupType) else {}
            return [self._row(row, fields) for row in value]
        if isinstance(value, dict) and isinstance(kind, GroupType):
            return [self._row(value, kind.fields)]
        return [self.text(value, kind)]

    def text(self, value: Value, kind: FieldType | None) -> str:
        if isinstance(value, dict):
            return self._mapping(value, kind)
        if isinstance(value, list):
            return self._sequence(value, kind)
        if isinstance(value, bytes):
            return grouped(value.hex())
        if isinstance(value, bool):
            return say(self.language, "yes" if value else "no")
        if isinstance(kind, EntryOfType):
            return say(self.language, "entry", number=value)
        if isinstance(kind, ChoiceType):
            texts = kind.labels.get(str(value), {})
            return texts.get(self.language) or texts.get("en") or str(value).replace("_", " ")
        return str(value)

    def _row(self, row: Value, fields: FieldKinds) -> str:
        if not isinstance(row, dict):
            return self.text(row, None)
        names = [name for name in fields if name in row] + [name for name in row if name not in fields]
        parts = []
        for name in names:
            field = fields.get(name)
            text = self.text(row[name], field.type if field else None)
            # A person or a named entry says what it is; a number needs its label.
            told = field is not None and isinstance(field.type, PartyType | EntryOfType | ChoiceType)
            parts.append(text if told else f"{self.label(name, field)} {text}")
        return "; ".join(parts)

    def _mapping(self, value: Mapping[str, Value], kind: FieldType | None) -> str:
        keys = set(value)
        sealed = read_sealed_value(value)
        if sealed is not None:
            return self._sealed(sealed)
        if keys == {"kind", "name", "number"} and (kind is None or isinstance(kind, PartyType)):
            return self._party(value)
        if DOCUMENT <= keys <= WHOLE:
            return self._document(value)
        if keys == {"answer", "by"}:
            return self._attestation(value)
        return self._row(dict(value), {})

    def _sealed(self, sealed: Sealed) -> str:
        """What is closed is not told; of a key in shares the paper says how many of their holders could open it."""
        if sealed.shares:
            counts = {"threshold": sealed.threshold, "count": len(sealed.shares)}
            return say(self.language, "sealed-until", **counts)
        return say(self.language, "sealed", count=len(sealed.offices))

    def _party(self, value: Mapping[str, Value]) -> str:
        word = f"party-{value['kind']}"
        parts = [str(value["name"]), say(self.language, "number", number=value["number"])]
        if knows(word):
            parts.insert(1, say(self.language, word))
        return ", ".join(parts)

    def _document(self, value: Mapping[str, Value]) -> str:
        number = say(self.language, "number", number=value["number"])
        day = self.text(value["day"], DayType())
        pages = say(self.language, "pages", count=value["pages"])
        asked = (f"document-{name}-{value.get(name)}" for name in ("form", "legalised"))
        told = [say(self.language, word) for word in asked if knows(word)]
        kept = [say(self.language, "document-kept", kept=value["kept"])] if "kept" in value else []
        return ", ".join([f"{value['kind']} {number}", str(value["issuer"]), day, pages, *told, *kept])

    def _attestation(self, value: Mapping[str, Value]) -> str:
        answer = str(value["answer"]).replace("_", " ")
        match value["by"]:
            case [int(office), int(officer)]:
                member = self.members.get(office)
                if member and 0 <= officer < len(member.officers):
                    return say(self.language, "attested", answer=answer, name=member.officers[officer].name)
                name = say(self.language, "officer", office=office, officer=officer)
                return say(self.language, "attested", answer=answer, name=name)
        return answer

    def _sequence(self, value: list[Value], kind: FieldType | None) -> str:
        match value:
            case [int(amount), str(currency)]:
                return money_text(amount, currency)
            case [int(part), int(whole)] if isinstance(kind, FractionType) and whole:
                return str(part) if whole == 1 else f"{part}/{whole}"
            case [int(year), *rest] if isinstance(kind, DayType) and _is_day(value):
                return day_text(self.language, [year, *(int(one) for one in rest if isinstance(one, int))])
        return "; ".join(self.text(one, None) for one in value)


def money_text(amount: int, currency: str) -> str:
    """48 500.00 BYN from minor units."""
    digits = 0 if currency in NO_MINOR_UNITS else 2
    units, rest = divmod(abs(amount), 10**digits)
    text = f"{units:,}".replace(",", NO_BREAK_SPACE) + (f".{rest:0{digits}}" if digits else "")
    return f"{'-' if amount < 0 else ''}{text}{NO_BREAK_SPACE}{currency}"


def grouped(text: str, size: int = 4) -> str:
    """Hexadecimal digits in groups that an eye can follow."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def is_document(value: Value) -> bool:
    return isinstance(value, dict) and isinstance(value.get("digest"), bytes)


def _is_rows(value: list[Value]) -> bool:
    return bool(value) and all(isinstance(row, dict) for row in value)


def _is_day(value: list[Value]) -> bool:
    if not 1 <= len(value) <= 3 or not all(type(one) is int for one in value):
        return False
    return len(value) < 2 or 1 <= int(value[1]) <= 12
