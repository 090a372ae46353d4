"""The text of a request or of an act that is not ended: exactly what was signed, field by field, as plain text."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from core.laws.form import FormField, procedure_form
from core.laws.law import Law
from core.ledger.encoding import Value
from core.ledger.transaction import Transaction
from core.office import Office
from core.officers import name_of
from core.store.working import WorkingState
from core.views import RecordView
from desktop.desk import Desk
from desktop.widgets.texts import card, label
from desktop.wording import say
from desktop.wording.values import claimed_text, row_text, value_lines


def people_of(office: Office, transaction: Transaction) -> list[str]:
    """Who signed it, with the role in which."""
    people, state = list[str](), WorkingState(office.store.state, office.number)
    for signer in transaction.signers:
        name = name_of(state, office.roll, signer.office, signer.officer) or str(signer.officer)
        people.append(say("review.signer", name=name, role=say(f"role.{signer.role}")))
    return people


class RequestText(QScrollArea):
    def __init__(self, law: Law, desk: Desk, parent: QWidget, heading: str = "decide.text") -> None:
        super().__init__(parent)
        self._law, self._desk, self._heading = law, desk, heading
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_request(
        self, request: Transaction, records: Mapping[str, RecordView], people: Sequence[str], names: Mapping[bytes, str]
    ) -> None:
        """`records`: by the procedure's names, as they stand now; `people`: who has signed it; `names`: naming.py."""
        frame, inside = card(self)
        inside.addWidget(label(say(self._heading), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for row, (caption, lines) in enumerate(self._lines(request, records, people, names)):
            grid.addWidget(label(caption, frame, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label("\n".join(lines), frame, selectable=True), row, 1)
        grid.setColumnMinimumWidth(0, 200)
        grid.setColumnStretch(1, 1)
        inside.addLayout(grid)
        inside.addStretch(1)
        self.setWidget(frame)

    def _lines(
        self, request: Transaction, records: Mapping[str, RecordView], people: Sequence[str], names: Mapping[bytes, str]
    ) -> Sequence[tuple[str, Sequence[str]]]:
        title = self._desk.procedure_title(f"{request.law}.{request.procedure}")
        lines: list[tuple[str, Sequence[str]]] = [(say("review.act"), [title])]

        def entry_words(field: FormField, entry: Value) -> str | None:
            view = records.get(field.record)
            rows = view.record.fields.get(field.entries, []) if view else []
            form = self._desk.record_form(field.register)
            columns = next((one.of for one in form if one.name == field.entries), ())
            return next((row_text(row, columns) for row in rows if row["id"] == entry), None)

        for field in procedure_form(self._law, request.procedure):
            if field.type == "subject":
                view = records.get(field.name)
                lines.append((field.label, [self._subject(view) if view else "…"]))
            elif field.name in request.act:
                value = request.act[field.name]
                lines.append((field.label, value_lines(value, field, self._desk.offices, entry_words, names)))
        lines.append((say("decide.asked-by"), list(people)))
        lines.append((say("decide.asked-when"), [claimed_text(request.claimed_ms)]))
        return lines

    def _subject(self, view: RecordView) -> str:
        """With the office that keeps it, where that is another one: of an act on records of two."""
        keeper = view.record.keeper
        if keeper in (None, self._desk.number):
            return view.label
        return say("decide.kept-by", record=view.label, office=self._desk.offices[keeper])
