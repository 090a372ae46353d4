"""A storm of 10,000 mDNS names: members still find each other and meet, and memory stays within its bound."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.lan
HERE = Path(__file__).parent
NAMES = 10_000
MEMORY_BYTES = 128 << 20


def resident_bytes(started):
    return int(Path(f"/proc/{started._child.pid}/statm").read_text().split()[1]) * 4096


def test_members_find_each_other_in_a_storm_of_ten_thousand_names(make_lan):
    lan = make_lan(3)
    first = lan.start(0, str(HERE / "meeting.py"), "0", "7420", "True")
    first.until(lambda said: "port" in said)
    first.order(do="act")
    before = resident_bytes(first)
    storm = lan.start(2, str(HERE / "storm.py"), str(NAMES))
    storm.until(lambda said: said["rounds"] == 1)
    second = lan.start(1, str(HERE / "meeting.py"), "1", "7420", "True")
    assert second.until(lambda said: said.get("new"))["met"] == 0
    storm.until(lambda said: said["rounds"] >= 2)
    grown = resident_bytes(first) - before
    print(f"grown by {grown >> 20} MB")
    assert grown <= MEMORY_BYTES
