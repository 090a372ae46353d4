"""An office driven by JSON lines: every line is answered, whatever it holds, until standard input ends."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from desktop.control import MAX_LINE_BYTES
from tests.commands.places import NAMES, Founded, Place, command_line, run
from tests.offices import registration


class Node:
    """`muniment node --control` as a process of its own."""

    def __init__(self, place: Place) -> None:
        line = command_line("node", "--control", "--loopback", *place.access)
        self.process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        self.ready = self.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def send(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read()

    def ask(self, do: str, **facts: Any) -> dict[str, Any]:
        return self.send(json.dumps({"do": do, **facts}))

    def register(self, place: Place, number: int, **changes: Any) -> dict[str, Any]:
        act = {**registration(number), **changes}
        return self.ask(
            "record", law="land", procedure="first_registration", records={}, act=act, officers=[place.registrar]
        )


@pytest.fixture
def node(office: Place) -> Iterator[Node]:
    with Node(office) as running:
        yield running


def test_an_office_is_driven(node: Node, office: Place, network: Founded, tmp_path: Path, qapp: object) -> None:
    assert node.ready["ready"] is True
    assert node.ready["port"] > 0
    status = node.ask("status")
    assert (status["ok"], status["office"], status["number"], status["records"]) == (True, NAMES[0], 0, 0)
    assert status["network"] == network.charter.network.hex()
    assert (status["quarantine"], status["forked"]) == (None, [])
    done = node.register(office, 7)
    assert (done["ok"], done["step"], done["seen_by"], done["quorum"]) == (True, "recorded", [0], 2)
    assert node.ask("act", act=done["act"]) == done
    (found,) = node.ask("find", text="Garden Street 7")["records"]
    assert found == {"id": done["records"][0], "label": "0000000007", "register": "land.parcel"}
    assert node.ask("status")["ladder"]["recorded"] == 1
    paper, stick = tmp_path / "extract.pdf", tmp_path / "stick"
    assert node.ask("extract", act=done["act"], file=str(paper))["ok"] is True
    assert run("verify", paper, "--charter", network.charter_file, "--json").json["valid"] is True
    assert node.ask("courier-write", to=[1], file=str(stick))["blocks"] == 1
    assert run("courier", "read", stick, *network.places[1].access, "--json").json["blocks_new"] == 1
    assert node.ask("courier-read", file=str(stick))["code"] == "not-for-us"
    near = node.ask("neighbours")["neighbours"]
    assert not any(one["same_network"] for one in near)  # of other networks there may be some on this computer


def test_a_refused_act_is_told_in_the_laws_words(node: Node, office: Place) -> None:
    assert node.register(office, 1)["ok"] is True
    taken = node.register(office, 1)
    assert (taken["ok"], taken["code"]) == (False, "key-taken")
    assert "already taken in the register. Nothing was recorded." in taken["message"]
    half = [{**registration(2)["rights"][0], "part": [1, 2]}]
    shares = node.register(office, 2, rights=half)
    assert (shares["code"], shares["ok"]) == ("shares-not-whole", False)
    assert "The shares of ownership must add up to the whole. (article 9)" in shares["message"]
    assert node.ask("status")["acts"] == 1


def test_every_line_is_answered(node: Node, office: Place, tmp_path: Path) -> None:
    for line in ("", "nonsense", "[]", "3", '"status"', "{}", '{"do": "fly"}', '{"do": ["status"]}', "[" * 100_000):
        answer = node.send(line)
        assert (answer["ok"], answer["code"]) == (False, "unknown-command"), line[:20]
        assert "There is no such command" in answer["message"]
    for asked, code in (
        ({"do": "record"}, "bad-command"),
        ({"do": "find"}, "bad-command"),
        ({"do": "act", "act": "no hex"}, "bad-command"),
        ({"do": "act", "act": "00" * 32}, "unknown-act"),
        ({"do": "extract", "act": "00" * 32, "file": str(tmp_path / "x")}, "unknown-act"),
        ({"do": "evidence", "office": 1, "file": str(tmp_path / "x")}, "no-evidence"),
        ({"do": "meet", "office": 9}, "unknown-office"),
        ({"do": "meet", "office": 1, "wait_s": 0.01}, "office-not-found"),
        ({"do": "courier-write", "to": [0], "file": str(tmp_path / "x")}, "no-recipient"),
        ({"do": "courier-read", "file": str(tmp_path / "none")}, "file-not-found"),
        ({"do": "extract", "act": None, "file": "x"}, "bad-command"),
    ):
        answer = node.ask(**asked)
        assert (answer["ok"], answer["code"]) == (False, code), answer
        assert answer["message"].endswith(".")
    assert not (tmp_path / "x").exists()
    wrong = f"0:registrar:{tmp_path / 'none'}"
    said = node.ask("record", law="land", procedure="x", records={}, act={}, officers=[wrong])
    assert said["code"] == "file-not-found"
    assert node.ask("status")["ok"] is True


def test_a_line_without_end_is_cut(node: Node) -> None:
    answer = node.send("x" * (MAX_LINE_BYTES + 10))
    assert answer["code"] == "unknown-command"
    assert node.read()["code"] == "unknown-command"
    assert node.ask("status")["ok"] is True


def test_it_ends_when_standard_input_ends(node: Node) -> None:
    out, err = node.process.communicate(timeout=30)
    assert (node.process.returncode, out, err) == (0, "", "")


def test_it_ends_when_nobody_reads_its_answers(node: Node) -> None:
    """Whoever drives it was killed between a line and its answer."""
    process = node.process
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write('{"do": "status"}\n')
    process.stdin.flush()
    assert (process.wait(30), process.stderr.read()) == (0, "")


def test_in_quarantine_it_records_nothing(office: Place) -> None:
    office.record(1)
    old = office.folder.replica.read_bytes()
    office.record(2, 3)
    office.folder.replica.write_bytes(old)
    with Node(office) as node:
        assert node.ask("status")["quarantine"] == "database-behind"
        refused = node.register(office, 4)
        assert (refused["ok"], refused["code"]) == (False, "quarantine")
        assert "an old file was put back" in refused["message"]
        assert node.ask("find", text="Garden")["records"][0]["label"] == "0000000001"


def test_a_backup_is_written_and_everything_verified_while_the_office_is_at_work(office: Place, tmp_path: Path) -> None:
    with Node(office) as node:
        assert node.register(office, 77)["ok"]
        assert node.ask("backup", file=str(tmp_path / "b"))["ok"]
        assert node.ask("backup", file=str(tmp_path / "b"))["code"] == "file-exists"
        assert node.ask("check") == {"ok": True, "blocks": 1, "acts": 1}
    assert run("try-backup", tmp_path / "b", *office.access[2:], "--json").json["acts"] == 1
