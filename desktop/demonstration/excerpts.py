"""The excerpts of public records that the demonstration uses. Their source and terms: `data/SOURCE.md`."""

import csv
import gzip
import io
from pathlib import Path

DATA = Path(__file__).parent / "data"
PARCELS = "property_seattle_sales_excerpt.csv.gz"
OFFICES = "geo_belarus_village_councils.csv.gz"


def read_excerpt(name: str) -> str:
    """The whole CSV text of an excerpt (UTF-8, header first), as `muniment import` reads it from a file."""
    return gzip.decompress((DATA / name).read_bytes()).decode()


def parcel_sales(parcels: int | None = None) -> list[dict[str, str]]:
    """Sales by date: parcel_id, sale_id, sale_date (ISO), sale_price_usd, use_type, area; parties unknown.

    `parcels`: all sales of so many parcels, those of the last sales; None: all of the list.
    """
    sales = list(csv.DictReader(io.StringIO(read_excerpt(PARCELS))))
    if parcels is None:
        return sales
    wanted = set(list(dict.fromkeys(sale["parcel_id"] for sale in reversed(sales)))[:parcels])
    return [sale for sale in sales if sale["parcel_id"] in wanted]


def village_councils() -> list[dict[str, str]]:
    """Names for offices, in Belarusian: oblast, raion, selsovet, settlements (how many)."""
    return list(csv.DictReader(io.StringIO(read_excerpt(OFFICES))))
