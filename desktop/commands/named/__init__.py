"""The names of the subcommands and their options, a module for every group; what they do stands one folder up.

These modules are imported whenever `muniment` starts, so they import what a command does only when it runs.
"""
