"""The words of a recovery kit: 32 bytes as shares of 33 English words each, k of n of which give them back (SLIP-0039).

Every share carries a checksum of its own and says which kit it belongs to and how many are needed, so that a slip of
the pen, a sheet of another kit and too few sheets are told apart. One word has four letters that no other begins with.
Fewer shares than needed tell nothing about the secret. Shares are a person's to give away: no passphrase is added, for
it would be one more thing to forget.
"""

import re
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from core.errors import MunimentError

SEED_BYTES = 32
SHARE_WORDS = 33
MAX_SHARES = 16
MAX_TEXT_CHARS = 2_000  # of one typed share

_ITERATION_EXPONENT = 0  # of a passphrase that is not there


def split(seed: bytes, needed: int, shares: int) -> list[str]:
    """So many texts of 33 words. Raises `kit-shares-impossible` (facts: needed, shares)."""
    alone = needed == shares == 1
    if not (alone or 2 <= needed <= shares <= MAX_SHARES):
        raise MunimentError("kit-shares-impossible", needed=needed, shares=shares, limit=MAX_SHARES)
    group: list[str]
    (group,) = generate_mnemonics(1, [(needed, shares)], seed, iteration_exponent=_ITERATION_EXPONENT)
    return group


def join(texts: Sequence[str]) -> bytes:
    """The seed that shares give back, in any order; one given twice counts once.

    Raises `kit-words-wrong` (facts: sheet, of those given, from 1), `kit-sheets-differ`, `kit-sheets-missing` (facts:
    found, needed).
    """
    shares = {share.index: share for share in map(_read, range(1, len(texts) + 1), texts)}
    first = next(iter(shares.values()), None)
    if first is None:
        raise MunimentError("kit-sheets-missing", found=0, needed=1)
    if any(one.common_parameters() != first.common_parameters() for one in shares.values()):
        raise MunimentError("kit-sheets-differ")
    if len(shares) < first.member_threshold:
        raise MunimentError("kit-sheets-missing", found=len(shares), needed=first.member_threshold)
    used = [share.mnemonic() for share in shares.values()][: first.member_threshold]
    try:
        return bytes(combine_mnemonics(used))
    except MnemonicError:  # a digest inside them: shares of two kits that chose the same number
        raise MunimentError("kit-sheets-differ") from None


def tidied(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """The words alone: a sheet as it is typed or copied, with its numbers, commas and line ends."""
    return " ".join(re.sub(r"[^a-z]+", " ", text[:limit].lower()).split())


def share_of(text: str) -> tuple[int, int]:
    """(number of the sheet from 1, how many are needed) of a good share. Raises `kit-words-wrong`."""
    share = _read(1, text)
    return share.index + 1, share.member_threshold


def _read(number: int, text: str) -> Share:
    words = tidied(text)
    try:
        if len(words.split()) != SHARE_WORDS:
            raise MnemonicError
        share = Share.from_mnemonic(words)
    except MnemonicError:
        raise MunimentError("kit-words-wrong", sheet=number, words=len(words.split())) from None
    if (share.group_threshold, share.group_count) != (1, 1):  # of another program
        raise MunimentError("kit-words-wrong", sheet=number, words=SHARE_WORDS)
    return share
