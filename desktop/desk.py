"""What the pages of one office share: a way to ask the office, what never changes about it, its drafts and its news.

The office lives on the service's thread. `ask` takes work that is given the office there and delivers the answer on
the GUI thread; nothing else of the window touches it. Laws and charter are values and may be read anywhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from core.casefile.session import CaseFiles
from core.crypto.signing import SigningKey
from core.folder import Folder, open_officer
from core.laws.alike import DECIDING_ALIKE
from core.laws.derived import day_indexes
from core.laws.form import FormField, record_form, state_label
from core.laws.law import Law
from core.laws.questions import DISMISS
from core.laws.requests import REFUSE
from core.laws.resolving import RESOLVING
from core.ledger.roll import Officer
from core.ledger.transaction import Transaction
from core.office import Office
from core.people.actions import Action, may
from core.people.people import Person
from core.requests import acted
from core.views import NOT_HELD, Condition
from desktop.background import Background, Failed, Task, Then
from desktop.locking import ENDED, AutoLock
from desktop.standing import Standing, read_standing
from desktop.wording import say, text_in
from sync.events import (
    ActsEntered,
    Event,
    MeetingEnded,
    MeetingFailed,
    MeetingProgress,
    OpenedAgain,
    ReplicaDamaged,
)
from sync.service import Service

T = TypeVar("T")
# What of a meeting's report changes what pages show.
_NEWS: tuple[Literal["blocks_new", "blocks_written", "papers_new", "drafts_new"], ...] = (
    "blocks_new",
    "blocks_written",
    "papers_new",
    "drafts_new",
)


class Desk(QObject):
    """Made on the GUI thread, shared by all windows of one office in this process."""

    changed = Signal()  # the replica or the drafts have changed: pages ask again
    standing_changed = Signal()  # who belongs to the network, its rules, or what this office may do
    news = Signal(object)  # what the service tells (sync/events.py)
    signed_in = Signal()
    repair_wanted = Signal()  # the office is to be closed, and its copy repaired
    locked = Signal(str)  # why: idle, sleep, session or asked (desktop/locking.py)

    def __init__(
        self,
        service: Service[Office],
        folder: Folder,
        standing: Standing,
        background: Background,
        parent: QObject | None,
    ) -> None:
        super().__init__(parent)
        self.service = service
        self.folder = folder
        self.standing = standing
        self.background = background
        self.casefiles = CaseFiles()
        self.last_person: int | None = None  # number of the officer who was signed in last
        self.met: dict[int, bool] = {}  # offices that were met since the window opened: whether it went well
        self.auto_lock = AutoLock(self)
        self.auto_lock.limit_s = standing.lock_s
        self.auto_lock.due.connect(self.lock)
        self.changed.connect(self._look_again)
        service.listen(self._hear)

    def _hear(self, event: Event) -> None:
        """On the service's thread: pass the event on as it is now."""
        if isinstance(event, MeetingProgress):
            event = MeetingProgress(event.office, copy(event.progress), event.seconds_left)
        self.background.post(self, self._tell_news, event)

    def _tell_news(self, event: Event) -> None:
        if isinstance(event, MeetingEnded):
            self.met[int(event.report["office"])] = True
        elif isinstance(event, MeetingFailed) and event.office is not None:
            self.met[event.office] = False
        self.news.emit(event)
        if isinstance(event, MeetingEnded) and any(event.report[name] for name in _NEWS):
            self.changed.emit()
        elif isinstance(event, ReplicaDamaged):
            self._look_again()
        elif isinstance(event, OpenedAgain) or (isinstance(event, ActsEntered) and event.entered == event.acts):
            self.changed.emit()

    def _look_again(self) -> None:
        """Blocks that came can end a quarantine or begin one, and a close brings another roll."""
        self.ask(self, read_standing, self._take_standing, nothing)

    def _take_standing(self, standing: Standing) -> None:
        if self.person is None:
            standing = replace(standing, person=None)  # it was asked before the window was locked
        elif standing.person is not None and not standing.person.roles:
            self.lock(ENDED)
            return
        if standing != self.standing:
            self.standing = standing
            self.standing_changed.emit()

    # -- who is here --------------------------------------------------------------------------------------------

    @property
    def person(self) -> Person | None:
        return self.standing.person

    def may(self, action: Action) -> bool:
        """For what the window offers; core asks again when it is done."""
        return self.person is not None and may(self.person.roles, action)

    def sign_in(self, owner: QObject, number: int, passphrase: str, failed: Failed) -> None:
        """With the officer's own key, which is opened for this and not kept; `signed_in` tells."""
        folder = self.folder

        def prove(key: SigningKey) -> None:
            def work(office: Office) -> Standing:
                office.people.sign_in(number, key)
                return read_standing(office)

            self.ask(owner, work, self._signed_in, failed)

        self.background.run(owner, lambda: open_officer(folder, number, passphrase), prove, failed)

    def _signed_in(self, standing: Standing) -> None:
        self.standing = standing
        self.auto_lock.limit_s = standing.lock_s
        self.auto_lock.restart()
        self.signed_in.emit()

    def lock(self, why: str) -> None:
        """Every window puts its drafts away and shows nothing more; meetings go on."""
        if self.person is None:
            return
        self.last_person = self.person.number
        self.standing = replace(self.standing, person=None)
        self.locked.emit(why)  # first: what the windows still ask stands before the sign-out in the office's queue
        self.ask(self, lambda office: office.people.sign_out(), nothing, nothing)

    def set_lock_time(self, seconds: int) -> None:
        self.auto_lock.limit_s = seconds
        self.ask(self, lambda office: office.people.lock_after(seconds), nothing, nothing)

    # -- asking -------------------------------------------------------------------------------------------------

    def ask(self, owner: QObject, work: Callable[[Office], T], then: Then[T], failed: Failed) -> Task:
        """Run `work(office)` on the office's thread and hand its result to `then`, or its error to `failed`."""
        service = self.service
        return self.background.begin(owner, lambda: service.call(lambda: work(service.office)), then, failed)

    def ask_in_steps(
        self,
        owner: QObject,
        work: Callable[[Office], Iterator[T]],
        step: Callable[[T], None],
        then: Then[T],
        failed: Failed,
    ) -> Task:
        """As `ask`, for long work between whose steps the office does other things; `step` runs on its thread."""
        service = self.service
        return self.background.begin(
            owner, lambda: service.call_in_steps(lambda: work(service.office), step), then, failed
        )

    def tell_changed(self) -> None:
        """From any thread: something was recorded, received or drafted."""
        self.background.post(self, lambda _nothing: self.changed.emit(), None)

    def stop(self) -> None:
        """The drafts' child process ends; the service is stopped by whoever started it."""
        self.auto_lock.stop()
        self.casefiles.close()

    # -- what seldom changes ------------------------------------------------------------------------------------

    @property
    def number(self) -> int:
        return self.standing.number

    @property
    def condition(self) -> Condition:
        return self.standing.condition

    @property
    def offices(self) -> Sequence[str]:
        return self.standing.offices

    @property
    def laws(self) -> Mapping[str, Law]:
        return self.standing.laws

    @property
    def office_name(self) -> str:
        return self.standing.offices[self.standing.number]

    def officers_with(self, role: str) -> list[tuple[int, Officer]]:
        """Own officers who have the role: who is signed in first, the others by number."""
        found = [(number, one) for number, one in self.standing.officers.items() if role in one.roles]
        return sorted(found, key=lambda one: self.person is None or one[0] != self.person.number)

    def registers(self) -> list[tuple[str, str]]:
        """(full name, title) of every register of the network's laws, in their order."""
        return [
            (register.full_name, text_in(register.title, register.name))
            for law in self.laws.values()
            for register in law.registers.values()
        ]

    def record_form(self, register: str) -> Sequence[FormField]:
        """Fields of a register by its full name; none for one that no law in force knows."""
        law = self._law_of(register)
        return record_form(law, register) if law else ()

    def day_indexes(self, register: str) -> Mapping[str, str]:
        """By what days the list of a register can be filtered: name of the index → words for the day."""
        law = self._law_of(register)
        found = day_indexes(law.by_full_name[register]) if law else {}
        return {index: text_in(field.label, field.name) for index, field in found.items()}

    def state_label(self, register: str, state: str) -> str:
        law = self._law_of(register)
        return state_label(law, register, state) if law else state

    def procedure_title(self, full_name: str) -> str:
        """Of "<law>.<procedure>"."""
        law_name, _, name = full_name.partition(".")
        if name == NOT_HELD:
            return say("act.text-not-held")
        if name in RESOLVING or name in DECIDING_ALIKE or name == DISMISS:
            return say(f"act.{name.removeprefix('#')}")
        law = self.laws.get(law_name)
        procedure = law.procedures.get(name) if law else None
        return text_in(procedure.title, name) if procedure else full_name

    def act_title(self, transaction: Transaction) -> str:
        """What an act is called in a list; of a request and of its decision, what was asked for."""
        asked = acted(transaction)
        title = self.procedure_title(f"{asked.law}.{asked.procedure}")
        if transaction.addressed_to is not None:
            return say("act.request", act=title)
        return say("act.refusal", act=title) if transaction.procedure == REFUSE else title

    def _law_of(self, register: str) -> Law | None:
        law = self.laws.get(register.partition(".")[0])
        return law if law is not None and register in law.by_full_name else None


def nothing(_answer: object) -> None:
    """For questions whose answer is of no interest, or whose failure another answer tells already."""
