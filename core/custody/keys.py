"""An office's keys on its disk: the key file, and the kit's box beside it, which follows it.

    in node.key     node_seed, database_key; next_seed (core/renewing.py); next_database_key (core/custody/rekeying.py);
                    kit_public: of the kit that was proved last; kit_paper: mark of the box that was printed with it
    in node.kit     node_seed, database_key, next_seed, next_database_key; officer/<n>: that officer's key file as it
                    is, under the officer's own passphrase: the kit gives nobody an officer's signature; from number
                    200 on a hundred of them together, officers/<n div 100>, encoded as the secrets of a key file are:
                    that holds 255 at most

**Crash windows.** *Key file written, box not yet*: the box's mark is not that of its content, and the next opening
seals it anew. *Box written beside, not yet renamed*: the old one stands, as before. Neither is ever without keys.
"""

import re
from collections.abc import Mapping
from contextlib import suppress

from core.crypto.keyfile import Cost, decode_secrets, encode_secrets, read_header, seal_keys
from core.custody.box import box_mark, box_number, content_mark, seal_box
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.store.files import write_durably

SEED = "node_seed"
DATABASE_KEY = "database_key"
NEXT_SEED = "next_seed"  # of the key that is to follow, or has followed
NEXT_DATABASE_KEY = "next_database_key"  # of the copy that is being made
KIT_PUBLIC = "kit_public"
KIT_PAPER = "kit_paper"

_BOXED = (SEED, DATABASE_KEY, NEXT_SEED, NEXT_DATABASE_KEY)
_OFFICER = "officer/"
_OFFICER_NAME = re.compile(r"officer/[0-9]{1,3}")
_HUNDRED = re.compile(r"officers/[2-9]")
_FIRST_PACKED = 200
_OFFICER_FILE_BYTES = 512  # it holds one seed: what is larger is no key file of ours


def write_node_keys(
    folder: Folder, secrets: Mapping[str, bytes], passphrase: str, cost: Cost, floor: Cost | None = None
) -> None:
    """Put these secrets into the key file under the passphrase, and the box beside it; durable on return.

    Raises the refusals of `seal_keys` and `write_durably`.
    """
    write_durably(folder.node_key, seal_keys(passphrase, "node", secrets, cost, floor=floor))
    renew_box(folder, secrets)


def renew_box(folder: Folder, secrets: Mapping[str, bytes]) -> None:
    """Have the box hold what it must; nothing is written where it does. No kit, no box."""
    public = secrets.get(KIT_PUBLIC)
    if public is None:
        return
    contents = boxed(folder, secrets)
    try:
        if box_mark(read_bounded(folder.kit_box)) == content_mark(public, contents):
            return
    except MunimentError:
        pass  # missing or damaged: made anew
    write_durably(folder.kit_box, seal_box(public, contents))


def boxed(folder: Folder, secrets: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a kit's box holds of an office. A file among the officers' that is no key file keeps nobody out of it."""
    contents = {name: secrets[name] for name in _BOXED if name in secrets}
    packed: dict[str, dict[str, bytes]] = {}
    for path in sorted((folder.path / "officers").glob("*.key")):
        if _OFFICER_NAME.fullmatch(name := _OFFICER + path.stem):
            with suppress(MunimentError):
                content = read_bounded(path, _OFFICER_FILE_BYTES)
                read_header(content)
                number = int(path.stem)
                beside = packed.setdefault(f"officers/{number // 100}", {}) if number >= _FIRST_PACKED else contents
                beside[name] = content
    return contents | {name: encode_secrets(files) for name, files in packed.items()}


def unboxed(contents: Mapping[str, bytes], public: bytes) -> tuple[dict[str, bytes], dict[int, bytes]]:
    """(secrets of the key file, officers' key files by number) of an opened box. Raises `kit-box-damaged`."""
    secrets = {name: contents[name] for name in _BOXED if name in contents}
    if SEED not in secrets or DATABASE_KEY not in secrets or any(len(secret) != 32 for secret in secrets.values()):
        raise MunimentError("kit-box-damaged")
    files = dict(contents)
    for name in filter(_HUNDRED.fullmatch, contents):
        try:
            files |= decode_secrets(contents[name])
        except MunimentError:
            raise MunimentError("kit-box-damaged") from None
    officers = {
        int(name.removeprefix(_OFFICER)): content for name, content in files.items() if _OFFICER_NAME.fullmatch(name)
    }
    return {**secrets, KIT_PUBLIC: public}, officers


def kit_standing(folder: Folder, secrets: Mapping[str, bytes]) -> str:
    """`none`, `current`, or `changed`: keys have changed since the kit was printed, so its paper alone is behind."""
    public = secrets.get(KIT_PUBLIC)
    if public is None:
        return "none"
    return "current" if secrets.get(KIT_PAPER) == content_mark(public, boxed(folder, secrets)) else "changed"


def kit_of_box(folder: Folder) -> bytes | None:
    """Number of the kit whose box lies in the folder; None where none does, or a damaged one."""
    try:
        return box_number(read_bounded(folder.kit_box))
    except MunimentError:
        return None
