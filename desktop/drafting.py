"""A draft while a window edits it: every change goes into the case file at once and from there to the disk.

The case file lives in a child process (core/casefile); all talk with it goes through the background's one ordered
thread. A record that the act changes is kept beside the fields under the name `record:<name>`.
"""

from collections.abc import Sequence
from os import urandom

from PySide6.QtCore import QObject, Signal

from core.casefile.session import DraftSession
from core.casefile.view import (
    SUBJECT_PREFIX,
    FieldPath,
    Step,
    View,
    add_row,
    clear_field,
    remove_row,
    set_field,
    subjects_in,
)
from core.clock import SystemClock
from core.errors import MunimentError
from core.laws.form import FormField
from core.ledger.encoding import Value
from core.views import Draft
from desktop.desk import Desk, nothing
from sync.events import DraftsChanged, MeetingEnded

DRAFT_ID_BYTES = 16


def new_draft(law: str, procedure: str, title: str) -> Draft:
    return Draft(urandom(DRAFT_ID_BYTES), law, procedure, title, SystemClock().now_ms(), b"")


def path_of(field: FormField) -> FieldPath:
    return (SUBJECT_PREFIX + field.name,) if field.type == "subject" else (field.name,)


class DraftKeeper(QObject):
    """One window's hand on one draft. `shown` brings what the draft says now, whoever changed it."""

    shown = Signal(object)  # View
    saved = Signal()
    failed = Signal(object)  # MunimentError
    shared = Signal(object)  # numbers of the offices that have it too

    def __init__(self, desk: Desk, draft: Draft, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.draft = draft
        self._session: DraftSession | None = None
        self._closed = False
        self._under_way = 0  # edits that have not come back
        self._opening = False
        desk.news.connect(self._hear)

    def open(self) -> None:
        name, saved, background = self.draft.id.hex(), self.draft.document or None, self._desk.background

        def work() -> DraftSession:
            session = self._desk.casefiles.open(name, saved, lambda view: background.post(self, self._merged, view))
            self._take_mirrors(session)
            return session

        self._opening = True
        background.run_in_order(self, work, self._opened, self._not_opened)

    def share(self, office: int) -> None:
        """From now on that office has the draft too, and edits it. It goes with the next meeting."""
        draft_id, desk = self.draft.id, self._desk
        desk.ask(
            self,
            lambda one: one.drafts.share(draft_id, office),
            lambda _none: self.ask_shared(),
            self.failed.emit,
        )

    def ask_shared(self) -> None:
        """With whom it is shared, to be told by `shared`."""
        draft_id = self.draft.id
        self._desk.ask(self, lambda one: one.store.sharing.offices(draft_id), self.shared.emit, nothing)

    def _hear(self, event: object) -> None:
        """A meeting or a stick may have brought what a colleague of another office has typed."""
        session, changed = self._session, tuple[str, ...]()
        if isinstance(event, MeetingEnded):
            changed = tuple(event.report["drafts_changed"])
        elif isinstance(event, DraftsChanged):
            changed = event.drafts
        if self.draft.id.hex() in changed and session:
            self._desk.background.run_in_order(
                self, lambda: self._take_mirrors(session), self._merged, self.failed.emit
            )

    def _take_mirrors(self, session: DraftSession) -> View:
        """On the drafts' thread. What came from other offices stands on the disk until the next edit is kept."""
        draft_id, service = self.draft.id, self._desk.service
        for mirror in service.call(lambda: service.office.drafts.mirrors_of(draft_id)).result():
            session.merge(mirror)
        return session.view

    @property
    def is_told(self) -> bool:
        """Whether every edit has come back: `shown` has brought it."""
        return not self._under_way

    def set(self, path: FieldPath, value: Value) -> None:
        self._edit([clear_field(path) if value is None else set_field(path, value)])

    def add_row(self, field: str) -> None:
        self._edit([add_row(field, {})])

    def remove_row(self, field: str, row: str) -> None:
        self._edit([remove_row(field, row)])

    def close(self) -> None:
        """The window is done with it; the draft stays as it was last saved."""
        session, self._session, self._closed = self._session, None, True
        if session is not None:
            self._forget(session)
        self._rest()

    def _rest(self) -> None:
        """A keeper that was closed goes once everything that it asked has come back; else each draft leaves one."""
        if self._closed and not self._under_way and not self._opening:
            self.deleteLater()

    def discard(self) -> None:
        """The draft has become an act, or nobody wants it."""
        self.close()
        draft_id, desk = self.draft.id, self._desk

        def work() -> None:
            desk.service.call(lambda: desk.service.office.drafts.delete(draft_id)).result()
            desk.tell_changed()

        desk.background.run_in_order(desk, work, lambda _none: None, nothing)

    def _not_opened(self, error: MunimentError) -> None:
        self._opening = False
        self.failed.emit(error)
        self._rest()

    def _opened(self, session: DraftSession) -> None:
        self._opening = False
        if self._closed:
            self._forget(session)
            self._rest()
            return
        self._session = session
        self.shown.emit(session.view)

    def _forget(self, session: DraftSession) -> None:
        self._desk.background.run_in_order(self._desk, session.close, lambda _nothing: None, nothing)

    def _edit(self, steps: Sequence[Step]) -> None:
        """Change the case file and keep it, in one piece of work: the last letter is kept even as the window goes."""
        session, desk, old = self._session, self._desk, self.draft
        if session is None:
            self.failed.emit(MunimentError("casefile-not-kept"))
            return

        def work() -> View:
            session.edit(steps)
            changed_ms, subjects = SystemClock().now_ms(), subjects_in(session.view.fields)
            draft = Draft(old.id, old.law, old.procedure, old.title, changed_ms, session.saved, subjects)
            desk.service.call(lambda: desk.service.office.drafts.put(draft)).result()
            return session.view

        self._under_way += 1
        desk.background.run_in_order(self, work, self._edited, self._not_edited)

    def _edited(self, view: View) -> None:
        """What the draft said before a newer edit would take that edit back on the screen for a moment."""
        self._under_way -= 1
        if not self._under_way:
            self.shown.emit(view)
        self.saved.emit()
        self._rest()

    def _not_edited(self, error: MunimentError) -> None:
        self._under_way -= 1
        self.failed.emit(error)
        self._rest()

    def _merged(self, view: View) -> None:
        if self._session is not None and not self._under_way:
            self.shown.emit(view)
