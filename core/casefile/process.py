"""The child process, seen from the application: one question, one answer, and a new child when one died.

A child that does not answer in time is killed, and so counts as dead: a timer kills, and the reading that
waits then meets the end of the stream, on every system alike. The child inherits no descriptor, no
terminal's Ctrl-C, and finds this package wherever the application was started.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from core.casefile.frames import MAX_FRAME_BYTES, read_frame, write_frame
from core.casefile.values import Value, decode_value, encode_value
from core.errors import MunimentError

# An old office PC may take seconds to start a Python.
DEFAULT_TIMEOUT_S = 20.0


class WorkerProcess:
    """Runs `command`, by default `core.casefile.worker` under this very program.

    Calls may come from any thread.
    """

    def __init__(self, command: Sequence[str] | None = None, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._command = list(command or (sys.executable, "-m", "core.casefile.worker"))
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int | None:
        """Of the living child; None while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def ask(self, request: Value) -> Value:
        """The child's answer; starts a child where none lives.

        Raises `casefile-worker-died` when it dies, panics, answers nonsense or takes too long, or cannot be
        started; else the code that it answered. The next call starts anew.
        """
        frame = encode_value(request, MAX_FRAME_BYTES)
        with self._lock:
            answer = self._exchange(frame)
        match answer:
            case {"code": str(code), "facts": dict(facts)}:
                raise MunimentError(code, **{name: fact for name, fact in facts.items() if name != "code"})
        return answer

    def interrupt(self) -> None:
        """End what is being asked; nobody waits for the answer any more."""
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child. A later `ask` starts another."""
        with self._lock:
            self._end_child()

    def _exchange(self, frame: bytes) -> Value:
        try:
            child = self._living_child()
            reply = self._write_and_read(child, frame)
            return decode_value(reply, MAX_FRAME_BYTES)
        except (OSError, MunimentError):
            self._end_child()
            raise MunimentError("casefile-worker-died") from None

    def _write_and_read(self, child: subprocess.Popen[bytes], frame: bytes) -> bytes:
        assert child.stdin is not None
        assert child.stdout is not None
        timer = threading.Timer(self._timeout_s, child.kill)
        timer.daemon = True
        timer.start()
        try:
            write_frame(child.stdin, frame)
            reply = read_frame(child.stdout)
        finally:
            timer.cancel()
        if reply is None:
            raise MunimentError("casefile-worker-died")
        return reply

    def _living_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end_child()
            self._child = _start(self._command)
        return self._child

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):  # bytes it never took
                    stream.close()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONSAFEPATH": "1"}
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
        creationflags=flags,
    )
