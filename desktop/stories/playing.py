"""Plays a story step by step on whole offices, and keeps what was seen: a transcript, and each condition that failed.

It has no rule of its own. What an act comes to, the offices say; a step that comes out otherwise than expected is told,
and the story goes on. What cannot be played at all (`StoryError`, or a refusal that no step expects) ends it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import MunimentError
from core.laws.law import Law, Procedure, Register
from core.laws.law_source import Node
from core.laws.sentences import rule_sentence
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.office import Office
from core.views import Step as LadderStep
from desktop.stories.network import Network
from desktop.stories.story import PLAIN_OUTCOMES, Expected, Step, Story, unfit
from desktop.stories.values import Surroundings, read

OWN_OUTCOMES = {
    "refuse": "rejected",
    "suspend": "suspended",
    "hold": "held",
    "warn": "warned",
    "without_effect": "without_effect",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the transcript: a code with its facts, told by desktop/wording. `good`: as the story expects."""

    line: int
    code: str
    facts: Mapping[str, Any]
    good: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """A step that signed something. `act` is None where the law refused it at the counter: it was not recorded."""

    step: Step
    office: int
    law: Law
    procedure: Procedure
    records: Mapping[str, bytes]  # by their names in the procedure, those it creates included
    act: bytes | None


@dataclass
class Play:
    """A story on its way.

    `failed`: of each law, the path of every condition that failed and with which outcomes. `printed`: which papers.
    """

    story: Story
    laws: Sequence[Law]
    network: Network
    named: dict[str, Done] = field(default_factory=dict)
    acts: list[Done] = field(default_factory=list)  # all that were recorded
    seen: list[Seen] = field(default_factory=list)
    failed: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    printed: dict[str, set[str]] = field(default_factory=dict)
    wrong: int = 0

    def tell(self, line: int, code: str, **facts: Any) -> None:
        self.seen.append(Seen(line, code, facts))

    def differs(self, line: int, code: str, **facts: Any) -> None:
        """Something is otherwise than the story expects."""
        self.wrong += 1
        self.seen.append(Seen(line, code, facts, good=False))

    # -- whoever acts, and what steps name ----------------------------------------------------------------------

    def office(self, name: str) -> Office:
        number = self.network.number(name)
        if number >= len(self.network.offices):
            raise unfit(0, "not-joined", name)
        return self.network.offices[number]

    def online(self, at: str | None) -> list[Office]:
        """The office named, or all that are online."""
        if at is not None:
            return [self.office(at)]
        return [office for office in self.network.offices if office.number not in self.network.offline]

    def laws_of(self, office: Office) -> list[Law]:
        """As they are in force there: a vote may have changed some."""
        return [office.laws.get(law.name, law) for law in self.laws]

    def procedure(self, office: Office, name: str, line: int) -> tuple[Law, Procedure]:
        """`name`: of a procedure, alone or after its law's."""
        stated, _, bare = name.rpartition(".")
        for law in self.laws_of(office):
            if bare in law.procedures and stated in ("", law.name):
                return law, law.procedures[bare]
        raise unfit(line, "unknown-name", name)

    def register(self, law: Law, name: str, line: int) -> tuple[Law, Register]:
        """A register as a law names it, with the law whose it is."""
        stated, _, bare = name.rpartition(".")
        of = next((one for one in self.laws if one.name == stated), None) if stated else law
        if of is None or bare not in of.registers:
            raise unfit(line, "unknown-register", name)
        return of, of.registers[bare]

    def done(self, name: str, line: int) -> Done:
        done = self.named.get(name)
        if done is None:
            raise unfit(line, "unknown-name", name)
        return done

    def act(self, name: str, line: int) -> tuple[Done, bytes]:
        """An act that was recorded."""
        done = self.done(name, line)
        if done.act is None:
            raise unfit(line, "not-recorded", name)
        return done, done.act

    def record(self, office: Office, node: Node, law: Law, register: str) -> bytes:
        """By the name of the step that made it, `NAME.RECORD` where that made several, or by its key."""
        if isinstance(node.value, dict):
            return self.record_by_key(office, node, law, register)
        name, _, which = str(node.value).partition(".")
        done = self.done(name, node.line)
        if which and which not in done.records:
            raise unfit(node.line, "unknown-name", str(node.value))
        wanted = [which] if which else [*done.procedure.creates, *done.procedure.changes, *done.procedure.reads]
        if not wanted:
            raise unfit(node.line, "unknown-record", str(node.value))
        return done.records[wanted[0]]

    def record_by_key(self, office: Office, node: Node, law: Law, register: str) -> bytes:
        found = self.find(office, node, law, register)
        if found is None:
            raise unfit(node.line, "unknown-record", register)
        return found.id

    def find(self, office: Office, node: Node, law: Law, register: str) -> Record | None:
        """The record of these keys that the office knows; one that still stands in its first state before others."""
        assert isinstance(node.value, dict)
        law, declared = self.register(law, register, node.line)
        around = self.surroundings(office, law, {})
        unknown = [name for name in node.value if name not in declared.key]
        if unknown:
            raise unfit(node.line, "unknown-field", unknown[0])
        wanted = {name: read(child, declared.key[name].type, around) for name, child in node.value.items()}
        rows = office.records.page(declared.full_name, limit=10_000)
        records = (office.store.state.present(row.id) for row in rows)
        found = [one for one in records if one and all(one.key.get(name) == value for name, value in wanted.items())]
        return min(found, key=lambda one: one.state != declared.start, default=None)

    def surroundings(self, office: Office, law: Law, records: Mapping[str, bytes]) -> Surroundings:
        def attesting(role: str, stated: str | None) -> tuple[int, int]:
            return self.network.officer(office.number, role, stated)

        return Surroundings(
            self.story.begins,
            self.network.number,
            attesting,
            lambda node: self.act(str(node.value), node.line)[1],
            lambda node, register: self.record(office, node, law, register),
            office.store.state.present,
            lambda name: self.network.key(*self.network.officer(office.number, "", name)).public,
            records,
        )

    # -- what an act came to ------------------------------------------------------------------------------------

    def judge(self, line: int, done: Done, verdict: Accepted | Rejected, expected: Expected) -> None:
        """Tell what came of an act at the counter, and note which conditions failed."""
        law, office = done.law, self.network.names[done.office]
        findings = [verdict] if isinstance(verdict, Rejected) else list(verdict.findings)
        outcome = "rejected" if isinstance(verdict, Rejected) else verdict.outcome
        for finding in findings:
            own = "rejected" if isinstance(finding, Rejected) else finding.outcome
            if finding.rule in law.rules:
                self.note_failed(law, finding.rule, own)
        if isinstance(verdict, Rejected) and verdict.code == "key-taken":
            for register in {*done.procedure.creates.values(), *done.procedure.changes.values()}:
                self.note_failed(law, key_path(register, str(verdict.facts.get("key"))), outcome)
        says = [text for finding in findings if (text := rule_sentence(law, finding))]
        facts = {"office": office, "act": done.procedure.name, "name": done.step.name or "", "outcome": outcome}
        plain = outcome in PLAIN_OUTCOMES  # a request is told that it waits for its keeper: no condition failed
        came = Expected(outcome, frozenset(() if plain else (finding.code for finding in findings)))
        self.tell(line, "story-acted", **facts, codes=sorted(came.codes), says=says, title=done.procedure.title)
        self.compare(expected, came, [finding.article for finding in findings], says)

    def compare(self, expected: Expected, came: Expected, articles: Sequence[str], says: Sequence[str]) -> None:
        line = expected.line
        if (expected.outcome, expected.codes) != (came.outcome, came.codes):
            told = {"expected": _told(expected), "came": _told(came)}
            self.differs(line, "story-other-outcome", **told)
            return
        if expected.article is not None and expected.article not in articles:
            self.differs(line, "story-other-article", expected=expected.article, came=", ".join(articles))
        if expected.says is not None and expected.says not in says:
            self.differs(line, "story-other-sentence", expected=expected.says, came=" ".join(says))

    def note_failed(self, law: Law, rule: str, outcome: str) -> None:
        if law.digest not in [one.digest for one in self.laws]:
            return  # as a vote has changed it: that proves nothing of the law whose stories these are
        self.failed.setdefault(law.name, {}).setdefault(rule, set()).add(outcome)

    def note_decided(self, done: Done, outcome: str, code: str) -> None:
        """A condition that failed where the common order placed the act."""
        registers = {*done.procedure.changes.values(), *done.procedure.creates.values()}
        owners = (done.procedure.name, *(f"{register}.always" for register in sorted(registers)))
        for owner in owners:
            rule = done.law.rules.get(f"{owner}.{code}")
            if rule is not None and OWN_OUTCOMES[rule.outcome] == outcome:
                self.note_failed(done.law, rule.path, outcome)

    def outcome(self, office: Office, act: bytes) -> tuple[str, str | None, Mapping[str, Value]]:
        """(outcome, code, facts) of an act as an office knows it now."""
        ladder = office.acts.view(act).ladder
        outcome = "rejected" if ladder.step is LadderStep.REJECTED else ladder.outcome
        return outcome, ladder.code, ladder.facts


def key_path(register: str, key: str) -> str:
    """Under which it is noted that an act was refused because a key was taken."""
    return f"{register}.key.{key}"


def _told(expected: Expected) -> str:
    codes = ", ".join(sorted(expected.codes))
    return f"{expected.outcome}: {codes}" if codes else expected.outcome


def is_unknown(error: MunimentError) -> bool:
    """Whether an office answered that it has not heard of the act or record."""
    return error.code.startswith("unknown-")
