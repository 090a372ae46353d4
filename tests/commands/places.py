"""Offices in real folders, made in milliseconds (a key file of the cheapest cost), and the public command on them.

`run` calls the command in this process, `start` as a process of its own; both with the passphrase from a file.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.folder import Folder, NewOfficer, create_office, enter_network, open_office, open_officer, read_bounded
from core.laws.law_reading import parse_law
from core.ledger.charter import Charter, decode_card, found
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office
from core.store.computer import computer_identity
from core.store.intent import IntentLog
from core.views import ActView
from desktop.cli import app
from desktop.library import library_laws
from sync.certificate import make_certificate
from tests.offices import hand_over, registration

NAMES = ("Шацк", "Телеханы", "Gori", "Cluj")
OFFICE_SECRET = "four quiet words here"
REGISTRAR_SECRET = "the registrar's own words"
ROLES = ("registrar", "notary")
LAWS = ("charter", "land")  # each process of an office reads all that are in force
FOUNDED_MS = 1_700_000_000_000
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output; it must be the only thing there."""
        (line,) = self.out.splitlines()
        answer: dict[str, Any] = json.loads(line)
        assert {"ok", "code", "message"} <= answer.keys()
        assert answer["ok"] == (self.exit_code == 0)
        return answer


def run(*arguments: str | Path, stdin: str | None = None) -> Said:
    """One command in this process, as `muniment` would run it."""
    with CliRunner().isolation(input=stdin) as streams:
        try:
            _public_command().main(args=[str(one) for one in arguments], prog_name="muniment")
            exit_code: Any = 0
        except SystemExit as ended:
            exit_code = ended.code or 0
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = (stream.getvalue().decode() for stream in streams[:2])
    assert TRACEBACK not in err
    return Said(exit_code, out, err)


@cache
def _public_command() -> Any:
    """Made once: reading the options of all commands takes longer than most commands do."""
    return get_command(app)


def command_line(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "desktop.cli", *map(str, arguments)]


def start(*arguments: str | Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> Said:
    """One command as a process of its own, to its end."""
    done = subprocess.run(command_line(*arguments), input=stdin, capture_output=True, env=environment, timeout=60)
    said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert TRACEBACK not in said.err
    return said


@dataclass(frozen=True)
class Place:
    """An office's folder and the files with its passphrases."""

    number: int
    folder: Folder
    secret: Path
    officer_secret: Path

    @property
    def access(self) -> tuple[str, ...]:
        return ("--data", str(self.folder.path), "--passphrase-file", str(self.secret))

    @property
    def registrar(self) -> str:
        """As `--officer` wants it."""
        return f"0:registrar:{self.officer_secret}"

    def open(self) -> Office:
        return open_office(self.folder, OFFICE_SECRET, SystemClock()).office

    def bytes_kept(self) -> dict[str, str]:
        """Every file of the folder by its name, with a hash of its content."""
        files = sorted(path for path in self.folder.path.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder.path)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }

    def record(self, *numbers: int) -> list[ActView]:
        """First registrations of these parcels, each in a block of its own."""
        office = self.open()
        try:
            return [self._register(office, registration(number)) for number in numbers]
        finally:
            office.close()

    def _register(self, office: Office, act: Mapping[str, Value]) -> ActView:
        proposal = office.propose("land", "first_registration", {}, act, [Signer(self.number, 0, "registrar")])
        key = open_officer(self.folder, 0, REGISTRAR_SECRET)
        signature = key.sign(office.signing_message([proposal.encoded]))
        return office.record(Group((proposal.encoded,), (signature,)))[0]


@dataclass(frozen=True)
class Founded:
    """A network whose offices are all folders below one place."""

    charter: Charter
    charter_file: Path
    places: Sequence[Place]

    def hand_over(self, giver: int, taker: int) -> None:
        """Everything that one office holds and the other lacks."""
        offices = self.places[giver].open(), self.places[taker].open()
        hand_over(*offices)
        for office in offices:
            office.close()


def powers(role: str) -> frozenset[str]:
    """The registrar is also the administrator."""
    return frozenset({role, "administrator"} if role == "registrar" else {role})


def found_network(
    path: Path, name: str = "Network of the commands", count: int = len(NAMES), more_laws: Sequence[bytes] = ()
) -> Founded:
    places, cards = [], []
    for number in range(count):
        place = Place(number, Folder(path / f"office-{number}"), path / f"secret-{number}", path / f"officer-{number}")
        place.folder.path.parent.mkdir(parents=True, exist_ok=True)
        place.secret.write_text(OFFICE_SECRET + "\n", "utf-8")
        place.officer_secret.write_text(REGISTRAR_SECRET + "\n", "utf-8")
        people = [NewOfficer(f"{role} of {NAMES[number]}", powers(role), REGISTRAR_SECRET) for role in ROLES]
        cheap = Cost.cheapest()
        create_office(place.folder, NAMES[number], OFFICE_SECRET, people, make_certificate, cheap, cheap)
        places.append(place)
        cards.append(decode_card(read_bounded(place.folder.card), verify))
    laws = [*(parse_law(library_laws()[law]).canonical for law in LAWS), *more_laws]
    charter = found(name, FOUNDED_MS, cards, laws, {})
    for place in places:
        enter_network(place.folder, charter.encoded, OFFICE_SECRET)
    charter_file = path / "charter"
    charter_file.write_bytes(charter.encoded)
    return Founded(charter, charter_file, tuple(places))


def copied_computer(place: Place) -> Place:
    """A second folder of the same office whose owner has forged the file by which a copy would notice."""
    copy = Folder(place.folder.path.with_name(place.folder.path.name + "-copy"))
    shutil.copytree(place.folder.path, copy.path)
    copy.intent.unlink()
    node_key = decode_card(read_bounded(copy.card), verify).node_key
    IntentLog.create(copy.intent, node_key, computer_identity()).close()
    return Place(place.number, copy, place.secret, place.officer_secret)


@contextmanager
def untouched(*places: Place) -> Iterator[None]:
    """No byte of these folders changes inside."""
    before = [place.bytes_kept() for place in places]
    yield
    assert [place.bytes_kept() for place in places] == before


def refused(said: Said, exit_code: int, code: str, *words: str) -> dict[str, Any]:
    """A refusal as it must be told: the code, one JSON object, and on stderr its sentence with these words in it."""
    answer = said.json
    assert (said.exit_code, answer["code"], answer["ok"]) == (exit_code, code, False), said
    assert said.err.strip() == answer["message"]
    for word in words:
        assert word in answer["message"]
    return answer
