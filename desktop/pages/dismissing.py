"""Leaving what an act of another register asks: the reason, and the signature of one who decides in this office."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.ledger.transaction import Signer
from core.linking import AskedView
from core.office import Office, Proposal
from core.views import ActView
from desktop.desk import Desk
from desktop.pages.ending import Ending
from desktop.widgets.status import Shape
from desktop.widgets.texts import label
from desktop.wording import say


class Dismissing(Ending):
    def __init__(self, desk: Desk, asked: AskedView, about: str, why: str, parent: QWidget) -> None:
        """`about`: what is asked for, `why`: because of which act, both in words."""
        self._asked = asked.called
        law = desk.laws[self._asked.law]
        super().__init__(desk, law, say("dismiss.sign"), say("dismiss.reason"), parent)
        self.standing.show_words(Shape.WAITING, about)
        self.standing_card.addWidget(label(why, self))
        self.standing_card.addWidget(label(say("dismiss.means"), self, "quiet"))
        self.add_reason(say("dismiss.reason"))
        signing = law.procedures[self._asked.procedure].signing
        self.offer(law.deciding.by or tuple(dict.fromkeys((*signing.all_of, *signing.any_of))))
        self.lay_out()

    def proposing(self, signer: Signer, reason: str) -> Callable[[Office], Proposal]:
        act, record = self._asked.act, self._asked.record
        return lambda office: office.propose_dismissal(act, record, reason, [signer])

    def words_of(self, view: ActView) -> str:
        return say("dismiss.done", seq=view.seq)
