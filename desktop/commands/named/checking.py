"""Commands that check what others have signed, or write what others can check."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Homes, Json, Secret, access, conclude

app = typer.Typer()
law_app = typer.Typer(help="Rules of the registers.", no_args_is_help=True)
app.add_typer(law_app, name="law")


@app.command()
def verify(
    file: Path,
    data: Data = None,
    passphrase_file: Secret = None,
    charter: Annotated[Path | None, typer.Option("--charter", metavar="FILE", help="The network's charter.")] = None,
    json: Json = False,
) -> None:
    """Check an extract, a picture of one, the proof of a record, or evidence of a double signature."""
    from desktop.commands.checking import verify_command

    conclude(lambda: verify_command(file, access(data, passphrase_file), charter), json)


@app.command()
def evidence(office: str, file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write the proof that OFFICE (its name or number) has signed two different histories."""
    from desktop.commands.evidence import evidence_command

    conclude(lambda: evidence_command(access(data, passphrase_file), office, file), json)


@app.command()
def prove(record: str, file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write the proof of what the common register says of RECORD (its number, as lists show it) now."""
    from desktop.commands.proving import prove_command

    conclude(lambda: prove_command(access(data, passphrase_file), record, file), json)


@app.command()
def looks(
    by: Annotated[
        str, typer.Option("--officer", metavar="NUMBER:auditor:PASSPHRASE-FILE", help="The auditor who reads.")
    ],
    record: Annotated[
        str | None, typer.Option("--record", metavar="RECORD", help="Only this one: its number, as lists show it.")
    ] = None,
    export: Annotated[Path | None, typer.Option("--export", metavar="FILE", help="Write all of them to FILE.")] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Tell an auditor who looked at what on this computer, and why."""
    from desktop.commands.looks import looks_command

    conclude(lambda: looks_command(access(data, passphrase_file), by, record, export), json)


@app.command(name="export-audit")
def export_audit(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one that is not there yet.")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Write everything signed to DIR, to be checked without Muniment.

    DIR then holds the charter and every act with all names and numbers in it, readable by anybody: give it only to
    whom the law lets read the register. It holds no key, no draft and nothing else of this office.
    """
    from desktop.commands.auditing import export_audit_command

    conclude(lambda: export_audit_command(access(data, passphrase_file), folder), json)


@law_app.command("check")
def law_check(file: Path, home: Homes = None, json: Json = False) -> None:
    """Check a law file as every office would, and tell which acts wait for the common order and why."""
    from desktop.commands.law_files import check_law_command

    conclude(lambda: check_law_command(file, home or []), json)


@law_app.command("test")
def law_test(
    file: Path,
    stories: Annotated[
        Path | None, typer.Option("--stories", metavar="DIR", help="Its stories; else stories/<law> beside FILE.")
    ] = None,
    home: Homes = None,
    json: Json = False,
) -> None:
    """Play the stories of a law on whole offices in memory, and tell which of its conditions never failed in any."""
    from desktop.commands.law_stories import play_law_command

    conclude(lambda: play_law_command(file, stories, home or [], json), json)


@law_app.command("explain")
def law_explain(
    file: Path,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="HTML, or PDF if it ends in .pdf.")] = None,
    home: Homes = None,
    json: Json = False,
) -> None:
    """Tell a law as a readable page: registers, acts, conditions, effects, who reads what, which acts wait and why."""
    from desktop.commands.law_reading import explain_command

    conclude(lambda: explain_command(file, out, home or []), json)


@law_app.command("diff")
def law_diff(old: Path, new: Path, json: Json = False) -> None:
    """Tell what the law NEW changes of the law OLD, place by place."""
    from desktop.commands.law_reading import diff_command

    conclude(lambda: diff_command(old, new), json)


@law_app.command("replay")
def law_replay(act: str, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Judge ACT (its id) again from what was signed, under the law of its day: verdict and trace."""
    from desktop.commands.law_reading import replay_command

    conclude(lambda: replay_command(access(data, passphrase_file), act), json)
