"""What may be done with an office's register, and which roles may do it: one table, asked by every door of core.

Which roles sign an act stands in the law and is judged alike everywhere; the table says less: what this application
lets a role do at all. A command that is given the office's passphrase and no officer acts as *custodian*: that
passphrase opens the whole copy, so a refusal there would protect nothing; what needs a person it cannot do either.
Nobody, a person whose powers have ended, and an officer of another office may do nothing.
"""

from collections.abc import Mapping
from enum import Enum

from core.errors import MunimentError
from core.laws.alike import DECIDING_ALIKE
from core.laws.law import Law
from core.laws.questions import DISMISS
from core.laws.requests import DECISIONS
from core.laws.resolving import CONFIRM, RESOLVING, SET_ASIDE
from core.ledger.transaction import Transaction

CUSTODIAN = "custodian"
CLERK, REGISTRAR, NOTARY = "clerk", "registrar", "notary"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"


class Action(Enum):
    DRAW_UP = "draw-up"  # prepare an act, up to its review
    SIGN = "sign"  # under a law's procedure; the law says which of these roles
    DECIDE = "decide"  # a request of another office, or what is held
    ERASE = "erase"  # order that sealed text becomes unreadable
    IMPORT = "import"  # many acts under one signature
    PROPOSE = "propose"  # a change of the network
    VOTE = "vote"
    APPOINT = "appoint"  # officers of this office, their roles and their end
    REPORT_LOST = "report-lost"  # a lost or stolen computer
    RENEW_KEY = "renew-key"  # of this office
    LOOK = "look"  # at what is not public, with a purpose
    READ_LOOKS = "read-looks"  # who has looked at what
    PRINT = "print"  # an extract
    EXPORT_AUDIT = "export-audit"  # everything signed
    COURIER = "courier"  # write or read a stick
    SNAPSHOT = "snapshot"  # for an office that joins
    INVITE = "invite"  # an office: pair with it, hand the register over
    BACKUP = "backup"
    REKEY = "rekey"  # passphrase, recovery kit, database key
    PRUNE = "prune"  # settled acts into the archive


_OFFICE_WORK = frozenset({CLERK, REGISTRAR, NOTARY})
_KEEPING = frozenset({ADMINISTRATOR, CUSTODIAN})

ROLES: Mapping[Action, frozenset[str]] = {
    Action.DRAW_UP: _OFFICE_WORK | _KEEPING,
    Action.SIGN: _OFFICE_WORK,
    Action.DECIDE: frozenset({REGISTRAR, NOTARY}),
    Action.ERASE: frozenset({REGISTRAR, NOTARY}),
    Action.IMPORT: frozenset({REGISTRAR, NOTARY, CUSTODIAN}),
    Action.PROPOSE: frozenset({ADMINISTRATOR}),
    Action.VOTE: frozenset({ADMINISTRATOR}),
    Action.APPOINT: frozenset({ADMINISTRATOR}),
    Action.REPORT_LOST: frozenset({ADMINISTRATOR}),
    Action.RENEW_KEY: _KEEPING,
    Action.LOOK: _OFFICE_WORK | {AUDITOR},
    Action.READ_LOOKS: frozenset({AUDITOR}),
    Action.PRINT: _OFFICE_WORK | {CUSTODIAN},
    Action.EXPORT_AUDIT: frozenset({AUDITOR, ADMINISTRATOR, CUSTODIAN}),
    Action.COURIER: _OFFICE_WORK | _KEEPING,
    Action.SNAPSHOT: _KEEPING,
    Action.INVITE: _KEEPING,
    Action.BACKUP: _KEEPING,
    Action.REKEY: _KEEPING,
    Action.PRUNE: _KEEPING,
}

# Acts of the network's own law, and the action that each is.
CHARTER = "charter"
_CHARTER_ACTS = {
    "propose": Action.PROPOSE,
    "drop": Action.PROPOSE,
    "vote": Action.VOTE,
    "withdraw_vote": Action.VOTE,
    "appoint": Action.APPOINT,
    "restate": Action.APPOINT,
    "change_roles": Action.APPOINT,
    "end": Action.APPOINT,
    "enter_calendar": Action.PROPOSE,
    "vote_for_calendar": Action.VOTE,
    "withdraw_calendar_vote": Action.VOTE,
    "enforce_calendar": Action.PROPOSE,
    "replace_calendar": Action.PROPOSE,
}


def action_of(transaction: Transaction, laws: Mapping[str, Law]) -> Action:
    """What signing an act is, by its law and procedure."""
    if transaction.procedure in RESOLVING and transaction.law == CHARTER:
        return Action.PROPOSE
    if transaction.procedure in DECISIONS or transaction.procedure in (CONFIRM, SET_ASIDE, DISMISS):
        return Action.DECIDE
    if transaction.procedure in DECIDING_ALIKE:
        return Action.DECIDE
    if transaction.procedure in RESOLVING:
        return Action.SIGN
    if transaction.law != CHARTER:
        law = laws.get(transaction.law)
        procedure = law.procedures.get(transaction.procedure) if law is not None else None
        erases = procedure is not None and any(effect.erases for effect in procedure.effects)
        return Action.ERASE if erases else Action.SIGN
    if transaction.procedure == "propose" and transaction.act.get("kind") == "remove":
        return Action.REPORT_LOST
    return _CHARTER_ACTS.get(transaction.procedure, Action.SIGN)


def may(roles: frozenset[str], action: Action) -> bool:
    """Whether any of the roles may do it. The roles of nobody are empty."""
    return bool(roles & ROLES[action])


class Gate:
    """Who asks, before an office knows people: the custodian. An office replaces it (core/people/people.py)."""

    @property
    def roles(self) -> frozenset[str]:
        return frozenset({CUSTODIAN})

    def may(self, action: Action) -> bool:
        return may(self.roles, action)

    def require(self, action: Action) -> None:
        """Raises `not-for-role` (facts: action, roles: which may)."""
        if not self.may(action):
            raise MunimentError("not-for-role", action=action.value, roles=sorted(ROLES[action] - {CUSTODIAN}))
