"""Offices appoint officers, give them other roles and end their powers, while others still rely on them."""

from random import Random

from core.changing import draw_up_appointment, draw_up_roles
from core.office import Office
from core.officers import FIRST_NUMBER, next_number
from core.store.working import WorkingState
from desktop.simulation.acts import DrawnAct
from desktop.simulation.founding import appointed, officer_of
from desktop.simulation.world import World

UNSEEN = 0.5  # that somebody relies on a notary at the very time when the powers change


class Personnel:
    """`parcels`: ids of those that people may want to sell."""

    def __init__(self, world: World, random: Random, parcels: list[bytes]) -> None:
        self._world, self._random, self._parcels = world, random, parcels

    def serve(self, number: int) -> None:
        """Something changes at this office, or it relies on a notary of another one."""
        chance, world = self._random.random(), self._world
        if chance < 0.3:
            world.record(number, self._appointment)
        elif chance < 0.7:
            for other in world.sound:  # they have something to sell
                if self._random.random() < UNSEEN and not self._own(world.office(other)):
                    recorded = world.record(other, world.notary.registration)
                    self._parcels.extend(recorded.records if recorded else ())
            world.record(number, self._other_roles)
            for other in world.sound:
                if other != number and self._random.random() < UNSEEN:
                    world.record(other, lambda office: self._attested(office, number))
        else:
            by = self._random.choice(world.honest)
            world.record(number, lambda office: self._attested(office, by))

    def _appointment(self, office: Office) -> DrawnAct:
        number = next_number(WorkingState(office.store.state, office.number), office.number)
        key = appointed(self._world.network.seed, office.number, number)
        roles = self._random.sample(("clerk", "notary", "registrar"), self._random.randint(1, 3))
        administrator = officer_of(office.roll.members[office.number], "administrator")
        proposal = draw_up_appointment(office, f"Person {number}", key.public.hex(), roles, administrator)
        return self._world.notary.signed(office, proposal)

    def _other_roles(self, office: Office) -> DrawnAct:
        """Of the notary, or of somebody who was appointed; the powers end, or come back."""
        last = next_number(WorkingState(office.store.state, office.number), office.number)
        member = office.roll.members[office.number]
        notary, administrator = officer_of(member, "notary"), officer_of(member, "administrator")
        officer = self._random.choice([notary, notary, *range(FIRST_NUMBER, last)])
        roles = self._random.choice(([], ["notary"], ["registrar"], ["notary", "registrar"]))
        return self._world.notary.signed(
            office, draw_up_roles(office, officer, list(roles), "simulated", administrator)
        )

    def _attested(self, office: Office, by: int) -> DrawnAct:
        """A sale whose consent the notary of an office attests; what is sold here is registered first."""
        own, notary = self._own(office), self._world.notary
        return notary.sale(office, self._random.choice(own), attesting=by) if own else notary.registration(office)

    def _own(self, office: Office) -> list[bytes]:
        """Parcels that the office keeps, of those that people may want to sell."""
        present = map(office.store.state.present, self._parcels)
        return [record.id for record in present if record is not None and record.keeper == office.number]
