"""Offices on a LAN of namespaces: real `muniment node` processes, driven by the lines that a script of theirs may send."""

import json
import subprocess
import sys
from itertools import combinations

from tests.bench.offices import PASSPHRASE, found_network, registration
from tests.lan.namespaces import PROJECT


def start_offices(make_lan, tmp_path, count, parcels_home="office", places=0):
    """(the LAN, a running node at each of its first places), all of one network and empty."""
    lan = make_lan(max(count, places))
    network = found_network(tmp_path / "offices", count, parcels_home)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    nodes = [start_node(lan, number, place.folder.path, secret) for number, place in enumerate(network.places)]
    for node in nodes:
        ready(node)
    return lan, nodes


def start_node(lan, number, data, secret):
    return lan.start(
        number, "-m", "desktop.cli", "node", "--control", "--passphrase-file", str(secret), "--data", str(data)
    )


def ready(node):
    assert node.until(lambda said: "ready" in said)["ready"]
    return node


def command(data, secret, *words):
    """Run `muniment` on an office whose node is not running; what it says."""
    arguments = [sys.executable, "-m", "desktop.cli", *words]
    arguments += ["--data", str(data), "--passphrase-file", str(secret), "--json"]
    done = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    answer = json.loads(done.stdout)
    assert answer["ok"], (answer, done.stderr)
    return answer


def settle(nodes):
    """Everybody meets everybody until all stands in the common register everywhere."""
    for _ in range(12):
        meet_all(nodes)
        standings = [asked(node, do="status") for node in nodes.values()]
        waiting = sum(one["ladder"][step] for one in standings for step in ("recorded", "witnessed", "certified"))
        if not waiting and len({one["state_root"] for one in standings}) == 1:
            return standings
    raise AssertionError(f"never settled: {standings}")


def meet_all(nodes):
    for number, other in combinations(nodes, 2):
        meet(nodes[number], other)


def register(node, parcel, secret):
    """First registration of a made-up parcel; the answer about the act."""
    return asked(
        node,
        do="record",
        law="land",
        procedure="first_registration",
        records={},
        act=registration(parcel),
        officers=[f"0:registrar:{secret}"],
    )


def asked(node, **what):
    answer = node.ask(**what)
    assert answer["ok"], answer
    return answer


def meet(node, number):
    return asked(node, do="meet", office=number, wait_s=20)
