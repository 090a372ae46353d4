"""Which computer this is, and which file: what a copied disk or a copied file betrays.

The computer's identity is the one its system was installed with, hashed with a tag of ours, so that the
file that carries it tells nothing to others. It does not see a whole-disk image on the same PC or a cloned
virtual machine: the first meeting does (7-reliability). The file's number (inode) changes when a file is
copied or restored from a backup, and stays through renames and restarts on the file systems named here;
elsewhere it is not used, since a number that changes by itself would stop an office for nothing.
"""

import os
import subprocess
import sys
from pathlib import Path

from core.crypto.hashing import tagged_hash

UNKNOWN_COMPUTER = bytes(32)
UNKNOWN_FILE = 0

_LASTING_INODES = frozenset(("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "tmpfs"))
_MACHINE_ID_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_SYSTEM_ANSWER_S = 5


def computer_identity() -> bytes:
    """32 bytes that stay the same on this installation; `UNKNOWN_COMPUTER` where the system names none."""
    name = _system_identity().strip().lower()
    return tagged_hash("computer", name.encode()) if name else UNKNOWN_COMPUTER


def file_identity(descriptor: int, path: Path) -> int:
    """The file's lasting number, under 2^64; `UNKNOWN_FILE` where the file system gives none that lasts."""
    if sys.platform == "linux" and _file_system(path) not in _LASTING_INODES:
        return UNKNOWN_FILE
    return os.fstat(descriptor).st_ino & (2**64 - 1)


def _system_identity() -> str:
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    elif sys.platform == "darwin":
        return _mac_platform_uuid()
    else:
        return _linux_machine_id()


def _linux_machine_id() -> str:
    for name in _MACHINE_ID_FILES:
        try:
            return Path(name).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            continue
    return ""


def _mac_platform_uuid() -> str:
    command = ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_SYSTEM_ANSWER_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = [line for line in answer.stdout.splitlines() if "IOPlatformUUID" in line]
    return lines[0].partition("=")[2] if lines else ""


def _file_system(path: Path) -> str:
    """The type of the mount that holds the path (proc(5), mountinfo): the longest mount point above it."""
    resolved = path.resolve()
    best_length, best_type = -1, ""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for mount in mounts:
        fields, _, rest = mount.partition(" - ")
        point = fields.split()[4].replace("\\040", " ")
        # A later mount on the same point hides the earlier one.
        if resolved.is_relative_to(point) and len(point) >= best_length:
            best_length, best_type = len(point), rest.split()[0]
    return best_type
