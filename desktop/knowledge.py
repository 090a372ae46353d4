"""What a verifier already knows: nothing, a charter, or a whole replica at hand.

A stranger needs none of it; each adds to the answer: a charter tells whose network it is and gives the keys that
fork evidence is checked with, a replica adds how far the act has come since the paper was printed.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.laws.expression_days import Whole
from core.laws.law import Law
from core.laws.law_reading import law_from_canonical, parse_law
from core.ledger.charter import Charter
from core.office import Office
from core.sealing.opening import ERASED
from desktop.library import library_laws
from desktop.printing.following import Following, following, given_number
from desktop.wording_paper import say

T = TypeVar("T")
Run = Callable[[Callable[[], T]], T]  # runs a question on the thread that the office lives on


@dataclass(frozen=True, slots=True)
class Present:
    """How far an act has come as a replica knows it; `seen_by`: names of offices."""

    step: str
    outcome: str
    seen_by: tuple[str, ...]
    code: str | None = None
    shared: bool = False  # only the common order decides it
    office: str = ""  # of a request that waits: the competent office
    # Sealed fields destroyed since: field, number of the order, its office.
    erased: tuple[tuple[str, int, str], ...] = ()
    register_state: int | None = None  # number of the certified state of the register that holds it


@dataclass(frozen=True, slots=True)
class Knowledge:
    network: bytes | None = None
    laws: tuple[bytes, ...] = ()  # canonical texts
    # (office's number, incarnation of its key or None) → (its name, its node's key)
    node: Callable[[int, int | None], tuple[str, bytes] | None] = lambda _number, _incarnation: None
    present: Callable[[bytes], Present | None] = lambda _act: None
    number: Callable[[bytes], str | None] = lambda _act: None  # act → the number that its paper may carry
    # (act, day, language) → what follows from its record on the day
    follows: Callable[[bytes, Whole, str], Following] = lambda _act, _day, _language: ()

    def rules_of(self, network: bytes, proved: Iterable[bytes]) -> set[bytes]:
        """Digests of rules of a network: those that a receipt proves, and what the reader knows of it."""
        return {*proved, *(map(_digest, self.laws) if self.network == network else ())}

    def read(self, digests: Set[bytes]) -> Iterator[Law]:
        """The laws with these digests that are at hand, known or shipped; one after another, as reading takes long."""
        yield from (law_from_canonical(text) for text in self.laws if _digest(text) in digests)
        yield from (law for law in map(parse_law, library_laws().values()) if law.digest in digests)


def _digest(text: bytes) -> bytes:
    return tagged_hash("law", text)


def office_name(knowledge: Knowledge, network: bytes, number: int, language: str) -> str:
    """An office of a network by its name, where the reader knows that network; else by its number, from 1."""
    known = knowledge.node(number, None) if knowledge.network == network else None
    return known[0] if known else say(language, "number", number=number + 1)


def knowledge_of_charter(charter: Charter) -> Knowledge:
    def node(number: int, incarnation: int | None) -> tuple[str, bytes] | None:
        if incarnation or not 0 <= number < len(charter.cards):
            return None
        return charter.cards[number].name, charter.cards[number].node_key

    return Knowledge(charter.network, tuple(charter.laws), node)


def knowledge_of_office(office: Office, run: Run[Any] = lambda question: question()) -> Knowledge:
    """`run`: with a service, `lambda question: service.call(question).result()`."""
    epochs = office.epochs

    def node(number: int, incarnation: int | None) -> tuple[str, bytes] | None:
        if not 0 <= number < len(office.roll.members):
            return None
        member = office.roll.members[number]
        key = epochs.key_of(number, member.incarnation if incarnation is None else incarnation)
        return None if key is None else (member.office, key)

    def ask(act: bytes) -> Present | None:
        try:
            ladder = office.acts.view(act).ladder
        except MunimentError:  # unknown-act: this replica has not heard of it
            return None
        names = tuple(office.roll.members[number].office for number in ladder.seen_by)
        asked = str(ladder.facts["office"]) if ladder.outcome in ("requested", "lapsed") else ""
        state = office.proofs.register_state(act)
        orders = ((view.field, view.order) for view in office.sealed.of_act(act) if view.state == ERASED and view.order)
        erased = tuple((field, seq, office.roll.members[author].office) for field, (author, seq) in orders)
        return Present(ladder.step.value, ladder.outcome, names, ladder.code, ladder.shared, asked, erased, state)

    def follows(act: bytes, day: Whole, language: str) -> Following:
        try:
            return following(office, office.acts.view(act), day, language)
        except MunimentError:
            return ()

    def number(act: bytes) -> str | None:
        try:
            return given_number(office, office.acts.view(act)) or None
        except MunimentError:
            return None

    return Knowledge(
        office.network,
        tuple(law.canonical for law in run(lambda: office.rules.so_far())),
        lambda number, incarnation: run(lambda: node(number, incarnation)),
        lambda act: run(lambda: ask(act)),
        lambda act: run(lambda: number(act)),
        lambda act, day, language: run(lambda: follows(act, day, language)),
    )
