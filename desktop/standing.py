"""What an office is, and who is signed in at it: read when its window opens, and again when something has changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from core import voting
from core.condition import read_condition
from core.laws.law import Law
from core.ledger.roll import Officer
from core.ledger.transaction import Transaction
from core.office import Office
from core.officers import officers_of
from core.people.people import USUAL_LOCK_S, Person
from core.store.working import WorkingState
from core.views import Condition


@dataclass(frozen=True)
class Standing:
    """What an office is, read when the window opens and again when something has changed."""

    number: int
    network: bytes
    network_name: str
    offices: tuple[str, ...]
    officers: Mapping[int, Officer]  # own ones who sign or have signed, by number, with the roles they hold now
    quorum: int
    laws: Mapping[str, Law]
    former: Mapping[str, Mapping[int, Law]]  # by name and version: those that finish what was begun under them
    condition: Condition
    person: Person | None = None  # who is signed in here
    lock_s: int = USUAL_LOCK_S  # after so many seconds without use the window locks

    def finishing(self, transaction: Transaction) -> Law:
        """The law under which an act is completed or decided: that in force, or the one it was begun under."""
        law = self.laws[transaction.law]
        return self.former.get(law.name, {}).get(transaction.law_version, law)


def read_standing(office: Office) -> Standing:
    """On the office's thread."""
    members = office.roll.members
    return Standing(
        office.number,
        office.network,
        office.charter.name,
        tuple(member.office for member in members),
        _own_officers(office),
        office.roll.quorum,
        _daily_first(office.laws),
        office.epochs.former,
        read_condition(office),
        office.people.present,
        office.people.lock_after_s,
    )


def _own_officers(office: Office) -> Mapping[int, Officer]:
    state = WorkingState(office.store.state, office.number)
    people = officers_of(state, office.roll, office.number)
    return {one.number: Officer(one.name, one.key or b"", one.roles) for one in people}


def _daily_first(laws: Mapping[str, Law]) -> Mapping[str, Law]:
    """The network's own rules stand behind those of the registers that people work with every day."""
    return dict(sorted(laws.items(), key=lambda one: one[0] == voting.LAW))
