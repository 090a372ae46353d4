"""How the window looks: Fusion, one accent colour, generous type, the same letters on every computer.

Every text colour stands at 4.5:1 or more on its ground (WCAG 2.1, 1.4.3). Nothing is told by colour alone: a state
has its word and its shape too (widgets/status.py).
"""

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from desktop.fonts import load_fonts

TEXT_POINTS = 11

ACCENT = "#1d5a85"
ACCENT_SOFT = "#dfeaf3"
INK = "#1c2329"
QUIET = "#55606a"
BUTTON = "#eceff2"
GROUND = "#f5f6f8"
PAPER = "#ffffff"
LINE = "#cfd6dc"
GOOD = "#22663a"
CARE = "#7a4d00"
BAD = "#9c1f26"
DISABLED = "#7a848d"

SHEET = f"""
QWidget#sidebar {{ background: #e9edf1; border-right: 1px solid {LINE}; }}
QWidget#sidebar QPushButton {{ text-align: left; padding: 7px 14px; border: 0; border-left: 4px solid transparent;
    background: transparent; color: {INK}; }}
QWidget#sidebar QPushButton:hover {{ background: #dde4ea; }}
QWidget#sidebar QPushButton:focus {{ background: #d3dde6; border: 0; border-left: 4px solid transparent;
    border-radius: 0; padding: 7px 14px; }}
QWidget#sidebar QPushButton:checked {{ background: {PAPER}; border: 0; border-left: 4px solid {ACCENT};
    font-weight: bold; }}
QWidget#sidebar QPushButton:checked:focus {{ background: #d3dde6; }}
QLabel[role="title"] {{ font-size: 19pt; font-weight: bold; color: {INK}; }}
QLabel[role="heading"] {{ font-size: 12.5pt; font-weight: bold; color: {INK}; }}
QLabel[role="quiet"] {{ color: {QUIET}; }}
QLabel[role="strong"] {{ font-weight: bold; }}
QLabel[role="trouble"] {{ color: {BAD}; }}
QLabel[role="large"] {{ font-size: 14pt; }}
QFrame[role="card"] {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 4px; }}
QFrame[role="notice-info"] {{ background: {ACCENT_SOFT}; border: 1px solid {ACCENT}; border-radius: 4px; }}
QFrame[role="notice-done"] {{ background: #e3f0e6; border: 1px solid {GOOD}; border-radius: 4px; }}
QFrame[role="notice-care"] {{ background: #fbf1dd; border: 1px solid {CARE}; border-radius: 4px; }}
QFrame[role="notice-trouble"] {{ background: #f9e7e8; border: 1px solid {BAD}; border-radius: 4px; }}
QFrame[role="banner-care"] {{ background: #fbf1dd; border: 0; border-bottom: 1px solid {CARE}; }}
QFrame[role="banner-trouble"] {{ background: #f9e7e8; border: 0; border-bottom: 1px solid {BAD}; }}
QPushButton {{ padding: 6px 16px; min-height: 20px; }}
QPushButton[role="main"] {{ background: {ACCENT}; color: white; border: 1px solid {ACCENT}; border-radius: 3px;
    font-weight: bold; }}
QPushButton[role="main"]:focus {{ border: 2px solid {INK}; background: {ACCENT}; }}
QPushButton[role="main"]:hover {{ background: #174a6e; }}
QPushButton[role="main"]:disabled {{ background: #dde3e8; border-color: #b9c4cd; color: {QUIET}; }}
QLabel[role="quiet"]:disabled {{ color: {DISABLED}; }}
QLineEdit, QPlainTextEdit {{ padding: 4px 6px; min-height: 22px; border: 1px solid #9aa5ae; border-radius: 3px;
    background: {PAPER}; selection-background-color: {ACCENT}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {ACCENT}; padding: 3px 5px; }}
QComboBox {{ min-height: 30px; }}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] {{ border: 2px solid {BAD}; padding: 3px 5px; }}
QTableView, QListWidget {{ border: 1px solid {LINE}; background: {PAPER}; alternate-background-color: {GROUND};
    gridline-color: #e6eaee; selection-background-color: #cfe0ee; selection-color: {INK}; }}
QTableView::item {{ padding: 0 8px; }}
QListWidget {{ outline: 0; }}
QListWidget::item {{ padding: 5px 8px; }}
QListWidget::item:selected {{ background: #cfe0ee; color: {INK}; }}
QHeaderView::section {{ background: {GROUND}; border: 0; border-bottom: 1px solid {LINE}; padding: 6px 8px 6px 11px;
    color: {QUIET}; font-weight: bold; }}
QScrollArea {{ border: 0; background: transparent; }}
QScrollArea > QWidget#qt_scrollarea_viewport, QScrollArea > QWidget#qt_scrollarea_viewport > QWidget {{
    background: transparent; }}
QScrollArea > QWidget#qt_scrollarea_viewport > QFrame[role="card"] {{ background: {PAPER}; }}
QStatusBar {{ border-top: 1px solid {LINE}; color: {QUIET}; }}
"""


def dress(application: QApplication) -> None:
    """Give the application its style, colours and letters."""
    application.setStyle("Fusion")
    font = QFont()
    font.setFamilies(list(load_fonts()))
    font.setPointSize(TEXT_POINTS)
    application.setFont(font)
    application.setPalette(_palette())
    application.setStyleSheet(SHEET)


def _palette() -> QPalette:
    # From a button and a window colour Qt works out the shades that Fusion draws edges with.
    role, palette = QPalette.ColorRole, QPalette(QColor(BUTTON), QColor(GROUND))
    colours = {
        role.Window: GROUND,
        role.WindowText: INK,
        role.Base: PAPER,
        role.AlternateBase: GROUND,
        role.Text: INK,
        role.Button: BUTTON,
        role.ButtonText: INK,
        role.PlaceholderText: "#67727c",
        role.Highlight: ACCENT,
        role.HighlightedText: PAPER,
        role.Link: ACCENT,
        role.ToolTipBase: PAPER,
        role.ToolTipText: INK,
    }
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(DISABLED))
    return palette
