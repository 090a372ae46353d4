"""An entry of the ledger in words: what it is, how far it has come, what it had seen."""

from collections.abc import Sequence

from core.views import BlockView, Step
from desktop.wording import say


def entry_title(block: BlockView, offices: Sequence[str]) -> str:
    return say("ledger.entry", seq=block.seq, office=offices[block.author])


def entry_what(block: BlockView) -> str:
    return say("ledger.acts", count=block.acts) if block.acts else say("ledger.bare")


def entry_step(block: BlockView, quorum: int, office_count: int) -> str:
    """Of the entry as a whole; its single acts may stand elsewhere on the ladder."""
    seen = len(block.seen_by)
    if block.step is Step.WITNESSED:
        return say("ledger.step.witnessed", seen=min(seen, quorum), quorum=quorum)
    return say(f"ledger.step.{block.step.value}", seen=seen, offices=office_count)


def entry_line(block: BlockView, offices: Sequence[str], quorum: int) -> str:
    """On one line, for a screen reader and for what is under the mouse."""
    step = entry_step(block, quorum, len(offices))
    return say("ledger.pointed", seq=block.seq, office=offices[block.author], what=entry_what(block), step=step)


def order_words(block: BlockView) -> str:
    """Its place in the common order."""
    if block.anchor:
        return say("ledger.order.mark", number=block.anchor)
    if block.entered:
        return say("ledger.order.entered", number=block.entered)
    if block.step is Step.REJECTED:
        return say("ledger.order.void")
    return say("ledger.order.waits" if block.acts else "ledger.order.none")


def parents_words(parents: Sequence[BlockView], offices: Sequence[str]) -> str:
    """The newest entry of each office that it refers to."""
    newest: dict[int, int] = {}
    for parent in parents:
        newest[parent.author] = max(parent.seq, newest.get(parent.author, 0))
    told = [say("ledger.had-seen.one", office=offices[author], seq=seq) for author, seq in sorted(newest.items())]
    return ", ".join(told) if told else say("ledger.had-seen.none")
