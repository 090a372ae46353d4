"""The window as a command: at its gate, or unattended with a passphrase file, and driven by JSON lines if asked."""

from typing import Any

from desktop.application import run
from desktop.commands.meeting import service_settings
from desktop.unlocking import Access


def window_command(access: Access, controlled: bool, loopback: bool) -> dict[str, Any]:
    """Until the window is closed. With a passphrase file it opens without asking."""
    return {"exit": run(access, controlled, service_settings(controlled, loopback))}
