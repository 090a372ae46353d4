"""Custody of an office's keys: passphrases, the recovery kit, the key of the encrypted copy. See each module.

What Python can do about secrets in memory: they stand in as few objects as possible, never in arguments of a command,
logs, messages or `repr`, and are let go of when an office is locked. It cannot overwrite them: an immutable string or
bytes object stays until its memory is used again, and the system may write memory to its swap file. Whoever fears that
encrypts the computer's disk.
"""
