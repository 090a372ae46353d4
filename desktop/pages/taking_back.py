"""Taking back a request that offers a record of this office: the reason, and the signature of one who may sign it."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.laws.resolving import WITHDRAW
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.views import ActView, RequestView
from desktop.desk import Desk
from desktop.pages.ending import Ending
from desktop.widgets.status import Shape
from desktop.widgets.texts import label
from desktop.wording import say


class TakingBack(Ending):
    def __init__(self, desk: Desk, request: RequestView, about: str, parent: QWidget) -> None:
        """`about`: what is requested, and from whom, in words."""
        self._request = request
        self._keeper = desk.offices[request.to]
        transaction = request.act.transaction
        law = desk.standing.finishing(transaction)
        super().__init__(desk, law, say("withdraw.sign"), say("dismiss.reason"), parent)
        self.standing.show_words(Shape.WAITING, about)
        self.standing_card.addWidget(label(say("withdraw.means", office=self._keeper), self, "quiet"))
        self.add_reason(say("dismiss.reason"))
        signing = law.procedures[transaction.procedure].signing
        self.offer(tuple(dict.fromkeys((*signing.all_of, *signing.any_of))))
        self.lay_out()

    def proposing(self, signer: Signer, reason: str) -> Callable[[Office], Proposal]:
        request = self._request.act.id
        return lambda office: office.propose_resolving(WITHDRAW, request, [signer], reason)

    def words_of(self, view: ActView) -> str:
        return say("withdraw.done", seq=view.seq, office=self._keeper)
