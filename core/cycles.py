"""How often Python looks for objects that hold each other and nobody else: seldom.

Its own habit, a look at every 700 new objects, suits programs that keep few. A replica, its laws and a window are some
hundred thousand objects that stay: half of the time in which an office reads its laws went into looking through them
(measured: 15 laws in 0.51 s, and in 0.30 s with this). Objects that nobody holds are freed at once as ever; what
waits for the next look are cycles, of which there are few.
"""

import gc

OBJECTS = 50_000  # new ones between two looks


def look_seldom() -> None:
    """For this process, from now on; each program of ours begins with it."""
    gc.set_threshold(OBJECTS, *gc.get_threshold()[1:])
