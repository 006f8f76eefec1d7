"""A line on the terminal for work that takes longer than a glance."""

import sys
import time
from typing import Any

PATIENCE = 2.0  # [s] before anything is shown
PAUSE = 0.2  # [s] between two updates
WIDTH = 78  # columns of the line


class Progress:
    """How far some work is, on the terminal, from its third second until the `with` block ends.

    evaluations: how often the function was called; `tick` counts them.
    done, total: how many of the items of `through` are finished, and how many there are.
    """

    def __init__(self, what):
        self.what, self.begin = what, time.perf_counter()
        self.due, self.drawn = self.begin + PATIENCE, False
        self.evaluations = self.done = self.total = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.drawn:
            print(f"\r{'':<{WIDTH}}\r", end="", file=sys.stderr, flush=True)

    def through(self, items) -> Any:
        """The items one after another."""
        items = list(items)
        self.total = len(items)
        for self.done, item in enumerate(items):
            yield item

    def tick(self):
        """Count an evaluation, and show it if it is time."""
        self.evaluations += 1
        now = time.perf_counter()
        if now >= self.due and sys.stderr is not None and sys.stderr.isatty():
            self.due, self.drawn = now + PAUSE, True
            print(f"\r{self.text(now)[:WIDTH]:<{WIDTH}}", end="", file=sys.stderr, flush=True)

    def text(self, now):
        """What the line says."""
        said = f"{self.what}: {self.evaluations} evaluations"
        if self.total < 2:
            return said
        said += f", {self.done} of {self.total} directions"
        if self.done:
            rest = (now - self.begin) / self.done * (self.total - self.done)
            said += f", about {rest:.0f} s left"
        return said
