"""The demonstration's records are what their source note says, and can be made again from the full files."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from desktop.demonstration.excerpts import (
    DATA,
    OFFICES,
    PARCELS,
    parcel_sales,
    read_excerpt,
    village_councils,
)
from desktop.demonstration.make_excerpts import write_excerpts

FULL_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_parcels_are_those_of_the_source_note() -> None:
    sales = parcel_sales()
    sale_counts = Counter(sale["parcel_id"] for sale in sales)
    assert len(sale_counts) == 5_000
    assert len(sales) == 10_062
    assert sum(count > 1 for count in sale_counts.values()) == 4_703
    assert max(sale_counts.values()) == 4
    assert len({sale["sale_id"] for sale in sales}) == len(sales)
    assert [sale["sale_date"] for sale in sales] == sorted(sale["sale_date"] for sale in sales)


def test_offices_have_names() -> None:
    councils = village_councils()
    assert len(councils) == 893
    assert all(council["selsovet"] and council["raion"] for council in councils)


def test_excerpts_are_small_enough_to_commit() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) <= 300_000


def test_source_note_covers_every_excerpt() -> None:
    note = (DATA / "SOURCE.md").read_text(encoding="utf-8")
    names = {path.name for path in DATA.iterdir()} - {"SOURCE.md"}
    assert names >= {PARCELS, OFFICES}
    for name in names:
        assert f"## {name}" in note


def test_excerpts_can_be_made_again(tmp_path: Path) -> None:
    if not FULL_FOLDER.exists():
        pytest.skip("the full public files (../shared/data) are not on this computer")
    write_excerpts(FULL_FOLDER, tmp_path)
    for name in (PARCELS, OFFICES):  # the text, not the bytes: another zlib may compress otherwise
        assert gzip.decompress((tmp_path / name).read_bytes()).decode() == read_excerpt(name)
