"""The codes with which the engine itself refuses or marks an act: a law may give none of them to its own conditions.

Whoever reads a code must know who speaks. What was once refused for its form or its signatures stays so wherever it
runs (core/executing.py): a law that used those codes would have its own refusals kept like that, whatever the state.
"""

_OF_BYTES = """
bad-signature group-of-different-signers malformed-request malformed-transaction not-canonical request-in-a-batch
signature-missing too-deep too-large
"""
_OTHERS = """
act-lapsed act-not-held act-of-another-law act-of-another-office act-set-aside act-withdrawn already-answered
already-decided already-keeper already-requested already-so appointment-not-in-term asked-enough
attestation-not-signed bad-officer-signature calendar-missing control-character day-not-precise day-undecided
decided-by-signer decided-meanwhile earlier-act earlier-request enclosed-twice entry-too-small equal-rank
fact-not-refused fact-not-withdrawn field-brought-before field-missing field-unknown fraction-not-reduced
fraction-too-fine held-together impossible-time index-full kept-by-all key-taken law-not-in-force list-too-long
list-too-short named-twice no-such-day no-such-entry no-such-question no-such-record no-such-undecided nobody-asked
not-a-choice not-a-currency not-comparable not-held not-in-state not-in-the-roll not-keeper not-opened-yet
not-released not-sealed not-so-asked nothing-sealed-in-act nothing-to-erase nothing-to-open number-mistyped
office-queue-full officer-unknown one-person-two-roles one-request-each opening-differs other-law-differs
out-of-bounds overtaken pool-used-up powers-ended-unseen queue-full record-held record-released record-too-large
record-twice records-differ release-not-final request-expired request-lapsed request-not-needed request-not-placed
request-of-another-law request-overtaken request-refused request-to-another-office request-to-oneself
request-withdrawn requests-not-asked requests-not-known role-missing role-not-asked role-not-held rule-undecided
sealed-not-brought signer-of-another-office signer-twice text-empty text-not-as-declared text-too-long third-keeper
time-undecided unknown-law unknown-office-asked unknown-procedure waiting-for-keeper written-twice wrong-kind
wrong-territory
"""

# Of a block's bytes and the keys of its roll alone: found when it comes in, the same for ever.
FORM = frozenset(_OF_BYTES.split())
ENGINE_CODES = FORM | frozenset(_OTHERS.split())
