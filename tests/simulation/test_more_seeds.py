"""The other half of the three hundred worlds of test_seeds.py."""

from pathlib import Path

import pytest

from tests.simulation.seeds import keep_every_promise


@pytest.mark.parametrize("first", [150, 200, 250])
def test_fifty_seeds_keep_every_promise(first: int, tmp_path: Path) -> None:
    keep_every_promise(first, tmp_path)
