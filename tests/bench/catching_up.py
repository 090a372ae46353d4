"""Catching up over TLS: an office that knows nothing meets one that has recorded act after act.

The giver is a `muniment node` of its own on the loopback, the receiver a real service on a real disk in this process. A
block holds one act, as an office makes them. The limit, on one thread as the receiver works: every signature of the
same chain by PyNaCl alone, then the very rows that the meeting left in the receiver's replica put into a fresh
SQLCipher file with the same indexes, in large transactions.
"""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from nacl.bindings import crypto_sign_open

from sync.service import Service, Settings
from tests.bench.figure import Figure
from tests.bench.importing import insert_bare
from tests.bench.offices import PASSPHRASE, Network, Place
from tests.bench.verifying import signed_items, write_chain

MEETING_S = 3600


def measure_catching_up(network: Network, work: Path, act_count: int) -> Figure:
    """The last two places of the network are taken: the giver records, the receiver has nothing."""
    giver, receiver = network.places[-2:]
    write_chain(giver, act_count)
    secret = work / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    ours_s, blocks = _meet(giver.folder.path, secret, receiver)
    bare_s = _verify_bare(receiver) + insert_bare(receiver, work / "caught-up.db")[0]
    return Figure(
        "catch up with acts",
        act_count / ours_s,
        "acts/s",
        act_count / bare_s,
        at_least=0.6,
        note=f"{blocks} blocks of one act over TLS on the loopback",
    )


def _meet(giver: Path, secret: Path, receiver: Place) -> tuple[float, int]:
    """(seconds, blocks that came) of one meeting."""
    words = ["node", "--control", "--loopback", "--data", str(giver), "--passphrase-file", str(secret)]
    node = subprocess.Popen(
        [sys.executable, "-m", "desktop.cli", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert node.stdin is not None
    assert node.stdout is not None
    port = json.loads(node.stdout.readline())["port"]
    settings = Settings(port=0, loopback_only=True, announce=False, automatic=False)
    service = Service(receiver.open, settings)
    service.start()
    try:
        started_s = perf_counter()
        report = service.meet_address(f"127.0.0.1:{port}").result(MEETING_S)
        return perf_counter() - started_s, report["blocks_new"]
    finally:
        service.stop()
        node.stdin.close()
        node.wait(60)


def _verify_bare(receiver: Place) -> float:
    """Seconds to check every signature of the chain that came."""
    office = receiver.open().office
    held = [office.block(block) for block in office.newer_than([])]
    signed = [item for block in held if block.payload for item in signed_items(office, block)]
    office.close()
    started_s = perf_counter()
    for public, message, signature in signed:
        crypto_sign_open(signature + message, public)
    return perf_counter() - started_s
