"""The `muniment` command. Qt is imported only when a window opens; every other command runs without it.

Names and options of the commands stand in desktop/commands/named/, what they do in desktop/commands/, how they end in
desktop/outcome.py. Passphrases come from a file or from standard input, never from an argument.
"""

import sys

import typer

from core.cycles import look_seldom
from desktop.commands.named import (
    asked,
    charter,
    checking,
    courier,
    custody,
    joining,
    keeping,
    office,
    pairing,
    papers,
    running,
    sealed,
)
from desktop.commands.named.options import Control, Data, Loopback, Secret, access, conclude

app = typer.Typer(
    name="muniment",
    help="Record legal acts offline on a shared ledger of offices.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (running, checking, asked, sealed, joining, pairing, keeping, custody, office, charter, courier, papers):
    app.add_typer(group.app)


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    data: Data = None,
    passphrase_file: Secret = None,
    control: Control = False,
    loopback: Loopback = False,
) -> None:
    """Open the window."""
    if context.invoked_subcommand is not None:
        return
    from desktop.commands.window import window_command

    conclude(lambda: window_command(access(data, passphrase_file), control, loopback), False)


def main() -> None:
    """Entry point of the `muniment` script."""
    look_seldom()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    from desktop.outcome import guarded

    guarded(app)


if __name__ == "__main__":
    main()
