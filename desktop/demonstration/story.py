"""The demonstration: four offices on this computer keep one ledger, on real records, by the public command alone.

One honest office records a transfer while it is alone, meets a second over the local network and reaches a third by
courier file; the fourth office signs two entries at one place, which is found and proved. At the end all honest offices
must hold the same register state, or the demonstration has failed. Source of the records: data/SOURCE.md.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from desktop.demonstration.office_process import OfficeProcess, run_command
from desktop.demonstration.setting import FIRST, FOURTH, HONEST, SECOND, THIRD, Setting, prepare
from desktop.outcome import DONE, REFUSED
from desktop.wording import sentence

CLOSING_ROUNDS = 16  # of meetings of every two honest offices, at most: until all stands in the common register
WAITING_STEPS = ("recorded", "witnessed", "certified")
PAGES = ("today", "register", "record", "new_act", "offices", "ledger", "verify")


def demonstrate(out: Path, headless: bool, parcels: int | None = None) -> dict[str, Any]:
    """Run the story; pictures, the extract and summary.json stand in `out`. Raises `demonstration-failed`.

    `parcels`: how many of the published list take part; None: all.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="muniment-demo-") as work:
        story = _Story(prepare(Path(work), _tell, parcels), out, headless)
        summary = story.run()
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", "utf-8")
    agreed = len({office["state_root"] for office in summary["offices"][: len(HONEST)]}) == 1
    done = agreed and summary["verified"] and summary["fork"]["verified"]
    code = "demo-done" if done else "demo-differs"
    return {
        "message": sentence(code, {"path": str(out)}),
        "code": code,
        "exit": DONE if done else REFUSED,
        **summary,
    }


@dataclass
class _Story:
    setting: Setting
    out: Path
    headless: bool
    meetings: list[dict[str, Any]] = field(default_factory=list)
    offices: dict[int, OfficeProcess] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        with ExitStack() as stack:
            for number in HONEST:
                self.offices[number] = stack.enter_context(self.setting.process(number, self.headless))
            transfer = self._transfer()
            self._climb(transfer)
            fourth = self._fork()
            fork = self._prove_fork()
            self._agree()
            verified = self._extract(transfer)
            self._pictures(transfer)
            standing = [self.offices[number].ask("status") for number in HONEST]
        return {
            "network": self.setting.network,
            "offices": [_office_summary(status) for status in (*standing, fourth)],
            "meetings": self.meetings,
            "extract": "extract.pdf",
            "verified": verified,
            "fork": fork,
        }

    # -- the chapters -------------------------------------------------------------------------------------------

    def _transfer(self) -> str:
        """The first office registers a parcel and records its transfer, with nobody near; the id of the transfer."""
        _tell("demo-recording")
        self._record(self.offices[FIRST], FIRST, "registration")
        done = self._record(self.offices[FIRST], FIRST, "sale")
        _expect(done["step"] == "recorded", "recorded", done)
        return str(done["act"])

    def _climb(self, transfer: str) -> None:
        """Seen by a second office over the network, confirmed through a third by courier."""
        _tell("demo-meeting")
        self._meet(FIRST, SECOND)
        seen = self.offices[FIRST].ask("act", act=transfer)
        _expect(seen["step"] == "witnessed", "witnessed", seen)
        self._courier(FIRST, THIRD)
        self._courier(THIRD, FIRST)
        confirmed = self.offices[FIRST].ask("act", act=transfer)
        _expect(confirmed["step"] == "certified", "certified", confirmed)

    def _fork(self) -> dict[str, Any]:
        """The fourth office's two computers each sign an entry at one place and show it to another office."""
        _tell("demo-forking")
        with self.setting.process(FOURTH, self.headless) as fourth:
            self._record(fourth, FOURTH, "first of two")
            self._meet(FIRST, FOURTH)
            status = fourth.ask("status")
        with self.setting.process(FOURTH, self.headless, self.setting.copied) as copied:
            self._record(copied, FOURTH, "second of two")
            self._meet(SECOND, FOURTH)
        return status

    def _prove_fork(self) -> dict[str, Any]:
        """The two offices meet, find both entries, and one writes the proof that a stranger can check."""
        self._meet(FIRST, SECOND)
        file = self.out / "fork-evidence.bin"
        file.unlink(missing_ok=True)
        self.offices[SECOND].ask("evidence", office=FOURTH, file=str(file))
        checked = run_command("verify", str(file), "--charter", str(self.setting.charter))
        return {"office": self.setting.names[FOURTH], "file": file.name, "verified": bool(checked["valid"])}

    def _agree(self) -> None:
        """Meetings until every honest office holds the same, and all of it stands in the common register."""
        _tell("demo-agreeing")
        for _ in range(CLOSING_ROUNDS):
            for one, other in ((FIRST, SECOND), (SECOND, THIRD), (FIRST, THIRD)):
                self._meet(one, other)
            told = [self.offices[number].ask("status") for number in HONEST]
            waiting = any(status["ladder"][step] for status in told for step in WAITING_STEPS)
            if not waiting and len({status["blocks"] for status in told}) == 1:
                return

    def _extract(self, transfer: str) -> bool:
        _tell("demo-printing")
        file = self.out / "extract.pdf"
        file.unlink(missing_ok=True)
        self.offices[FIRST].ask("extract", act=transfer, file=str(file))
        return bool(run_command("verify", str(file), "--charter", str(self.setting.charter))["valid"])

    def _pictures(self, transfer: str) -> None:
        """Of the first office's real window, at the size of the offices' screens."""
        _tell("demo-pictures")
        record = self.offices[FIRST].ask("act", act=transfer)["records"][0]
        act = self.setting.acts["sale"]
        self.offices[FIRST].ask(
            "pictures",
            pages=PAGES,
            folder=str(self.out),
            record=record,
            procedure=f"{act['law']}.{act['procedure']}",
            paper=str(self.out / "extract.pdf"),
        )

    # -- steps --------------------------------------------------------------------------------------------------

    def _record(self, office: OfficeProcess, number: int, name: str) -> dict[str, Any]:
        act = self.setting.acts[name]
        records = {place: self._parcel(office, key) for place, key in act["records"].items()}
        attested = {
            field: {**value, "by": [number, 1]} if isinstance(value, dict) and value.get("by") == "notary" else value
            for field, value in act["act"].items()
        }
        return office.ask(
            "record",
            law=act["law"],
            procedure=act["procedure"],
            records=records,
            act=attested,
            officers=self.setting.signing(number, act["roles"]),
        )

    def _parcel(self, office: OfficeProcess, key: str) -> str:
        return str(office.ask("find", text=key)["records"][0]["id"])

    def _meet(self, one: int, other: int) -> None:
        met = self.offices[one].ask("meet", office=other)
        self.meetings.append(
            {"between": [self.setting.names[one], self.setting.names[other]], "by": "lan", **_meeting(met)}
        )

    def _courier(self, sender: int, receiver: int) -> None:
        file = self.setting.work / f"courier-{sender + 1}-{receiver + 1}.{len(self.meetings)}"
        self.offices[sender].ask("courier-write", to=[receiver], file=str(file))
        self.offices[receiver].ask("courier-read", file=str(file))
        names = [self.setting.names[sender], self.setting.names[receiver]]
        facts = {"discovery_s": None, "address": None, "bytes": file.stat().st_size, "tls": None}
        self.meetings.append({"between": names, "by": "courier", **facts})


def _meeting(met: Mapping[str, Any]) -> dict[str, Any]:
    return {name: met.get(name) for name in ("discovery_s", "address", "bytes", "tls")}


def _office_summary(status: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": status["office"],
        **{name: status[name] for name in ("records", "blocks", "state_root", "ladder")},
    }


def _expect(holds: bool, step: str, found: Mapping[str, Any]) -> None:
    if not holds:
        raise MunimentError("demonstration-failed", step=step, why=str(found.get("step")))


def _tell(key: str) -> None:
    print(sentence(key, {}), file=sys.stderr, flush=True)
