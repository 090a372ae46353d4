"""Changing a passphrase, and choosing a new one with the recovery kit where it was forgotten.

The keys stay what they are; only the file that seals them is written anew, at the price that this computer can pay now.
**Crash window**: until the rename the old passphrase opens, from then on the new one; there is no moment with neither
and none with both. Copies of the old file, in backups above all, still open with the old passphrase: whoever fears that
it was read changes the key of the copy too, and has a new key voted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.crypto.keyfile import Cost, OpenedKeys, open_keys, seal_keys
from core.crypto.passphrase import require_strong
from core.custody.box import KitKey, box_number, kit_number, number_text
from core.custody.keys import DATABASE_KEY, NEXT_DATABASE_KEY, renew_box, unboxed, write_node_keys
from core.custody.shares import join
from core.custody.sheet import Sheet
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.store.database import Database
from core.store.files import write_durably


@dataclass(frozen=True)
class GivenKit:
    """What a person has brought: the kit's key, and the boxes found on its sheets."""

    key: KitKey = field(repr=False)
    boxes: tuple[bytes, ...] = field(repr=False)

    def open(self, *found: bytes | None) -> tuple[dict[str, bytes], dict[int, bytes]]:
        """Secrets and officers' key files, from the first box that is this kit's: those found, then the sheets'.

        Raises `kit-of-another-box` (facts: kit, box), `kit-box-missing`, and the refusals of `KitKey.open`.
        """
        mine, others = kit_number(self.key.public), list[MunimentError]()
        for box in (*found, *self.boxes):
            if box is None:
                continue
            try:
                if box_number(box) == mine:
                    return unboxed(self.key.open(box), self.key.public)
            except MunimentError as error:  # damaged here, perhaps whole on the paper
                others.append(error)
            else:
                facts = {"kit": number_text(mine), "box": number_text(box_number(box))}
                others.append(MunimentError("kit-of-another-box", **facts))
        raise others[0] if others else MunimentError("kit-box-missing", kit=number_text(mine))


def given_kit(sheets: Sequence[Sheet]) -> GivenKit:
    """Raises the refusals of `join`."""
    boxes = dict.fromkeys(sheet.box for sheet in sheets if sheet.box is not None)
    return GivenKit(KitKey(join([sheet.words for sheet in sheets])), tuple(boxes))


def change_passphrase(
    folder: Folder, old: str, new: str, choose_cost: Callable[[], Cost], floor: Cost | None = None
) -> None:
    """Durable on return. Raises the refusals of `require_strong`, `open_keys` and `seal_keys`.

    `choose_cost` measures this computer; it is asked only when the old passphrase was the right one. `floor` None: the
    application's.
    """
    require_strong(new)
    keys = open_keys(read_bounded(folder.node_key), old)
    write_node_keys(folder, keys.secrets, new, choose_cost(), floor=floor)


def change_officer_passphrase(
    folder: Folder, number: int, old: str, new: str, choose_cost: Callable[[], Cost], floor: Cost | None = None
) -> None:
    """An officer's own. The kit's box holds the file as it was until the office is opened again.

    Raises `no-officer-key` and as `change_passphrase`.
    """
    require_strong(new)
    path = folder.officer_key(number)
    if not path.exists():
        raise MunimentError("no-officer-key", officer=number)
    keys = open_keys(read_bounded(path), old)
    write_durably(path, seal_keys(new, "officer", keys.secrets, choose_cost(), floor=floor))


def reset_passphrase(
    folder: Folder, kit: GivenKit, new: str, choose_cost: Callable[[], Cost], floor: Cost | None = None
) -> OpenedKeys:
    """A new passphrase where the old one was forgotten; the folder is as it was but for that.

    Officers' key files are never taken from the kit where there are some. Raises `kit-behind-copy` where only a sheet
    had a box and its keys do not open the copy here, and the refusals of `require_strong`, `GivenKit.open` and
    `write_durably`: then nothing was written.
    """
    require_strong(new)
    box = read_bounded(folder.kit_box) if folder.kit_box.exists() else None
    try:
        secrets, officers = GivenKit(kit.key, ()).open(box)  # it follows the key file
    except MunimentError:
        secrets, officers = kit.open(box)
        _require_opening(folder, secrets)
    cost = choose_cost()
    for number, content in officers.items():
        path = folder.officer_key(number)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_durably(path, content)
    write_durably(folder.node_key, seal_keys(new, "node", secrets, cost, floor=floor))
    renew_box(folder, secrets)
    return OpenedKeys("node", cost, secrets)


def _require_opening(folder: Folder, secrets: Mapping[str, bytes]) -> None:
    """A sheet may be older than the copy's key: a key file made of it would lose the right one for good."""
    if folder.replica.exists() and not any(
        _opens(folder, secrets.get(one)) for one in (DATABASE_KEY, NEXT_DATABASE_KEY)
    ):
        raise MunimentError("kit-behind-copy", path=str(folder.replica))


def _opens(folder: Folder, key: bytes | None) -> bool:
    """Raises what `Database` raises for a file that is in use or of a newer version."""
    if key is None:
        return False
    try:
        Database(folder.replica, key).close()
    except MunimentError as error:
        if error.code != "replica-damaged":
            raise
        return False
    return True
