"""The self-test of an installation: every part that a packaging mistake could break is used once, for real.

On a temporary folder: an encrypted replica is founded and opened, a recovery kit gives its keys back, an act is signed
and recorded, its proof is verified and an altered one refused, a second instance is found on the network, a paper is
printed and read back, a window shows.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import SigningKey, verify
from core.custody.keys import SEED
from core.custody.making import draw_kit
from core.custody.passphrases import given_kit
from core.errors import MunimentError
from core.folder import Folder, NewOfficer, OpenedOffice, create_office, enter_network, open_office, open_officer
from core.laws.law_reading import parse_law
from core.ledger.charter import found
from core.ledger.payload import Group
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.transaction import Signer
from desktop.demonstration.excerpts import DATA
from desktop.library import library_laws
from desktop.outcome import DONE, REFUSED
from desktop.wording import sentence
from sync.certificate import make_certificate
from sync.discovery import Discovery, Neighbour

PASSPHRASE = "a passphrase of the self-test"  # noqa: S105  # opens a folder that is deleted at once
DISCOVERY_LIMIT_S = 20.0
ALTERED = "Каваль"  # a name in the act below


def self_test_command() -> dict[str, Any]:
    """Every step is tried, also after one that failed; `steps` tells each."""
    with tempfile.TemporaryDirectory(prefix="muniment-self-test-") as folder:
        test = _SelfTest(Path(folder))
        steps = [test.step(name) for name in ("replica", "kit", "sign", "verify", "discovery", "paper", "window")]
        test.close()
    good = all(step["ok"] for step in steps)
    code = "self-test-passed" if good else "self-test-failed"
    return {"message": sentence(code, {}), "code": code, "exit": DONE if good else REFUSED, "steps": steps}


@dataclass
class _SelfTest:
    path: Path
    opened: OpenedOffice | None = None
    act: bytes = b""
    facts: dict[str, Any] = field(default_factory=dict)

    def step(self, name: str) -> dict[str, Any]:
        started_s = time.monotonic()
        work: Callable[[], None] = getattr(self, f"_{name}")
        try:
            work()
            return {"name": name, "ok": True, "seconds": round(time.monotonic() - started_s, 2)}
        except MunimentError as error:
            return {"name": name, "ok": False, "code": error.code, "detail": str(error)}
        except Exception as error:  # noqa: BLE001  # the next step is to be tried all the same
            return {"name": name, "ok": False, "code": "unexpected-failure", "detail": repr(error)}

    def close(self) -> None:
        if self.opened is not None:
            self.opened.office.close()

    @property
    def _office(self) -> Any:
        if self.opened is None:
            raise MunimentError("self-test-needs", step="replica")
        return self.opened.office

    def _replica(self) -> None:
        folder, clock = Folder(self.path / "office"), SystemClock()
        officers = [NewOfficer("Self Test", frozenset({"registrar"}), PASSPHRASE)]
        # The floor of the key file's cost is the real one: a machine too small for it must say so here.
        card = create_office(folder, "Self-test", PASSPHRASE, officers, make_certificate, Cost.floor())
        laws = [parse_law(text).canonical for text in library_laws().values()]
        charter = found("Self-test", clock.now_ms(), [card], laws, {})
        enter_network(folder, charter.encoded, PASSPHRASE)
        self.opened = open_office(folder, PASSPHRASE, clock)
        if b"Self-test" in folder.replica.read_bytes():
            raise MunimentError("self-test-failed", step="replica")

    def _kit(self) -> None:
        """Its words, its box, and what looks for the system's keyring."""
        from desktop.remembering import keyring_name

        keyring_name()
        folder = Folder(self.path / "office")
        kit = draw_kit(folder, PASSPHRASE, needed=2, sheets=3)
        secrets, _ = given_kit(kit.sheets[1:]).open()
        if SigningKey(secrets[SEED]).public != self._office.roll.members[0].key:
            raise MunimentError("self-test-failed", step="kit")

    def _sign(self) -> None:
        office = self._office
        act = json.loads((DATA / "acts.json").read_text("utf-8"))["registration"]
        signers = [Signer(0, 0, role) for role in act["roles"]]
        proposal = office.propose(act["law"], act["procedure"], {}, act["act"], signers)
        key = open_officer(Folder(self.path / "office"), 0, PASSPHRASE)
        signature = key.sign(office.signing_message([proposal.encoded]))
        (view,) = office.record(Group((proposal.encoded,), (signature,)))
        self.act = view.id

    def _verify(self) -> None:
        office = self._office
        receipt = bytearray(office.proofs.receipt(self.act))
        check_receipt(decode_receipt(bytes(receipt)), verify)
        place = bytes(receipt).index(ALTERED.encode())
        receipt[place + 1] ^= 1
        try:
            check_receipt(decode_receipt(bytes(receipt)), verify)
        except MunimentError:
            return
        raise MunimentError("self-test-failed", step="verify")

    def _discovery(self) -> None:
        asyncio.run(_discover(self._office.network))

    def _paper(self) -> None:
        from desktop.self_test_screen import print_and_read

        print_and_read(self._office, self.act, self.path / "extract.pdf")

    def _window(self) -> None:
        from desktop.self_test_screen import show_window

        show_window(self.path / "empty")


async def _discover(network: bytes) -> None:
    """Two instances announce themselves; each must find the other. Raises `not-found-nearby`."""
    keys = (b"\x01" * 32, b"\x02" * 32)
    found = [asyncio.Event(), asyncio.Event()]

    def watch(number: int) -> Callable[[Any], None]:
        def changed(neighbours: list[Neighbour]) -> None:
            if any(one.is_node(network, keys[1 - number]) for one in neighbours):
                found[number].set()

        return changed

    instances = [Discovery(network, keys[number], 40_000 + number, watch(number)) for number in (0, 1)]
    try:
        for instance in instances:
            await instance.start()
        await asyncio.wait_for(asyncio.gather(*(event.wait() for event in found)), DISCOVERY_LIMIT_S)
    except TimeoutError:
        raise MunimentError("not-found-nearby") from None
    finally:
        for instance in instances:
            await instance.close()
