"""The pages of one window, each made when it is first opened: what opens with the window is Today, and nothing else.

Asking for a page by its key or its kind makes it. `kept` gives only what is there already: what a page may have to put
away is nothing where nobody has opened it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.desk import Desk
from desktop.pages.changes import ChangesPage
from desktop.pages.condition import ConditionPage
from desktop.pages.erasures import ErasuresPage
from desktop.pages.keys import KeysPage
from desktop.pages.ledger import LedgerPage
from desktop.pages.new_act import NewActPage
from desktop.pages.offices import OfficesPage
from desktop.pages.page import Page
from desktop.pages.register import RegisterPage
from desktop.pages.today import TodayPage
from desktop.pages.twice import TwicePage
from desktop.pages.verify import VerifyPage

P = TypeVar("P", bound=Page)
CONDITION = "condition"  # reached from the banner alone
_KINDS: Mapping[str, Callable[[Desk, QWidget], Page]] = {
    "today": TodayPage,
    "register": RegisterPage,
    "new": NewActPage,
    "offices": OfficesPage,
    "ledger": LedgerPage,
    "verify": VerifyPage,
    "changes": ChangesPage,
    "keys": KeysPage,
    "erasures": ErasuresPage,
    "duplicates": TwicePage,
    CONDITION: ConditionPage,
}


class WindowPages(Mapping[str, Page]):
    """By their keys, in the order of Ctrl and a number."""

    def __init__(self, desk: Desk, stack: QStackedWidget, connect: Callable[[Page], None]) -> None:
        """`connect` is called once with each page that is made, before it is shown."""
        self._desk, self._stack, self._connect = desk, stack, connect
        laws = desk.laws.values()
        needed = {  # pages of what not every law has
            "erasures": any(law.seals for law in laws),
            "duplicates": any(register.duplicates for law in laws for register in law.registers.values()),
        }
        self._keys = [key for key in _KINDS if needed.get(key, True)]
        self._made: dict[str, Page] = {}

    def __getitem__(self, key: str) -> Page:
        if key not in self._keys:
            raise KeyError(key)
        if key not in self._made:
            page = self._made[key] = _KINDS[key](self._desk, self._stack)
            self._stack.addWidget(page)
            self._connect(page)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys  # without making the page

    @property
    def on_the_left(self) -> list[str]:
        return [key for key in self._keys if key != CONDITION]

    @property
    def shown(self) -> str:
        """Key of the page that is in sight."""
        return next(key for key, page in self._made.items() if page is self._stack.currentWidget())

    def of(self, kind: type[P]) -> P:
        page = self[_key_of(kind)]
        assert isinstance(page, kind)
        return page

    def kept(self, kind: type[P]) -> P | None:
        """The page of this kind, if it was opened in this window."""
        page = self._made.get(_key_of(kind))
        return page if isinstance(page, kind) else None


class PageOf(Generic[P]):
    """An attribute of a window: its page of this kind."""

    def __init__(self, kind: type[P]) -> None:
        self._kind = kind

    def __get__(self, window: "Window", _owner: object = None) -> P:
        return window.pages.of(self._kind)


class Window(Protocol):
    pages: WindowPages


def _key_of(kind: type[Page]) -> str:
    return next(key for key, one in _KINDS.items() if one is kind)
