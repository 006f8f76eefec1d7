"""Counted steps that show how far they are."""

import sys
import time
from shutil import get_terminal_size

QUIET = 5.0  # [s] between two lines
WIDEST = 100  # columns of a bar


def steps(count, name):
    """The numbers 0 to count - 1, with a bar on a terminal and a few plain lines elsewhere.

    The bar is tqdm's; without tqdm a terminal gets the plain lines too.
    """
    if sys.stderr.isatty():
        try:
            from tqdm import tqdm
        except ImportError:
            pass
        else:
            # A terminal may claim to be 0 columns wide; tqdm would draw nothing there.
            width = min(get_terminal_size().columns, WIDEST)
            return tqdm(range(count), desc=name, unit="round", file=sys.stderr, ncols=width)
    return lines(count, name)


def lines(count, name):
    """The numbers 0 to count - 1, with a line when long work goes on and one when it is done."""
    begin = spoken = time.perf_counter()
    for step in range(count):
        yield step
        now = time.perf_counter()
        if now - spoken > QUIET:
            spoken = now
            print(f"{name}: {step + 1} of {count} rounds", file=sys.stderr)
    seconds = time.perf_counter() - begin
    print(f"{name}: {count} of {count} rounds, {seconds:.2f} s", file=sys.stderr)
