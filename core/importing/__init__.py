"""Importing tables: rows of a file become acts under the same law as typed ones."""
