"""Checking a law, a paper, or evidence of a fork."""

from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.folder import read_bounded
from core.laws.law_reading import parse_law
from desktop.outcome import BAD_INPUT
from desktop.wording import sentence

MAX_LAW_BYTES = 256 << 10


def check_law_command(path: Path) -> dict[str, Any]:
    """Read a law as every node does; errors name line and article."""
    text = read_bounded(path, MAX_LAW_BYTES)
    try:
        law = parse_law(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise MunimentError("not-a-law", path=str(path)) from None
    except MunimentError as error:
        if "errors" not in error.facts:
            raise
        problems = [dict(problem) for problem in error.facts["errors"]]
        lines = "\n".join(f"{path.name}:{p.get('line', 0)}: {p.get('code')} {p.get('detail', '')}" for p in problems)
        message = sentence("law-refused", {"path": path.name, "count": len(problems)}) + "\n" + lines
        return {"message": message, "code": "law-refused", "exit": BAD_INPUT, "errors": problems}
    facts = {"name": law.name, "version": law.version, "digest": law.digest.hex()}
    return {"message": sentence("law-checked", facts), **facts}
