"""Which kind of file system a folder lies on (proc(5), mountinfo): measuring a disk needs one."""

from pathlib import Path

_IN_MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs", "zram"})
_MOUNTS = Path("/proc/self/mountinfo")


def file_system(folder: Path) -> str:
    """Its type, as "ext4"; "" where the system does not tell (then nobody can refuse it)."""
    if not _MOUNTS.exists():
        return ""
    resolved = folder.resolve()
    best_length, best_type = -1, ""
    for mount in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        fields, _, rest = mount.partition(" - ")
        point = fields.split()[4].replace("\\040", " ")
        if resolved.is_relative_to(point) and len(point) >= best_length:
            best_length, best_type = len(point), rest.split()[0]
    return best_type


def is_memory(folder: Path) -> bool:
    return file_system(folder) in _IN_MEMORY
