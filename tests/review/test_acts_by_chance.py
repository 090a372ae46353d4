"""Acts by chance under every law that comes with the application: each gets a verdict, the same one with a trace.

Nothing that an act can contain may raise: the office that takes its block would stop there. Values are of the declared
types or at their bounds, records those that earlier acts made, also of other laws, places in the order by chance.
More of them: `python -m tests.review.test_acts_by_chance SEED ACTS`.
"""

import sys
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from re import _parser as patterns  # how the patterns of the laws are read
from typing import Any

from core.laws import Accepted, Law, Order, Rejected
from core.laws.alike import DIFFERENT, SAME
from core.laws.field_types import (
    AttestationType,
    ChoiceType,
    DayType,
    FieldType,
    FractionType,
    GroupType,
    IntegerType,
    ListType,
    MoneyType,
    OpeningType,
    RecordType,
    SealedType,
    TextType,
)
from core.laws.questions import ASKED_REGISTER, DISMISS
from core.laws.relying import lacking
from core.laws.resolving import CONFIRM, CURE, SET_ASIDE, WITHDRAW
from core.laws.signing import NODE_NUMBER, NODE_ROLE
from core.laws.undecided import UNDECIDED_REGISTER
from core.ledger.encoding import Value
from core.ledger.transaction import Signer, Transaction
from desktop.library import library_laws
from tests.laws.counter import YEAR_2026_MS, Counter, DictState, document, library_law, party

ACTS = 300
DAY_MS = 86_400_000
EVERY_ROLE = frozenset({"registrar", "notary", "clerk", "administrator", "auditor"})


class Office(Counter):
    @staticmethod
    def roles(office: int, officer: int) -> frozenset[str]:
        return EVERY_ROLE if officer < 9 else frozenset()


class Chance:
    def __init__(self, seed: int) -> None:
        self.draw, self.state = Random(seed), DictState()
        self.laws = {name: library_law(name) for name in library_laws()}
        self.lacking = lacking(self.laws)
        self.made: dict[str, list[bytes]] = defaultdict(list)  # records by register
        self.waiting: list[tuple[str, bytes]] = []  # law and act of what was suspended or held
        self.author, self.now_ms = 0, YEAR_2026_MS
        self.told = Tally[str]()

    def live(self, acts: int) -> None:
        for number in range(acts):
            self.author = self.draw.choice([0, 0, 0, 0, 1])
            self.now_ms += self.draw.choice([0, 1000, DAY_MS])
            ends = bool(self.waiting) and self.draw.random() < 0.12
            name, act = self.draw.choice(self.waiting) if ends else (self.draw.choice(list(self.laws)), b"")
            office = Office(self.laws[name], self.state, self.author, acts=10 * number)
            self._put(office, self._ending(office, act) if ends else self._act(office))

    def _put(self, office: Counter, act: Transaction) -> None:
        order = self._order() if self.draw.random() < 0.8 else None
        verdict, traced = office.judge(act, order=order), office.judge(act, trace=True, order=order)
        assert replace(traced, trace=()) == verdict
        if isinstance(verdict, Rejected):
            self.told[verdict.code] += 1
            return
        self.told[verdict.outcome] += 1
        assert isinstance(verdict, Accepted)
        self.state.take(verdict)
        for change in verdict.changes:
            if change.old is None and change.new.register == UNDECIDED_REGISTER:
                self.waiting.append((office.law.name, change.new.key["act"]))
            elif change.old is None:
                self.made[change.new.register].append(change.new.id)

    def _order(self) -> Order:
        before_ms = self.now_ms - self.draw.choice([0, DAY_MS, 10 * DAY_MS])
        apart_ms = self.draw.choice([0, 0, DAY_MS + 1])
        return Order(1, self.now_ms, apart_ms, lambda act: act[0] % 5 == 0, lambda _: True, lambda: before_ms)

    def _act(self, office: Counter) -> Transaction:
        law, procedures = office.law, list(office.law.procedures.values())
        possible = [one for one in procedures if all(self.made[self._full(law, of)] for of in one.referenced.values())]
        procedure = self.draw.choice(possible or procedures)
        named = {}
        for name, register in procedure.referenced.items():
            found = self.made[self._full(law, register)][-6:]
            if found and (record := self.state.record(self.draw.choice(found))):
                named[name] = record
        fields = procedure.fields.values()
        said = {one.name: self._value(one.type, law) for one in fields if not one.optional or self.draw.random() < 0.6}
        roles = procedure.signing.all_of or procedure.signing.any_of
        signers = [(role, place) for place, role in enumerate(roles)]
        act = office.transaction(procedure.name, said, named, signers, self.now_ms)
        return self._answering(act) if self.draw.random() < 0.2 else act

    def _answering(self, act: Transaction) -> Transaction:
        """The same as the answer to something, or as what leaves it; by a node or by officers."""
        asking = [record.key["act"] for one in self.made[ASKED_REGISTER] if (record := self.state.record(one))]
        answers = self.draw.choice([*asking[-3:], bytes(32)])
        if self.draw.random() < 0.1:
            ids = [one for made in self.made.values() for one in made[-3:]] or [bytes(16)]
            sides = {"one": self.draw.choice(ids), "other": self.draw.choice(ids)}
            way = self.draw.choice([SAME, DIFFERENT])
            return replace(act, procedure=way, changes={}, act={**sides, "reason": "looked at"})
        if self.draw.random() < 0.3:
            record = next((ref.record for ref in act.changes.values()), bytes(16))
            said: dict[str, Value] = {"act": answers, "record": record, "reason": "looked at"}
            return replace(act, procedure=DISMISS, changes={}, act=said)
        node = (Signer(self.author, NODE_NUMBER, NODE_ROLE),)
        return replace(act, answers=answers, signers=self.draw.choice([act.signers, node]))

    def _ending(self, office: Counter, act: bytes) -> Transaction:
        kept = next(one for one in map(self.state.record, self.state.records) if one and one.key.get("act") == act)
        way = self.draw.choice([CURE, CURE, CONFIRM, SET_ASIDE, WITHDRAW])
        procedure, said = office.law.procedures[kept.fields["procedure"]], dict[str, Value](act=act)
        if way == CURE:
            fields = (one for one in procedure.fields.values() if one.optional and self.draw.random() < 0.7)
            said["fields"] = {one.name: self._value(one.type, office.law) for one in fields}
        else:
            said["reason"] = "looked at"
        ids = kept.fields.get("records", {}) if way in (CURE, CONFIRM) else {}
        named = {name: record for name, one in ids.items() if (record := self.state.record(one))}
        return office.transaction(way, said, named, [("registrar", 5), ("notary", 6), ("clerk", 7)], self.now_ms)

    @staticmethod
    def _full(law: Law, register: str) -> str:
        return register if "." in register else f"{law.name}.{register}"

    def _value(self, kind: FieldType, law: Law) -> Value:
        draw = self.draw
        match kind:
            case TextType(pattern=pattern):
                return "".join(self._letters(patterns.parse(pattern.text))) if pattern else draw.choice("abc")
            case IntegerType(low=low, high=high):
                return draw.choice([low, high, draw.randint(low or 0, high or 0)])
            case MoneyType(currencies=currencies, low=low, high=high):
                return [draw.choice([low, high, draw.randint(low or 0, high or 0)]), draw.choice(currencies)]
            case FractionType():
                return draw.choice([[1, 1], [1, 2], [0, 1]])
            case ChoiceType(words=words):
                return draw.choice(words)
            case DayType(precise=precise):
                day = [draw.choice([1960, 2024, 2026]), draw.randint(1, 12), draw.randint(1, 28)]
                return day if precise else day[: draw.randint(1, 3)]
        return self._of_parts(kind, law)

    def _of_parts(self, kind: FieldType, law: Law) -> Value:
        draw = self.draw
        match kind:
            case AttestationType(answers=answers):
                return {"answer": draw.choice(answers), "by": [self.author, draw.randint(0, 4)]}
            case RecordType(register=register):
                return draw.choice(self.made[self._full(law, register)] or [bytes(16)])
            case ListType(of=of, min_items=least, max_items=most):
                return [self._value(of, law) for _ in range(draw.randint(least, min(most, least + 2)))]
            case GroupType(fields=fields):
                some = (one for one in fields.values() if not one.optional or draw.random() < 0.5)
                return {one.name: self._value(one.type, law) for one in some}
            case SealedType(until=until):
                sealed: dict[str, Value] = {"box": bytes(120), "by": self.author, "key": bytes(32), "offices": [0]}
                shares = [[0, bytes(32)], [1, bytes(32)]]
                return {**sealed, "threshold": 2, "shares": shares} if until else sealed
            case OpeningType():
                return draw.choice([bytes(32), [[1, bytes(32)], [2, bytes(32)]]])
        plain: dict[str, Value] = {
            "boolean": True,
            "period": [0, 1, 0],
            "party": party(str(draw.randint(1, 3))),
            "office": draw.randint(0, 2),
            "document": document(str(draw.randint(1, 3))),
            "entry_of": draw.randint(1, 3),
            "number": "0/2026/000001-09",
        }
        return plain.get(kind.kind, bytes(32))

    def _letters(self, parsed: Iterable[tuple[object, Any]]) -> Iterator[str]:
        for name, told in parsed:
            match str(name):
                case "LITERAL":
                    yield chr(told)
                case "IN":
                    word, of = self.draw.choice(told)
                    yield chr(self.draw.randint(*of) if str(word) == "RANGE" else of)
                case "MAX_REPEAT":
                    for _ in range(self.draw.randint(*told[:2])):
                        yield from self._letters(told[2])


def test_every_act_has_a_verdict() -> None:
    chance = Chance(1)
    chance.live(ACTS)
    assert chance.told["entered"] > ACTS // 20
    assert len(chance.told) > 15


if __name__ == "__main__":
    one = Chance(int(sys.argv[1]))
    one.live(int(sys.argv[2]))
    print(one.told.most_common())
