"""Files written so that there is the old one or the new one."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import MunimentError
from core.store.files import lengthen, write_durably

ROOT = Path(__file__).parents[2]


def test_a_new_file_and_then_another_content(tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    write_durably(path, b"first")
    write_durably(path, b"second, longer")
    assert path.read_bytes() == b"second, longer"
    assert os.listdir(tmp_path) == ["node.key"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in access lists, not in modes")
def test_only_the_owner_may_read(tmp_path: Path) -> None:
    write_durably(tmp_path / "node.key", b"secret")
    assert stat.S_IMODE((tmp_path / "node.key").stat().st_mode) == 0o600


def test_a_missing_folder_is_a_code(tmp_path: Path) -> None:
    with pytest.raises(MunimentError, match="file-not-written") as caught:
        write_durably(tmp_path / "nowhere" / "file", b"x")
    assert caught.value.facts["reason"] == "ENOENT"


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from core.errors import MunimentError
from core.store.files import write_durably
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_durably(Path(sys.argv[1]), bytes(101))
except MunimentError as error:
    print(error.code)
"""


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    write_durably(path, b"old")
    command = [sys.executable, "-c", FULL_DISK, str(path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "disk-full"
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["node.key"]


def test_a_file_gets_longer_by_zeros_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"what stands there")
    lengthen(path, 3_000)
    assert path.read_bytes() == b"what stands there".ljust(3_000, b"\0")
    lengthen(path, 2_000)
    assert path.stat().st_size == 3_000
    resource = pytest.importorskip("resource", reason="limits on file sizes are a POSIX feature")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            lengthen(path, 5_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.stat().st_size == 3_000


WRITE_FOREVER = """
import sys
from pathlib import Path
from core.store.files import write_durably
for number in range(10**9):
    write_durably(Path(sys.argv[1]), b"%08d" % number * 4000)
    print(number, flush=True)
"""


@pytest.mark.parametrize("wanted", [1, 3, 8])
def test_a_kill_leaves_one_whole_content_and_no_older_than_acknowledged(tmp_path: Path, wanted: int) -> None:
    path = tmp_path / "file"
    command = [sys.executable, "-c", WRITE_FOREVER, str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(wanted):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.stdout.close()
    child.wait()
    content = path.read_bytes()
    assert content == content[:8] * 4000
    assert int(content[:8]) >= wanted - 1
