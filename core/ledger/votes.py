"""Votes and vote certificates (3-ledger §3): read off the graph when an opener is added, a function of its past alone.

An opener w of round r+1 votes for a candidate x of round r that lies in its past, unless its past proves x's author a
forker; an opener of round r+2 votes a second time. C3(c, x): q authors that past(c) does not prove forkers have a
round r+1 opener in past(c) that votes for x. C4(d, x) the same one round later, over second votes.

**By masks.** Where past(c) does not prove the candidate's author a forker it holds at most one opener of that author
in that round, so an author's number names the candidate: votes for all candidates are one mask, and q of n masks
overlap where a sum in binary columns reaches q. Where it does, candidates are told apart one by one.
**No rebuilding.** A later fork changes no past, so rows stay true; only what resolves an author's number to a block
must look which of the openers lies in the past (core/ledger/anchors.py).
"""

from collections.abc import Iterable, Mapping, Sequence

from core.ledger.approvals import InPast
from core.ledger.vertex import Vertex

Openers = Mapping[int, Mapping[int, Sequence[Vertex]]]  # round → author → openers


def count_votes(opener: Vertex, openers: Openers, quorum: int, in_past: InPast) -> None:
    """Fill in which candidates have a C3 or a C4 in this opener."""
    voters = _voters(opener, openers, in_past)
    opener.c3 = at_least(quorum, (_votes(voter, 1) for voter in voters)) & ~opener.forkers
    opener.c4 = at_least(quorum, (_votes(voter, 2) for voter in voters)) & ~opener.forkers
    if opener.forkers:
        opener.c3_of_forkers = _told_apart(opener, voters, openers.get(opener.round - 2, {}), 1, quorum, in_past)
        opener.c4_of_forkers = _told_apart(opener, voters, openers.get(opener.round - 3, {}), 2, quorum, in_past)


def has_certificate(row: int, of_forkers: Sequence[Vertex], at: Vertex, candidate: Vertex, in_past: InPast) -> bool:
    """Whether a C3 or C4 row of the opener `at` holds the candidate."""
    if at.forkers >> candidate.author & 1:
        return candidate in of_forkers
    return bool(row >> candidate.author & 1) and in_past(candidate, at)


def at_least(least: int, masks: Iterable[int]) -> int:
    """The bits that are set in at least so many of the masks; `least` ≥ 1."""
    columns: list[int] = []  # columns[i] has the bits whose count has 2^i in it
    for mask in masks:
        place = 0
        while mask:
            if place == len(columns):
                columns.append(mask)
                break
            columns[place], mask = columns[place] ^ mask, columns[place] & mask
            place += 1
    if least.bit_length() > len(columns):
        return 0
    equal, greater = -1, 0
    for place in range(len(columns) - 1, -1, -1):
        column = columns[place]
        if least >> place & 1:
            equal &= column
        else:
            greater |= equal & column
            equal &= ~column
    return greater | equal


def _voters(opener: Vertex, openers: Openers, in_past: InPast) -> list[Vertex]:
    """One opener of the round before for each author whom the past does not prove a forker."""
    authors = opener.seen[1] & ~opener.forkers
    voters = []
    for author, candidates in openers.get(opener.round - 1, {}).items():
        if authors >> author & 1:
            if len(candidates) == 1:
                voters.append(candidates[0])
            else:
                voters.append(next(one for one in candidates if in_past(one, opener)))
    return voters


def _votes(voter: Vertex, back: int) -> int:
    return voter.seen[back] & ~voter.forkers


def _told_apart(
    opener: Vertex,
    voters: Sequence[Vertex],
    round_: Mapping[int, Sequence[Vertex]],
    back: int,
    quorum: int,
    in_past: InPast,
) -> tuple[Vertex, ...]:
    """Candidates of proven forkers that have q votes: siblings may share an author's bit, so each is looked for."""
    found = []
    for author, candidates in round_.items():
        if opener.forkers >> author & 1:
            supporters = [voter for voter in voters if _votes(voter, back) >> author & 1]
            if len(supporters) >= quorum:
                found += [x for x in candidates if sum(in_past(x, voter) for voter in supporters) >= quorum]
    return tuple(found)
