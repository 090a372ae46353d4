"""What every part of the torture run is made of: one try after another, each from its own seed, until its time is over.

A try that fails is kept with its seed, so that `--seed` repeats it; the run goes on. What was planned and not reached
is said in the report as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

MAX_EXAMPLES = 20

# A try: takes its seed, raises AssertionError (or anything else) when a promise is broken.
Try = Callable[[int], None]


@dataclass
class Part:
    name: str
    planned: int
    run: int = 0
    failed: int = 0
    examples: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def repeat(self, one: Try, first_seed: int, until_s: float) -> None:
        """Try with seeds from `first_seed` on until the plan is done or monotonic time passes `until_s`; once at least."""
        while self.run < self.planned and (self.run == 0 or monotonic() < until_s):
            seed = first_seed + self.run
            self.run += 1
            try:
                one(seed)
            except Exception as error:  # noqa: BLE001  # whatever a parser lets out is what is looked for
                self.failed += 1
                if len(self.examples) < MAX_EXAMPLES:
                    self.examples.append(f"seed {seed}: {type(error).__name__}: {error}"[:500])

    def count(self, what: str) -> None:
        self.notes[what] = self.notes.get(what, 0) + 1

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "run": self.run,
            "planned": self.planned,
            "failed": self.failed,
            "examples": self.examples,
            "notes": dict(sorted(self.notes.items())),
        }
