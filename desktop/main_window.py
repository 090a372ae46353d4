"""The window of an open office: its pages, chosen on the left or by Ctrl and a number; who we are at the foot."""

import gc
from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.casefile.view import SUBJECT_PREFIX
from core.errors import MunimentError
from core.laws.visibility import Withheld
from core.ledger.encoding import Value
from core.ledger.sealed import is_sealed
from core.office import Office
from core.people.people import AGAIN
from core.views import ActView, Draft
from desktop.desk import Desk
from desktop.locking import START
from desktop.pages.alike import Question
from desktop.pages.changes import ChangesPage
from desktop.pages.condition import ConditionPage
from desktop.pages.erasures import ErasuresPage
from desktop.pages.keys import KeysPage
from desktop.pages.ledger import LedgerPage
from desktop.pages.new_act import NewActPage
from desktop.pages.offices import OfficesPage
from desktop.pages.page import Page
from desktop.pages.register import RegisterPage
from desktop.pages.signing_in import SigningIn
from desktop.pages.today import TodayPage
from desktop.pages.twice import TwicePage
from desktop.pages.verify import VerifyPage
from desktop.widgets.banner import Banner
from desktop.widgets.sidebar import Sidebar
from desktop.widgets.who import WhoIsHere
from desktop.window_pages import PageOf, WindowPages
from desktop.wording import say, sentence
from sync.events import ActsEntered, EnteringFailed, Event, NotOpenedAgain, OpenedAgain

SIZE = (1366, 768)  # the offices' screens


class MainWindow(QMainWindow):
    """Several may be open on one desk; each has its own pages and its own hand on a draft."""

    today = PageOf(TodayPage)
    register = PageOf(RegisterPage)
    new_act = PageOf(NewActPage)
    offices = PageOf(OfficesPage)
    ledger = PageOf(LedgerPage)
    verify = PageOf(VerifyPage)
    changes = PageOf(ChangesPage)
    keys = PageOf(KeysPage)
    erasures = PageOf(ErasuresPage)
    twice = PageOf(TwicePage)
    condition = PageOf(ConditionPage)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.desk = desk
        self.setWindowTitle(say("window.title", office=desk.office_name))
        self.resize(*SIZE)
        self.signing_in: SigningIn | None = None
        self._left_off: tuple[int, str, bytes] | None = None  # who, on which page, with which draft
        another = QAction(say("window.another"), self)
        another.setShortcut(QKeySequence("Ctrl+Shift+N"))
        another.triggered.connect(self._open_another)
        self.addAction(another)
        QShortcut(QKeySequence.StandardKey.Quit, self, self.close)
        desk.changed.connect(self._refresh)
        desk.standing_changed.connect(self._take_standing)
        desk.news.connect(self._hear)
        desk.signed_in.connect(self._open_pages)
        desk.locked.connect(self._put_away)
        if desk.person is not None:
            self._open_pages()
        else:
            self._show_signing_in(START)

    # -- signed in and locked ------------------------------------------------------------------------------------

    def _open_pages(self) -> None:
        """Somebody has signed in: pages are made for that person's roles, and begin where the same person left off."""
        self._make_pages()
        self.signing_in = None
        left_off, self._left_off = self._left_off, None
        person = self.desk.person
        if left_off is None or person is None or left_off[0] != person.number:
            self.go("today")
            return
        self.go(left_off[1] if left_off[1] in self.pages else "today")
        if left_off[2]:
            self._find_draft(left_off[2])

    def _find_draft(self, draft_id: bytes) -> None:
        """As it was kept last: read behind what is still being kept."""
        service = self.desk.service

        def work() -> list[Draft]:
            drafts = service.call(lambda: service.office.drafts.all()).result()
            return [draft for draft in drafts if draft.id == draft_id]

        def found(drafts: list[Draft]) -> None:
            for draft in drafts:
                self._go_on_with_draft(draft)

        self.desk.background.run_in_order(self.new_act, work, found, self.new_act.tell_trouble)

    def _put_away(self, why: str) -> None:
        """What was typed last is kept, and every page goes: nothing of the register is left in this window."""
        if self.signing_in is not None:
            return
        drafting = self.pages.kept(NewActPage)
        draft = drafting.keeper.draft.id if drafting is not None and drafting.keeper is not None else b""
        self._left_off = (self.desk.last_person or 0, self.pages.shown, draft)
        if drafting is not None:
            drafting.leave_quietly()
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        clipboard = QGuiApplication.clipboard()
        if clipboard.ownsClipboard():
            clipboard.clear()
        self._show_signing_in(why, bool(draft))
        for name, value in list(vars(self).items()):
            if isinstance(value, WindowPages | Banner | Sidebar | WhoIsHere | QStackedWidget):
                delattr(self, name)
        QTimer.singleShot(0, self, gc.collect)  # after Qt has deleted them

    def _show_signing_in(self, why: str, drafts_kept: bool = False) -> None:
        self.signing_in = SigningIn(self.desk, why, drafts_kept, self)
        self.setCentralWidget(self.signing_in)  # which deletes the pages
        QTimer.singleShot(0, self.signing_in, self.signing_in.focus_first)  # after what had the cursor has gone

    def _make_pages(self) -> None:
        """The frame around the pages; each page itself when it is first opened."""
        both = QWidget(self)
        self._stack = QStackedWidget(both)
        self.pages = WindowPages(self.desk, self._stack, self._connect)
        self.banner = Banner(self.desk, both)
        self.banner.show_condition(self.desk.condition)
        self.banner.wanted.connect(lambda: self.go("condition"))
        self.side = Sidebar(self.desk, self.pages.on_the_left, both)
        self.side.chosen.connect(self.go)
        self.who = self.side.who
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        content = QVBoxLayout()
        content.setSpacing(0)
        content.addWidget(self.banner)
        content.addWidget(self._stack, 1)
        row.addLayout(content, 1)
        self.setCentralWidget(both)

    def _connect(self, page: Page) -> None:
        """A page that was just made, with the moves of this window."""
        match page:
            case TodayPage():
                page.fork_wanted.connect(self._show_fork)
                page.record_wanted.connect(self.open_record)
                page.draft_wanted.connect(self._go_on_with_draft)
                page.new_act_wanted.connect(lambda: self.go("new"))
                page.offices_wanted.connect(lambda: self.go("offices"))
                page.again_wanted.connect(self._enter_again)
                page.act_wanted.connect(self._start_with)
                page.backup_wanted.connect(lambda: self.go("keys"))
            case OfficesPage():
                self.desk.news.connect(page.take_event)
                page.entry_wanted.connect(self._show_entry)
                page.act_wanted.connect(self._start_with)
            case RegisterPage():
                page.ledger_wanted.connect(self._show_act)
                page.act_wanted.connect(self._start_act)
                page.alike_wanted.connect(self._decide_alike)
            case ConditionPage():
                page.offices_wanted.connect(lambda: self.go("offices"))
            case ChangesPage():
                page.act_wanted.connect(self._start_with)
            case NewActPage():
                page.record_wanted.connect(self.open_record)
                page.change_wanted.connect(self._begin_change)
            case LedgerPage() | ErasuresPage() | TwicePage():
                page.record_wanted.connect(self.open_record)

    # -- moves --------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        return self.pages[self.pages.shown]

    def go(self, key: str) -> None:
        """Show a page: today, register, new, offices, ledger, verify, changes, keys or condition."""
        if not self.side.offers(key):
            return
        self._stack.setCurrentWidget(self.pages[key])
        self.banner.go.setVisible(key != "condition")
        self.side.press(key)
        self.pages[key].enter()

    def open_record(self, record_id: bytes) -> None:
        self.go("register")
        self.register.open_record(record_id)

    def _begin_change(self, procedure: str) -> None:
        self.go("changes")
        self.changes.begin(procedure)

    def _decide_alike(self, question: Question) -> None:
        self.go("duplicates")
        self.twice.decide(question)

    def _show_fork(self, number: int) -> None:
        self.go("offices")
        self.offices.show_fork(number)

    def _show_entry(self, block: bytes) -> None:
        self.go("ledger")
        self.ledger.show_entry(block)

    def _show_act(self, act: bytes) -> None:
        self.go("ledger")
        self.ledger.show_act(act)

    def _start_act(self, view: object, procedure: str) -> None:
        self.go("new")
        self.new_act.start(procedure, view)  # type: ignore[arg-type]  # a signal's object

    def _start_with(self, procedure: str, fields: object) -> None:
        self.go("new")
        self.new_act.start_with(procedure, fields)  # type: ignore[arg-type]  # a signal's object

    def _enter_again(self, act: ActView) -> None:
        """A void act as a new draft: its content, as far as it is for this role, on the records as they stand now."""

        def read(office: Office) -> tuple[ActView, Mapping[str, Value]]:
            office.people.work_on(act.id, AGAIN)
            return office.acts.view(act.id), office.sealed.open_act(act.id)

        def start(answer: tuple[ActView, Mapping[str, Value]]) -> None:
            transaction, texts = answer[0].transaction, answer[1]
            records = {SUBJECT_PREFIX + name: ref.record for name, ref in transaction.changes.items()}
            shown = {name: value for name, value in transaction.act.items() if not isinstance(value, Withheld)}
            fields = {name: value for name, value in shown.items() if not is_sealed(value)}
            self._start_with(f"{transaction.law}.{transaction.procedure}", {**records, **fields, **texts})

        self.desk.ask(self.today, read, start, self.today.tell_trouble)

    def _go_on_with_draft(self, draft: object) -> None:
        self.go("new")
        self.new_act.go_on(draft)  # type: ignore[arg-type]  # a signal's object

    def _open_another(self) -> None:
        MainWindow(self.desk).show()

    def _refresh(self) -> None:
        if self.signing_in is None:
            self.page.refresh()

    def _hear(self, event: Event) -> None:
        """The office went on under its new key by itself, or could not; or it enters very many acts."""
        notice = self.page.notice if self.signing_in is None else self.signing_in.notice
        if isinstance(event, OpenedAgain):
            notice.tell(sentence("opened-again", {}), "done")
        elif isinstance(event, ActsEntered) and self.signing_in is None:
            self.side.show_entering(event.entered, event.acts)
        elif isinstance(event, EnteringFailed):
            notice.tell_trouble(MunimentError(event.code, **event.facts))
        elif isinstance(event, NotOpenedAgain):
            notice.tell_trouble(MunimentError("not-opened-again", why=sentence(event.code, event.facts)))

    def _take_standing(self) -> None:
        if self.signing_in is not None:
            return
        self.banner.show_condition(self.desk.condition)
        self.page.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        drafting = self.pages.kept(NewActPage) if self.signing_in is None else None
        if drafting is not None:
            drafting.leave_quietly()
        super().closeEvent(event)
