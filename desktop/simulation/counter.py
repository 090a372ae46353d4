"""What people bring to the offices' counters while things go wrong, beside sales of an office's own parcels.

Offices ask each other and decide or forget what they are asked; parcels pass from office to office; a register that all
keep together is written at several offices at once, and what is held is settled; officers come and go. Which of it
happens in a world, its scenario says. Whatever is refused at the counter is not recorded: the person goes home.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from random import Random

from core.ledger.record import HELD_ACTS, RELEASED_TO, Record
from core.office import Office
from desktop.simulation.acts import DrawnAct, Notary, Recorded
from desktop.simulation.founding import COMMON
from desktop.simulation.personnel import Personnel
from desktop.simulation.world import World

Draw = Callable[[Office], DrawnAct]
KINDS = ("requests", "releases", "shared", "officers")  # of a scenario's faults
PLAIN_SHARE = 0.3  # of acts that are as ordinary as in a world without any of these
RUSH = 0.5  # that a further office does the same at the same time
REACTS = 0.4  # that an office sees to what waits for it, whenever it has met somebody
MOST_TRIES = 3  # of one office at one thing
FATES = ("entered", "entered", "refused", "forgotten")  # what becomes of a request
COMMON_NUMBERS = 3  # of parcels that all offices may register: so two register one


class Counters:
    """The counters of all the offices of a world."""

    def __init__(self, world: World, random: Random) -> None:
        self._world, self._random = world, random
        self._notary: Notary = world.notary
        self._parcels: list[bytes] = []
        self._common: list[bytes] = []
        self._tries: Tally[tuple[object, ...]] = Tally()
        self._personnel = Personnel(world, random, self._parcels)

    def open(self) -> None:
        """So that there is something to deal with."""
        if not self._kinds:
            return
        for number in self._random.sample(self._world.sound, min(2, len(self._world.sound))):
            self._remember(self._world.record(number, self._notary.registration), self._parcels)
        if "shared" in self._kinds:
            self._register_in_common(self._random.choice(self._world.sound))

    @property
    def _kinds(self) -> list[str]:
        return [kind for kind in KINDS if kind in self._world.scenario.faults]

    def serve(self, number: int) -> None:
        """Somebody comes to this office."""
        kinds = self._kinds
        if not kinds or self._random.random() < PLAIN_SHARE:
            self._remember(self._world.record(number), self._parcels)
            return
        serving = {
            "requests": self._ask,
            "releases": self._release,
            "shared": self._deal_in_common,
            "officers": self._personnel.serve,
        }
        serving[self._random.choice(kinds)](number)

    def sit(self, numbers: tuple[int, ...]) -> None:
        """These offices have met somebody: they see to what waits for them."""
        for number in numbers:
            if self._kinds and number in self._world.sound and self._random.random() < REACTS:
                for draw in list(self._waiting_for(number)):
                    self._world.record(number, draw)

    # -- asked and decided --------------------------------------------------------------------------------------

    def _ask(self, number: int) -> None:
        office = self._world.office(number)
        known = [one for one in self._records(office, self._parcels) if one.keeper not in (None, number)]
        if not known:
            self._remember(self._world.record(number, self._notary.registration), self._parcels)
            return
        parcel = self._random.choice(known)
        self._world.record(number, self._request(parcel))
        if self._random.random() < RUSH:  # somebody else asks for the same
            others = [one for one in self._world.sound if one not in (number, parcel.keeper)]
            if others:
                self._world.record(self._random.choice(others), self._request(parcel))

    def _request(self, parcel: Record) -> Draw:
        def draw(office: Office) -> DrawnAct:
            notary = self._notary
            if self._random.random() < 0.2:
                act, procedure, records = self._note(), "encumber", {"parcel": parcel.id}
                signers = notary.signers(office, "registrar")
            else:
                act, procedure = notary.terms_of_sale(office, parcel.id, office.number), "transfer"
                records, signers = {"parcel": parcel.id}, notary.signers(office, "notary")
            return notary.drawn(office, procedure, records, act, signers, addressed_to=parcel.keeper)

        return draw

    def _decision(self, request: bytes, refused: bool) -> Draw:
        def draw(office: Office) -> DrawnAct:
            signers = self._notary.signers(office, "registrar")
            proposal = office.propose_decision(request, signers, "simulated" if refused else None)
            return self._notary.signed(office, proposal, request)

        return draw

    # -- from office to office ----------------------------------------------------------------------------------

    def _release(self, number: int) -> None:
        """To another office, or to itself, which takes it back."""
        office = self._world.office(number)
        own = [one for one in self._records(office, self._parcels) if one.keeper == number]
        if not own:
            self._remember(self._world.record(number, self._notary.registration), self._parcels)
            return
        parcel, to = self._random.choice(own), self._random.choice(self._world.honest)
        self._world.record(number, self._by_registrar("release", parcel.id, {"to": to}))

    def _by_registrar(self, procedure: str, parcel: bytes, act: dict[str, object]) -> Draw:
        def draw(office: Office) -> DrawnAct:
            return self._notary.drawn(
                office, procedure, {"parcel": parcel}, act, self._notary.signers(office, "registrar")
            )

        return draw

    # -- kept together ------------------------------------------------------------------------------------------

    def _deal_in_common(self, number: int) -> None:
        parcels = self._records(self._world.office(number), self._common)
        if not parcels or self._random.random() < 0.2:
            self._register_in_common(number)
            return
        parcel = self._random.choice(parcels)
        self._world.record(number, self._on_common(parcel.id))
        for other in self._world.sound:  # who may not have heard of it
            if other != number and self._random.random() < RUSH / 2:
                self._world.record(other, self._on_common(parcel.id))

    def _register_in_common(self, number: int) -> None:
        """A number that another office may give too: neither can know."""
        cadastral = self._random.randrange(COMMON_NUMBERS)
        rushing = [one for one in self._world.sound if one != number and self._random.random() < RUSH / 4]
        for one in (number, *rushing):
            drawn = self._world.record(one, lambda office: self._notary.registration(office, COMMON, cadastral))
            self._remember(drawn, self._common)

    def _on_common(self, parcel: bytes) -> Draw:
        def draw(office: Office) -> DrawnAct:
            chance, notary = self._random.random(), self._notary
            if chance < 0.6:
                return notary.sale(office, parcel, COMMON)
            if chance < 0.9:
                signers = notary.signers(office, "registrar")
                return notary.drawn(office, "encumber", {"parcel": parcel}, self._note(), signers, COMMON)
            act = {"ground": "entered_twice", "basis": notary.document()}
            signers = notary.signers(office, "registrar", "notary")
            return notary.drawn(office, "end_parcel", {"parcel": parcel}, act, signers, COMMON)

        return draw

    def _note(self) -> dict[str, object]:
        """An encumbrance for which nobody has to consent."""
        holder, basis = self._notary.person(), self._notary.document()
        return {"kind": "litigation_note", "effect": "warns", "holder": holder, "basis": basis}

    def _settlement(self, parcel: Record) -> Draw:
        def draw(office: Office) -> DrawnAct:
            act: dict[str, object] = {
                "decision": "first_stands",
                "from": [],
                "to": [],
                "basis": self._notary.document(),
            }
            if self._random.random() < 0.5:
                entry = parcel.fields["rights"][0]
                act["decision"], act["from"] = "second_instead", [{"entry": entry["id"], "part": entry["part"]}]
                act["to"] = [{"holder": self._notary.person(), "part": entry["part"]}]
            signers = self._notary.signers(office, "registrar", "notary")
            return self._notary.drawn(office, "decide_held", {"parcel": parcel.id}, act, signers, COMMON)

        return draw

    # -- what waits ---------------------------------------------------------------------------------------------

    def _waiting_for(self, number: int) -> Iterator[Draw]:
        """Requests to decide, parcels to accept, held records to settle, as this office knows them."""
        office = self._world.office(number)
        if "requests" in self._kinds:
            for view in office.requests.for_me():
                fate = FATES[view.act.id[0] % len(FATES)]
                if fate != "forgotten" and self._may_try(number, view.act.id):
                    yield self._decision(view.act.id, fate == "refused")
        if "releases" in self._kinds:
            for parcel in self._records(office, self._parcels):
                released = parcel.pending is not None and parcel.pending.get(RELEASED_TO) == number
                if released and parcel.keeper != number and self._may_try(number, parcel.id, parcel.version):
                    yield self._by_registrar("accept", parcel.id, {})
        if "shared" in self._kinds:
            for parcel in self._records(office, self._common):
                held = parcel.pending is not None and HELD_ACTS in parcel.pending
                if held and self._random.random() < REACTS and self._may_try(number, parcel.id, parcel.version):
                    yield self._settlement(parcel)

    def _may_try(self, *what: object) -> bool:
        self._tries[what] += 1
        return self._tries[what] <= MOST_TRIES

    def _records(self, office: Office, ids: list[bytes]) -> list[Record]:
        """Those that this office knows, as they stand here."""
        return [record for record in map(office.store.state.present, ids) if record is not None]

    def _remember(self, recorded: Recorded | None, ids: list[bytes]) -> None:
        if recorded is not None:
            ids.extend(one for one in recorded.records if one not in ids)
