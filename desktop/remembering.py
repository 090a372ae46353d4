"""The office's passphrase in the system's own keyring, for one user of one computer: only where that user asked for it.

Off by default. Whoever can log in as this user then opens the office's copy; to sign, an officer's own passphrase is
needed as always: officers' keys are never kept there. Only keyrings of the systems themselves are used (Secret Service,
KWallet, macOS Keychain, Windows Credential Locker); a file in plain text, which other packages offer, is none. A
keyring may ask its user something first, so nothing here is called on the GUI thread.
"""

from pathlib import Path

import keyring
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringError, PasswordDeleteError

from core.errors import MunimentError

SERVICE = "muniment"
_OF_A_SYSTEM = "keyring.backends."
_NONE = ("fail", "null")


def keyring_name() -> str | None:
    """What the system's keyring is called; None where it has none that is safe to use."""
    chosen = keyring.get_keyring()
    for backend in chosen.backends if isinstance(chosen, ChainerBackend) else (chosen,):
        module = type(backend).__module__
        if module.startswith(_OF_A_SYSTEM) and module.removeprefix(_OF_A_SYSTEM) not in _NONE:
            return str(backend.name)
    return None


def remember(folder: Path, passphrase: str) -> None:
    """Raises `no-keyring`, `keyring-refused`."""
    if keyring_name() is None:
        raise MunimentError("no-keyring")
    try:
        keyring.set_password(SERVICE, _entry(folder), passphrase)
    except KeyringError as error:
        raise MunimentError("keyring-refused", why=type(error).__name__) from None


def remembered(folder: Path) -> str | None:
    """The passphrase that is kept for this folder; None where none is, or the keyring stays locked."""
    if keyring_name() is None:
        return None
    try:
        return keyring.get_password(SERVICE, _entry(folder))
    except KeyringError:
        return None


def forget(folder: Path) -> bool:
    """Whether something was kept. Raises `keyring-refused`."""
    if keyring_name() is None:
        return False
    try:
        keyring.delete_password(SERVICE, _entry(folder))
    except PasswordDeleteError:
        return False
    except KeyringError as error:
        raise MunimentError("keyring-refused", why=type(error).__name__) from None
    return True


def _entry(folder: Path) -> str:
    return str(folder.resolve())
