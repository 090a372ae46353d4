"""Commands that run something: an office without a window, the demonstration, a simulation, the self-test."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Control, Data, Json, Loopback, Secret, access, conclude

app = typer.Typer()


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where pictures and papers go.")] = Path("demo"),
    headless: Annotated[bool, typer.Option("--headless", help="Show no window.")] = False,
    parcels: Annotated[
        int | None, typer.Option("--parcels", metavar="N", min=12, help="Of the published list; all by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Four offices on this computer keep one ledger, on real records."""
    from desktop.demonstration.story import demonstrate

    conclude(lambda: demonstrate(out, headless, parcels), json)


@app.command()
def node(
    data: Data = None,
    passphrase_file: Secret = None,
    control: Control = False,
    loopback: Loopback = False,
    json: Json = False,
) -> None:
    """Run a replica without a window, for a box that is always on."""
    from desktop.commands.meeting import node_command

    conclude(lambda: node_command(access(data, passphrase_file), control, loopback), json)


@app.command()
def diagnose(
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0, max=600, help="How long others are looked for.")
    ] = 15.0,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Its own; 0: any free one.")] = 0,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Say why other offices are not found, as far as this computer can see it."""
    from desktop.commands.finding import diagnose_command

    conclude(lambda: diagnose_command(access(data, passphrase_file), wait, port), json)


@app.command()
def simulate(
    nodes: Annotated[int, typer.Option("--nodes", metavar="N", help="How many offices.")] = 4,
    meetings: Annotated[
        str, typer.Option("--meetings", metavar="HOW", help="uniform, unequal, clustered or couriers.")
    ] = "uniform",
    sleepers: Annotated[int, typer.Option("--sleepers", metavar="K", help="Offices that are away.")] = 0,
    malicious: Annotated[int, typer.Option("--malicious", metavar="F", help="Dishonest offices.")] = 0,
    seeds: Annotated[str, typer.Option("--seeds", metavar="S|A:B", help="One seed, or all from A to B - 1.")] = "0:4",
    faults: Annotated[
        str,
        typer.Option(
            "--faults",
            metavar="NAME,...",
            help="lost, duplicated, truncated, flipped, crashes, disk-full, restored, clocks, sleepers, changes; with "
            "them, what people bring: requests, releases, shared, officers; or mixed.",
        ),
    ] = "",
    mutant: Annotated[str | None, typer.Option("--mutant", metavar="NAME", help="With one rule made wrong.")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Beside two other rules, on the same meetings.")] = False,
    trace: Annotated[Path | None, typer.Option("--trace", metavar="FILE", help="Write the graphs as JSON.")] = None,
    json: Json = False,
) -> None:
    """Simulate a network of whole offices; nothing of this office is touched."""
    from desktop.commands.simulating import simulate_command

    conclude(
        lambda: simulate_command(
            nodes, meetings, sleepers, malicious, seeds, faults, mutant, compare, trace, as_json=json
        ),
        json,
    )


@app.command(name="self-test")
def self_test(json: Json = False) -> None:
    """Try every part of this installation once, on a temporary replica."""
    from desktop.self_test import self_test_command

    conclude(self_test_command, json)
