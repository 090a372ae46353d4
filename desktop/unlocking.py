"""Opening an office for a command: where its data is, and its passphrase, which is never an argument."""

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.clock import SystemClock
from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.folder import Folder, OpenedOffice, open_office, open_officer, read_bounded
from core.ledger.transaction import Signer

MAX_PASSPHRASE_BYTES = 4096


@dataclass(frozen=True)
class Access:
    """What every command is given: the data folder and where the passphrase comes from."""

    data: Path | None
    passphrase_file: Path | None

    @property
    def folder(self) -> Folder:
        return Folder(self.data or Path(platformdirs.user_data_dir("muniment", appauthor=False)))

    def passphrase(self) -> str:
        return read_passphrase(self.passphrase_file)

    def open(self) -> OpenedOffice:
        """Raises what `open_office` raises, and `passphrase-missing`."""
        return self.open_with(self.passphrase())

    def open_with(self, passphrase: str) -> OpenedOffice:
        """As `open`, where the passphrase is needed for more than opening: standard input gives it once."""
        return open_office(self.folder, passphrase, SystemClock())


def read_passphrase(path: Path | None) -> str:
    """From a file, or one line of standard input. Raises `passphrase-missing`, `passphrase-unusable`."""
    if path is not None:
        content = read_bounded(path, MAX_PASSPHRASE_BYTES)
    elif sys.stdin is None or sys.stdin.isatty():
        content = _ask().encode()
    else:
        content = sys.stdin.buffer.readline(MAX_PASSPHRASE_BYTES)
    try:
        passphrase = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise MunimentError("passphrase-unusable") from None
    if not passphrase:
        raise MunimentError("passphrase-missing")
    return passphrase


def read_new_passphrase(path: Path | None) -> str:
    """As `read_passphrase`, of one that is chosen now; from a keyboard twice. Raises `passphrases-differ`, too."""
    if path is not None or sys.stdin is None or not sys.stdin.isatty():
        return read_passphrase(path)
    first = _ask("New passphrase: ")
    if _ask("Once more: ") != first:
        raise MunimentError("passphrases-differ")
    return first


def _ask(prompt: str = "Passphrase: ") -> str:
    from getpass import getpass

    return getpass(prompt)


@dataclass(frozen=True)
class SigningOfficer:
    """An officer named on the command line: number in the card, role, and the file with the officer's passphrase."""

    number: int
    role: str
    passphrase_file: Path

    def signer(self, office: int) -> Signer:
        return Signer(office, self.number, self.role)

    def key(self, folder: Folder) -> SigningKey:
        return open_officer(folder, self.number, read_passphrase(self.passphrase_file))


def parse_signing_officer(text: str) -> SigningOfficer:
    """`NUMBER:ROLE:PASSPHRASE-FILE`. Raises `bad-officer`."""
    number, _, rest = text.partition(":")
    role, _, file = rest.partition(":")
    if not number.isdecimal() or not role or not file:
        raise MunimentError("bad-officer", text=text)
    return SigningOfficer(int(number), role, Path(file))
