"""The Qt application of this process: whatever draws letters needs it, a paper as well as a window.

Its own module, because papers are drawn where there is no window: by commands, and by a law's stories.
"""

import os

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.style import SHEET, dress


def make_application() -> QApplication:
    """The Qt application, dressed; the one that there is already, if so."""
    application = QApplication.instance() or QApplication(["muniment"])
    assert isinstance(application, QApplication)
    QGuiApplication.setApplicationDisplayName("Muniment")
    QGuiApplication.setDesktopFileName("muniment")
    if application.styleSheet() != SHEET:
        dress(application)
    return application


def make_unseen_application() -> QApplication:
    """For a command that draws papers, or a window that nobody is to see, with a screen or without."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_LOGGING_RULES"] = "default.warning=false"  # offscreen complains of every window that it is one
    return make_application()
