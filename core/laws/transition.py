"""What becomes of acts that were begun under an earlier version of a law: `transition` (8-practice 45; LAWS.md §15).

An act that was suspended, held or asked of another office before the rules changed is finished under the rules that it
was begun under, or under the new ones: the new version says which, and none is adopted in the place of another that
does not. Finished under the old ones means: fields, signers, conditions, terms and effects are the old version's. The
records are always those of the rules in force; so a version that leaves what was begun to the old rules may add
registers, indexes and totals, and change none that they know.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.errors import MunimentError
from core.laws.law import Law, Procedure, Transition
from core.laws.law_source import Node, decode_tree
from core.laws.placing import DAY_MS
from core.laws.problems import Problem, Problems
from core.laws.reading import Part
from core.laws.requests import DECISIONS
from core.laws.resolving import RESOLVING
from core.laws.undecided import find_undecided
from core.laws.waiting import with_reasons
from core.ledger.record import State
from core.ledger.request import decode_request
from core.ledger.transaction import Transaction

OLD, NEW = "old", "new"
MAX_TERM_DAYS = 365
ALLOTMENTS = "allotments"
_OF_RECORDS = ("registers", "indexes", "bests", "totals", ALLOTMENTS, "relies_on")


def read_transition(root: Part) -> Transition | None:
    if not root.has("transition"):
        return None
    with root.part("transition").whole() as part:
        term = part.integer("term_days", low=1, high=MAX_TERM_DAYS) if part.has("term_days") else None
        return Transition(part.choice("begun", (OLD, NEW)), part.text("article"), term, part.line)


def check_transition(law: Law, before: Law | None) -> Iterable[Problem]:
    """What is wrong with adopting the law in the place of another version of it."""
    if before is None or before.version >= law.version:
        return
    if law.transition is None:
        yield Problem(0, "", "transition-missing", law.name)
    elif law.transition.begun == OLD and (differing := changed_record(law, before) or _upon(law, before)[1]):
        yield Problem(law.transition.line, law.transition.article, "transition-differs", differing)


def changed_record(law: Law, before: Law) -> str | None:
    """The first register, index or total of the earlier version that this one has not, or not to the letter."""
    new, old = _mapping(decode_tree(law.canonical)), _mapping(decode_tree(before.canonical))
    for section in _OF_RECORDS:
        here = _mapping(new.get(section))
        for name, stated in _mapping(old.get(section)).items():
            if here.get(name) != stated:
                return f"{section}.{name}"
    before_sums, known = _mapping(old.get(ALLOTMENTS)), _mapping(old.get("registers"))
    for name, stated in _mapping(new.get(ALLOTMENTS)).items():
        over = _mapping(stated).get("over")
        if name not in before_sums and over is not None and over.value in known:
            return f"{ALLOTMENTS}.{name}"  # of the old rules nobody has proven that they enlarge no such sum
    return None


def _mapping(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def former_laws(law: Law, earlier: Iterable[Law]) -> dict[int, Law]:
    """By version: the law under which acts are finished that were begun then. Not there: under the law in force."""
    if law.transition is None or law.transition.begun != OLD:
        return {}
    former = {}
    for one in earlier:
        if one.version < law.version and changed_record(law, one) is None:
            procedures, wrong = _upon(law, one)
            if wrong is None:
                former[one.version] = replace(
                    one,
                    procedures=procedures,
                    registers=law.registers,
                    indexes=law.indexes,
                    totals=law.totals,
                    by_full_name=law.by_full_name,
                    others=law.others,
                )
    return former


def _upon(law: Law, earlier: Law) -> tuple[dict[str, Procedure], str | None]:
    """The procedures of an earlier version on the registers of this one, and the first thing that is wrong with that.

    Into which groups an act moves its records, what it brings along, and for whom it waits, the rules in force tell.
    """
    beside = law.others.values()
    indexes = {**law.indexes, **{one.full_name: one for other in beside for one in other.indexes}}
    totals = {**law.totals, **{one.full_name: one for other in beside for one in other.totals}}
    registers, problems = {**law.registers, **law.others}, Problems()
    procedures = {
        name: with_reasons(one, registers, indexes, totals, problems) for name, one in earlier.procedures.items()
    }
    return procedures, problems.found[0].detail if problems.found else None


def taken_until(term_days: int, in_force_ms: int) -> int:
    """The consensus time until which the order takes acts signed under an earlier version."""
    return in_force_ms + term_days * DAY_MS


def is_late(transaction: Transaction, law: Law) -> bool:
    """Whether it is an act like any other of an earlier version; what asks or decides is asked and decided anew."""
    earlier = transaction.law == law.name and transaction.law_version < law.version
    plain = not transaction.procedure.startswith("#") and transaction.addressed_to is None
    return earlier and plain and not transaction.requests and transaction.answers is None


def governing(state: State, transaction: Transaction, law: Law, former: Mapping[int, Law]) -> Law:
    """The law under which the act is judged: that in force, unless it ends one that was begun before."""
    if not former:
        return law
    begun: int | None = transaction.law_version
    if transaction.procedure in RESOLVING:
        act = transaction.act.get("act")
        undecided = find_undecided(state, act) if isinstance(act, bytes) else None
        begun = undecided.version if undecided is not None else None
    elif transaction.procedure in DECISIONS and transaction.requests:
        begun = _version_asked(transaction)
    return former.get(begun, law) if begun is not None else law  # of a version that is not there: the one in force


def _version_asked(transaction: Transaction) -> int | None:
    try:
        return decode_request(transaction.requests[0]).read().law_version
    except MunimentError:
        return None
