"""Drafts in the application: two windows on one draft, a child that is killed, panics, hangs or lies."""

import os
import select
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.casefile.document import CaseFile
from core.casefile.frames import MAX_FRAME_BYTES
from core.casefile.process import WorkerProcess
from core.casefile.session import CaseFiles, DraftSession
from core.casefile.values import decode_value, encode_value
from core.casefile.view import View, add_row, clear_field, remove_row, set_field
from core.casefile.worker import answer
from core.errors import MunimentError

ROOT = Path(__file__).parents[2]

# Found by altering documents under a right checksum: this Automerge panics on them while loading.
PANICS = [
    "856f4a83fa0e8023012b000861616161616161617f01000000061503340142025602570570027f0166017f017f5768656c6c6f7f00",
    (
        "856f4a83c869d757006a01086161616161616161011668a6c9011e776e9ca490eee958e1555f908f5e3b024fdf1423116eb0"
        "0c01f1060102030213022302400256020815032102230234014202560257058001027fff7f017f017f007f007f078001667f"
        "007f01017f017f5768656c6c6f7f0000"
    ),
]


@pytest.fixture(name="worker")
def _worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess()
    yield worker
    worker.close()


@pytest.fixture(name="files")
def _files(worker: WorkerProcess) -> CaseFiles:
    return CaseFiles(worker)


def child_of(worker: WorkerProcess) -> int:
    process_id = worker.process_id
    assert process_id is not None
    return process_id


def died(action: Callable[[], object]) -> None:
    with pytest.raises(MunimentError, match="casefile-worker-died"):
        action()


def test_two_windows_edit_one_draft(files: CaseFiles) -> None:
    seen: list[View] = []
    left = files.open("draft-7", on_merged=seen.append)
    left.set(("price",), [100, "EUR"])
    right = files.open("draft-7")
    assert right.view.fields == {"price": [100, "EUR"]}
    right.set(("use",), "garage")
    row = right.add_row("owners", {"share": [1, 2]})
    left.set(("owners", row, "share"), [1, 3])
    both = {"price": [100, "EUR"], "use": "garage", "owners": [{"share": [1, 3]}]}
    assert left.view == right.view
    assert (left.view.fields, left.view.conflicts) == (both, ())
    assert [sorted(view.fields) for view in seen] == [["price", "use"], ["owners", "price", "use"]]


def test_another_draft_and_a_closed_window_hear_nothing(files: CaseFiles) -> None:
    seen: list[View] = []
    other = files.open("draft-8", on_merged=seen.append)
    closed = files.open("draft-7", on_merged=seen.append)
    closed.close()
    files.open("draft-7").set(("use",), "garage")
    assert (seen, other.view.fields, closed.view.fields) == ([], {}, {})


def test_a_draft_outlives_the_application(files: CaseFiles) -> None:
    session = files.open("draft-7")
    session.edit([set_field(("a",), 1), set_field(("b",), b"\0\1"), add_row("rows", {"x": None})])
    saved = session.saved
    files.close()
    assert files.open("draft-7", saved).view.fields == {"a": 1, "b": b"\0\1", "rows": [{"x": None}]}


def test_colleagues_who_worked_offline_merge(files: CaseFiles) -> None:
    mine = files.open("mine")
    mine.set(("name",), "Mill")
    theirs = files.open("theirs", mine.saved)
    mine.set(("name",), "Old mill")
    theirs.set(("name",), "Stone mill")
    theirs.set(("use",), "mill")
    mine.merge(theirs.saved)
    theirs.merge(mine.saved)
    assert mine.view == theirs.view
    ((path, values),) = mine.view.conflicts
    assert (path, set(values)) == (("name",), {"Old mill", "Stone mill"})
    assert mine.view.fields == {"name": values[0], "use": "mill"}


def test_an_edit_is_taken_whole_or_not_at_all(files: CaseFiles) -> None:
    session = files.open("draft-7")
    session.set(("a",), 1)
    before = (session.saved, session.view)
    for wrong, code in [
        (set_field(("a/b",), 1), "casefile-path"),
        (remove_row("rows", "none"), "casefile-no-such-row"),
        (["explode"], "casefile-request"),
        (set_field(("a",), "x" * 70_000), "casefile-too-large"),
    ]:
        with pytest.raises(MunimentError, match=code):
            session.edit([clear_field(("a",)), wrong])
        assert (session.saved, session.view) == before


def test_a_child_killed_while_idle_is_not_even_noticed(files: CaseFiles, worker: WorkerProcess) -> None:
    session = files.open("draft-7")
    session.set(("a",), 1)
    killed = child_of(worker)
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    session.set(("b",), 2)
    assert session.view.fields == {"a": 1, "b": 2}
    assert child_of(worker) != killed


# The real worker, which kills itself by SIGKILL between reading a certain edit and answering it.
DIES_IN_AN_EDIT = """
import os, signal
from core.casefile import worker
answer = worker.answer
def answer_or_die(frame):
    reply = answer(frame)
    if b"last words" in frame:
        os.kill(os.getpid(), signal.SIGKILL)
    return reply
worker.answer = answer_or_die
worker.main()
"""


def test_a_child_killed_in_the_middle_of_an_edit_loses_that_edit_only() -> None:
    worker = WorkerProcess([sys.executable, "-c", DIES_IN_AN_EDIT])
    session = CaseFiles(worker).open("draft-7")
    session.set(("name",), "Mill")
    before = (session.saved, session.view)
    killed = child_of(worker)
    died(lambda: session.set(("name",), "last words"))
    assert (session.saved, session.view) == before
    session.set(("name",), "Old mill")
    assert session.view.fields == {"name": "Old mill"}
    assert child_of(worker) != killed
    worker.close()


@pytest.mark.parametrize("hostile", PANICS)
def test_a_panic_ends_the_child_and_nothing_else(files: CaseFiles, worker: WorkerProcess, hostile: str) -> None:
    session = files.open("draft-7")
    session.set(("a",), 1)
    before = (session.saved, session.view)
    panicked = child_of(worker)
    died(lambda: session.merge(bytes.fromhex(hostile)))
    assert worker.process_id is None
    assert (session.saved, session.view) == before
    session.set(("b",), 2)
    assert session.view.fields == {"a": 1, "b": 2}
    assert child_of(worker) != panicked


def test_a_window_behind_catches_up_when_the_child_is_back(worker: WorkerProcess) -> None:
    class LosesOneRequest:
        """The real child, except that one request meets its death."""

        def __init__(self) -> None:
            self.requests = 0

        def ask(self, request: object) -> object:
            self.requests += 1
            if self.requests == 4:
                raise MunimentError("casefile-worker-died")
            return worker.ask(request)

        def close(self) -> None:
            worker.close()

    files = CaseFiles(LosesOneRequest())
    left, right = files.open("draft-7"), files.open("draft-7")
    left.set(("name",), "Mill")  # the third request; the fourth, into the other window, is lost
    assert right.view.fields == {}
    right.set(("name",), "Barn")  # not having seen "Mill", it does not overwrite it unknowingly
    assert right.view == left.view
    assert [set(values) for _, values in right.view.conflicts] == [{"Mill", "Barn"}]


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "raise SystemExit(3)"],
        [sys.executable, "-c", "print('hello')"],
        [sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\xff' * 4)"],
        [sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\5[1,2')"],
        [sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\5[1,2]'); sys.stdin.read()"],
        ["/nowhere/muniment-worker"],
    ],
    ids=["ends", "chats", "announces 4 GiB", "stops in a frame", "answers nonsense", "is not there"],
)
def test_a_child_that_is_no_worker(command: list[str]) -> None:
    worker = WorkerProcess(command)
    died(lambda: CaseFiles(worker).open("draft-7"))
    worker.close()


def test_a_child_that_never_answers_is_given_up() -> None:
    worker = WorkerProcess([sys.executable, "-c", "import sys; sys.stdin.read()"], timeout_s=0.3)
    died(lambda: CaseFiles(worker).open("draft-7"))
    assert worker.process_id is None


@pytest.mark.skipif(sys.platform != "linux", reason="watches a process that is not its child: pidfd")
def test_the_child_ends_with_the_application() -> None:
    """The worker reads the end of its stdin when the application is killed."""
    script = (
        "from core.casefile.process import WorkerProcess\n"
        "worker = WorkerProcess()\n"
        "worker.ask({'writer': bytes(8), 'saved': None, 'merge': [], 'steps': []})\n"
        "print(worker.process_id, flush=True)\n"
        "import signal; signal.pause()\n"
    )
    application = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert application.stdout is not None
    child = int(application.stdout.readline())
    watched = os.pidfd_open(child)
    application.kill()
    application.wait()
    application.stdout.close()
    poll = select.poll()
    poll.register(watched)
    assert poll.poll(10_000), "the child outlived its application"
    os.close(watched)


def chunk(kind: int, content: bytes) -> bytes:
    """An Automerge chunk under a right checksum."""
    length, rest = b"", len(content)
    while rest > 127:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    body = bytes([kind]) + length + bytes([rest]) + content
    return b"\x85\x6f\x4a\x83" + sha256(body).digest()[:4] + body


def test_a_decompression_bomb_stays_in_bounds(files: CaseFiles) -> None:
    """3.3 GB of zeros in 3.3 MB."""
    zeros = bytes(16 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = chunk(2, block * 200 + packer.flush())
    session = files.open("draft-7")
    session.set(("a",), 1)
    with pytest.raises(MunimentError, match=r"casefile-(damaged|worker-died)"):
        session.merge(bomb)
    session.set(("b",), 2)
    assert session.view.fields == {"a": 1, "b": 2}


ALTERED = CaseFile.create(b"anna....", {"a": 1, "rows": [{"x": "y"}, {"x": "z"}]}).save()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(8, len(ALTERED) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_altered_documents_end_in_a_code_or_in_a_draft(files: CaseFiles, changes: list[tuple[int, int]]) -> None:
    """Under a right checksum, as a hostile colleague would send it."""
    altered = bytearray(ALTERED)
    for at, byte in changes:
        altered[at] = byte
    saved = bytes(altered[:4]) + sha256(altered[8:]).digest()[:4] + bytes(altered[8:])
    session = files.open("draft-7")
    session.set(("mine",), 1)
    outcome = "merged"
    try:
        session.merge(saved)
    except MunimentError as refused:
        outcome = refused.code
    assert outcome in {"merged", "casefile-damaged", "casefile-worker-died"}
    session.set(("mine",), 2)
    assert session.view.fields["mine"] == 2
    session.close()


REQUESTS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.binary(max_size=9) | st.text("ab/@ ", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["writer", "saved", "merge", "steps", "code"]), inner, max_size=4)
    ),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "clear", "add-row", "remove-row", "other"]), REQUESTS, REQUESTS)
    | st.tuples(st.sampled_from(["set", "clear", "add-row", "remove-row"]), REQUESTS),
    max_size=4,
)


@settings(max_examples=1000)
@given(
    frame=st.binary(max_size=50)
    | REQUESTS.map(lambda value: encode_value(value, MAX_FRAME_BYTES))
    | STEPS.map(
        lambda steps: encode_value({"writer": b"anna....", "saved": None, "merge": [], "steps": steps}, MAX_FRAME_BYTES)
    )
)
def test_any_frame_gets_an_answer(frame: bytes) -> None:
    """No Automerge bytes in these: those may panic, and are tried on the child."""
    reply = decode_value(answer(frame), MAX_FRAME_BYTES)
    assert "code" in reply or {"saved", "view", "added"} == set(reply)


def test_the_application_never_loads_automerge() -> None:
    script = "import sys, core.casefile.session; sys.exit('automerge' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_a_session_says_nothing_of_the_draft_in_its_repr(files: CaseFiles) -> None:
    session: DraftSession = files.open("draft-7")
    session.set(("name",), "ნინო")
    assert "ნინო" not in repr(session)
