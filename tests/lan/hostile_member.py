"""A member that lies, with the key of an office: `hostile_member.py FOLDER PASSPHRASE-FILE HOST PORT`.

One meeting for each lie; it prints the code with which each was refused, `taken` for one that was not. The last lie is
a second first block of its own, rightly signed: that is taken, and proves what it is.
"""

import asyncio
import contextlib
import json
import struct
import sys
from dataclasses import replace
from pathlib import Path

import zstandard

from core.crypto.keyfile import open_keys
from core.crypto.signing import SigningKey, verify
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.ledger.block import Header, block_preimage, encode_header
from core.ledger.charter import decode_charter
from core.ledger.payload import Group, Payload, payload_root
from sync.link import Link, connect
from sync.messages import Ask, BlockMessage, Buckets, Bye, End, Hello, Message, Vector, decode_message, encode_message
from sync.tls import Credentials

HOSTILE = 4


class Liar:
    def __init__(self, folder: Folder, passphrase: str, host: str, port: int) -> None:
        self._place = host, port
        self._seed = open_keys(read_bounded(folder.node_key), passphrase).secrets["node_seed"]
        self._charter = decode_charter(read_bounded(folder.charter), verify)

    async def say(self, *messages: Message | bytes) -> str:
        """The code with which the victim ends the meeting; "taken" if it goes on or ends it in peace."""
        roll = [member.certificate for member in self._charter.roll.members]
        link = await connect(Credentials(self._seed), roll, *self._place)
        hello = Hello(self._charter.network, 0, 0, b"d" * 32)
        try:
            for message in (hello, Buckets((b"b" * 16,)), Vector(True, ()), Ask(()), *messages):
                await link.send(message if isinstance(message, bytes) else encode_message(message))
            return await _answer(link)
        finally:
            link.abort()

    async def declare_length(self) -> str:
        roll = [member.certificate for member in self._charter.roll.members]
        link = await connect(Credentials(self._seed), roll, *self._place)
        try:
            link._writer.write(struct.pack(">I", 1 << 30) + bytes(1000))
            return await _answer(link)
        finally:
            link.abort()

    def block(self) -> BlockMessage:
        """A first block with an act that is none."""
        payload = Payload((Group((b"no act at all",), (bytes(64),)),))
        encoded = payload.encoded
        named = payload_root(self._charter.network, payload), len(encoded)
        header = encode_header(Header(0, HOSTILE, 0, 1, None, (), 0, 0, 1, named))
        signature = SigningKey(self._seed).sign(block_preimage(self._charter.network, header))
        return BlockMessage(header, signature, zstandard.ZstdCompressor().compress(encoded))


async def _answer(link: Link) -> str:
    with contextlib.suppress(MunimentError):
        while True:
            message = decode_message(await link.receive(wait_s=20))
            if isinstance(message, Bye):
                return message.code
            if isinstance(message, End):
                return "taken"
    return "closed"


async def lie(liar: Liar) -> dict[str, str]:
    block = liar.block()
    bomb = zstandard.ZstdCompressor(level=1).compress(bytes(1 << 28))
    return {
        "noise": await liar.say(b"\xff" * 40),
        "length": await liar.declare_length(),
        "signature": await liar.say(replace(block, signature=bytes(64))),
        "bomb": await liar.say(replace(block, payload=bomb)),
        "count": await liar.say(End(7)),
        "fork": await liar.say(block, End(1)),
    }


def main(folder: str, secret: str, host: str, port: str) -> None:
    liar = Liar(Folder(Path(folder)), Path(secret).read_text(), host, int(port))
    print(json.dumps({"lies": asyncio.run(lie(liar))}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
