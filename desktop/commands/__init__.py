"""The subcommands of `muniment`: they print nothing and return facts; desktop/cli.py and outcome.py do the rest."""
