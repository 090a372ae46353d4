"""An office shows its address, and another reads it from the picture and calls."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.errors import MunimentError
from desktop.application import OpenOffice
from desktop.printing.address_code import address_picture, read_address_picture

Open = Callable[[int], OpenOffice]
TIMEOUT_MS = 20_000


def test_an_office_is_called_at_the_address_in_its_picture(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    first, second = open_desk(0), open_desk(1)
    first.window.go("offices")
    first.window.offices.show_own.click()
    panel = first.window.offices.own
    address = f"127.0.0.1:{first.service.port}"
    qtbot.waitUntil(lambda: panel.addresses.text() == address, timeout=TIMEOUT_MS)
    picture = tmp_path / "address.png"
    panel.save_picture(picture)
    qtbot.waitUntil(lambda: panel.notice.text == "The picture is saved.", timeout=TIMEOUT_MS)
    page = second.window.offices
    second.window.go("offices")
    page.own.read_picture(picture)
    qtbot.waitUntil(lambda: "already held the same" in page.notice.text, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: page._typed == {0}, timeout=TIMEOUT_MS)
    page.own.read_picture(tmp_path / "none.png")
    qtbot.waitUntil(lambda: page.own.notice.text != "", timeout=TIMEOUT_MS)


@pytest.mark.parametrize("addresses", [["192.168.1.5:7420"], ["10.0.0.1:7420", "[fd00::1]:7420"]])
def test_a_picture_of_addresses_is_read_as_it_was_written(addresses: list[str], tmp_path: Path) -> None:
    file = tmp_path / "address.png"
    file.write_bytes(address_picture(addresses))
    assert read_address_picture(file) == addresses


@pytest.mark.parametrize("addresses", [["nowhere:0"], [f"10.0.0.{number}:1" for number in range(2)] + [""]])
def test_a_picture_of_something_else_is_refused(addresses: list[str], tmp_path: Path) -> None:
    file = tmp_path / "address.png"
    file.write_bytes(address_picture(addresses))
    with pytest.raises(MunimentError, match="not-an-address-code"):
        read_address_picture(file)
    file.write_bytes(b"no picture")
    with pytest.raises(MunimentError, match="not-an-address-code"):
        read_address_picture(file)
