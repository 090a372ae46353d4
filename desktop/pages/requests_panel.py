"""What one office asks of another about the record that is shown, and is not decided: at each of two keepers, too."""

from PySide6.QtWidgets import QWidget

from core.views import RequestView
from desktop.desk import Desk
from desktop.pages.about_record import AboutRecord
from desktop.widgets.texts import label
from desktop.wording import say
from desktop.wording.values import claimed_text


class RequestsPanel(AboutRecord[RequestView]):
    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, say("record.requests"), parent)

    def show_record(self, record: bytes) -> None:
        self.ask(record, lambda office: office.requests.on(record))

    def line(self, thing: RequestView, parent: QWidget) -> QWidget:
        offices, transaction = self._desk.offices, thing.act.transaction
        words = say(
            "record.request",
            act=self._desk.procedure_title(f"{transaction.law}.{transaction.procedure}"),
            label=thing.label,
            by=offices[thing.by],
            day=claimed_text(transaction.claimed_ms),
            office=offices[thing.to],
        )
        return label(words, parent, selectable=True)
