"""A storm of mDNS names from one place: `storm.py COUNT`, each announced whole, over and over until its input ends."""

import json
import secrets
import socket
import struct
import sys
import threading

from sync.discovery import SERVICE_TYPE

GROUP = ("224.0.0.251", 5353)
PTR, A, TXT, SRV, IN, FLUSH = 12, 1, 16, 33, 1, 0x8001


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".")) + b"\0"


def record(owner, kind, kind_class, data):
    return owner + struct.pack(">HHIH", kind, kind_class, 4500, len(data)) + data


def announcement(number):
    """Nobody's: a name, where it listens, a network, an address."""
    instance, host = name(f"storm-{number}.{SERVICE_TYPE}"), name(f"storm-{number}.local")
    texts = {"v": "2", "salt": secrets.token_hex(8), "net": secrets.token_hex(8), "node": secrets.token_hex(8)}
    lines = [f"{key}={value}".encode() for key, value in texts.items()]
    body = [
        record(name(SERVICE_TYPE), PTR, IN, instance),
        record(instance, SRV, FLUSH, struct.pack(">HHH", 0, 0, 7420) + host),
        record(instance, TXT, FLUSH, b"".join(bytes([len(line)]) + line for line in lines)),
        record(host, A, FLUSH, secrets.token_bytes(4)),
    ]
    return struct.pack(">HHHHHH", 0, 0x8400, 0, len(body), 0, 0) + b"".join(body)


def main(count):
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    number = rounds = 0
    while not ended.wait(0.001):
        for _ in range(20):  # some 10,000 a second at most
            sender.sendto(announcement(number % count), GROUP)
            number += 1
        if number // count > rounds:
            rounds = number // count
            print(json.dumps({"rounds": rounds}), flush=True)


main(int(sys.argv[1]))
