"""Runs the packaged application's own `muniment self-test` and checks that every step of it was done.

Then it plays the story of a law that was not there when it was packaged: the example of core/laws/LAWS.md in a folder.

It runs as on an office's computer: from another folder, with an empty home, without this environment, and,
where the system lets it, in a network that has only loopback. Exit code 0 when all steps are done, else 1.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
APPLICATION = PROJECT / "dist" / "muniment"
EXECUTABLE = APPLICATION / ("muniment.exe" if os.name == "nt" else "muniment")
TIMEOUT_S = 180

# name of the step in the command's answer → what it proves of the package
STEPS = {
    "replica": "opens an encrypted replica",
    "kit": "reads its keys back from a recovery kit",
    "sign": "signs an act",
    "verify": "verifies it, and refuses an altered one",
    "discovery": "discovers a second instance",
    "paper": "prints a PDF with its code",
    "window": "shows a window offscreen",
}

# multicast DNS needs a route, and loopback has none of its own
LOOPBACK_ONLY = 'ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "$@"'


def main() -> None:
    if not EXECUTABLE.exists():
        sys.exit("There is no packaged application yet: run `make package`.")
    with tempfile.TemporaryDirectory() as home:
        isolation = _isolation()
        run = _run(isolation, home, "self-test", "--json")
        story = _run(isolation, home, "law", "test", str(_drop_law(Path(home))), "--json")
    done = _done_steps(run.stdout)
    for name, meaning in STEPS.items():
        print(f"{'ok    ' if name in done else 'FAILED'} {name}: {meaning}", flush=True)
    print(
        f"{'FAILED' if story.returncode else 'ok    '} law: plays the story of a law dropped into a folder", flush=True
    )
    print("network: loopback only" if isolation else "network: this computer's (no namespace to be had)")
    if run.returncode != 0 or not done.issuperset(STEPS):
        print(run.stdout, run.stderr, sep="\n", file=sys.stderr)
        sys.exit(f"The packaged application failed its smoke test (exit code {run.returncode}).")
    if story.returncode != 0:
        print(story.stdout, story.stderr, sep="\n", file=sys.stderr)
        sys.exit(f"The packaged application failed the story of a law (exit code {story.returncode}).")
    print("The packaged application passed its smoke test.")


def _run(isolation: list[str], home: str, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [*isolation, str(EXECUTABLE), *words],
            cwd=home,
            env=_bare_environment(home),
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"The packaged application gave no answer in {TIMEOUT_S} seconds.")


def _drop_law(folder: Path) -> Path:
    """The example law with its story beside it, as a jurist would put them into a folder; the path of the law."""
    page = (PROJECT / "core" / "laws" / "LAWS.md").read_text("utf-8")
    law, story = (_example(page, begins) for begins in ("law: ", "story: "))
    stories = folder / "stories" / "boats"
    stories.mkdir(parents=True)
    (stories / "scrapping.yaml").write_text(story, "utf-8")
    (folder / "boats.yaml").write_text(law, "utf-8")
    return folder / "boats.yaml"


def _example(page: str, begins: str) -> str:
    """The first piece of YAML on the page with a line that begins so."""
    pieces = (piece.partition("```")[0] for piece in page.split("```yaml\n")[1:])
    return next(piece for piece in pieces if any(line.startswith(begins) for line in piece.splitlines()))


def _done_steps(answer: str) -> set[str]:
    """Names of the steps with `"ok": true` in `{"ok", "code", "message", "steps": [{"name", "ok", …}]}`."""
    try:
        return {step["name"] for step in json.loads(answer)["steps"] if step["ok"] is True}
    except (ValueError, KeyError, TypeError):
        return set()


def _isolation() -> list[str]:
    """The words before a command that give it a network of its own; none where the system forbids it."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return []
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    words = ["unshare", *as_root, "--net", "sh", "-c", LOOPBACK_ONLY, "sh"]
    allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if allowed else []


def _bare_environment(home: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": home,
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        "TMPDIR": home,
        "XDG_RUNTIME_DIR": home,
    }


if __name__ == "__main__":
    main()
