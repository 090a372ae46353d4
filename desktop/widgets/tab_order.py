"""Keys that lead through a page: Tab in the order in which the layouts hold the widgets, Escape back.

Qt's own chain is that of creation, so a row that was added last would come last.
"""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLayout, QWidget


def on_escape(page: QWidget, back: Callable[[], object]) -> None:
    """Escape leads back from wherever in the page the focus is."""
    inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
    QShortcut(QKeySequence(Qt.Key.Key_Escape), page, back, context=inside)


def tab_stops(top: QWidget) -> list[QWidget]:
    """Widgets below `top` that Tab stops at now."""
    return [widget for widget in _in_layout_order(top) if _is_stop(widget)]


def step(top: QWidget, forward: bool, after: QWidget | None) -> bool:
    """Move the focus to the next or previous stop below `top`, past the last to `after`; whether it was moved."""
    stops = tab_stops(top)
    current = top.window().focusWidget()
    if current not in stops:
        return False
    place = stops.index(current) + (1 if forward else -1)
    if place == len(stops) and after is not None:
        after.setFocus(Qt.FocusReason.TabFocusReason)
        return True
    if not 0 <= place < len(stops):
        return False
    stops[place].setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def _is_stop(widget: QWidget) -> bool:
    takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return takes and widget.isVisible() and widget.isEnabled()


def _in_layout_order(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    layout = widget.layout()
    if layout is not None:
        yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner = item.widget()
        if inner is not None:
            yield from _in_layout_order(inner)
        elif item.layout() is not None:
            yield from _in_layout(item.layout())
