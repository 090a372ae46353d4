"""The subcommands of `muniment`: each parses nothing, prints nothing, and returns facts (desktop/cli.py does the rest)."""
