"""What befalls computers between their meetings: they fall asleep, are copied away and are put back.

Only so many go away as the quorum can miss, so that a world that heals decides everything.
"""

from core.exchange import StoredBlock
from desktop.simulation.world import World

SLEEP_RATE = 0.02  # of meetings
BACKUP_RATE = 0.08  # of meetings: a copy is made, or put back
JOURNAL_LOST = 0.4  # of copies put back: the intent file went with the disk


class Troubles:
    def __init__(self, world: World) -> None:
        self._world, self._chance = world, world.chance
        self._backups: dict[int, list[StoredBlock]] = {}

    def strike(self) -> None:
        """Between meetings: computers fall asleep, are copied away and put back."""
        faults, chance = self._world.scenario.faults, self._chance
        if "sleepers" in faults and chance.random() < SLEEP_RATE:
            self._fall_asleep()
        if "restored" in faults and chance.random() < BACKUP_RATE:
            self._back_up_or_restore()

    def _fall_asleep(self) -> None:
        """The best informed of all first: what only it has seen is asleep with it."""
        world = self._world
        if world.sound:
            best = max(world.sound, key=lambda number: (len(world.office(number).lace.vertices), number))
            if self._one_more_may_go(best):
                world.asleep.add(best)

    def _back_up_or_restore(self) -> None:
        world = self._world
        copied = sorted(self._backups) if self._chance.random() < 0.5 else []
        number = self._chance.choice(copied or world.honest)
        if number in world.asleep or number in world.unsure:
            return
        if number not in self._backups:
            office = world.office(number)
            self._backups[number] = [office.block(block) for block in office.newer_than(())]
            return
        if not self._one_more_may_go(number):
            return
        journal_lost = self._chance.random() < JOURNAL_LOST
        world.computers[number].restore(self._backups.pop(number), journal_lost)
        world.restored.add(number)
        if journal_lost:
            world.unsure.add(number)

    def _one_more_may_go(self, number: int) -> bool:
        """What only a restored office had seen may be gone, and then it never signs again: it counts as away."""
        world = self._world
        away = world.asleep | world.restored | world.malicious | {number}
        return not world.changing and len(away) <= world.scenario.nodes - world.scenario.quorum
