"""One measured value beside its limit. The ratio is what is compared over time; seconds hold on one machine only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`limit` is in the unit of the value and measured in the same run, or an absolute bound from the issue."""

    name: str
    value: float
    unit: str
    limit: float
    at_most: float | None = None  # the ratio that is asked for
    at_least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.limit

    @property
    def asked(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return "" if self.at_least is None else f"≥ {self.at_least:g}"

    @property
    def met(self) -> bool:
        if self.at_most is not None:
            return self.ratio <= self.at_most
        return self.at_least is None or self.ratio >= self.at_least

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "limit": self.limit,
            "ratio": self.ratio,
        }


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """A list of {name, value, unit, limit, ratio}."""
    path.write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n", encoding="utf-8")
