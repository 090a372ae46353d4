"""A rehearsal says of every block what taking it in says, and leaves no trace."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.ledger.block import block_preimage, decode_header, encode_header
from core.rehearsing import Rehearsal
from sync.replica import StoredBlock
from tests.sync.graphs import NETWORK, make_replicas, seed
from tests.sync.meetings import meet

ALTERED = {
    "round": lambda header: replace(header, round=header.round + 1),
    "time": lambda header: replace(header, claimed_ms=header.claimed_ms - 10**9),
    "no references": lambda header: replace(header, refs=()),
    "one reference less": lambda header: replace(header, refs=header.refs[1:]),
    "a place further": lambda header: replace(header, seq=header.seq + 1),
    "no payload": lambda header: replace(header, payload=None),
    "flags": lambda header: replace(header, flags=1),
}


def signed_anew(block, change):
    try:
        header = change(decode_header(block.header))  # what was changed before may have no form
        data = encode_header(header)
    except MunimentError:
        return None
    payload = block.payload if header.payload else None
    return StoredBlock(data, SigningKey(seed(header.author)).sign(block_preimage(NETWORK, data)), payload)


def verdict(taker, block):
    try:
        return taker.receive(*block)
    except MunimentError as error:
        return error.code


steps = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.integers(0, 4)),
        st.tuples(st.just("meet"), st.tuples(st.integers(0, 4), st.integers(0, 4))),
    ),
    max_size=14,
)


@settings(max_examples=40)
@given(steps, steps, st.lists(st.tuples(st.integers(0, 99), st.sampled_from(sorted(ALTERED))), max_size=4))
def test_a_rehearsal_and_the_real_thing_agree_on_every_block(before, after, changes):
    replicas = make_replicas(4)
    replicas.append(replicas[3].copy())
    replicas[4]._random.seed("twin")
    history(replicas, before)
    known = [replicas[0].block(block) for block in replicas[0].newer_than([])]
    rehearsing, real = make_replicas(4)[1:3]
    for block in known:
        rehearsing.receive(*block)
        real.receive(*block)
    history(replicas, after)
    file = [replicas[0].block(block) for block in replicas[0].newer_than([])]
    for place, name in changes:
        if file and (wrong := signed_anew(file[place % len(file)], ALTERED[name])) is not None:
            file.insert(place % len(file) + 1, wrong)
    vector, lace = rehearsing.vector(), len(rehearsing.lace.vertices)
    rehearsal = Rehearsal(rehearsing)
    for block in file:
        assert verdict(rehearsal, block) == verdict(real, block)
    assert (rehearsing.vector(), len(rehearsing.lace.vertices)) == (vector, lace)
    assert rehearsing.forkers() <= {3}


def history(replicas, steps):
    for step, what in steps:
        if step == "act":
            if replicas[what].number not in replicas[what].forkers():
                replicas[what].act(50)
        elif what[0] != what[1]:
            meet(replicas[what[0]], replicas[what[1]])
