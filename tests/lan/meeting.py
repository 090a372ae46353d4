"""A node with made-up acts at one place: `meeting.py NUMBER PORT AUTOMATIC`, driven by JSON lines, until its input ends.

Orders: {"do": "act"}, {"do": "meet", "address": …}, {"do": "diagnose", "wait_s": …}. It prints each meeting that ended.
"""

import json
import sys

from core.errors import MunimentError
from sync.events import MeetingEnded
from sync.service import Service, Settings
from tests.sync.graphs import make_members, seed
from tests.sync.test_service import Opened, OwnedGraph

NETWORK = b"network".ljust(32)


def say(**what):
    print(json.dumps(what, default=str), flush=True)


def hear(event):
    if isinstance(event, MeetingEnded):
        say(met=event.report["office"], new=event.report["blocks_new"])


def answer(service, asked):
    match asked["do"]:
        case "act":
            service.call(service.office.act).result()
            say(acted=True)
        case "meet":
            report = service.meet_address(asked["address"]).result()
            say(office=report["office"])
        case "diagnose":
            found = service.diagnose(asked["wait_s"]).result()
            say(causes=[[cause.code, dict(cause.facts)] for cause in found.causes])


def main(number, port, automatic):
    opened = Opened(OwnedGraph(number, make_members(4), NETWORK), seed(number))
    service = Service(lambda: opened, Settings(port=port, automatic=automatic))
    service.listen(hear)
    service.start()
    say(port=service.port)
    for line in sys.stdin:
        try:
            answer(service, json.loads(line))
        except MunimentError as error:
            say(refused=error.code)
    service.stop()


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True")
