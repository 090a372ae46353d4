"""What the offices vote on: the card of one that joins or has a new key, rules as they are to become; and who joins."""

from collections.abc import Sequence

from core.errors import MunimentError
from core.laws.law_source import Node, decode_tree, encode_tree
from core.office import Office
from desktop.stories.playing import Play
from desktop.stories.story import Enclosed, Step, unfit

CONTENT = "content"  # the field of a proposal


def enclosed(play: Play, office: Office, what: Enclosed) -> bytes:
    """The content of a proposal. Raises `StoryError`."""
    if what.kind == "card":
        number = play.network.number(what.name)
        member = office.roll.member(number)
        return play.network.card(number, member.incarnation + 1 if member is not None else 0).encoded
    law = office.laws.get(what.name)
    if law is None:
        raise unfit(what.line, "unknown-name", what.name)
    tree = decode_tree(law.canonical)
    for path, node in what.instead.items():
        tree = _changed(tree, path.split("."), node)
    return encode_tree(tree)


def _changed(tree: Node, path: Sequence[str], by: Node) -> Node:
    """The tree with another value at a path, or a new one; a piece of a list goes by its `code`, else its number."""
    if not path:
        return by
    first, rest = path[0], path[1:]
    if isinstance(tree.value, dict) and (first in tree.value or not rest):
        below = by if not rest else _changed(tree.value[first], rest, by)
        return Node({**tree.value, first: below}, tree.line)
    for number, item in enumerate(tree.value) if isinstance(tree.value, list) else ():
        if first in (str(number), _code(item)):
            assert isinstance(tree.value, list)
            pieces = [*tree.value[:number], _changed(item, rest, by), *tree.value[number + 1 :]]
            return Node(pieces, tree.line)
    raise unfit(by.line, "unknown-name", first)


def _code(item: Node) -> str:
    code = item.value.get("code") if isinstance(item.value, dict) else None
    return str(code.value) if code is not None else ""


def joins(play: Play, step: Step) -> None:
    """An office that was admitted, or one with a new key, begins on a new computer from the snapshot of another."""
    assert step.to is not None
    number = play.network.number(step.subject)
    if number > len(play.network.offices):
        raise unfit(step.line, "not-joined", step.subject)
    try:
        play.network.join(number, play.network.number(step.to))
    except MunimentError as error:
        play.differs(step.line, "story-not-joined", office=step.subject, why=error.code)
        return
    play.tell(step.line, "story-joined", office=step.subject, giver=step.to)
