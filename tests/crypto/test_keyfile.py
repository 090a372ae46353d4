"""The key file: a vector for other implementations, every refusal, and secrets that never show."""

import json
import random
import traceback
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.crypto import keyfile
from core.crypto.hashing import tagged_hash
from core.crypto.keyfile import MAX_FILE_BYTES, Cost, calibrate, open_keys, read_header, seal_keys
from core.crypto.sealing import seal
from core.errors import MunimentError

PASSPHRASE = "ціхі млын ля ракі"
SECRETS = {"seed": bytes(range(32)), "replica": bytes(range(32, 64))}
CHEAP = Cost.cheapest()
VECTOR = Path(__file__).parents[1] / "vectors" / "key_file.json"


def sealed() -> bytes:
    return seal_keys(PASSPHRASE, "node", SECRETS, CHEAP, floor=CHEAP)


def with_hash(body: bytes) -> bytes:
    """What somebody makes who alters a file on purpose."""
    return body + tagged_hash("key-file", body)


def refusal(data: bytes, passphrase: str = PASSPHRASE) -> str:
    with pytest.raises(MunimentError) as caught:
        open_keys(data, passphrase)
    return caught.value.code


def test_the_vector() -> None:
    vector = json.loads(VECTOR.read_text())
    secrets = {name: bytes.fromhex(secret) for name, secret in vector["secrets"].items()}
    cost = Cost(vector["passes"], vector["memory_kib"])
    data = seal_keys(
        vector["passphrase"],
        vector["purpose"],
        secrets,
        cost,
        floor=CHEAP,
        salt=bytes.fromhex(vector["salt"]),
        nonce=bytes.fromhex(vector["nonce"]),
    )
    assert data.hex() == vector["file"]
    opened = open_keys(bytes.fromhex(vector["file"]), vector["passphrase"])
    assert (opened.purpose, opened.cost, opened.secrets) == (vector["purpose"], cost, secrets)


@given(
    st.sampled_from(["node", "officer"]),
    st.dictionaries(st.from_regex(r"\A[a-z][a-z-]{0,20}\Z"), st.binary(max_size=100), max_size=5),
)
def test_what_was_sealed_opens_again(purpose: keyfile.Purpose, secrets: dict[str, bytes]) -> None:
    opened = open_keys(seal_keys(PASSPHRASE, purpose, secrets, CHEAP, floor=CHEAP), PASSPHRASE)
    assert (opened.purpose, opened.secrets) == (purpose, secrets)


def test_a_wrong_passphrase_is_named_as_such() -> None:
    assert refusal(sealed(), "another mill by the sea") == "wrong-passphrase"
    assert refusal(sealed(), PASSPHRASE + " ") == "wrong-passphrase"


def test_damage_at_any_byte_is_not_called_a_wrong_passphrase() -> None:
    data = sealed()
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :]
        assert refusal(altered) == ("not-a-key-file" if at < 16 else "key-file-damaged")


def test_a_cut_file_is_damaged_and_a_foreign_one_no_key_file() -> None:
    data = sealed()
    for length in range(len(data)):
        assert refusal(data[:length]) == ("not-a-key-file" if length < 16 else "key-file-damaged")
    assert refusal(data + b"\0") == "key-file-damaged"
    assert refusal(data.replace(b"\r\n", b"\n")) == "not-a-key-file"
    assert refusal(data + bytes(MAX_FILE_BYTES)) == "not-a-key-file"


def test_a_newer_version_is_named() -> None:
    body = bytearray(sealed()[:-32])
    body[16] = 2
    assert refusal(with_hash(bytes(body))) == "key-file-too-new"


def test_whoever_alters_header_or_box_on_purpose_gains_nothing() -> None:
    body = sealed()[:-32]
    for at in [17, *range(26, len(body))]:
        altered = bytearray(body)
        altered[at] ^= 3  # purpose 1 becomes 2
        assert refusal(with_hash(bytes(altered))) == "wrong-passphrase"


@pytest.mark.parametrize(
    ("passes", "memory_kib"), [(1, (4 << 20) + 1), (1, 2**32 - 1), (2**32 - 1, 8), (0, 256 << 10), (1, 7)]
)
def test_an_absurd_cost_is_refused_before_any_memory_is_taken(passes: int, memory_kib: int) -> None:
    body = bytearray(sealed()[:-32])
    body[18:26] = passes.to_bytes(4, "big") + memory_kib.to_bytes(4, "big")
    assert refusal(with_hash(bytes(body))) == "key-file-cost-absurd"


def test_the_floor_holds_unless_a_test_lowers_it() -> None:
    for cost in (CHEAP, Cost(3, (256 << 10) - 1), Cost(0, 256 << 10)):
        with pytest.raises(MunimentError, match="key-file-cost-too-low"):
            seal_keys(PASSPHRASE, "node", SECRETS, cost)
    assert read_header(seal_keys(PASSPHRASE, "node", SECRETS, Cost.floor())) == ("node", Cost.floor())


def test_secrets_never_show() -> None:
    opened = open_keys(sealed(), PASSPHRASE)
    shown = [repr(opened), str(opened)]
    typed = "-".join(("typed", "by", "mistake"))  # so that a traceback's source line does not show it
    for data in (sealed()[:-1], sealed()):
        try:
            open_keys(data, typed)
        except MunimentError as error:
            shown += [repr(error), str(error), "".join(traceback.format_exception(error))]
    text = " ".join(shown)
    assert typed not in text
    assert SECRETS["seed"].hex() not in text
    assert repr(SECRETS["seed"]) not in text


@pytest.mark.parametrize(("pass_s", "passes"), [(0.1, 10), (0.3, 3), (0.9, 1), (5.0, 1), (0.0, 128)])
def test_calibration_aims_at_a_second_and_keeps_floor_and_ceiling(pass_s: float, passes: int) -> None:
    readings = iter([100.0, 100.0 + pass_s])
    assert calibrate(lambda: next(readings)) == Cost(passes, 256 << 10)


@settings(max_examples=1000)
@given(st.binary(max_size=400), st.booleans(), st.booleans())
def test_hostile_bytes_end_in_a_code(data: bytes, with_magic: bool, with_right_hash: bool) -> None:
    body = (keyfile.MAGIC if with_magic else b"") + data
    candidate = with_hash(body) if with_right_hash else body
    if with_magic and with_right_hash and len(candidate) > 98:
        cost = Cost(int.from_bytes(candidate[18:22], "big"), int.from_bytes(candidate[22:26], "big"))
        assume(cost.is_absurd() or cost.passes * cost.memory_kib < 1 << 16)  # a permitted cost is only slow
    assert refusal(candidate) in {
        "not-a-key-file",
        "key-file-damaged",
        "key-file-too-new",
        "key-file-cost-absurd",
        "wrong-passphrase",
    }


@settings(max_examples=300)
@given(st.binary(max_size=80))
def test_hostile_content_under_the_right_passphrase_is_damaged_or_exact(content: bytes) -> None:
    """Whoever knows the passphrase may have sealed anything."""
    header = sealed()[:42]
    key = keyfile._derive(PASSPHRASE, header[26:42], CHEAP)
    data = with_hash(header + seal(key, content, header))
    try:
        secrets = open_keys(data, PASSPHRASE).secrets
    except MunimentError as refused:
        code = refused.code
    else:
        code = "exact" if keyfile.encode_secrets(secrets) == content else "read as something else"
    assert code in {"key-file-damaged", "exact"}


def test_damage_in_several_places_is_found() -> None:
    chance = random.Random(2)
    data = sealed()
    for _ in range(200):
        altered = bytearray(data)
        for _ in range(chance.randrange(1, 9)):
            altered[chance.randrange(len(data))] = chance.randrange(256)
        if bytes(altered) != data:
            assert refusal(bytes(altered)) in ("not-a-key-file", "key-file-damaged")
