"""The window as a command: at its gate, or unattended with a passphrase file, and driven by JSON lines if asked."""

import os
import sys
from typing import Any

from core.errors import MunimentError
from desktop.application import run
from desktop.commands.meeting import service_settings
from desktop.unlocking import Access


def window_command(access: Access, controlled: bool, loopback: bool) -> dict[str, Any]:
    """Until the window is closed. With a passphrase file it opens without asking. Raises `no-screen`."""
    if not _has_screen():
        raise MunimentError("no-screen")
    return {"exit": run(access, controlled, service_settings(controlled, loopback))}


def _has_screen() -> bool:
    """Qt ends the whole process where it finds none, so it is asked before."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
