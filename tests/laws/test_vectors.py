"""Known answers: acts, the records before them, and the verdict in bytes, for another implementation of LAWS.md.

`python -m tests.laws.test_vectors` writes the file anew; a difference in it is a change of format or of the law.
"""

import json
from pathlib import Path
from typing import Any

from core.laws import Accepted, Context, Rejected, execute, law_from_canonical
from core.ledger.record import decode_record, encode_record
from core.ledger.transaction import Transaction, decode_transaction, encode_transaction, transaction_id
from tests.laws.counter import HOMES, NETWORK, Counter, DictState, library_law
from tests.laws.test_land import deed, encumbrance, first, giving, right, taking

FILE = Path(__file__).parents[1] / "vectors" / "law_land.json"
REGISTRAR = [("registrar", 0)]


def verdict_of(verdict: Accepted | Rejected) -> dict[str, Any]:
    if isinstance(verdict, Rejected):
        winner = verdict.winner.hex() if verdict.winner else None
        return {"code": verdict.code, "rule": verdict.rule, "article": verdict.article, "winner": winner}
    return {
        "outcome": verdict.outcome,
        "findings": [finding.code for finding in verdict.findings],
        "records": [encode_record(change.new).hex() for change in verdict.changes],
        "indexes": [[m.index, m.group.hex(), m.record.hex(), m.add] for m in verdict.index_changes],
    }


def test_verdicts_of_the_vector() -> None:
    vector = json.loads(FILE.read_text(encoding="utf-8"))
    law = law_from_canonical(library_law("land").canonical)
    state = DictState()
    for step in vector["acts"]:
        encoded = bytes.fromhex(step["transaction"])
        act_id = transaction_id(NETWORK, encoded)
        assert act_id.hex() == step["transaction_id"]
        context = Context(NETWORK, step["author"], 0, act_id, Counter.roles, HOMES)
        verdict = execute(state, decode_transaction(encoded), law, context)
        assert verdict_of(verdict) == step["verdict"], step["name"]
        if isinstance(verdict, Accepted):
            state.take(verdict)
    records = [record.hex() for _, record in sorted(state.records.items())]
    assert records == vector["records_at_the_end"]
    assert all(encode_record(decode_record(bytes.fromhex(record))).hex() == record for record in records)


def make_vector() -> dict[str, Any]:
    law = library_law("land")
    counter = Counter(law)
    steps: list[dict[str, Any]] = []

    def put(name: str, transaction: Transaction) -> Any:
        verdict = counter.put(transaction)
        encoded = encode_transaction(transaction)
        act_id = transaction_id(NETWORK, encoded).hex()
        step = {"name": name, "author": counter.author, "transaction_id": act_id, "transaction": encoded.hex()}
        steps.append({**step, "verdict": verdict_of(verdict)})
        return verdict.changes[0].new if isinstance(verdict, Accepted) and verdict.changes else None

    rights = [right("ana", 1, 2), right("bob", 1, 2)]
    parcel = put("first registration", counter.transaction("first_registration", first(*rights), signers=REGISTRAR))
    half = deed([giving(1, 1, 4)], [taking("eka", 1, 4)])
    waiting = put("suspended for a co-owner", counter.transaction("transfer", half, {"parcel": parcel}))
    half["co_owners_waiver"] = {"answer": "waived", "by": [0, 1]}
    put("behind the suspended one", counter.transaction("transfer", half, {"parcel": parcel}))
    brought = {"act": waiting.key["act"], "fields": {"co_owners_waiver": half["co_owners_waiver"]}}
    put("transfer of a part: the waiver is brought", counter.transaction("#cure", brought, {"parcel": parcel}))
    put("the same once more, overtaken", counter.transaction("transfer", half, {"parcel": parcel}))
    parcel = counter.state.record(parcel.id)
    lien = encumbrance(kind="attachment", effect="forbids")
    put("attachment", counter.transaction("encumber", lien, {"parcel": parcel}, REGISTRAR))
    half["from"] = [giving(2, 1, 4)]
    put("forbidden", counter.transaction("transfer", half, {"parcel": parcel}))
    return {
        "law": {"law": law.name, "version": law.version, "bytes": len(law.canonical), "digest": law.digest.hex()},
        "canonical_starts_with": law.canonical[:64].hex(),
        "network": NETWORK.hex(),
        "roles": "officer 0 registrar, 1 notary, 2 both, 3 clerk, in each office",
        "acts": steps,
        "records_at_the_end": [record.hex() for _, record in sorted(counter.state.records.items())],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(make_vector(), indent=1) + "\n", encoding="utf-8")
