"""Whose signatures an act stands on, and whether they are those that its procedure asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.laws.applying import Context
from core.laws.conflicts import Conflicts
from core.laws.expression_days import TIME_UNDECIDED
from core.laws.law import Procedure
from core.laws.powers import Bound, Limits, in_term
from core.laws.undecided import Undecided
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.transaction import Signer

# An office's node signs for itself, with the key that signs its blocks: only what a law lets it enter by itself.
NODE_ROLE, NODE_NUMBER = "node", (1 << 32) - 1  # no officer has this number (core/officers.py)


def is_of_node(signers: tuple[Signer, ...]) -> bool:
    """Whether anybody signs for a node; it then signs alone."""
    return any(signer.role == NODE_ROLE or signer.officer == NODE_NUMBER for signer in signers)


@dataclass(slots=True)
class Signed:
    """Whose signatures an act stands on. `whole`: each role that the procedure asks for must be there.

    `waits`: what carries them waits for the common order, whatever the act itself does.
    `beside`: the office that asked for the act on records of its own too, beside those of who enters it.
    `undecided`: what is executed was suspended or held before; `stands`: the fields it had then, whose attestations
    were judged; `decided`: what would hold it was decided.
    """

    people: tuple[Signer, ...]
    offices: Collection[int]  # whose officers may sign
    whole: bool = True
    waits: bool = False
    judged: int | None = None  # the office whose officers' powers were judged at the place of their own request
    beside: int | None = None
    undecided: Undecided | None = None
    stands: frozenset[str] = frozenset()
    decided: bool = False


class SignatureCheck:
    """The roles and powers of those who sign one act. `shared`: only the common order tells whether they had them.

    `bound`: who of them may act in one territory alone, which what the act writes tells (powers.refuse_elsewhere).
    """

    __slots__ = ("_claimed_ms", "_conflicts", "_context", "_held", "_signed", "bound", "shared")

    def __init__(self, signed: Signed, context: Context, conflicts: Conflicts, claimed_ms: int) -> None:
        self._signed, self._context, self._conflicts = signed, context, conflicts
        self._claimed_ms = claimed_ms
        self.bound: list[Bound] = []
        self._held: set[tuple[int, int, str]] = set()  # most who attest sign as well
        self.shared = False

    def check(self, procedure: Procedure, act: Mapping[str, Value]) -> None:
        """Refuses the wrong roles and powers, of signers and of officers who attest."""
        if is_of_node(self._signed.people):
            self._check_node(procedure)
        else:
            self._check_signers(procedure)
        for name, kind in procedure.attestations:
            if name in act and name not in self._signed.stands:
                office, officer = act[name]["by"]
                if kind.signs and not self._is_signed_by(office, officer):
                    raise Refused("attestation-not-signed", field=name, office=office, officer=officer, role=kind.role)
                self._check_power(office, officer, kind.role, field=name)

    def _is_signed_by(self, office: int, officer: int) -> bool:
        """Of a request others sign later; of what a cure brings those who sign the cure."""
        still_open = not self._signed.whole and self._signed.undecided is None
        return still_open or any((one.office, one.officer) == (office, officer) for one in self._signed.people)

    def _check_node(self, procedure: Procedure) -> None:
        alone = self._signed.people == (Signer(self._context.author, NODE_NUMBER, NODE_ROLE),)
        if not alone or not procedure.automatic:
            raise Refused("role-not-asked", role=NODE_ROLE)

    def _check_signers(self, procedure: Procedure) -> None:
        signing, signed = procedure.signing, self._signed
        persons: list[tuple[int, int]] = []
        present: list[str] = []
        for place, signer in enumerate(signed.people):
            office, officer, role = signer.office, signer.officer, signer.role
            if role not in signing.all_of and role not in signing.any_of:
                raise Refused("role-not-asked", role=role)
            # The first signer's office encloses the act: else anybody who saw it refused could enclose it once more.
            if office not in signed.offices and (place == 0 or not signing.any_office):
                raise Refused("signer-of-another-office", office=office, role=role)
            self._check_power(office, officer, role)
            person = (office, officer)
            if person in persons and role in present and signed.people.count(signer) > 1:
                raise Refused("signer-twice", office=office, officer=officer, role=role)
            if signing.different_persons and any(are_one_person(person, one, self._context) for one in persons):
                raise Refused("one-person-two-roles", office=office, officer=officer)
            persons.append(person)
            present.append(role)
        if not signed.whole:
            return
        for role in signing.all_of:
            if role not in present:
                raise Refused("role-missing", role=role)
        if signing.any_of and not any(role in present for role in signing.any_of):
            raise Refused("role-missing", role=signing.any_of[0])

    def _check_power(self, office: int, officer: int, role: str, **where: Value) -> None:
        """Refuses who does not hold the role; notes whose end the act could not know."""
        context, held = self._context, (office, officer, role)
        if held in self._held:
            return
        if context.powers_change and office != context.author:
            self.shared = True  # an end of these powers may come before this act
        if office == self._signed.judged:
            self._held.add(held)
            return
        if role in context.roles(office, officer):
            self._held.add(held)
            limits = context.limits(office, officer, role)
            if limits is not None:
                self._check_limits(office, officer, role, limits)
            return
        ended_by = context.ended_unseen(office, officer, role)
        if ended_by is None:
            raise Refused("role-not-held", **where, office=office, officer=officer, role=role)
        self._conflicts.meet_ended(office, officer, role, ended_by)

    def _check_limits(self, office: int, officer: int, role: str, limits: Limits) -> None:
        if limits.territory is not None:
            self.bound.append(Bound(office, officer, role, limits.territory))
        if not limits.has_term:
            return
        self.shared = True  # whether it was in the term, only the order tells
        inside = in_term(limits, self._context.order, self._claimed_ms)
        if inside is False:
            raise _outside(office, officer, role, limits)
        if inside is None:
            self._conflicts.hold(TIME_UNDECIDED, office=office, officer=officer, role=role)


def _outside(office: int, officer: int, role: str, limits: Limits) -> Refused:
    since, until = (str(day) if day is not None else "…" for day in (limits.since, limits.until))
    return Refused("appointment-not-in-term", office=office, officer=officer, role=role, since=since, until=until)


def are_one_person(one: tuple[int, int], other: tuple[int, int], context: Context) -> bool:
    """Of (office, officer): one number, or two that sign with one key."""
    return one == other or ((key := context.key(*one)) is not None and key == context.key(*other))


def check_people(signers: tuple[Signer, ...], office: int, context: Context, claimed_ms: int) -> None:
    """Refuses any that is not of one office, in a role that it holds, on the day that the act claims."""
    for signer in signers:
        if signer.office != office:
            raise Refused("signer-of-another-office", office=signer.office, role=signer.role)
        number, role = signer.officer, signer.role
        if role in context.roles(office, number):
            limits = context.limits(office, number, role)
            if limits is not None and not limits.covers(claimed_ms):
                raise _outside(office, number, role, limits)
            continue
        if context.ended_unseen(office, number, role) is not None:
            continue
        refused = Refused("role-not-held", office=office, officer=number, role=role)
        refused.shared = context.powers_change and office != context.author
        raise refused


def those_that_count(signers: tuple[Signer, ...], procedure: Procedure) -> tuple[Signer, ...]:
    """Who signs the act itself; others hand it in, or decide."""
    return tuple(signer for signer in signers if counts(signer, procedure))


def counts(signer: Signer, procedure: Procedure) -> bool:
    return signer.role in procedure.signing.all_of or signer.role in procedure.signing.any_of
