"""One office of the demonstration: a process started by the public command and driven over its standard input."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from core.errors import MunimentError

ANSWER_LIMIT_CHARS = 10 << 20


def command_line(*arguments: str) -> list[str]:
    """The public command: the frozen application itself, or this Python's `muniment`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "desktop.cli", *arguments]


def run_command(*arguments: str) -> dict[str, Any]:
    """Run one command with `--json` to its end. Raises `demonstration-failed` with what it said."""
    done = subprocess.run([*command_line(*arguments), "--json"], capture_output=True, text=True, encoding="utf-8")
    answer = _parsed(done.stdout)
    if done.returncode != 0 or not answer.get("ok"):
        raise MunimentError("demonstration-failed", step=arguments[0], why=answer.get("message") or done.stderr[-500:])
    return answer


@dataclass
class OfficeProcess:
    """Talks JSON lines with `muniment --control`."""

    name: str
    data: Path
    passphrase_file: Path
    headless: bool
    officer: str = ""  # who signs in at its window: NUMBER:ROLE:PASSPHRASE-FILE
    _process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    def __enter__(self) -> Self:
        environment = dict(os.environ)
        if self.headless:
            environment["QT_QPA_PLATFORM"] = "offscreen"
            environment["QT_LOGGING_RULES"] = "default.warning=false"  # it complains of every window that it is one
        access = ("--data", str(self.data), "--passphrase-file", str(self.passphrase_file))
        line = command_line(*access, "--control", "--loopback")
        self._process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
        )
        self._read()
        if self.officer:
            self.ask("sign-in", officer=self.officer)
        return self

    def __exit__(self, *_error: object) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def ask(self, do: str, **facts: Any) -> dict[str, Any]:
        """One command and its answer. Raises `demonstration-failed`."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **facts}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if not answer.get("ok"):
            raise MunimentError("demonstration-failed", step=f"{self.name}: {do}", why=answer.get("message", ""))
        return answer

    def _read(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline(ANSWER_LIMIT_CHARS)
        if not line:
            raise MunimentError("demonstration-failed", step=self.name, why="")
        return _parsed(line)


def _parsed(text: str) -> dict[str, Any]:
    try:
        answer: Mapping[str, Any] = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {}
    return dict(answer)
