"""Histories by chance of whole offices: keepers, shared records, requests, moves, changes of the network, a twin.

What every replica must make of them alike, tests/review/orders.py says.
"""

from itertools import combinations
from random import Random

from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.laws import parse_law
from core.ledger.charter import OfficeCard, found, sign_card
from core.ledger.encoding import Value
from core.ledger.record import RELEASED_TO
from core.ledger.transaction import Signer
from core.office import RENEWED, Office, Proposal
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from core.voting import free_place, pack_content
from sync.certificate import make_certificate
from tests.ledger.building import FOUNDED_MS, PEOPLE, Network, make_network, seed
from tests.offices import (
    DATABASE_KEY,
    LIBRARY,
    StepClock,
    hand_over,
    meet,
    propose_sale,
    registrar,
    registration,
    sign,
)
from tests.requesting import propose_request

LAND = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
CHARTER = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
# What an office itself refuses is not recorded; a twin is found out and may sign no more.
NOT_RECORDED = {"rejected", "quarantine", "unknown-record", "unknown-request", "unknown-law", "bad-signature"}


class World:
    """One to five offices, perhaps with a twin of the last one; every step is drawn from the seed."""

    def __init__(self, number: int) -> None:
        self.draw, self._nonces = Random(number), Random(f"nonces {number}")
        self.count = self.draw.choice([1, 2, 3, 4, 4, 4, 5])
        homes = {"land.parcel": "shared"} if self.draw.random() < 0.4 else {}
        law = parse_law(LAND.replace("when_unseen: hold", f"when_unseen: {self.draw.choice(['hold', 'order'])}"))
        people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
        made = make_network(self.count, (law.canonical, CHARTER.canonical), people_of_each=people)
        charter = found("Drawn", FOUNDED_MS, made.charter.cards, made.charter.laws, homes)
        self.network = Network(charter, made.nodes, made.officers)
        self.offices = [self.opened(one) for one in range(self.count)]
        if self.count > 3 and self.draw.random() < 0.6:
            self.offices.append(self.opened(self.count - 1))
        self.parcels: list[bytes] = []
        self.requests: list[tuple[bytes, int]] = []
        self.proposals: list[bytes] = []
        self._keys: dict[bytes, SigningKey] = {}
        self._drawn = 0

    def opened(self, number: int, like: Office | None = None, key: SigningKey | None = None) -> Office:
        """An office on an empty replica, or again on that of another, perhaps with another key."""
        store = like.store if like else ReplicaStore(Database(IN_MEMORY, DATABASE_KEY))
        journal = like.hand.journal if like and key is None else MemoryJournal()
        signing = key or (like.hand.key if like else self.network.nodes[number])
        return Office(store, self.network.charter, number, signing, journal, StepClock(), self._nonces.randbytes)

    def live(self, steps: int) -> None:
        ways = {self._register: 3, self._sell: 4, self._ask: 2, self._decide: 2, self._move: 2, self._vote: 1}
        ways |= {self._change: 1, self._appoint: 1, self._restart: 1, self._meet: 9}
        for _ in range(steps):
            self._put_keys_into_force()
            way = self.draw.choices(list(ways), list(ways.values()))[0]
            try:
                way(self.draw.choice(self.offices))
            except MunimentError as error:
                if error.code not in NOT_RECORDED:
                    raise

    def _next(self) -> int:
        self._drawn += 1
        return self._drawn

    def _record(self, office: Office, proposal: Proposal) -> tuple[bytes, tuple[bytes, ...]]:
        view = office.record(sign(self.network, office, [proposal]))[0]
        return view.id, view.records

    # -- the land ---------------------------------------------------------------------------------------------------

    def _register(self, office: Office) -> None:
        act = registration(self._next())
        self.parcels += self._record(
            office, office.propose("land", "first_registration", {}, act, [registrar(office)])
        )[1]

    def _parcel(self, office: Office) -> tuple[bytes, Office]:
        """A parcel, and the office that keeps it as far as this one knows; this one, where all keep it."""
        parcel = self.draw.choice(self.parcels) if self.parcels else bytes(16)
        record = office.store.state.present(parcel)
        if record is None or record.state != "registered" or not record.fields["rights"]:
            raise MunimentError("unknown-record", record=parcel)
        keepers = [one for one in self.offices if one.number == record.keeper]
        return parcel, self.draw.choice(keepers or [office])

    def _sell(self, office: Office) -> None:
        parcel, keeper = self._parcel(office)
        entry = keeper.records.view(parcel).record.fields["rights"][0]["id"]
        self._record(keeper, propose_sale(keeper, parcel, self._next(), entry))

    def _ask(self, office: Office) -> None:
        parcel, keeper = self._parcel(office)
        if keeper.number != office.number:
            request = propose_request(office, parcel, self._next(), keeper.number)
            self.requests.append((self._record(office, request)[0], keeper.number))

    def _decide(self, _: Office) -> None:
        if self.requests:
            request, number = self.draw.choice(self.requests)
            keeper = next(one for one in self.offices if one.number == number)
            reason = None if self.draw.random() < 0.6 else "no"
            self._record(keeper, keeper.propose_decision(request, [registrar(keeper)], reason))

    def _move(self, office: Office) -> None:
        parcel, keeper = self._parcel(office)
        record = keeper.records.view(parcel).record
        if record.pending is not None and RELEASED_TO in record.pending:
            taker = self.offices[record.pending[RELEASED_TO]]
            self._record(taker, taker.propose("land", "accept", {"parcel": parcel}, {}, [registrar(taker)]))
        else:
            act: dict[str, Value] = {"to": self.draw.randrange(self.count)}
            self._record(keeper, keeper.propose("land", "release", {"parcel": parcel}, act, [registrar(keeper)]))

    # -- the network ------------------------------------------------------------------------------------------------

    def _charter_act(self, office: Office, procedure: str, act: dict[str, Value]) -> tuple[bytes, ...]:
        signer = Signer(office.number, len(PEOPLE), "administrator")
        return self._record(office, office.propose("charter", procedure, {}, act, [signer]))[1]

    def _vote(self, office: Office) -> None:
        if self.proposals:
            self._charter_act(office, "vote", {"proposal": self.draw.choice(self.proposals), "answer": "yes"})

    def _appoint(self, office: Office) -> None:
        key, rows = SigningKey(seed("appointed")).public.hex(), [{"role": "registrar"}]
        act = {"number": self.draw.randrange(100, 103), "name": "Neu", "public_key": key, "roles": rows}
        self._charter_act(office, "appoint", act)

    def _change(self, office: Office) -> None:
        """Proposed, told, and voted by almost all."""
        kind = self.draw.choice(["dormancy", "waking", "quorum", "incarnation", "admit", "law", "remove"])
        named = kind in ("dormancy", "waking", "incarnation", "remove")
        member = self.draw.randrange(self.count) if named else None
        place = free_place(WorkingState(office.store.state, office.number), office.number)
        act: dict[str, Value] = {"reference": f"P-{place}", "place": place, "kind": kind, "reason": "drawn"}
        act["content"] = pack_content(self._content(office, kind, member))
        proposed = self._charter_act(office, "propose", act if member is None else {**act, "member": member})
        self.proposals += proposed
        for _ in range(2):
            for one, other in combinations(self.offices, 2):
                if self.draw.random() < 0.8:
                    meet(one, other)
        for one in self.offices:
            if (
                self.draw.random() < 0.9
                and one.hand.quarantine is None
                and one.store.state.present(proposed[0]) is not None
            ):
                self._charter_act(one, "vote", {"proposal": proposed[0], "answer": "yes"})

    def _content(self, office: Office, kind: str, member: int | None) -> bytes:
        if kind == "quorum":
            return self.draw.choice([b"all", b"default"])
        if kind == "law":
            return parse_law(LAND.replace("version: 1\n", f"version: {office.laws['land'].version + 1}\n", 1)).canonical
        if kind not in ("admit", "incarnation"):
            return b""
        number = self._next()
        key = SigningKey(seed("new", number))
        self._keys[key.public] = key
        if member is None:
            name, people, officers = (
                f"New {number}",
                self.network.charter.cards[0].officers[:1],
                self.network.officers[0][:1],
            )
        else:
            old = self.network.charter.cards[member]
            name, people, officers = old.name, old.officers, self.network.officers[member]
        card = OfficeCard(name, key.public, make_certificate(seed("new", number)), people)
        return sign_card(card, [key.sign, *(one.sign for one in officers)]).encoded

    def _put_keys_into_force(self) -> None:
        for place, office in enumerate(self.offices[: self.count]):
            member = office.roll.members[office.number]
            if not member.removed and member.key != office.hand.key.public and member.key in self._keys:
                office.store.database.set_meta(RENEWED, member.key)
                self.offices[place] = self.opened(office.number, office, self._keys[member.key])

    # -- meetings ---------------------------------------------------------------------------------------------------

    def _restart(self, office: Office) -> None:
        self.offices[self.offices.index(office)] = self.opened(office.number, office, None)

    def _meet(self, office: Office) -> None:
        other = self.draw.choice(self.offices)
        if other is office:
            return
        if self.draw.random() < 0.3:
            hand_over(office, other)
            other.write()
        else:
            meet(office, other)

    def settle(self) -> None:
        for _ in range(4):
            for one, other in combinations(self.offices, 2):
                meet(one, other)
