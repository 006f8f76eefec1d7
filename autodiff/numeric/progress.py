"""A line on the terminal for work that takes longer than a glance."""

import sys
import time
from typing import Any

PATIENCE = 2.0  # [s] before anything is shown
PAUSE = 0.2  # [s] between two updates


def counted(items, what) -> Any:
    """The items one after another; on a terminal, a line of how many are done.

    It shows after two seconds, and is wiped at the end.
    """
    items = list(items)
    begin = time.perf_counter()
    shown = begin + PATIENCE - PAUSE
    drawn = False
    try:
        for done, item in enumerate(items):
            now = time.perf_counter()
            if now - shown > PAUSE and sys.stderr.isatty():
                shown, drawn = now, True
                rest = (now - begin) / max(done, 1) * (len(items) - done)
                text = f"{what}: {done} of {len(items)}, about {rest:.0f} s left"
                print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)
            yield item
    finally:
        if drawn:
            print(f"\r{'':<70}\r", end="", file=sys.stderr, flush=True)
