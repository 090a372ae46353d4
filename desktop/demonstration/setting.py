"""The setting of the demonstration: four founded offices, their passphrases, and the list of sales shared out.

Everything is made by the public command. The fourth office's folder exists twice: somebody has copied its computer and
forged the file by which a copy would notice.
"""

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.crypto.signing import verify
from core.folder import Folder, read_bounded
from core.ledger.charter import decode_card
from core.store.computer import computer_identity
from core.store.intent import IntentLog
from desktop.demonstration.excerpts import DATA, parcel_sales, village_councils
from desktop.demonstration.office_process import OfficeProcess, run_command

FIRST, SECOND, THIRD, FOURTH = range(4)
HONEST = (FIRST, SECOND, THIRD)
NETWORK = "Demonstration network"
# Name, what it signs as in the story, and all its roles: without an administrator an office could not vote.
OFFICERS = (("Ганна Рыгораўна", "registrar", "registrar,administrator"), ("Мікалай Сцяпанавіч", "notary", "notary"))
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """Where everything of one demonstration is."""

    work: Path
    names: tuple[str, ...]  # of the four offices
    network: str
    acts: Mapping[str, Any]

    def data(self, number: int) -> Path:
        return self.work / f"office-{number + 1}"

    @property
    def copied(self) -> Path:
        """The second computer of the fourth office."""
        return self.work / "office-4-copy"

    @property
    def charter(self) -> Path:
        return self.work / "charter"

    def passphrase_file(self, number: int) -> Path:
        return self.work / f"passphrase-{number + 1}"

    def officer_file(self, number: int, officer: int) -> Path:
        return self.work / f"passphrase-{number + 1}-officer-{officer}"

    def access(self, number: int) -> tuple[str, ...]:
        return ("--data", str(self.data(number)), "--passphrase-file", str(self.passphrase_file(number)))

    def process(self, number: int, headless: bool, data: Path | None = None) -> OfficeProcess:
        (officer,) = self.signing(number, ["registrar"])
        place = data or self.data(number)
        return OfficeProcess(self.names[number], place, self.passphrase_file(number), headless, officer)

    def signing(self, number: int, roles: list[str]) -> list[str]:
        """Who signs, as the command wants it."""
        place = {role: officer for officer, (_, role, _) in enumerate(OFFICERS)}
        return [f"{place[role]}:{role}:{self.officer_file(number, place[role])}" for role in roles]


def prepare(work: Path, tell: Tell, parcels: int | None = None) -> Setting:
    """Make four offices, found their network, and import the sales of so many parcels at the three honest ones."""
    councils = village_councils()
    names = tuple(f"{row['selsovet']} сельсавет, {row['raion']} раён" for row in councils[:4])
    acts = json.loads((DATA / "acts.json").read_text("utf-8"))
    setting = Setting(work, names, "", acts)
    tell("demo-founding")
    with ThreadPoolExecutor(2, thread_name_prefix="demo") as pool:
        list(pool.map(lambda number: _create(setting, number), range(4)))
        cards = [str(setting.data(number) / "card.office") for number in range(4)]
        founded = run_command("charter", "found", *cards, "--name", NETWORK, "--out", str(setting.charter))
        setting = Setting(work, names, founded["network"], acts)
        list(pool.map(lambda number: _enter(setting, number), range(4)))
        _copy_computer(setting)
        tell("demo-importing")
        tables = _share_out(work, parcels)
        list(pool.map(lambda number: _import(setting, number, tables[number]), HONEST))
    return setting


def _create(setting: Setting, number: int) -> None:
    setting.passphrase_file(number).write_text(f"the office on the hill {number + 1}\n", "utf-8")
    officers = []
    for place, (name, role, roles) in enumerate(OFFICERS):
        file = setting.officer_file(number, place)
        file.write_text(f"only the {role} of office {number + 1} knows\n", "utf-8")
        officers += ["--officer", f"{name} ({number + 1}):{roles}:{file}"]
    run_command("office", "create", "--name", setting.names[number], "--trial", *officers, *setting.access(number))


def _enter(setting: Setting, number: int) -> None:
    run_command("charter", "open", str(setting.charter), *setting.access(number))


def _copy_computer(setting: Setting) -> None:
    """Copy the fourth office's folder and forge its intent file: the honest program would refuse to sign there."""
    shutil.copytree(setting.data(FOURTH), setting.copied)
    folder = Folder(setting.copied)
    folder.intent.unlink()
    card = decode_card(read_bounded(folder.card), verify)
    IntentLog.create(folder.intent, card.node_key, computer_identity()).close()


def _share_out(work: Path, parcels: int | None) -> dict[int, Path]:
    """One table an honest office; all sales of a parcel go to one office."""
    sales = parcel_sales(parcels)
    tables = {}
    for number in HONEST:
        path = tables[number] = work / f"sales-{number + 1}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(sales[0]))
            writer.writeheader()
            writer.writerows(sale for sale in sales if int(sale["parcel_id"]) % len(HONEST) == number)
    return tables


def _import(setting: Setting, number: int, table: Path) -> None:
    officer = setting.signing(number, ["registrar"])[0]
    for one in json.loads((DATA / "imports.json").read_text("utf-8")):
        run_command(
            "import", str(table), "--law", one["law"], "--procedure", one["procedure"],
            "--map", str(DATA / f"{one['map']}.map.yaml"), "--officer", officer, *setting.access(number),
        )  # fmt: skip
