"""Driving an office from another program: one JSON object a line on standard input, one answer a line on output.

For scripts of administrators and for the demonstration; it can do what a person at this window can do, no more, and
asks for the same passphrases (from files). `{"do": NAME, …}` is answered by `{"ok": true, …}` or
`{"ok": false, "code": …, "message": …}`; the first line that is printed is `{"ready": true, "port": …}`.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.backup import write_in_steps
from core.errors import MunimentError
from core.folder import Folder
from core.laws.verdict import Rejected
from core.ledger.payload import Group
from core.office import Office
from core.store.files import write_durably
from core.trying import verify_all
from core.views import ActView
from desktop.outcome import unexpected
from desktop.unlocking import parse_signing_officer
from desktop.wording import sentence
from desktop.wording.refusal import refusal
from sync.service import Service

MAX_LINE_BYTES = 1 << 20
Answer = Mapping[str, Any]


class Control:
    """Answers commands; `answer` may be called from any thread but the service's."""

    def __init__(self, folder: Folder, service: Service[Office]) -> None:
        self._folder = folder
        self._service = service
        self.before: Callable[[], None] = lambda: None  # called at each command
        self._commands: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
            "status": self._status,
            "neighbours": self._neighbours,
            "diagnose": self._diagnose,
            "meet-address": self._meet_address,
            "find": self._find,
            "meet": self._meet,
            "record": self._record,
            "act": self._act,
            "courier-write": self._courier_write,
            "courier-read": self._courier_read,
            "extract": self._extract,
            "evidence": self._evidence,
            "backup": self._backup,
            "check": self._check,
        }

    def add(self, name: str, command: Callable[[Mapping[str, Any]], Answer]) -> None:
        """A command of whoever owns more than the service, such as a window."""
        self._commands[name] = command

    def answer(self, line: str) -> dict[str, Any]:
        self.before()
        try:
            asked = json.loads(line)
            command = self._commands[asked["do"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"ok": False, "code": "unknown-command", "message": sentence("unknown-command", {})}
        try:
            return {"ok": True, **command(asked)}
        except MunimentError as error:
            return {"ok": False, "code": error.code, "message": sentence(error.code, error.facts)}
        except (KeyError, TypeError, ValueError) as error:
            facts = {"detail": type(error).__name__}
            return {"ok": False, "code": "bad-command", "message": sentence("bad-command", facts)}
        except Exception as error:  # noqa: BLE001  # whoever drives this office waits for an answer to every line
            return {"ok": False, "code": "unexpected-failure", "message": unexpected(error)}

    def serve(self, on_end: Callable[[], None]) -> threading.Thread:
        """Answer standard input in a thread of its own until it ends or nobody reads answers; then call `on_end`."""

        def loop() -> None:
            try:
                say({"ready": True, "port": self._service.port})
                while line := sys.stdin.readline(MAX_LINE_BYTES):
                    say(self.answer(line))
            except OSError:  # whoever drives this office was killed before an answer
                # Else Python, when it ends, fails on what was not written.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            on_end()

        thread = threading.Thread(target=loop, name="control", daemon=True)
        thread.start()
        return thread

    # -- commands -----------------------------------------------------------------------------------------------

    def _call(self, work: Callable[[], Any]) -> Any:
        return self._service.call(work).result()

    def _status(self, _asked: Mapping[str, Any]) -> Answer:
        return dict(self._call(self._standing))  # on the office's thread: why it may not sign stands in the database

    def _standing(self) -> Answer:
        office = self._service.office
        counts = office.standing.counts()
        return {
            "office": office.roll.members[office.number].office,
            "number": office.number,
            "network": office.network.hex(),
            "records": counts.records,
            "blocks": counts.blocks,
            "acts": counts.acts,
            "ladder": dict(counts.ladder),
            "state_root": counts.state_root.hex(),
            "forked": sorted(office.forkers()),
            "quarantine": office.hand.quarantine,
            "epoch": office.roll.epoch,
            "port": self._service.port,
        }

    def _neighbours(self, _asked: Mapping[str, Any]) -> Answer:
        return {"neighbours": [vars(one) for one in self._call(self._service.neighbours)]}

    def _diagnose(self, asked: Mapping[str, Any]) -> Answer:
        found = self._service.diagnose(float(asked.get("wait_s", 15))).result()
        causes = [{"code": cause.code, "facts": dict(cause.facts)} for cause in found.causes]
        return {"found": found.found, "causes": causes, "addresses": list(found.addresses)}

    def _meet_address(self, asked: Mapping[str, Any]) -> Answer:
        return dict(self._service.meet_address(str(asked["address"])).result())

    def _find(self, asked: Mapping[str, Any]) -> Answer:
        office = self._service.office
        rows = self._call(lambda: office.records.search(asked["text"], 20))
        return {"records": [{"id": row.id.hex(), "label": row.label, "register": row.register} for row in rows]}

    def _meet(self, asked: Mapping[str, Any]) -> Answer:
        return dict(self._service.meet_office(int(asked["office"]), float(asked.get("wait_s", 30))).result())

    def _record(self, asked: Mapping[str, Any]) -> Answer:
        """`officers`: NUMBER:ROLE:PASSPHRASE-FILE; `records`: name → id in hex; `act`: bytes as {"hex": "…"}."""
        office = self._service.office
        people = [parse_signing_officer(text) for text in asked["officers"]]
        signers = [person.signer(office.number) for person in people]
        records = {name: bytes.fromhex(text) for name, text in asked["records"].items()}
        keys = [person.key(self._folder) for person in people]

        def record() -> ActView | Rejected:
            act = {name: _with_bytes(value) for name, value in asked["act"].items()}
            proposal = office.propose(asked["law"], asked["procedure"], records, act, signers)
            if isinstance(proposal.verdict, Rejected):
                return proposal.verdict
            message = office.signing_message([proposal.encoded])
            present = office.people.present
            for person, key in zip(people, keys, strict=True):
                if present is not None and person.number != present.number:
                    office.people.open_review(person.number, key, proposal.encoded)
            (view,) = office.record(Group((proposal.encoded,), tuple(key.sign(message) for key in keys)))
            return view

        done = self._call(record)
        if isinstance(done, Rejected):
            why = refusal(office.laws.get(asked["law"]), done)
            return {"ok": False, "code": done.code, "message": sentence("act-refused", {"why": why})}
        return _act_answer(done)

    def _act(self, asked: Mapping[str, Any]) -> Answer:
        act_id = bytes.fromhex(asked["act"])
        return _act_answer(self._call(lambda: self._service.office.acts.view(act_id)))

    def _courier_write(self, asked: Mapping[str, Any]) -> Answer:
        return dict(self._service.write_courier(Path(asked["file"]), list(map(int, asked["to"]))).result())

    def _courier_read(self, asked: Mapping[str, Any]) -> Answer:
        return dict(self._service.read_courier(Path(asked["file"])).result())

    def _extract(self, asked: Mapping[str, Any]) -> Answer:
        from desktop.printing.office_extract import print_extract

        path = Path(asked["file"])
        print_extract(self._service, bytes.fromhex(asked["act"]), path)
        return {"file": str(path)}

    def _backup(self, asked: Mapping[str, Any]) -> Answer:
        path, office = Path(asked["file"]), self._service.office
        self._service.call_in_steps(lambda: write_in_steps(self._folder, office, path), _go_on).result()
        return {"file": str(path)}

    def _check(self, _asked: Mapping[str, Any]) -> Answer:
        office = self._service.office
        self._service.call_in_steps(lambda: verify_all(office), _go_on).result()
        blocks, acts = self._call(office.store.chain.counts)
        return {"blocks": blocks, "acts": acts}

    def _evidence(self, asked: Mapping[str, Any]) -> Answer:
        from core.ledger.forks import encode_evidence_file

        office = self._service.office
        evidence = self._call(lambda: office.ledger.evidence_against(int(asked["office"])))
        if evidence is None:
            raise MunimentError("no-evidence", office=asked["office"])
        write_durably(Path(asked["file"]), encode_evidence_file(office.network, evidence))
        return {"file": asked["file"]}


def _go_on(_step: object) -> None:
    """Nobody watches the steps of long work here."""


def _with_bytes(value: Any) -> Any:
    """JSON has no bytes: they stand as {"hex": "…"}."""
    if isinstance(value, dict):
        if set(value) == {"hex"}:
            return bytes.fromhex(value["hex"])
        return {name: _with_bytes(part) for name, part in value.items()}
    return [_with_bytes(part) for part in value] if isinstance(value, list) else value


def say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer, default=str), flush=True)


def _act_answer(view: ActView) -> Answer:
    ladder = view.ladder
    return {
        "act": view.id.hex(),
        "step": ladder.step.value,
        "shared": ladder.shared,
        "seen_by": list(ladder.seen_by),
        "quorum": ladder.quorum,
        "code": ladder.code,
        "records": [record.hex() for record in view.records],
    }
