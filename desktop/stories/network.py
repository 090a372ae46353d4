"""The offices of a story: real ones, in memory, with keys, clocks and meetings that follow from the story's title.

An office is `core.office.Office` as a computer runs it: real blocks, signatures and state. Two of them meet as a
session of sync does (desktop/simulation/conversation.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from core.crypto.signing import SigningKey
from core.epochs import Epochs
from core.errors import MunimentError
from core.joining import join
from core.laws.law import Law
from core.ledger.appointment import FIRST_NUMBER
from core.ledger.charter import OfficeCard, found, sign_card
from core.ledger.payload import Group, ShareRelease
from core.ledger.roll import Officer
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.reading_acts import HeldActs
from core.sealing.keys import SealedKeys
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.views import ActView
from desktop.simulation.conversation import converse
from desktop.stories.story import Story
from sync.certificate import make_certificate

MORNING_HOUR = 9
STEP_MS = 60_000  # how much later each step of a story is than the one before
MOST_ROUNDS = 60  # of everybody meeting everybody, until nobody has anything left to say


class StoryClock:
    """What a computer believes the time is; it stands still within a step."""

    def __init__(self, day: Sequence[int]) -> None:
        self.set_to(day)

    def set_to(self, day: Sequence[int]) -> None:
        year, month, day_of_month = day
        self._now_ms = round(datetime(year, month, day_of_month, MORNING_HOUR, tzinfo=UTC).timestamp() * 1000)

    def pass_step(self) -> None:
        self._now_ms += STEP_MS

    def now_ms(self) -> int:
        return max(0, self._now_ms)


class StoryKeys(SealedKeys):
    """Of an office that may keep back its shares of what is sealed until an event, against the rules."""

    keeps_back = False

    def _releases_due(self) -> list[ShareRelease]:
        return [] if self.keeps_back else super()._releases_due()


class StoryOffice(Office):
    keys: StoryKeys

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.keys = StoryKeys(self, self.number, self.hand.key, HeldActs(self))


class Network:
    """`names`: of the offices, in the order of their numbers."""

    def __init__(self, story: Story, laws: Sequence[Law]) -> None:
        self._seed = story.title
        self.names = list(story.offices)
        self.officers = [list(officers.items()) for officers in story.offices.values()]
        self.offline: set[int] = set()
        self.joined: set[int] = set()  # with a snapshot: they hold no text of the acts before it
        self._later = [story.later.get(name, ()) for name in self.names]
        cards = [self.card(number) for number in range(len(self.names) - len(story.joining))]
        self.clocks = [StoryClock(story.begins) for _ in self.names]
        founded_ms = self.clocks[0].now_ms()
        canonical = [law.canonical for law in laws]
        self.charter = found(story.title[:120], founded_ms, cards, canonical, dict(story.homes))
        self.offices = [self._open(number) for number in range(len(cards))]

    def _secret(self, *of: object) -> bytes:
        return sha256(repr((self._seed, *of)).encode()).digest()

    def card(self, number: int, incarnation: int = 0) -> OfficeCard:
        """Of an office that may not belong to the network yet, or with its computer's next key."""
        secret, keys = self._node_secret(number, incarnation), self._keys(number)
        people = tuple(
            Officer(name, key.public, frozenset(roles))
            for (name, roles), key in zip(self.officers[number], keys, strict=True)
        )
        node = SigningKey(secret)
        card = OfficeCard(self.names[number], node.public, make_certificate(secret), people)
        return sign_card(card, [node.sign, *(key.sign for key in keys)])

    def _keys(self, number: int) -> list[SigningKey]:
        return [self.key(number, one) for one in range(len(self.officers[number]))]

    def _node_secret(self, number: int, incarnation: int) -> bytes:
        return self._secret("node", number, incarnation) if incarnation else self._secret("node", number)

    def _open(self, number: int, store: ReplicaStore | None = None, incarnation: int = 0) -> StoryOffice:
        store = store or ReplicaStore(Database(IN_MEMORY, bytes(KEY_BYTES)))
        key = SigningKey(self._node_secret(number, incarnation))
        chance = Random(f"{self._seed}/{number}/{incarnation}" if incarnation else f"{self._seed}/{number}")  # noqa: S311  # repeats
        return StoryOffice(store, self.charter, number, key, MemoryJournal(), self.clocks[number], chance.randbytes)

    def join(self, number: int, giver: int) -> None:
        """A new computer enters with a snapshot: of an office that was admitted, or of one that has a new key.

        The old one, if there is one, is closed: whoever has it is heard no more. Raises `not-admitted`, what `join`
        and `write_snapshot` raise.
        """
        database = Database(IN_MEMORY, bytes(KEY_BYTES))
        with TemporaryDirectory() as folder:
            file = Path(folder) / "snapshot"
            told = write_snapshot(self.offices[giver], file)
            join(database, file, Given(told.network, told.checkpoint))
        present = Epochs(database, self.charter).present
        if number >= len(present.members):
            raise MunimentError("not-admitted", office=self.names[number])
        office = self._open(number, ReplicaStore(database), present.members[number].incarnation)
        self.joined.add(number)
        if number < len(self.offices):
            self.offices[number].close()
            self.offices[number] = office
        else:
            self.offices.append(office)

    def close(self) -> None:
        for office in self.offices:
            office.close()

    # -- people -------------------------------------------------------------------------------------------------

    def number(self, name: str) -> int:
        """Raises KeyError for no such office."""
        if name not in self.names:
            raise KeyError(name)
        return self.names.index(name)

    def officer(self, office: int, role: str, stated: str | None = None, taken: Iterable[int] = ()) -> tuple[int, int]:
        """(office, officer): `stated` by name, of another office as `Office/Name`; else who has the role here and has
        not signed yet, if there is one. Raises KeyError.
        """
        if stated is not None:
            where, _, name = stated.rpartition("/")
            office = self.number(where) if where else office
            if name in self._later[office]:
                return office, FIRST_NUMBER + self._later[office].index(name)
            names = [one for one, _ in self.officers[office]]
            if name not in names:
                raise KeyError(stated)
            return office, names.index(name)
        having = [number for number, (_, roles) in enumerate(self.officers[office]) if role in roles]
        free = [number for number in having if number not in set(taken)]
        if not having:
            raise KeyError(role)
        return office, (free or having)[0]

    def key(self, office: int, officer: int) -> SigningKey:
        """Of an officer, also of one whom no act has appointed yet."""
        return SigningKey(self._secret("officer", office, officer))

    def record(self, office: Office, proposal: Proposal) -> ActView:
        """Signed by its officers and recorded. Raises what `Office.record` raises."""
        message = office.signing_message([proposal.encoded])
        keys = [self.key(signer.office, signer.officer) for signer in proposal.transaction.signers]
        return office.record(Group((proposal.encoded,), tuple(key.sign(message) for key in keys)))[0]

    def signers(self, office: int, by: Mapping[str, Sequence[str | None]]) -> list[Signer]:
        """`by`: role → names of officers; None: whoever has the role. Raises KeyError."""
        signers: list[Signer] = []
        for role, people in by.items():
            for stated in people:
                taken = [signer.officer for signer in signers if signer.office == office]
                signers.append(Signer(*self.officer(office, role, stated, taken), role))
        return signers

    # -- meetings and time --------------------------------------------------------------------------------------

    def pass_step(self) -> None:
        for clock in self.clocks:
            clock.pass_step()

    def meet(self, first: int, second: int) -> int:
        """How many blocks were written or handed over. Raises `story-meeting-failed`."""
        met = converse(self.offices[first], self.offices[second])
        if met.refused is not None:
            raise MunimentError("story-meeting-failed", why=met.refused)
        return met.news + met.written

    def meet_until_quiet(self, numbers: Sequence[int]) -> None:
        """All of these that are online, each with each, until nobody has anything new. Raises `story-never-quiet`."""
        present = [number for number in numbers if number not in self.offline]
        for _ in range(MOST_ROUNDS):
            if sum(self.meet(one, other) for one, other in combinations(present, 2)) == 0:
                return
        raise MunimentError("story-never-quiet", rounds=MOST_ROUNDS)
