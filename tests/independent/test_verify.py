"""The independent verifier agrees with real offices, and refuses, by name, whatever was altered since."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.audit import export_audit
from core.errors import MunimentError
from core.ledger.encoding import Value, decode, encode
from core.office import Office
from tests.independent.auditing.report import verify_files
from tests.independent.auditing.values import RefusedError
from tests.independent.confirming import confirm
from tests.independent.exporting import Files, altered, exported, items, sealed, write
from tests.ledger.building import registration
from tests.offices import land_network, make_offices, meet, meet_until_quiet, open_in_memory, register, sell

NAMES = ["charter", "blocks", "certified", "anchors", "entries", "versions", "checkpoints"]
VERIFIER = Path(__file__).with_name("verify.py")


def busy_offices(count: int = 4, meetings: int = 40, seed: int = 1) -> list[Office]:
    """Offices that register and sell parcels between random meetings."""
    random, network, offices = Random(seed), land_network(count), make_offices(count)
    for meeting in range(meetings):
        one, other = random.sample(offices, 2)
        if meeting % 2:
            parcel = register(network, one, meeting).records[0]
            if meeting % 3 == 0:
                sell(network, one, parcel, meeting)
        meet(one, other)
    return offices


@pytest.fixture(scope="module")
def offices() -> list[Office]:
    return busy_offices()


@pytest.fixture(scope="module")
def files(offices: list[Office]) -> Files:
    return exported(offices[0])


def test_every_office_of_a_busy_network_is_confirmed(offices: list[Office]) -> None:
    for office in offices:
        told = "\n".join(confirm(office))
        assert office.anchor > 10
        assert f"anchors {office.anchor}:" in told
        assert office.store.entries.root().hex() in told
        assert office.store.state.state_root().hex() in told


def test_a_forked_network_is_confirmed() -> None:
    """Two computers sign for the last office; the others meet both, and go on."""
    network, random = land_network(4), Random(3)
    honest = make_offices(4)[:3]
    twins = [open_in_memory(network, 3), open_in_memory(network, 3)]
    for meeting in range(60):
        one = random.choice(honest)
        if meeting % 3 == 0:
            register(network, one, meeting)
        if meeting < 24 and meeting % 2:
            twin = random.choice(twins)
            if twin.hand.quarantine is None and meeting % 3:
                register(network, twin, 100 + meeting)
            meet(one, twin)
        meet(one, random.choice([office for office in honest if office is not one]))
    for office in honest:
        told = "\n".join(confirm(office))
        assert "signed twice: [3]" in told
        assert office.anchor > 5


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_networks_of_other_sizes(count: int) -> None:
    if count == 1:
        (office,) = make_offices(1)
        for number in range(3):
            register(land_network(1), office, number)
        verify_files(exported(office))
        return
    for office in busy_offices(count, 30, seed=count)[:2]:
        verify_files(exported(office))


def test_an_empty_ledger() -> None:
    assert verify_files(exported(make_offices(1)[0]))


# -- the command line, as a stranger uses it --------------------------------------------------------------------------


def _verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """From another folder: the project is not on the path, only the verifier's own folder is."""
    command = [sys.executable, str(VERIFIER), str(folder)]
    return subprocess.run(command, cwd=folder.parent, capture_output=True, encoding="utf-8", check=False)


def test_alone_in_a_process_of_its_own(offices: list[Office], tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    export_audit(offices[0], folder)
    done = _verify(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "everything that follows from the signed blocks is as claimed" in done.stdout
    (folder / "blocks").write_bytes((folder / "blocks").read_bytes()[:-1])
    done = _verify(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("refused: file-differs: blocks")


def test_it_imports_nothing_of_the_project() -> None:
    script = (
        f"import sys; sys.path[:0] = [{str(VERIFIER.parent)!r}]; import auditing.report; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'core', 'sync', 'desktop', 'tests', 'libipld', 'cbor2'}))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


# -- writing ----------------------------------------------------------------------------------------------------------


def test_a_folder_that_holds_something_is_left_alone(offices: list[Office], tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("a letter")
    with pytest.raises(MunimentError) as caught:
        export_audit(offices[0], tmp_path)
    assert caught.value.code == "audit-folder-not-empty"
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_what_could_not_be_finished_leaves_nothing(offices: list[Office], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(MunimentError) as caught:
        export_audit(offices[0], tmp_path / "file" / "audit")
    assert caught.value.code == "file-not-written"


def test_a_replica_without_its_oldest_payloads_writes_nothing(offices: list[Office], tmp_path: Path) -> None:
    observer = open_in_memory(land_network(), 0)
    for block in offices[0].newer_than([]):
        observer.receive(*offices[0].block(block))
    observer.store.database.execute("UPDATE block SET payload = NULL WHERE acts > 0")
    with pytest.raises(MunimentError) as caught:
        export_audit(observer, tmp_path / "audit")
    assert caught.value.code == "payload-not-held"
    assert not (tmp_path / "audit").exists()


def test_the_written_folder_is_the_streamed_one(offices: list[Office], files: Files, tmp_path: Path) -> None:
    export_audit(offices[0], tmp_path / "new" / "audit")
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "audit").iterdir()} == files


# -- tampering --------------------------------------------------------------------------------------------------------


def refusal(files: Files) -> str:
    with pytest.raises(RefusedError) as caught:
        verify_files(files)
    return caught.value.code


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]


def _with_acts(blocks: list[Value]) -> int:
    return next(number for number, block in enumerate(blocks) if block[2] is not None)


def _later_claim(blocks: list[Value]) -> None:
    header = decode(blocks[3][0])
    header[9] += 1
    blocks[3][0] = encode(header)


def _other_act(blocks: list[Value]) -> None:
    block = blocks[_with_acts(blocks)]
    payload = decode(block[2])
    payload[0][1][0] = flipped(payload[0][1][0], -3)
    block[2] = encode(payload)


def _no_payload(blocks: list[Value]) -> None:
    blocks[_with_acts(blocks)][2] = None


def _other_signature(blocks: list[Value]) -> None:
    blocks[5][1] = flipped(blocks[5][1], 40)


def _child_first(blocks: list[Value]) -> None:
    blocks.reverse()


def _later_anchor(anchors: list[Value]) -> None:
    anchors[4][4] += 1


def _closing_anchor(anchors: list[Value]) -> None:
    anchors[-1][6] = True


def _lesser_batch(anchors: list[Value]) -> None:
    next(anchor[7] for anchor in anchors if anchor[7]).pop()


def _other_digest(entries: list[Value]) -> None:
    entries[-1][2][0][1] = bytes(32)


def _not_yet_certified(checkpoints: list[Value]) -> None:
    next(checkpoint for checkpoint in checkpoints if checkpoint[1])[1] = False


TAMPERED: list[tuple[str, Callable[[list[Value]], object], str]] = [
    ("blocks", _later_claim, "bad-block-signature"),
    ("blocks", _other_act, "payload-differs"),
    ("blocks", _no_payload, "payload-differs"),
    ("blocks", _other_signature, "bad-block-signature"),
    ("blocks", _child_first, "missing-parent"),
    ("blocks", lambda blocks: blocks.pop(2), "missing-parent"),
    ("blocks", lambda blocks: blocks.append(blocks[0]), "block-twice"),
    ("certified", lambda claimed: claimed.pop(), "certificate-missing"),
    ("certified", lambda claimed: claimed.append(bytes(32)), "not-certified"),
    ("anchors", lambda anchors: anchors.insert(0, anchors.pop(1)), "wrong-anchor"),
    ("anchors", lambda anchors: anchors.pop(), "anchor-missing"),
    ("anchors", lambda anchors: anchors.append(anchors[-1]), "not-an-anchor"),
    ("anchors", _later_anchor, "wrong-consensus-time"),
    ("anchors", _closing_anchor, "wrong-closing"),
    ("anchors", _lesser_batch, "wrong-batch"),
    ("entries", lambda entries: entries.insert(0, entries.pop(1)), "wrong-order"),
    ("entries", lambda entries: entries.pop(), "entry-missing"),
    ("entries", lambda entries: entries.append(entries[0]), "entry-too-many"),
    ("entries", _other_digest, "wrong-record"),
    ("entries", lambda entries: entries[0].__setitem__(1, "delayed"), "malformed-entry"),
    ("versions", lambda versions: versions[0].__setitem__(4, 77), "wrong-record"),
    ("versions", lambda versions: versions.insert(0, versions.pop()), "wrong-record"),
    ("versions", lambda versions: versions.pop(), "record-missing"),
    ("versions", lambda versions: versions.append(versions[-1]), "record-too-many"),
    ("checkpoints", lambda checkpoints: checkpoints.pop(), "checkpoint-missing"),
    ("checkpoints", lambda checkpoints: checkpoints.append(checkpoints[-1]), "checkpoint-too-many"),
    ("checkpoints", lambda checkpoints: checkpoints[0].__setitem__(0, bytes(32)), "wrong-state-root"),
    ("checkpoints", _not_yet_certified, "certificate-missing"),
    ("evidence", lambda proofs: proofs.append([b"", b"", b"", b""]), "evidence-proves-nothing"),
]


@pytest.mark.parametrize(("name", "change", "code"), TAMPERED)
def test_tampered_and_sealed_again(files: Files, name: str, change: Callable[[list[Value]], object], code: str) -> None:
    assert refusal(altered(files, name, change)) == code


def test_one_cosignature_is_missing_to_the_quorum(offices: list[Office]) -> None:
    """A replica that holds the newest checkpoint with q − 1 cosignatures, and says that it is certified."""
    observer, quorum = open_in_memory(land_network(), 0), offices[0].roll.quorum
    for block in offices[0].newer_than([]):
        observer.receive(*offices[0].block(block))
        newest = observer.store.checkpoints.newest()
        if newest and len(observer.store.checkpoints.cosignatures(newest.anchor)) == quorum - 1:
            break
    files = exported(observer)
    confirm(observer)
    assert items(files, "checkpoints")[-1][1] is False
    claimed = altered(files, "checkpoints", lambda checkpoints: checkpoints[-1].__setitem__(1, True))
    assert refusal(claimed) == "checkpoint-not-certified"


@pytest.mark.parametrize("name", NAMES)
def test_a_flipped_byte(files: Files, name: str) -> None:
    assert refusal({**files, name: flipped(files[name], len(files[name]) // 2)}) == "file-differs"
    assert refusal(sealed({**files, name: flipped(files[name], len(files[name]) // 2)}))


def test_another_charter(files: Files) -> None:
    other = exported(make_offices(3)[0])
    assert refusal(sealed({**files, "charter": other["charter"]})) == "another-network"


def test_a_file_is_missing(files: Files, tmp_path: Path) -> None:
    folder = write({name: content for name, content in files.items() if name != "certified"}, tmp_path / "audit")
    done = _verify(folder)
    assert (done.returncode, done.stdout.split(":")[1].strip()) == (1, "incomplete")


def test_the_items_of_a_file_are_what_was_written(files: Files) -> None:
    assert altered(files, "blocks", lambda blocks: None) == files
    assert len(items(files, "blocks")) > 100


def test_whatever_is_flipped_is_refused_and_never_breaks_the_verifier(files: Files) -> None:
    random = Random(7)
    for _ in range(80):
        name = random.choice(NAMES)
        content = bytearray(files[name])
        for _ in range(random.choice([1, 1, 4])):
            content[random.randrange(len(content))] = random.randrange(256)
        if bytes(content) != files[name]:
            assert refusal(sealed({**files, name: bytes(content)}))


def test_a_badly_signed_act_cannot_have_been_entered() -> None:
    """Office 3 encloses an act with somebody else's signature: everybody rejects it, and nobody may claim otherwise."""
    network, offices = land_network(), make_offices()[:3]
    group = network.sign_group([registration(9)])
    forged = replace(group, signatures=(network.officers[1][0].sign(b"something else"),))
    block, _ = network.block(3, [forged])
    for office in offices:
        office.receive(block.header_bytes, block.signature, block.payload)
    meet_until_quiet(offices)
    assert offices[0].store.entries.size == 1
    files = exported(offices[0])
    verify_files(files)
    entered = altered(files, "entries", lambda entries: entries[0].__setitem__(slice(1, 3), ["entered", []]))
    assert refusal(entered) == "wrong-outcome"
