"""The states of a meeting: what may arrive in each, and where each may lead."""

from enum import Enum

from sync.messages import (
    Ask,
    BlockMessage,
    Buckets,
    CarriedCase,
    CaseMessage,
    Chunk,
    End,
    Headers,
    Held,
    Hello,
    Keys,
    Part,
    Plan,
    Tell,
    Vector,
    Want,
    WantKeys,
)


class State(Enum):
    HELLO = "waits for the peer's HELLO"
    BUCKETS = "waits for the peer's BUCKETS"
    VECTOR = "waits for the peer's VECTOR"
    RESOLVING = "finds out where chains part"
    MY_TURN = "sends"
    PEER_TURN = "takes"
    FINISHED = "finished"
    FAILED = "failed"


# What may arrive in each state; anything else ends the meeting with `unexpected-message`. BYE always may; of case
# files and scans only while it is their time.
EXPECTED: dict[State, tuple[type, ...]] = {
    State.HELLO: (Hello,),
    State.BUCKETS: (Buckets,),
    State.VECTOR: (Vector,),
    State.RESOLVING: (Ask, Tell, Headers, Held),
    State.MY_TURN: (),
    State.PEER_TURN: (Plan, Part, BlockMessage, End, CaseMessage, CarriedCase, Want, Chunk, Keys, WantKeys),
    State.FINISHED: (),
    State.FAILED: (),
}
# Where each state may lead; a picture of it is made from here.
TRANSITIONS: dict[State, tuple[State, ...]] = {
    State.HELLO: (State.BUCKETS, State.VECTOR, State.MY_TURN, State.PEER_TURN, State.FINISHED, State.FAILED),
    State.BUCKETS: (State.VECTOR, State.FAILED),
    State.VECTOR: (State.RESOLVING, State.FAILED),
    State.RESOLVING: (State.MY_TURN, State.PEER_TURN, State.FAILED),
    State.MY_TURN: (State.PEER_TURN, State.FINISHED, State.FAILED),
    State.PEER_TURN: (State.MY_TURN, State.FINISHED, State.FAILED),
    State.FINISHED: (),
    State.FAILED: (),
}
