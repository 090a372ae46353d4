"""Makes the excerpts in `data/` from the full public files; run by hand when a full file changes.

It stands beside what it makes, so that whoever finds the data finds how they came about:

    python -m desktop.demonstration.make_excerpts FOLDER_OF_THE_FULL_FILES

Rows and columns are kept as the source has them, in its order. Parcels: every parcel sold two to four times
(the chains of title), then those sold once, in order of their number, up to 5,000. Offices: all councils.
Compressed with gzip (every build of Python reads it) without time or name: equal rows give equal bytes.
"""

import csv
import gzip
import io
import sys
from collections import Counter
from pathlib import Path

from desktop.demonstration.excerpts import DATA, OFFICES, PARCELS

PARCEL_COUNT = 5_000


def select_parcel_sales(full_csv: str) -> str:
    """Rows of all resold parcels and of so many others that PARCEL_COUNT parcels are there."""
    rows = list(csv.reader(io.StringIO(full_csv)))
    header, sales = rows[0], rows[1:]
    parcel = header.index("parcel_id")
    sale_counts = Counter(row[parcel] for row in sales)
    resold_first = sorted(sale_counts, key=lambda number: (sale_counts[number] == 1, number))
    chosen = set(resold_first[:PARCEL_COUNT])
    return _as_csv([header, *(row for row in sales if row[parcel] in chosen)])


def write_excerpts(full_folder: Path, target: Path) -> None:
    """Writes both excerpts into `target`; OSError when a full file is missing."""
    sales = (full_folder / "property_seattle_sales_2010_2016.csv").read_text(encoding="utf-8")
    councils = (full_folder / "geo_belarus_village_councils.csv").read_text(encoding="utf-8")
    for name, text in ((PARCELS, select_parcel_sales(sales)), (OFFICES, councils)):
        (target / name).write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def _as_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    write_excerpts(Path(sys.argv[1]), DATA)
