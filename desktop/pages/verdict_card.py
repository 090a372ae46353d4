"""What the rules of the register say to an act that is under review."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.laws.sentences import rule_sentence
from core.laws.verdict import Finding, Rejected
from core.office import Proposal
from desktop.desk import Desk
from desktop.pages.filling import Filling
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import label
from desktop.wording import say, sentence

_SHAPES = {
    "suspended": Shape.SUSPENDED,
    "held": Shape.HELD,
    "warned": Shape.HELD,
    "without_effect": Shape.HELD,
    "requested": Shape.WAITING,
}


class VerdictCard(QFrame):
    def __init__(
        self, filling: Filling, proposal: Proposal, desk: Desk, competent: int | None, parent: QWidget
    ) -> None:
        """`competent`: number of the other office that may be asked, where only that stands against the act."""
        super().__init__(parent)
        self._filling, self._proposal, self._desk = filling, proposal, desk
        self.setProperty("role", "card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(8)
        self._fill(layout, competent)

    def _fill(self, layout: QVBoxLayout, competent: int | None) -> None:
        verdict = self._proposal.verdict
        if competent is not None:
            office = self._desk.offices[competent]
            self._say(Shape.WAITING, say("review.other-office", office=office), "large")
            return
        if isinstance(verdict, Rejected):
            self._say(Shape.REJECTED, say("review.rejected"), "large")
            self._say_refusal(verdict)
            return
        shape = _SHAPES.get(verdict.outcome, Shape.INFO)
        asked = self._proposal.transaction.addressed_to
        office = "" if asked is None else self._desk.offices[asked]
        self._say(shape, say(f"review.{verdict.outcome}", office=office), "large")
        for finding in verdict.findings[0 if asked is None else 1 :]:  # the first of a request is that it waits
            self._say(shape, self._rule_words(finding))
        layout.addWidget(label(say("review.as-of"), self, "quiet"))

    def _say(self, shape: Shape, words: str, role: str = "") -> None:
        line = StatusLine(self, role)
        line.show_words(shape, words)
        self.layout().addWidget(line)

    def _say_refusal(self, verdict: Rejected) -> None:
        words = self._rule_words(verdict)
        self.layout().addWidget(label(words, self))
        field = str(verdict.facts.get("field", ""))
        if field:
            self._filling.form.mark_field(field, words)

    def _rule_words(self, verdict: Rejected | Finding) -> str:
        facts = dict(verdict.facts)
        if isinstance(facts.get("office"), int):
            facts["office"] = self._desk.offices[facts["office"]]
        if isinstance(facts.get("role"), str):
            facts["role"] = say(f"role.{facts['role']}")
        facts["field"] = self._field_label(str(facts.get("field", "")))
        own = rule_sentence(self._filling.law, verdict)
        words = f"{own} {say('review.kept')}" if own else sentence(verdict.code, facts)
        return f"{words} {say('review.article', article=verdict.article)}" if verdict.article else words

    def _field_label(self, path: str) -> str:
        name = path.partition(".")[0].partition("[")[0]
        return next((field.label for field in self._filling.form.fields if field.name == name), path)
