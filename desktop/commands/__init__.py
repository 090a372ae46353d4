"""The subcommands of `muniment`: they print nothing and return facts; named/ and desktop/outcome.py do the rest."""
