"""What a repair has brought back and what not, in sentences."""

from core.repairing import Repaired
from desktop.wording import say, sentence


def repaired_words(told: Repaired) -> str:
    """A line each: what was made, what could not be read, and what of this office's own did not come whole."""
    facts = vars(told)
    lines = [sentence("copy-repaired", facts)]
    if told.waiting or told.unreadable or told.refused:
        lines.append(sentence("copy-repaired-lacking", {**facts, "bad": told.unreadable + told.refused}))
    if not told.blocks:
        lines.append(sentence("copy-repaired-empty", {}))
    if told.lost:
        lines.append(sentence("copy-repaired-lost", {"names": ", ".join(say(f"repair.lost.{n}") for n in told.lost)}))
    return "\n".join(lines)
